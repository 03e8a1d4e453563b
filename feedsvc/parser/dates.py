"""Days of the calendar in file names and headings."""

from __future__ import annotations

import re
from datetime import date

EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
"""What lies outside is a slip of the pen, and near year 1 or 9999 sums of dates overflow."""

_IN_PATH = re.compile(r"(?<![0-9])([0-9]{4})[-_./]([0-9]{1,2})[-_./]([0-9]{1,2})(?![0-9])")

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})[a-z]*"
_IN_HEADING = (
    re.compile(
        r"(?<![0-9])(?P<year>[0-9]{4})\s*(?:[-_./]|년)\s*(?P<number>[0-9]{1,2})\s*(?:[-_./]|월)\s*"
        r"(?P<day>[0-9]{1,2})(?![0-9])"
    ),
    re.compile(
        rf"\b{_MONTH}\.?\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>[0-9]{{4}})\b",
        re.IGNORECASE | re.ASCII,
    ),
    re.compile(
        rf"\b(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+(?P<year>[0-9]{{4}})\b",
        re.IGNORECASE | re.ASCII,
    ),
)

_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_LANGUAGE = re.compile(r"\.([a-z]{2,3}(?:-[A-Za-z]{2,4})?)$")


class ImpossibleDateError(ValueError):
    """A text has the form of a date but names no day; its argument is that text."""


def date_in_path(path: str) -> date | None:
    """The day that a digest's path names: `2024-11-18.md`, `2024/11/18.md`, `2024-11-18-x.md`.

    The last one counts. None where there is none. Raises ImpossibleDateError.
    """
    found = list(_IN_PATH.finditer(_without_suffix(path)))
    return _date(found[-1][0], *found[-1].groups()) if found else None


def language_in_path(path: str) -> str | None:
    """The language that a digest's name ends in: `2024-11-18.en.md`. None where it names none."""
    found = _LANGUAGE.search(_without_suffix(path))
    return found[1] if found else None


def date_in_heading(heading: str) -> date | None:
    """The first day that a heading names: `2024-11-18`, `2024년 11월 18일`, `November 18, 2024`.

    None where there is none. Raises ImpossibleDateError.
    """
    for form in _IN_HEADING if _YEAR.search(heading) else ():
        if found := form.search(heading):
            named = found.groupdict()
            month = named.get("number") or _MONTHS.index(named["month"].lower()) + 1
            return _date(found[0], named["year"], month, named["day"])
    return None


def _without_suffix(path: str) -> str:
    return path.rpartition(".")[0]


def _date(text: str, year: str, month: str | int, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as error:
        raise ImpossibleDateError(text) from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise ImpossibleDateError(text)
    return found
