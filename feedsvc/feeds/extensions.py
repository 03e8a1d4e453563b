"""The elements that Atom entries and RSS items have in common: Media RSS and votes."""

from __future__ import annotations

from html import escape

from feedsvc.feeds.entry import Entry

NAMESPACES = {
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "paper": "tag:feedsvc,2024:paper",
}
"""The namespaces that documents declare in addition to feedgen's; `paper` is for votes."""


def extension_elements(entry: Entry) -> str:
    """The thumbnail, the media and the votes of an item."""
    parts = []
    if entry.thumbnail:
        parts.append(f'<media:thumbnail url="{escape(entry.thumbnail)}"/>')
    parts += [
        f'<media:content url="{escape(media.url)}" type="{escape(media.type)}"'
        f' medium="{media.medium.value}"/>'
        for media in entry.media
    ]
    if entry.votes is not None:
        parts.append(f"<paper:votes>{entry.votes}</paper:votes>")
    return "".join(parts)


def text(words: str) -> str:
    """The content of an element that holds only text."""
    return escape(words, quote=False)
