"""The papers of a topic or a saved search in documents: the newest ones, and the months of all.

A reader subscribes to the newest. From there a chain leads through the older ones (RFC 5005), a
month at a time, or a day at a time where a month has too many. The month in which the newest begin
may have some of these, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from operator import itemgetter

from msgspec import Struct

from feedsvc.index.search_table import Hit
from feedsvc.site.calendar import Month, first_and_last
from feedsvc.site.catalogue import Catalogue

WEEK_OF_A_READER = 8
"""Days up to the newest one that are in the feed: who comes once a week has seen the oldest."""

MOST_OF_LEAST = 3
"""Times `least`: the most papers of several days that are the newest."""

MOST_BYTES_OF_LEAST = 14_000
"""Bytes for each paper of `least`, as above: 1.4 MB of the usual hundred (`feed_size`)."""

LARGEST_MONTH = 400
"""Papers; of a month with more each day is a document."""

LARGEST_MONTH_BYTES = 2_000_000
"""Bytes of them in the largest format; as above."""

Piece = Month | date
"""What an older document has the papers of."""


class Choosing(Struct, frozen=True):
    """What chooses papers from an archive."""

    papers: Callable[[date, date], Iterator[Hit]]
    """Those of the days from one to another, newest first."""
    least: int
    """How many papers there are to subscribe to, or more, as days are whole and a week is."""
    limit: int | None = None
    """Just so many instead; None for no limit."""


class Newest(Struct, frozen=True):
    """What there is to subscribe to."""

    papers: Sequence[Hit]
    older: Piece | None
    """What has the next older paper; None if there is none."""


def newest(choosing: Choosing, catalogue: Catalogue) -> Newest:
    """The newest papers, and where the chain of the older ones begins."""
    hits = choosing.papers(date.min, date.max)
    if choosing.limit is not None:
        taken = [*islice(hits, choosing.limit)]
        last, _ = next(hits, (None, 0))
    else:
        taken, last = _whole_days(hits, choosing.least, catalogue)
    return Newest(taken, _piece_of(last, choosing, catalogue) if last else None)


def pieces(choosing: Choosing, catalogue: Catalogue, first: Piece) -> list[Piece]:
    """The older documents from the first on, newest first."""
    _, last_day = first_and_last(first)
    found = list[Piece]()
    for month, hits in groupby(choosing.papers(date.min, last_day), lambda hit: _month(hit[0])):
        of_month = [*hits]
        is_whole = month == first or (
            _month(last_day) != month and _is_one_piece(of_month, catalogue)
        )
        found += [month] if is_whole else dict.fromkeys(day for day, _ in of_month)
    return found


def papers_of(choosing: Choosing, piece: Piece) -> list[Hit]:
    """The papers of an older document."""
    return [*choosing.papers(*first_and_last(piece))]


def _whole_days(
    hits: Iterator[Hit], least: int, catalogue: Catalogue
) -> tuple[list[Hit], date | None]:
    """The hits of the newest days, and the day of the first one that is left."""
    taken, size = list[Hit](), 0.0
    for day, of_day in groupby(hits, key=itemgetter(0)):
        more = [*of_day]
        size += _bytes(more, catalogue)
        is_enough = len(taken) >= least and (taken[0][0] - day).days >= WEEK_OF_A_READER
        is_much = len(taken) + len(more) > least * MOST_OF_LEAST
        if taken and (is_enough or is_much or size > least * MOST_BYTES_OF_LEAST):
            return taken, day
        taken += more
    return taken, None


def _piece_of(day: date, choosing: Choosing, catalogue: Catalogue) -> Piece:
    month = _month(day)
    return month if _is_one_piece(papers_of(choosing, month), catalogue) else day


def _is_one_piece(hits: Sequence[Hit], catalogue: Catalogue) -> bool:
    return len(hits) <= LARGEST_MONTH and _bytes(hits, catalogue) <= LARGEST_MONTH_BYTES


def _bytes(hits: Sequence[Hit], catalogue: Catalogue) -> float:
    """About how much they are: a paper is taken for as large as others of its day."""
    days = (catalogue.by_day[day] for day, _ in hits)
    return sum(day.size / day.papers for day in days)


def _month(day: date) -> Month:
    return Month(day.year, day.month)
