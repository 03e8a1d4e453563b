"""The folder of digests: finds the digests in it and reads them. Writes nothing."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from feedsvc.errors import FolderError
from feedsvc.index.languages import Languages, foreign, language_inside, languages_of
from feedsvc.index.names import may_be_digest_name, sort_names, without_descriptions
from feedsvc.parser import READERS

YOUNGEST_TRUSTED = 2.0
"""Seconds. A file that changed more recently may change again within one tick of the clock."""

LONGEST_FRONT_MATTER = 4096
"""Bytes at the start of a digest in which its language is looked for."""

_NO_FILE = "it is not a regular file"


class DigestFile(Struct, frozen=True):
    """A digest as the file system shows it, not opened."""

    path: str
    """Inside the folder, with forward slashes. The path of a folder ends in one."""
    signature: str
    """See `signature_of`; any other text for a file that is skipped."""
    is_young: bool = False
    """Whether the file changed too recently for the signature to be trusted."""
    trouble: str = ""
    """Why it is skipped; empty for a file that may be opened."""


def find_digests(
    folder: Path, leave_out: Collection[str] = (), languages: Languages | None = None
) -> list[DigestFile]:
    """The digests below `folder`, in their order. Raises FolderError if it can't be read.

    The list includes what looks like a digest but must be skipped: links that lead out of the
    folder or nowhere, and all that is not a regular file, as opening a pipe would wait for ever. It
    also includes inner folders that can't be read, but not hidden files. `leave_out` has the paths
    of inner folders that are passed by. Of several languages only those in one are given.
    """
    try:
        root = folder.resolve(strict=True)
        found, waiting = _scan(root, "", (root,))
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "its links form a loop"
        raise FolderError(
            f"{folder}: the folder of digests can't be read: {reason}. "
            "Name another one with --digests or FEEDSVC_DIGESTS."
        ) from error
    while waiting:
        inside, parents = waiting.pop()
        if inside.removesuffix("/") in leave_out:
            continue
        try:
            digests, folders = _scan(root, inside, parents)
        except OSError as error:
            found.append(_left_alone(inside, f"the folder can't be read: {error.strerror}"))
        else:
            found += digests
            waiting += folders
    digests = _sorted_out(found)
    if languages:
        digests = _in_language(root, digests, languages)
    return sorted(digests, key=lambda digest: digest_order(digest.path))


def files_that_end_so(folder: Path, leave_out: Collection[str] = ()) -> list[str]:
    """The paths of all files below `folder` with the ending of a digest, hidden ones apart."""
    found = []
    for above, folders, names in os.walk(folder):
        inside = Path(above).relative_to(folder)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (inside / name).as_posix() not in leave_out
        ]
        found += [
            os.fsencode(inside / name).decode(errors="replace")
            for name in names
            if not name.startswith(".") and Path(name).suffix.lower() in READERS
        ]
    return sorted(found)


def _sorted_out(found: list[DigestFile]) -> list[DigestFile]:
    """The files, copies and drafts of digests among them left alone."""
    left_out = sort_names(digest.path for digest in found if not digest.trouble).left_out
    return [
        _left_alone(digest.path, reason) if (reason := left_out.get(digest.path)) else digest
        for digest in found
    ]


def _in_language(root: Path, found: list[DigestFile], languages: Languages) -> list[DigestFile]:
    """Those in one language; with the first also those in none of them, left alone.

    A folder that can't be read may have digests in each.
    """
    by_path = {digest.path: digest for digest in found if not digest.path.endswith("/")}

    def inside(path: str) -> str:
        digest = by_path[path]
        look = _language_inside.__wrapped__ if digest.is_young else _language_inside
        return "" if digest.trouble else look(root / path, digest.signature)

    said = languages_of(by_path, languages.codes, inside)
    left_out = foreign(said, languages.codes) if languages.is_first else {}
    return [
        _left_alone(digest.path, reason) if (reason := left_out.get(digest.path)) else digest
        for digest in found
        if digest.path in left_out or said.get(digest.path, languages.own) == languages.own
    ]


@lru_cache(1 << 16)
def _language_inside(file: Path, _signature: str) -> str:
    """What the front matter of a digest says, of which no more is read than may have it."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            return language_inside(stream.read(LONGEST_FRONT_MATTER))
    except OSError:  # it is reported when all of it is read
        return ""


