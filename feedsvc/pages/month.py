"""Months as the tables of a calendar. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from msgspec import Struct

DAYS_OF_A_WEEK = 7


class Month(Struct, frozen=True):
    """A month with digests."""

    first: date
    """Its first day."""
    name: str
    """As its folder is called: `2024-11`."""
    weeks: Sequence[Sequence[date | None]]
    """From Monday to Sunday; None for days of other months."""
    days: frozenset[date]
    """Those that have a digest."""


def months_of(days: Sequence[date]) -> Iterator[Month]:
    """The months of days that are in order, either way."""
    for first, of_month in groupby(days, lambda day: day.replace(day=1)):
        yield Month(first, f"{first:%Y-%m}", _weeks(first), frozenset(of_month))


def _weeks(first: date) -> list[list[date | None]]:
    count = ((first + timedelta(days=31)).replace(day=1) - first).days
    cells: list[date | None] = [None] * first.weekday()
    cells += [first + timedelta(days=number) for number in range(count)]
    cells += [None] * (-len(cells) % DAYS_OF_A_WEEK)
    return [cells[at : at + DAYS_OF_A_WEEK] for at in range(0, len(cells), DAYS_OF_A_WEEK)]
