"""The days and ISO weeks of an archive, their neighbours, and its parts. Pure.

The all-time feed is cut into parts, each of which is an archive document (RFC 5005): the weeks, or
the days of a week that has too many papers for one document.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

DAYS_OF_A_WEEK = 7

LARGEST_WEEK = 200
"""Papers; of a week with more each day is a part."""

LARGEST_WEEK_BYTES = 1_000_000
"""Bytes of its papers in the largest format; as above."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


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


Part = Week | date


class Month(Struct, frozen=True, order=True):
    """A month of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        """Its first."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])


def parse_month(text: str) -> Month | None:
    """The month that `2024-11` names; None for other forms."""
    found = _MONTH.fullmatch(text)
    return Month(int(found[1]), int(found[2])) if found and found[1] != "0000" else None


def first_and_last(span: Month | Week | date) -> tuple[date, date]:
    """The first day of a month, a week or a day, and the last."""
    return (span, span) if isinstance(span, date) else (span.first_day, span.last_day)


class Calendar(Struct, frozen=True, dict=True):
    """The days that have papers."""

    days: Sequence[date]
    """Oldest first."""
    counts: Sequence[int]
    """The number of papers of each day."""
    sizes: Sequence[int]
    """The bytes of each day's papers in the largest format."""

    @cached_property
    def weeks(self) -> Sequence[Week]:
        """The weeks that have papers, oldest first."""
        return [*self._days_by_week]

    @cached_property
    def months(self) -> Sequence[Month]:
        """The months that have papers, oldest first."""
        return [*dict.fromkeys(Month(day.year, day.month) for day in self.days)]

    def days_between(self, first: date, last: date) -> Sequence[date]:
        """The days with papers from `first` to `last`, newest first."""
        return self.days[bisect_left(self.days, first) : bisect_right(self.days, last)][::-1]

    def days_of(self, span: Week | Month) -> Sequence[date]:
        """The days of a week or a month with papers, newest first."""
        return self.days_between(span.first_day, span.last_day)

    def days_since(self, first: date) -> Sequence[date]:
        """The days with papers from `first` on, oldest first."""
        return self.days[bisect_left(self.days, first) :]

    def neighbours_of_day(self, day: date) -> tuple[date | None, date | None]:
        """The nearest days with papers before and after a day."""
        return _neighbours(self.days, day)

    def neighbours_of_week(self, week: Week) -> tuple[Week | None, Week | None]:
        """The nearest weeks with papers before and after a week."""
        return _neighbours(self.weeks, week)

    def neighbours_of_month(self, month: Month) -> tuple[Month | None, Month | None]:
        """The nearest months with papers before and after a month."""
        return _neighbours(self.months, month)

    @cached_property
    def parts(self) -> Sequence[Part]:
        """The parts of the all-time feed, oldest first."""
        return [
            part
            for week, days in self._days_by_week.items()
            for part in ([week] if self._is_one_part(days) else days)
        ]

    def is_part(self, part: Part) -> bool:
        """Whether a week or a day is a part."""
        return part in self._place_of_part

    def neighbours_of_part(self, part: Part) -> tuple[Part | None, Part | None]:
        """The parts before and after one."""
        at = self._place_of_part[part]
        return (
            self.parts[at - 1] if at else None,
            self.parts[at + 1] if at + 1 < len(self.parts) else None,
        )

    def newest_parts(self, papers: int, most: int, most_bytes: int) -> Sequence[Part]:
        """The fewest parts, newest first, that hold at least this many papers.

        But fewer where they would hold more than `most`, or more than `most_bytes`; always one.
        """
        taken, count, size = list[Part](), 0, 0
        for part in reversed(self.parts):
            days = [part] if isinstance(part, date) else self._days_by_week[part]
            count, size = count + self._count(days), size + self._size(days)
            if taken and (count > most or size > most_bytes):
                break
            taken.append(part)
            if count >= papers:
                break
        return taken

    @cached_property
    def _days_by_week(self) -> dict[Week, Sequence[date]]:
        """The days of each week, oldest first."""
        by_monday: dict[int, list[date]] = {}
        for day in self.days:
            by_monday.setdefault(day.toordinal() - day.weekday(), []).append(day)
        return {week_of(days[0]): days for days in by_monday.values()}

    @cached_property
    def _place_of_part(self) -> dict[Part, int]:
        return {part: place for place, part in enumerate(self.parts)}

    @cached_property
    def _facts(self) -> dict[date, tuple[int, int]]:
        return dict(zip(self.days, zip(self.counts, self.sizes, strict=True), strict=True))

    def _is_one_part(self, days: Sequence[date]) -> bool:
        return self._count(days) <= LARGEST_WEEK and self._size(days) <= LARGEST_WEEK_BYTES

    def _count(self, days: Iterable[date]) -> int:
        return sum(self._facts[day][0] for day in days)

    def _size(self, days: Iterable[date]) -> int:
        return sum(self._facts[day][1] for day in days)


_T = TypeVar("_T", date, Week, Month)


def _neighbours(known: Sequence[_T], one: _T) -> tuple[_T | None, _T | None]:
    before, after = bisect_left(known, one), bisect_right(known, one)
    return (
        known[before - 1] if before else None,
        known[after] if after < len(known) else None,
    )
