"""Writes the site as a folder of files, as far as they changed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.config import Config
from feedsvc.encodings import ENCODINGS, Encoding, is_worth_encoding
from feedsvc.errors import BuildError
from feedsvc.files import FILES
from feedsvc.formats import FEED_FORMATS, PAGE
from feedsvc.index import BuiltFile, BuiltPlace, Spread, in_turn
from feedsvc.model import Document
from feedsvc.output import Draft, Output
from feedsvc.places import Kind, Place
from feedsvc.site import Site
from feedsvc.snapshot import Snapshot
from feedsvc.weeks import DAYS_OF_A_WEEK, week_of

_LARGE = 1 << 20
"""Bytes; a disk takes long enough for so many that the next document is made meanwhile."""

_DRAFTS = 2
"""That a disk is given at a time: one may get its name while the next one's bytes are written."""

_File = tuple[str, BuiltFile, bool]
"""A file's path, what it now is, and whether that is new."""


class Report(Struct):
    """What a build did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    papers_left_out: int = 0
    """How many there are, where these are too many for the feeds of `/all/` to be written."""


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
            site.remember_built(str(out), *build.notes())
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
        self._output = Output(out)
        home, *others = snapshot.places()
        # Home, which leads to the others, is written last.
        self._places = {place.path: place for place in (*others, home)}
        self._known = snapshot.store.built(str(out))
        papers = snapshot.archive.papers
        self._papers_left_out = papers if papers > snapshot.config.all_size else 0
        self._encodings = list(ENCODINGS.values()) if snapshot.config.precompress else []
        self._changed: dict[str, BuiltPlace] = {}
        """The places that are not as the last build noted them, by path."""
        self._report = Report(papers_left_out=self._papers_left_out)

    def run(self, spread: Spread) -> Report:
        """Writes what changed and removes what is gone."""
        self._write(self._stale_documents(), spread)
        self._clean_up()
        return self._report

    def notes(self) -> tuple[dict[str, BuiltPlace], Collection[str]]:
        """What the next build may know: what is new in places, and the paths of those gone."""
        news = {
            path: replace(built, stamp=self._output.folder_stamp(path))
            for path, built in self._changed.items()
        }
        return news, self._known.keys() - self._places.keys()

    def _stale_documents(self) -> list[list[str]]:
        """The paths of the documents that are to be written, by what is written together."""
        to_write: dict[str, list[str]] = {}
        for path, place in self._places.items():
            tag, known = self._tag(place), self._known.get(path)
            if known and known.tag == tag and self._output.is_as_noted(path, known):
                self._report.unchanged += len(known.files)
                continue
            self._output.look_into(path)
            self._changed[path] = BuiltPlace(tag, "", {})
            for document, etag in self._documents(place):
                if current := self._current(document, etag):
                    self._changed[path].files.update(current)
                    self._report.unchanged += len(current)
                else:
                    to_write.setdefault(_group(place), []).append(document)
        return list(to_write.values())

    def _write(self, groups: Sequence[Sequence[str]], spread: Spread) -> None:
        written = spread(self._put, groups, len(groups), "weeks")
        for paths, files in zip(groups, written, strict=True):
            for path, file, is_new in files or self._put(paths):
                place, name = _split(path)
                self._changed[place].files[name] = file
                self._report.written += is_new
                self._report.unchanged += not is_new

    def _clean_up(self) -> None:
        """Removes what is of no place any more, and drafts of processes that the system ended."""
        for path in (*self._changed, *(self._output.places() - self._places.keys())):
            self._output.look_into(path)
        wanted = {path + name for path, built in self._changed.items() for name in built.files}
        self._report.removed = self._output.remove_all_but(wanted)

    def _tag(self, place: Place) -> bytes:
        """Differs where another file would be written for a place than was written for it."""
        tag = self._snapshot.tag(place) + b"+" * len(self._encodings)
        for path in _files_of(place):
            tag += self._snapshot.file(path).etag.encode()
        return tag

    def _documents(self, place: Place) -> Iterator[tuple[str, Callable[[], str]]]:
        """Path and ETag of each document of a place; those that belong to no place are the root's.

        The first is the one that says whose the folder is, see `Output.remove_all_but`.
        """
        has_page_only = place.kind is Kind.EVERYTHING and self._papers_left_out
        for name in (PAGE,) if has_page_only else (*FEED_FORMATS, PAGE):
            yield place.path + name, partial(self._snapshot.etag, place, name)
        for path in _files_of(place):
            yield path, partial(self._etag_of_file, path)

    def _etag_of_file(self, path: str) -> str:
        return self._snapshot.file(path).etag

    def _current(self, path: str, etag: Callable[[], str]) -> dict[str, BuiltFile]:
        """The files of a document as they were noted, by name, if they need no work; else none."""
        document = self._as_noted(path)
        if not document or document.etag != etag():
            return {}
        _, name = _split(path)
        files = {name: document}
        for encoding in self._encodings_of(path):
            encoded = self._as_noted(path + encoding.suffix)
            if not encoded or encoded.etag != document.etag:
                return {}
            files[name + encoding.suffix] = encoded
        return files

    def _as_noted(self, path: str) -> BuiltFile | None:
        """What was noted of a file, as long as it holds."""
        place, name = _split(path)
        known = self._known.get(place)
        file = known.files.get(name) if known else None
        return file if file and file.stamp == self._output.stamp(path) else None

    def _encodings_of(self, path: str) -> list[Encoding]:
        """Those that a document is to be written in beside it, as long as it is in the folder."""
        type_ = FILES[path][0] if path in FILES else ""
        is_worth = self._encodings and is_worth_encoding(type_, self._output.size(path))
        return self._encodings if is_worth else []

    def _put(self, paths: Iterable[str]) -> list[_File]:
        """Writes documents, and the encodings of each beside it.

        Gives no files where this is a process that can't see the state that is built any more.
        """
        files: list[_File] = []
        later: list[Future[_File]] = []
        with self._own_snapshot() as snapshot, ThreadPoolExecutor(_DRAFTS) as disk:
            snapshot.remember(DAYS_OF_A_WEEK)
            for path in paths if snapshot.archive.state == self._snapshot.archive.state else ():
                document = self._continued(snapshot, path) or snapshot.document(path)
                draft = self._output.write(path, document.pieces)
                if self._may_wait(draft):
                    later.append(disk.submit(self._settle, draft, document.etag))
                    continue
                files.append(self._settle(draft, document.etag))
                for encoding in self._encodings_of(path):
                    encoded = encoding.encode(self._output.read(path), fast=False)
                    draft = self._output.write(path + encoding.suffix, encoded)
                    files.append(self._settle(draft, document.etag))
        return [*files, *(file.result() for file in later)]

    def _may_wait(self, draft: Draft) -> bool:
        """Whether a draft is worth a thread, and there is nothing that must come after it.

        What is in a folder comes after its first file, encodings come after what they encode.
        """
        is_there = self._output.size(draft.path) > 0
        return draft.size >= _LARGE and is_there and not self._encodings

    def _continued(self, snapshot: Snapshot, path: str) -> Document | None:
        """A document made from the file that the last build wrote, where only new papers came."""
        file = self._as_noted(path)
        if not file:
            return None
        return snapshot.continued(path, file.etag, partial(self._output.read, path))

    @contextmanager
    def _own_snapshot(self) -> Iterator[Snapshot]:
        """The state that is built; a forked process opens the newest one for itself."""
        if self._process == os.getpid():
            yield self._snapshot
            return
        with self._site.snapshot() as snapshot:
            yield snapshot

    def _settle(self, draft: Draft, etag: str) -> _File:
        is_written = self._output.settle(draft)
        return draft.path, BuiltFile(etag, self._output.stamp(draft.path)), is_written


def _group(place: Place) -> str:
    """What is written together: the documents of a week and of its days have the same papers."""
    return str(week_of(place.days[0])) if place.kind in {Kind.DAY, Kind.WEEK} else place.path


def _files_of(place: Place) -> Iterable[str]:
    """The paths of the documents that belong to no place, for the root, where they are."""
    return FILES if place.kind is Kind.HOME else ()


def _split(path: str) -> tuple[str, str]:
    """The path of the place that a file is in, and the file's name."""
    folder, slash, name = path.rpartition("/")
    return folder + slash, name
