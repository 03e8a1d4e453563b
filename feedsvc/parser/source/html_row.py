"""A row of a table in HTML while its cells are read, with those that reach over rows or columns."""

from __future__ import annotations

import re

from msgspec import Struct, field

from feedsvc.patterns import compile_later

_SPAN = compile_later(
    r"(?<![\w-])(?P<name>row|col)span\s?=\s?[\"']?(?P<number>[0-9]{1,3})", re.IGNORECASE
)
MOST_COLUMNS = 60


class Row(Struct):
    """What is known of a row beside the texts of its cells."""

    carried: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By column the text of a cell above that reaches down, and for how many rows more."""
    own: list[int] = field(default_factory=list)
    """The columns of the cells that stand in the row itself."""
    is_open: bool = False
    """Whether a cell has begun."""
    is_wide: bool = False
    """Whether a cell reaches over several columns."""
    is_head: bool = True
    """Whether all cells are heads."""
    rows: int = 1
    columns: int = 1
    """How far the open cell reaches."""

    def begin(self, cells: list[str], attributes: str, *, is_head: bool) -> None:
        """A cell begins; those that reach down from above stand before it."""
        spans = {
            found["name"].lower(): int(found["number"]) for found in _SPAN.finditer(attributes)
        }
        self.rows = spans.get("row", 1) or 1
        self.columns = min(spans.get("col", 1) or 1, MOST_COLUMNS)
        self._reach_down(cells)
        self.is_open = True
        self.is_head &= is_head

    def end(self, cells: list[str], text: str) -> None:
        """The open cell ends; text outside of cells makes one."""
        column = len(cells)
        self.own.append(column)
        cells += [text, *[""] * (self.columns - 1)]
        self.is_wide |= self.columns > 1
        if self.rows > 1:
            for each in range(column, column + self.columns):
                self.carried[each] = (self.rows, cells[each])
        self.is_open, self.rows, self.columns = False, 1, 1

    def next(self, cells: list[str]) -> Row:
        """The row below this one, which ends."""
        self._reach_down(cells)
        left = {column: (more - 1, text) for column, (more, text) in self.carried.items()}
        return Row({column: each for column, each in left.items() if each[0]})

    def is_one_cell(self, cells: list[str], above: int) -> bool:
        """Whether the row has one cell alone, as those of a layout and the names of groups."""
        filled = sum(bool(cells[column]) for column in self.own)
        if len(self.own) == 1:
            return self.is_wide or not above or len(self.own) == len(cells)
        return filled == 1 and not above and not self.is_head

    def _reach_down(self, cells: list[str]) -> None:
        while (column := len(cells)) in self.carried and column not in self.own:
            cells.append(self.carried[column][1])
