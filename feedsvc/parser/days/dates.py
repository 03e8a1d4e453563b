"""Days of the calendar in file names and in text."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from msgspec import Struct

from feedsvc.parser.vocabulary.date_spellings import (
    IN_PATHS,
    IN_TEXT,
    MONTHS,
    NUMBER_OF_TIME,
    PARTS_IN_TEXT,
    WORD_OF_TIME,
    Grain,
    Spelling,
)
from feedsvc.parser.vocabulary.month_names import NUMBERS

EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
"""What lies outside is a slip of the pen, and near year 1 or 9999 sums of dates overflow."""


class ImpossibleDateError(ValueError):
    """A text has the form of a date but names no day; its argument is that text."""


class Time(Struct, frozen=True):
    """What a text says of a time. A part that it doesn't say is 0."""

    grain: Grain
    year: int = 0
    month: int = 0
    day: int = 0
    """Of a range the last one."""
    week: int = 0
    """Of the month where there is a month or none is said to be of the year."""
    is_iso_week: bool = False
    is_usual: bool = True
    """Whether the spelling is one that nobody uses for anything else."""
    is_named: bool = False
    """Whether the month is said by its name."""
    is_range: bool = False
    """Whether a first day is said, too, and no year."""
    first_month: int = 0
    """Of a range that names it."""
    start: int = 0
    end: int = 0
    """Where it stands in the text."""

    def last_day(self, year: int = 0, month: int = 0) -> date | None:
        """The last day of the time, its year and month from elsewhere where it has none."""
        year, month = self.year or year, self.month or month
        if not year:
            return None
        if self.is_iso_week:
            return _end_of_week(year, self.week)
        if not month or self.grain is Grain.YEAR:
            return None
        length = calendar.monthrange(year, month)[1]
        day = self.day or (min(7 * self.week, length) if self.week else length)
        return date(year, month, day) if day <= length else None


MONTHS_OF_A_YEAR = 12
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
"""Other signs for `-` in names of files: wikis write hyphens so."""
LONGEST_TEXT = 300
"""Characters in which a heading names its time."""

_LANGUAGE_FOLDER = re.compile(r"(?<=[0-9]/)[a-z]{2}(?:[-_][A-Za-z]{2})?/(?=[0-9])")
"""A folder of a language between those of a day: `2024/en/11/18.md`."""
_DIGIT = re.compile(r"[0-9]")
_YEAR = re.compile(r"(?<![0-9])(?:[0-9]{4}|[0-9]{8})(?![0-9])|[a-zA-Z] [0-9]{2}\b")
_CHINESE = {sign: number for number, sign in enumerate("一二三四五六", 1)}


def time_in_path(path: str) -> Time | None:
    """The time that a digest's path names, without its suffix. Raises ImpossibleDateError.

    Of several of one spelling the last one counts: `2024-11/2024-11-18.md`.
    """
    stem = unicodedata.normalize("NFC", path.rpartition(".")[0]).translate(_HYPHENS)
    stem = _LANGUAGE_FOLDER.sub("", stem)
    for spelling in IN_PATHS if _DIGIT.search(stem) else ():
        for found in reversed(list(spelling.form.finditer(stem))):
            try:
                return _time(found, spelling)
            except ImpossibleDateError:
                if spelling.is_usual:
                    raise
    return None


def date_in_path(path: str) -> date | None:
    """The day that a digest's path names: `2024-11-18.md`, `2024/11/18.md`, `20241118-x.md`.

    None where there is none. Raises ImpossibleDateError.
    """
    found = time_in_path(path)
    return found.last_day() if found and found.grain is Grain.DAY else None


def may_name_time(text: str) -> bool:
    """Whether a text has what any spelling of a time has."""
    return bool(NUMBER_OF_TIME.search(text) or WORD_OF_TIME.search(text.casefold()))


@lru_cache(maxsize=1024)
def time_in_text(text: str, *, with_parts: bool = True) -> Time | None:
    """The time that a heading names; of a range its end. Raises ImpossibleDateError."""
    text = text[:LONGEST_TEXT]
    if not may_name_time(text):
        return None
    for spelling in IN_TEXT if _YEAR.search(text) else ():
        if found := spelling.form.search(text):
            return _time(found, spelling)
    for spelling in PARTS_IN_TEXT if with_parts else ():
        if found := spelling.form.search(text):
            try:
                return _time(found, spelling)
            except ImpossibleDateError:
                continue
    return None


def date_in_heading(heading: str) -> date | None:
    """The day that a heading names: `2024-11-18`, `2024년 11월 18일`, `November 18, 2024`.

    None where there is none. Raises ImpossibleDateError.
    """
    found = time_in_text(heading, with_parts=False)
    return found.last_day() if found and found.grain is Grain.DAY else None


def _time(found: re.Match[str], spelling: Spelling) -> Time:
    said = {key: value for key, value in found.groupdict().items() if value}
    year = int(said.get("year") or said.get("year1") or 0)
    if "short" in said:
        year = 2000 + int(said["short"])
    month, day = _month(said), int(said.get("day") or 0)
    first = _first_month(said)
    if "year1" in said and "year" not in said and first > month:
        year += 1  # `2024-12-30 ~ 01-05`
    if month > MONTHS_OF_A_YEAR and _begins_with_day(found, said):
        month, day = day, month  # `11-18-2024`, where the month stands first
    week = said.get("week") or said.get("week2") or said.get("week3") or "0"
    number = _CHINESE[week] if week in _CHINESE else int(week)
    time = Time(
        spelling.grain,
        year=year,
        month=month,
        day=day,
        week=number,
        is_iso_week=bool(year and number and not month),
        is_usual=spelling.is_usual,
        is_named="name" in said,
        is_range=spelling.is_range,
        first_month=first,
        start=found.start(),
        end=found.end(),
    )
    _check(time, found[0])
    return time


def _begins_with_day(found: re.Match[str], said: Mapping[str, str]) -> bool:
    """Whether the day stands before the year and the month is a number."""
    is_number = "month" in said and "year" in said and "day" in said
    return is_number and found.start("day") < found.start("year")


def _first_month(said: Mapping[str, str]) -> int:
    """The month of a range's first day; 0 where that names none."""
    if name := said.get("name1"):
        return MONTHS.index(name[:3].lower()) + 1
    return int(said.get("month1") or 0)


def _month(said: Mapping[str, str]) -> int:
    if name := said.get("name"):
        return NUMBERS.get(name.casefold()) or MONTHS.index(name[:3].lower()) + 1
    if "month" in said:
        return int(said["month"])
    return _first_month(said)


def _check(time: Time, text: str) -> None:
    """Raises ImpossibleDateError where no calendar has such a time."""
    if time.year and not EARLIEST_YEAR <= time.year <= LATEST_YEAR:
        raise ImpossibleDateError(text)
    try:
        if time.grain is Grain.DAY:
            date(time.year or 2024, time.month, time.day)  # a leap year has every day
        elif time.is_iso_week:
            _end_of_week(time.year, time.week)
        elif time.grain is Grain.MONTH:
            date(2024, time.month, 1)
    except ValueError as error:
        raise ImpossibleDateError(text) from error


def _end_of_week(year: int, week: int) -> date:
    return date.fromisocalendar(year, week, 7)
