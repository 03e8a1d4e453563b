"""What searches find in one state of the archive, and what a page tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc.feeds.entry import paper_id_in
from feedsvc.index.search_table import Hit
from feedsvc.index.store import Store
from feedsvc.pages.article import anchor, language_of_title
from feedsvc.pages.search_page import SearchPage, ShownHit
from feedsvc.pages.words import Words
from feedsvc.search.query import MOST_HITS, Query, parse_query, values_of

MOST_COUNTED = MOST_HITS
"""Hits; of more nobody is told how many they are, as counting takes longer than finding."""

VOTES = (10, 30, 100)
"""What the page of a search offers as `min_votes`."""


class Found(Struct, frozen=True):
    """What a search found."""

    query: Query
    papers: Sequence[Hit]
    """As many as it wants, newest first."""
    count: int
    """How many there are in all; MOST_COUNTED and one more if there are more than that."""
    unread: date | None
    """The newest day that can't be searched yet, as an index is still being filled."""


def query_of(canonical: str) -> Query:
    """The query of an address. Raises QueryError."""
    return parse_query(values_of(canonical))


def find(store: Store, query: Query) -> Found | None:
    """What a query finds; None where nobody can search."""
    if not store.search.exists():
        return None
    hits = [*store.search.hits(query, MOST_COUNTED + 1)]
    unread = next(iter(store.search.missing_days()), None)
    return Found(query, hits[: query.limit], min(len(hits), MOST_COUNTED + 1), unread)


def title_of(query: Query, say: Words) -> str:
    """What a search is called where it has no other name."""
    values = query.values
    told = [
        say("by author", values["author"]) if query.author else "",
        say.count("at least votes", query.min_votes) if query.min_votes else "",
        say("from day", say.bare_day(query.since)) if query.since else "",
        say("to day", say.bare_day(query.until)) if query.until else "",
    ]
    return " · ".join(filter(None, [query.q, *told]))


def page_of(found: Found, items: Sequence[bytes], language: str, mark: str = "") -> SearchPage:
    """The page of a search in `language`, with what it found as items of JSON Feed.

    For `mark` see `feedsvc.feeds.entry.item_id`.
    """
    return SearchPage(
        values=found.query.values,
        count=min(found.count, MOST_COUNTED),
        is_counted=found.count <= MOST_COUNTED,
        hits=[_shown(item, language, mark) for item in items],
        unread=found.unread,
        older=_older(found),
        filters=_filters(found.query) if found.count > 1 else [],
    )


def _older(found: Found) -> str:
    """The same from the day of the last paper backwards, as that day may have more.

    Of a day that is more than the whole answer nobody would come away.
    """
    if found.count <= len(found.papers):
        return ""
    last, _ = found.papers[-1]
    is_stuck = last == found.papers[0][0]
    until = last - timedelta(days=1) if is_stuck else last
    return replace(found.query, until=until).canonical


def _filters(query: Query) -> list[tuple[int, str]]:
    values = query.values
    return [
        (votes, urlencode(values | {"min_votes": votes}))
        for votes in VOTES
        if votes > query.min_votes
    ]


class _Author(Struct):
    name: str


class _Facts(Struct):
    day: date
    votes: int | None


class _Item(Struct):
    id: str
    title: str
    facts: _Facts = field(name="_paper")
    authors: Sequence[_Author] = ()
    summary: str = ""
    language: str | None = None


_decode = msgspec.json.Decoder(_Item).decode


def _shown(item: bytes, language: str, mark: str) -> ShownHit:
    read = _decode(item)
    day = read.facts.day
    return ShownHit(
        title=read.title,
        path=f"{day}/#{anchor(paper_id_in(read.id, mark))}",
        day=day,
        votes=read.facts.votes,
        authors=[author.name for author in read.authors],
        summary=read.summary,
        language=read.language if read.language != language else None,
        title_language=language_of_title(read.title, language),
    )
