"""The folder of a static site: which files of ours are in it, and how each is replaced whole.

Ours are the files that the manifest of the last build notes. Where the index with the manifest was
deleted, they are also those of the names that documents have: in the folder of a place, and in one
whose document says that it is of the place with that address. All else stays as it is, and no link
is followed.
"""

# ruff: noqa: PTH102, PTH105, PTH108, PTH112, PTH114, PTH116, PTH208 - Path is several times slower, and a site has thousands of files

from __future__ import annotations

import errno
import filecmp
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from feedsvc.compression import ENCODINGS, Encoding, is_worth_encoding
from feedsvc.index.digest_folder import signature_of
from feedsvc.index.store import BuiltFile, BuiltPlace
from feedsvc.index.topic_keys import TOPICS
from feedsvc.site.aliases import ALIASES
from feedsvc.site.extras import EXTRAS
from feedsvc.site.kinds import HOME, PAGE, SAVED, address
from feedsvc.site.places import KINDS, kind_at

_PREFIXES = (f"{TOPICS}/", f"{SAVED}/")
"""The folders in which places have folders of their own."""

_ENDINGS = ("", *(encoding.suffix for encoding in ENCODINGS.values()))
_TEMPORARY = re.compile(r"\.feedsvc-[0-9a-f]{16}\.tmp")

_CHUNK = 1 << 20

_LOOKED_AT = 8192
"""The first bytes of a document, which have its own address."""

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
    file: str
    size: int
    """Bytes."""


class OutputFolder:
    """A folder and the files in it that may be ours.

    Paths are those of documents and places: they begin with a slash, which is the folder itself.
    The files of a place are known after `look_into`. Every method may raise OSError.
    """

    def __init__(
        self,
        folder: Path,
        base_url: str,
        encodings: Sequence[Encoding],
        manifest: Mapping[str, BuiltPlace],
    ) -> None:
        """Each file that gets shorter by it is also written in these encodings."""
        self._folder = folder
        self._base_url = base_url
        self._encodings = encodings
        self._manifest = manifest
        self._found: dict[str, os.stat_result] = {}
        self._folders = {str(folder)}
        # Without an older site, a power cut can damage nothing; see `settle`.
        self._is_first = not (folder / PAGE).exists()
        self._document_names = {name for kind in KINDS for name in kind.names}

    def old_places(self, current: Collection[str]) -> set[str]:
        """The paths of places that are not current, but have a folder of ours."""
        paths = {
            f"/{prefix}{name}/"
            for prefix in ("", *_PREFIXES)
            for name in self._names_in_folder(prefix)
        }
        named = {path for path in paths - self._manifest.keys() - {*current} if kind_at(path)}
        return {path for path in named if self._says_of_itself(path)} | (
            self._manifest.keys() - {*current}
        )

    def is_of_site(self) -> bool:
        """Whether the home in the folder says that it is that of the site at this address."""
        return self._says_of_itself(HOME)

    def _names_in_folder(self, path: str) -> list[str]:
        folder = self._folder / path
        is_there = folder.is_dir() and not self._leads_through_a_link(f"/{path}")
        return os.listdir(folder) if is_there else []

    def _leads_through_a_link(self, place: str) -> bool:
        """Whether the folder of a place, or one between it and this one, is a link."""
        ends = [at for at, sign in enumerate(place) if sign == "/" and at]
        return any(os.path.islink(f"{self._folder}{place[:end]}") for end in ends)

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
        names = self._names_in(place)
        folder = f"{self._folder}{place}"
        if self._leads_through_a_link(place):
            return
        is_empty = False
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            is_empty = True
            for entry in entries:
                is_empty = False
                if entry.name in names and entry.is_file(follow_symlinks=False):
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
        type_ = EXTRAS[path].type if path in EXTRAS else ""
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
        """Removes unwanted files of ours; returns how many.

        A folder's page is removed last, so that the next build continues if this is killed here.
        """
        unwanted = self._found.keys() - wanted
        for path in sorted(unwanted, key=lambda path: (path.endswith(PAGE), path)):
            target = self._folder / path[1:]
            target.unlink()
            with suppress(OSError):  # other files are in it
                target.parent.rmdir()
        return len(unwanted)

    def _names_in(self, place: str) -> set[str]:
        """What files of ours are called in a place: documents, their encodings, what is noted."""
        names = {*self._document_names}
        if place == HOME:
            names |= {*(path[1:] for path in EXTRAS), *ALIASES}
        noted = self._manifest.get(place)
        return {name + ending for name in names for ending in _ENDINGS} | (
            noted.files.keys() if noted else set()
        )

    def _says_of_itself(self, place: str) -> bool:
        """Whether a document in the folder of a place says that it is of that place."""
        url = f"{self._base_url}{address(place)[1:]}".encode()
        for name in self._document_names:
            with suppress(OSError), (self._folder / place[1:] / name).open("rb") as file:
                if url in file.read(_LOOKED_AT):
                    return True
        return False

    def write(self, path: str, pieces: Iterable[bytes]) -> PendingFile:
        """Writes the new content of a file under a temporary name beside it."""
        folder = f"{self._folder}{path.rpartition('/')[0]}"
        self._make_folder(folder)
        file = f"{folder}/.feedsvc-{os.urandom(8).hex()}.tmp"
        # Not tempfile: its files are private, while these get the mode that the umask allows.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with _removed_on_failure(file), os.fdopen(descriptor, "wb", _CHUNK) as stream:
            stream.writelines(pieces)
            return PendingFile(path, file, stream.tell())

    def _make_folder(self, folder: str) -> None:
        if folder in self._folders:
            return
        self._make_folder(folder.rpartition("/")[0])
        if os.path.islink(folder):
            raise OSError(errno.ELOOP, "it is a link, which may lead anywhere", folder)
        try:
            os.mkdir(folder)
        except FileExistsError:
            if not os.path.isdir(folder):
                raise
        self._folders.add(folder)

    def may_settle_later(self, pending: PendingFile) -> bool:
        """Whether a file is large enough for a thread, and no other file has to wait for it.

        A folder's first file comes before its others, and a file before its encodings.
        """
        is_there = self._size(pending.path) > 0
        return pending.size >= _LARGE and is_there and not self._encodings

    def settle(self, pending: PendingFile, etag: str) -> WrittenFile:
        """Replaces a file in one step, unless it has the same bytes already."""
        target = f"{self._folder}{pending.path}"
        with _removed_on_failure(pending.file):
            if not self._is_first:
                # Otherwise a power cut could leave an empty file in place of a good one.
                _sync(pending.file)
            is_new = pending.path not in self._found or not filecmp.cmp(
                pending.file, target, shallow=False
            )
            if is_new:
                os.replace(pending.file, target)
            else:
                os.unlink(pending.file)
        self._found[pending.path] = os.stat(target)
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
def _removed_on_failure(file: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(file)
        raise


def _sync(file: str) -> None:
    """Waits until the content of a file is on the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
