"""Atom 1.0 (RFC 4287) and RSS 2.0 documents around finished items: their heads are feedgen's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import feedgen.feed
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc import __version__
from feedsvc.feeds.content import rfc822
from feedsvc.feeds.head import GENERATOR, Head

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"

NAMESPACES = {
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "paper": "tag:feedsvc,2024:paper",
}
"""What documents declare for their items beyond what feedgen does; `paper` has the votes."""

_ATOM = "http://www.w3.org/2005/Atom"

# feedgen's own function switches the locale of the process to C and back, which other threads
# would see. Ours gives the same text without.
feedgen.feed.formatRFC2822 = rfc822


def atom_document(head: Head, entries: Iterable[bytes]) -> Iterator[bytes]:
    """An Atom feed document around finished entries, in pieces."""
    return _fill(_feed(head, ATOM_TYPE).atom_str(pretty=True), entries, b"</feed>")


def rss_document(head: Head, items: Iterable[bytes]) -> Iterator[bytes]:
    """An RSS 2.0 document around finished items, in pieces."""
    return _fill(_feed(head, RSS_TYPE).rss_str(pretty=True), items, b"</channel>")


def _fill(document: bytes, items: Iterable[bytes], end_tag: bytes) -> Iterator[bytes]:
    end = document.rindex(end_tag)
    return chain([document[:end].rstrip() + b"\n"], items, [document[end:].rstrip() + b"\n"])


def _feed(head: Head, type_: str) -> FeedGenerator:
    feed = FeedGenerator()
    feed.register_extension("feedsvc", _HeadExtension, atom=True, rss=True)
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


class _HeadExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Writes the links and marks of a Head that feedgen has no place for."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - lxml's element type is private
        """Adds to an Atom `feed`. Links have no namespace, as all that feedgen writes there."""
        self._extend(feed, "link")
        return feed

    def extend_rss(self, rss: Any) -> Any:  # noqa: ANN401
        """Adds to the `channel` of an RSS document."""
        self._extend(rss[0], f"{{{_ATOM}}}link")
        return rss

    def _extend(self, parent: Any, link: str) -> None:  # noqa: ANN401
        for relation, address in self.head.links.items():
            etree.SubElement(parent, link, rel=relation, href=address)
        if self.head.licence:
            etree.SubElement(parent, link, rel="license", href=self.head.licence)
        if self.head.is_archive:
            etree.SubElement(parent, f"{{{NAMESPACES['fh']}}}archive")
        if self.head.is_complete:
            etree.SubElement(parent, f"{{{NAMESPACES['fh']}}}complete")
