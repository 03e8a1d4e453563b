"""The folder of a static site: finds the files of ours in it, and replaces each in one step."""

# ruff: noqa: PTH116, PTH208 - Path is several times slower, and a site has thousands of files

from __future__ import annotations

import filecmp
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from feedsvc.compression import ENCODINGS, Encoding, is_worth_encoding
from feedsvc.feeds.formats import FORMATS
from feedsvc.index.digest_folder import signature_of
from feedsvc.index.store import BuiltFile, BuiltPlace
from feedsvc.site.extras import EXTRAS
from feedsvc.site.places import HOME, KINDS, kind_at

_TEMPORARY = re.compile(r"\.feedsvc-[0-9a-f]{16}\.tmp")

_CHUNK = 1 << 20

_LARGE = 1 << 20
"""Bytes; while this many are synced, the next document can be made."""

_MOST_PENDING = 2
"""Files that threads settle at a time: one is synced while the next is written."""


class WrittenFile(NamedTuple):
    """A file that was to be written."""

    path: str
    built: BuiltFile
    is_new: bool
    """False if the file had the same bytes before."""


class PendingFile(Struct, frozen=True):
    """A file that is written but doesn't have its final name yet."""

    path: str
    file: Path
    size: int
    """Bytes."""


class OutputFolder:
    """A folder and the files in it that may be ours.

    Paths are those of documents and places: they begin with a slash, which is the folder itself.
    The files of a place are known after `look_into`. Every method may raise OSError.
    """

    def __init__(self, folder: Path, encodings: Sequence[Encoding]) -> None:
        """Each file that gets shorter by it is also written in these encodings."""
        self._folder = folder
        self._encodings = encodings
        self._found: dict[str, os.stat_result] = {}
        self._folders = {folder}
        self._marker = next(iter(FORMATS))
        """The file that is written first and removed last: a folder that has it is ours."""
        # Without an older site, a power cut can damage nothing; see `settle`.
        self._is_first = not (folder / self._marker).exists()
        endings = ("", *(encoding.suffix for encoding in ENCODINGS.values()))
        names = {name for kind in KINDS for name in kind.names}
        self._names_in_folder = {name + ending for name in names for ending in endings}
        self._names_in_root = self._names_in_folder | {
            path[1:] + ending for path in EXTRAS for ending in endings
        }

    def places(self) -> set[str]:
        """The paths of the places that have, or may have, a folder."""
        paths = (f"/{name}/" for name in os.listdir(self._folder))
        return {HOME, *(path for path in paths if kind_at(path))}

    def is_as_noted(self, place: str, built: BuiltPlace) -> bool:
        """Whether no file of a place was added, changed or removed since a build."""
        folder = f"{self._folder}{place}"
        try:
            if self.folder_signature(place) != built.signature:
                return False
            for name, file in built.files.items():
                if signature_of(os.stat(folder + name)) != file.signature:
                    return False
        except OSError:
            return False
        return True

    def look_into(self, place: str) -> None:
        """Finds the files of a place; removes what a killed build left there."""
        names = self._names_in_root if place == HOME else self._names_in_folder
        folder = f"{self._folder}{place}"
        is_empty = False
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            is_empty = True
            for entry in entries:
                is_empty = False
                if entry.name in names and entry.is_file():
                    self._found[place + entry.name] = entry.stat()
                elif _TEMPORARY.fullmatch(entry.name):
                    Path(entry.path).unlink(missing_ok=True)
        if is_empty and place != HOME:
            with suppress(OSError):  # then the folder stays
                Path(folder).rmdir()

    def folder_signature(self, place: str) -> str:
        """The signature of a place's folder, which changes when a file is added or removed."""
        return signature_of(os.stat(f"{self._folder}{place}"))

    def signature(self, path: str) -> str:
        """The signature of a file, see `signature_of`; empty if there is no such file."""
        status = self._found.get(path)
        return signature_of(status) if status else ""

    def encodings_of(self, path: str) -> Sequence[Encoding]:
        """The encodings in which a file that is in the folder must be beside it."""
        type_ = EXTRAS[path][0] if path in EXTRAS else ""
        return self._encodings if is_worth_encoding(type_, self._size(path)) else ()

    def read(self, path: str, start: int = 0, end: int = 0) -> Iterator[bytes]:
        """A file in pieces, without the first `start` and the last `end` bytes."""
        with (self._folder / path[1:]).open("rb", buffering=0) as file:
            left = self._size(path) - start - end
            file.seek(start)
            while left > 0 and (piece := file.read(min(left, _CHUNK))):
                left -= len(piece)
                yield piece

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Gives a writer of files; at the end all files have their final names."""
        with ThreadPoolExecutor(_MOST_PENDING) as disk:
            writer = Writer(self, disk)
            yield writer
            writer.finish()

    def remove_all_but(self, wanted: Collection[str]) -> int:
        """Removes unwanted files from folders that are ours; returns how many.

        The marker is removed last, so that the next build continues if this one is killed here.
        """
        marker = self._marker
        unwanted = self._found.keys() - wanted
        ours = {path for path in unwanted if f"{path.rpartition('/')[0]}/{marker}" in self._found}
        for path in sorted(ours, key=lambda path: (path.endswith(marker), path)):
            target = self._folder / path[1:]
            target.unlink()
            with suppress(OSError):  # other files are in it
                target.parent.rmdir()
        return len(ours)

    def write(self, path: str, pieces: Iterable[bytes]) -> PendingFile:
        """Writes the new content of a file under a temporary name beside it."""
        target = self._folder / path[1:]
        if target.parent not in self._folders:
            target.parent.mkdir(exist_ok=True)
            self._folders.add(target.parent)
        file = target.parent / f".feedsvc-{os.urandom(8).hex()}.tmp"
        # Not tempfile: its files are private, while these get the mode that the umask allows.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with _removed_on_failure(file), os.fdopen(descriptor, "wb", _CHUNK) as stream:
            stream.writelines(pieces)
            return PendingFile(path, file, stream.tell())

    def may_settle_later(self, pending: PendingFile) -> bool:
        """Whether a file is large enough for a thread, and no other file has to wait for it.

        A folder's first file comes before its others, and a file before its encodings.
        """
        is_there = self._size(pending.path) > 0
        return pending.size >= _LARGE and is_there and not self._encodings

    def settle(self, pending: PendingFile, etag: str) -> WrittenFile:
        """Replaces a file in one step, unless it has the same bytes already."""
        target = self._folder / pending.path[1:]
        with _removed_on_failure(pending.file):
            if not self._is_first:
                # Otherwise a power cut could leave an empty file in place of a good one.
                _sync(pending.file)
            is_new = pending.path not in self._found or not filecmp.cmp(
                pending.file, target, shallow=False
            )
            if is_new:
                pending.file.replace(target)
            else:
                pending.file.unlink()
        self._found[pending.path] = target.stat()
        return WrittenFile(pending.path, BuiltFile(etag, self.signature(pending.path)), is_new)

    def _size(self, path: str) -> int:
        """Bytes of a file; 0 if there is none."""
        status = self._found.get(path)
        return status.st_size if status else 0


class Writer:
    """Writes files into an output folder; long ones are settled while the next is made."""

    def __init__(self, folder: OutputFolder, disk: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._disk = disk
        self._later: list[Future[WrittenFile]] = []
        self.written: list[WrittenFile] = []
        """The files that have their final names."""

    def put(self, path: str, pieces: Iterable[bytes], etag: str) -> None:
        """Writes a file, and the same in each encoding beside it."""
        folder = self._folder
        pending = folder.write(path, pieces)
        if folder.may_settle_later(pending):
            self._later.append(self._disk.submit(folder.settle, pending, etag))
            return
        self.written.append(folder.settle(pending, etag))
        for encoding in folder.encodings_of(path):
            encoded = encoding.encode(folder.read(path), fast=False)
            pending = folder.write(path + encoding.suffix, encoded)
            self.written.append(folder.settle(pending, etag))

    def finish(self) -> None:
        """Waits until all files have their final names."""
        self.written += [file.result() for file in self._later]


@contextmanager
def _removed_on_failure(file: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _sync(file: Path) -> None:
    """Waits until the content of a file is on the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
