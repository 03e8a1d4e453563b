"""The ETags of one state, made without making the documents. Pure.

Three things decide the bytes of a document: its metadata, the hashes of its items, and the
fingerprint of the code, the libraries and the settings. So a build knows from ETags alone which of
its files are still right, and a long document has its ETag before its first byte.
"""

from __future__ import annotations

from feedsvc.index import hash_chain
from feedsvc.site.catalogue import Catalogue
from feedsvc.site.feed_version import FeedVersion, with_version
from feedsvc.site.kinds import PAGE, Place
from feedsvc.site.translations import Translations


class ETags:
    """The ETags of the documents of one state."""

    def __init__(
        self, catalogue: Catalogue, fingerprint: str, translations: Translations | None = None
    ) -> None:
        """`fingerprint` differs if other documents would be made of the same papers."""
        self._catalogue = catalogue
        self._translations = translations
        self.fingerprint = fingerprint
        self._feed_versions: dict[str, FeedVersion] = {}
        """By the place's address: all feeds of a place have the same version."""

    def etag(self, place: Place, name: str) -> str:
        """The ETag of the document of this name in a place.

        It is the same on every machine with the same digests, settings and versions.
        """
        is_feed = name != PAGE
        facts = [self.fingerprint, place.address, name]
        facts += _facts_of_feed(place) if is_feed else _facts_of_page(place)
        facts += self._facts_of_translations(place)
        etag = hash_chain.extend(
            hash_chain.START, " ".join(facts).encode(), self._versions_of_days(place)
        ).hex()
        if is_feed and place.days and place.role.grows:
            return with_version(etag, self._feed_version(place))
        return etag

    def place_version(self, place: Place) -> bytes:
        """Changes if any document of a place does."""
        facts = " ".join(
            [
                *(self.fingerprint, place.address),
                *(*_facts_of_feed(place), *_facts_of_page(place)),
                *self._facts_of_translations(place),
            ]
        )
        return hash_chain.extend(hash_chain.START, facts.encode(), self._versions_of_days(place))

    def _facts_of_translations(self, place: Place) -> list[str]:
        return self._translations.facts(place.path) if self._translations else []

    def _versions_of_days(self, place: Place) -> bytes:
        versions = [self._catalogue.by_day[day].version for day in place.days]
        picks = repr(place.picks).encode() if place.picks is not None else b""
        return b"".join([*versions, picks])

    def _feed_version(self, place: Place) -> FeedVersion:
        if known := self._feed_versions.get(place.address):
            return known
        days = [self._catalogue.by_day[day] for day in reversed(place.days)]
        item_hash = hash_chain.START
        for day in days:
            item_hash = hash_chain.extend(item_hash, day.version)
        version = FeedVersion(days[0].day, sum(day.papers for day in days), item_hash)
        self._feed_versions[place.address] = version
        return version


def _facts_of_feed(place: Place) -> list[str]:
    if not place.archive:
        return []
    near = (place.archive.older, place.archive.newer)
    return [place.role.name, *(each.path if each else "" for each in near)]


def _facts_of_page(place: Place) -> list[str]:
    found = place.found
    told = [f"{found.count} {found.unread}"] if found else []
    return [*(near.path if near else "" for near in (place.older, place.newer)), *told]
