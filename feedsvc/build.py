"""Writes the site as a folder of files. Each file is replaced whole, and only if it changed."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from feedsvc.config import Config
from feedsvc.errors import BuildError
from feedsvc.index import Progress, silently
from feedsvc.site import FEED_FORMATS, PAGE, Site, Snapshot

_PLACE_FOLDER = re.compile(r"[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|W[0-9]{2})")
_TEMPORARY = re.compile(r"\.feedsvc-[0-9a-f]{16}\.tmp")


@dataclass(slots=True)
class Report:
    """What a build did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


def build(site: Site, config: Config, progress: Progress = silently) -> Report:
    """Makes `config.out` hold the site as `site` last saw the digests.

    Files of the site that no longer belong are removed; what feedsvc didn't write stays. At any
    moment each file is the old or the new one. Raises BuildError.
    """
    out, digests = config.out.resolve(), config.digests.resolve()
    if out == digests or out.is_relative_to(digests):
        raise BuildError(
            f"{config.out}: the site can't be written inside the digests' folder, where its pages "
            "would be read as digests; name another folder with --out."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _alone_in(out), site.snapshot() as snapshot:
            return _write_snapshot(snapshot, out, progress)
    except OSError as error:
        raise BuildError(
            f"{error.filename or config.out}: the site can't be written: {error.strerror}."
        ) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other build is at work in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_snapshot(snapshot: Snapshot, out: Path, progress: Progress) -> Report:
    report = Report()
    _remove_litter(out)
    paths = snapshot.paths()
    for path in progress(paths, "files"):
        if _write(out / path.removeprefix("/"), snapshot.document(path).content):
            report.written += 1
        else:
            report.unchanged += 1
    for stale in _stale(out, {out / path.removeprefix("/") for path in paths}):
        stale.unlink()
        report.removed += 1
        with suppress(OSError):  # somebody else's file is in it
            stale.parent.rmdir()
    return report


def _write(target: Path, content: bytes) -> bool:
    """Replaces a file in one step; False where it holds that content already."""
    with suppress(FileNotFoundError, IsADirectoryError):
        if target.stat().st_size == len(content) and target.read_bytes() == content:
            return False
    target.parent.mkdir(exist_ok=True)
    temporary = target.parent / f".feedsvc-{secrets.token_hex(8)}.tmp"
    # Unlike tempfile's, a file that is simply opened gets the mode that the umask leaves it.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _stale(out: Path, wanted: set[Path]) -> Iterator[Path]:
    """The files of days and weeks that no longer are: of folders that hold a feed of ours.

    The feed itself comes last, so that a build which is killed here leaves the rest to the next.
    """
    names = (PAGE, *reversed(FEED_FORMATS))
    for folder in _place_folders(out):
        if (folder / names[-1]).is_file():
            files = (folder / name for name in names)
            yield from [file for file in files if file not in wanted and file.is_file()]


def _remove_litter(out: Path) -> None:
    """What a build that was killed has left behind."""
    for folder in (out, out / "all", *_place_folders(out)):
        for file in folder.glob(".feedsvc-*.tmp"):
            if _TEMPORARY.fullmatch(file.name):
                file.unlink(missing_ok=True)


def _place_folders(out: Path) -> list[Path]:
    folders = (folder for folder in out.iterdir() if _PLACE_FOLDER.fullmatch(folder.name))
    return sorted(folder for folder in folders if folder.is_dir())
