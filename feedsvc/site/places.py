"""The table of kinds of places. A place is a set of papers with an address of its own.

Paths on the server, folders of a build, links between documents and the sitemap all come from this
table: to add a kind of place, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from feedsvc.index.topic_keys import TOPICS
from feedsvc.pages.page import Neighbour
from feedsvc.search.faults import fault
from feedsvc.search.query import Query
from feedsvc.site.calendar import Month, Part, Week, parse_day, parse_month, parse_week, week_of
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.editions import Edition, daily_editions, weekly_editions
from feedsvc.site.language import words_of
from feedsvc.site.opml import OPML_NAME
from feedsvc.site.searches import Found, find, query_of, title_of
from feedsvc.site.turns import Turn

HOME = "/"
EVERYTHING = "/all/"
DAILY = "/daily/"
WEEKLY = "/weekly/"
SEARCH = "/search/"

MOST_OF_FEED_SIZE = 3
"""Times `feed_size`: the most papers of the subscription document, if it has several parts."""

MOST_BYTES_OF_FEED_SIZE = 14_000
"""Bytes for each paper of `feed_size`, as above: 1.4 MB of the usual hundred."""

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
    part: Part | None = None
    """The oldest part of the all-time feed in it; None if its feeds are no such parts."""
    picks: Picks | None = None
    """Which papers of its days are in it; None means all."""
    editions: Sequence[Edition] | None = None
    """The items of its feeds, if these are not the papers themselves."""
    found: Found | None = None
    """What a search found, whose papers these are."""


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
    members: Callable[[Scope], Iterable[tuple[str, str]]] | None = None
    """The keys and titles of the places that it lists, also as OPML; None if it lists none."""

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


class Archive(Struct, frozen=True):
    """What follows and precedes a part of the all-time feed (RFC 5005 section 4)."""

    older: Neighbour | None
    newer: Neighbour | None


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
    """Its links in the all-time feed; None if it is no part of that."""
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
        is_archive = self.archive is not None and self.kind.role is not Role.SUBSCRIPTION
        return Role.ARCHIVE if is_archive else self.kind.role

    @property
    def address(self) -> str:
        """The path with the query, as in a URL."""
        return address(self.path, self.query)


def address(path: str, query: str = "") -> str:
    """A path with a query, if there is one, as in a URL."""
    quoted = quote(path, safe="/+")
    return f"{quoted}?{query}" if query else quoted


def find_place(path: str, scope: Scope) -> Place | None:
    """The place at a path; None if there is none, as for a day without papers."""
    kind = kind_at(path)
    return _place(kind, kind.parse(_name(path)), scope) if kind else None


def all_places(scope: Scope) -> Iterator[Place]:
    """Every place of the site, as `find_place` finds it in a scope without a query."""
    for kind in KINDS:
        for key in kind.keys(scope):
            if place := _place(kind, key, scope):
                yield place


def place_paths(scope: Scope) -> Iterator[str]:
    """The path of every place of the site."""
    return (_path(key) for kind in KINDS for key in kind.keys(scope))


def picks_of(papers: Iterable[tuple[date, int]]) -> dict[date, list[int]]:
    """Papers that are given by day and position, newest first, as picks."""
    return {
        day: [position for _, position in of_day]
        for day, of_day in groupby(papers, key=itemgetter(0))
    }


def canonical_query(path: str, query: str) -> str:
    """The canonical form of a query at a document's path; empty if the place takes none.

    Raises QueryError, also where a feed would be of nothing.
    """
    folder, slash, name = path.rpartition("/")
    kind = kind_at(folder + slash)
    if not kind or not kind.canonical_query:
        return ""
    canonical = kind.canonical_query(query)
    if kind.finds and not canonical and name in kind.feeds:
        raise fault("nothing", path=path)
    return canonical


def takes_query(path: str) -> bool:
    """Whether the document at a path may depend on a query."""
    folder, slash, _ = path.rpartition("/")
    kind = kind_at(folder + slash)
    return kind is not None and kind.canonical_query is not None


def kind_at(path: str) -> PlaceKind | None:
    """The kind of place that may be at a path; None if there can't be any."""
    found = key_and_kind(path)
    return found[1] if found else None


