"""Papers to bytes of Atom, RSS and JSON feeds. Reads no clock and no file, and knows no Flask."""

from feedsvc.feeds.content import content_of, media_html, rfc822
from feedsvc.feeds.head import EMPTY_SINCE, Head
from feedsvc.feeds.json_feed import JSON_TYPE, json_document, json_item
from feedsvc.feeds.xml import ATOM_TYPE, RSS_TYPE, atom_document, rss_document
from feedsvc.feeds.xml_items import atom_entry, rss_item

__all__ = [
    "ATOM_TYPE",
    "EMPTY_SINCE",
    "JSON_TYPE",
    "RSS_TYPE",
    "Head",
    "atom_document",
    "atom_entry",
    "content_of",
    "json_document",
    "json_item",
    "media_html",
    "rfc822",
    "rss_document",
    "rss_item",
]
