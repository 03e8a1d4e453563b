"""The table of kinds of places. A place is a set of papers with an address of its own.

Paths on the server, folders of a build, links between documents and the sitemap all come from this
table: to add a kind of place, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from feedsvc.index.topic_keys import TOPICS
from feedsvc.search.faults import fault
from feedsvc.site import contents
from feedsvc.site.calendar import parse_day, parse_month, parse_week
from feedsvc.site.chosen import (
    BY_SEARCH,
    BY_TOPIC,
    inside,
    last_day_of_piece,
    older_inside,
    saved_list,
    saved_of,
    topic_list,
    topics_of,
)
from feedsvc.site.kinds import (
    SAVED,
    Contents,
    Member,
    Place,
    PlaceKind,
    Role,
    Scope,
    Whole,
    name_of,
    near,
    neighbour,
    path_of,
)
from feedsvc.site.searches import query_of
from feedsvc.site.turns import Turn


def find_place(path: str, scope: Scope) -> Place | None:
    """The place at a path; None if there is none, as for a day without papers."""
    kind = kind_at(path)
    return _place(kind, kind.parse(name_of(path)), scope) if kind else None


def all_places(scope: Scope) -> Iterator[Place]:
    """Every place of the site, as `find_place` finds it in a scope without a query."""
    for kind in KINDS:
        for key in kind.keys(scope):
            if place := _place(kind, key, scope):
                yield place


def place_paths(scope: Scope) -> Iterator[str]:
    """The path of every place of the site."""
    return (path_of(key) for kind in KINDS for key in kind.keys(scope))


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
    name = name_of(path)
    if path != path_of(name):
        return None
    keys = ((kind.parse(name), kind) for kind in KINDS)
    return next(((key, kind) for key, kind in keys if key is not None), None)


def _place(kind: PlaceKind, key: Any, scope: Scope) -> Place | None:  # noqa: ANN401 - its own
    found = kind.contents(key, scope)
    if found is None:
        return None
    return Place(
        kind=kind,
        path=path_of(key),
        days=found.days,
        title=found.title,
        query=scope.query,
        older=neighbour(found.older),
        newer=neighbour(found.newer),
        around=[near(key) for key in found.around],
        archive=found.archive,
        last_day=kind.last_day(key),
        picks=found.picks,
        editions=found.editions,
        found=found.found,
    )


def _only(name: str) -> Callable[[str], str | None]:
    """Parses the name of the one place of a kind."""
    return lambda text: name if text == name else None


HOME_KIND = PlaceKind(
    _only(""),
    lambda _: [""],
    contents.home,
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
        contents.everything,
        Role.COMPLETE,
        template="all.html",
        whole=Whole.NONE,
        turn=Turn.HEAD,
    ),
    PlaceKind(
        parse_day,
        lambda scope: scope.catalogue.calendar.days,
        contents.of_day,
        turn=Turn.DAY,
        last_day=lambda day: day,
    ),
    PlaceKind(
        parse_week,
        lambda scope: scope.catalogue.calendar.weeks,
        contents.of_week,
        template="week.html",
        whole=Whole.MOST_VOTED,
        turn=Turn.PERIOD,
        last_day=lambda week: week.last_day,
    ),
    PlaceKind(
        parse_month,
        lambda scope: scope.catalogue.calendar.months,
        contents.of_month,
        turn=Turn.PERIOD,
        last_day=lambda month: month.last_day,
        template="titles.html",
        whole=Whole.NONE,
        formats=(),
    ),
    PlaceKind(
        _only("daily"),
        lambda _: ["daily"],
        contents.daily,
        template="editions.html",
        whole=Whole.NONE,
    ),
    PlaceKind(
        _only("weekly"),
        lambda _: ["weekly"],
        contents.weekly,
        template="editions.html",
        whole=Whole.NONE,
    ),
    PlaceKind(
        _only(TOPICS),
        lambda scope: [TOPICS] * scope.store.has_topics(),
        topic_list,
        template="list.html",
        whole=Whole.NONE,
        formats=(),
        members=lambda scope: [
            Member(f"{TOPICS}/{topic.key}", topic.name, topic.papers)
            for topic in sorted(topics_of(scope), key=lambda topic: topic.name.casefold())
        ],
    ),
    PlaceKind(
        inside(TOPICS),
        BY_TOPIC.keys,
        BY_TOPIC.contents,
        template="topic.html",
        turn=Turn.SELECTION,
    ),
    PlaceKind(
        older_inside(TOPICS),
        BY_TOPIC.older_keys,
        BY_TOPIC.older_contents,
        template="older.html",
        turn=Turn.PERIOD,
        last_day=last_day_of_piece,
    ),
    PlaceKind(
        _only("search"),
        lambda _: ["search"],
        contents.search,
        template="search.html",
        whole=Whole.NONE,
        canonical_query=lambda query: query_of(query).canonical,
        finds=True,
    ),
    PlaceKind(
        _only(SAVED),
        lambda scope: [SAVED] * bool(saved_of(scope)),
        saved_list,
        template="list.html",
        whole=Whole.NONE,
        formats=(),
        members=lambda scope: [
            Member(f"{SAVED}/{each.name}", each.title) for each in scope.config.saved
        ],
    ),
    PlaceKind(
        inside(SAVED),
        BY_SEARCH.keys,
        BY_SEARCH.contents,
        template="saved.html",
        turn=Turn.SELECTION,
    ),
    PlaceKind(
        older_inside(SAVED),
        BY_SEARCH.older_keys,
        BY_SEARCH.older_contents,
        template="older.html",
        turn=Turn.PERIOD,
        last_day=last_day_of_piece,
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
