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
from feedsvc.parser.units.rows import BREAK, title_column, title_of_cell
from feedsvc.parser.units.units import Unit
from feedsvc.parser.vocabulary.labels import label_set, names_publication, plain_label
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

_CELL_LAYOUT = compile_later(
    r"</?(?:details|summary|p|div|span|center|font)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_TITLE_LAYOUT = compile_later(r"^(?:<br\s?/?>|<sub>|\s)+|(?:<br\s?/?>)?</sub>\s*$")
_IN_SMALL_TYPE = compile_later(
    r"(?:<br\s?/?>|\s)*<(?:sub|small|i|em)>|(?:<br\s?/?>|\s)*[*_](?![*_\s])"
)
_COUNTERS = label_set("no number nr index idx s_no sl_no 序号 번호 番号 連番")
"""What heads call the column that counts the rows, besides marks such as `#`."""
_PICTURE = compile_later(r"<img\s[^<>]{1,1000}>|!\[[^\[\]]{0,300}\]\([^()]{1,1000}\)")
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
    unit: Unit,
    draft: PaperDraft,
    rest: str,
    longest: int,
    problems: Problems,
    *,
    may_be_one_name: bool,
) -> Told:
    """Fills in the draft of a table's row; `rest` is text that its title goes on with."""
    table, cells = unit.block.table, unit.block.cells
    assert table
    index = title_column(table.roles, cells)
    own, is_publication = "", False
    behind: list[str] = []
    left: list[str] = []
    beside: list[str] = []
    for number, written in enumerate(cells):
        cell = _cell(table, number, written)
        if number == index:
            text = _behind_title(cell.text)
            behind = [*_with_breaks(text), ""] if _says_something(text) else []
            beside = _links_before_title(cell.text)
            if _IN_SMALL_TYPE.match(_rest_of_title(cell.text)):
                may_be_one_name = True
            continue
        if cell.role == "date":
            own, is_publication = cell.plain, names_publication(cell.head)
        if not _take(draft, cell) and _says_something(cell.text) and not _counts(cell):
            left.append(_bullet(cell))
    left = [*behind, *left, *beside]
    body = Body(left, [draft.line] * len(left), may_be_one_name=may_be_one_name)
    read_body(draft, body, rest, longest, problems)
    return Told(draft, DayOfPaper(own, "", is_publication=is_publication))


def line_behind_title(unit: Unit) -> str:
    """The first line behind the title in its cell."""
    table, cells = unit.block.table, unit.block.cells
    index = title_column(table.roles, cells) if table else None
    if table is None or index is None:
        return ""
    text = _behind_title(_cell(table, index, cells[index]).text)
    return BREAK.split(text, maxsplit=1)[0].strip()


def _cell(table: Table, number: int, written: str) -> _Cell:
    head = table.head[number] if number < len(table.head) else ""
    role = table.roles[number] if number < len(table.roles) else ""
    text = _CELL_LAYOUT.sub(" ", written).strip()
    return _Cell(head, role, text, read_title(text).words.strip(" *_`"))


def _behind_title(text: str) -> str:
    """What the cell of the title says besides."""
    return _TITLE_LAYOUT.sub("", _rest_of_title(text).strip())


def _with_breaks(text: str) -> list[str]:
    """The lines that a text of a cell has by its breaks."""
    *lines, last = [line.strip() for line in BREAK.split(text)]
    return [*(f"{line}  " for line in lines if line), last]


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
    if _PICTURE.fullmatch(cell.text):
        return cell.text
    label = f"**{cell.head.strip(' *')}**: " if re.search(r"\w", cell.head) else ""
    return f"- {label}{cell.text}"


def _counts(cell: _Cell) -> bool:
    """Whether the cell is the number of its row."""
    is_counter = plain_label(cell.head) in _COUNTERS or not re.search(r"\w", cell.head)
    return is_counter and cell.plain.isdigit()


def _says_something(text: str) -> bool:
    return re.search(r"\w", text) is not None and text.lower() not in _NOTHING


def _authors(text: str) -> Authors:
    try:
        return read_authors(text)
    except ValueError:
        return read_authors("")
