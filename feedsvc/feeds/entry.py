"""What every feed format says of one item: a paper, or an edition with several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape

from msgspec import Struct

from feedsvc.feeds.content import body_html, categories, opening, thumbnail
from feedsvc.feeds.facts_line import facts_line
from feedsvc.model import Item, Media, Paper


class Entry(Struct, frozen=True):
    """One item of a feed. Texts are plain but for `html`; times are in UTC."""

    id: str
    """The same in every format and document: readers recognise an item by it."""
    address: str
    """The address that the item links to, absolute."""
    title: str
    html: str
    """The body, sanitised; may be empty."""
    html_as_text: str
    """The body with `&`, `<` and `>` escaped, as Atom and RSS carry it."""
    summary: str
    """The opening of the body in plain text; empty if the body has nothing more."""
    thumbnail: str | None
    """The address of a picture; None if there is none."""
    published: datetime
    updated: datetime
    day: date
    authors: tuple[str, ...] = ()
    more_authors: bool = False
    """Whether the digest says "and others"."""
    votes: int | None = None
    media: tuple[Media, ...] = ()
    categories: Sequence[str] = ()
    language: str | None = None
    """BCP 47; None means the language of the feed."""


def paper_entry(item: Item, base_url: str, language: str = "", mark: str = "") -> Entry:
    """A paper as an item of feeds in `language`; empty where they claim none.

    For `mark` see `item_id`.
    """
    paper = item.paper
    html = body_html(paper) + facts_line(paper, language)
    return Entry(
        id=item_id(paper.id, mark),
        address=item_address(paper, base_url),
        title=paper.title,
        html=html,
        html_as_text=escape(html, quote=False),
        summary=opening(paper),
        thumbnail=thumbnail(paper),
        published=item.published,
        updated=item.updated,
        day=paper.day,
        authors=paper.authors,
        more_authors=paper.more_authors,
        votes=paper.votes,
        media=paper.media,
        categories=categories(paper),
        language=paper.language if paper.language != language else None,
    )


def item_id(paper_id: str, mark: str) -> str:
    """The id of a paper's item: the paper's, with the mark of the language if it has one.

    Some readers know an item by its id alone, in whichever feed it is, as RFC 4287 allows. With the
    same id the texts of two languages would replace each other there.
    """
    sign = "-" if "#" in paper_id else "#"
    return f"{paper_id}{sign}{mark}" if mark else paper_id


def paper_id_in(id_: str, mark: str) -> str:
    """The paper's id in that of its item."""
    return id_[: -len(mark) - 1] if mark else id_


def item_address(paper: Paper, base_url: str) -> str:
    """The address that an item links to: the paper's, or that of its day on this site."""
    return paper.link or f"{base_url}{paper.day}/"
