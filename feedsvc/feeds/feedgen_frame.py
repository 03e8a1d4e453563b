"""The frames of Atom 1.0 and RSS 2.0 documents, as feedgen writes them. It writes no items.

feedgen writes the metadata of a feed correctly. From an entry it drops the `rel` and `type` of
links, it can't write votes, and it takes ten times as long as writing text.
"""

from __future__ import annotations

from typing import Any

import feedgen.feed
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc import __version__
from feedsvc.feeds.extensions import NAMESPACES
from feedsvc.feeds.feed_metadata import GENERATOR, FeedMetadata
from feedsvc.feeds.frame import Frame
from feedsvc.feeds.times import rfc822

_ATOM = "http://www.w3.org/2005/Atom"

# feedgen's own function switches the locale of the process to C and back, which affects other
# threads. Ours gives the same text without that.
feedgen.feed.formatRFC2822 = rfc822


def feedgen_feed(metadata: FeedMetadata, type_: str) -> FeedGenerator:
    """A feed without items that links to itself as a document of this media type."""
    feed = FeedGenerator()
    feed.register_extension("feedsvc", _MetadataExtension, atom=True, rss=True)
    feed.feedsvc.metadata = metadata
    feed.id(metadata.id)
    feed.title(metadata.title)
    feed.subtitle(metadata.subtitle or metadata.title)
    feed.updated(metadata.updated)
    # The last link is the one that feedgen makes RSS's <link>.
    feed.link(href=metadata.self_url, rel="self", type=type_)
    feed.link(href=metadata.page_url, rel="alternate", type="text/html")
    feed.author({"name": metadata.author})
    feed.generator(GENERATOR, version=__version__)
    for set_, value in (
        (feed.language, metadata.language),
        (feed.rights, metadata.rights),
        (feed.icon, metadata.icon),
        (feed.logo, metadata.logo),
    ):
        if value:
            set_(value)
    return feed


def frame_before(document: bytes, end_tag: bytes) -> Frame:
    """A document without items as a frame; the items belong before its last `end_tag`."""
    end = document.rindex(end_tag)
    return Frame(document[:end].rstrip() + b"\n", document[end:].rstrip() + b"\n")


class _MetadataExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Writes the links and the RFC 5005 elements of a feed, which feedgen can't."""

    metadata: FeedMetadata

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - lxml's element type is private
        """Adds to an Atom `feed`. Links have no namespace, as all that feedgen writes."""
        self._extend(feed, "link")
        return feed

    def extend_rss(self, rss: Any) -> Any:  # noqa: ANN401
        """Adds to the `channel` of an RSS document."""
        self._extend(rss[0], f"{{{_ATOM}}}link")
        return rss

    def _extend(self, parent: Any, link: str) -> None:  # noqa: ANN401
        if self.metadata.hub:
            etree.SubElement(parent, link, rel="hub", href=self.metadata.hub)
        for relation, address in self.metadata.archive_links.items():
            etree.SubElement(parent, link, rel=relation, href=address)
        for each in self.metadata.translations:
            # Not `alternate`: readers take the first or the last of those for the feed's page.
            told = {"rel": "related", "type": each.type, "hreflang": each.language}
            etree.SubElement(parent, link, {**told, "href": each.url})
        if self.metadata.licence:
            etree.SubElement(parent, link, rel="license", href=self.metadata.licence)
        if self.metadata.is_archive:
            etree.SubElement(parent, f"{{{NAMESPACES['fh']}}}archive")
        if self.metadata.is_complete:
            etree.SubElement(parent, f"{{{NAMESPACES['fh']}}}complete")
