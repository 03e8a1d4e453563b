"""Papers to HTML pages: articles, and pages around them from the templates in `templates/`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

import jinja2

from feedsvc.feeds import media_html
from feedsvc.model import Item, Link, Paper
from feedsvc.parser.links import arxiv_id
from feedsvc.places import Neighbour

HTML_TYPE = "text/html; charset=utf-8"

_ARTICLES = "<!-- articles -->"
"""Where a page's articles go. No text of a digest can hold it: that is escaped or sanitised."""

_LAZY = ' loading="lazy" referrerpolicy="no-referrer"'
"""For pictures, of which a page may have hundreds, on hosts of others."""

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("feedsvc"),
    autoescape=True,
    auto_reload=False,
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


def article(item: Item, language: str) -> bytes:
    """An item as an `article` element of a page in `language`; written as text, as in feeds."""
    paper, name = item.paper, anchor(item.paper)
    other = paper.language if paper.language != language else None
    attributes = f' lang="{escape(other)}"' if other else ""
    title = escape(paper.title)
    if paper.link:
        title = f'<a href="{escape(paper.link)}">{title}</a>'
    facts = f'<a href="#{name}"><time datetime="{paper.day}">{paper.day}</time></a>'
    if paper.votes is not None:
        facts += f' · <span class="votes" title="Votes">▲ {paper.votes}</span>'
    lines = [
        f'<article id="{name}"{attributes}>',
        f"<h2>{title}</h2>",
        f'<p class="facts">{facts}</p>',
    ]
    if paper.authors:
        others = ", …" if paper.more_authors else ""
        lines.append(f'<p class="authors">{escape(", ".join(paper.authors))}{others}</p>')
    lines += [f'<p class="picture">{media_html(media, _LAZY)}</p>' for media in paper.media]
    lines += ['<div class="summary">', paper.summary_html, "</div>", "</article>\n"]
    return "\n".join(lines).encode()


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
