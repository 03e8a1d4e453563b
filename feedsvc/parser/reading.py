"""One digest from its clean lines to its papers: the stages in their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from feedsvc.model import Digest, Introduction, Paper
from feedsvc.parser.assemble import assemble
from feedsvc.parser.blocks import Block, Kind, fenced_lines, read_blocks
from feedsvc.parser.body import is_comment
from feedsvc.parser.candidates import Candidate, Page, candidates
from feedsvc.parser.choice import choose
from feedsvc.parser.days import Days
from feedsvc.parser.drafts import Drafter, Told
from feedsvc.parser.front_matter import FrontMatter, read_front_matter
from feedsvc.parser.html_invisible import without_invisible
from feedsvc.parser.html_source import html_to_lines
from feedsvc.parser.language import language_code, language_in_path, language_of_letters
from feedsvc.parser.mute import mute_papers
from feedsvc.parser.problems import Problems
from feedsvc.parser.summary import render_markdown, sanitise
from feedsvc.parser.title_text import read_title
from feedsvc.parser.units import Border, Unit, units_of
from feedsvc.parser.whole_file import paper_of_file

_CONFLICT_MARKER = re.compile(r"(<{7}|\|{7}|>{7})(?: .*)?|={7}")


class Source(Struct):
    """The lines that are read, each with its number in the file."""

    lines: Sequence[str]
    numbers: Sequence[int]
    title: str = ""
    front: FrontMatter = FrontMatter()


def read_digest(
    path: str, lines: Sequence[str], is_html: bool, media_base: str, longest: int, today: date | None, problems: Problems
) -> Digest:
    source = _source(lines, is_html, problems)
    if source.front.is_draft:
        problems.report(1, "draft")
        return Digest(path, (), problems.in_order())
    blocks = read_blocks(source.lines)
    linked = {b.index for b in blocks if b.kind is Kind.HEADING and not b.is_hidden and "](" in b.text}
    page = Page(source.lines, blocks, fenced_lines(source.lines, linked))
    found = candidates(page)
    days = Days(path, source.front.first("date", "day", "created", "pubdate", "published"), problems)
    days.see_title(source.title)
    chosen = choose(found)
    chosen = mute_papers(page, found, chosen)
    told_file = paper_of_file(page, source.front, chosen, source.numbers, longest, problems)
    if told_file:
        units: list[Unit] = []
        borders: list[Border] = []
        tolds = [(0, told_file)]
    else:
        units, borders = units_of(page, found, chosen)
        tolds = []
    drafter = Drafter(page, source.numbers, longest, problems, wants_day=days.of_path is None)
    drafter.learn(units)
    return _assembled(path, page, source, units, borders, tolds, drafter, days, media_base, today, problems)


def _source(lines: Sequence[str], is_html: bool, problems: Problems) -> Source:
    if is_html:
        read = html_to_lines(without_invisible("\n".join(lines), problems))
        return Source(read.lines, read.numbers, read.title)
    front, lines = read_front_matter(lines)
    lines = _without_conflict_markers(lines, problems)
    return Source(lines, range(1, len(lines) + 1), front=front)


def _assembled(path, page, source, units, borders, tolds, drafter, days, media_base, today, problems):
    events = sorted(
        [*((u.candidate.start, 2, u) for u in units), *((b.block.index, 1, b) for b in borders)],
        key=lambda e: e[:2],
    )
    papers: list[Paper] = []
    undated = None
    intro = _Introductions(page, source)
    first = events[0][0] if events else len(page.lines)
    _look_above(page, first, source, days)
    language = language_in_path(path) or language_code(source.front.first("lang", "language") or "")
    for index, told in tolds:
        day = days.of(told.day)
        if day:
            papers.append(assemble(told.draft, day, path, media_base, problems))
        else:
            undated = told.draft
    position = 0
    for index, _, each in events:
        if isinstance(each, Border):
            text = read_title(each.block.text.partition(" ")[2] if each.block.kind is Kind.ITEM else each.block.text)
            line = source.numbers[each.block.index]
            is_day = days.see(text.words if text.address is None else text.words, line, is_heading=each.block.kind is Kind.HEADING)
            if not is_day and text.address is not None and each.block.kind is Kind.HEADING:
                problems.report(line, "stray-text", found=source.lines[each.block.index])
            continue
        told = drafter.draft(each)
        day = days.of(told.day)
        if not day:
            undated = undated or told.draft
            continue
        papers.append(assemble(told.draft, day, path, media_base, problems))
    if undated:
        problems.report(undated.line, "no-date")
    if not papers and not undated and days.of_file and (days.of_path or units == []) and _is_day_file(path, days):
        problems.report(1, "no-papers", day=days.of_file)
    papers = _with_language(papers, language)
    intros = intro.collect(units, borders, days, papers)
    return Digest(path, tuple(_merged(papers)), problems.in_order(), intros, "")


def _is_day_file(path: str, days: Days) -> bool:
    return True


def _look_above(page: Page, first: int, source: Source, days: Days) -> None:
    """Looks for the day among the lines above the first paper that are no headings."""
    for index in range(min(first, 40)):
        line = page.lines[index].strip(" >*_#📅🗓️📆-")
        if line and not page.lines[index].startswith("#") and index not in page.fenced:
            for each in page.facts(index).fields:
                if each.field == "updated":
                    days.see("updated " + each.value[:60], source.numbers[index], is_heading=False)
                elif each.field == "date":
                    days.see(each.value[:40].strip("*_ "), source.numbers[index], is_heading=False)
            if len(line) < 60:
                days.see(line, source.numbers[index], is_heading=False)


class _Introductions:
    def __init__(self, page: Page, source: Source) -> None:
        self.page, self.source = page, source

    def collect(self, units, borders, days, papers):
        return ()


def _with_language(papers: list[Paper], language: str | None) -> list[Paper]:
    from msgspec.structs import replace

    if language is None:
        language = language_of_letters(paper.summary_html for paper in papers[:20])
    return [replace(paper, language=language) for paper in papers] if language else papers


def _merged(papers: list[Paper]) -> list[Paper]:
    """The papers; one that stands under two topics of a day is one with both."""
    from msgspec.structs import replace

    kept: dict[tuple[date, str], int] = {}
    out: list[Paper] = []
    for paper in papers:
        key = paper.day, paper.id
        first = kept.get(key)
        if first is not None and paper.topics and out[first].topics and set(paper.topics) != set(out[first].topics):
            topics = tuple(dict.fromkeys([*out[first].topics, *paper.topics]))
            out[first] = replace(out[first], topics=topics)
            continue
        kept.setdefault(key, len(out))
        out.append(paper)
    return out


def _without_conflict_markers(lines: Sequence[str], problems: Problems) -> Sequence[str]:
    """The lines, the marks that an unfinished merge left behind emptied."""
    if not any(line.startswith(("<<<<<<<", ">>>>>>> ")) for line in lines):
        return lines
    kept = []
    for number, line in enumerate(lines, 1):
        if marker := _CONFLICT_MARKER.fullmatch(line):
            problems.report(number, "conflict-marker", found=marker[0])
        kept.append("" if marker else line)
    return kept


_ = Block, Candidate, Counter, Introduction, Told, is_comment, render_markdown, sanitise, timedelta
