"""Keeps an index of the folder of digests, so that only what changed is read and rendered again.

The digests are the truth and the index is disposable: a missing, damaged or foreign one is made
anew without a word. Knows no format: how to render a paper is told by its owner.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from feedsvc.errors import IndexLostError
from feedsvc.index.folder import DigestFile, find_digests, stamp_of
from feedsvc.index.refresh import bring_up_to_date, is_up_to_date
from feedsvc.index.store import OPENING_SECONDS, BuiltFile, BuiltPlace, Day, State, Store
from feedsvc.index.work import Recipe, Spread, in_turn

__all__ = [
    "BuiltFile",
    "BuiltPlace",
    "Day",
    "Index",
    "Recipe",
    "Spread",
    "State",
    "Store",
    "in_turn",
    "stamp_of",
]

UNUSED_AFTER = 30 * 24 * 3600
"""Seconds after which an index that another version or other settings left behind is removed."""


MOST_ATTEMPTS = 5
"""To read an index that others delete as soon as it is made."""

TRY_AGAIN_SECONDS = 60
"""After which an index that had to be kept in memory is tried on the disk again."""


class Index:
    """The papers of a folder, in one state after another.

    Threads may share it, processes may share its file, and a fork is noticed.
    """

    def __init__(self, folder: Path, recipe: Recipe, file: Path | None = None) -> None:
        """`file` is where the index is kept; None means the user's cache folder."""
        self._folder = folder
        self._recipe = recipe
        self._file = file
        self._is_in_cache = file is None
        self._refreshing = threading.Lock()
        self._connecting = threading.Lock()
        self._connection: _Connection | None = None
        self._try_again = 0.0

    @contextmanager
    def reading(self, *, long: bool = False) -> Iterator[Store]:
        """A store whose answers all belong to one state of the archive.

        A `long` reading keeps no other waiting. Raises FolderError where there is no index yet
        and the folder can't be read, and IndexLostError where the index breaks meanwhile.
        """
        connection = self._connect_to_state()
        try:
            if long:
                store = connection.another_reader()
                with store.reading():
                    yield store
            else:
                with connection.reader_lock, connection.reader.reading():
                    yield connection.reader
        except sqlite3.DatabaseError as error:
            self._reopen_empty()
            raise IndexLostError(f"{self._file}: the index can't be read: {error}.") from error

    def is_on_disk(self) -> bool:
        """Whether other processes can share the index; else it is kept in memory."""
        return self._connect().file is not None

    def remember_built(
        self, folder: str, places: Mapping[str, BuiltPlace], gone: Collection[str]
    ) -> None:
        """Notes what a build left in places and which are gone, as far as that is possible.

        What isn't noted is compared by the next build.
        """
        connection = self._connect()
        with suppress(sqlite3.Error), connection.writer_lock, connection.writer.writing():
            connection.writer.put_built(folder, places, gone)

    def refresh(self, spread: Spread = in_turn) -> None:
        """Looks at the folder and takes up what is new. Raises FolderError.

        Another thread or process that refreshes at the same time is waited for.
        """
        with self._refreshing:
            found = find_digests(self._folder)
            if self._file:
                with suppress(OSError):
                    os.utime(self._file)  # says that it is in use, see _file_in_cache
            for repair in (self._reopen_empty, self._reopen_in_memory):
                try:
                    self._bring_up_to_date(found, spread)
                except sqlite3.DatabaseError as error:
                    if _is_busy(error):
                        return  # another process has been at it all the while
                    repair()
                else:
                    return
            self._bring_up_to_date(found, spread)

    def _connect_to_state(self) -> _Connection:
        """A connection through which there is something to read; its file may be deleted then."""
        for _ in range(MOST_ATTEMPTS):
            connection = self._connect()
            if self._has_state(connection):
                return connection
            self.refresh()
        return self._connect()

    def _has_state(self, connection: _Connection) -> bool:
        try:
            with connection.reader_lock, connection.reader.reading():
                return connection.reader.is_of(self._recipe.fingerprint)
        except sqlite3.DatabaseError:
            return False

    def _bring_up_to_date(self, found: list[DigestFile], spread: Spread) -> None:
        connection = self._connect()
        with connection.writer_lock:
            if not is_up_to_date(connection.writer, found, self._recipe.fingerprint):
                bring_up_to_date(connection.writer, self._folder, found, self._recipe, spread)

    def _connect(self) -> _Connection:
        """The connection to the file as it is now: it may have been deleted, or this be a fork."""
        with self._connecting:
            if not self._connection or not self._connection.is_alive():
                self._connection = self._open()
            elif self._file and not self._connection.file and time.monotonic() > self._try_again:
                try:
                    self._connection = _Connection(self._file)
                except (OSError, sqlite3.Error):
                    self._try_again = time.monotonic() + TRY_AGAIN_SECONDS
            return self._connection

    def _open(self) -> _Connection:
        if self._is_in_cache and not self._file:
            self._file = _file_in_cache(self._folder, self._recipe.fingerprint)
        deadline = time.monotonic() + OPENING_SECONDS
        while time.monotonic() < deadline:
            try:
                return _Connection(self._file)
            except OSError:
                return self._open_in_memory()
            except sqlite3.Error as error:
                if not _is_busy(error):
                    _remove(self._file)
                    break
                time.sleep(0.05)  # SQLite itself doesn't wait when it turns WAL on
        try:
            return _Connection(self._file)
        except (OSError, sqlite3.Error):
            return self._open_in_memory()

    def _reopen_empty(self) -> None:
        """Removes an index that SQLite can't use, so that a new one is made."""
        _remove(self._file)
        self._connection = None

    def _reopen_in_memory(self) -> None:
        self._connection = self._open_in_memory()

    def _open_in_memory(self) -> _Connection:
        self._try_again = time.monotonic() + TRY_AGAIN_SECONDS
        return _Connection(None)


