"""Lists of papers and of renderings as the index keeps them: compressed to a third or less.

They carry a checksum, as SQLite has none: a disk that lies is noticed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

import msgspec
import zstandard

from feedsvc.model import Paper

LEVEL = 1
"""The level of zstd: above it a build takes longer, below it the index grows by half."""

PACKED_TOGETHER = 50
"""Renderings: most days are one pack, and of a large one a search unpacks only what it found."""

_encode = msgspec.msgpack.encode
_decode_papers = msgspec.msgpack.Decoder(list[Paper]).decode
_decode_renderings = msgspec.msgpack.Decoder(list[bytes]).decode


class _Zstandard(threading.local):
    """One compressor a thread: making one takes a quarter of the time that compressing does."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_zstandard = _Zstandard()


def pack_papers(papers: Sequence[Paper]) -> bytes:
    """Papers as bytes that `unpack_papers` reads."""
    return _zstandard.compress(_encode(papers))


def pack_renderings(renderings: Sequence[bytes]) -> bytes:
    """Renderings as bytes that `unpack_renderings` reads."""
    starts = range(0, len(renderings), PACKED_TOGETHER)
    return _encode(
        [_zstandard.compress(_encode(renderings[at : at + PACKED_TOGETHER])) for at in starts]
    )


def unpack_papers(packed: bytes) -> list[Paper]:
    """The papers that were packed. Raises DamagedError."""
    return _unpack(_decode_papers, packed)


def unpack_renderings(packed: bytes) -> list[bytes]:
    """The renderings that were packed. Raises DamagedError."""
    packs = _decoded(_decode_renderings, packed)
    return [each for pack in packs for each in _unpack(_decode_renderings, pack)]


def unpack_some(packed: bytes, positions: Iterable[int]) -> list[bytes]:
    """The renderings at some positions of the list that was packed. Raises DamagedError."""
    packs = _decoded(_decode_renderings, packed)
    unpacked = cache(lambda number: _unpack(_decode_renderings, packs[number]))
    return [unpacked(at // PACKED_TOGETHER)[at % PACKED_TOGETHER] for at in positions]


class DamagedError(sqlite3.DatabaseError):
    """What the index holds is not what was written. As an error of SQLite's own it is mended so."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


_Values = TypeVar("_Values")


def _unpack(decode: Callable[[bytes], _Values], packed: bytes) -> _Values:
    try:
        return _decoded(decode, _zstandard.decompress(packed))
    except zstandard.ZstdError as error:
        raise DamagedError(str(error)) from error


def _decoded(decode: Callable[[bytes], _Values], packed: bytes) -> _Values:
    try:
        return decode(packed)
    except msgspec.MsgspecError as error:
        raise DamagedError(str(error)) from error
