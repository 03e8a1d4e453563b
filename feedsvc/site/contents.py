"""What is in the places of the archive itself: home, everything, days, weeks, months, editions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from feedsvc.site.calendar import Month, Part, Week, first_and_last, week_of
from feedsvc.site.choosing import MOST_BYTES_OF_LEAST, MOST_OF_LEAST
from feedsvc.site.editions import Edition, daily_editions, weekly_editions
from feedsvc.site.kinds import (
    HOME,
    Archive,
    Contents,
    Scope,
    neighbour,
    picks_of,
)
from feedsvc.site.language import words_of
from feedsvc.site.searches import find, query_of, title_of


def _archive(part: Part, scope: Scope) -> Archive:
    """The links of an archive document of the all-time feed."""
    older, newer = scope.catalogue.calendar.neighbours_of_part(part)
    return Archive(HOME, neighbour(older), neighbour(newer))


def home(_: str, scope: Scope) -> Contents:
    """The newest papers: the parts of the all-time feed that readers subscribe to."""
    calendar, size = scope.catalogue.calendar, scope.config.feed_size
    parts = calendar.newest_parts(size, size * MOST_OF_LEAST, size * MOST_BYTES_OF_LEAST)
    if not parts:
        return Contents(())
    oldest = parts[-1]
    first_day = first_and_last(oldest)[0]
    archive = Archive(HOME, neighbour(calendar.neighbours_of_part(oldest)[0]))
    return Contents(calendar.days_since(first_day)[::-1], archive=archive)


def everything(_: str, scope: Scope) -> Contents:
    """All papers."""
    return Contents(scope.catalogue.calendar.days[::-1], "all days")


def of_day(day: date, scope: Scope) -> Contents | None:
    """The papers of a day."""
    calendar = scope.catalogue.calendar
    if day not in scope.catalogue.by_day:
        return None
    older, newer = calendar.neighbours_of_day(day)
    archive = _archive(day, scope) if calendar.is_part(day) else None
    around = (Month(day.year, day.month), week_of(day))
    return Contents([day], str(day), older, newer, around, archive)


def of_week(week: Week, scope: Scope) -> Contents | None:
    """The papers of a week."""
    calendar = scope.catalogue.calendar
    days = calendar.days_of(week)
    if not days:
        return None
    older, newer = calendar.neighbours_of_week(week)
    archive = _archive(week, scope) if calendar.is_part(week) else None
    return Contents(days, str(week), older, newer, archive=archive)


def of_month(month: Month, scope: Scope) -> Contents | None:
    """The papers of a month."""
    days = scope.catalogue.calendar.days_of(month)
    if not days:
        return None
    older, newer = scope.catalogue.calendar.neighbours_of_month(month)
    return Contents(days, str(month), older, newer)


def daily(_: str, scope: Scope) -> Contents:
    """The newest days, each an edition."""
    return _of_editions("daily", daily_editions(scope.catalogue, scope.config))


def weekly(_: str, scope: Scope) -> Contents:
    """The newest weeks that are over, each an edition."""
    return _of_editions("weekly", weekly_editions(scope.catalogue, scope.store, scope.config))


def _of_editions(title: str, editions: Sequence[Edition]) -> Contents:
    days = [day for edition in editions for day in edition.days]
    return Contents(days, title, editions=editions)


def search(_: str, scope: Scope) -> Contents:
    """What the query of the scope finds."""
    query = query_of(scope.query)
    found = None if query.is_empty else find(scope.store, query)
    if not found:
        return Contents((), "search")
    picks, title = picks_of(found.papers), title_of(query, words_of(scope.config))
    return Contents([*picks], title, picks=picks, found=found)
