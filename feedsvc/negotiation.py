"""One document in each content encoding, and which of them a request gets, if any. Pure."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import brotli
import zstandard
from werkzeug.datastructures import Accept, ETags

SMALLEST_WORTH_ENCODING = 1024
"""Bytes; a shorter body travels in one packet anyway."""

IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A content coding (RFC 9110 section 8.4.1)."""

    name: str
    suffix: str
    """What its ETag ends in: two encodings are two sequences of bytes, so two strong tags."""
    encode: Callable[[bytes], bytes]


ENCODINGS = {
    encoding.name: encoding
    for encoding in (
        Encoding("br", ".br", lambda body: brotli.compress(body, quality=5)),
        Encoding("zstd", ".zst", lambda body: zstandard.ZstdCompressor(level=9).compress(body)),
        Encoding("gzip", ".gz", lambda body: gzip.compress(body, compresslevel=6, mtime=0)),
        Encoding(IDENTITY, "", lambda body: body),
    )
}
"""By name, the one preferred among equals first."""

_SUFFIXES = "|".join(re.escape(encoding.suffix) for encoding in ENCODINGS.values())
_OWN_SUFFIX = re.compile(f"(?:{_SUFFIXES})$")
_PROXY_SUFFIX = re.compile(r"(?:-|--|;|:)(?:gzip|br|zstd|deflate)$")


def is_worth_encoding(type_: str, body: bytes) -> bool:
    """Whether compression makes a document shorter."""
    return len(body) >= SMALLEST_WORTH_ENCODING and not type_.startswith("image/png")


def choose_encoding(accepted: Accept) -> str:
    """The encoding a client likes best. Identity for one that names none or refuses all."""
    qualities = {name: accepted.quality(name) for name in ENCODINGS if name != IDENTITY}
    best = max(qualities, key=lambda name: qualities[name])
    if not accepted or qualities[best] <= 0 or qualities[best] < _explicit_identity(accepted):
        return IDENTITY
    return best


def matching_tag(given: ETags, etag: str, selected: str) -> str | None:
    """The tag that a client gave and that stands for this content; None where none does.

    `selected` is the tag of the encoding it would get. Another encoding of the same content
    matches too, and so do the forms in which proxies pass our tags on (`"x-gzip"`, `W/"x"`): the
    client has what it asks for.
    """
    if given.star_tag or given.contains_weak(selected):
        return selected
    for tag in given.as_set(include_weak=True):
        plain = _PROXY_SUFFIX.sub("", tag)
        if _OWN_SUFFIX.sub("", plain) == etag:
            return plain
    return None


def is_unmodified(since: datetime | None, modified: datetime) -> bool:
    """Whether a document that changed at `modified` is what a client saw `since` (<=)."""
    return since is not None and modified <= since


def _explicit_identity(accepted: Accept) -> float:
    return next((quality for name, quality in accepted if name.lower() == IDENTITY), 0.0)
