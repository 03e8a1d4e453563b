"""Where the index of a folder is in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

import platformdirs

from feedsvc.index.stages import Fingerprints

UNUSED_AFTER = 30 * 24 * 3600
"""Seconds after which an index that another version or other settings left behind is removed."""

_SHOWN = 16
"""Characters of each hash in a file's name."""


def cache_file(folder: Path, fingerprints: Fingerprints) -> Path | None:
    """The index file of a folder of digests; None if no cache folder can be made.

    The fingerprints are part of the name, so that two versions or two sets of settings that run at
    the same time don't replace each other's index.
    """
    cache = platformdirs.user_cache_path("feedsvc")
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    of_folder = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()
    parts = (of_folder, fingerprints.reading, fingerprints.items)
    own = cache / f"{'-'.join(part[:_SHOWN] for part in parts)}.sqlite3"
    for index in cache.glob("*.sqlite3"):
        with suppress(OSError):
            if index != own and index.stat().st_mtime < time.time() - UNUSED_AFTER:
                remove_index(index)
    return own


def lender_of(file: Path) -> Path | None:
    """The newest other index of the same folder; None if there is none.

    Its papers may be taken over, and it knows what was built.
    """
    same = file.name[: _SHOWN + 1]
    times: dict[Path, float] = {}
    for index in file.parent.glob(f"{same}*{file.suffix}"):
        with suppress(OSError):
            if index != file:
                times[index] = index.stat().st_mtime
    return max(times, key=lambda index: times[index], default=None)


def remove_index(file: Path | None) -> None:
    """Deletes an index and the files of SQLite beside it, if that is allowed."""
    for ending in ("", "-wal", "-shm") if file else ():
        with suppress(OSError):
            Path(f"{file}{ending}").unlink()
