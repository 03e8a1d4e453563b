"""OPML 2.0: lists of feeds that a reader subscribes to in one step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lxml import etree
from msgspec import Struct

from feedsvc.config import Config
from feedsvc.feeds.times import rfc822
from feedsvc.site.language import subtitle_of

OPML_TYPE = "text/x-opml; charset=utf-8"
OPML_NAME = "opml.xml"


class Outline(Struct, frozen=True):
    """A feed in the list."""

    title: str
    feed_url: str
    page_url: str


def opml(config: Config, title: str, outlines: Iterable[Outline], updated: datetime) -> bytes:
    """A list of feeds; `updated` is the time of the newest item, in UTC."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateModified").text = rfc822(updated)
    body = etree.SubElement(root, "body")
    for each in outlines:
        told = {
            "type": "rss",
            "text": each.title,
            "title": each.title,
            "description": subtitle_of(config),
            "language": config.language,
            "xmlUrl": each.feed_url,
            "htmlUrl": each.page_url,
        }
        kept = {name: value for name, value in told.items() if value or name != "language"}
        etree.SubElement(body, "outline", kept)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
