"""Content encodings: what compresses a document, whole or piece by piece. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

import brotli
import zstandard
from isal import isal_zlib
from msgspec import Struct

SMALLEST_WORTH_ENCODING = 1024
"""Bytes; a shorter body travels in one packet anyway."""

LARGEST_ENCODED_WELL = 1_000_000
"""Bytes; what is longer is compressed fast, as somebody waits for it."""

IDENTITY = "identity"

_Compressor = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""What compresses the next bytes, and what ends the stream."""

_Start = Callable[[int], _Compressor]
"""Begins a stream of so many bytes; -1 where their number isn't known."""


class Encoding(Struct, frozen=True):
    """A content coding (RFC 9110 section 8.4.1)."""

    name: str
    suffix: str
    """What its ETags and its files end in."""
    start_well: _Start
    start_fast: _Start

    def encode(self, pieces: Iterable[bytes], *, fast: bool) -> Iterator[bytes]:
        """The encoded pieces; fast is for documents that somebody waits for."""
        compress, finish = (self.start_fast if fast else self.start_well)(-1)
        for piece in pieces:
            if encoded := compress(piece):
                yield encoded
        yield finish()

    def encode_whole(self, body: bytes) -> bytes:
        """The encoded body, the better the shorter it is."""
        start = self.start_well if len(body) <= LARGEST_ENCODED_WELL else self.start_fast
        compress, finish = start(len(body))
        return compress(body) + finish()


def _brotli(level: int) -> _Start:
    def start(_: int) -> _Compressor:
        compressor = brotli.Compressor(quality=level)
        return compressor.process, compressor.finish

    return start


def _zstd(level: int) -> _Start:
    def start(size: int) -> _Compressor:
        # Some decompressors need the size that the frame then tells.
        compressor = zstandard.ZstdCompressor(level).compressobj(size)
        return compressor.compress, compressor.flush

    return start


def _gzip(library: ModuleType, level: int) -> _Start:
    def start(_: int) -> _Compressor:
        compressor = library.compressobj(level, wbits=31)
        return compressor.compress, compressor.flush

    return start


ENCODINGS = {
    encoding.name: encoding
    for encoding in (
        Encoding("br", ".br", _brotli(5), _brotli(1)),
        Encoding("zstd", ".zst", _zstd(6), _zstd(3)),
        # The second takes a quarter of the time of zlib's fastest level, and less room.
        Encoding("gzip", ".gz", _gzip(zlib, 6), _gzip(isal_zlib, 2)),
    )
}
"""By name, the one preferred among equals first; none of them is IDENTITY."""


def is_worth_encoding(type_: str, size: int) -> bool:
    """Whether compression makes a document of so many bytes shorter."""
    return size >= SMALLEST_WORTH_ENCODING and type_ != "image/png"
