"""Brings the index up to date with the folder, in one transaction, doing only what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from heapq import heapify, heappop, heappush
from pathlib import Path

from msgspec import Struct, field

from feedsvc.index.days import items_of_day, merge_day
from feedsvc.index.folder import DigestFile
from feedsvc.index.store import Store
from feedsvc.index.work import UNREAD, MergedDay, Recipe, Spread, item_rows, read_file, render_day


def is_up_to_date(store: Store, found: Sequence[DigestFile], fingerprint: str) -> bool:
    """Whether the index shows the folder as it was found, as far as stamps can tell."""
    if not store.is_of(fingerprint):
        return False
    return store.stamps() == {file.path: file.stamp for file in found}


def bring_up_to_date(
    store: Store, folder: Path, found: Sequence[DigestFile], recipe: Recipe, spread: Spread
) -> None:
    """Reads what changed and renders the days it touches, if any."""
    with store.writing():
        is_new = not store.is_of(recipe.fingerprint)
        if is_new:
            store.start_afresh(recipe.fingerprint)
        changes = _read_changed_files(store, folder, found, recipe, spread)
        if is_new or changes.is_any:
            changes.rendered -= store.days_of_several_digests()
            merged = _unfinished_days(store, changes, recipe)
            count = len(changes.before.keys() - changes.rendered)
            for rendered in spread(partial(render_day, recipe), merged, count, "days"):
                store.put_renderings(rendered)
            store.advance(datetime.now(UTC))


class _Changes(Struct):
    """What reading the changed digests has brought."""

    is_any: bool = False
    before: dict[date, set[str]] = field(default_factory=dict)
    """The days that may have changed, each with the ids it had."""
    rendered: set[date] = field(default_factory=set)
    """Those of which the store has what one digest makes of them alone."""


def _read_changed_files(
    store: Store, folder: Path, found: Sequence[DigestFile], recipe: Recipe, spread: Spread
) -> _Changes:
    stamps = store.stamps()
    changed = [
        (file, store.hash_of(file.path) if file.path in stamps else None)
        for file in found
        if stamps.get(file.path) != file.stamp
    ]
    changes = _Changes()
    for path in _gone(stamps, found):
        _note(store, changes, store.days_of_file(path))
        store.remove_file(path)
    for read in spread(partial(read_file, recipe, folder), changed, len(changed), "digests"):
        is_trusted = not read.file.is_young and not read.may_pass
        path, stamp = read.file.path, read.file.stamp if is_trusted else ""
        if not read.is_news:
            store.put_stamp(path, stamp)
        elif read.hash == UNREAD and path in stamps:
            _note(store, changes, ())
            store.mark_unread(path, stamp, read.problems)  # its last good version stays
        else:
            _note(store, changes, store.days_of_file(path) | read.papers.keys())
            store.put_file(path, stamp, read)
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


def _unfinished_days(store: Store, changes: _Changes, recipe: Recipe) -> Iterator[MergedDay]:
    """The days still to be rendered, oldest first: a later one asks when a paper first came.

    These are the changed ones that have several digests or papers that came before, and the later
    ones that share a paper with what a changed one holds or held.
    """
    waiting = list(changes.before)
    heapify(waiting)
    known = set(waiting)
    while waiting:
        day = heappop(waiting)
        merged = None if _is_finished(store, changes, day) else _merge(store, recipe, day)
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


def _merge(store: Store, recipe: Recipe, day: date) -> MergedDay:
    """A day's items, which are put in the store, from all its digests."""
    papers, problems = merge_day(store.papers_of_day(day))
    first_times = store.first_times([paper.id for paper in papers], day)
    items = items_of_day(papers, first_times, recipe.time_of_day)
    store.remove_day(day)
    store.put_items(day, item_rows(items))
    return MergedDay(day, items, problems)
