"""Writes the site as a folder of files. Each file is replaced whole, and only if it changed."""

from __future__ import annotations

import fcntl
import filecmp
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from feedsvc.config import Config
from feedsvc.encodings import ENCODINGS, Encoding, is_worth_encoding
from feedsvc.errors import BuildError
from feedsvc.files import FILES
from feedsvc.formats import FEED_FORMATS, NAMES, PAGE
from feedsvc.index import Built, Spread, in_turn, stamp_of
from feedsvc.places import Kind, Place
from feedsvc.site import Site
from feedsvc.snapshot import Snapshot
from feedsvc.weeks import DAYS_OF_A_WEEK, week_of

_FOLDER = re.compile(r"all|[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|W[0-9]{2})")
"""What the folder of a place is called."""

_TEMPORARY = re.compile(r"\.feedsvc-[0-9a-f]{16}\.tmp")
_ENDINGS = ("", *(encoding.suffix for encoding in ENCODINGS.values()))
_NAMES_IN_FOLDER = {name + ending for name in NAMES for ending in _ENDINGS}
_NAMES_IN_ROOT = {path[1:] + ending for path in FILES for ending in _ENDINGS} | _NAMES_IN_FOLDER
_FEED = next(iter(FEED_FORMATS))
"""The file of a folder that is written first and removed last: where it is, the folder is ours."""

_CHUNK = 1 << 20


@dataclass(slots=True)
class Report:
    """What a build did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    papers_left_out: int = 0
    """How many there are, where these are too many for the feeds of `/all/` to be written."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the folder as it is to be, and now is."""

    path: str
    """Of its document, with the suffix of its encoding."""
    built: Built
    is_written: bool


