"""Units to drafts: the title alone, the address, and the fields wherever the unit has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from feedsvc.parser.blocks.blocks import Kind
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.blocks.tables import LABEL_AND_VALUE, cells_of
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.days.days import DayOfPaper
from feedsvc.parser.lines.addresses import is_relative
from feedsvc.parser.lines.bylines import byline_of
from feedsvc.parser.lines.clean_titles import CleanTitle, Style, clean_title, style_of
from feedsvc.parser.lines.inline import (
    InlineLink,
    links_of,
    without_links,
    without_links_in_brackets,
)
from feedsvc.parser.lines.names import (
    Authors,
    author_text,
    looks_like_authors,
    read_authors,
)
from feedsvc.parser.lines.title_text import WIDE, TitleText, read_title
from feedsvc.parser.paper.body import Body, read_body
from feedsvc.parser.paper.draft import PaperDraft, Told
from feedsvc.parser.paper.row_drafts import draft_of_row, line_behind_title
from feedsvc.parser.paper.shared_fields import take_shared_fields
from feedsvc.parser.units.units import Unit
from feedsvc.parser.vocabulary.date_spellings import MONTH_NAMES
from feedsvc.parser.vocabulary.homes import is_empty_home, paper_at
from feedsvc.parser.vocabulary.labels import names_link, names_paper_link
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

SOME, HALF, MOST = 0.25, 0.5, 0.75

_VENUE = compile_later(
    r"[.,]?\s(?P<words>(?:(?:`[^`]{1,60}`|\*[^*]{1,60}\*|[(\[][^()\[\]]{1,60}[)\]])[\s.,]{0,3}){1,4})$"
)
_VENUE_OF_A_YEAR = compile_later(r"[.,]\s(?P<words>[^\W\d_][^,;:*]{1,40}\s(?:19|20)[0-9]{2})[.,]?$")
_IN_BRACKETS = re.compile(r"\s*[(（](?P<inner>[^()（）]{3,2000})[)）]\s*")
_SHORT_NOTE = compile_later(r"[(（](?P<inner>[^()（）]{5,40})[)）]")
_BY = compile_later(r"\s*[Bb]y\s")
_FULL_STOP = compile_later(r"\.(?=\s|$)")
LONGEST_BYLINE = 400
_DASH = re.compile(r"^\s*[-–—|·:：](?=\s)\s*")
_QUOTE = compile_later(r"> ?")
_DATE_LEAD = re.compile(
    r"\W{0,6}(?P<day>[0-9]{4}(?:[-./年][0-9]{1,2}){2}日?|[0-9]{1,2}[-./][0-9]{1,2}(?![0-9])"
    rf"|[0-9]{{1,2}}\s(?:{MONTH_NAMES})\b|(?:{MONTH_NAMES})\.?\s[0-9]{{1,2}}\b)[^\w\s]{{0,4}}\s",
    re.IGNORECASE,
)


class Drafter:
    """Makes drafts of the units of one file."""

    def __init__(
        self,
        page: Page,
        numbers: Sequence[int],
        longest: int,
        problems: Problems,
        *,
        wants_day: bool,
    ) -> None:
        self._page = page
        self._numbers = numbers
        self._longest = longest
        self._problems = problems
        self._styles: dict[tuple[Kind, int], Style] = {}
        self._has_names_below = False
        self._has_names_in_cells = False
        self._has_names_in_brackets = False
        self._wants_day = wants_day  # whether the papers' own fields must tell it

    def learn(self, units: Sequence[Unit]) -> None:
        """Takes note of what the titles of each form have in common."""
        by_shape: dict[tuple[Kind, int], list[TitleText]] = {}
        for unit in units:
            by_shape.setdefault(unit.block.shape, []).append(unit.candidate.evidence.title)
        self._styles = {shape: style_of(titles) for shape, titles in by_shape.items()}
        below = [self._line_below(unit) for unit in units if not unit.block.table]
        self._has_names_below = _are_names(below)
        behind = [line_behind_title(unit) for unit in units if unit.block.table]
        self._has_names_in_cells = bool(behind) and _are_names(behind)
        rests = (unit.candidate.evidence.title.rest for unit in units)
        self._has_names_in_brackets = _are_names(
            [found["inner"] for rest in rests if (found := _IN_BRACKETS.match(rest))]
        )

    def _line_below(self, unit: Unit) -> str:
        """The first line with words below a unit's title."""
        lines = self._page.lines[unit.block.last + 1 : min(unit.end, unit.block.last + 8)]
        return next((line.lstrip("# ") for line in lines if line.strip()), "")

    def draft(self, unit: Unit) -> Told:
        """The draft of a unit."""
        block, title = unit.block, unit.candidate.evidence.title
        clean = clean_title(title, self._styles[block.shape])
        draft = PaperDraft(self._numbers[block.index], clean.words, self._address(unit))
        draft.votes, draft.beside, draft.topics = clean.votes, clean.beside, unit.topics
        if unit.lead and unit.lead.title:
            self._take_other_title(draft, unit.lead.title, self._styles[block.shape])
        rest = self._rest(draft, clean, title, is_heading=block.kind is Kind.HEADING)
        if block.table:
            return draft_of_row(
                unit,
                draft,
                rest,
                self._longest,
                self._problems,
                may_be_one_name=self._has_names_in_cells,
            )
        rest = _with_other_links(rest, block.text, draft.address or "")
        self._report_title(draft, title, block.kind, is_hidden=block.is_hidden)
        first = block.last + 1
        lines = self._page.lines[first : unit.end]
        if unit.lead and unit.lead.below >= first:
            lines = [*lines[: unit.lead.below - first], "", *lines[unit.lead.below - first + 1 :]]
        knows_names = bool(draft.authors.names)
        has_headings = self._page.has_marks(first, unit.end)
        if has_headings:
            self._take_shared_fields(draft, first, unit.end)
        if block.kind is Kind.ITEM:
            lines = _dedented(lines)
        elif block.kind is Kind.PLAIN:
            lines = _with_even_paragraph(lines)
        elif block.kind is Kind.SUMMARY and self._page.lines[block.index].startswith(">"):
            lines = [_QUOTE.sub("", line) for line in lines]
        elif block.kind is Kind.LABEL and self._page.lines[block.index].startswith("|"):
            lines = [bullet_of_row(line) for line in lines]
        body = Body(lines, self._numbers[first : unit.end], self._has_names_below, knows_names)
        self._read_body(draft, body, rest)
        if not has_headings and not self._is_whole(draft):
            self._take_shared_fields(draft, first, unit.end)
        lead = _DATE_LEAD.match(f"{title.before} " if title.before else title.words)
        own = lead["day"] if lead else ""
        behind = _day_in_brackets(clean.rest) if clean.rest and self._wants_day else ""
        return Told(draft, DayOfPaper(own, draft.published, behind, is_before_title=bool(own)))

    def _take_other_title(self, draft: PaperDraft, text: str, style: Style) -> None:
        """Takes the title in another language: what has no wide letters is the paper's own."""
        other = clean_title(read_title(text), style).words
        if WIDE.search(other):
            draft.translated_title = other
        else:
            draft.title, draft.translated_title = other, draft.title

    def _take_shared_fields(self, draft: PaperDraft, first: int, end: int) -> None:
        take_shared_fields(self._page, draft, first, end, may_be_one_name=self._has_names_below)

    def _read_body(self, draft: PaperDraft, body: Body, rest: str) -> None:
        """Reads the lines below a title, whose labels win over what the title tells."""
        before = replace(draft)
        if "authors" not in draft.fields_seen:
            draft.authors = Authors()
        draft.votes = None
        read_body(draft, body, rest, self._longest, self._problems)
        if "authors" not in draft.fields_seen:
            draft.authors = draft.authors if draft.authors.names else before.authors
        if "votes" not in draft.fields_seen:
            draft.votes = before.votes

    def _is_whole(self, draft: PaperDraft) -> bool:
        """Whether no line needs a second look for fields that share it with others."""
        has_fields = draft.authors.names and draft.votes is not None and draft.address
        return bool(has_fields) and not self._wants_day

    def _report_title(
        self, draft: PaperDraft, title: TitleText, kind: Kind, *, is_hidden: bool
    ) -> None:
        if kind is Kind.HEADING and is_hidden and title.address:
            self._problems.report(draft.line, "hidden-heading", title=draft.title)
        if not title.is_closed:
            self._problems.report(draft.line, "open-link", title=draft.title)

    def _rest(
        self, draft: PaperDraft, clean: CleanTitle, title: TitleText, *, is_heading: bool
    ) -> str:
        """What stands behind the title and belongs to the text; names there are the authors."""
        left = []
        for part in re.split(r"\s[-–—|·]\s|^\s?[-–—|·]\s", clean.rest) if clean.rest else ():
            piece, links = part, [link for link in links_of(part) if not link.is_id]
            if links and all(names_link(link.plain_words) for link in links):
                piece = without_links_in_brackets(piece, links).strip()
                if not re.search(r"\w", piece):
                    continue
            is_link = len(links) == 1 and not re.search(r"\w", without_links(part, links))
            names, behind = ("", "") if is_link else _names_first(self._without_brackets(piece))
            if names and not draft.authors.names:
                draft.authors = read_authors(author_text(names))
                left += [behind] if behind else []
            elif re.search(r"\w", piece) or "](" in piece:
                left.append(piece.strip())
        whole = _DASH.sub("", clean.rest, count=1).lstrip()
        rest = whole if left and not draft.authors.names else " - ".join(left)
        if rest and title.is_linked and is_heading:
            self._problems.report(draft.line, "heading-text", found=rest, title=draft.title)
        return rest

    def _without_brackets(self, text: str) -> str:
        """The text; names in brackets behind a title without these, where the file has such."""
        found = _IN_BRACKETS.fullmatch(text) if self._has_names_in_brackets else None
        return found["inner"] if found else text

    def _address(self, unit: Unit) -> str | None:
        """The address of a unit's paper, as its digest gives it."""
        title, paper = unit.candidate.evidence.title, unit.candidate.evidence.paper
        number = links_of(title.before) if "](" in title.before else ()
        if number and number[-1].paper and paper_at(title.address or "") is None:
            return number[-1].address
        if title.is_linked and title.address and not is_relative(title.address):
            return None if is_empty_home(title.address) else title.address
        links = [*links_of(unit.block.text), *self._links(unit)]
        if paper:
            for link in links:
                if link.paper == paper:
                    return link.address
            if paper.startswith("http"):
                return paper
        own = [
            link
            for link in links
            if link.is_absolute and link.words and names_paper_link(link.plain_words)
        ]
        return next(
            (link.address for link in own if not is_empty_home(link.address)), title.address
        )

    def _links(self, unit: Unit) -> list[InlineLink]:
        found: list[InlineLink] = []
        if unit.block.table:
            return [link for cell in unit.block.cells for link in links_of(cell)]
        for index in range(unit.block.last + 1, min(unit.end, unit.block.last + 80)):
            found += self._page.facts(index).links
        return found


