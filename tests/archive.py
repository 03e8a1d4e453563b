"""Writes small archives of digests for tests, and reads feeds back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lxml import etree

from feedsvc.site.documents import document, paths
from feedsvc.site.site import Site

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "paper": "tag:feedsvc,2024:paper",
}


def etags(site: Site) -> dict[str, str]:
    """The tag of every document, all of one state."""
    with site.snapshot() as snapshot:
        return {path: document(snapshot, path).etag for path in paths(snapshot)}


def paper(number: int, text: str = "요약입니다.", title: str = "") -> str:
    """A paper in Markdown, with an arXiv id of its own for each number."""
    return (
        f"### [{title or f'Paper {number}'}](https://arxiv.org/abs/2411.{number:05})\n\n"
        f"![](https://pictures.example.org/{number}.png)\n\n"
        f"Vote: {number}\n\nAuthors: Ada Lovelace, Author {number}\n\n"
        f"- **What's New**: {text}\n- **Results**: {number}\n"
    )


def digest(day: date | str, papers: Iterable[str]) -> str:
    """A day's digest in Markdown."""
    return f"## Daily Papers ({day})\n\n" + "\n".join(papers)


def write_archive(folder: Path, days: int, papers: int, first: date = date(2024, 1, 1)) -> Path:
    """A folder of so many consecutive days with so many papers each."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for offset in range(days):
        day = first + timedelta(days=offset)
        numbers = range(number, number + papers)
        (folder / f"{day}.md").write_text(digest(day, map(paper, numbers)))
        number += papers
    return folder


@dataclass(frozen=True)
class Atom:
    """An Atom document, read without any feed library."""

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