def digest_order(path: str) -> tuple[str, str]:
    """The sort key of digests: `2024-11-18.md` comes before `2024-11-18.en.md`."""
    stem, _, suffix = path.rpartition(".")
    return stem, suffix


def read_digest(folder: Path, path: str, most_bytes: int) -> bytes:
    """The bytes of a digest. Raises OSError, also if there are more than `most_bytes`."""
    descriptor = os.open(folder / path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, _NO_FILE)
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"it has more than {most_bytes} bytes (largest_file)")
    return data


_Folder = tuple[str, tuple[Path, ...]]
"""A folder's path inside that of the digests, and the real paths from that one to its own."""


def _scan(
    root: Path, inside: str, parents: tuple[Path, ...]
) -> tuple[list[DigestFile], list[_Folder]]:
    """The digests and the folders in a folder. Raises OSError."""
    digests: list[DigestFile] = []
    folders: list[_Folder] = []
    with os.scandir(root / inside) as entries:
        for entry in entries:
            seen = None if entry.name.startswith(".") else _look_at(entry, inside, parents)
            if isinstance(seen, DigestFile):
                digests.append(seen)
            elif seen:
                folders.append((f"{inside}{entry.name}/", (*parents, seen)))
    kept = set(without_descriptions(digest.path for digest in digests))
    return [digest for digest in digests if digest.path in kept], folders


def _look_at(
    entry: os.DirEntry[str], inside: str, parents: tuple[Path, ...]
) -> DigestFile | Path | None:
    """An entry as a digest, or the real path if it is a folder; None for others."""
    path, is_digest = inside + entry.name, may_be_digest_name(entry.name)
    try:
        real, status = _follow(entry, parents)
    except FileNotFoundError:
        return None  # gone by now
    except OSError as error:
        is_meant = is_digest or entry.is_symlink()
        return _left_alone(path, error.strerror or str(error)) if is_meant else None
    is_folder = stat.S_ISDIR(status.st_mode)
    if not is_folder and not is_digest:
        return None
    if not _is_text(entry.name):
        return _left_alone(path, "its name is not UTF-8")
    if is_folder:
        return Path(real)
    return _digest_file(path, status)


def signature_of(status: os.stat_result) -> str:
    """Changes when a file is replaced or changed, except within one tick of the clock."""
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"


def _digest_file(path: str, status: os.stat_result) -> DigestFile:
    if not stat.S_ISREG(status.st_mode):
        return _left_alone(path, _NO_FILE)
    now = time.time()
    # A time to come, as of a file that a clock ahead has made, is no time that a change would get.
    is_young = any(
        abs(now - changed) < YOUNGEST_TRUSTED for changed in (status.st_mtime, status.st_ctime)
    )
    return DigestFile(path, signature_of(status), is_young)


def _follow(entry: os.DirEntry[str], parents: tuple[Path, ...]) -> tuple[str, os.stat_result]:
    """The real path and the status of an entry. Raises OSError for links that must be skipped."""
    if not entry.is_symlink():
        return entry.path, entry.stat()
    try:
        real = Path(entry.path).resolve(strict=True)
    except FileNotFoundError as error:
        raise OSError(errno.EINVAL, "the link leads nowhere") from error
    except RuntimeError as error:
        raise OSError(errno.ELOOP, "its links form a loop") from error
    if not real.is_relative_to(parents[0]):
        raise OSError(errno.EINVAL, "the link leads out of the folder")
    if real in parents:
        raise OSError(errno.ELOOP, "its links form a loop")
    return str(real), real.stat()


def _left_alone(path: str, reason: str) -> DigestFile:
    as_text = os.fsencode(path).decode(errors="replace")
    return DigestFile(as_text, reason, trouble=reason)


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8; any other can't be written to a report or the index."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
