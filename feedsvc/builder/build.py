"""Writes the site as a folder of files, as far as they changed.

What a build does not do again:

- **Skipped**: a place whose version, folder and files are as the manifest of the last build notes.
  That costs one look at each file, and neither lists a folder nor makes a document.
- **Kept**: in a place that changed, each document whose ETag is the one noted with its file.
- **Continued**: the complete feeds, where only papers of new days came. They are half of what a new
  day writes, so the new file is a new start, the new items, and the old file's bytes behind them.
- **Left**: a file that turns out to hold the same bytes already.

The manifest is in the index (`BuiltPlace`). Without it files are compared.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.builder.output_folder import OutputFolder, WrittenFile
from feedsvc.compression import ENCODINGS
from feedsvc.config import Config
from feedsvc.errors import BuildError, IndexLostError
from feedsvc.index.store import BuiltFile, BuiltPlace
from feedsvc.model import Document
from feedsvc.parallel.mapping import ParallelMap, serial_map
from feedsvc.site.calendar import week_of
from feedsvc.site.deltas import continued
from feedsvc.site.documents import document, extra, has_built_feeds
from feedsvc.site.extras import EXTRAS
from feedsvc.site.places import HOME, PAGE, Place, all_places
from feedsvc.site.site import Site
from feedsvc.site.snapshot import Snapshot

MOST_ATTEMPTS = 3
"""To build while others delete the index."""


class Report(Struct):
    """What a build did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    papers_left_out: int = 0
    """How many there are, where these are too many for the feeds of `/all/` to be written."""


def build(site: Site, config: Config, parallel_map: ParallelMap = serial_map) -> Report:
    """Makes `config.out` hold the site as `site` last saw the digests.

    Files of the site that no longer belong are removed; what feedsvc didn't write stays. At any
    moment each file is the old or the new one. An index that is lost meanwhile is made anew.
    Raises BuildError.
    """
    for _ in range(MOST_ATTEMPTS - 1):
        with suppress(IndexLostError):
            return _build_once(site, config, parallel_map)
        site.refresh(parallel_map)
    return _build_once(site, config, parallel_map)


