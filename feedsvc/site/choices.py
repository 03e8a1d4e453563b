"""What a reader can subscribe to: each choice with what it brings, and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from feedsvc.index.topic_keys import TOPICS, topic_path
from feedsvc.pages.page import Choice, MemberLink
from feedsvc.pages.words import Words
from feedsvc.site.calendar import DAYS_OF_A_WEEK
from feedsvc.site.chosen import topics_of
from feedsvc.site.kinds import DAILY, HOME, SAVED, WEEKLY, Place, address
from feedsvc.site.metadata import feed_links
from feedsvc.site.snapshot import Snapshot

RECENT_DAYS = 28
"""How many days up to a place's newest one tell how much a week brings."""

LEAST_DAYS = 7
"""Of a place that has fewer, nobody can tell more than that."""

_GROUPS = {TOPICS, SAVED}
"""Folders in which each place has papers of its own choice."""

MOST_TOPICS = 40
"""How many topics are choices of their own, those with the most papers; all are in their list."""


def choices_of(snapshot: Snapshot, say: Words) -> Iterator[Choice]:
    """All papers, once a day, once a week, the topics, and each saved search."""
    topics = sorted(topics_of(snapshot.scope()), key=lambda topic: -topic.papers)[:MOST_TOPICS]
    by_name = sorted(topics, key=lambda topic: (topic.name.casefold(), topic.key))
    saved = (f"/{SAVED}/{search.name}/" for search in snapshot.config.saved)
    for path in (*_CHOICES, *(topic_path(topic.key) for topic in by_name), *saved):
        place = snapshot.place(path)
        if place and (choice := choice_at(snapshot, say, place)):
            yield choice


def choice_at(snapshot: Snapshot, say: Words, place: Place) -> Choice | None:
    """What one place brings; None if it is no choice.

    That of picked papers or of editions tells only what their own days and papers say, as the ETags
    of their pages come from these.
    """
    folder = place.path.split("/")[1]
    group = folder if folder in _GROUPS and place.picks is not None else ""
    make = _picked if group else _CHOICES.get(place.path)
    if not make:
        return None
    title, about, rate = make(snapshot, say, place)
    feeds = feed_links(snapshot.config, place.kind.feeds, place.path, "")
    return Choice(title, about, rate, address(place.path), feeds, group)


def member_links(snapshot: Snapshot, place: Place) -> list[MemberLink]:
    """The places that a place lists."""
    members = place.kind.members(snapshot.scope()) if place.kind.members else ()
    return [MemberLink(each.title, address(f"/{each.key}/"), each.papers) for each in members]


_Facts = tuple[str, str, str]
"""The title of a choice, what it brings, and how much a week."""


def _papers(snapshot: Snapshot, say: Words, _: Place) -> _Facts:
    days, weeks = _recent(snapshot.catalogue.calendar.days[::-1])
    papers = sum(snapshot.catalogue.by_day[day].papers for day in days)
    rate = say.rate("rate", papers / weeks) if days else ""
    return say("all papers"), say("entry a paper"), rate


def _daily(_: Snapshot, say: Words, place: Place) -> _Facts:
    days, weeks = _recent(place.days)
    rate = say.rate("rate of entries", len(days) / weeks) if days else ""
    return say("daily"), say("entry a day"), rate


def _weekly(snapshot: Snapshot, say: Words, _: Place) -> _Facts:
    about = say("entry a week", snapshot.config.weekly_size)
    return say("weekly"), about, say.rate("rate of entries", 1)


def _picked(_: Snapshot, say: Words, place: Place) -> _Facts:
    days, weeks = _recent(place.days)
    papers = sum(len((place.picks or {})[day]) for day in days)
    return place.title, say("entry a paper"), say.rate("rate", papers / weeks)


def _recent(days: Sequence[date]) -> tuple[Sequence[date], float]:
    """Of days, newest first, those that tell what a week brings, and how many weeks they are."""
    if not days:
        return (), 1
    newest, oldest = days[0], days[-1]
    recent = [day for day in days if (newest - day).days < RECENT_DAYS]
    span = max((newest - oldest).days + 1, LEAST_DAYS)
    return recent, min(span, RECENT_DAYS) / DAYS_OF_A_WEEK


_CHOICES: Mapping[str, Callable[[Snapshot, Words, Place], _Facts]] = {
    HOME: _papers,
    DAILY: _daily,
    WEEKLY: _weekly,
}
"""By the path of the place."""
