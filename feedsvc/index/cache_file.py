"""Where an index is: in the user's cache folder, or beside another one that is taken."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from feedsvc.cache_folder import cache_folder
from feedsvc.index.stages import Fingerprints

UNUSED_AFTER = 30 * 24 * 3600
"""Seconds after which an index that another version or other settings left behind is removed."""

_SHOWN = 16
"""Characters of each hash in a file's name."""

_MARK = f"(?:-[0-9a-f]{{{_SHOWN}}}){{2}}"
"""As `_mark` makes it."""


def cache_file(folder: Path, fingerprints: Fingerprints, language: str = "") -> Path | None:
    """The index file of a folder of digests; None if no cache folder can be made.

    `language` is that of its digests where they are apart from others in the same folder.

    The fingerprints are part of the name, so that two versions or two sets of settings that run at
    the same time don't replace each other's index.
    """
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    archive = os.fsencode(folder.absolute()) + (f"\0{language}".encode() if language else b"")
    of_folder = hashlib.sha256(archive).hexdigest()
    own = cache / f"{of_folder[:_SHOWN]}{_mark(fingerprints)}.sqlite3"
    _remove_unused(cache.glob("*.sqlite3"), own)
    return own


def file_beside(file: Path, fingerprints: Fingerprints) -> Path:
    """The index file for settings that find the one they were given taken by others."""
    own = file.with_name(f"{file.stem}{_mark(fingerprints)}{file.suffix}")
    name = re.compile(re.escape(file.stem) + _MARK + re.escape(file.suffix))
    _remove_unused((each for each in file.parent.iterdir() if name.fullmatch(each.name)), own)
    return own


def _mark(fingerprints: Fingerprints) -> str:
    return f"-{fingerprints.reading[:_SHOWN]}-{fingerprints.items[:_SHOWN]}"


def _remove_unused(indexes: Iterable[Path], own: Path) -> None:
    for index in indexes:
        with suppress(OSError):
            if index != own and index.stat().st_mtime < time.time() - UNUSED_AFTER:
                remove_index(index)


def lender_of(file: Path) -> Path | None:
    """The newest other index that may be of the same folder; None where there is none.

    What it read need not be read again, if it was read in the same way.
    """
    same = re.sub(f"{_MARK}$", "", file.stem)
    name = re.compile(f"{re.escape(same)}(?:{_MARK})?")
    times: dict[Path, float] = {}
    for index in file.parent.glob(f"{same}*{file.suffix}"):
        with suppress(OSError):
            if index != file and name.fullmatch(index.stem):
                times[index] = index.stat().st_mtime
    return max(times, key=lambda index: times[index], default=None)


def remove_index(file: Path | None) -> None:
    """Deletes an index and the files of SQLite beside it, if that is allowed."""
    for ending in ("", "-wal", "-shm") if file else ():
        with suppress(OSError):
            Path(f"{file}{ending}").unlink()
