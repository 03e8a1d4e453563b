"""Papers to HTML pages: articles one by one, then pages around them. Templates in `templates/`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import jinja2
from markupsafe import Markup

from feedsvc.model import Item, Link, Paper
from feedsvc.parser.links import arxiv_id
from feedsvc.places import Neighbour

HTML_TYPE = "text/html; charset=utf-8"

_ARTICLES = "<!-- articles -->"
"""Where a page's articles go. No text of a digest can hold it: that is escaped or sanitised."""

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("feedsvc"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a page shows around its articles."""

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


def articles(items: Sequence[Item], language: str) -> list[bytes]:
    """Each item as an `article` element."""
    template = _environment.get_template("article.html")
    return [
        template.render(
            paper=item.paper,
            summary=Markup(item.paper.summary_html),  # noqa: S704 - sanitised by the parser
            anchor=anchor(item.paper),
            language="" if item.paper.language == language else item.paper.language,
        ).encode()
        for item in items
    ]


def page(head: Head, days: Sequence[date], articles: Iterable[bytes]) -> Iterator[bytes]:
    """A page around finished articles, with a way to each of several days; in pieces."""
    frame = _environment.get_template("place.html").render(head=head, days=days)
    start, end = frame.split(_ARTICLES)
    yield start.encode()
    yield from articles
    yield end.encode()


def index_page(head: Head, titles: Mapping[date, Sequence[str]]) -> bytes:
    """A plain list of days, with the titles of each where there are not too many."""
    return _environment.get_template("everything.html").render(head=head, titles=titles).encode()


def not_found_page(head: Head) -> bytes:
    """What stands where no place is."""
    return _environment.get_template("not_found.html").render(head=head).encode()


def anchor(paper: Paper) -> str:
    """The name of a paper's article inside a page."""
    return arxiv_id(paper.id) or hashlib.sha256(paper.id.encode()).hexdigest()[:12]
