"""The documents that belong to no place: OPML, sitemap, the 404 page, style and icon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape
from pathlib import Path

from lxml import etree
from msgspec import Struct

from feedsvc import pages
from feedsvc.config import Config
from feedsvc.feeds.times import rfc822
from feedsvc.model import Document
from feedsvc.pages.page import HTML_TYPE, page_frame
from feedsvc.site.metadata import not_found_metadata

XML_TYPE = "application/xml"
NOT_FOUND = "/404.html"
SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

_STATIC = Path(pages.__file__).parent / "static"


class _Facts(Struct, frozen=True):
    """What these documents are made from."""

    config: Config
    places: Iterable[str]
    """The path of every place; can be iterated once."""
    updated: datetime
    """Of the newest item."""


def extra_document(
    path: str, config: Config, places: Iterable[str], updated: datetime, modified: datetime
) -> Document:
    """The document at a path of EXTRAS.

    `places` are the paths of all places, `updated` is the time of the newest item, and `modified`
    the time of the archive's last change.
    """
    type_, make = EXTRAS[path]
    content = make(_Facts(config, places, updated))
    return Document(path, type_, (content,), hashlib.sha256(content).hexdigest()[:32], modified)


def _opml(facts: _Facts) -> bytes:
    """OPML 2.0 with the one feed to subscribe to: with more, readers would show papers twice."""
    config = facts.config
    opml = etree.Element("opml", version="2.0")
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = config.title
    etree.SubElement(head, "dateModified").text = rfc822(facts.updated)
    etree.SubElement(
        etree.SubElement(opml, "body"),
        "outline",
        type="rss",
        text=config.title,
        title=config.title,
        description=config.subtitle,
        language=config.language,
        xmlUrl=config.base_url + "feed.xml",
        htmlUrl=config.base_url,
    )
    return etree.tostring(opml, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _sitemap(facts: _Facts) -> bytes:
    """The page of every place (sitemaps.org)."""
    base_url = escape(facts.config.base_url)
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f'<urlset xmlns="{SITEMAP_NAMESPACE}">',
        *(f"  <url><loc>{base_url}{path[1:]}</loc></url>" for path in facts.places),
        "</urlset>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _not_found(facts: _Facts) -> bytes:
    return page_frame("404.html", not_found_metadata(facts.config)).start


def _robots(facts: _Facts) -> bytes:
    return f"User-agent: *\nAllow: /\nSitemap: {facts.config.base_url}sitemap.xml\n".encode()


def _asset(name: str) -> Callable[[_Facts], bytes]:
    return lambda _: (_STATIC / name).read_bytes()


EXTRAS: dict[str, tuple[str, Callable[[_Facts], bytes]]] = {
    "/opml.xml": ("text/x-opml; charset=utf-8", _opml),
    "/sitemap.xml": (XML_TYPE, _sitemap),
    "/robots.txt": ("text/plain; charset=utf-8", _robots),
    NOT_FOUND: (HTML_TYPE, _not_found),
    "/style.css": ("text/css; charset=utf-8", _asset("style.css")),
    "/icon.png": ("image/png", _asset("icon.png")),
    # GitHub Pages would otherwise run the folder through Jekyll.
    "/.nojekyll": ("text/plain; charset=utf-8", lambda _: b""),
}
"""The type of each document and the function that makes it, by path."""
