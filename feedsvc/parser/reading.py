"""One digest from its clean lines to its papers: the stages in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc.model import Digest, Paper
from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.blocks.reader import is_item, read_page
from feedsvc.parser.days.day_words import names_day_alone, names_time, tells_update
from feedsvc.parser.days.days import Days
from feedsvc.parser.days.rules import DayRule
from feedsvc.parser.lines.title_text import read_title
from feedsvc.parser.paper.assemble import assemble
from feedsvc.parser.paper.draft import Told
from feedsvc.parser.paper.drafts import Drafter
from feedsvc.parser.paper.introduction import Introductions
from feedsvc.parser.paper.language import language_code, language_in_path, language_of_letters
from feedsvc.parser.paper.several_topics import with_all_topics
from feedsvc.parser.paper.whole_file import paper_of_file
from feedsvc.parser.source.source import Source
from feedsvc.parser.units.candidates import candidates
from feedsvc.parser.units.choice import choose
from feedsvc.parser.units.form import describe_form
from feedsvc.parser.units.mute import with_mute_papers
from feedsvc.parser.units.units import Unit, units_of
from feedsvc.parser.vocabulary.homes import arxiv_id
from feedsvc.parser.vocabulary.labels import says_no_papers
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

LINES_ABOVE = 40
"""Lines above the first paper among which the file's day may stand without a heading."""
LONGEST_DAY_LINE = 60
PAPERS_OF_A_WEEK = 60
"""Those below a heading that tell its year where nothing else does."""
_LABEL = compile_later(r"[^0-9:：]{1,60}[:：]")
_TAG = re.compile(r"<[^>]*>")
PAPERS_FOR_LANGUAGE = 20


class Reading(Struct, frozen=True):
    """How a digest is to be read."""

    path: str
    media_base: str
    longest_paper: int
    today: date | None
    unit: Kind | None = None
    """The only kind of candidates that are papers; None where evidence chooses."""
    days: DayRule | None = None
    """What dates a paper; None where evidence decides."""


def read_digest(how: Reading, source: Source, problems: Problems) -> Digest:
    """The papers of a digest, its introductions and its problems."""
    if source.front.is_draft:
        problems.report(1, "draft")
        return Digest(how.path, (), problems.in_order())
    page = read_page(source.lines, looks_inside=how.unit not in {None, Kind.HEADING})
    front = source.front.first("date", "day", "created", "pubdate")
    days = Days(how.path, front, problems, how.days)
    days.see_title(source.title)
    return _Reader(how, source, page, days, problems).read()


