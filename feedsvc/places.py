"""The table of places: each a set of papers with a title, an address and neighbours. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import Enum

from msgspec import Struct

from feedsvc.weeks import Calendar, Week, parse_day, parse_week

HOME = "/"
EVERYTHING = "/all/"


class Kind(Enum):
    """The kinds of places, and how the feeds of each relate to the all-time feed (RFC 5005)."""

    HOME = "the newest weeks: the subscription document of the all-time feed"
    EVERYTHING = "every paper: a complete feed"
    DAY = "one day: a feed of its own"
    WEEK = "one ISO week: an archive document of the all-time feed"


class Neighbour(Struct, frozen=True):
    """The place before or after one of the same kind."""

    name: str

    @property
    def path(self) -> str:
        """Of the place."""
        return f"/{self.name}/"


class Place(Struct, frozen=True):
    """A set of papers, the same in every representation."""

    kind: Kind
    path: str
    """Begins and ends with a slash."""
    name: str
    """The day or the week; empty for those that are of the whole time."""
    days: Sequence[date]
    """Those with papers in the place, newest first."""
    older: Neighbour | None = None
    newer: Neighbour | None = None
    last_day: date | None = None
    """The last day that can ever be in the place; None where there is no last one."""


def find_place(path: str, calendar: Calendar, feed_size: int) -> Place | None:
    """The place at a path; None where there is none, as for a day without papers."""
    name = path.strip("/")
    if path == HOME:
        return _home(calendar, feed_size)
    if path == EVERYTHING:
        return _everything(calendar)
    if path == f"/{name}/" and (day := parse_day(name)) and calendar.days_between(day, day):
        return _day(day, calendar)
    if path == f"/{name}/" and (week := parse_week(name)) and calendar.days_of(week):
        return _week(week, calendar)
    return None


def all_places(calendar: Calendar, feed_size: int) -> Iterator[Place]:
    """Every place that there is, as `find_place` finds it, in the order of `place_paths`."""
    yield _home(calendar, feed_size)
    yield _everything(calendar)
    for day in calendar.days:
        yield _day(day, calendar)
    for week in calendar.weeks:
        yield _week(week, calendar)


def place_paths(calendar: Calendar) -> Iterator[str]:
    """The path of every place that there is."""
    yield HOME
    yield EVERYTHING
    for name in (*calendar.days, *calendar.weeks):
        yield f"/{name}/"


def _home(calendar: Calendar, feed_size: int) -> Place:
    weeks = calendar.newest_weeks(feed_size)
    if not weeks:
        return Place(Kind.HOME, HOME, "", [])
    days = calendar.days_between(weeks[-1].first_day, weeks[0].last_day)
    older, _ = calendar.neighbours_of_week(weeks[-1])
    return Place(Kind.HOME, HOME, "", days, _neighbour(older))


def _everything(calendar: Calendar) -> Place:
    return Place(Kind.EVERYTHING, EVERYTHING, "", calendar.days[::-1])


def _day(day: date, calendar: Calendar) -> Place:
    older, newer = map(_neighbour, calendar.neighbours_of_day(day))
    name = str(day)
    return Place(Kind.DAY, f"/{name}/", name, [day], older, newer, day)


def _week(week: Week, calendar: Calendar) -> Place:
    older, newer = map(_neighbour, calendar.neighbours_of_week(week))
    name, days = str(week), calendar.days_of(week)
    return Place(Kind.WEEK, f"/{name}/", name, days, older, newer, week.last_day)


def _neighbour(one: date | Week | None) -> Neighbour | None:
    return Neighbour(str(one)) if one else None
