"""Reads feeds back, without any library for feeds."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lxml import etree

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "paper": "tag:feedsvc,2024:paper",
}

Entries = dict[str, bytes]
"""The entries of a feed, each as it stands there, by id and in order."""


@dataclass(frozen=True)
class Atom:
    """An Atom document."""

    root: etree._Element

    def text(self, path: str) -> str:
        found = self.root.findtext(path, namespaces=NAMESPACES)
        assert found is not None, path
        return found

    def link(self, relation: str) -> str | None:
        found = self.root.find(f"atom:link[@rel='{relation}']", NAMESPACES)
        return None if found is None else found.get("href")

    @property
    def entries(self) -> list[etree._Element]:
        return self.root.findall("atom:entry", NAMESPACES)

    @property
    def ids(self) -> list[str]:
        return [str(entry.findtext("atom:id", None, NAMESPACES)) for entry in self.entries]


def read_atom(content: bytes) -> Atom:
    return Atom(etree.fromstring(content))


def read_json_ids(content: bytes) -> list[str]:
    return [item["id"] for item in json.loads(content)["items"]]


def read_rss_ids(content: bytes) -> list[str]:
    return [str(item.findtext("guid")) for item in etree.fromstring(content).iter("item")]


def read_entries(content: bytes) -> Entries:
    """The entries of a feed in any format."""
    if content.startswith(b"{"):
        items = json.loads(content)["items"]
        return {item["id"]: json.dumps(item).encode() for item in items}
    root = etree.fromstring(content)
    found = root.findall("atom:entry", NAMESPACES) or root.findall("channel/item")
    ids = [entry.findtext("atom:id", None, NAMESPACES) or entry.findtext("guid") for entry in found]
    return dict(zip(map(str, ids), map(etree.tostring, found), strict=True))
