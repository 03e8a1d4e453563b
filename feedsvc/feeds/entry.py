"""What every feed format says of one item: a paper, or a day with all its papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import Enum
from html import escape

from msgspec import Struct

from feedsvc.feeds.content import body_html, categories, opening, thumbnail
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


class Grain(Enum):
    """What is one item of a feed."""

    PAPER = "paper"
    DAY = "day"

    def rendering_name(self, name: str) -> str:
        """What the index calls these items, rendered for the documents of a name."""
        return name if self is Grain.PAPER else f"{self.value}/{name}"


def paper_entry(item: Item, base_url: str, language: str = "") -> Entry:
    """A paper as an item of feeds in `language`; empty where they claim none."""
    paper = item.paper
    html = body_html(paper)
    return Entry(
        id=paper.id,
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


def item_address(paper: Paper, base_url: str) -> str:
    """The address that an item links to: the paper's, or that of its day on this site."""
    return paper.link or f"{base_url}{paper.day}/"


def paper_entries(items: Sequence[Item], base_url: str, language: str) -> list[Entry]:
    """A day's papers, an item each."""
    return [paper_entry(item, base_url, language) for item in items]


def day_entries(items: Sequence[Item], base_url: str, language: str) -> list[Entry]:
    """A day's papers as one item: the list of titles, then each paper.

    Title, link and date come from the first paper and stay when more are added: readers treat an
    item with another title or link as a new one.
    """
    first = items[0]
    day = first.paper.day
    titles = "".join(f"<li>{_linked_title(item.paper, base_url)}</li>" for item in items)
    papers = "".join(
        f"<h2>{_linked_title(item.paper, base_url)}</h2>{body_html(item.paper)}" for item in items
    )
    html = f"<ul>{titles}</ul>{papers}"
    languages = {item.paper.language for item in items} - {language}
    entry = Entry(
        id=f"tag:feedsvc,{day}:day",
        address=f"{base_url}{day}/",
        title=f"{day}: {first.paper.title}",
        html=html,
        html_as_text=escape(html, quote=False),
        summary=first.paper.title,
        thumbnail=thumbnail(first.paper),
        published=first.updated,
        updated=first.updated,
        day=day,
        language=languages.pop() if len(languages) == 1 else None,
    )
    return [entry]


ENTRIES: dict[Grain, Callable[[Sequence[Item], str, str], list[Entry]]] = {
    Grain.PAPER: paper_entries,
    Grain.DAY: day_entries,
}
"""Makes the entries of a day's items, by grain, for a base URL and the language of the feeds."""


def _linked_title(paper: Paper, base_url: str) -> str:
    address = escape(item_address(paper, base_url))
    return f'<a href="{address}">{escape(paper.title)}</a>'
