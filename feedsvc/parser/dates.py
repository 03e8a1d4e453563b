"""Days of the calendar in file names and in text: one table of spellings for each."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import IntEnum

from msgspec import Struct

EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
"""What lies outside is a slip of the pen, and near year 1 or 9999 sums of dates overflow."""


class ImpossibleDateError(ValueError):
    """A text has the form of a date but names no day; its argument is that text."""


class Grain(IntEnum):
    """How exactly a text names a time."""

    YEAR = 1
    MONTH = 2
    WEEK = 3
    DAY = 4


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


MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = (
    r"(?P<name{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_TH = r"(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|–|—|~|〜|～|to|until|至|到)\s?"
_YMD = (
    r"(?<![0-9])(?P<year{0}>[0-9]{{4}})\s?(?:[-_./]|년|年)\s?(?P<month{0}>[0-9]{{1,2}})\s?(?:[-_./]|월|月)\s?"
    r"(?P<day{0}>[0-9]{{1,2}})(?![0-9])(?:\s?[일日])?"
)

_PATHS: tuple[tuple[str, Grain, bool], ...] = (
    (
        r"(?<![0-9])(?P<year>[0-9]{4})/[0-9]{4}[-_~](?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])",
        Grain.DAY,
        True,
    ),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})/(?P<month>[0-9]{1,2})/[0-9]{1,2}[-_~](?P<day>[0-9]{1,2})(?=/|$)",
        Grain.DAY,
        True,
    ),
    (
        r"(?<![0-9])(?<![0-9]{2}[-_.])(?P<year>[0-9]{4})[-_./](?P<month>[0-9]{1,2})[-_./](?P<day>[0-9]{1,2})(?![0-9])",
        Grain.DAY,
        True,
    ),
    (
        r"(?<![0-9])(?P<year>20[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?![0-9])",
        Grain.DAY,
        False,
    ),
    (
        r"(?<![0-9])(?P<year>20[0-9]{2})(?P<month>[01][0-9])/(?P<day>[0-3]?[0-9])(?=/|$)",
        Grain.DAY,
        False,
    ),
    (
        rf"(?<![0-9])(?P<day>[0-9]{{1,2}}){_TH}[-_. ]{_NAMED.replace('{0}', '')}[-_. ](?P<year>[0-9]{{4}})(?![0-9])",
        Grain.DAY,
        False,
    ),
    (
        rf"(?<![a-z]){_NAMED.replace('{0}', '')}[-_. ](?P<day>[0-9]{{1,2}}){_TH}[-_., ]{{1,2}}(?P<year>[0-9]{{4}})(?![0-9])",
        Grain.DAY,
        False,
    ),
    (
        rf"(?<![0-9])(?P<year>[0-9]{{4}})[-_./]{_NAMED.replace('{0}', '')}[-_./](?P<day>[0-9]{{1,2}})(?![0-9])",
        Grain.DAY,
        False,
    ),
    (
        r"(?<![0-9])(?P<day>[0-9]{1,2})[-_.](?P<month>[0-9]{1,2})[-_.](?P<year>[0-9]{4})(?![0-9])",
        Grain.DAY,
        False,
    ),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})[年년][ _]?(?P<month>[0-9]{1,2})[月월][ _]?(?P<day>[0-9]{1,2})[日일]?",
        Grain.DAY,
        False,
    ),
    (
        r"(?:^|/)(?P<short>[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?=$|[ _./-])",
        Grain.DAY,
        False,
    ),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})/(?:[^/0-9]{1,40})(?P<day>[0-9]{1,2})(?=$|/)",
        Grain.DAY,
        False,
    ),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})[-_/]?(?:[a-z]{1,10}[-_ /])?(?:w|wk|week)[-_ ]?(?P<week>[0-9]{1,2})(?![0-9])",
        Grain.WEEK,
        False,
    ),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})[-_/](?P<week>[0-9]{1,2})[-_ ]?week(?![a-z])",
        Grain.WEEK,
        False,
    ),
    (r"(?<![0-9])(?P<year>[0-9]{4})[-_/年](?P<month>[0-9]{1,2})(?![0-9])", Grain.MONTH, False),
    (
        rf"(?<![0-9])(?P<year>[0-9]{{4}})[-_/]{_NAMED.replace('{0}', '')}(?![a-z])",
        Grain.MONTH,
        False,
    ),
    (
        rf"(?<![a-z]){_NAMED.replace('{0}', '')}[-_ ](?P<year>[0-9]{{4}})(?![0-9])",
        Grain.MONTH,
        False,
    ),
    (r"(?<![0-9])(?P<year>20[0-9]{2})(?P<month>[01][0-9])(?![0-9])", Grain.MONTH, False),
    (r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})(?![0-9])", Grain.YEAR, False),
)
"""The spellings in paths, the most exact first, and whether one is used for days only."""

_TEXTS: tuple[tuple[str, Grain], ...] = (
    (_YMD.format("1") + rf"[^\w\n]{{0,3}}{_TO}" + _YMD.format(""), Grain.DAY),
    (
        _YMD.format("1")
        + rf"{_TO}(?:(?P<month>[0-9]{{1,2}})[-./月])(?P<day>[0-9]{{1,2}})(?![0-9])日?",
        Grain.DAY,
    ),
    (_YMD.format(""), Grain.DAY),
    (
        rf"\b{_NAMED.replace('{0}', '1')}\.?\s(?P<day1>[0-9]{{1,2}}){_TH}{_TO}(?:{_NAMED.replace('{0}', '')}\.?\s)?"
        rf"(?P<day>[0-9]{{1,2}}){_TH}(?:,\s?|\s?-\s?|\s)(?P<year>[0-9]{{4}})\b",
        Grain.DAY,
    ),
    (
        rf"\b{_NAMED.replace('{0}', '')}\.?\s{{1,4}}(?P<day>[0-9]{{1,2}}){_TH},?\s{{1,4}}(?P<year>[0-9]{{4}})\b",
        Grain.DAY,
    ),
    (
        rf"\b(?P<day>[0-9]{{1,2}}){_TH}[\s-]{{1,4}}{_NAMED.replace('{0}', '')}\.?,?[\s-]{{1,4}}(?P<year>[0-9]{{4}})\b",
        Grain.DAY,
    ),
    (
        rf"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}},?\s{{1,4}}(?P<day>[0-9]{{1,2}})\s{_NAMED.replace('{0}', '')}\s(?P<short>[0-9]{{2}})\b",
        Grain.DAY,
    ),
    (
        r"(?<![0-9.])(?P<year>20[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?![0-9.])",
        Grain.DAY,
    ),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})\s?[-年년]?\s?(?:w|week\s?|第)(?P<week>[0-9]{1,2})\s?(?:周|週|주|주차)?(?![0-9])",
        Grain.WEEK,
    ),
    (r"\bweek\s(?P<week>[0-9]{1,2}),?\s(?:of\s)?(?P<year>[0-9]{4})\b", Grain.WEEK),
    (
        r"(?<![0-9])(?P<year>[0-9]{4})\s?[-./年년]\s?(?P<month>[0-9]{1,2})(?![0-9])\s?[월月]?",
        Grain.MONTH,
    ),
    (rf"\b{_NAMED.replace('{0}', '')}\.?,?\s(?P<year>[0-9]{{4}})\b", Grain.MONTH),
    (rf"\b(?P<year>[0-9]{{4}})\s{_NAMED.replace('{0}', '')}\b", Grain.MONTH),
)
"""The spellings in text that say the year, the most exact first."""

_PARTS: tuple[tuple[str, Grain], ...] = (
    (r"(?<![0-9])(?P<month>[0-9]{1,2})\s?[월月]\s?(?P<day>[0-9]{1,2})\s?[일日]", Grain.DAY),
    (r"(?<![0-9./-])(?P<month>[01]?[0-9])[-/.](?P<day>[0-3]?[0-9])(?![0-9./-])", Grain.DAY),
    (rf"\b{_NAMED.replace('{0}', '')}\.?\s(?P<day>[0-9]{{1,2}}){_TH}\b", Grain.DAY),
    (rf"\b(?P<day>[0-9]{{1,2}}){_TH}\s{_NAMED.replace('{0}', '')}\b", Grain.DAY),
    (rf"(?:(?<![0-9])[0-9]{{1,2}}{_TH}{_TO})?(?<![0-9])(?P<week>[1-6]){_TH}\sweek\b", Grain.WEEK),
    (
        r"第\s?(?P<week>[1-6一二三四五六])\s?[周週]|(?<![0-9])(?P<week2>[1-6])\s?주차?(?!\w)|\bweek\s(?P<week3>[1-6])\b",
        Grain.WEEK,
    ),
    (r"(?<![0-9])(?P<month>[0-9]{1,2})\s?[월月](?!\s?[0-9])", Grain.MONTH),
    (rf"\b{_NAMED.replace('{0}', '')}\b", Grain.MONTH),
    (r"(?<![0-9])(?P<year>20[0-9]{2})(?![0-9])\s?[년年]?", Grain.YEAR),
)
"""The spellings of a part of a time, which headings above it make whole."""


def _compiled(table: tuple[tuple[object, ...], ...]) -> tuple[tuple[re.Pattern[str], Grain], ...]:
    return tuple((re.compile(str(row[0]), re.IGNORECASE), Grain(row[1])) for row in table)  # type: ignore[call-overload]


_PATH_FORMS = tuple(
    (re.compile(form, re.IGNORECASE), grain, usual) for form, grain, usual in _PATHS
)
_TEXT_FORMS, _PART_FORMS = _compiled(_TEXTS), _compiled(_PARTS)
_DIGIT = re.compile(r"[0-9]")
_YEAR = re.compile(r"(?<![0-9])(?:[0-9]{4}|[0-9]{8})(?![0-9])|[a-zA-Z] [0-9]{2}\b")
_PART_HINT = re.compile(r"[0-9]|第|" + "|".join(MONTHS), re.IGNORECASE)
LONGEST_TEXT = 300
"""Characters in which a heading names its time."""


def time_in_path(path: str) -> Time | None:
    """The time that a digest's path names, without its suffix. Raises ImpossibleDateError.

    Of several of one spelling the last one counts: `2024-11/2024-11-18.md`.
    """
    stem = _without_suffix(path)
    if not _DIGIT.search(stem):
        return None
    for form, grain, is_usual in _PATH_FORMS:
        for found in reversed(list(form.finditer(stem))):
            try:
                return _time(found, grain, is_usual=is_usual)
            except ImpossibleDateError:
                if is_usual:
                    raise
    return None


def date_in_path(path: str) -> date | None:
    """The day that a digest's path names: `2024-11-18.md`, `2024/11/18.md`, `20241118-x.md`.

    None where there is none. Raises ImpossibleDateError.
    """
    found = time_in_path(path)
    return found.last_day() if found and found.grain is Grain.DAY else None


def time_in_text(text: str, *, with_parts: bool = True) -> Time | None:
    """The time that a heading names; of a range its end. Raises ImpossibleDateError."""
    text = text[:LONGEST_TEXT]
    if _YEAR.search(text):
        for form, grain in _TEXT_FORMS:
            if found := form.search(text):
                return _time(found, grain)
    for form, grain in _PART_FORMS if with_parts and _PART_HINT.search(text) else ():
        if found := form.search(text):
            try:
                return _time(found, grain, is_usual=False)
            except ImpossibleDateError:
                continue
    return None


def date_in_heading(heading: str) -> date | None:
    """The day that a heading names: `2024-11-18`, `2024년 11월 18일`, `November 18, 2024`.

    None where there is none. Raises ImpossibleDateError.
    """
    found = time_in_text(heading, with_parts=False)
    return found.last_day() if found and found.grain is Grain.DAY else None


def _without_suffix(path: str) -> str:
    return path.rpartition(".")[0]


_CHINESE = {sign: number for number, sign in enumerate("一二三四五六", 1)}


def _time(found: re.Match[str], grain: Grain, *, is_usual: bool = True) -> Time:
    said = {key: value for key, value in found.groupdict().items() if value}
    year = int(said.get("year") or said.get("year1") or 0)
    if "short" in said:
        year = 2000 + int(said["short"])
    month, day = _month(said), int(said.get("day") or 0)
    if (
        grain is Grain.DAY
        and "name" not in said
        and "year" in said
        and found.start("day") < found.start("year")
        and month > 12
    ):
        month, day = day, month  # `11-18-2024`, where the month stands first
    week = said.get("week") or said.get("week2") or said.get("week3") or "0"
    number = _CHINESE[week] if week in _CHINESE else int(week)
    time = Time(
        grain,
        year,
        month,
        day,
        number,
        bool(year and number),
        is_usual,
        bool(said.get("name")),
        *found.span(),
    )
    _check(time, found[0])
    return time


def _month(said: Mapping[str, str]) -> int:
    if "month" in said:
        return int(said["month"])
    name = said.get("name") or said.get("name1")
    if name:
        return MONTHS.index(name[:3].lower()) + 1
    return int(said.get("month1") or 0)


def _check(time: Time, text: str) -> None:
    """Raises ImpossibleDateError where no calendar has such a time."""
    try:
        if time.grain is Grain.DAY:
            date(time.year or 2024, time.month, time.day)
        elif time.is_iso_week:
            _end_of_week(time.year, time.week)
        elif time.month > 12 or (time.grain is Grain.MONTH and not time.month):  # noqa: PLR2004
            raise ImpossibleDateError(text)
    except ValueError as error:
        raise ImpossibleDateError(text) from error
    if time.year and not EARLIEST_YEAR <= time.year <= LATEST_YEAR:
        raise ImpossibleDateError(text)


def _end_of_week(year: int, week: int) -> date:
    return date.fromisocalendar(year, week, 7)


_ = Callable, timedelta
