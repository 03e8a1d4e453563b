"""Brings the index up to date with the folder, in one transaction, doing only what is needed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from heapq import heapify, heappop, heappush
from pathlib import Path

from msgspec import Struct, field

from feedsvc.index.days import items_of_day, merge_day
from feedsvc.index.digest_folder import DigestFile
from feedsvc.index.stages import (
    UNREAD,
    Fingerprints,
    MergedDay,
    Pipeline,
    item_rows,
    read_file,
    render_day,
)
from feedsvc.index.store import Store, decode_problems
from feedsvc.model import Problem
from feedsvc.parallel.mapping import ParallelMap


def is_up_to_date(
    store: Store, found: Sequence[DigestFile], fingerprints: Fingerprints, *, at_start: bool
) -> bool:
    """Whether the index shows the folder as it was found, as far as signatures can tell.

    `at_start` as in `Store.knows_documents`.
    """
    if not store.is_of(fingerprints):
        return False
    if not store.knows_documents(fingerprints, at_start=at_start):
        return False
    return store.signatures() == {file.path: file.signature for file in found}


def bring_up_to_date(
    store: Store,
    folder: Path,
    found: Sequence[DigestFile],
    pipeline: Pipeline,
    parallel_map: ParallelMap,
    lender: Path | None = None,
) -> ProblemNews:
    """Reads what changed and renders the days that it touches, if any.

    Gives what that changes about problems; of an index that is made anew nothing is news.

    Digests are read again only where the index was read with another fingerprint, and rendered
    again only where it was rendered with another one. A new index first takes what the one at
    `lender` has read.
    """
    with store.writing():
        before = store.encoded_problems() if store.is_of(pipeline.fingerprints) else None
        is_rendered = _prepare(store, pipeline.fingerprints, lender)
        changed, changes = None, _read_changed_files(store, folder, found, pipeline, parallel_map)
        if not is_rendered:
            changes.is_any = True
            for day in store.days_with_papers():
                changes.before.setdefault(day, set())
        if changes.is_any:
            changes.rendered -= store.days_of_several_digests()
            merged = _unfinished_days(store, changes, pipeline)
            count = len(changes.before.keys() - changes.rendered)
            for rendered in parallel_map(partial(render_day, pipeline), merged, count, "days"):
                store.put_renderings(rendered)
            changed = store.advance(datetime.now(UTC))
        if not store.knows_documents(pipeline.fingerprints, at_start=True):
            store.put_documents(pipeline.fingerprints, datetime.now(UTC), changed)
        return ProblemNews() if before is None else _news(before, store.encoded_problems())


def _news(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> ProblemNews:
    """What differs, but for lines: a problem that has moved is the same."""
    known, found = (
        decode_problems(encoded for name, encoded in some.items() if others.get(name) != encoded)
        for some, others in ((before, after), (after, before))
    )
    return ProblemNews(_without(found, known), _without(known, found))


def _without(problems: Sequence[Problem], others: Sequence[Problem]) -> list[Problem]:
    left = Counter((each.path, each.code, each.message) for each in others)
    kept = []
    for each in problems:
        key = each.path, each.code, each.message
        if left[key]:
            left[key] -= 1
        else:
            kept.append(each)
    return kept


def _prepare(store: Store, fingerprints: Fingerprints, lender: Path | None) -> bool:
    """Makes an index hold only what still holds; False where no day in it is rendered."""
    if store.is_of(fingerprints):
        return True
    if store.was_read_with(fingerprints):
        store.forget_renderings(fingerprints.items)
        return False
    store.start_afresh(fingerprints)
    if lender:
        try:
            if (lent := Store(lender)).was_read_with(fingerprints):
                store.borrow(lent)
        except sqlite3.Error:  # it is damaged, or gone by now
            store.start_afresh(fingerprints)
    return False


class ProblemNews(Struct, frozen=True):
    """What a look at the folder changed about the problems of digests."""

    new: Sequence[Problem] = ()
    gone: Sequence[Problem] = ()


class _Changes(Struct):
    """What reading the changed digests has brought."""

    is_any: bool = False
    before: dict[date, set[str]] = field(default_factory=dict)
    """The days that may have changed, each with the ids it had."""
    rendered: set[date] = field(default_factory=set)
    """Those that are stored as rendered from a single digest."""


def _read_changed_files(
    store: Store,
    folder: Path,
    found: Sequence[DigestFile],
    pipeline: Pipeline,
    parallel_map: ParallelMap,
) -> _Changes:
    signatures = store.signatures()
    changed = [
        (file, store.hash_of(file.path) if file.path in signatures else None)
        for file in found
        if signatures.get(file.path) != file.signature
    ]
    changes = _Changes()
    for path in _gone(signatures, found):
        _note(store, changes, store.days_of_file(path))
        store.remove_file(path)
    for read in parallel_map(
        partial(read_file, pipeline, folder), changed, len(changed), "digests"
    ):
        is_trusted = not read.file.is_young and not read.may_pass
        path, signature = read.file.path, read.file.signature if is_trusted else ""
        if not read.is_news:
            store.put_signature(path, signature)
        elif read.hash == UNREAD and path in signatures:
            _note(store, changes, ())
            store.mark_unread(path, signature, read.problems)  # its last good version stays
        else:
            _note(store, changes, store.days_of_file(path) | read.papers.keys())
            store.put_file(path, signature, read)
            for rendered in read.days:
                store.remove_day(rendered.day)
                store.put_items(rendered.day, rendered.items)
                store.put_renderings(rendered)
                changes.rendered.add(rendered.day)
    return changes


def _gone(known: Iterable[str], found: Iterable[DigestFile]) -> list[str]:
    """The digests that are no longer there; in a folder that can't be read they may still be."""
    paths = {file.path for file in found}
    hidden = tuple(path for path in paths if path.endswith("/"))
    return sorted(path for path in known if path not in paths and not path.startswith(hidden))


def _note(store: Store, changes: _Changes, days: Iterable[date]) -> None:
    changes.is_any = True
    for day in days:
        if day not in changes.before:
            changes.before[day] = set(store.ids(day))


def _unfinished_days(store: Store, changes: _Changes, pipeline: Pipeline) -> Iterator[MergedDay]:
    """The days still to be rendered, oldest first: a later one asks when a paper first came.

    These are the changed ones that have several digests or papers that came before, and the later
    ones that share a paper with what a changed one holds or held.
    """
    waiting = list(changes.before)
    heapify(waiting)
    known = set(waiting)
    while waiting:
        day = heappop(waiting)
        merged = None if _is_finished(store, changes, day) else _merge(store, pipeline, day)
        if day in changes.before:
            later = store.later_days_of({*store.ids(day), *changes.before[day]}, day) - known
            known |= later
            for each in later:
                heappush(waiting, each)
        if merged and merged.items:
            yield merged


def _is_finished(store: Store, changes: _Changes, day: date) -> bool:
    """Whether a day has one digest, and no paper that an earlier day has."""
    return day in changes.rendered and not store.first_times(store.ids(day), day)


def _merge(store: Store, pipeline: Pipeline, day: date) -> MergedDay:
    """A day's items, which are put in the store, from all its digests."""
    papers, problems = merge_day(store.papers_of_day(day))
    first_times = store.first_times([paper.id for paper in papers], day)
    items = items_of_day(papers, first_times, pipeline.time_of_day)
    store.remove_day(day)
    store.put_items(day, item_rows(items))
    return MergedDay(day, items, problems)
