"""What a page is of, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from feedsvc.model import Link


class Neighbour(Struct, frozen=True):
    """A page that another one leads to: before it, after it, or around it."""

    name: str
    path: str
    """Begins with a slash, which is the root of the site."""


class LanguageLink(Struct, frozen=True):
    """A language of the site, with where a page leads for it."""

    name: str
    """As its speakers call it."""
    language: str
    """BCP 47."""
    path: str
    """Of the same page in it, or of its home, from the root of the site in the page's language."""
    is_own: bool = False
    """Whether it is the page's own."""


class PageMetadata(Struct, frozen=True):
    """The metadata of a page; templates call it `page`."""

    name: str
    """What the page is of, as its folder is called; empty for home."""
    site_title: str
    subtitle: str
    language: str
    root: str
    """The path from the page to the site's root; ends with a slash."""
    canonical: str
    """The page's absolute address; empty for the 404 page, which is shown at any."""
    path: str = ""
    """The same inside the site, as in a URL; begins with a slash."""
    site_feeds: Mapping[str, Link] = field(default_factory=dict)
    """The feeds to subscribe to, by the label of their format."""
    place_feeds: Mapping[str, Link] = field(default_factory=dict)
    """The feeds with only this page's papers."""
    older: Neighbour | None = None
    newer: Neighbour | None = None
    around: Sequence[Neighbour] = ()
    """The larger places that its papers are in, too."""
    author: str = ""
    rights: str = ""
    licence: str = ""
    has_search: bool = False
    """Whether the site has a place that finds papers by their words."""
    picture: str = ""
    """The address of a picture of the site; empty if it has none."""
    translations: Mapping[str, str] = field(default_factory=dict)
    """The page's addresses in all languages that have it, by `hreflang`; empty if no other has."""
    languages: Sequence[LanguageLink] = ()
    """Those to choose from; empty if there is one."""
