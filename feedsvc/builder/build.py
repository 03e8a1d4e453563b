"""Writes the site as a folder of files: those that changed since the last build.

What a build does not do again:

- **Skipped**: a place whose version, folder and files are as the manifest of the last build says.
  That costs one `stat` for each file; no folder is listed and no document made.
- **Kept**: in a place that changed, each document whose ETag is the one in the manifest.
- **Continued**: the complete feeds, if only papers of new days were added. They are half of what a
  new day writes, so the new file is a new start, the new items, and then the old file's bytes.
- **Left**: a file that turns out to have the same bytes already.

The manifest is in the index (`BuiltPlace`). Without it, files are compared.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from feedsvc.site.aliases import ALIASES
from feedsvc.site.calendar import week_of
from feedsvc.site.deltas import continued
from feedsvc.site.documents import document, facts_for_extras, has_built_feeds
from feedsvc.site.extras import EXTRAS, extra_etag
from feedsvc.site.kinds import HOME, PAGE, Place
from feedsvc.site.site import Site
from feedsvc.site.snapshot import Snapshot

_UNPACKED = 32
"""Lists of renderings: those of a week's days in four formats, which its days share with it."""


class Report(Struct):
    """What a build did, in numbers of files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    papers_left_out: int = 0
    """The number of all papers, if these are too many for the feeds of `/all/`; else 0."""


def build(
    site: Site,
    config: Config,
    parallel_map: ParallelMap = serial_map,
    *,
    may_become_empty: bool = False,
) -> Report:
    """Makes the folder of `config.out` hold the site as `site` last saw the digests.

    Files of the site that no longer belong are removed; what feedsvc didn't write stays. At any
    moment each file is the old or the new one. Raises BuildError, also where there are no papers
    and the folder has the site of some: unless it `may_become_empty`, nothing is removed then.
    """
    out, digests = config.out_folder.resolve(), config.digests_folder.resolve()
    if _is_read(out, digests, config):
        raise BuildError(
            f"{config.out}: the site can't be written inside the digests' folder, where its pages "
            "would be read as digests; name another folder with --out, or in leave_out."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _alone_in(out):
            try:
                return _build(site, out, parallel_map, may_become_empty=may_become_empty)
            except IndexLostError:  # somebody deleted or damaged it meanwhile; it is made again
                site.refresh(parallel_map)
                return _build(site, out, parallel_map, may_become_empty=may_become_empty)
    except OSError as error:
        raise BuildError(
            f"{error.filename or config.out}: the site can't be written: {error.strerror}."
        ) from error


def ensure_not_emptied(site: Site) -> None:
    """Raises BuildError where a build of the site would remove all that the folder has of it."""
    with site.snapshot(long=True) as snapshot:
        out = site.config.out_folder.resolve()
        if out.is_dir() and _Build(site, snapshot, out).would_become_empty():
            raise _emptied(site.config, out)


def _emptied(config: Config, out: Path) -> BuildError:
    of_language = f" in {config.language}" if config.languages else ""
    return BuildError(
        f"{config.digests}: there are no papers{of_language}, but the site in {out} has some, "
        "so nothing was changed. Name the right folder with --digests; if the site is to "
        "become empty, say --allow-empty."
    )


def _is_read(out: Path, digests: Path, config: Config) -> bool:
    """Whether what is written into a folder would be read as digests."""
    if not out.is_relative_to(digests):
        return False
    inside = out.relative_to(digests)
    folders = {folder.as_posix() for folder in (inside, *inside.parents)}
    is_hidden = any(part.startswith(".") for part in inside.parts)
    return not is_hidden and not folders & config.folders_left_out


def _build(site: Site, out: Path, parallel_map: ParallelMap, *, may_become_empty: bool) -> Report:
    with site.snapshot(long=True, searchable=True, unpacked=_UNPACKED) as snapshot:
        build = _Build(site, snapshot, out)
        if build.would_become_empty() and not may_become_empty:
            raise _emptied(snapshot.config, out)
        is_shared = all(each.is_on_disk() for each in (site, *site.others))
        report = build.run(parallel_map if is_shared else serial_map)
        site.update_manifest(str(out), *build.manifest_update())
    return report


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other build is writing into a folder. Raises BuildError if it can't wait."""
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
        self._manifest = snapshot.store.manifest(str(out))
        self._output = OutputFolder(out, snapshot.config.base_url, encodings, self._manifest)
        home, *others = snapshot.places()
        # Home is written last, as it leads to the others.
        self._places = {place.path: place for place in (*others, home)}
        self._facts = facts_for_extras(snapshot)
        self._changed: dict[str, BuiltPlace] = {}
        """The places that are not as the manifest says, by path."""
        self._report = Report()

    def would_become_empty(self) -> bool:
        """Whether there are no papers any more, but places of some."""
        is_empty = not self._snapshot.catalogue.papers
        return is_empty and bool(self._output.old_places(self._places))

    def run(self, parallel_map: ParallelMap) -> Report:
        """Writes what changed and removes what no longer belongs."""
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
        """Differs if another file would now be written for a place."""
        parts = [self._snapshot.etags.place_version(place), *self._names_of_encodings]
        parts += [self._etag(place, path).encode() for path in _extras_in(place)]
        return b" ".join(parts)

    def _documents_of(self, place: Place) -> Iterator[str]:
        """The path of each document of a place; those that belong to no place are the root's."""
        feeds = place.feeds if has_built_feeds(self._snapshot, place) else []
        for name in (*feeds, *place.kind.lists, PAGE):
            yield place.path + name
        yield from _extras_in(place)
        if place.path == HOME:
            yield from (HOME + name for name, target in ALIASES.items() if target in feeds)

    def _kept(self, place: Place, path: str) -> dict[str, BuiltFile]:
        """The files of a document in the manifest, by name, if all are still right; else none."""
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
            return extra_etag(path, self._facts)
        return self._snapshot.etags.etag(place, _split(_unaliased(path))[1])

    def _noted(self, path: str) -> BuiltFile | None:
        """The file in the manifest, if it is still as noted there."""
        place, name = _split(path)
        known = self._manifest.get(place)
        file = known.files.get(name) if known else None
        return file if file and file.signature == self._output.signature(path) else None

    def _write(self, paths: Iterable[str]) -> list[WrittenFile]:
        """Writes documents.

        Returns no files if this process can no longer see the state that is built.
        """
        with self._own_snapshot() as snapshot, self._output.writing() as writer:
            for path in paths if snapshot.identity == self._snapshot.identity else ():
                made = self._continued(snapshot, path) or document(snapshot, _unaliased(path))
                writer.put(path, made.pieces, made.etag)
        return writer.written

    def _continued(self, snapshot: Snapshot, path: str) -> Document | None:
        """A document that continues the file of the last build, if only new papers were added."""
        noted = self._noted(path)
        if not noted:
            return None
        return continued(snapshot, _unaliased(path), noted.etag, partial(self._output.read, path))

    @contextmanager
    def _own_snapshot(self) -> Iterator[Snapshot]:
        """The state that is built; a forked process opens the newest one for itself."""
        if self._process == os.getpid():
            yield self._snapshot
            return
        with self._site.snapshot(unpacked=_UNPACKED) as snapshot:
            yield snapshot

    def _note(self, files: Sequence[WrittenFile]) -> None:
        for path, built, is_new in files:
            place, name = _split(path)
            self._changed[place].files[name] = built
            self._report.written += is_new
            self._report.unchanged += not is_new

    def _clean_up(self) -> None:
        """Removes files of places that are gone, and what killed processes left behind."""
        for path in (*self._changed, *self._output.old_places(self._places)):
            self._output.look_into(path)
        wanted = {path + name for path, built in self._changed.items() for name in built.files}
        self._report.removed = self._output.remove_all_but(wanted)


def _group(place: Place) -> str:
    """Names what is written together: a week and its days, as they have the same papers.

    A place without a last day is written alone.
    """
    return str(week_of(place.days[0])) if place.last_day else place.path


def _extras_in(place: Place) -> Iterable[str]:
    """The paths of the documents that belong to no place, which are in the root; else none."""
    return EXTRAS if place.path == HOME else ()


def _unaliased(path: str) -> str:
    """The path of the document that a file holds."""
    place, name = _split(path)
    return place + ALIASES.get(name, name) if place == HOME else path


def _split(path: str) -> tuple[str, str]:
    """The path of the place that a file is in, and the file's name."""
    folder, slash, name = path.rpartition("/")
    return folder + slash, name