class _Reader(Struct):
    """Goes through the papers and what stands between them, in the order of the file."""

    how: Reading
    source: Source
    page: Page
    days: Days
    problems: Problems
    papers: list[Paper] = field(default_factory=list)
    undated: int = 0
    """Line of the first paper that has no day; 0 where each has one."""
    future: set[date] = field(default_factory=set)
    """Days later than tomorrow, whose papers are left out until then."""

    def read(self) -> Digest:
        unit = self.how.unit
        found = candidates(self.page)
        if unit:
            found = [each for each in found if each.block.kind is unit]
        chosen = with_mute_papers(self.page, found, choose(found))
        alone = None
        if unit in {None, Kind.FILE}:
            longest = self.how.longest_paper
            alone = paper_of_file(self.page, self.source, chosen, longest, self.problems)
        units, borders = ([], []) if alone else units_of(self.page, chosen)
        names = [unit.candidate.evidence.title.words for unit in units]
        names += dict.fromkeys(topic for unit in units for topic in unit.topics)
        introductions = Introductions(self.how.longest_paper, names)
        if alone:
            self._add(alone, introductions)
        else:
            self._read_units(units, borders, introductions)
        self._report_what_is_left()
        papers = tuple(with_all_topics(_with_language(self.papers, self._language())))
        last = papers[-1].day if papers else None
        form = describe_form(units, papers, self.days, is_whole=alone is not None)
        return Digest(
            path=self.how.path,
            papers=papers,
            problems=self.problems.in_order(),
            introductions=introductions.of_days(last),
            form=form,
            has_future_days=bool(self.future),
        )

    def _read_units(
        self, units: Sequence[Unit], borders: Sequence[Block], introductions: Introductions
    ) -> None:
        wants_day = self.days.of_path is None
        drafter = Drafter(
            self.page,
            self.source.numbers,
            self.how.longest_paper,
            self.problems,
            wants_day=wants_day,
        )
        drafter.learn(units)
        placed: list[tuple[int, Unit | Block]] = [(unit.block.index, unit) for unit in units]
        placed += [(border.index, border) for border in borders]
        places = sorted(placed, key=lambda place: place[0])
        lines = self.page.lines
        first = places[0][0] if places else len(lines)
        introductions.pass_tables(each.block.table for each in units)
        introductions.pass_own(units)
        self._look_above(units[0].block.index if units else len(lines))
        introductions.take(lines, 0, first)
        ends = [*(index for index, _ in places[1:]), len(lines)]
        places_with_ends = zip(places, ends, strict=False)  # there may be no place at all
        for number, ((index, each), end) in enumerate(places_with_ends, 1):
            if isinstance(each, Unit):
                self._add(drafter.draft(each), introductions)
                introductions.take(lines, max(each.end, index), end)
            else:
                self._pass(each, partial(_newest, places, number))
                is_line = each.kind in {
                    Kind.BOLD,
                    Kind.ROW,
                    Kind.DAY,
                }  # the name of a day or of a group, and no text
                introductions.take(lines, each.last + 1 if is_line else index, end)

    def _add(self, told: Told, introductions: Introductions) -> None:
        day = self.days.of(told.day)
        if not day:
            self.undated = self.undated or told.draft.line
            return
        if self.how.today and day > self.how.today + timedelta(days=1):
            if day not in self.future:
                self.problems.report(told.draft.line, "future-day", day=day)
            self.future.add(day)
            return
        introductions.begin(day)
        paper = assemble(told.draft, day, self.how.path, self.how.media_base, self.problems)
        self.papers.append(paper)

    def _pass(self, block: Block, newest: Callable[[], str]) -> None:
        """Takes note of the day that a border names; a link in another one is reported."""
        text = block.text.partition(" ")[2] if block.kind is Kind.ITEM else block.text
        title, line = read_title(text), self.source.numbers[block.index]
        is_heading = block.kind is Kind.HEADING
        is_day = self.days.see(title.words, line, is_heading=is_heading, newest=newest)
        leads_away = title.address is not None and not title.address.startswith("#")
        if not is_day and leads_away and is_heading:
            self.problems.report(line, "stray-text", found=self.page.lines[block.index])

    def _look_above(self, first: int) -> None:
        """Looks for the day among the lines above the first paper that are no headings."""
        for index in range(min(first, LINES_ABOVE)):
            line = self.page.lines[index]
            if not line.strip() or line.startswith("#") or index in self.page.fenced:
                continue
            number = self.source.numbers[index]
            for each in self.page.facts(index).fields:
                if each.field in {"date", "updated"}:
                    label = "updated " if each.field == "updated" else ""
                    value = each.value[:LONGEST_DAY_LINE].strip("*_` ")
                    self.days.see(label + value, number, is_heading=False)
            text = line.strip(" >*_📅🗓️📆-")
            if is_item(line) and not names_day_alone(text, is_item=True):
                continue
            if len(text) < LONGEST_DAY_LINE and not _LABEL.match(text) and not tells_update(text):
                self.days.see(text, number, is_heading=False)

    def _report_what_is_left(self) -> None:
        if self.undated:
            self.problems.report(self.undated, "no-date")
        elif self.papers or self.future or not self.days.is_named_by_file:
            return
        elif (day := self.days.of_file) and not any(map(says_no_papers, self.page.lines)):
            self.problems.report(1, "no-papers", day=day)

    def _language(self) -> str | None:
        """What the file says of its language: by its name, its front matter, its letters."""
        said = language_in_path(self.how.path) or language_code(
            self.source.front.first("lang", "language", "locale")
        )
        return said or language_of_letters(
            _TAG.sub("", paper.summary_html) for paper in self.papers[:PAPERS_FOR_LANGUAGE]
        )


def _newest(places: Sequence[tuple[int, Unit | Block]], start: int) -> str:
    """When the newest of the papers below a day's heading came out: `2411` of arXiv's ids."""
    found = [""]
    for _, each in places[start : start + PAPERS_OF_A_WEEK]:
        if isinstance(each, Unit):
            found.append((arxiv_id(each.candidate.evidence.paper or "") or "")[:4])
        elif names_time(each.text):
            break
    return max(each for each in found if not each or each.isdigit())


def _with_language(papers: Sequence[Paper], language: str | None) -> Sequence[Paper]:
    return [replace(paper, language=language) for paper in papers] if language else papers
