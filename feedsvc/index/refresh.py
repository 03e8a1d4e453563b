"""Brings the index up to date with the folder, in one transaction, with the least work."""

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
from feedsvc.index.searching import follow, is_searchable
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

_VALID_ON = "@"
"""Before the day on which alone a signature holds: a digest with papers of days to come is another
one tomorrow."""


def is_up_to_date(store: Store, found: Sequence[DigestFile], fingerprints: Fingerprints) -> bool:
    """Whether the index shows the folder as it was found, judged by signatures."""
    if not store.is_of(fingerprints):
        return False
    return _signatures(store, _today()) == {file.path: file.signature for file in found}


def make_searchable(store: Store, pipeline: Pipeline, parallel_map: ParallelMap) -> None:
    """Adds to the full-text table what it misses, or a piece of that."""
    if not is_searchable(store, pipeline.searching):
        with store.writing():
            follow(store, pipeline.searching, parallel_map)


def note_documents(store: Store, fingerprints: Fingerprints) -> None:
    """Makes it a new state if documents were last made with other settings or other code.

    Then all of them have changed, and the time of their change must move, though no digest did.
    Only for the start of a process: two sites with other titles, say, may share an index for long.
    """
    if not store.made_documents_with(fingerprints):
        with store.writing():
            store.advance(fingerprints, datetime.now(UTC))


def bring_up_to_date(
    store: Store,
    folder: Path,
    found: Sequence[DigestFile],
    pipeline: Pipeline,
    parallel_map: ParallelMap,
    lender: Path | None = None,
) -> ProblemNews:
    """Reads the digests that changed and renders the days that they touch, if any.

    Gives what that changes about problems; of an index that is made anew nothing is news.
    All digests are read again only if the fingerprint of reading changed, and all papers rendered
    again only if that of items did. A new index first takes over what the one at `lender` has read.
    """
    with store.writing():
        before = store.encoded_problems() if store.is_of(pipeline.fingerprints) else None
        is_rendered = _prepare(store, pipeline.fingerprints, lender)
        changes = _read_changed_files(store, folder, found, pipeline, parallel_map)
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
            store.advance(pipeline.fingerprints, datetime.now(UTC))
        if changes.is_any or not is_searchable(store, pipeline.searching):
            follow(store, pipeline.searching, parallel_map)
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
    """Removes from an index what is out of date; False if no day in it is rendered now."""
    if store.is_of(fingerprints):
        return True
    if store.was_read_with(fingerprints):
        store.forget_renderings(fingerprints.items)
        return False
    store.start_afresh(fingerprints)
    if lender:
        try:
            store.borrow(Store(lender), fingerprints)
        except sqlite3.Error:  # it is damaged or has been deleted
            store.start_afresh(fingerprints)
    return False


class ProblemNews(Struct, frozen=True):
    """What a look at the folder changed about the problems of digests."""

    new: Sequence[Problem] = ()
    gone: Sequence[Problem] = ()


class _Changes(Struct):
    """What changed when the changed digests were read."""

    is_any: bool = False
    before: dict[date, set[str]] = field(default_factory=dict)
    """The days that may have changed, each with the ids it had before."""
    rendered: set[date] = field(default_factory=set)
    """The days that are stored as rendered from a single digest."""


def _read_changed_files(
    store: Store,
    folder: Path,
    found: Sequence[DigestFile],
    pipeline: Pipeline,
    parallel_map: ParallelMap,
) -> _Changes:
    today = _today()
    signatures = _signatures(store, today)
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
        partial(read_file, pipeline, folder, today), changed, len(changed), "digests"
    ):
        is_trusted = not read.file.is_young and not read.may_pass
        path, signature = read.file.path, read.file.signature if is_trusted else ""
        if read.has_future_days:
            signature += f"{_VALID_ON}{today}"
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


def _signatures(store: Store, today: date) -> dict[str, str]:
    """The signatures that hold today, by path. Those of other days differ from each file's."""
    suffix = f"{_VALID_ON}{today}"
    return {path: known.removesuffix(suffix) for path, known in store.signatures().items()}


def _today() -> date:
    return datetime.now(UTC).date()


def _gone(known: Iterable[str], found: Iterable[DigestFile]) -> list[str]:
    """The digests that are no longer there, except in folders that can't be read just now."""
    paths = {file.path for file in found}
    hidden = tuple(path for path in paths if path.endswith("/"))
    return sorted(path for path in known if path not in paths and not path.startswith(hidden))


def _note(store: Store, changes: _Changes, days: Iterable[date]) -> None:
    changes.is_any = True
    for day in days:
        if day not in changes.before:
            changes.before[day] = set(store.ids(day))


def _unfinished_days(store: Store, changes: _Changes, pipeline: Pipeline) -> Iterator[MergedDay]:
    """The days still to be rendered, oldest first, as later ones need the dates of earlier ones.

    These are the changed days that have several digests or papers of earlier days, and the later
    days that share a paper with what a changed day has or had.
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
    """A day's items from all its digests, which are also put into the store."""
    found, introduction = store.papers_of_day(day)
    papers, problems = merge_day(found)
    first_times = store.first_times([paper.id for paper in papers], day)
    items = items_of_day(papers, first_times, pipeline.time_of_day)
    store.remove_day(day)
    store.put_items(day, item_rows(items))
    return MergedDay(day, items, problems, introduction)