def build(site: Site, config: Config, spread: Spread = in_turn) -> Report:
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
        with _alone_in(out), site.snapshot(long=True) as snapshot:
            build = _Build(site, snapshot, out)
            report = build.run(spread if site.is_on_disk() else in_turn)
        site.remember_built(str(out), build.news, build.gone)
    except OSError as error:
        raise BuildError(
            f"{error.filename or config.out}: the site can't be written: {error.strerror}."
        ) from error
    return report


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other build is at work in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class _Build:
    """One build of one state of the site into one folder."""

    def __init__(self, site: Site, snapshot: Snapshot, out: Path) -> None:
        self._site = site
        self._snapshot = snapshot
        self._process = os.getpid()
        self._out = out
        self._found = _survey(out)
        # Until there is a site, a power cut has nothing to spoil; see _write.
        self._is_first = f"/{_FEED}" not in self._found
        self._folders = {out}
        self._known = snapshot.store.built(str(out))
        papers = snapshot.archive.papers
        self._papers_left_out = papers if papers > snapshot.config.all_size else 0
        self._encodings = list(ENCODINGS.values()) if snapshot.config.precompress else []
        self.news: dict[str, Built] = {}
        """The files that are not what the last build noted of them."""
        self.gone: Collection[str] = ()
        """The paths of those that the last build noted and that no longer are."""

    def run(self, spread: Spread) -> Report:
        """Writes what changed and removes what is gone."""
        report = Report(papers_left_out=self._papers_left_out)
        wanted = set()
        to_write: dict[str, list[str]] = {}
        for place, path, etag in self._documents():
            if current := self._current(path, etag):
                wanted.update(current)
                report.unchanged += len(current)
            else:
                to_write.setdefault(_group(place), []).append(path)
        written = spread(self._put, to_write.values(), len(to_write), "weeks")
        for paths, files in zip(to_write.values(), written, strict=True):
            for file in files or self._put(paths):
                wanted.add(file.path)
                self.news[file.path] = file.built
                report.written += file.is_written
                report.unchanged += not file.is_written
        for path in self._stale(wanted):
            target = self._out / path[1:]
            target.unlink()
            report.removed += 1
            with suppress(OSError):  # other files are in it
                target.parent.rmdir()
        self.gone = self._known.keys() - wanted
        return report

    def _documents(self) -> Iterator[tuple[Place, str, Callable[[], str]]]:
        """Place, path and ETag of each document, last those of the root: they lead to the others.

        Those that belong to no place count as the root's.
        """
        snapshot = self._snapshot
        home, *others = snapshot.places()
        for place in (*others, home):
            has_page_only = place.kind is Kind.EVERYTHING and self._papers_left_out
            for name in (PAGE,) if has_page_only else (*FEED_FORMATS, PAGE):
                yield place, place.path + name, partial(snapshot.etag, place, name)
        for path in FILES:
            yield home, path, partial(self._etag_of_file, path)

    def _etag_of_file(self, path: str) -> str:
        return self._snapshot.file(path).etag

    def _current(self, path: str, etag: Callable[[], str]) -> list[str]:
        """The files of a document if they need no work; else none."""
        files = [path, *(path + encoding.suffix for encoding in self._encodings_of(path))]
        etags = set()
        for file in files:
            status, known = self._found.get(file), self._known.get(file)
            if not status or not known or known.stamp != stamp_of(status):
                return []
            etags.add(known.etag)
        return files if etags == {etag()} else []

    def _encodings_of(self, path: str) -> list[Encoding]:
        """Those that a document is to be written in beside it, as long as it is in the folder."""
        status = self._found.get(path) if self._encodings else None
        type_ = FILES[path][0] if path in FILES else ""
        is_worth = status and is_worth_encoding(type_, status.st_size)
        return self._encodings if is_worth else []

    def _put(self, paths: Iterable[str]) -> list[_File]:
        """Writes documents, and the encodings of each beside it.

        Gives no files where this is a process that can't see the state that is built any more.
        """
        files: list[_File] = []
        with self._own_snapshot() as snapshot:
            snapshot.remember(DAYS_OF_A_WEEK)
            for path in paths if snapshot.archive.state == self._snapshot.archive.state else ():
                document = snapshot.document(path)
                files.append(self._write(path, document.etag, document.pieces))
                for encoding in self._encodings_of(path):
                    encoded = encoding.encode(_chunks(self._out / path[1:]), fast=False)
                    files.append(self._write(path + encoding.suffix, document.etag, encoded))
        return files

    @contextmanager
    def _own_snapshot(self) -> Iterator[Snapshot]:
        """The state that is built; a forked process opens the newest one for itself."""
        if self._process == os.getpid():
            yield self._snapshot
            return
        with self._site.snapshot() as snapshot:
            yield snapshot

    def _write(self, path: str, etag: str, pieces: Iterable[bytes]) -> _File:
        """Replaces a file in one step, unless it holds that content already."""
        target = self._out / path[1:]
        if target.parent not in self._folders:
            target.parent.mkdir(exist_ok=True)
            self._folders.add(target.parent)
        temporary = target.parent / f".feedsvc-{secrets.token_hex(8)}.tmp"
        # Unlike tempfile's, a file that is simply opened gets the mode that the umask leaves it.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb", _CHUNK) as file:
                file.writelines(pieces)
                file.flush()
                if not self._is_first:
                    # Else a power cut could leave an empty file where there was a good one.
                    os.fsync(descriptor)
            is_new = path not in self._found or not filecmp.cmp(temporary, target, shallow=False)
            if is_new:
                temporary.replace(target)
            else:
                temporary.unlink()
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._found[path] = target.stat()
        return _File(path, Built(etag, stamp_of(self._found[path])), is_new)

    def _stale(self, wanted: Collection[str]) -> list[str]:
        """The files of ours that no longer belong: of folders that hold a feed.

        The feed comes last, so that a build which is killed here leaves the rest to the next.
        """
        unwanted = self._found.keys() - wanted
        ours = {path for path in unwanted if path.rpartition("/")[0] + f"/{_FEED}" in self._found}
        return sorted(ours, key=lambda path: (path.endswith(_FEED), path))


def _group(place: Place) -> str:
    """What is written together: the documents of a week and of its days have the same papers."""
    return str(week_of(place.days[0])) if place.kind in {Kind.DAY, Kind.WEEK} else place.path


def _survey(out: Path) -> dict[str, os.stat_result]:
    """The files that may be ours, by path. Removes what a build that was killed has left."""
    found = {}
    for folder in ("", *(path.name for path in out.iterdir() if _FOLDER.fullmatch(path.name))):
        names = _NAMES_IN_FOLDER if folder else _NAMES_IN_ROOT
        prefix = f"/{folder}/" if folder else "/"
        is_empty = True
        with suppress(NotADirectoryError), os.scandir(f"{out}/{folder}") as entries:
            for entry in entries:
                is_empty = False
                if entry.name in names and entry.is_file():
                    found[prefix + entry.name] = entry.stat()
                elif _TEMPORARY.fullmatch(entry.name):
                    Path(entry.path).unlink(missing_ok=True)
        if is_empty and folder:
            with suppress(OSError):  # then it is left as it is
                (out / folder).rmdir()
    return found


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
