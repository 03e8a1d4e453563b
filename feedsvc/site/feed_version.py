"""The version of an all-time feed that a client has, as its ETag says. Pure.

The papers from a day on form a chain (`feedsvc.index.hash_chain`), in the order in which archives
grow. A version says where it began, how many papers it had and the hash of the last one. That is
enough to find out later whether any of these has changed and which came since, so the server need
not remember its clients. The chain begins with the version's own oldest day, not the archive's: an
edit of a paper that a client never had costs it nothing.
"""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from feedsvc.site.calendar import parse_day

_VERSION = re.compile(r"[0-9a-f]+\.([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,9})\.((?:[0-9a-f]{2})+)")


class FeedVersion(Struct, frozen=True):
    """One version of an all-time feed."""

    first: date
    """The oldest day in it."""
    papers: int
    """The number of papers in its days. One that is in two days counts twice."""
    item_hash: bytes
    """The hash of the last paper, in the chain that begins with the first day."""

    def __str__(self) -> str:
        return f"{self.first}.{self.papers}.{self.item_hash.hex()}"


def with_version(etag: str, version: FeedVersion) -> str:
    """An ETag that also names a version."""
    return f"{etag}.{version}"


def parse_version(etag: str) -> FeedVersion | None:
    """The version in an ETag, which a client may have made up; None if there is none."""
    found = _VERSION.fullmatch(etag)
    first = parse_day(found[1]) if found else None
    return FeedVersion(first, int(found[2]), bytes.fromhex(found[3])) if found and first else None
