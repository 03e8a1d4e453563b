"""What a reader can subscribe to: each choice with what it brings, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from feedsvc.index.topic_keys import TOPICS, topic_path
from feedsvc.pages.page import Choice, TopicLink
from feedsvc.pages.words import Words
from feedsvc.site.metadata import feed_links
from feedsvc.site.places import HOME, SAVED, address, kind_at
from feedsvc.site.snapshot import Snapshot

RECENT_DAYS = 28
"""How many days up to the newest one tell how many papers a week brings."""

LEAST_DAYS = 7
"""Of an archive that has fewer, nobody can tell more than that."""


def choices_of(snapshot: Snapshot, say: Words) -> Iterator[Choice]:
    """All papers, once a day, once a week, each topic, and each saved search."""
    calendar = snapshot.catalogue.calendar
    if not calendar.days:
        yield _choice(snapshot, HOME, say("all papers"), say("entry a paper"), "")
        return
    newest, oldest = calendar.days[-1], calendar.days[0]
    first = max(oldest, newest - timedelta(days=RECENT_DAYS - 1))
    weeks = max((newest - first).days + 1, LEAST_DAYS) / 7
    recent = calendar.days_between(first, newest)
    papers = sum(snapshot.catalogue.by_day[day].papers for day in recent)
    size = snapshot.config.weekly_size
    yield _choice(
        snapshot, HOME, say("all papers"), say("entry a paper"), say.rate("rate", papers / weeks)
    )
    yield _choice(
        snapshot,
        "/daily/",
        say("daily"),
        say("entry a day"),
        say.rate("rate of entries", len(recent) / weeks),
    )
    yield _choice(
        snapshot,
        "/weekly/",
        say("weekly"),
        say("entry a week", size),
        say.rate("rate of entries", 1),
    )
    counts = snapshot.store.count_topics(first, newest)
    for topic in snapshot.store.topics():
        rate = say.rate("rate", counts.get(topic.key, 0) / weeks)
        path = topic_path(topic.key)
        yield _choice(snapshot, path, topic.name, say("entry a paper"), rate, TOPICS)
    for saved in snapshot.config.saved:
        path = f"/{SAVED}/{saved.name}/"
        if snapshot.place(path):
            yield _choice(snapshot, path, saved.title, say("entry a paper"), "", SAVED)


def topic_links(snapshot: Snapshot) -> list[TopicLink]:
    """Every topic, by name."""
    links = [
        TopicLink(topic.name, address(topic_path(topic.key)), topic.papers)
        for topic in snapshot.store.topics()
    ]
    return sorted(links, key=lambda link: (link.name.casefold(), link.path))


def _choice(
    snapshot: Snapshot, path: str, title: str, about: str, rate: str, group: str = ""
) -> Choice:
    kind = kind_at(path)
    assert kind
    feeds = feed_links(snapshot.config, kind.feeds, path, "")
    return Choice(title, about, rate, address(path), feeds, group)
