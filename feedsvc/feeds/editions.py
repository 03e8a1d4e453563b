"""Editions: a whole day, or the best of a week, as one item of a feed.

An edition is put together from the finished items of the JSON Feed, which have all that it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape

import msgspec
from msgspec import Struct

from feedsvc.feeds.entry import Entry

MOST_WHOLE = 50
"""Papers; of a day with more, these are whole and the others only in the list of titles."""


class EditionHead(Struct, frozen=True):
    """What an edition says before its papers.

    Nothing here changes once the edition has appeared: readers take an item with another title or
    link for a new one, and a later date brings no item back.
    """

    id: str
    address: str
    """Of the page with the same papers, absolute."""
    title: str
    day: date
    published: datetime
    """UTC."""


class _Paper(Struct, frozen=True):
    """What an edition shows of an item of the JSON Feed."""

    url: str
    title: str
    content_html: str
    image: str | None = None
    language: str | None = None


_decode = msgspec.json.Decoder(_Paper).decode


def edition_entry(head: EditionHead, introduction: str, json_items: Sequence[bytes]) -> Entry:
    """An edition: an introduction in sanitised HTML, all titles, then each paper.

    Of many papers only the first MOST_WHOLE are whole: nobody reads three hundred in one item, and
    fourteen such days would be more than readers take.
    """
    papers = [_decode(item) for item in json_items]
    titles = "".join(f"<li>{_linked_title(paper)}</li>" for paper in papers)
    whole = "".join(
        f"<h2>{_linked_title(paper)}</h2>{paper.content_html}" for paper in papers[:MOST_WHOLE]
    )
    html = f"{introduction}<ul>{titles}</ul>{whole}"
    languages = {paper.language for paper in papers}
    return Entry(
        id=head.id,
        address=head.address,
        title=head.title,
        html=html,
        html_as_text=escape(html, quote=False),
        summary=papers[0].title,
        thumbnail=papers[0].image,
        published=head.published,
        updated=head.published,
        day=head.day,
        language=languages.pop() if len(languages) == 1 else None,
    )


def _linked_title(paper: _Paper) -> str:
    return f'<a href="{escape(paper.url)}">{escape(paper.title)}</a>'
