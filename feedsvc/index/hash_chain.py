"""Chains of hashes: they prove that nothing changed up to a place in a list. Pure.

The hash of an item covers its content and the hash of the item before. So one hash covers its item
and everything older: a client that has a hash which is still in the chain has all of that as it is
now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

START = b""
"""The hash before the first one."""

LENGTH = 16
"""Bytes of a hash."""


def extend(previous: bytes, *contents: bytes) -> bytes:
    """The hash that follows `previous` for an item of these contents."""
    digest = hashlib.sha256(previous)
    for content in contents:
        # Without the lengths, two lists of contents could have the same bytes.
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.digest()[:LENGTH]


def item_hashes(start: bytes, contents: Iterable[Sequence[bytes]]) -> list[bytes]:
    """The hash of each of several items, in a chain that begins after `start`."""
    found, previous = [], start
    for content in contents:
        previous = extend(previous, *content)
        found.append(previous)
    return found
