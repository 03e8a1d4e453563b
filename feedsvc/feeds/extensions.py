"""What feedgen 1.0 drops or breaks, written through its own extension interface.

Inside an entry feedgen loses `rel`, `type` and `length` of every link; it can't write archive
links, has no place for votes, and formats dates by changing the locale of the whole process.
"""

from __future__ import annotations

import html
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from feedsvc.feeds.content import Content
from feedsvc.feeds.head import Head
from feedsvc.model import Item

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
PAPER = "tag:feedsvc,2024:paper"
"""The namespace of `votes`: the number that the digest gives a paper."""

# feedgen's own function switches the locale of the process to C and back, which other threads
# would see. This one gives the same text (RFC 5322) without.
feedgen.entry.formatRFC2822 = feedgen.feed.formatRFC2822 = format_datetime


class HeadExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Writes a Head's links and marks into a feed."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        """The namespaces of everything this module writes."""
        return {"fh": HISTORY, "media": MEDIA, "dc": DUBLIN_CORE, "paper": PAPER}

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - lxml's element type is private
        """Adds to an Atom `feed`. Links have no namespace, as all that feedgen writes there."""
        self._extend(feed, "link")
        return feed

    def extend_rss(self, rss: Any) -> Any:  # noqa: ANN401
        """Adds to the `channel` of an RSS document."""
        self._extend(rss[0], f"{{{ATOM}}}link")
        return rss

    def _extend(self, parent: Any, link: str) -> None:  # noqa: ANN401
        for relation, address in self.head.links.items():
            etree.SubElement(parent, link, rel=relation, href=address)
        if self.head.licence:
            etree.SubElement(parent, link, rel="license", href=self.head.licence)
        if self.head.is_archive:
            etree.SubElement(parent, f"{{{HISTORY}}}archive")
        if self.head.is_complete:
            etree.SubElement(parent, f"{{{HISTORY}}}complete")


class ItemExtension(BaseEntryExtension):  # type: ignore[misc]
    """Writes an Item's links, media, votes and language into an entry."""

    item: Item
    content: Content
    link: str
    """Where the item leads."""

    def extend_atom(self, entry: Any) -> Any:  # noqa: ANN401
        """Adds to an Atom `entry`, in place of the links that feedgen has left bare."""
        paper = self.item.paper
        for bare in entry.findall("link"):
            entry.remove(bare)
        etree.SubElement(entry, "link", rel="alternate", type="text/html", href=self.link)
        for media in paper.media:
            etree.SubElement(entry, "link", rel="enclosure", type=media.type, href=media.url)
        if paper.language:
            entry.set("{http://www.w3.org/XML/1998/namespace}lang", paper.language)
        self._extend(entry)
        return entry

    def extend_rss(self, item: Any) -> Any:  # noqa: ANN401
        """Adds to an RSS `item`."""
        paper = self.item.paper
        description = item.find("description")
        if self.content.summary:
            # In RSS a description is HTML.
            description.text = html.escape(self.content.summary, quote=False)
        elif not description.text:
            item.remove(description)
        if paper.authors:
            # One element for all: of several, readers show only the first or the last.
            creators = etree.SubElement(item, f"{{{DUBLIN_CORE}}}creator")
            creators.text = ", ".join(paper.authors)
        if paper.language:
            etree.SubElement(item, f"{{{DUBLIN_CORE}}}language").text = paper.language
        etree.SubElement(item, f"{{{ATOM}}}updated").text = rfc3339(self.item.updated)
        self._extend(item)
        return item

    def _extend(self, parent: Any) -> None:  # noqa: ANN401
        paper = self.item.paper
        if picture := self.content.thumbnail:
            etree.SubElement(parent, f"{{{MEDIA}}}thumbnail", url=picture)
        for media in paper.media:
            attributes = {"url": media.url, "type": media.type, "medium": media.medium.value}
            etree.SubElement(parent, f"{{{MEDIA}}}content", attributes)
        if paper.votes is not None:
            etree.SubElement(parent, f"{{{PAPER}}}votes").text = str(paper.votes)


def rfc3339(time: datetime) -> str:
    """A time in UTC as Atom and JSON Feed write it: `2024-11-18T00:59:59Z`."""
    return time.replace(tzinfo=None).isoformat() + "Z"
