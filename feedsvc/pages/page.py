"""Pages without their articles: what a template is given, and the frame that it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from msgspec import Struct, field

from feedsvc.feeds.frame import Frame
from feedsvc.model import Link
from feedsvc.pages.templates import render

HTML_TYPE = "text/html; charset=utf-8"

_ARTICLES = "\ufdd0"
"""Stands for the articles in a rendered template. A noncharacter: no text of ours holds one."""


class Neighbour(Struct, frozen=True):
    """The page before or after one of the same kind."""

    name: str
    path: str
    """Begins with a slash, which is the root of the site."""


class PageMetadata(Struct, frozen=True):
    """What a page says of itself around its articles; templates call it `page`."""

    title: str
    site_title: str
    subtitle: str
    language: str
    root: str
    """Leads from the page to the site's root; ends with a slash."""
    canonical: str
    """The page's absolute address; empty for a page that stands at many."""
    site_feeds: Mapping[str, Link] = field(default_factory=dict)
    """The feeds to subscribe to, by the name of their format."""
    place_feeds: Mapping[str, Link] = field(default_factory=dict)
    """The feeds of just this page's papers."""
    older: Neighbour | None = None
    newer: Neighbour | None = None
    author: str = ""
    rights: str = ""
    licence: str = ""


Titles = Callable[[], Mapping[date, Sequence[str]]]
"""Gives the titles of each day's papers; read only where a template asks."""


def page_frame(
    template: str, page: PageMetadata, days: Sequence[date] = (), titles: Titles = dict
) -> Frame:
    """A page around articles, where the template puts them; else a page that takes none."""
    html = render(template, page=page, days=days, titles=titles, articles=_ARTICLES)
    start, articles, end = html.partition(_ARTICLES)
    return Frame(start.encode(), end.encode(), takes_items=bool(articles))
