"""What a page shows whole: papers in sections, each perhaps below a heading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.index.topic_keys import topic_path
from feedsvc.pages.page import MOST_AT_HOME
from feedsvc.pages.words import Words
from feedsvc.site.kinds import Place, Whole
from feedsvc.site.snapshot import Snapshot


class Section(Struct, frozen=True):
    """Papers below one heading."""

    papers: Sequence[tuple[date, int]]
    """By day and position, in order."""
    heading: str = ""
    """Empty where there is none."""
    path: str = ""
    """Of the place that has these and other papers; empty if there is none."""


def sections_of(snapshot: Snapshot, place: Place, say: Words) -> list[Section]:
    """What the page of a place shows whole."""
    return [*_SECTIONS[place.kind.whole](snapshot, place, say)]


def _all(snapshot: Snapshot, place: Place, say: Words) -> Iterator[Section]:
    """Of one day by topic, of several by day."""
    if len(place.days) == 1 and place.picks is None:
        yield from _by_topic(snapshot, place.days[0], say)
        return
    for day in place.days:
        count = snapshot.catalogue.by_day[day].papers
        positions = range(count) if place.picks is None else place.picks[day]
        yield Section([(day, position) for position in positions], say.day(day), f"/{day}/")


def _newest_day(snapshot: Snapshot, place: Place, say: Words) -> Iterator[Section]:
    left = MOST_AT_HOME
    for section in _by_topic(snapshot, place.days[0], say) if place.days else ():
        if left:
            papers = section.papers[:left]
            yield replace(section, papers=papers)
            left -= len(papers)


def _most_voted(snapshot: Snapshot, place: Place, say: Words) -> Iterator[Section]:
    store, first, last = snapshot.store, place.days[-1], place.days[0]
    heading = say("most voted" if store.has_votes(first, last) else "first of week")
    yield Section(store.most_voted(first, last, snapshot.config.weekly_size), heading)


def _by_topic(snapshot: Snapshot, day: date, say: Words) -> Iterator[Section]:
    """A day's papers below their first topics, where these group them; else all in one section."""
    topics = snapshot.store.first_topics(day)
    positions = range(snapshot.catalogue.by_day[day].papers)
    if not _are_grouped([topics[each][0] if each in topics else "" for each in positions]):
        yield Section([(day, position) for position in positions])
        return
    groups: dict[str, list[tuple[date, int]]] = {}
    for position in positions:
        key, _ = topics.get(position, ("", ""))
        groups.setdefault(key, []).append((day, position))
    rest = groups.pop("", [])
    for key, papers in groups.items():
        yield Section(papers, topics[papers[0][1]][1], topic_path(key))
    if rest:
        yield Section(rest, say("other papers"))


def _are_grouped(keys: Sequence[str]) -> bool:
    """Whether topics put papers together: in the digest itself, or by being few.

    Where each paper has a topic of its own, or topics are rather marks than headings, the digest's
    own order says more.
    """
    groups = len(set(keys))
    if groups in {0, len(keys)} or not any(keys):
        return False
    runs = 1 + sum(one != other for one, other in pairwise(keys))
    return runs == groups or 2 * groups <= len(keys)


_SECTIONS: Mapping[Whole, Callable[[Snapshot, Place, Words], Iterator[Section]]] = {
    Whole.ALL: _all,
    Whole.NEWEST_DAY: _newest_day,
    Whole.MOST_VOTED: _most_voted,
    Whole.NONE: lambda *_: iter(()),
}
