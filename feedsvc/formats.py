"""The representations that every place has: a page, and a feed in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from feedsvc import feeds
from feedsvc.feeds import Head

PAGE = "index.html"


class FeedFormat(Struct, frozen=True):
    """A representation that every place has beside its page."""

    name: str
    """Of the file inside the place."""
    type: str
    label: str
    """What people call it."""
    compose: Callable[[Head, Iterable[bytes]], Iterator[bytes]]
    """The document around finished items, in pieces."""


FEED_FORMATS = {
    format_.name: format_
    for format_ in (
        FeedFormat("feed.xml", feeds.ATOM_TYPE, "Atom", feeds.atom_document),
        FeedFormat("rss.xml", feeds.RSS_TYPE, "RSS", feeds.rss_document),
        FeedFormat("feed.json", feeds.JSON_TYPE, "JSON", feeds.json_document),
    )
}

NAMES = (PAGE, *FEED_FORMATS)
"""Of the documents that every place has."""
