"""What clients show otherwise than the feed says it, and why that is no fault of the feed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lxml.html

from tests.readers.clients import ATOM, JSON, RSS
from tests.readers.truths import Truth

SITE_TITLE = "Daily Papers"


def _joined(truth: Truth) -> tuple[str, ...]:
    return (", ".join(truth.authors),) if truth.authors else ()


BY_FORMAT: dict[tuple[str, str], Callable[[Truth], Any]] = {
    # One dc:creator with all names: of several, readers show only the first or the last.
    (RSS, "authors"): _joined,
    # An item has room for one.
    (RSS, "enclosures"): lambda truth: truth.enclosures[:1],
    # A description is HTML.
    (RSS, "opening"): lambda truth: html.escape(truth.opening, quote=False),
}
"""What a format makes of a field of Truth, whoever reads it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One field that a client shows in its own way."""

    client: str
    formats: tuple[str, ...]
    field: str
    reason: str
    shows: Callable[[Truth], Any] = lambda _: None
    """What the client makes of a truth; None where no function is given."""


def _first(truth: Truth) -> tuple[str, ...]:
    return truth.authors[:1]


def _inherited(truth: Truth) -> tuple[str, ...]:
    return truth.authors or (SITE_TITLE,)


def _without_tags(truth: Truth) -> str:
    return re.sub(r"<[^<>]*>", "", truth.opening)


def _fallback(truth: Truth) -> str:
    """What stands inside a video, for readers that can't play it."""
    return "▶ Video " if (truth.medium or "").endswith(".mp4") else ""


def _unescaped_twice(truth: Truth) -> str:
    tree = lxml.html.fragment_fromstring(truth.sections, create_parent="div")
    return " ".join([*tree.text_content().split(), *truth.facts.split()])


_ATOM, _RSS, _XML, _ALL = (ATOM,), (RSS,), (ATOM, RSS), (ATOM, RSS, JSON)
_INHERITED = "an entry without authors has the feed's (RFC 4287 section 4.2.1)"

LIMITS = (
    Limit("reader", _ATOM, "authors", "takes the last one", lambda truth: truth.authors[-1:]),
    Limit("reader", _RSS, "authors", "splits at commas", lambda truth: truth.authors),
    Limit("reader", _ALL, "thumbnail", "has no thumbnails"),
    Limit("fastfeedparser", (ATOM, JSON), "authors", "takes the first one", _first),
    Limit("fastfeedparser", _XML, "thumbnail", "wants media:thumbnail inside media:content"),
    Limit("atoma", _ATOM, "authors", _INHERITED, _inherited),
    Limit("atoma", _RSS, "authors", "doesn't know dc:creator"),
    Limit("atoma", (JSON,), "authors", "knows JSON Feed 1.0 only: one author", lambda _: ()),
    Limit("atoma", _XML, "thumbnail", "doesn't know Media RSS"),
    Limit("podcastparser", _RSS, "authors", "has no authors"),
    Limit(
        *("podcastparser", _RSS, "enclosures", "lists each media:content after the enclosure"),
        lambda truth: truth.enclosures[:1] + truth.enclosures,
    ),
    Limit("newsboat", _ATOM, "authors", "joins the names itself", _joined),
    Limit(
        *("newsboat", _XML, "enclosures", "keeps audio and video only"),
        lambda truth: tuple(url for url in truth.enclosures if url.endswith(".mp4")),
    ),
    Limit("newsboat", _XML, "thumbnail", "has no thumbnails"),
    Limit("newsboat", _XML, "opening", "keeps the content only"),
    Limit("sfeed", _ATOM, "authors", "keeps the first one: sfeed(5)", _first),
    Limit(
        *("sfeed", _ATOM, "enclosures", "keeps the first one: sfeed(5)"),
        lambda truth: truth.enclosures[:1],
    ),
    Limit("sfeed", _XML, "thumbnail", "has no thumbnails"),
    Limit("sfeed", _XML, "opening", "keeps the content only"),
    Limit(
        *("rss2email", _ATOM, "authors", f"takes the last one; {_INHERITED}"),
        lambda truth: _inherited(truth)[-1:],
    ),
    Limit(
        *("rss2email", _RSS, "authors", "leaves its own placeholder where there are none"),
        lambda truth: _joined(truth) or ("<author>",),
    ),
    Limit("rss2email", _XML, "thumbnail", "sends no thumbnails"),
    Limit("rss2email", _XML, "opening", "sends the content only"),
    Limit("rss-parser", _ATOM, "authors", "takes the first one", _first),
    Limit("rss-parser", _ATOM, "enclosures", "knows RSS's only", lambda _: ()),
    Limit("rss-parser", _XML, "thumbnail", "doesn't know Media RSS"),
    Limit("@rowanmanning/feed-parser", _ATOM, "authors", _INHERITED, _inherited),
    Limit(
        *("@rowanmanning/feed-parser", _RSS, "enclosures", "reads media:content, too"),
        lambda truth: truth.enclosures,
    ),
    Limit("@rowanmanning/feed-parser", _XML, "text", "unescapes it twice", _unescaped_twice),
    Limit(
        *("@rowanmanning/feed-parser", _RSS, "opening", "unescapes it twice"),
        lambda truth: truth.opening,
    ),
    Limit(
        *("@extractus/feed-extractor", _ATOM, "published", "prefers `updated`"),
        lambda truth: truth.updated,
    ),
    Limit("@extractus/feed-extractor", _ALL, "authors", "has no authors"),
    Limit("@extractus/feed-extractor", _ALL, "enclosures", "has no enclosures"),
    Limit("@extractus/feed-extractor", _ALL, "thumbnail", "has no thumbnails"),
    Limit("@extractus/feed-extractor", _ALL, "medium", "has a description only"),
    Limit("@extractus/feed-extractor", _ALL, "text", "has a description only"),
    Limit(
        *("@extractus/feed-extractor", _XML, "opening", "drops what looks like a tag"),
        _without_tags,
    ),
    Limit(
        *("@extractus/feed-extractor", (JSON,), "opening", "describes by the content"),
        lambda truth: _fallback(truth) + html.escape(truth.text, quote=False),
    ),
    Limit("htmlparser2", _ATOM, "published", "takes `updated`", lambda truth: truth.updated),
    Limit(
        *("htmlparser2", _RSS, "enclosures", "reads media:content instead"),
        lambda truth: truth.enclosures,
    ),
    Limit("htmlparser2", _XML, "authors", "has no authors"),
    Limit("htmlparser2", _XML, "thumbnail", "doesn't know media:thumbnail"),
    Limit("htmlparser2", _XML, "medium", "has a description only"),
    Limit("htmlparser2", _XML, "text", "has a description only"),
)

SORTED_BY_TIME = {"podcastparser", "reader"}
"""Clients that forget the order of the document and put the newest first."""

_BY_KEY = {
    (limit.client, format_, limit.field): limit for limit in LIMITS for format_ in limit.formats
}


def expectation(client: str, format_: str, field: str) -> Callable[[Truth], Any]:
    """What a client should make of a field of a Truth."""
    if limit := _BY_KEY.get((client, format_, field)):
        return limit.shows
    return usual_expectation(format_, field)


def usual_expectation(format_: str, field: str) -> Callable[[Truth], Any]:
    """What any client should make of it."""
    return BY_FORMAT.get((format_, field), lambda truth: getattr(truth, field))
