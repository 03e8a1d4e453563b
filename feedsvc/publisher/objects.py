"""The objects that a bucket is to hold: the files of a built site, with their headers."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from msgspec import Struct

from feedsvc.compression import ENCODINGS, is_worth_encoding
from feedsvc.site.files import SiteFile, site_file
from feedsvc.site.freshness import cache_control
from feedsvc.storage.bucket import Headers

GZIP = "gzip"
"""The one encoding that every browser and feed reader asks for."""


class LocalObject(Struct, frozen=True):
    """An object as it is to be."""

    path: str
    """The key, without the prefix of the bucket: the file's path inside the site."""
    file: Path
    about: SiteFile
    headers: Headers
    """With a hash of what a reader gets, headers included, as its mark."""

    def body(self) -> bytes:
        """The bytes to send. May raise OSError."""
        content = self.file.read_bytes()
        if not self.headers.encoding:
            return content
        return ENCODINGS[self.headers.encoding].encode_whole(content)


def local_objects(folder: Path, today: date, *, gzips: bool) -> dict[str, LocalObject]:
    """The objects that the files of a built site make, by their paths.

    Where it `gzips`, each that gets shorter by it is stored so. May raise OSError.
    """
    found = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        about = site_file(f"/{path}")
        if about and file.is_file():
            found[path] = LocalObject(path, file, about, _headers(file, about, today, gzips=gzips))
    return found


def _headers(file: Path, about: SiteFile, today: date, *, gzips: bool) -> Headers:
    content = file.read_bytes()
    encoding = GZIP if gzips and is_worth_encoding(about.type, len(content)) else ""
    fresh = cache_control(about.last_day, today)
    said = f"{about.type}\n{fresh}\n{encoding}\n"
    mark = hashlib.sha256(said.encode() + content).hexdigest()
    return Headers(about.type, fresh, encoding, mark)
