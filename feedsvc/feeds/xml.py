"""Atom 1.0 and RSS 2.0 through feedgen: items one by one, then documents around them.

Rendering an item is the expensive part, so it is done once; a document is a head made by feedgen
and the finished items put in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from feedgen.feed import FeedGenerator

from feedsvc import __version__
from feedsvc.feeds.content import Content
from feedsvc.feeds.extensions import HeadExtension, ItemExtension
from feedsvc.feeds.head import EMPTY_SINCE, GENERATOR, Head
from feedsvc.model import Item

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"

UNKNOWN_LENGTH = 0
"""Bytes. RSS wants an enclosure's length, and 0 says that it isn't known (RSS Best Practices)."""

_NO_HEAD = Head("urn:x", "-", "-", EMPTY_SINCE, "urn:x", "urn:x", "", "-", "", "", "", "")


def xml_entries(
    items: Sequence[Item], contents: Sequence[Content], base_url: str
) -> tuple[list[bytes], list[bytes]]:
    """Each item as an Atom `entry` and as an RSS `item`; the document declares the namespaces."""
    feed = _feed(_NO_HEAD, ATOM_TYPE)
    for item, content in zip(items, contents, strict=True):
        _add(feed, item, content, base_url)
    return _cut_out(b"entry", feed.atom_str()), _cut_out(b"item", feed.rss_str())


def atom_document(head: Head, entries: Iterable[bytes]) -> Iterator[bytes]:
    """An Atom feed document (RFC 4287) around finished entries, in pieces."""
    return _fill(_feed(head, ATOM_TYPE).atom_str(pretty=True), entries, b"</feed>")


def rss_document(head: Head, items: Iterable[bytes]) -> Iterator[bytes]:
    """An RSS 2.0 document around finished items, in pieces."""
    return _fill(_feed(head, RSS_TYPE).rss_str(pretty=True), items, b"</channel>")


def _fill(document: bytes, parts: Iterable[bytes], end_tag: bytes) -> Iterator[bytes]:
    end = document.rindex(end_tag)
    for piece in chain([document[:end].rstrip()], parts, [document[end:].rstrip()]):
        yield piece
        yield b"\n"


def _cut_out(name: bytes, document: bytes) -> list[bytes]:
    """The elements of that name. No text in a document holds a tag: all that is `<` is escaped."""
    *parts, _ = document.split(b"</%s>" % name)
    return [b"%s</%s>" % (part[part.index(b"<" + name) :], name) for part in parts]


def _feed(head: Head, type_: str) -> FeedGenerator:
    feed = FeedGenerator()
    feed.register_extension("feedsvc", HeadExtension, ItemExtension, atom=True, rss=True)
    feed.feedsvc.head = head
    feed.id(head.id)
    feed.title(head.title)
    feed.subtitle(head.subtitle or head.title)
    feed.updated(head.updated)
    # The last link is the one that feedgen makes RSS's <link>.
    feed.link(href=head.self_url, rel="self", type=type_)
    feed.link(href=head.page_url, rel="alternate", type="text/html")
    feed.author({"name": head.author})
    feed.generator(GENERATOR, version=__version__)
    for set_, value in (
        (feed.language, head.language),
        (feed.rights, head.rights),
        (feed.icon, head.icon),
        (feed.logo, head.logo),
    ):
        if value:
            set_(value)
    return feed


def _add(feed: FeedGenerator, item: Item, content: Content, base_url: str) -> None:
    paper = item.paper
    entry = feed.add_entry(order="append")
    entry.feedsvc.item = item
    entry.feedsvc.content = content
    entry.feedsvc.link = paper.link or f"{base_url}{paper.day}/"
    entry.id(paper.id)
    entry.title(paper.title)
    entry.updated(item.updated)
    entry.published(item.published)
    entry.author([{"name": name} for name in paper.authors])
    entry.category([{"term": category} for category in content.categories])
    entry.content(content.html, type="html")
    if content.summary:
        entry.summary(content.summary)
    entry.link(href=entry.feedsvc.link)
    for media in paper.media[:1]:  # RSS has room for one, and Atom's come from the extension
        entry.enclosure(media.url, UNKNOWN_LENGTH, media.type)
