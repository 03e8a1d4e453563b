"""The documents that belong to no place: OPML, sitemap, the 404 page, style and icon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from pathlib import Path

from lxml import etree
from msgspec import Struct

from feedsvc import pages
from feedsvc.config import Config
from feedsvc.index import hash_chain
from feedsvc.model import Document
from feedsvc.pages.page import HTML_TYPE, page_frame
from feedsvc.site.kinds import HOME, address
from feedsvc.site.metadata import not_found_metadata
from feedsvc.site.opml import OPML_NAME, OPML_TYPE, Outline, opml
from feedsvc.site.translations import Translations
from feedsvc.site.turns import Turn

XML_TYPE = "application/xml"
OPENSEARCH_TYPE = "application/opensearchdescription+xml"
OPENSEARCH_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
LONGEST_SHORT_NAME = 16
"""Characters, as OpenSearch has it."""

NOT_FOUND = "/404.html"
SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"

_STATIC = Path(pages.__file__).parent / "static"


class Facts(Struct, frozen=True):
    """What these documents are made from."""

    config: Config
    fingerprint: str
    """The fingerprint of the settings and the code that documents are made with."""
    places: Callable[[], Iterable[str]]
    """Gives the path of every place."""
    updated: datetime
    """The time of the newest item, in UTC."""
    changed: datetime
    """When the archive last changed, in UTC."""
    translations: Translations


class Extra(Struct, frozen=True):
    """A document that belongs to no place."""

    type: str
    """The value of Content-Type."""
    make: Callable[[Facts], bytes]
    depends_on: Callable[[Facts], Iterable[str]] = lambda _: ()
    """What decides its content, in addition to settings and code."""
    turn: Turn = Turn.HEAD
    """When it is published."""


def extra_document(path: str, facts: Facts) -> Document:
    """The document at a path of EXTRAS."""
    extra = EXTRAS[path]
    return Document(path, extra.type, (extra.make(facts),), extra_etag(path, facts), facts.changed)


def extra_etag(path: str, facts: Facts) -> str:
    """The ETag of the document at a path of EXTRAS; makes no document, as `feedsvc.site.etags`."""
    parts = [facts.fingerprint, path, *EXTRAS[path].depends_on(facts)]
    return hash_chain.extend(hash_chain.START, " ".join(parts).encode()).hex()


def _opml(facts: Facts) -> bytes:
    """The one feed to subscribe to: with more, readers would show papers twice."""
    config = facts.config
    outline = Outline(config.title, config.base_url + "feed.xml", config.base_url)
    return opml(config, config.title, [outline], facts.updated)


def _opensearch(facts: Facts) -> bytes:
    """What a browser needs to search here from its address bar (OpenSearch 1.1)."""
    config = facts.config
    root = etree.Element("OpenSearchDescription", xmlns=OPENSEARCH_NAMESPACE)
    short = config.title[:LONGEST_SHORT_NAME].strip()
    etree.SubElement(root, "ShortName").text = short
    etree.SubElement(root, "Description").text = config.title
    etree.SubElement(root, "InputEncoding").text = "UTF-8"
    template = f"{config.base_url}search/?q={{searchTerms}}"
    etree.SubElement(root, "Url", type="text/html", template=template)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _sitemap(facts: Facts) -> bytes:
    """The page of every place (sitemaps.org), with the same in other languages."""
    namespaces = f'xmlns="{SITEMAP_NAMESPACE}"'
    if facts.translations.others:
        namespaces += f' xmlns:xhtml="{XHTML_NAMESPACE}"'
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f"<urlset {namespaces}>",
        *(f"  <url>{_sitemap_entry(facts, path)}</url>" for path in facts.places()),
        "</urlset>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _sitemap_entry(facts: Facts, path: str) -> str:
    quoted = address(path)
    translations = facts.translations.pages(path, quoted)
    return f"<loc>{escape(facts.config.base_url)}{quoted[1:]}</loc>" + "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(url)}"/>'
        for code, url in translations.items()
    )


def _depends_of_sitemap(facts: Facts) -> Iterator[str]:
    for path in facts.places():
        yield address(path)
        yield from facts.translations.facts(path)


def _not_found(facts: Facts) -> bytes:
    return page_frame("404.html", not_found_metadata(facts.translations)).start


def _robots(facts: Facts) -> bytes:
    """That of the root, the only one that anybody asks for, is for all languages."""
    config = facts.config
    sites = [config] if config.folder else [config, *facts.translations.configs]
    lines = [
        "User-agent: *",
        "Allow: /",
        *(f"Disallow: {each.base_path}search/?" for each in sites),  # of which there is no end
        *(f"Sitemap: {each.base_url}sitemap.xml" for each in sites),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _asset(type_: str, name: str) -> Extra:
    """What pages need, a file that feedsvc brings."""
    return Extra(type_, lambda _: (_STATIC / name).read_bytes(), turn=Turn.ASSET)


TEXT_TYPE = "text/plain; charset=utf-8"
SCRIPT_TYPE = "text/javascript; charset=utf-8"

EXTRAS: dict[str, Extra] = {
    f"/{OPML_NAME}": Extra(OPML_TYPE, _opml, lambda facts: [facts.updated.isoformat()]),
    "/sitemap.xml": Extra(XML_TYPE, _sitemap, _depends_of_sitemap),
    "/opensearch.xml": Extra(OPENSEARCH_TYPE, _opensearch),
    "/robots.txt": Extra(TEXT_TYPE, _robots),
    NOT_FOUND: Extra(HTML_TYPE, _not_found, lambda facts: facts.translations.facts(HOME)),
    "/style.css": _asset("text/css; charset=utf-8", "style.css"),
    "/search.js": _asset(SCRIPT_TYPE, "search.js"),
    "/script.js": _asset(SCRIPT_TYPE, "script.js"),
    "/icon.png": _asset("image/png", "icon.png"),
    # GitHub Pages would otherwise run the folder through Jekyll.
    "/.nojekyll": Extra(TEXT_TYPE, lambda _: b""),
}
"""By path."""
