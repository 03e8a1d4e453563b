"""Pages without their articles: the values that a template is given, and the frame it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, field

from feedsvc.feeds.frame import Frame
from feedsvc.model import Link
from feedsvc.pages.templates import render

HTML_TYPE = "text/html; charset=utf-8"

_ARTICLES = "\ufdd0"
"""In place of the articles in a rendered template. A noncharacter, which no text of ours has."""


class Neighbour(Struct, frozen=True):
    """The page before or after one of the same kind."""

    name: str
    path: str
    """Begins with a slash, which is the root of the site."""


class PageMetadata(Struct, frozen=True):
    """The metadata of a page; templates call it `page`."""

    title: str
    site_title: str
    subtitle: str
    language: str
    root: str
    """The path from the page to the site's root; ends with a slash."""
    canonical: str
    """The page's absolute address; empty for the 404 page, which is shown at any."""
    site_feeds: Mapping[str, Link] = field(default_factory=dict)
    """The feeds to subscribe to, by the label of their format."""
    place_feeds: Mapping[str, Link] = field(default_factory=dict)
    """The feeds with only this page's papers."""
    older: Neighbour | None = None
    newer: Neighbour | None = None
    author: str = ""
    rights: str = ""
    licence: str = ""


Titles = Callable[[], Mapping[date, Sequence[str]]]
"""Gives the titles of each day's papers; called only by templates that show them."""


def page_frame(
    template: str,
    page: PageMetadata,
    days: Sequence[date] = (),
    titles: Titles = dict,
    introduction: Callable[[], str] = str,
    **more: Any,  # noqa: ANN401 - whatever a template shows
) -> Frame:
    """A page around articles, if its template shows them; else a page that takes no items.

    `introduction` gives what the digest of a single day says above its papers, as sanitised HTML.
    """
    html = render(
        template,
        page=page,
        days=days,
        titles=titles,
        introduction=introduction,
        articles=_ARTICLES,
        **more,
    )
    start, articles, end = html.partition(_ARTICLES)
    return Frame(start.encode(), end.encode(), takes_items=bool(articles))
