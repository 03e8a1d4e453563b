"""The folder of digests: which files in it are digests, and what they hold. Only reads."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feedsvc.errors import FolderError
from feedsvc.parser import READERS

NOT_DIGESTS = {"readme", "license", "licence", "changelog", "contributing", "code_of_conduct"}
"""Names, without suffix and in lower case, of files that describe a folder."""

YOUNGEST_TRUSTED = 2.0
"""Seconds. A file changed later than this before it was read may change without a new stamp."""


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A digest as the file system shows it, not opened."""

    path: str
    """Inside the folder, with forward slashes."""
    stamp: str
    """Differs when the file was replaced or changed, but for changes within one clock tick."""
    is_young: bool
    """Whether the stamp is too new to be trusted."""


def find_digests(folder: Path) -> list[DigestFile]:
    """The digests below `folder`, in their order. Raises FolderError where it can't be read.

    Hidden files and links that lead out of the folder are left alone, and so is all that is no
    regular file: opening a pipe would wait for ever.
    """
    try:
        root = folder.resolve(strict=True)
        if not root.is_dir():
            raise NotADirectoryError(20, "it is no folder")
        found = _digests_below(root, "", (root,))
        return sorted(found, key=lambda digest: digest_order(digest.path))
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is a loop of links"
        raise FolderError(
            f"{folder}: the folder of digests can't be read: {reason}. "
            "Name another one with --digests or FEEDSVC_DIGESTS."
        ) from error


def digest_order(path: str) -> tuple[str, str]:
    """What digests are sorted by: `2024-11-18.md` comes before `2024-11-18.en.md`."""
    stem, _, suffix = path.rpartition(".")
    return stem, suffix


def read_digest(folder: Path, path: str) -> bytes:
    """The bytes of a digest. Raises OSError."""
    descriptor = os.open(folder / path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(22, "it is no regular file")
        return file.read()


def is_digest_name(name: str) -> bool:
    """Whether a file of this name, without folders, may be a digest."""
    stem, dot, suffix = name.rpartition(".")
    return (
        (dot + suffix).lower() in READERS
        and not name.startswith((".", "_", "~"))
        and stem.lower() not in NOT_DIGESTS
    )


def _digests_below(root: Path, inside: str, parents: tuple[Path, ...]) -> Iterator[DigestFile]:
    for entry in os.scandir(root / inside):
        path = inside + entry.name
        if entry.name.startswith(".") or not _is_text(path):
            continue
        if entry.is_symlink():
            target = _target(entry)
            if not target or not target.is_relative_to(root) or target in parents:
                continue
        if entry.is_dir():
            real = Path(entry.path).resolve()
            yield from _digests_below(root, f"{path}/", (*parents, real))
        elif is_digest_name(entry.name) and (status := _status_of_file(entry)):
            yield _digest_file(path, status)


def _is_text(path: str) -> bool:
    """Whether a path is UTF-8; another one could not stand in a report or in the index."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _target(entry: os.DirEntry[str]) -> Path | None:
    try:
        return Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        return None


def _status_of_file(entry: os.DirEntry[str]) -> os.stat_result | None:
    """None for what is no regular file, or is gone by now."""
    try:
        status = entry.stat()
    except FileNotFoundError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _digest_file(path: str, status: os.stat_result) -> DigestFile:
    stamp = f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"
    youngest = max(status.st_mtime, status.st_ctime)
    return DigestFile(path, stamp, youngest > time.time() - YOUNGEST_TRUSTED)
