"""Where a page of papers leads: to the places next to it and around it, and to its feeds. Pure.

Most pages have these links, some twice, so they are written as text, as articles are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from feedsvc.pages.escaping import as_markup, escaped
from feedsvc.pages.page_metadata import Neighbour, PageMetadata
from feedsvc.pages.words import Words


def neighbours(
    page: PageMetadata,
    say: Words,
    label: str,
    days: Sequence[date],
    around: Sequence[Neighbour] = (),
) -> Markup:
    """Links to the older and the newer page, and to others around; empty if there are none.

    `days` are those of the page, `label` is what the table of words has for the links.
    """
    if not (page.older or page.newer or around):
        return as_markup("")
    links = [f"{_link(page, each)}{escaped(say.place(each.name))}</a>\n" for each in around]
    if page.older:
        words = escaped(say.near(page.older.name, days[0].year))
        links.insert(0, f"{_link(page, page.older, 'prev')}← {words}</a>\n")
    if page.newer:
        words = escaped(say.near(page.newer.name, days[0].year))
        links.append(f"{_link(page, page.newer, 'next')}{words} →</a>\n")
    return _nav("neighbours", say, label, "".join(links))


def place_feeds(page: PageMetadata, say: Words, label: str) -> Markup:
    """Links to the feeds of only this page's papers, below words; empty if there are none."""
    if not page.place_feeds:
        return as_markup("")
    links = "".join(
        f'<a href="{escaped(feed.url)}" type="{escaped(feed.type)}">{escaped(name)}</a>\n'
        for name, feed in page.place_feeds.items()
    )
    return _nav("feeds", say, "feeds of this page", f"<span>{escaped(say(label))}</span>\n{links}")


def _link(page: PageMetadata, to: Neighbour, relation: str = "") -> str:
    rel = f' rel="{relation}"' if relation else ""
    return f'<a{rel} href="{escaped(page.root + to.path[1:])}">'


def _nav(class_: str, say: Words, label: str, links: str) -> Markup:
    name = escaped(say(label))
    return as_markup(f'<nav class="{class_}" aria-label="{name}"{say.lang}>\n{links}</nav>\n')
