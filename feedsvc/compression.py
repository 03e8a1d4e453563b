"""Content encodings: they compress a document, whole or piece by piece. Pure."""

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
"""Bytes; longer bodies are compressed fast rather than well, as somebody waits for them."""

IDENTITY = "identity"

_Compressor = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""A function that compresses the next bytes, and one that ends the stream."""

_Start = Callable[[int], _Compressor]
"""Begins a stream of the given number of bytes; -1 if that isn't known."""


class Encoding(Struct, frozen=True):
    """A content coding (RFC 9110 section 8.4.1)."""

    name: str
    suffix: str
    """The ending of its ETags and of its files."""
    start_well: _Start
    start_fast: _Start

    def encode(self, pieces: Iterable[bytes], *, fast: bool) -> Iterator[bytes]:
        """The encoded pieces; `fast` is for documents that somebody waits for."""
        compress, finish = (self.start_fast if fast else self.start_well)(-1)
        for piece in pieces:
            if encoded := compress(piece):
                yield encoded
        yield finish()

    def encode_whole(self, body: bytes) -> bytes:
        """The encoded body; short ones are compressed better, long ones faster."""
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
        # With the size known, the frame names it, which some decompressors need.
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
        # isal takes a quarter of the time of zlib's fastest level, and the result is smaller.
        Encoding("gzip", ".gz", _gzip(zlib, 6), _gzip(isal_zlib, 2)),
    )
}
"""By name; among those that a client likes equally, the first is used. IDENTITY is not in it."""


def is_worth_encoding(type_: str, size: int) -> bool:
    """Whether compression makes a document of this size shorter."""
    return size >= SMALLEST_WORTH_ENCODING and type_ != "image/png"
