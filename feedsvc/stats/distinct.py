"""Counts how many different things were seen, in little memory: exactly while they are few."""

from __future__ import annotations

from hashlib import blake2b

MOST_EXACT = 4096
"""Up to so many the count is exact; of more it is an estimate, which is off by 1.6 percent."""

_HASHES = 1 << 64


class Distinct:
    """The smallest hashes of what was seen: how close they lie tells how many there are.

    (Bar-Yossef et al., Counting distinct elements in a data stream, 2002.) Of what was seen nothing
    but these hashes is kept.
    """

    def __init__(self) -> None:
        self._hashes: set[int] = set()
        self._largest = _HASHES

    def add(self, thing: bytes) -> None:
        """Takes note of something, whether or not it was seen before."""
        hashed = int.from_bytes(blake2b(thing, digest_size=8).digest())
        if hashed < self._largest:
            self._hashes.add(hashed)
            if len(self._hashes) > 2 * MOST_EXACT:
                self._prune()

    def count(self) -> int:
        """How many different things were seen."""
        self._prune()
        if self._largest == _HASHES:
            return len(self._hashes)
        return round((MOST_EXACT - 1) * _HASHES / self._largest)

    def _prune(self) -> None:
        if len(self._hashes) > MOST_EXACT:
            smallest = sorted(self._hashes)[:MOST_EXACT]
            self._hashes = set(smallest)
            self._largest = smallest[-1]