def key_and_kind(path: str) -> tuple[Any, PlaceKind] | None:
    """The key and the kind of the place that may be at a path; None if there can't be any."""
    name = _name(path)
    if path != _path(name):
        return None
    keys = ((kind.parse(name), kind) for kind in KINDS)
    return next(((key, kind) for key, kind in keys if key is not None), None)


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
        around=[_near(key) for key in contents.around],
        archive=_archive(contents.part, kind, scope) if contents.part else None,
        last_day=kind.last_day(key),
        picks=contents.picks,
        editions=contents.editions,
        found=contents.found,
    )


def _archive(part: Part, kind: PlaceKind, scope: Scope) -> Archive:
    older, newer = scope.catalogue.calendar.neighbours_of_part(part)
    is_newest = kind.role is Role.SUBSCRIPTION
    return Archive(_neighbour(older), None if is_newest else _neighbour(newer))


def _neighbour(key: object | None) -> Neighbour | None:
    return _near(key) if key is not None else None


def _near(key: object) -> Neighbour:
    return Neighbour(str(key), _path(key))


def _path(key: object) -> str:
    return f"/{key}/" if str(key) else HOME


def _name(path: str) -> str:
    return path.strip("/")


def _home(_: str, scope: Scope) -> Contents:
    calendar, size = scope.catalogue.calendar, scope.config.feed_size
    parts = calendar.newest_parts(size, size * MOST_OF_FEED_SIZE, size * MOST_BYTES_OF_FEED_SIZE)
    if not parts:
        return Contents(())
    oldest = parts[-1]
    first_day = oldest if isinstance(oldest, date) else oldest.first_day
    return Contents(calendar.days_since(first_day)[::-1], part=oldest)


def _everything(_: str, scope: Scope) -> Contents:
    return Contents(scope.catalogue.calendar.days[::-1], "all days")


def _day(day: date, scope: Scope) -> Contents | None:
    calendar = scope.catalogue.calendar
    if day not in scope.catalogue.by_day:
        return None
    older, newer = calendar.neighbours_of_day(day)
    part = day if calendar.is_part(day) else None
    around = (Month(day.year, day.month), week_of(day))
    return Contents([day], str(day), older, newer, around, part)


def _week(week: Week, scope: Scope) -> Contents | None:
    calendar = scope.catalogue.calendar
    days = calendar.days_of(week)
    if not days:
        return None
    older, newer = calendar.neighbours_of_week(week)
    part = week if calendar.is_part(week) else None
    return Contents(days, str(week), older, newer, part=part)


def _month(month: Month, scope: Scope) -> Contents | None:
    days = scope.catalogue.calendar.days_of(month)
    if not days:
        return None
    older, newer = scope.catalogue.calendar.neighbours_of_month(month)
    return Contents(days, str(month), older, newer)


def _daily(_: str, scope: Scope) -> Contents:
    return _of_editions("daily", daily_editions(scope.catalogue, scope.config))


def _weekly(_: str, scope: Scope) -> Contents:
    return _of_editions("weekly", weekly_editions(scope.catalogue, scope.store, scope.config))


def _of_editions(title: str, editions: Sequence[Edition]) -> Contents:
    days = [day for edition in editions for day in edition.days]
    return Contents(days, title, editions=editions)


def _topics(_: str, scope: Scope) -> Contents | None:
    if not scope.store.has_topics():
        return None
    return Contents(scope.catalogue.calendar.days[::-1], "topics")


def _inside(folder: str) -> Callable[[str], str | None]:
    """Parses the names of the folders in a folder."""

    def parse(name: str) -> str | None:
        begin, _, key = name.partition("/")
        return name if begin == folder and key and "/" not in key else None

    return parse


def _topic(name: str, scope: Scope) -> Contents | None:
    """The newest papers of a topic, in whole days."""
    key = name.partition("/")[2]
    title, picks = "", dict[date, list[int]]()
    for number, (day, position, topic) in enumerate(scope.store.items_of_topic(key)):
        if day not in picks and number >= scope.config.feed_size:
            break
        title = title or topic
        picks.setdefault(day, []).append(position)
    return Contents([*picks], title, picks=picks) if picks else None


def _search(_: str, scope: Scope) -> Contents:
    query = query_of(scope.query)
    if query.is_empty:
        return Contents((), "search")
    return _of_query(title_of(query, words_of(scope.config)), query, scope) or Contents(
        (), "search"
    )