class _Connection:
    """A reader and a writer on one file, or one store for both in memory."""

    def __init__(self, file: Path | None) -> None:
        """Raises OSError and sqlite3.Error."""
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
        self.writer = Store(file)
        self.reader = Store(file) if file else self.writer
        self.writer_lock = threading.Lock()
        self.reader_lock = threading.Lock() if file else self.writer_lock
        self.file = file
        self._process = os.getpid()
        self._inode = file.stat().st_ino if file else 0

    def another_reader(self) -> Store:
        """One that shares no lock with the others; of an index in memory, a copy."""
        if self.file:
            return Store(self.file)
        with self.reader_lock:
            return self.reader.copy()

    def is_alive(self) -> bool:
        """Whether it may be used: by this process, and on the file that others see."""
        if self._process != os.getpid():
            return False
        try:
            return not self.file or self.file.stat().st_ino == self._inode
        except OSError:
            return False


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether another process is at work: what it has made must not be thrown away."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _file_in_cache(folder: Path, fingerprint: str) -> Path | None:
    """The index's file in the user's cache folder; None where no such folder can be made.

    The fingerprint is part of the name, so that two versions at work don't undo each other.
    """
    import platformdirs  # noqa: PLC0415 - of no use where the index has a place of its own

    cache = platformdirs.user_cache_path("feedsvc")
    of_folder = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    own = cache / f"{of_folder}-{fingerprint[:16]}.sqlite3"
    for index in cache.glob("*.sqlite3"):
        with suppress(OSError):
            if index != own and index.stat().st_mtime < time.time() - UNUSED_AFTER:
                _remove(index)
    return own


def _remove(file: Path | None) -> None:
    """Deletes an index and what SQLite keeps beside it, as far as that is allowed."""
    for ending in ("", "-wal", "-shm") if file else ():
        with suppress(OSError):
            Path(f"{file}{ending}").unlink()