def _build_once(site: Site, config: Config, parallel_map: ParallelMap) -> Report:
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
            report = build.run(parallel_map if site.is_on_disk() else serial_map)
            site.update_manifest(str(out), *build.manifest_update())
    except OSError as error:
        raise BuildError(
            f"{error.filename or config.out}: the site can't be written: {error.strerror}."
        ) from error
    return report


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other build is at work in a folder. Raises BuildError where nothing can."""
    try:
        import fcntl  # noqa: PLC0415 - which Windows has not
    except ImportError as error:
        raise BuildError(
            f"{folder}: a site can't be built on this system, which has no flock(2); on Windows "
            "use the Windows Subsystem for Linux."
        ) from error
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
        encodings = [*ENCODINGS.values()] if snapshot.config.precompress else []
        self._names_of_encodings = [encoding.name.encode() for encoding in encodings]
        self._output = OutputFolder(out, encodings)
        home, *others = all_places(snapshot.scope())
        # Home, which leads to the others, is written last.
        self._places = {place.path: place for place in (*others, home)}
        self._manifest = snapshot.store.manifest(str(out))
        self._changed: dict[str, BuiltPlace] = {}
        """The places that are not as the manifest notes them, by path."""
        self._report = Report()

    def run(self, parallel_map: ParallelMap) -> Report:
        """Writes what changed and removes what is gone."""
        groups = self._documents_to_write()
        written = parallel_map(self._write, groups, len(groups), "weeks")
        for paths, files in zip(groups, written, strict=True):
            self._note(files or self._write(paths))
        self._clean_up()
        return self._report

    def manifest_update(self) -> tuple[dict[str, BuiltPlace], Collection[str]]:
        """What the next build may know: what is new in places, and the paths of those gone."""
        news = {
            path: replace(built, signature=self._output.folder_signature(path))
            for path, built in self._changed.items()
        }
        return news, self._manifest.keys() - self._places.keys()

    def _documents_to_write(self) -> list[list[str]]:
        """The paths of the documents that changed, by what is written together."""
        to_write: dict[str, list[str]] = {}
        for path, place in self._places.items():
            version, noted = self._version(place), self._manifest.get(path)
            if not has_built_feeds(self._snapshot, place):
                self._report.papers_left_out = self._snapshot.catalogue.papers
            if noted and noted.version == version and self._output.is_as_noted(path, noted):
                self._report.unchanged += len(noted.files)
                continue
            self._output.look_into(path)
            self._changed[path] = BuiltPlace(version, "", {})
            for document_path in self._documents_of(place):
                if kept := self._kept(place, document_path):
                    self._changed[path].files.update(kept)
                    self._report.unchanged += len(kept)
                else:
                    to_write.setdefault(_group(place), []).append(document_path)
        return [*to_write.values()]

    def _version(self, place: Place) -> bytes:
        """Differs where another file would be written for a place than was written for it."""
        parts = [self._snapshot.etags.place_version(place), *self._names_of_encodings]
        parts += [extra(self._snapshot, path).etag.encode() for path in _extras_in(place)]
        return b" ".join(parts)

    def _documents_of(self, place: Place) -> Iterator[str]:
        """The path of each document of a place; those that belong to no place are the root's.

        The first is the one that says whose the folder is, see `OutputFolder.remove_all_but`.
        """
        feeds = place.kind.feeds if has_built_feeds(self._snapshot, place) else []
        for name in (*feeds, PAGE):
            yield place.path + name
        yield from _extras_in(place)

    def _kept(self, place: Place, path: str) -> dict[str, BuiltFile]:
        """The files of a document as noted, by name, if nothing is to be done for it; else none."""
        name = path.rpartition("/")[2]
        noted = self._noted(path)
        if not noted or noted.etag != self._etag(place, path):
            return {}
        files = {name: noted}
        for encoding in self._output.encodings_of(path):
            encoded = self._noted(path + encoding.suffix)
            if not encoded or encoded.etag != noted.etag:
                return {}
            files[name + encoding.suffix] = encoded
        return files

    def _etag(self, place: Place, path: str) -> str:
        if path in EXTRAS:
            return extra(self._snapshot, path).etag
        return self._snapshot.etags.etag(place, path.rpartition("/")[2])

    def _noted(self, path: str) -> BuiltFile | None:
        """What the manifest says of a file, as long as that holds."""
        place, name = _split(path)
        known = self._manifest.get(place)
        file = known.files.get(name) if known else None
        return file if file and file.signature == self._output.signature(path) else None

    def _write(self, paths: Iterable[str]) -> list[WrittenFile]:
        """Writes documents.

        Gives no files where this is a process that can't see the state that is built any more.
        """
        with self._own_snapshot() as snapshot, self._output.writing() as writer:
            for path in paths if snapshot.catalogue.state == self._snapshot.catalogue.state else ():
                made = self._continued(snapshot, path) or document(snapshot, path)
                writer.put(path, made.pieces, made.etag)
        return writer.written

    def _continued(self, snapshot: Snapshot, path: str) -> Document | None:
        """A document made from the file that the last build wrote, where only new papers came."""
        noted = self._noted(path)
        if not noted:
            return None
        return continued(snapshot, path, noted.etag, partial(self._output.read, path))

    @contextmanager
    def _own_snapshot(self) -> Iterator[Snapshot]:
        """The state that is built; a forked process opens the newest one for itself."""
        if self._process == os.getpid():
            yield self._snapshot
            return
        with self._site.snapshot() as snapshot:
            yield snapshot

    def _note(self, files: Sequence[WrittenFile]) -> None:
        for path, built, is_new in files:
            place, name = _split(path)
            self._changed[place].files[name] = built
            self._report.written += is_new
            self._report.unchanged += not is_new

    def _clean_up(self) -> None:
        """Removes what is of no place any more, and what killed processes have left."""
        for path in (*self._changed, *(self._output.places() - self._places.keys())):
            self._output.look_into(path)
        wanted = {path + name for path, built in self._changed.items() for name in built.files}
        self._report.removed = self._output.remove_all_but(wanted)


def _group(place: Place) -> str:
    """What is written together: the documents of a week and of its days have the same papers.

    A place without a last day is written alone.
    """
    return str(week_of(place.days[0])) if place.last_day else place.path


def _extras_in(place: Place) -> Iterable[str]:
    """The paths of the documents that belong to no place, for the root, where they are."""
    return EXTRAS if place.path == HOME else ()


def _split(path: str) -> tuple[str, str]:
    """The path of the place that a file is in, and the file's name."""
    folder, slash, name = path.rpartition("/")
    return folder + slash, name
