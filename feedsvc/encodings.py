"""Content encodings: what compresses a document, whole or piece by piece. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import brotli
import zstandard

SMALLEST_WORTH_ENCODING = 1024
"""Bytes; a shorter body travels in one packet anyway."""

LARGEST_ENCODED_WELL = 1_000_000
"""Bytes; what is longer is compressed fast, as somebody waits for it."""

IDENTITY = "identity"

_Compressor = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""What compresses the next bytes, and what ends the stream."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A content coding (RFC 9110 section 8.4.1)."""

    name: str
    suffix: str
    """What its ETags and its files end in."""
    start: Callable[[int, int], _Compressor]
    """A new stream at some level, of so many bytes; -1 where their number isn't known."""
    level: int
    fast_level: int

    def encode(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The encoded pieces of a document that somebody waits for."""
        compress, finish = self.start(self.fast_level, -1)
        for piece in pieces:
            if encoded := compress(piece):
                yield encoded
        yield finish()

    def encode_whole(self, body: bytes) -> bytes:
        """The encoded body, the better the shorter it is."""
        level = self.level if len(body) <= LARGEST_ENCODED_WELL else self.fast_level
        compress, finish = self.start(level, len(body))
        return compress(body) + finish()


def _brotli(level: int, _: int) -> _Compressor:
    compressor = brotli.Compressor(quality=level)
    return compressor.process, compressor.finish


def _zstd(level: int, size: int) -> _Compressor:
    # Some decompressors need the size that the frame then tells.
    compressor = zstandard.ZstdCompressor(level).compressobj(size)
    return compressor.compress, compressor.flush


def _gzip(level: int, _: int) -> _Compressor:
    compressor = zlib.compressobj(level, wbits=31)
    return compressor.compress, compressor.flush


ENCODINGS = {
    encoding.name: encoding
    for encoding in (
        Encoding("br", ".br", _brotli, level=5, fast_level=1),
        Encoding("zstd", ".zst", _zstd, level=9, fast_level=3),
        Encoding("gzip", ".gz", _gzip, level=6, fast_level=1),
    )
}
"""By name, the one preferred among equals first; none of them is IDENTITY."""


def is_worth_encoding(type_: str, size: int) -> bool:
    """Whether compression makes a document of so many bytes shorter."""
    return size >= SMALLEST_WORTH_ENCODING and type_ != "image/png"
