"""The table of feed formats. To add one, write its module and its row."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from feedsvc.feeds.atom import ATOM_TYPE, atom_entry, atom_frame
from feedsvc.feeds.entry import Entry
from feedsvc.feeds.feed_metadata import FeedMetadata
from feedsvc.feeds.frame import Frame
from feedsvc.feeds.json_feed import JSON_NAME, JSON_TYPE, json_frame, json_item
from feedsvc.feeds.rss import RSS_TYPE, rss_frame, rss_item

UTF_8 = "charset=utf-8"


class Format(Struct, frozen=True):
    """A feed format. Server, build, links and index use only this table."""

    name: str
    """The name of the file inside a place."""
    type: str
    """The media type without parameters, as links name it."""
    content_type: str
    """The value of Content-Type: browsers take XML that they don't know for windows-1252."""
    label: str
    """Its name for people."""
    item: Callable[[Entry], bytes]
    """Writes an item, with the same bytes in every document."""
    frame: Callable[[FeedMetadata], Frame]
    """Writes a document without its items."""


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("feed.xml", ATOM_TYPE, f"{ATOM_TYPE}; {UTF_8}", "Atom", atom_entry, atom_frame),
        Format("rss.xml", RSS_TYPE, f"{RSS_TYPE}; {UTF_8}", "RSS", rss_item, rss_frame),
        # JSON is always UTF-8 and has no such parameter (RFC 8259 section 11).
        Format(JSON_NAME, JSON_TYPE, JSON_TYPE, "JSON", json_item, json_frame),
    )
}
"""By name, in the order in which pages offer them."""
