"""Keeps the full-text table of an index with its days, for those who search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from feedsvc.index.days import merge_day
from feedsvc.index.packing import unpack_papers
from feedsvc.index.search_table import Words, can_search, words_of
from feedsvc.index.stages import Searching
from feedsvc.index.store import Store
from feedsvc.parallel.mapping import ParallelMap

PIECE = 10_000
"""Papers that one look at the folder adds at most: a second or two of work."""


def is_searchable(store: Store, searching: Searching) -> bool:
    """Whether the full-text table is as it is wanted."""
    if searching is Searching.NONE or not can_search():
        return True
    return store.search.exists() and store.search.is_complete()


def follow(store: Store, searching: Searching, parallel_map: ParallelMap) -> None:
    """Brings the full-text table up to date with the days, if somebody wants it or has it.

    Only while writing: so it is of the same state as the days. What is more than a piece of work
    follows piece by piece; until then those days are not in the table, in no older form either.
    """
    table = store.search
    if not table.exists():
        if searching is Searching.NONE or not can_search():
            return
        table.create()
    table.follow()
    missing = table.missing_days()
    days = list(missing if searching is Searching.WHOLLY else _first(missing, PIECE))
    if days:
        packed = ((day, store.packed_papers_of_day(day)) for day in reversed(days))
        table.fill(parallel_map(_words_of_day, packed, len(days), "days to search"))


def _first(days: Mapping[date, int], papers: int) -> Iterator[date]:
    """The first days with so many papers, at least one."""
    total = 0
    for day, count in days.items():
        if total and total + count > papers:
            return
        total += count
        yield day


def _words_of_day(piece: tuple[date, Sequence[bytes]]) -> tuple[date, list[Words]]:
    """What is searched of a day's papers, in the order of its items."""
    day, packed = piece
    papers = [paper for each in packed for paper in unpack_papers(each)]
    return day, [words_of(paper) for paper in merge_day(papers)[0]]
