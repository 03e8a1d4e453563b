"""Rows of tables: which cell holds the title, and what speaks for a paper there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsvc.parser.blocks.blocks import Block
from feedsvc.parser.blocks.tables import Table
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.lines.addresses import is_relative
from feedsvc.parser.lines.inline import links_of, without_links
from feedsvc.parser.lines.title_text import read_title
from feedsvc.parser.units.evidence import MEDIUM, STRONG, WEAK, Evidence
from feedsvc.parser.vocabulary.homes import address_of_id
from feedsvc.parser.vocabulary.labels import names_link
from feedsvc.patterns import compile_later

_WORD = compile_later(r"\w")
BREAK = compile_later(r"<br\s?/?>", re.IGNORECASE)
_TITLE_END = compile_later(r"<br\s?/?>|<details|<sub>|[(（](?:read more|more|see)\b", re.IGNORECASE)


def row_evidence(block: Block) -> Evidence:
    """What speaks for a paper in a row."""
    table = block.table
    if table is None:  # the name of a group
        return Evidence(read_title(block.text), is_none=True)
    index = title_column(table.roles, block.cells)
    if index is None:
        return Evidence()
    evidence = Evidence(read_title(title_of_cell(block.cells[index])))
    if not _WORD.search(evidence.title.words) or names_time(evidence.title.words):
        evidence.is_none = True
    else:
        _weigh(evidence, table, block.cells, index)
    return evidence


def _weigh(evidence: Evidence, table: Table, cells: Sequence[str], index: int) -> None:
    address = evidence.title.address
    own = next((link.paper for link in links_of(cells[index]) if link.paper), None)
    others = (link.paper for cell in cells for link in links_of(cell) if link.paper)
    ids = (
        address_of_id(cell)
        for cell, role in zip(cells, table.roles, strict=False)
        if role == "link"
    )
    has_title = "title" in table.roles
    if paper := own or next(others, None) or next(filter(None, ids), None):
        evidence.paper = paper
        evidence.weight = STRONG if own or table.roles[index] == "title" else WEAK
    elif has_title and address and not is_relative(address):
        evidence.weight, evidence.paper = MEDIUM, address
    elif has_title and _names_authors(table, cells):
        evidence.weight = MEDIUM


def _names_authors(table: Table, cells: Sequence[str]) -> bool:
    """Whether a column is of authors, and the row names some; a break between talks has none."""
    roles = zip(cells, table.roles, strict=False)
    return any(role == "authors" and _WORD.search(cell) for cell, role in roles)


def title_column(roles: Sequence[str], cells: Sequence[str]) -> int | None:
    """The index of the cell with the title; None where none can be it."""
    for index, (cell, role) in enumerate(zip(cells, roles, strict=False)):
        text = read_title(title_of_cell(cell)).words if role == "title" else ""
        if _WORD.search(text) and not names_link(text):
            return index
    for index, cell in enumerate(cells):
        papers = (link for link in links_of(cell) if link.paper and link.words)
        if any(not names_link(link.plain_words) for link in papers):
            return index
    return None


def title_of_cell(cell: str) -> str:
    """The part of a cell that holds the title: what stands before a break, a fold or a remark.

    Badges and other names of links on lines of their own before it are passed over.
    """
    start = 0
    for end in BREAK.finditer(cell):
        if not _is_of_links(cell[start : end.start()]):
            break
        start = end.end()
    return _TITLE_END.split(cell[start:], maxsplit=1)[0].strip()


def _is_of_links(line: str) -> bool:
    """Whether a line holds links that say where they lead, and no words besides."""
    links = links_of(line)
    is_named = all(
        link.words.startswith("![") or (link.words and names_link(link.plain_words))
        for link in links
    )
    return bool(links) and is_named and not _WORD.search(without_links(line, links))
