"""One paper as the article that pages show."""

from __future__ import annotations

import hashlib

from feedsvc.model import Item
from feedsvc.pages.templates import render
from feedsvc.parser.paper.links import arxiv_id


def article(item: Item, language: str) -> bytes:
    """An item as an `article` element of a page in `language`, which ends its line."""
    paper = item.paper
    other = paper.language if paper.language != language else None
    return render("article.html", paper=paper, anchor=anchor(paper.id), language=other).encode()


def anchor(id_: str) -> str:
    """The name of a paper's article in a page. It is in public addresses, so it must not change."""
    return arxiv_id(id_) or hashlib.sha256(id_.encode()).hexdigest()[:12]
