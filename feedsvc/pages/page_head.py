"""What programs read of a page, above what it shows. Pure.

Half of a page's frame is this, so it is written as text, as articles are.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from feedsvc.model import Link
from feedsvc.pages.escaping import as_markup, escaped
from feedsvc.pages.page_metadata import PageMetadata


def page_head(page: PageMetadata, name: str, about: str, picture: str, links: str) -> Markup:
    """The content of a page's `head` element.

    What the page is called, what it is about, and the links that others have, too, are HTML;
    `picture` is the address of its first one. A page without a name is called as the site.
    """
    site = escaped(page.site_title)
    title = f"{name} · {site}" if name else site
    parts = [
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n"
        f'<meta name="description" content="{about}">\n'
        '<meta name="color-scheme" content="light dark">\n',
        _for_sharing(page, name or site, about, picture or page.picture) if page.canonical else "",
        links,
        feed_alternates(page.place_feeds, title),
    ]
    return as_markup("".join(parts))


def feed_alternates(feeds: Mapping[str, Link], title: str) -> Markup:
    """Links to feeds for readers that are given a page's address; the title is HTML."""
    links = (
        f'<link rel="alternate" type="{escaped(feed.type)}" title="{title} ({escaped(label)})"'
        f' href="{escaped(feed.url)}">\n'
        for label, feed in feeds.items()
    )
    return as_markup("".join(links))


def _for_sharing(page: PageMetadata, name: str, about: str, picture: str) -> str:
    """The page's addresses, and how others show a link to it (Open Graph)."""
    url = escaped(page.canonical)
    translations = "".join(
        f'<link rel="alternate" hreflang="{escaped(language)}" href="{escaped(address)}">\n'
        for language, address in page.translations.items()
    )
    image = (
        f'<meta property="og:image" content="{escaped(picture)}">\n'
        '<meta name="twitter:card" content="summary_large_image">\n'
    )
    return (
        f'<link rel="canonical" href="{url}">\n'
        f"{translations}"
        '<meta property="og:type" content="website">\n'
        f'<meta property="og:site_name" content="{escaped(page.site_title)}">\n'
        f'<meta property="og:title" content="{name}">\n'
        f'<meta property="og:description" content="{about}">\n'
        f'<meta property="og:url" content="{url}">\n'
        f"{image if picture else ''}"
    )