def _saved_list(_: str, scope: Scope) -> Contents | None:
    if not _saved_keys(scope):
        return None
    return Contents(scope.catalogue.calendar.days[::-1], "saved searches")


def _saved(key: str, scope: Scope) -> Contents | None:
    name = key.partition("/")[2]
    saved = next((each for each in scope.config.saved if each.name == name), None)
    return _of_query(saved.title, saved.query, scope) if saved else None


def _saved_keys(scope: Scope) -> Sequence[str]:
    is_possible = scope.store.search.exists()
    return [f"{SAVED}/{saved.name}" for saved in scope.config.saved] if is_possible else ()


def _of_query(title: str, query: Query, scope: Scope) -> Contents | None:
    found = find(scope.store, query)
    if not found:
        return None
    picks = picks_of(found.papers)
    return Contents([*picks], title, picks=picks, found=found)


def _only(name: str) -> Callable[[str], str | None]:
    """Parses the name of the one place of a kind."""
    return lambda text: name if text == name else None


SAVED = "saved"
"""The folder of the saved searches."""

HOME_KIND = PlaceKind(
    _only(""),
    lambda _: [""],
    _home,
    Role.SUBSCRIPTION,
    template="home.html",
    whole=Whole.NEWEST_DAY,
    turn=Turn.HOME,
)

KINDS: list[PlaceKind] = [
    HOME_KIND,
    PlaceKind(
        _only("all"),
        lambda _: ["all"],
        _everything,
        Role.COMPLETE,
        template="all.html",
        whole=Whole.NONE,
        turn=Turn.HEAD,
    ),
    PlaceKind(
        parse_day,
        lambda scope: scope.catalogue.calendar.days,
        _day,
        turn=Turn.DAY,
        last_day=lambda day: day,
    ),
    PlaceKind(
        parse_week,
        lambda scope: scope.catalogue.calendar.weeks,
        _week,
        template="week.html",
        whole=Whole.MOST_VOTED,
        turn=Turn.PERIOD,
        last_day=lambda week: week.last_day,
    ),
    PlaceKind(
        parse_month,
        lambda scope: scope.catalogue.calendar.months,
        _month,
        turn=Turn.PERIOD,
        last_day=lambda month: month.last_day,
        template="titles.html",
        whole=Whole.NONE,
        formats=(),
    ),
    PlaceKind(
        _only("daily"), lambda _: ["daily"], _daily, template="editions.html", whole=Whole.NONE
    ),
    PlaceKind(
        _only("weekly"), lambda _: ["weekly"], _weekly, template="editions.html", whole=Whole.NONE
    ),
    PlaceKind(
        _only(TOPICS),
        lambda scope: [TOPICS] * scope.store.has_topics(),
        _topics,
        template="topics.html",
        whole=Whole.NONE,
        formats=(),
        members=lambda scope: (
            (f"{TOPICS}/{topic.key}", topic.name) for topic in scope.store.topics()
        ),
    ),
    PlaceKind(
        _inside(TOPICS),
        lambda scope: (f"{TOPICS}/{topic.key}" for topic in scope.store.topics()),
        _topic,
        template="topic.html",
        turn=Turn.SELECTION,
    ),
    PlaceKind(
        _only("search"),
        lambda _: ["search"],
        _search,
        template="search.html",
        whole=Whole.NONE,
        canonical_query=lambda query: query_of(query).canonical,
        finds=True,
    ),
    PlaceKind(
        _only(SAVED),
        lambda scope: [SAVED] * bool(_saved_keys(scope)),
        _saved_list,
        template="searches.html",
        whole=Whole.NONE,
        formats=(),
        members=lambda scope: ((f"{SAVED}/{each.name}", each.title) for each in scope.config.saved),
    ),
    PlaceKind(_inside(SAVED), _saved_keys, _saved, template="saved.html", turn=Turn.SELECTION),
    PlaceKind(
        _only("subscribe"),
        lambda _: ["subscribe"],
        lambda _, scope: Contents(scope.catalogue.calendar.days[::-1], "subscribe"),
        template="subscribe.html",
        whole=Whole.NONE,
        formats=(),
    ),
]
"""Every kind of place: home, everything, days, weeks, months, editions, topics, searches, how to
follow.
"""
