"""How the digests of an archive are named after their days, and the name that another day gets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import product

from feedsvc.parser.days.dates import ImpossibleDateError, time_in_path
from feedsvc.parser.vocabulary.date_spellings import Grain

MOST_LOOKED_AT = 50
"""Digests, the newest: how an archive is named changes over the years."""

FALLBACK = "{day}.md"
"""Where no two digests are named alike."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TOKEN = re.compile(r"[0-9]{1,9}|[A-Za-z]{1,9}|.", re.DOTALL)

_Spelling = Callable[[date], str]


def _month(day: date) -> str:
    return _MONTHS[day.month - 1]


def _weekday(day: date) -> str:
    return _WEEKDAYS[day.weekday()]


_NUMBERS: dict[str, _Spelling] = {
    "Y": lambda day: f"{day.year}",
    "M": lambda day: f"{day.month:02}",
    "D": lambda day: f"{day.day:02}",
    "m": lambda day: f"{day.month}",
    "d": lambda day: f"{day.day}",
    "YMD": lambda day: f"{day:%Y%m%d}",
    "YM": lambda day: f"{day:%Y%m}",
    "MD": lambda day: f"{day:%m%d}",
    "yMD": lambda day: f"{day:%y%m%d}",
}
_WORDS: dict[str, _Spelling] = {
    "M month": _month,
    "M mon": lambda day: _month(day)[:3],
    "weekday": _weekday,
    "week": lambda day: _weekday(day)[:3],
}


def _in_case(spell: _Spelling, change: Callable[[str], str]) -> _Spelling:
    return lambda day: change(spell(day))


SPELLINGS: dict[str, _Spelling] = {
    **_NUMBERS,
    **_WORDS,
    **{f"{name} lower": _in_case(spell, str.lower) for name, spell in _WORDS.items()},
    **{f"{name} upper": _in_case(spell, str.upper) for name, spell in _WORDS.items()},
}
"""What a part of a name may say of a day: each letter of Y, M and D in its name is said by it."""

_Pattern = tuple[str | tuple[str], ...]
"""A name in its parts: texts that stay, and the names of spellings, each in a tuple."""


def name_for(day: date, paths: Iterable[str], fallback: str = FALLBACK) -> str:
    """The path of a day's digest beside those with these paths, in Markdown.

    Named as most of the newest ones are; `fallback` where no two are named alike.
    """
    dated = sorted(((found, path) for path in paths if (found := _day_of(path))), reverse=True)
    seen = Counter[_Pattern]()
    for found, path in dated[:MOST_LOOKED_AT]:
        seen.update(_patterns(path.rpartition(".")[0], found))
    for pattern, number in sorted(seen.items(), key=lambda item: (-item[1], len(item[0]))):
        name = f"{_fill(pattern, day)}.md"
        if (number > 1 or len(dated) == 1) and _day_of(name) == day:
            return name
    return fallback.format(day=day)


def newest_day(paths: Iterable[str]) -> date | None:
    """The newest day that a path names; None if none does."""
    return max(filter(None, map(_day_of, paths)), default=None)


def _day_of(path: str) -> date | None:
    try:
        time = time_in_path(path)
    except ImpossibleDateError:
        return None
    return time.last_day() if time and time.grain is Grain.DAY else None


def _patterns(stem: str, day: date) -> Iterator[_Pattern]:
    """Every way to understand a name in which year, month and day are said."""
    tokens = _TOKEN.findall(stem)
    choices: list[Sequence[str | tuple[str]]] = []
    for token in tokens:
        spelled = [(name,) for name, spell in SPELLINGS.items() if spell(day) == token]
        choices.append(spelled or [token])
    for pattern in product(*choices):
        said = "".join(part[0].partition(" ")[0] for part in pattern if isinstance(part, tuple))
        if set("YMD") <= set(said.upper()):
            yield pattern


def _fill(pattern: _Pattern, day: date) -> str:
    return "".join(SPELLINGS[part[0]](day) if isinstance(part, tuple) else part for part in pattern)
