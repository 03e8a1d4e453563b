"""Blocks: places at which a paper may begin. What stands in closed fences is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from feedsvc.parser.blocks.tables import Table


class Kind(StrEnum):
    """What a block looks like."""

    HEADING = "heading"
    SUMMARY = "summary"
    BOLD = "bold line"
    ROW = "table row"
    ITEM = "list item"
    LINK = "line with a link"
    LABEL = "labelled title"
    DAY = "line that is a day"
    PLAIN = "plain title"
    FILE = "file"


UNITS: Mapping[str, Kind] = {
    "heading": Kind.HEADING,
    "table": Kind.ROW,
    "item": Kind.ITEM,
    "fold": Kind.SUMMARY,
    "bold": Kind.BOLD,
    "file": Kind.FILE,
}
"""The kinds of blocks by the names that people give them where evidence can't decide."""


class Block(Struct):
    """One place at which a paper may begin."""

    index: int
    """Of its first line, from 0."""
    kind: Kind
    level: int
    """Of a heading 1 to 6, of an item its depth, of a summary how many details are open."""
    text: str
    """What stands there, without the marks that make it a block."""
    last: int = -1
    """Index of the last line of its text: titles wrap."""
    is_hidden: bool = False
    """Whether a heading stands behind signs that make it code, a quote or an item for Markdown."""
    table: Table | None = None
    cells: Sequence[str] = ()

    @property
    def shape(self) -> tuple[Kind, int]:
        """What blocks of one form have in common."""
        return self.kind, self.level
