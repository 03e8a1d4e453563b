"""What the ETag of an all-time feed tells of the version that a client has. Pure.

The papers from a day on form a chain (`feedsvc.chain`), in the order in which archives grow. A
mark says where a version began, how many papers it had and the link of the last one. It is all
that is needed to tell later whether anything of these has changed and which have come since, so
the server remembers no client.
"""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from feedsvc.weeks import parse_day

_MARK = re.compile(r"[0-9a-f]+\.([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,9})\.((?:[0-9a-f]{2})+)")


class Mark(Struct, frozen=True):
    """One version of an all-time feed."""

    first: date
    """The oldest day in it."""
    papers: int
    """Those of its days. One that stands in two days counts twice."""
    link: bytes
    """Of the last of them."""

    def __str__(self) -> str:
        return f"{self.first}.{self.papers}.{self.link.hex()}"


def marked(etag: str, mark: Mark) -> str:
    """An ETag with a mark."""
    return f"{etag}.{mark}"


def parse_mark(etag: str) -> Mark | None:
    """The mark in an ETag, which a client may have made up; None where there is none."""
    found = _MARK.fullmatch(etag)
    first = parse_day(found[1]) if found else None
    return Mark(first, int(found[2]), bytes.fromhex(found[3])) if found and first else None
