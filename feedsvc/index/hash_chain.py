"""Chains of hashes: they prove that nothing changed up to a place in a list. Pure.

The hash of an item covers all that is told of it and the hash of the item before. So one hash
stands for its item and everything older: whoever shows a hash that is still in the chain has all
of that as it is now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

START = b""
"""What stands before the first hash."""

LENGTH = 16
"""Bytes of a hash."""


def extend(previous: bytes, *contents: bytes) -> bytes:
    """The hash that follows `previous` for an item of these contents."""
    digest = hashlib.sha256(previous)
    for content in contents:
        # With the lengths, no two lists of contents are the same bytes.
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.digest()[:LENGTH]


def item_hashes(start: bytes, contents: Iterable[Sequence[bytes]]) -> list[bytes]:
    """The hash of each of several items, whose chain begins behind `start`."""
    found, previous = [], start
    for content in contents:
        previous = extend(previous, *content)
        found.append(previous)
    return found