def _are_names(lines: Sequence[str]) -> bool:
    """Whether the lines below titles are lists of names, so that a single name is one, too."""
    bylines = [byline_of(line, may_be_one=True) for line in lines]
    alone = [byline.names if byline else line for byline, line in zip(bylines, lines, strict=True)]
    several = sum(map(looks_like_authors, alone))
    names = sum(looks_like_authors(line, may_be_one=True) for line in alone)
    return several > HALF * len(lines) or (
        several >= SOME * len(lines) and names > MOST * len(lines)
    )


def bullet_of_row(line: str) -> str:
    """A row of a label and a value as a list item; other lines as they are."""
    cells = cells_of(line) if line.startswith("|") else []
    return f"- **{cells[0].strip('* ')}**: {cells[1]}" if len(cells) == LABEL_AND_VALUE else line


def _day_in_brackets(rest: str) -> str:
    """The day that stands in brackets behind a title; empty where none does."""
    inside = (found["inner"] for found in _SHORT_NOTE.finditer(rest))
    return next((each for each in inside if names_time(each)), "")


def _with_other_links(rest: str, text: str, address: str) -> str:
    """What stands behind a title, and the links there to code and the like, which name no paper."""
    if text.count("](") + text.count("<a ") <= 1:
        return rest
    others = [
        f"[{words}]({link.address})"
        for link in links_of(text)
        if link.is_absolute
        and not link.paper
        and link.address != address
        and link.address not in rest
        and (words := link.plain_words.strip("[] "))
        and names_link(words)
    ]
    return " ".join([*filter(None, [rest]), *others])


def _names_first(text: str) -> tuple[str, str]:
    """The names that a text begins with, and the venue behind them; both empty without names."""
    text = text.lstrip(" ,.")
    venue = _VENUE.search(text) or _VENUE_OF_A_YEAR.search(text)
    pairs = [(text[: venue.start()].strip(), venue["words"].strip())] if venue else []
    if _BY.match(text):
        ends = [end.start() for end in _FULL_STOP.finditer(text, 0, LONGEST_BYLINE)]
        pairs += [(text[:end].strip(), text[end + 1 :].strip()) for end in reversed(ends)]
    return next(
        (pair for pair in [*pairs, (text, "")] if looks_like_authors(f"*{pair[0].strip(' *_')}*")),
        ("", ""),
    )


def _with_even_paragraph(lines: Sequence[str]) -> list[str]:
    """The lines, those of the paragraph that a title begins without their indent."""
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return [*(line.strip() for line in lines[:end]), *lines[end:]]


def _dedented(lines: Sequence[str]) -> list[str]:
    """The lines of an item without the indent that they have as parts of it."""
    widths = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    width = min((w for w in widths if w), default=0)
    return [line[min(width, len(line) - len(line.lstrip(" \t"))) :] for line in lines]
