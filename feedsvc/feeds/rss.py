"""RSS 2.0: items, and the documents around them. Items are written as text, as in `atom`."""

from __future__ import annotations

import re
from html import escape

from feedsvc.feeds.entry import Entry
from feedsvc.feeds.extensions import extension_elements, text
from feedsvc.feeds.feed_metadata import FeedMetadata
from feedsvc.feeds.feedgen_frame import feedgen_feed, frame_before
from feedsvc.feeds.frame import Frame
from feedsvc.feeds.times import rfc822, rfc3339

RSS_TYPE = "application/rss+xml"

_TITLE = re.compile(r"<title>[^<]*</title>")

UNKNOWN_LENGTH = 0
"""Bytes. RSS wants an enclosure's length; 0 means that it isn't known (RSS Best Practices)."""


def rss_item(entry: Entry) -> bytes:
    """An item as an `item`, which ends its line. Readers treat its description as HTML."""
    parts = [f"<item><title>{_plain(text(entry.title))}</title><link>{text(entry.address)}</link>"]
    if entry.summary:
        parts.append(
            f"<description>{text(text(entry.summary))}</description>"
            f"<content:encoded>{entry.html_as_text}</content:encoded>"
        )
    elif entry.html:
        parts.append(f"<description>{entry.html_as_text}</description>")
    parts.append(f'<guid isPermaLink="false">{text(entry.id)}</guid>')
    parts += [f"<category>{text(category)}</category>" for category in entry.categories]
    parts += [
        f'<enclosure url="{escape(media.url)}" length="{UNKNOWN_LENGTH}"'
        f' type="{escape(media.type)}"/>'
        for media in entry.media[:1]  # RSS allows one; Media RSS below has them all
    ]
    parts.append(f"<pubDate>{rfc822(entry.published)}</pubDate>")
    if entry.authors:
        # One element for all authors: of several, readers show only the first or the last.
        parts.append(f"<dc:creator>{text(', '.join(entry.authors))}</dc:creator>")
    if entry.language:
        parts.append(f"<dc:language>{text(entry.language)}</dc:language>")
    parts.append(f"<atom:updated>{rfc3339(entry.updated)}</atom:updated>")
    return f"{''.join(parts)}{extension_elements(entry)}</item>\n".encode()


def rss_frame(metadata: FeedMetadata) -> Frame:
    """An RSS document without its items."""
    document = feedgen_feed(metadata, RSS_TYPE).rss_str(pretty=True).decode()
    titled = _TITLE.sub(lambda title: _plain(title[0]), document)
    return frame_before(titled.encode(), b"</channel>")


def _plain(escaped: str) -> str:
    """A title as those want it who ask whether it is text or HTML, which RSS doesn't say.

    See "title" in the RSS Best Practices Profile: a sign written by its number is no markup.
    """
    return escaped.replace("&lt;", "&#x3C;").replace("&amp;", "&#x26;")
