"""A paper that stands under several topics of a day: one paper with all that is said there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from feedsvc.model import Paper
from feedsvc.patterns import compile_later

_FLAT = compile_later(
    r"(?:<p>(?:(?!</?p>).)*</p>\s*|<ul>\s*(?:<li>(?:(?!</?[uo]l>|<li>).)*</li>\s*)+</ul>\s*)*",
    re.DOTALL,
)
_PIECE = compile_later(r"<p>.*?</p>|<ul>\s*(?P<items>.*?)\s*</ul>", re.DOTALL)
_ITEM = compile_later(r"<li>.*?</li>", re.DOTALL)

_TAG = compile_later(r"<[^<>]*>")


def with_all_topics(papers: Sequence[Paper]) -> list[Paper]:
    """The papers; one that stands under two topics of a day is one with both, and both texts."""
    kept: dict[tuple[date, str], int] = {}
    found: list[Paper] = []
    for paper in papers:
        at = kept.setdefault((paper.day, paper.id), len(found))
        first = found[at] if at < len(found) else None
        if first and paper.topics and first.topics and paper.topics != first.topics:
            topics = tuple(dict.fromkeys([*first.topics, *paper.topics]))
            text = _joined(first.summary_html, paper.summary_html)
            found[at] = replace(first, topics=topics, summary_html=text)
        else:
            found.append(paper)
    return found


def _joined(text: str, other: str) -> str:
    """A text, and what another one has besides, where that is of paragraphs and plain lists."""
    if other == text or not _FLAT.fullmatch(other):
        return text
    more, known = [], _words(text)
    for piece in _PIECE.finditer(other):
        if piece["items"] is None:
            more += [] if _words(piece[0]) in known else [piece[0]]
        elif items := [item for item in _ITEM.findall(piece["items"]) if _words(item) not in known]:
            more.append("\n".join(["<ul>", *items, "</ul>"]))
    return "\n".join([text, *more]).strip()


def _words(text: str) -> str:
    """The letters of a piece of HTML."""
    return "".join(_TAG.sub("", text).split())
