"""What a kind of place is, and a place of it: a set of papers with an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from feedsvc.config import Config
from feedsvc.feeds.formats import FORMATS
from feedsvc.index.store import Store
from feedsvc.pages.page_metadata import Neighbour
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.editions import Edition
from feedsvc.site.opml import OPML_NAME
from feedsvc.site.searches import Found
from feedsvc.site.turns import Turn

HOME = "/"

EVERYTHING = "/all/"

DAILY = "/daily/"

WEEKLY = "/weekly/"

SEARCH = "/search/"

SAVED = "saved"
"""The folder of the saved searches."""

PAGE = "index.html"
"""The name of every place's page."""


class Role(Enum):
    """How the feeds of a place relate to the all-time feed (RFC 5005)."""

    OWN = "a feed of its own"
    SUBSCRIPTION = "what readers subscribe to: the newest papers, with a link to older ones"
    ARCHIVE = "an archive document: older papers, which a reader reaches through links"
    COMPLETE = "a complete feed: every paper in one document"

    @property
    def grows(self) -> bool:
        """Whether papers are added for ever, so that clients may ask only for what is new."""
        return self in {Role.SUBSCRIPTION, Role.COMPLETE}


class Whole(Enum):
    """Which papers of a place its page shows whole."""

    ALL = "all of them"
    NEWEST_DAY = "those of its newest day"
    MOST_VOTED = "those with the most votes"
    NONE = "none of them"


class Scope(Struct, frozen=True):
    """What a kind of place may use to decide what is in one of its places."""

    catalogue: Catalogue
    store: Store
    config: Config
    query: str = ""
    """Canonical; empty if there is none."""


Picks = Mapping[date, Sequence[int]]
"""The positions of the papers that are in a place, by their days; each place's in order."""


class Archive(Struct, frozen=True):
    """The chain that leads from what readers subscribe to through all older papers (RFC 5005)."""

    current: str
    """The path of the place to subscribe to."""
    older: Neighbour | None = None
    newer: Neighbour | None = None


class Contents(Struct, frozen=True):
    """What is in a place."""

    days: Sequence[date]
    """The days with papers in the place, newest first."""
    title: str = ""
    """What its documents add to the name of the site; empty for nothing."""
    older: object | None = None
    """The key of the place before it, and of the one after; None if there is none."""
    newer: object | None = None
    around: Sequence[object] = ()
    """The keys of the larger places that its papers are in, too."""
    archive: Archive | None = None
    """Its links to older papers; None if it is in no chain."""
    picks: Picks | None = None
    """Which papers of its days are in it; None means all."""
    editions: Sequence[Edition] | None = None
    """The items of its feeds, if these are not the papers themselves."""
    found: Found | None = None
    """What a search found, whose papers these are."""


class Member(Struct, frozen=True):
    """A place in a list of places."""

    key: str
    title: str
    papers: int | None = None
    """How many it has in all; None where nobody counts."""


class PlaceKind(Struct, frozen=True):
    """A kind of place. Its places differ in their keys; a key as text is the folder's name."""

    parse: Callable[[str], Any]
    """Turns a folder's name into a key; None for names of other folders."""
    keys: Callable[[Scope], Iterable[Any]]
    """The key of every place of this kind."""
    contents: Callable[[Any, Scope], Contents | None]
    """What is in the place with a key; None if there is no such place."""
    role: Role = Role.OWN
    template: str = "papers.html"
    """The template of its page, in `feedsvc/pages/templates`."""
    whole: Whole = Whole.ALL
    """Which papers its page shows whole."""
    formats: Collection[str] | None = None
    """The names of its feeds; None means all of FORMATS."""
    turn: Turn = Turn.LIST
    """When its places are published."""
    last_day: Callable[[Any], date | None] = lambda _: None
    """The last day that can ever be in the place with a key; None if there is no last one."""
    canonical_query: Callable[[str], str] | None = None
    """Brings all queries that ask for the same into one form; None if it takes no query.

    Raises QueryError.
    """
    finds: bool = False
    """Whether it is a search, which has feeds only where something is asked for."""
    members: Callable[[Scope], Iterable[Member]] | None = None
    """The places that it lists, also as OPML; None if it lists none."""

    @property
    def feeds(self) -> list[str]:
        """The names of its feeds."""
        return [name for name in FORMATS if self.formats is None or name in self.formats]

    @property
    def lists(self) -> list[str]:
        """The names of its lists of feeds."""
        return [OPML_NAME] if self.members else []

    @property
    def names(self) -> list[str]:
        """The names of its documents."""
        return [PAGE, *self.feeds, *self.lists]


class Place(Struct, frozen=True):
    """A set of papers with an address, the same in its page and all its feeds."""

    kind: PlaceKind
    path: str
    """Begins and ends with a slash."""
    days: Sequence[date]
    """The days with papers in the place, newest first."""
    title: str = ""
    query: str = ""
    """Canonical; empty if there is none."""
    older: Neighbour | None = None
    newer: Neighbour | None = None
    around: Sequence[Neighbour] = ()
    """The larger places that its papers are in, too."""
    archive: Archive | None = None
    """Its links to older papers; None if it is in no chain."""
    last_day: date | None = None
    """The last day that can ever be in the place; None if there is no last one."""
    picks: Picks | None = None
    """Which papers of its days are in it; None means all."""
    editions: Sequence[Edition] | None = None
    """The items of its feeds, if these are not the papers themselves."""
    found: Found | None = None
    """What a search found, whose papers these are."""

    @property
    def feeds(self) -> Sequence[str]:
        """The names of its feeds."""
        return () if self.kind.finds and not self.found else self.kind.feeds

    @property
    def names(self) -> Sequence[str]:
        """The names of its documents."""
        return [PAGE, *self.feeds, *self.kind.lists]

    @property
    def role(self) -> Role:
        """How its feeds relate to the all-time feed."""
        is_archive = self.archive is not None and self.archive.current != self.path
        return Role.ARCHIVE if is_archive else self.kind.role

    @property
    def address(self) -> str:
        """The path with the query, as in a URL."""
        return address(self.path, self.query)


def address(path: str, query: str = "") -> str:
    """A path with a query, if there is one, as in a URL."""
    quoted = quote(path, safe="/+")
    return f"{quoted}?{query}" if query else quoted


def url_of(config: Config, path: str) -> str:
    """The URL of a path, as `address` gives it, in the site with these settings."""
    return config.base_url + path.removeprefix("/")


def picks_of(papers: Iterable[tuple[date, int]]) -> dict[date, list[int]]:
    """Papers that are given by day and position, newest first, as picks."""
    return {
        day: [position for _, position in of_day]
        for day, of_day in groupby(papers, key=itemgetter(0))
    }


def neighbour(key: object | None) -> Neighbour | None:
    """The link to the place with a key; None for none."""
    return near(key) if key is not None else None


def near(key: object) -> Neighbour:
    """The link to the place with a key, called by the last part of it."""
    return Neighbour(str(key).rpartition("/")[2], path_of(key))


def path_of(key: object) -> str:
    """The path of the place with a key."""
    return f"/{key}/" if str(key) else HOME


def name_of(path: str) -> str:
    """The folder's name of a path, which `PlaceKind.parse` takes."""
    return path.strip("/")
