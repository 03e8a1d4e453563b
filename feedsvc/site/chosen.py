"""What is in the places of topics and saved searches, and in those of their older papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.index.search_table import Hit
from feedsvc.index.store import Topic
from feedsvc.index.topic_keys import TOPICS
from feedsvc.search.saved import Saved
from feedsvc.site.calendar import first_and_last, parse_day, parse_month
from feedsvc.site.choosing import Choosing, Newest, Piece, newest, papers_of, pieces
from feedsvc.site.kinds import (
    SAVED,
    Archive,
    Contents,
    Scope,
    near,
    neighbour,
    path_of,
    picks_of,
)
from feedsvc.site.language import words_of


def inside(folder: str) -> Callable[[str], str | None]:
    """Parses the names of the folders in a folder."""

    def parse(name: str) -> str | None:
        begin, _, key = name.partition("/")
        return name if begin == folder and key and "/" not in key else None

    return parse


def older_inside(folder: str) -> Callable[[str], str | None]:
    """Parses the names of the folders of older papers in the folders in a folder."""
    is_inside = inside(folder)

    def parse(name: str) -> str | None:
        key, _, piece = name.rpartition("/")
        return name if is_inside(key) and _parse_piece(piece) else None

    return parse


def _parse_piece(name: str) -> Piece | None:
    return parse_month(name) or parse_day(name)


def last_day_of_piece(key: str) -> date | None:
    """The last day of a place of older papers."""
    piece = _parse_piece(key.rpartition("/")[2])
    return first_and_last(piece)[1] if piece else None


class Chooser(Struct, frozen=True):
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
        choosing = self.choosing(name, scope)
        if not choosing:
            return None
        chosen = self._newest(name, choosing, scope)
        older = f"{key}/{chosen.older}" if chosen.older else None
        picks = picks_of(chosen.papers)
        title = self.title(name, chosen.papers, scope)
        archive = Archive(path_of(key), near(older)) if older else None
        return Contents([*picks], title, older, picks=picks, archive=archive)

    def older_keys(self, scope: Scope) -> Iterator[str]:
        """The places of the older papers of each."""
        for name in self.names(scope):
            choosing = self.choosing(name, scope)
            for piece in self._pieces(name, choosing, scope) if choosing else ():
                yield f"{self.folder}/{name}/{piece}"

    def older_contents(self, key: str, scope: Scope) -> Contents | None:
        """Papers of a month or a day of a place."""
        above, _, last = key.rpartition("/")
        name, piece = above.partition("/")[2], _parse_piece(last)
        choosing = self.choosing(name, scope)
        known = self._pieces(name, choosing, scope) if choosing else ()
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
            archive=Archive(path_of(above), neighbour(older), neighbour(newer)),
            picks=picks,
        )

    def _newest(self, name: str, choosing: Choosing, scope: Scope) -> Newest:
        what = (self.folder, name, scope.store.search.extent())
        return scope.catalogue.once(what, lambda: newest(choosing, scope.catalogue))

    def _pieces(self, name: str, choosing: Choosing, scope: Scope) -> Sequence[Piece]:
        if not (first := self._newest(name, choosing, scope).older):
            return ()
        what = (self.folder, name, scope.store.search.extent(), "older")
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


BY_TOPIC = Chooser(
    TOPICS,
    names=lambda scope: (topic.key for topic in topics_of(scope)),
    choosing=_choosing_topic,
    # As the newest of its digests writes it.
    title=lambda name, papers, scope: scope.store.name_of_topic(name, *papers[0]),
)


def saved_of(scope: Scope) -> Mapping[str, Saved]:
    """The saved searches by their names; none where nobody can search."""
    is_possible = scope.store.search.exists()
    return {saved.name: saved for saved in scope.config.saved} if is_possible else {}


def _choosing_saved(name: str, scope: Scope) -> Choosing | None:
    saved = saved_of(scope).get(name)
    if not saved:
        return None
    query = saved.query

    def papers(first: date, last: date) -> Iterator[Hit]:
        days = (max(first, query.since or first), min(last, query.until or last))
        return scope.store.search.hits(replace(query, since=days[0], until=days[1]))

    return Choosing(papers, scope.config.feed_size, saved.limit)


BY_SEARCH = Chooser(
    SAVED,
    names=saved_of,
    choosing=_choosing_saved,
    title=lambda name, _, scope: saved_of(scope)[name].title,
)


def topic_list(_: str, scope: Scope) -> Contents | None:
    """The list of all topics."""
    if not scope.store.has_topics():
        return None
    return Contents(scope.catalogue.calendar.days[::-1], "topics")


def saved_list(_: str, scope: Scope) -> Contents | None:
    """The list of all saved searches."""
    if not saved_of(scope):
        return None
    return Contents(scope.catalogue.calendar.days[::-1], "saved searches")
