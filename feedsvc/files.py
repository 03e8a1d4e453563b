"""The documents that belong to no place: OPML, sitemap, the page for what isn't there, assets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape
from pathlib import Path

from lxml import etree
from msgspec import Struct

from feedsvc import pages
from feedsvc.config import Config
from feedsvc.feeds import rfc822

XML_TYPE = "application/xml"
NOT_FOUND = "/404.html"
SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

_STATIC = Path(__file__).parent / "static"


class Facts(Struct, frozen=True):
    """What the documents here tell of."""

    config: Config
    places: Iterable[str]
    """The path of every place; can be gone through once."""
    updated: datetime
    """Of the newest item."""


def _opml(facts: Facts) -> bytes:
    """OPML 2.0 with the one feed to subscribe to: with more, a reader would show papers twice."""
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
    return _xml(opml)


def _sitemap(facts: Facts) -> bytes:
    """The page of every place (sitemaps.org)."""
    base_url = escape(facts.config.base_url)
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f'<urlset xmlns="{SITEMAP_NAMESPACE}">',
        *(f"  <url><loc>{base_url}{path[1:]}</loc></url>" for path in facts.places),
        "</urlset>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _not_found(facts: Facts) -> bytes:
    """Its links are absolute paths, as a host shows it at any depth."""
    config = facts.config
    head = pages.Head(
        title="Not found",
        site_title=config.title,
        subtitle=config.subtitle,
        language=config.language,
        root=config.base_path,
        canonical="",
    )
    return pages.not_found_page(head)


def _robots(facts: Facts) -> bytes:
    return f"User-agent: *\nAllow: /\nSitemap: {facts.config.base_url}sitemap.xml\n".encode()


def _asset(name: str) -> Callable[[Facts], bytes]:
    return lambda _: (_STATIC / name).read_bytes()


FILES: dict[str, tuple[str, Callable[[Facts], bytes]]] = {
    "/opml.xml": ("text/x-opml; charset=utf-8", _opml),
    "/sitemap.xml": (XML_TYPE, _sitemap),
    "/robots.txt": ("text/plain; charset=utf-8", _robots),
    NOT_FOUND: (pages.HTML_TYPE, _not_found),
    "/style.css": ("text/css; charset=utf-8", _asset("style.css")),
    "/icon.png": ("image/png", _asset("icon.png")),
    # GitHub Pages would otherwise run the folder through Jekyll.
    "/.nojekyll": ("text/plain; charset=utf-8", lambda _: b""),
}
"""Type and maker of each document, by path."""


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
