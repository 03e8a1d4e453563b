"""The newest papers of a topic or a saved search, and the pieces of all: pure, on any archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.index.search_table import Hit
from feedsvc.index.store import Day, State
from feedsvc.site.calendar import Month
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.choosing import (
    LARGEST_MONTH,
    LARGEST_MONTH_BYTES,
    MOST_BYTES_OF_LEAST,
    MOST_OF_LEAST,
    WEEK_OF_A_READER,
    Choosing,
    newest,
    papers_of,
    pieces,
)

FIRST = date(2024, 1, 1)
LEAST = 10
STATE = State("a", datetime(2024, 1, 1, tzinfo=UTC))

Counts = Mapping[int, int]
"""How many papers of a topic there are, by the number of the day."""

COUNTS = st.dictionaries(st.integers(0, 150), st.integers(1, 8), min_size=1, max_size=60)
LARGE = st.dictionaries(
    st.integers(0, 150), st.integers(1, LARGEST_MONTH // 2), min_size=1, max_size=20
)


def _archive(counts: Counts, size: int = 100) -> tuple[Catalogue, Choosing]:
    """Days with one more paper than those of the topic, each of so many bytes."""
    days = {FIRST + timedelta(days=number): count for number, count in sorted(counts.items())}
    catalogue = Catalogue(
        STATE, [Day(day, n + 1, n + 1, b"", (n + 1) * size) for day, n in days.items()]
    )

    def papers(first: date, last: date) -> Iterator[Hit]:
        return (
            (day, position)
            for day in reversed(days)
            if first <= day <= last
            for position in range(days[day])
        )

    return catalogue, Choosing(papers, LEAST)


def _all(choosing: Choosing) -> list[Hit]:
    return [*choosing.papers(date.min, date.max)]


@given(COUNTS | LARGE)
def test_the_newest_papers_are_whole_days_that_are_enough_but_not_too_many(counts: Counts) -> None:
    catalogue, choosing = _archive(counts)
    found, all_ = newest(choosing, catalogue).papers, _all(choosing)
    assert found == all_[: len(found)]
    left = all_[len(found) :]
    days = sorted({day for day, _ in found})
    assert not left or left[0][0] < days[0]
    assert len(found) <= LEAST * MOST_OF_LEAST or len(days) == 1
    of_last = sum(day == days[0] for day, _ in found)
    is_needed = len(found) - of_last < LEAST or (days[-1] - days[0]).days < WEEK_OF_A_READER
    assert is_needed
    more = len(found) + sum(day == left[0][0] for day, _ in left) if left else 0
    assert len(found) >= LEAST or not left or more > LEAST * MOST_OF_LEAST


@given(
    st.lists(st.integers(0, LEAST * MOST_OF_LEAST // 8), min_size=9, max_size=60),
    st.lists(st.booleans(), min_size=9, max_size=9),
)
def test_who_comes_once_a_week_misses_nothing(dense: list[int], is_late: list[bool]) -> None:
    """Before the day's digest or after it, where a week brings no more than a feed may have."""
    seen: set[Hit] = set()
    for week, late in enumerate(is_late):
        known = dense[: 7 * week + late]
        if so_far := {day: count for day, count in enumerate(known) if count}:
            catalogue, choosing = _archive(so_far)
            seen |= set(newest(choosing, catalogue).papers)
            assert seen == set(_all(choosing))


@given(COUNTS | LARGE)
def test_the_newest_and_the_pieces_are_all_papers(counts: Counts) -> None:
    catalogue, choosing = _archive(counts)
    chosen = newest(choosing, catalogue)
    chain = pieces(choosing, catalogue, chosen.older) if chosen.older else []
    assert chain[:1] == ([chosen.older] if chosen.older else [])
    in_chain = [papers_of(choosing, piece) for piece in chain]
    assert {hit for hits in (chosen.papers, *in_chain) for hit in hits} == set(_all(choosing))
    assert len({hit for hits in in_chain for hit in hits}) == sum(map(len, in_chain))
    assert all(in_chain)
    for piece, hits in zip(chain, in_chain, strict=True):
        assert not isinstance(piece, Month) or len(hits) <= LARGEST_MONTH


@given(COUNTS)
def test_a_new_day_changes_the_pieces_of_no_other_month(counts: Counts) -> None:
    def months(counts: Counts) -> dict[str, list[Hit]]:
        catalogue, choosing = _archive(counts)
        chosen = newest(choosing, catalogue)
        chain = pieces(choosing, catalogue, chosen.older) if chosen.older else []
        return {str(piece): papers_of(choosing, piece) for piece in chain}

    before, after = months(counts), months({**counts, max(counts) + 1: 3})
    new = (FIRST + timedelta(days=max(counts) + 1)).isoformat()
    assert {name: hits for name, hits in before.items() if not new.startswith(name)}.items() <= (
        after.items()
    )


def test_large_papers_make_fewer_of_them_the_newest() -> None:
    counts = dict.fromkeys(range(10), 5)
    for size, count in ((100, 30), (MOST_BYTES_OF_LEAST, 10), (3 * MOST_BYTES_OF_LEAST, 5)):
        catalogue, choosing = _archive(counts, size)
        assert len(newest(choosing, catalogue).papers) == count


def test_a_month_of_large_papers_is_in_days() -> None:
    counts = dict.fromkeys(range(31 + 29), 2)
    size = LARGEST_MONTH_BYTES // 62
    for larger, names in ((0, {7}), (LARGEST_MONTH_BYTES, {10})):
        catalogue, choosing = _archive(counts, size + larger)
        chosen = newest(choosing, catalogue)
        assert chosen.older
        chain = pieces(choosing, catalogue, chosen.older)
        assert {len(str(piece)) for piece in chain} == names
