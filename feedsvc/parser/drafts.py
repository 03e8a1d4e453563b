"""Units to drafts: the title alone, the address, and the fields wherever the unit has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.parser.addresses import is_relative
from feedsvc.parser.blocks import Kind
from feedsvc.parser.body import Body, read_body
from feedsvc.parser.clean_titles import CleanTitle, Style, clean_title, style_of
from feedsvc.parser.days import DayOfPaper
from feedsvc.parser.draft import PaperDraft
from feedsvc.parser.evidence import LINES_OF_AUTHORS, LOOKED_AT
from feedsvc.parser.homes import address_of_id, is_empty_home
from feedsvc.parser.inline import InlineLink, links_of, without_links
from feedsvc.parser.labelled import LONGEST_LINE, Labelled
from feedsvc.parser.labels import field_named, names_link, names_paper_link
from feedsvc.parser.names import (
    Authors,
    author_text,
    look_like_names,
    looks_like_authors,
    read_authors,
)
from feedsvc.parser.page import Page
from feedsvc.parser.problems import Problems
from feedsvc.parser.rows import title_column, title_of_cell
from feedsvc.parser.title_text import TitleText, read_title
from feedsvc.parser.units import Unit

_CELL_LAYOUT = re.compile(
    r"</?(?:details|summary|p|div|span|center|font)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EMPTY_BRACKETS = re.compile(r"[(（\[][\s,，、|/·]*[)）\]]")
_PARTS = re.compile(r"\s[·•|]\s|　")
_DATE_LEAD = re.compile(r"\[?[0-9]{4}(?:[-./年][0-9]{1,2}){2}日?")


class Told(Struct, frozen=True):
    """A draft and what it says of its day."""

    draft: PaperDraft
    day: DayOfPaper


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
        self._wants_day = wants_day  # whether the papers' own fields must tell it

    def learn(self, units: Sequence[Unit]) -> None:
        """Takes note of what the titles of each form have in common."""
        by_shape: dict[tuple[Kind, int], list[TitleText]] = {}
        for unit in units:
            by_shape.setdefault(unit.block.shape, []).append(unit.candidate.evidence.title)
        self._styles = {shape: style_of(titles) for shape, titles in by_shape.items()}
        below = [self._line_below(unit) for unit in units if not unit.block.table]
        names = sum(looks_like_authors(line) for line in below)
        self._has_names_below = names > 0.5 * len(below)

    def _line_below(self, unit: Unit) -> str:
        """The first line with words below a unit's title."""
        lines = self._page.lines[unit.block.last + 1 : min(unit.end, unit.block.last + 8)]
        return next((line for line in lines if line.strip()), "")

    def draft(self, unit: Unit) -> Told:
        """The draft of a unit."""
        block, title = unit.block, unit.candidate.evidence.title
        clean = clean_title(title, self._styles[block.shape])
        draft = PaperDraft(self._numbers[block.index], clean.words, self._address(unit))
        draft.votes, draft.topics = clean.votes, unit.topics
        if block.table:
            return self._row(unit, draft)
        rest = self._rest(draft, clean, title, is_heading=block.kind is Kind.HEADING)
        self._report_title(draft, title, block.kind, is_hidden=block.is_hidden)
        first = block.last + 1
        lines = self._page.lines[first : unit.end]
        has_headings = any(line.startswith("#") for line in lines)
        if has_headings:
            self._segments(draft, first, unit.end)
        if block.kind is Kind.ITEM:
            lines = _dedented(lines)
        before = replace(draft)
        if "authors" not in draft.fields_seen:
            draft.authors = Authors()
        draft.votes = None
        read_body(
            draft,
            Body(lines, self._numbers[first : unit.end], self._has_names_below),
            rest,
            self._longest,
            self._problems,
        )
        if "authors" not in draft.fields_seen:
            draft.authors = draft.authors if draft.authors.names else before.authors
        if "votes" not in draft.fields_seen:
            draft.votes = before.votes
        if not has_headings and not self._is_whole(draft):
            self._segments(draft, first, unit.end)
        own = title.before if _DATE_LEAD.match(title.before.lstrip("[ ")) else ""
        return Told(draft, DayOfPaper(own, draft.published, is_before_title=bool(own)))

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
            piece, links = part, links_of(part)
            if links and all(names_link(link.plain_words) for link in links):
                piece = _EMPTY_BRACKETS.sub("", without_links(piece, links)).strip()
                if not re.search(r"\w", piece):
                    continue
            if not draft.authors.names and looks_like_authors(f"*{piece.strip(' *_')}*"):
                draft.authors = read_authors(piece)
            elif re.search(r"\w", piece) or "](" in piece:
                left.append(piece.strip())
        rest = clean.rest if left and not draft.authors.names else " - ".join(left)
        if rest and title.is_linked and is_heading:
            self._problems.report(draft.line, "heading-text", found=rest, title=draft.title)
        return rest

    def _address(self, unit: Unit) -> str | None:
        """The address of a unit's paper, as its digest gives it."""
        title, paper = unit.candidate.evidence.title, unit.candidate.evidence.paper
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

    def _segments(self, draft: PaperDraft, first: int, end: int) -> None:
        """Takes note of labelled fields that share their line, or that headings name."""
        seen = 0
        label = ""
        for index in range(first, min(end, first + 60)):
            line = self._page.lines[index]
            if not line.strip():
                continue
            seen += 1
            if line.startswith("#"):
                label = field_named(line.lstrip("# ").rstrip(" :：#")) or ""
                continue
            for each in self._page.facts(index).fields if seen <= LOOKED_AT else ():
                self._note(draft, each)
            if label:
                self._under_label(draft, label, line.strip(" -*"))
                label = "" if label != "link" else label
            if seen <= LINES_OF_AUTHORS and not draft.translated_title:
                self._translation(draft, line)
            if seen <= LINES_OF_AUTHORS and not draft.authors.names:
                self._names_among(draft, line)

    def _names_among(self, draft: PaperDraft, line: str) -> None:
        """Several names without a label, beside an id, links or a topic on the same line."""
        parts = _PARTS.split(line) if len(line) < LONGEST_LINE else ()
        lists = [part for part in parts if looks_like_authors(part)] if len(parts) > 1 else ()
        if len(lists) == 1 and any(map(_says_where, parts)):
            draft.authors = read_authors(author_text(lists[0]))

    def _under_label(self, draft: PaperDraft, label: str, value: str) -> None:
        """Takes note of the first line below a heading that is a label."""
        if label == "authors" and "authors" not in draft.fields_seen:
            try:
                draft.authors = read_authors(value)
                draft.fields_seen.add("authors")
            except ValueError:
                return
        self._note(draft, Labelled(label, value, is_alone=True))

    def _translation(self, draft: PaperDraft, line: str) -> None:
        """A link right below the title whose words are the title in another language."""
        links = links_of(line)
        words = (
            links[0].plain_words
            if len(links) == 1 and links[0].start == 0 and links[0].paper
            else ""
        )
        if (
            words
            and not names_link(words)
            and bool(_WIDE.search(words)) != bool(_WIDE.search(draft.title))
        ):
            draft.translated_title = words

    def _note(self, draft: PaperDraft, said: Labelled) -> None:
        if said.field == "authors" and not draft.authors.names:
            try:
                authors = read_authors(said.value)
            except ValueError:
                return
            draft.authors = authors if look_like_names(authors) else draft.authors
        elif (
            said.field == "votes"
            and draft.votes is None
            and (number := re.match(r"[0-9]{1,7}(?![0-9./])", said.value))
        ):
            draft.votes = int(number[0])
        elif said.field == "date":
            draft.published = draft.published or said.value
        elif said.field == "link" and not draft.address:
            link = next(iter(links_of(said.value)), None)
            address = address_of_id(said.value) or (
                link.address if link and link.is_absolute else None
            )
            draft.address = address if address and not is_empty_home(address) else None
        elif said.field == "translation" and said.value:
            draft.translated_title = draft.translated_title or said.value.strip("《》「」『』 ")
        elif (
            said.field == "title"
            and said.value
            and not _WIDE.search(said.value)
            and _WIDE.search(draft.title)
        ):
            draft.title, draft.translated_title = read_title(said.value).words, draft.title

    def _row(self, unit: Unit, draft: PaperDraft) -> Told:
        """The draft of a table's row: a bullet for each cell that is none of its fields."""
        table, cells = unit.block.table, unit.block.cells
        assert table
        index = title_column(table.roles, cells)
        own = published = ""
        left: list[str] = []
        topics: list[str] = []
        for number, cell in enumerate(cells):
            role = table.roles[number] if number < len(table.roles) else ""
            head = table.head[number] if number < len(table.head) else ""
            text = _CELL_LAYOUT.sub(" ", cell).strip()
            plain = read_title(text).words.strip(" *_`")
            if number == index:
                text = (
                    text[len(title_of_cell(text)) :].strip()
                    if text.startswith(title_of_cell(text))
                    else ""
                )
                text = re.sub(r"^(?:<br\s?/?>|\s)+|^<sub>|(?:<br\s?/?>)?</sub>\s*$", "", text)
                head = ""
            elif role == "authors":
                draft.authors = _authors(plain)
                text = ""
            elif role == "date":
                own, text = plain, ""
            elif role == "topic":
                topics = [each.strip() for each in re.split(r"[,，、;/]", plain) if each.strip()]
            elif role == "votes" and plain.isdigit():
                draft.votes, text = int(plain), ""
            elif role == "translation":
                draft.translated_title = plain
            if (
                re.search(r"\w", text)
                and text.lower() not in {"null", "none", "n/a"}
                and plain != str(len(left))
            ):
                left.append(
                    f"- **{head.strip(' *')}**: {text}"
                    if re.search(r"\w", head)
                    else text
                    if number == index
                    else f"- {text}"
                )
        draft.topics = tuple(dict.fromkeys([*topics, *draft.topics]))
        if left and not left[0].startswith("- "):
            left.insert(1, "")
        numbers = [draft.line] * len(left)
        read_body(draft, Body(left, numbers), "", self._longest, self._problems)
        return Told(draft, DayOfPaper(own, published))


def _says_where(part: str) -> bool:
    """Whether a piece of a line is an id or links that say where they lead."""
    links = links_of(part)
    return bool(address_of_id(part.strip("`*_ "))) or (
        bool(links) and all(names_link(link.plain_words) for link in links)
    )


def _authors(text: str) -> Authors:
    try:
        return read_authors(text)
    except ValueError:
        return read_authors("")


def _dedented(lines: Sequence[str]) -> list[str]:
    """The lines of an item without the indent that they have as parts of it."""
    widths = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    width = min((w for w in widths if w), default=0)
    return [line[min(width, len(line) - len(line.lstrip(" \t"))) :] for line in lines]
