"""Counts who follows each feed: what aggregators say, and everybody else who polls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from feedsvc.errors import QueryError
from feedsvc.feeds.formats import FORMATS
from feedsvc.site.aliases import ALIASES
from feedsvc.site.calendar import parse_day, parse_week
from feedsvc.site.places import canonical_query, kind_at
from feedsvc.stats.agents import agent_of
from feedsvc.stats.distinct import Distinct
from feedsvc.stats.log_lines import Request

ANSWERS = {304: "nothing new", 226: "only what is new", 200: "the whole feed"}
"""The statuses of polls that are counted, with what was sent."""

MOST_FEEDS = 500
"""Feeds that are told apart; a site hardly has more that somebody follows."""

MOST_AGGREGATORS = 10_000
"""Of all feeds; whoever comes later counts as somebody who polls for himself."""

OLDER = "older papers"
"""All feeds of days and weeks together, which readers go through once."""

OTHERS = "other feeds"
"""All beyond MOST_FEEDS."""


class Polls(Struct):
    """Polls with one answer."""

    number: int = 0
    bytes: int = 0


class FeedFigures(Struct, frozen=True):
    """What is known of a feed's followers."""

    feed: str
    """Its path as in the log, with its own name."""
    pollers: int
    """Different addresses and programs that poll for themselves."""
    aggregators: Mapping[str, int]
    """How many follow it at each aggregator, by name."""
    polls: Mapping[int, Polls]
    """By status."""
    crawls: int = 0
    """Polls by programs that read the whole web; they are among `polls`."""

    @property
    def followers(self) -> int:
        """How many follow it in all."""
        return self.pollers + sum(self.aggregators.values())


class Figures(Struct, frozen=True):
    """What logs tell."""

    feeds: Sequence[FeedFigures]
    """Those with most followers first."""
    older: FeedFigures | None
    """The feeds of days and weeks; None if nobody read them."""
    lines: int = 0
    unreadable: int = 0
    first_day: str = ""
    last_day: str = ""


class _Feed(Struct):
    pollers: Distinct = field(default_factory=Distinct)
    said: dict[bytes, tuple[str, int, str]] = field(default_factory=dict)
    """By aggregator: the time and the figure that it said last, and its name."""
    polls: dict[int, Polls] = field(default_factory=lambda: {status: Polls() for status in ANSWERS})
    crawls: int = 0


def count(
    requests: Iterable[Request | ValueError | None], most_aggregators: int = MOST_AGGREGATORS
) -> Figures:
    """What requests tell, as `read_requests` gives them; memory doesn't grow with their number."""
    feeds: dict[str, _Feed] = {}
    lines = unreadable = aggregators = 0
    first, last = "~", ""
    for request in requests:
        lines += 1
        if not isinstance(request, Request):
            unreadable += request is not None
            continue
        first, last = min(first, request.time), max(last, request.time)
        if request.status not in ANSWERS or request.method != b"GET":
            continue
        if not (name := feed_at(request.path)):
            continue
        feed = feeds.get(name)
        if not feed:
            name = name if len(feeds) < MOST_FEEDS or name == OLDER else OTHERS
            feed = feeds.setdefault(name, _Feed())
        aggregators += _add(feed, request, may_be_new=aggregators < most_aggregators)
    told = [_figures(name, feed) for name, feed in feeds.items()]
    told.sort(key=lambda feed: (-feed.followers, feed.feed))
    older = next((feed for feed in told if feed.feed == OLDER), None)
    return Figures(
        [feed for feed in told if feed is not older],
        older,
        lines,
        unreadable,
        first[:10].strip("~"),
        last[:10],
    )


def _add(feed: _Feed, request: Request, *, may_be_new: bool) -> bool:
    """Counts a poll of a feed; whether a new aggregator made it."""
    polls = feed.polls[request.status]
    polls.number += 1
    polls.bytes += request.size
    agent = agent_of(request.agent)
    if agent.is_crawler:
        feed.crawls += 1
    elif agent.subscribers is None or not (may_be_new or agent.key in feed.said):
        feed.pollers.add(b"%b\0%b" % (request.address, agent.key))
    else:
        known = feed.said.get(agent.key)
        if not known or known[0] <= request.time:
            feed.said[agent.key] = (request.time, agent.subscribers, agent.name)
        return known is None
    return False


def _figures(name: str, feed: _Feed) -> FeedFigures:
    by_name = Counter[str]()
    for _, subscribers, aggregator in feed.said.values():
        by_name[aggregator] += subscribers
    aggregators = dict(sorted(by_name.items(), key=lambda each: (-each[1], each[0])))
    return FeedFigures(name, feed.pollers.count(), aggregators, feed.polls, feed.crawls)


@lru_cache(10_000)
def feed_at(address: bytes) -> str:
    """The feed that a path with its query is one of; empty if it is none.

    A site may lie below a path: then that is in front of what its places are called.
    """
    path, _, query = address.decode(errors="replace").partition("?")
    folder, slash, name = path.rpartition("/")
    name = ALIASES.get(name.lower(), name)
    if name not in FORMATS:
        return ""
    place = f"{folder}{slash}"
    while not (kind := kind_at(place)):
        _, slash, place = place.removeprefix("/").partition("/")
        if not slash:
            return ""
        place = f"/{place}"
    if name not in kind.feeds:
        return ""
    if kind.parse in {parse_day, parse_week}:
        return OLDER
    try:
        asked = canonical_query(f"{place}{name}", query)
    except QueryError:
        return ""  # a server refuses it; a static site has no such place
    return f"{folder}/{name}?{asked}" if asked else f"{folder}/{name}"
