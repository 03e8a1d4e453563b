"""Blocks: places at which a paper may begin. What stands in closed fences is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

if TYPE_CHECKING:
    from feedsvc.parser.blocks.tables import Table


class Kind(str):
    """What a block looks like: one of the ten that follow, compared by `is`.

    It is no enum, as Python 3.11 finds a member of one by a slow way, and of each block the parser
    asks dozens of times what it is.
    """

    __slots__ = ()

    HEADING: ClassVar[Kind]
    SUMMARY: ClassVar[Kind]
    BOLD: ClassVar[Kind]
    ROW: ClassVar[Kind]
    ITEM: ClassVar[Kind]
    LINK: ClassVar[Kind]
    LABEL: ClassVar[Kind]
    DAY: ClassVar[Kind]
    PLAIN: ClassVar[Kind]
    FILE: ClassVar[Kind]


Kind.HEADING = Kind("heading")
Kind.SUMMARY = Kind("summary")
Kind.BOLD = Kind("bold line")
Kind.ROW = Kind("table row")
Kind.ITEM = Kind("list item")
Kind.LINK = Kind("line with a link")
Kind.LABEL = Kind("labelled title")
Kind.DAY = Kind("line that is a day")
Kind.PLAIN = Kind("plain title")
Kind.FILE = Kind("file")

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
