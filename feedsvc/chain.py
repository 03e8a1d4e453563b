"""Chains of hashes: they prove that nothing changed up to a place in a list. Pure.

Every item has a link, the hash of all that is told of it and of the link before. So one link
stands for its item and everything older, and who shows a link that is still in the chain has all
of that as it is now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

START = b""
"""What stands before the first link."""

LENGTH = 16
"""Bytes of a link."""


def extend(link: bytes, *contents: bytes) -> bytes:
    """The link that follows `link` for an item of these contents."""
    digest = hashlib.sha256(link)
    for content in contents:
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.digest()[:LENGTH]


def links(start: bytes, contents: Iterable[Sequence[bytes]]) -> list[bytes]:
    """The link of each of several items."""
    found, link = [], start
    for content in contents:
        link = extend(link, *content)
        found.append(link)
    return found
