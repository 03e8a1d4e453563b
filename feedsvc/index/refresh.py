"""Brings the index up to date with the folder, in one transaction, doing only what is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Protocol, TypeVar

from feedsvc.index.days import merge_day, time_of_item
from feedsvc.index.folder import DigestFile, read_digest
from feedsvc.index.store import KnownFile, Store
from feedsvc.model import Digest, Item
from feedsvc.parser.problems import Problems

_Work = TypeVar("_Work")


class Progress(Protocol):
    """Hands on the pieces of a long work one by one, telling somebody of it."""

    def __call__(self, pieces: Sequence[_Work], name: str) -> Iterable[_Work]:
        """The same pieces; `name` says in the plural what they are."""


def silently(pieces: Sequence[_Work], name: str) -> Iterable[_Work]:  # noqa: ARG001
    """Progress that nobody is told of."""
    return pieces


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the index turns files into what it keeps."""

    parse: Callable[[str, bytes], Digest]
    """A digest's path and bytes to its papers."""
    render: Callable[[Sequence[Item]], Mapping[str, Iterable[bytes]]]
    """A day's items to one rendering an item, by the name of the format."""
    time_of_day: time
    """When a day's first paper is said to be published, in UTC."""
    fingerprint: str
    """Differs where the functions above would give another result for the same bytes."""


def is_up_to_date(store: Store, found: Sequence[DigestFile], fingerprint: str) -> bool:
    """Whether the index shows the folder as it was found, as far as stamps can tell."""
    if not store.is_of(fingerprint):
        return False
    stamps = {path: known.stamp for path, known in store.files().items()}
    return stamps == {file.path: file.stamp for file in found}


def bring_up_to_date(
    store: Store,
    folder: Path,
    found: Sequence[DigestFile],
    recipe: Recipe,
    progress: Progress,
) -> None:
    """Reads what changed and renders the days it touches, if any."""
    with store.writing():
        is_new = not store.is_of(recipe.fingerprint)
        if is_new:
            store.start_afresh(recipe.fingerprint)
        days = _read_changed_files(store, folder, found, recipe, progress)
        if is_new or days is not None:
            _render_days(store, days or (), recipe, progress)
            store.advance(datetime.now(UTC))


def _read_changed_files(
    store: Store,
    folder: Path,
    found: Iterable[DigestFile],
    recipe: Recipe,
    progress: Progress,
) -> set[date] | None:
    """The days that may have changed; None where no digest did."""
    known = store.files()
    changed = [
        file for file in found if file.path not in known or known[file.path].stamp != file.stamp
    ]
    days: set[date] = set()
    is_changed = False
    for path in sorted(known.keys() - {file.path for file in found}):
        days |= store.days_of_file(path)
        store.remove_file(path)
        is_changed = True
    for file in progress(changed, "digests"):
        before = known.get(file.path)
        stamp = "" if file.is_young else file.stamp
        try:
            data = read_digest(folder, file.path)
        except OSError as error:
            is_changed |= _keep_unreadable(store, file.path, before, error)
            continue
        content_hash = hashlib.sha256(data).digest()
        if before and before.hash == content_hash:
            store.put_stamp(file.path, stamp)
            continue
        days |= store.days_of_file(file.path)
        digest = recipe.parse(file.path, data)
        store.put_file(file.path, KnownFile(stamp, content_hash), digest.papers, digest.problems)
        days |= {paper.day for paper in digest.papers}
        is_changed = True
    return days if is_changed else None


def _keep_unreadable(store: Store, path: str, before: KnownFile | None, error: OSError) -> bool:
    """Reports a digest that can't be read; its last good version stays. Whether that is news."""
    problems = Problems(path)
    problems.report(1, "unreadable", reason=error.strerror or str(error))
    unread = b""
    if before and before.hash == unread:
        return False
    if before:
        store.mark_unreadable(path, problems.in_order())
    else:
        store.put_file(path, KnownFile("", unread), (), problems.in_order())
    return True


def _render_days(store: Store, days: Collection[date], recipe: Recipe, progress: Progress) -> None:
    """Makes the items of each day anew, oldest first: a later one may need when it first came."""
    to_render = sorted({*days, *store.later_days_of_same_papers(days)})
    for day in progress(to_render, "days"):
        papers, problems = merge_day(store.papers_of_day(day))
        if not papers:
            store.remove_day(day)
            continue
        items = []
        for position, paper in enumerate(papers):
            updated = time_of_item(paper, position, recipe.time_of_day)
            published = store.first_published(paper.id, day) or updated
            items.append(Item(paper, published, updated))
        store.put_day(day, items, problems, recipe.render(items))
