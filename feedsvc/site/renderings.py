"""The finished items of a document, as the index has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from feedsvc.site.kinds import Picks
from feedsvc.site.snapshot import Snapshot


def renderings(
    snapshot: Snapshot,
    days: Sequence[date],
    name: str,
    *,
    starts: Mapping[date, int] | None = None,
    picks: Picks | None = None,
) -> Iterator[bytes]:
    """The papers of days in one format, newest day first; of a paper in several days the newest.

    Of a day in `starts` only those from that position on. With `picks` just these.
    """
    if picks is not None:
        for day, positions in picks.items():
            yield from snapshot.pick(name, day, positions)
        return
    seen: set[str] = set()
    by_day = snapshot.catalogue.by_day
    may_repeat = len(days) > 1 and any(by_day[day].new_papers < by_day[day].papers for day in days)
    for day in days:
        start = starts.get(day, 0) if starts else 0
        contents = snapshot.unpack(name, day)[start:]
        if not may_repeat:
            yield from contents
            continue
        for id_, content in zip(snapshot.store.ids(day)[start:], contents, strict=True):
            if id_ not in seen:
                seen.add(id_)
                yield content
