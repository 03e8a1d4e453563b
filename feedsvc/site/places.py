"""The table of kinds of places. A place is a set of papers with an address of its own.

Paths on the server, folders of a build, links between documents and the sitemap all come from this
table: to add a kind of place, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.config import Config
from feedsvc.feeds.formats import FORMATS
from feedsvc.index.search_table import Hit
from feedsvc.index.store import Store, Topic
from feedsvc.index.topic_keys import TOPICS
from feedsvc.pages.page import Neighbour
from feedsvc.search.faults import fault
from feedsvc.search.query import Query
from feedsvc.search.saved import Saved
from feedsvc.site.calendar import Month, Part, Week, parse_day, parse_month, parse_week, week_of
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.choosing import Choosing, Newest, Piece, newest, papers_of, pieces
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

SAVED = "saved"
"""The folder of the saved searches."""

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
        archive=contents.archive,
        last_day=kind.last_day(key),
        picks=contents.picks,
        editions=contents.editions,
        found=contents.found,
    )


def _archive(part: Part, scope: Scope) -> Archive:
    """The links of an archive document of the all-time feed."""
    older, newer = scope.catalogue.calendar.neighbours_of_part(part)
    return Archive(HOME, _neighbour(older), _neighbour(newer))


def _neighbour(key: object | None) -> Neighbour | None:
    return _near(key) if key is not None else None


def _near(key: object) -> Neighbour:
    return Neighbour(str(key).rpartition("/")[2], _path(key))


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
    archive = Archive(HOME, _neighbour(calendar.neighbours_of_part(oldest)[0]))
    return Contents(calendar.days_since(first_day)[::-1], archive=archive)


def _everything(_: str, scope: Scope) -> Contents:
    return Contents(scope.catalogue.calendar.days[::-1], "all days")


def _day(day: date, scope: Scope) -> Contents | None:
    calendar = scope.catalogue.calendar
    if day not in scope.catalogue.by_day:
        return None
    older, newer = calendar.neighbours_of_day(day)
    archive = _archive(day, scope) if calendar.is_part(day) else None
    around = (Month(day.year, day.month), week_of(day))
    return Contents([day], str(day), older, newer, around, archive)


def _week(week: Week, scope: Scope) -> Contents | None:
    calendar = scope.catalogue.calendar
    days = calendar.days_of(week)
    if not days:
        return None
    older, newer = calendar.neighbours_of_week(week)
    archive = _archive(week, scope) if calendar.is_part(week) else None
    return Contents(days, str(week), older, newer, archive=archive)


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


def _older_inside(folder: str) -> Callable[[str], str | None]:
    """Parses the names of the folders of older papers in the folders in a folder."""
    is_inside = _inside(folder)

    def parse(name: str) -> str | None:
        key, _, piece = name.rpartition("/")
        return name if is_inside(key) and _parse_piece(piece) else None

    return parse


def _parse_piece(name: str) -> Piece | None:
    return parse_month(name) or parse_day(name)


def _last_day_of_piece(key: str) -> date | None:
    piece = _parse_piece(key.rpartition("/")[2])
    return piece.last_day if isinstance(piece, Month) else piece


class _Chooser(Struct, frozen=True):
    """What chooses the papers of the places in a folder, with the older ones of each."""

    folder: str
    names: Callable[[Scope], Iterable[str]]
    """The names of the folders in it."""
    choosing: Callable[[str, Scope], Choosing | None]
    """What chooses for a name; None if it is no place's."""
    title: Callable[[str, Sequence[Hit], Scope], str]
    """What a place with a name and with these papers is called."""

    def keys(self, scope: Scope) -> Iterator[str]:
        """The places to subscribe to."""
        return (f"{self.folder}/{name}" for name in self.names(scope))

    def contents(self, key: str, scope: Scope) -> Contents | None:
        """The newest papers of a place."""
        name = key.partition("/")[2]
        chosen = self._newest(name, scope)
        if not chosen:
            return None
        older = f"{key}/{chosen.older}" if chosen.older else None
        picks = picks_of(chosen.papers)
        title = self.title(name, chosen.papers, scope)
        archive = Archive(_path(key), _near(older)) if older else None
        return Contents([*picks], title, older, picks=picks, archive=archive)

    def older_keys(self, scope: Scope) -> Iterator[str]:
        """The places of the older papers of each."""
        for name in self.names(scope):
            for piece in self._pieces(name, scope):
                yield f"{self.folder}/{name}/{piece}"

    def older_contents(self, key: str, scope: Scope) -> Contents | None:
        """Papers of a month or a day of a place."""
        above, _, last = key.rpartition("/")
        name, piece = above.partition("/")[2], _parse_piece(last)
        choosing, known = self.choosing(name, scope), self._pieces(name, scope)
        if not choosing or piece is None or piece not in known:
            return None
        papers, at = papers_of(choosing, piece), known.index(piece)
        older, newer = (f"{above}/{each}" if each else None for each in _beside(known, at))
        picks = picks_of(papers)
        said = words_of(scope.config).place(last)
        return Contents(
            [*picks],
            f"{self.title(name, papers, scope)} · {said}",
            older,
            newer,
            archive=Archive(_path(above), _neighbour(older), _neighbour(newer)),
            picks=picks,
        )

    def _newest(self, name: str, scope: Scope) -> Newest | None:
        if not (choosing := self.choosing(name, scope)):
            return None
        what = (self.folder, name, scope.store.search.extent())
        return scope.catalogue.once(what, lambda: newest(choosing, scope.catalogue))

    def _pieces(self, name: str, scope: Scope) -> Sequence[Piece]:
        choosing, chosen = self.choosing(name, scope), self._newest(name, scope)
        if not choosing or not chosen or not chosen.older:
            return ()
        what, first = (self.folder, name, scope.store.search.extent(), "older"), chosen.older
        return scope.catalogue.once(what, lambda: pieces(choosing, scope.catalogue, first))


