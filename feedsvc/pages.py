"""Papers to HTML pages: articles, and the pages around them.

Written as text, as a template engine takes longer to load than all pages of a new day to write:
whatever comes from a digest or a setting goes through `escape`, but a summary, which is sanitised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from html import escape

from msgspec import Struct, field

from feedsvc.feeds import media_html
from feedsvc.model import Item, Link, Paper
from feedsvc.parser.links import arxiv_id
from feedsvc.places import Neighbour

HTML_TYPE = "text/html; charset=utf-8"

_LAZY = ' loading="lazy" referrerpolicy="no-referrer"'
"""For pictures, of which a page may have hundreds, on hosts of others."""

_NO_DIGEST = "<p>No digest yet.</p>"


class Head(Struct, frozen=True):
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
    of_page = _feeds("These papers only:", head.place_feeds)
    neighbours = []
    if head.older:
        neighbours.append(_neighbour(head, head.older, "prev", f"← {head.older.name}"))
    if head.newer:
        neighbours.append(_neighbour(head, head.newer, "next", f"{head.newer.name} →"))
    ways = [_day(head, day) for day in days] if len(days) > 1 else []
    lines = [
        *_start(head),
        *_nav('aria-label="Feeds of this page"', of_page),
        *_nav('class="neighbours" aria-label="Older and newer"', neighbours),
        *_nav('class="days" aria-label="Days"', ways),
    ]
    if not days:
        lines.append(_NO_DIGEST)
    yield _encoded(lines)
    yield from articles
    yield _encoded(_end(head))


def index_page(head: Head, days: Sequence[date], titles: Mapping[date, Sequence[str]]) -> bytes:
    """A plain list of days, with the titles of each where they are given."""
    lines = _start(head)
    for day in days:
        lines.append(f"<h2>{_day(head, day)}</h2>")
        if day in titles:
            # One text is escaped faster than many; no title has a line's end.
            of_day = escape("\n".join(titles[day])).replace("\n", "</li>\n<li>")
            lines += ["<ul>", f"<li>{of_day}</li>", "</ul>"]
    if not days:
        lines.append(_NO_DIGEST)
    return _encoded([*lines, *_end(head)])


def not_found_page(head: Head) -> bytes:
    """What stands where no place is."""
    root = escape(head.root)
    lines = [
        f'<p>There is no page at this address. <a href="{root}">Newest papers</a> ·',
        f'<a href="{root}all/">all days</a></p>',
    ]
    return _encoded([*_start(head), *lines, *_end(head)])


def anchor(paper: Paper) -> str:
    """The name of a paper's article inside a page."""
    return arxiv_id(paper.id) or hashlib.sha256(paper.id.encode()).hexdigest()[:12]


def _start(head: Head) -> list[str]:
    """The lines of a page up to its main heading."""
    title, site_title, subtitle = map(escape, (head.title, head.site_title, head.subtitle))
    root = escape(head.root)
    lines = [
        "<!doctype html>",
        f'<html lang="{escape(head.language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f'<meta name="description" content="{subtitle}">',
    ]
    if head.canonical:
        lines.append(f'<link rel="canonical" href="{escape(head.canonical)}">')
    lines += [
        f'<link rel="icon" href="{root}icon.png">',
        f'<link rel="stylesheet" href="{root}style.css">',
        *_alternates(head.site_feeds, site_title),
        *_alternates(head.place_feeds, title),
        "</head>",
        "<body>",
        "<header>",
        f'<p class="site"><a href="{root}">{site_title}</a></p>',
        f'<p class="subtitle">{subtitle}</p>',
    ]
    subscribe = _feeds("Subscribe:", head.site_feeds)
    lines += _nav(
        'aria-label="Site"', [*subscribe, f'<a class="apart" href="{root}all/">All days</a>']
    )
    unseen = ' class="unseen"' if head.title == head.site_title else ""
    return [*lines, "</header>", "<main>", f"<h1{unseen}>{title}</h1>"]


def _end(head: Head) -> list[str]:
    """The lines of a page from after its articles."""
    lines = ["</main>", "<footer>"]
    lines += [f"<p>{escape(text)}</p>" for text in (head.author, head.rights) if text]
    if head.licence:
        licence = escape(head.licence)
        lines.append(f'<p><a rel="license" href="{licence}">{licence}</a></p>')
    return [*lines, "</footer>", "</body>", "</html>"]


def _alternates(feeds: Mapping[str, Link], title: str) -> list[str]:
    """For feed readers that are given the address of the page. `title` is escaped."""
    return [
        f'<link rel="alternate" type="{escape(feed.type)}" title="{title} ({escape(label)})"'
        f' href="{escape(feed.url)}">'
        for label, feed in feeds.items()
    ]


def _feeds(words: str, feeds: Mapping[str, Link]) -> list[str]:
    """For people."""
    links = [
        f'<a href="{escape(feed.url)}" type="{escape(feed.type)}">{escape(label)}</a>'
        for label, feed in feeds.items()
    ]
    return [f"<span>{words}</span>", *links] if links else []


def _nav(attributes: str, lines: Sequence[str]) -> list[str]:
    return [f"<nav {attributes}>", *lines, "</nav>"] if lines else []


def _neighbour(head: Head, place: Neighbour, relation: str, words: str) -> str:
    address = escape(head.root + place.path[1:])
    return f'<a rel="{relation}" href="{address}">{escape(words)}</a>'


def _day(head: Head, day: date) -> str:
    return f'<a href="{escape(head.root)}{day}/">{day}</a>'


def _encoded(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
