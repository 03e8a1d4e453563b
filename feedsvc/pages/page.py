"""Pages without their articles: the values that a template is given, and the frame it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from markupsafe import Markup
from msgspec import Struct

from feedsvc.feeds.frame import Frame
from feedsvc.model import Link
from feedsvc.pages.article import below_headings
from feedsvc.pages.escaping import as_markup, escaped, lang_attribute
from feedsvc.pages.mathml import with_formulas
from feedsvc.pages.month import months_of
from feedsvc.pages.page_head import feed_alternates, page_head
from feedsvc.pages.page_links import neighbours, place_feeds
from feedsvc.pages.page_metadata import LanguageLink, PageMetadata
from feedsvc.pages.search_page import SearchPage
from feedsvc.pages.templates import render
from feedsvc.pages.titles import title_list
from feedsvc.pages.words import words_in

HTML_TYPE = "text/html; charset=utf-8"

MOST_AT_HOME = 30
"""Papers of the newest day that the home shows; beyond, it leads to the day."""

MOST_TITLES = 1000
"""Papers; a page of more leads to its days only."""

_MARK = "\ufdd0"
"""In place of the articles in a rendered template. A noncharacter, which no text of ours has."""

_IN_HEADER = frozenset({"/", "/all/", "/subscribe/", "/search/"})
"""The paths of pages whose header differs from that of all others."""


class MemberLink(Struct, frozen=True):
    """A place in a list, as a topic is."""

    name: str
    path: str
    """Of its page, as in a URL; begins with a slash."""
    papers: int | None
    """How many it has; None where that isn't told."""


class Choice(Struct, frozen=True):
    """Something to subscribe to."""

    title: str
    about: str
    """What it brings, in a sentence."""
    rate: str
    """How much a week."""
    path: str
    """Of its page, as in a URL; begins with a slash."""
    feeds: Mapping[str, Link]
    """By the label of their format."""
    group: str = ""
    """The folder of the choices of its kind; empty for one of its own."""


class PageContents(Struct, frozen=True):
    """What a page can show; templates ask for what they show."""

    days: Sequence[date] = ()
    """The days of the place, newest first."""
    counts: Callable[[Sequence[date]], int] = len
    """How many papers days have."""
    titles: Callable[[Sequence[date]], Mapping[date, Sequence[tuple[str, str]]]] = lambda _: {}
    """The id and the title of each paper of days, in order."""
    introduction: Callable[[date], str] = lambda _: ""
    """What the digests of a day say above and between their papers, as sanitised HTML."""
    picture: Callable[[], str] = str
    """The address of the page's first picture; empty if it has none."""
    editions: Sequence[str] = ()
    """The names of the pages with the papers of its editions, newest first."""
    members: Callable[[], Sequence[MemberLink]] = list
    """The places that it lists."""
    choices: Callable[[], Sequence[Choice]] = list
    """What a reader can subscribe to."""
    search: SearchPage = SearchPage()
    """What a search found."""
    choice: Callable[[], Choice | None] = lambda: None
    """What the place itself is as such a choice; None if it is none."""


class _Common(Struct, frozen=True):
    """What decides the parts that many pages have in common; see `PageMetadata`."""

    site_title: str
    language: str
    root: str
    path: str
    """One of _IN_HEADER; of all other pages empty."""
    feeds: tuple[tuple[str, Link], ...]
    has_search: bool
    languages: tuple[LanguageLink, ...]
    author: str
    rights: str
    licence: str

    @property
    def site_feeds(self) -> Mapping[str, Link]:
        """As of a page."""
        return dict(self.feeds)


class _Shell(Struct, frozen=True):
    """The parts of a page that others have, too, as HTML."""

    links: Markup
    header: Markup
    footer: Markup


def _shell_of(page: PageMetadata) -> _Shell:
    return _shell(
        _Common(
            site_title=page.site_title,
            language=page.language,
            root=page.root,
            path=page.path if page.path in _IN_HEADER else "",
            feeds=tuple(page.site_feeds.items()),
            has_search=page.has_search,
            languages=tuple(page.languages),
            author=page.author,
            rights=page.rights,
            licence=page.licence,
        )
    )


@lru_cache(32)
def _shell(common: _Common) -> _Shell:
    """Rendered once for all pages with the same: it is half of the work for a page."""
    say = words_in(common.language)
    alternates = feed_alternates(common.site_feeds, escaped(common.site_title))
    html = render(
        "shell.html",
        page=common,
        say=say,
        alternates=alternates,
        in_language=lang_attribute,
        mark=_MARK,
    )
    return _Shell(*map(as_markup, html.split(_MARK)))


def page_frame(template: str, page: PageMetadata, contents: PageContents | None = None) -> Frame:
    """A page around articles, if its template shows them; else a page that takes no items."""
    contents = contents or PageContents()
    say, shell = words_in(page.language), _shell_of(page)

    html = render(
        template,
        page=page,
        shell=shell,
        say=say,
        head=lambda name, about: page_head(page, name, about, contents.picture(), shell.links),
        neighbours=lambda label, around=(): neighbours(page, say, label, contents.days, around),
        place_feeds=lambda label: place_feeds(page, say, label),
        days=contents.days,
        counts=contents.counts,
        titles=contents.titles,
        title_list=lambda day, titles: title_list(f"{page.root}{day}/", titles, page.language),
        months_of=months_of,
        introduction=lambda day: _introduction(contents.introduction(day)),
        editions=contents.editions,
        members=contents.members,
        choices=contents.choices,
        search=contents.search,
        choice=contents.choice,
        most_titles=MOST_TITLES,
        most_at_home=MOST_AT_HOME,
        in_language=lang_attribute,
        articles=_MARK,
    )
    start, articles, end = html.partition(_MARK)
    return Frame(start.encode(), end.encode(), takes_items=bool(articles))


def _introduction(html: str) -> Markup:
    """What digests say above papers, below the headings of a page; empty if they say nothing."""
    shown = with_formulas(below_headings(html, 3))
    return as_markup(f'<div class="introduction">\n{shown}\n</div>\n' if shown else "")
