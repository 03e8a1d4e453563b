"""What is new in an all-time feed since a version of it (RFC 3229), found by hashes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from feedsvc.errors import NotFoundError
from feedsvc.feeds.formats import FORMATS
from feedsvc.index import hash_chain
from feedsvc.model import Document
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.documents import feed, place_and_name
from feedsvc.site.etags import ETags
from feedsvc.site.feed_version import FeedVersion, parse_version
from feedsvc.site.kinds import PAGE, Role, Scope
from feedsvc.site.metadata import feed_metadata
from feedsvc.site.places import find_place
from feedsvc.site.renderings import renderings
from feedsvc.site.snapshot import Snapshot


def delta(snapshot: Snapshot, path: str, version: FeedVersion) -> Document:
    """The feed at a path with only what is new since a version.

    Raises NotFoundError if something else changed, too, if the feed no longer has all that is new,
    and if all of the feed is new.
    """
    place, name = place_and_name(snapshot, path)
    has_deltas = name != PAGE and place.role.grows
    # A day before the version's first is not in the chain that the version proves: it may be new.
    is_proved = has_deltas and bool(place.days) and place.days[-1] >= version.first
    new = _new_since(snapshot, version) if is_proved else {}
    if not new or min(new.items()) <= (place.days[-1], 0):
        raise NotFoundError(f"There are not just new papers at {path} since {version}.")
    days = sorted(new, reverse=True)
    items = renderings(snapshot, days, name, starts=new)
    return feed(snapshot, place, FORMATS[name], items, starts=new)


def continued(
    snapshot: Snapshot, path: str, etag: str, part: Callable[[int, int], Iterable[bytes]]
) -> Document | None:
    """The complete feed at a path, made of new items and the items of an older document.

    `etag` is that of the older document; `part` gives its bytes, without some at start and end.
    These feeds are half of what a new day writes, yet everything except that day is already on
    disk. None if anything but new papers of new days was added, and for the feeds of other places:
    copying the shorter ones is as much work as making them.
    """
    version = parse_version(etag)
    if not version:
        return None
    place, name = place_and_name(snapshot, path)
    catalogue = snapshot.catalogue.with_first_days(version.papers)
    if place.role is not Role.COMPLETE or not catalogue:
        return None
    old_place = find_place(place.path, Scope(catalogue, snapshot.store, snapshot.config))
    assert old_place
    new = snapshot.catalogue.days[len(catalogue.days) :]
    is_same = etag == _etags_of(catalogue, snapshot).etag(old_place, name)
    if not new or not is_same or any(day.new_papers < day.papers for day in new):
        return None
    format_ = FORMATS[name]
    frame = format_.frame(feed_metadata(snapshot.translations, old_place, format_, is_whole=True))
    days = [day.day for day in reversed(new)]
    items = renderings(snapshot, days, name)
    return feed(snapshot, place, format_, items, part(len(frame.start), len(frame.end)))


def _etags_of(catalogue: Catalogue, snapshot: Snapshot) -> ETags:
    """Of the same settings and translations."""
    return ETags(catalogue, snapshot.etags.fingerprint, snapshot.translations)


def _new_since(snapshot: Snapshot, version: FeedVersion) -> dict[date, int]:
    """The days with papers after a version, and how many papers of each the version had.

    Empty if the papers of the version have changed.
    """
    item_hash, left = hash_chain.START, version.papers
    new: dict[date, int] = {}
    for name in snapshot.catalogue.calendar.days_since(version.first):
        day = snapshot.catalogue.by_day[name]
        known = min(left, day.papers)
        left -= known
        if known == day.papers:
            item_hash = hash_chain.extend(item_hash, day.version)
            continue
        if known:
            item_hash = hash_chain.extend(item_hash, snapshot.store.item_hashes(name)[known - 1])
        new[name] = known
    return new if not left and item_hash == version.item_hash else {}
