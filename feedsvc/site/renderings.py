"""The finished items of a document, as the index has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from feedsvc.feeds.entry import Grain
from feedsvc.index.store import Store
from feedsvc.site.catalogue import Catalogue


def rendering_name(grain: Grain, name: str) -> str:
    """The name in the index of a grain's items, rendered for the documents of a name."""
    return name if grain is Grain.PAPER else f"{grain.value}/{name}"


def renderings(
    store: Store,
    catalogue: Catalogue,
    days: Sequence[date],
    name: str,
    starts: Mapping[date, int] | None = None,
) -> Iterator[bytes]:
    """The papers of days in one format, newest day first; of a paper in several days the newest.

    Of a day in `starts` only those from that position on.
    """
    seen: set[str] = set()
    by_day = catalogue.by_day
    may_repeat = len(days) > 1 and any(by_day[day].new_papers < by_day[day].papers for day in days)
    for day in days:
        start = starts.get(day, 0) if starts else 0
        contents = store.renderings(name, day)[start:]
        if not may_repeat:
            yield from contents
            continue
        for id_, content in zip(store.ids(day)[start:], contents, strict=True):
            if id_ not in seen:
                seen.add(id_)
                yield content


def renderings_of_days(store: Store, days: Sequence[date], name: str) -> Iterator[bytes]:
    """The days themselves as items, newest first."""
    for day in days:
        yield from store.renderings(name, day)
