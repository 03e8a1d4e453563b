"""Tells how many people follow each feed: as text, as JSON, and in a picture."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from feedsvc.pages.templates import render
from feedsvc.parser.vocabulary.problems import visible
from feedsvc.stats.followers import ANSWERS, FeedFigures, Figures

MOST_IN_PICTURE = 20
"""Bars; the feeds with most followers have one."""

_MEGABYTE = 1_000_000

_ROW, _TOP = 34, 58
"""Pixels: of a bar with its name, and of what is above all bars."""

_WIDTH, _LEFT, _RIGHT = 720, 16, 72
"""Pixels: of the picture, and of what is beside the longest bar."""


def as_text(figures: Figures) -> str:
    """Lines for a person."""
    lines = [line for feed in figures.feeds for line in _feed_lines(feed)]
    if not figures.feeds:
        lines.append("Nobody polled a feed.")
    if older := figures.older:
        lines += ["Feeds of days and weeks, in which readers look for older papers", _polls(older)]
    return "\n".join([*lines, *_ending(figures)])


def as_json(figures: Figures) -> str:
    """One object: `feeds`, each with its figures, and what the logs are."""
    import json  # noqa: PLC0415 - of no use to most commands

    report = {
        "first_day": figures.first_day,
        "last_day": figures.last_day,
        "lines": figures.lines,
        "unreadable": figures.unreadable,
        "feeds": [_object(feed) for feed in figures.feeds],
        "older": _object(figures.older) if figures.older else None,
    }
    return json.dumps(report, ensure_ascii=False, indent=2)


class _Bar(Struct, frozen=True):
    feed: str
    followers: int
    y: int
    width: int
    at_aggregators: int
    """The part of the width that follows at aggregators."""


def as_svg(figures: Figures) -> str:
    """A picture with a bar a feed, the same for the same figures."""
    shown = figures.feeds[:MOST_IN_PICTURE]
    longest = max((feed.followers for feed in shown), default=0) or 1
    room = _WIDTH - _LEFT - _RIGHT

    def bar(number: int, feed: FeedFigures) -> _Bar:
        widths = (
            round(people * room / longest)
            for people in (feed.followers, sum(feed.aggregators.values()))
        )
        return _Bar(visible(feed.feed), feed.followers, _TOP + number * _ROW, *widths)

    return render(
        "followers.svg",
        bars=[bar(number, feed) for number, feed in enumerate(shown)],
        width=_WIDTH,
        height=_TOP + len(shown) * _ROW + 8,
        left=_LEFT,
        days=_days(figures),
    )


def _feed_lines(feed: FeedFigures) -> Iterator[str]:
    people = "1 person follows" if feed.followers == 1 else f"{feed.followers:,} people follow"
    yield f"{visible(feed.feed)}: {people} it"
    if feed.aggregators:
        each = ", ".join(f"{name} {number:,}" for name, number in feed.aggregators.items())
        number = sum(feed.aggregators.values())
        yield f"  {number:,} at aggregators ({each}), {feed.pollers:,} elsewhere"
    yield _polls(feed)


def _polls(feed: FeedFigures) -> str:
    each = ", ".join(
        f"{polls.number:,} × {status} {ANSWERS[status]} ({_size(polls.bytes)})"
        for status, polls in feed.polls.items()
        if polls.number
    )
    crawls = f"; {feed.crawls:,} of them by crawlers" if feed.crawls else ""
    return f"  polls: {each}{crawls}"


def _size(number: int) -> str:
    return f"{number / 1e6:,.1f} MB" if number >= _MEGABYTE else f"{number / 1e3:,.1f} kB"


def _ending(figures: Figures) -> Iterator[str]:
    lines = f"{figures.lines:,} lines, {figures.unreadable:,} not readable"
    yield f"{days}: {lines}" if (days := _days(figures)) else lines


def _days(figures: Figures) -> str:
    if not figures.first_day:
        return ""
    return f"{figures.first_day} to {figures.last_day}"


def _object(feed: FeedFigures) -> dict[str, object]:
    return {
        "feed": feed.feed,
        "followers": feed.followers,
        "pollers": feed.pollers,
        "aggregators": feed.aggregators,
        "polls": {
            status: {"number": polls.number, "bytes": polls.bytes}
            for status, polls in feed.polls.items()
        },
        "crawls": feed.crawls,
    }
