"""The table of kinds of places. A place is a set of papers with an address of its own.

Paths on the server, folders of a build, links between documents and the sitemap all come from this
table: to add a kind of place, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from typing import Any

from msgspec import Struct

from feedsvc.config import Config
from feedsvc.feeds.entry import Grain
from feedsvc.feeds.formats import FORMATS
from feedsvc.pages.page import Neighbour
from feedsvc.site.calendar import Week, parse_day, parse_week
from feedsvc.site.catalogue import Catalogue

HOME = "/"
EVERYTHING = "/all/"
SEARCH = "/search/"

PAGE = "index.html"
"""The name of every place's page."""


class Role(Enum):
    """How the feeds of a place relate to the all-time feed (RFC 5005)."""

    OWN = "a feed of its own"
    SUBSCRIPTION = "what readers subscribe to: the newest papers, with a link to older ones"
    ARCHIVE = "an archive document: older papers, which a reader reaches through links"
    COMPLETE = "a complete feed: every paper in one document"

    @property
    def is_chained(self) -> bool:
        """Whether documents of this role are parts of the all-time feed, linked to each other."""
        return self in {Role.SUBSCRIPTION, Role.ARCHIVE}

    @property
    def grows(self) -> bool:
        """Whether papers are added for ever, so that clients may ask only for what is new."""
        return self in {Role.SUBSCRIPTION, Role.COMPLETE}


class Scope(Struct, frozen=True):
    """What a kind of place may use to decide what is in one of its places."""

    catalogue: Catalogue
    config: Config
    query: str = ""
    """Canonical; empty if there is none."""


class Contents(Struct, frozen=True):
    """What is in a place."""

    days: Sequence[date]
    """The days with papers in the place, newest first."""
    title: str = ""
    """What its documents add to the name of the site; empty for nothing."""
    older: object | None = None
    """The key of the place before it, and of the one after; None if there is none."""
    newer: object | None = None
    last_day: date | None = None
    """The last day that can ever be in the place; None if there is no last one."""


class PlaceKind(Struct, frozen=True):
    """A kind of place. Its places differ in their keys; a key as text is the folder's name."""

    parse: Callable[[str], Any]
    """Turns a folder's name into a key; None for names of other folders."""
    keys: Callable[[Catalogue], Iterable[Any]]
    """The key of every place of this kind."""
    contents: Callable[[Any, Scope], Contents | None]
    """What is in the place with a key; None if there is no such place."""
    role: Role = Role.OWN
    grain: Grain = Grain.PAPER
    """What is one item of its feeds."""
    template: str = "papers.html"
    """The template of its page, in `feedsvc/pages/templates`."""
    whole: Callable[[Sequence[date]], Sequence[date]] = lambda days: days
    """Of the days of a place those whose papers its page shows whole."""
    formats: Collection[str] | None = None
    """The names of its feeds; None means all of FORMATS."""
    canonical_query: Callable[[str], str] | None = None
    """Brings all queries that ask for the same into one form; None if it takes no query."""

    @property
    def feeds(self) -> list[str]:
        """The names of its feeds."""
        return [name for name in FORMATS if self.formats is None or name in self.formats]

    @property
    def names(self) -> list[str]:
        """The names of its documents."""
        return [PAGE, *self.feeds]


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
    last_day: date | None = None
    """The last day that can ever be in the place; None if there is no last one."""

    @property
    def address(self) -> str:
        """The path with the query."""
        return address(self.path, self.query)


def address(path: str, query: str) -> str:
    """A path with a query, if there is one."""
    return f"{path}?{query}" if query else path


def find_place(path: str, scope: Scope) -> Place | None:
    """The place at a path; None if there is none, as for a day without papers."""
    kind = kind_at(path)
    return _place(kind, kind.parse(_name(path)), scope) if kind else None


def all_places(scope: Scope) -> Iterator[Place]:
    """Every place of the site, as `find_place` finds it in a scope without a query."""
    for kind in KINDS:
        for key in kind.keys(scope.catalogue):
            if place := _place(kind, key, scope):
                yield place


def place_paths(catalogue: Catalogue) -> Iterator[str]:
    """The path of every place of the site."""
    return (_path(key) for kind in KINDS for key in kind.keys(catalogue))


def canonical_query(path: str, query: str) -> str:
    """The canonical form of a query at a document's path; empty if the place takes none."""
    folder, slash, _ = path.rpartition("/")
    kind = kind_at(folder + slash)
    return kind.canonical_query(query) if kind and kind.canonical_query else ""


def kind_at(path: str) -> PlaceKind | None:
    """The kind of place that may be at a path; None if there can't be any."""
    name = _name(path)
    if path != _path(name):
        return None
    return next((kind for kind in KINDS if kind.parse(name) is not None), None)


def _place(kind: PlaceKind, key: Any, scope: Scope) -> Place | None:  # noqa: ANN401 - its own
    contents = kind.contents(key, scope)
    if contents is None:
        return None
    return Place(
        kind=kind,
        path=_path(key),
        days=contents.days,
        title=contents.title,
        query=scope.query,
        older=_neighbour(contents.older),
        newer=_neighbour(contents.newer),
        last_day=contents.last_day,
    )


def _neighbour(key: object | None) -> Neighbour | None:
    return Neighbour(str(key), _path(key)) if key is not None else None


def _path(key: object) -> str:
    return f"/{key}/" if str(key) else HOME


def _name(path: str) -> str:
    return path.strip("/")


def _home(_: str, scope: Scope) -> Contents:
    calendar = scope.catalogue.calendar
    weeks = calendar.newest_weeks(scope.config.feed_size)
    if not weeks:
        return Contents(())
    days = calendar.days_between(weeks[-1].first_day, weeks[0].last_day)
    return Contents(days, older=calendar.neighbours_of_week(weeks[-1])[0])


def _everything(_: str, scope: Scope) -> Contents:
    return Contents(scope.catalogue.calendar.days[::-1], "all days")


def _day(day: date, scope: Scope) -> Contents | None:
    if day not in scope.catalogue.by_day:
        return None
    older, newer = scope.catalogue.calendar.neighbours_of_day(day)
    return Contents([day], str(day), older, newer, day)


def _week(week: Week, scope: Scope) -> Contents | None:
    calendar = scope.catalogue.calendar
    days = calendar.days_of(week)
    if not days:
        return None
    older, newer = calendar.neighbours_of_week(week)
    return Contents(days, str(week), older, newer, week.last_day)


def _only(name: str) -> Callable[[str], str | None]:
    """Parses the name of the one place of a kind."""
    return lambda text: name if text == name else None


def _newest(days: Sequence[date]) -> Sequence[date]:
    return days[:1]


HOME_KIND = PlaceKind(
    _only(""), lambda _: [""], _home, Role.SUBSCRIPTION, template="home.html", whole=_newest
)

KINDS: list[PlaceKind] = [
    HOME_KIND,
    PlaceKind(_only("all"), lambda _: ["all"], _everything, Role.COMPLETE, template="all.html"),
    PlaceKind(parse_day, lambda catalogue: catalogue.calendar.days, _day),
    PlaceKind(
        parse_week,
        lambda catalogue: catalogue.calendar.weeks,
        _week,
        Role.ARCHIVE,
        template="week.html",
    ),
]
"""Every kind of place: home, everything, the days, the weeks."""
