"""The table of feed formats. To add one, write its module and its row."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from feedsvc.feeds.atom import ATOM_TYPE, atom_entry, atom_frame
from feedsvc.feeds.entry import Entry
from feedsvc.feeds.feed_metadata import FeedMetadata
from feedsvc.feeds.frame import Frame
from feedsvc.feeds.json_feed import JSON_TYPE, json_frame, json_item
from feedsvc.feeds.rss import RSS_TYPE, rss_frame, rss_item


class Format(Struct, frozen=True):
    """A feed format. Server, build, links and index use only this table."""

    name: str
    """The name of the file inside a place."""
    type: str
    """The value of Content-Type."""
    label: str
    """Its name for people."""
    item: Callable[[Entry], bytes]
    """Writes an item, with the same bytes in every document."""
    frame: Callable[[FeedMetadata], Frame]
    """Writes a document without its items."""


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("feed.xml", ATOM_TYPE, "Atom", atom_entry, atom_frame),
        Format("rss.xml", RSS_TYPE, "RSS", rss_item, rss_frame),
        Format("feed.json", JSON_TYPE, "JSON", json_item, json_frame),
    )
}
"""By name, in the order in which pages offer them."""
