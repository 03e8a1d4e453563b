"""Which feeds a hub is to be told of. Pure, but for what it reads from a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from feedsvc.site.documents import has_built_feeds
from feedsvc.site.etags import ETags
from feedsvc.site.kinds import Place
from feedsvc.site.metadata import feed_url
from feedsvc.site.places import all_places
from feedsvc.site.snapshot import Snapshot

MOST = 500
"""Feeds of one change that a hub is told of; a new day changes about a hundred."""

MOST_REMADE = 12
"""The same where all papers were rendered anew by another version or with other settings.

Then every feed is another one, with the same papers. These are those of home, /all/, /daily/ and
/weekly/, which nearly all subscribers have.
"""

Versions = Mapping[str, str]
"""Versions of feeds by the address of the feed."""


class Changes(Struct, frozen=True):
    """What to do about the feeds of a state."""

    to_tell: Sequence[str]
    """The addresses of the feeds that the hub is told of."""
    to_note: Versions
    """Those that it isn't told of, but which are known from now on."""


def feed_versions(snapshot: Snapshot) -> Versions:
    """The version of each feed that pages link to; those that most people subscribe to come first.

    A version is an ETag without the fingerprint of code and settings: what an upgrade or another
    title changes is no news.
    """
    etags = ETags(snapshot.catalogue, fingerprint="")
    places = (place for place in all_places(snapshot.scope()) if has_built_feeds(snapshot, place))
    return {
        feed_url(snapshot.config, place, name): etags.etag(place, name)
        for place in sorted(places, key=_rank)
        for name in place.feeds
    }


def changes(found: Versions, known: Versions, most: int) -> Changes:
    """What changed since `known`. A feed that is new has no subscribers yet, so nobody is told."""
    changed = [feed for feed, version in found.items() if known.get(feed, version) != version]
    is_told = set(changed[:most])
    to_note = {
        feed: version
        for feed, version in found.items()
        if feed not in is_told and known.get(feed) != version
    }
    return Changes(changed[:most], to_note)


def _rank(place: Place) -> tuple[bool, int]:
    """Places that grow for ever come first, then the newest of the others."""
    return (True, -place.last_day.toordinal()) if place.last_day else (False, 0)
