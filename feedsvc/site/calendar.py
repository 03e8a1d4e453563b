"""The days and ISO weeks of an archive, and their neighbours. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

DAYS_OF_A_WEEK = 7

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


class Week(Struct, frozen=True, order=True):
    """A week of ISO 8601, from Monday to Sunday."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @property
    def first_day(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return self.first_day + timedelta(days=DAYS_OF_A_WEEK - 1)


def week_of(day: date) -> Week:
    """The week that a day is in."""
    return Week(*day.isocalendar()[:2])


def parse_day(text: str) -> date | None:
    """The day that `2024-11-18` names; None for other forms, some of which fromisoformat takes."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse_week(text: str) -> Week | None:
    """The week that `2024-W47` names; None for other forms and for weeks that no year has."""
    found = _WEEK.fullmatch(text)
    if not found:
        return None
    week = Week(int(found[1]), int(found[2]))
    try:
        return week if week_of(week.last_day) == week else None
    except (ValueError, OverflowError):
        return None


class Calendar(Struct, frozen=True, dict=True):
    """The days that have papers."""

    days: Sequence[date]
    """Oldest first."""
    counts: Sequence[int]
    """The number of papers of each day."""

    @cached_property
    def weeks(self) -> Sequence[Week]:
        """The weeks that have papers, oldest first."""
        mondays = dict.fromkeys(day.toordinal() - day.weekday() for day in self.days)
        return [week_of(date.fromordinal(monday)) for monday in mondays]

    def days_between(self, first: date, last: date) -> Sequence[date]:
        """The days with papers from `first` to `last`, newest first."""
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)][::-1]

    def days_of(self, week: Week) -> Sequence[date]:
        """The days of a week with papers, newest first."""
        return self.days_between(week.first_day, week.last_day)

    def days_since(self, first: date) -> Sequence[date]:
        """The days with papers from `first` on, oldest first."""
        return self.days[bisect_left(self.days, first) :]

    def neighbours_of_day(self, day: date) -> tuple[date | None, date | None]:
        """The nearest days with papers before and after a day."""
        return _neighbours(self.days, day)

    def neighbours_of_week(self, week: Week) -> tuple[Week | None, Week | None]:
        """The nearest weeks with papers before and after a week."""
        return _neighbours(self.weeks, week)

    def newest_weeks(self, papers: int) -> Sequence[Week]:
        """The fewest whole weeks, newest first, that hold at least this many papers."""
        total, taken = 0, list[Week]()
        for day, count in zip(reversed(self.days), reversed(self.counts), strict=True):
            if not taken or taken[-1] != week_of(day):
                if total >= papers:
                    break
                taken.append(week_of(day))
            total += count
        return taken


_T = TypeVar("_T", date, Week)


def _neighbours(known: Sequence[_T], one: _T) -> tuple[_T | None, _T | None]:
    before, after = bisect_left(known, one), bisect_right(known, one)
    return (
        known[before - 1] if before else None,
        known[after] if after < len(known) else None,
    )