def _beside(known: Sequence[Piece], at: int) -> tuple[Piece | None, Piece | None]:
    """Of pieces, newest first, the ones after and before one of them."""
    return (
        known[at + 1] if at + 1 < len(known) else None,
        known[at - 1] if at else None,
    )


def topics_of(scope: Scope) -> Sequence[Topic]:
    """Every topic of the archive, by its key."""
    return scope.catalogue.once(TOPICS, scope.store.topics)


def _choosing_topic(name: str, scope: Scope) -> Choosing | None:
    choosing = Choosing(partial(scope.store.items_of_topic, name), scope.config.feed_size)
    return choosing if any(True for _ in choosing.papers(date.min, date.max)) else None


_TOPICS = _Chooser(
    TOPICS,
    names=lambda scope: (topic.key for topic in topics_of(scope)),
    choosing=_choosing_topic,
    # As the newest of its digests writes it.
    title=lambda name, papers, scope: scope.store.name_of_topic(name, *papers[0]),
)


def _search(_: str, scope: Scope) -> Contents:
    query = query_of(scope.query)
    if query.is_empty:
        return Contents((), "search")
    return _of_query(title_of(query, words_of(scope.config)), query, scope) or Contents(
        (), "search"
    )


def _saved_list(_: str, scope: Scope) -> Contents | None:
    if not _saved_of(scope):
        return None
    return Contents(scope.catalogue.calendar.days[::-1], "saved searches")


def _saved_of(scope: Scope) -> Mapping[str, Saved]:
    is_possible = scope.store.search.exists()
    return {saved.name: saved for saved in scope.config.saved} if is_possible else {}


def _choosing_saved(name: str, scope: Scope) -> Choosing | None:
    saved = _saved_of(scope).get(name)
    if not saved:
        return None
    query = saved.query

    def papers(first: date, last: date) -> Iterator[Hit]:
        days = (max(first, query.since or first), min(last, query.until or last))
        return scope.store.search.hits(replace(query, since=days[0], until=days[1]))

    return Choosing(papers, scope.config.feed_size, saved.limit)


_SAVED = _Chooser(
    SAVED,
    names=_saved_of,
    choosing=_choosing_saved,
    title=lambda name, _, scope: _saved_of(scope)[name].title,
)


def _of_query(title: str, query: Query, scope: Scope) -> Contents | None:
    found = find(scope.store, query)
    if not found:
        return None
    picks = picks_of(found.papers)
    return Contents([*picks], title, picks=picks, found=found)


def _only(name: str) -> Callable[[str], str | None]:
    """Parses the name of the one place of a kind."""
    return lambda text: name if text == name else None


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
        template="list.html",
        whole=Whole.NONE,
        formats=(),
        members=lambda scope: [
            Member(f"{TOPICS}/{topic.key}", topic.name, topic.papers)
            for topic in sorted(topics_of(scope), key=lambda topic: topic.name.casefold())
        ],
    ),
    PlaceKind(
        _inside(TOPICS),
        _TOPICS.keys,
        _TOPICS.contents,
        template="topic.html",
        turn=Turn.SELECTION,
    ),
    PlaceKind(
        _older_inside(TOPICS),
        _TOPICS.older_keys,
        _TOPICS.older_contents,
        template="older.html",
        turn=Turn.PERIOD,
        last_day=_last_day_of_piece,
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
        lambda scope: [SAVED] * bool(_saved_of(scope)),
        _saved_list,
        template="list.html",
        whole=Whole.NONE,
        formats=(),
        members=lambda scope: [
            Member(f"{SAVED}/{each.name}", each.title) for each in scope.config.saved
        ],
    ),
    PlaceKind(
        _inside(SAVED), _SAVED.keys, _SAVED.contents, template="saved.html", turn=Turn.SELECTION
    ),
    PlaceKind(
        _older_inside(SAVED),
        _SAVED.older_keys,
        _SAVED.older_contents,
        template="older.html",
        turn=Turn.PERIOD,
        last_day=_last_day_of_piece,
    ),
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
