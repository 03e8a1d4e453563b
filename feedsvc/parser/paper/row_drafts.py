"""Rows of tables to drafts: columns that are fields are taken, each other cell is a bullet."""

from __future__ import annotations

import re

from msgspec import Struct

from feedsvc.parser.blocks.tables import Table
from feedsvc.parser.days.days import DayOfPaper
from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.lines.names import Authors, read_authors
from feedsvc.parser.lines.title_text import read_title
from feedsvc.parser.paper.body import Body, read_body
from feedsvc.parser.paper.draft import PaperDraft, Told
from feedsvc.parser.units.rows import title_column, title_of_cell
from feedsvc.parser.units.units import Unit
from feedsvc.parser.vocabulary.labels import names_publication
from feedsvc.parser.vocabulary.problems import Problems

_CELL_LAYOUT = re.compile(
    r"</?(?:details|summary|p|div|span|center|font)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_TITLE_LAYOUT = re.compile(r"^(?:<br\s?/?>|<sub>|\s)+|(?:<br\s?/?>)?</sub>\s*$")
_IN_SMALL_TYPE = re.compile(
    r"(?:<br\s?/?>|\s)*<(?:sub|small|i|em)>|(?:<br\s?/?>|\s)*[*_](?![*_\s])"
)
_NOTHING = frozenset({"null", "none", "n/a"})


class _Cell(Struct, frozen=True):
    """One cell of a row."""

    head: str
    role: str
    """What its column holds, as in `Table.roles`."""
    text: str
    """As written, without the tags of layout."""
    plain: str


def draft_of_row(
    unit: Unit, draft: PaperDraft, rest: str, longest: int, problems: Problems
) -> Told:
    """Fills in the draft of a table's row; `rest` is text that its title goes on with."""
    table, cells = unit.block.table, unit.block.cells
    assert table
    index = title_column(table.roles, cells)
    own, is_publication = "", False
    left: list[str] = []
    beside: list[str] = []
    is_small = False  # whether one name behind the title would be its author
    for number, written in enumerate(cells):
        cell = _cell(table, number, written)
        if number == index:
            text = line = _behind_title(cell.text)
            beside = _links_before_title(cell.text)
            is_small = _IN_SMALL_TYPE.match(_rest_of_title(cell.text)) is not None
        else:
            text, line = cell.text, _bullet(cell)
            if cell.role == "date":
                own, is_publication = cell.plain, names_publication(cell.head)
            if _take(draft, cell):
                continue
        if _says_something(text) and cell.plain != str(len(left)):  # else a counter
            left.append(line)
    left += beside
    if left and not left[0].startswith("- "):
        left.insert(1, "")
    body = Body(left, [draft.line] * len(left), may_be_one_name=is_small)
    read_body(draft, body, rest, longest, problems)
    return Told(draft, DayOfPaper(own, "", is_publication=is_publication))


def _cell(table: Table, number: int, written: str) -> _Cell:
    head = table.head[number] if number < len(table.head) else ""
    role = table.roles[number] if number < len(table.roles) else ""
    text = _CELL_LAYOUT.sub(" ", written).strip()
    return _Cell(head, role, text, read_title(text).words.strip(" *_`"))


def _behind_title(text: str) -> str:
    """What the cell of the title says besides."""
    return _TITLE_LAYOUT.sub("", _rest_of_title(text).strip())


def _rest_of_title(text: str) -> str:
    return text.partition(title_of_cell(text))[2]


def _links_before_title(text: str) -> list[str]:
    """The links above the title in its cell that lead elsewhere than to the paper."""
    return [
        f"- [{words}]({link.address})"
        for link in links_of(text.partition(title_of_cell(text))[0])
        if (words := link.plain_words) and not link.paper
    ]


def _take(draft: PaperDraft, cell: _Cell) -> bool:
    """Takes a cell that is a field; whether nothing of it is left for the text."""
    if cell.role == "authors":
        draft.authors = _authors(cell.plain)
    elif cell.role == "votes" and cell.plain.isdigit():
        draft.votes = int(cell.plain)
    elif cell.role == "topic":
        topics = (each.strip() for each in re.split(r"[,，、;/]", cell.plain))
        draft.topics = tuple(dict.fromkeys([*filter(None, topics), *draft.topics]))
        return False
    elif cell.role == "translation":
        draft.translated_title = cell.plain
        return False
    else:
        return cell.role == "date"
    return True


def _bullet(cell: _Cell) -> str:
    label = f"**{cell.head.strip(' *')}**: " if re.search(r"\w", cell.head) else ""
    return f"- {label}{cell.text}"


def _says_something(text: str) -> bool:
    return re.search(r"\w", text) is not None and text.lower() not in _NOTHING


def _authors(text: str) -> Authors:
    try:
        return read_authors(text)
    except ValueError:
        return read_authors("")
