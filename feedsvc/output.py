"""The folder of a static site: which files of ours are in it, and how each is replaced whole."""

# ruff: noqa: PTH116, PTH208 - for the thousands of files of a site Path takes several times as long

from __future__ import annotations

import filecmp
import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from feedsvc.encodings import ENCODINGS
from feedsvc.files import FILES
from feedsvc.formats import FEED_FORMATS, NAMES
from feedsvc.index import BuiltPlace, stamp_of

_FOLDER = re.compile(r"all|[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|W[0-9]{2})")
"""What the folder of a place is called."""

_TEMPORARY = re.compile(r"\.feedsvc-[0-9a-f]{16}\.tmp")
_ENDINGS = ("", *(encoding.suffix for encoding in ENCODINGS.values()))
_NAMES_IN_FOLDER = {name + ending for name in NAMES for ending in _ENDINGS}
_NAMES_IN_ROOT = {path[1:] + ending for path in FILES for ending in _ENDINGS} | _NAMES_IN_FOLDER
_FEED = next(iter(FEED_FORMATS))
"""The file of a folder that is written first and removed last: where it is, the folder is ours."""

_CHUNK = 1 << 20


class Draft(Struct, frozen=True):
    """A file that is written, and doesn't have its name yet."""

    path: str
    file: Path
    size: int
    """Bytes."""


class Output:
    """A folder and the files in it that may be ours.

    Paths are those of documents and of places: they begin with a slash, which is the folder.
    What is in a place is known after `look_into`. Raises OSError from every method.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, os.stat_result] = {}
        self._folders = {folder}
        # Until there is a site, a power cut has nothing to spoil; see `settle`.
        self._is_first = not (folder / _FEED).exists()

    def places(self) -> set[str]:
        """The paths of the places that have, or may have, a folder."""
        names = os.listdir(self._folder)
        return {"/", *(f"/{name}/" for name in names if _FOLDER.fullmatch(name))}

    def is_as_noted(self, place: str, built: BuiltPlace) -> bool:
        """Whether nothing came to, changed in and left the folder of a place since a build."""
        folder = f"{self._folder}{place}"
        try:
            if self.folder_stamp(place) != built.stamp:
                return False
            for name, file in built.files.items():
                if stamp_of(os.stat(folder + name)) != file.stamp:
                    return False
        except OSError:
            return False
        return True

    def look_into(self, place: str) -> None:
        """Finds the files of a place; removes what a build that was killed has left there."""
        names = _NAMES_IN_ROOT if place == "/" else _NAMES_IN_FOLDER
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
        if is_empty and place != "/":
            with suppress(OSError):  # then it is left as it is
                Path(folder).rmdir()

    def folder_stamp(self, place: str) -> str:
        """The stamp of a place's folder: another one when a file has come to it or left it."""
        return stamp_of(os.stat(f"{self._folder}{place}"))

    def stamp(self, path: str) -> str:
        """The stamp of a file, as of `feedsvc.index.stamp_of`; empty where there is none."""
        status = self._found.get(path)
        return stamp_of(status) if status else ""

    def size(self, path: str) -> int:
        """Bytes of a file; 0 where there is none."""
        status = self._found.get(path)
        return status.st_size if status else 0

    def read(self, path: str, start: int = 0, end: int = 0) -> Iterator[bytes]:
        """A file in pieces, but for so many bytes at its start and at its end."""
        with (self._folder / path[1:]).open("rb", buffering=0) as file:
            left = self.size(path) - start - end
            file.seek(start)
            while left > 0 and (piece := file.read(min(left, _CHUNK))):
                left -= len(piece)
                yield piece

    def write(self, path: str, pieces: Iterable[bytes]) -> Draft:
        """Writes what a file is to hold beside it."""
        target = self._folder / path[1:]
        if target.parent not in self._folders:
            target.parent.mkdir(exist_ok=True)
            self._folders.add(target.parent)
        file = target.parent / f".feedsvc-{os.urandom(8).hex()}.tmp"
        # Unlike tempfile's, a file that is simply opened gets the mode that the umask leaves it.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with _removed_on_failure(file), os.fdopen(descriptor, "wb", _CHUNK) as stream:
            stream.writelines(pieces)
            return Draft(path, file, stream.tell())

    def settle(self, draft: Draft) -> bool:
        """Replaces a file in one step by its draft; False where it holds just that already."""
        target = self._folder / draft.path[1:]
        with _removed_on_failure(draft.file):
            if not self._is_first:
                # Else a power cut could leave an empty file where there was a good one.
                _sync(draft.file)
            is_new = draft.path not in self._found or not filecmp.cmp(
                draft.file, target, shallow=False
            )
            if is_new:
                draft.file.replace(target)
            else:
                draft.file.unlink()
        self._found[draft.path] = target.stat()
        return is_new

    def remove_all_but(self, wanted: Collection[str]) -> int:
        """Removes what was found in folders with a feed and is not wanted; tells how many files.

        The feed goes last, so that a build which is killed here leaves the rest to the next.
        """
        unwanted = self._found.keys() - wanted
        ours = {path for path in unwanted if path.rpartition("/")[0] + f"/{_FEED}" in self._found}
        for path in sorted(ours, key=lambda path: (path.endswith(_FEED), path)):
            target = self._folder / path[1:]
            target.unlink()
            with suppress(OSError):  # other files are in it
                target.parent.rmdir()
        return len(ours)


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
