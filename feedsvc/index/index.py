"""Keeps the index up to date with the folder of digests, and lends stores to read from.

A missing, damaged or foreign index is made again silently. Knows no format: its pipeline renders
papers.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from feedsvc.errors import IndexLostError
from feedsvc.index.cache_file import cache_file, lender_of, remove_index
from feedsvc.index.connection import Connection
from feedsvc.index.digest_folder import DigestFile, find_digests
from feedsvc.index.refresh import bring_up_to_date, is_up_to_date, note_documents
from feedsvc.index.stages import Pipeline
from feedsvc.index.store import OPENING_SECONDS, BuiltPlace, Store
from feedsvc.parallel.mapping import ParallelMap, serial_map

MOST_ATTEMPTS = 5
"""Attempts to read an index that others delete as soon as it is made."""

TRY_AGAIN_SECONDS = 60
"""Seconds after which an index that had to be kept in memory is tried on disk again."""


class Index:
    """The papers of a folder, in one state after another.

    Threads may share it, processes may share its file, and it works after a fork.
    """

    def __init__(self, folder: Path, pipeline: Pipeline, file: Path | None = None) -> None:
        """`file` is where the index is kept; None means the user's cache folder."""
        self._folder = folder
        self._pipeline = pipeline
        self._file = file
        self._is_in_cache = file is None
        self._refreshing = threading.Lock()
        self._connecting = threading.Lock()
        self._connection: Connection | None = None
        self._try_again = 0.0
        self._has_looked = False

    @contextmanager
    def reading(self, *, long: bool = False) -> Iterator[Store]:
        """A store that shows one state of the archive as long as it is open.

        A `long` reading keeps no other waiting. Raises FolderError if there is no index yet and
        the folder can't be read, and IndexLostError if the index breaks meanwhile.
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

    def update_manifest(
        self, folder: str, places: Mapping[str, BuiltPlace], gone: Collection[str]
    ) -> None:
        """Notes which files a build left in places, and which places are gone, if possible.

        Where nothing is noted, the next build compares files.
        """
        connection = self._connect()
        with suppress(sqlite3.Error), connection.writer_lock, connection.writer.writing():
            connection.writer.update_manifest(folder, places, gone)

    def refresh(self, parallel_map: ParallelMap = serial_map) -> None:
        """Takes up what changed in the folder. Raises FolderError.

        Waits for another thread or process that refreshes at the same time.
        """
        with self._refreshing:
            found = find_digests(self._folder, self._pipeline.leave_out)
            if self._file:
                with suppress(OSError):
                    os.utime(self._file)  # shows that it is in use, see cache_file
            for repair in (self._reopen_empty, self._reopen_in_memory):
                try:
                    self._bring_up_to_date(found, parallel_map)
                except sqlite3.DatabaseError as error:
                    if _is_busy(error):
                        return  # another process was refreshing all the time
                    repair()
                else:
                    return
            self._bring_up_to_date(found, parallel_map)

    def _connect_to_state(self) -> Connection:
        """A connection to an index that has a state, which may be deleted again at any time."""
        for _ in range(MOST_ATTEMPTS):
            connection = self._connect()
            if self._has_state(connection):
                return connection
            self.refresh()
        return self._connect()

    def _has_state(self, connection: Connection) -> bool:
        try:
            with connection.reader_lock, connection.reader.reading():
                return connection.reader.is_of(self._pipeline.fingerprints)
        except sqlite3.DatabaseError:
            return False

    def _bring_up_to_date(self, found: list[DigestFile], parallel_map: ParallelMap) -> None:
        connection = self._connect()
        with connection.writer_lock:
            store, fingerprints = connection.writer, self._pipeline.fingerprints
            if not is_up_to_date(store, found, fingerprints):
                lender = lender_of(self._file) if self._is_in_cache and self._file else None
                bring_up_to_date(store, self._folder, found, self._pipeline, parallel_map, lender)
            if not self._has_looked:
                note_documents(store, fingerprints)
            self._has_looked = True

    def _connect(self) -> Connection:
        """The connection to the file as it is now; a new one after a deletion or a fork."""
        with self._connecting:
            if not self._connection or not self._connection.is_alive():
                self._connection = self._open()
            elif self._file and not self._connection.file and time.monotonic() > self._try_again:
                try:
                    self._connection = Connection(self._file)
                except (OSError, sqlite3.Error):
                    self._try_again = time.monotonic() + TRY_AGAIN_SECONDS
            return self._connection

    def _open(self) -> Connection:
        if self._is_in_cache and not self._file:
            self._file = cache_file(self._folder, self._pipeline.fingerprints)
        deadline = time.monotonic() + OPENING_SECONDS
        while time.monotonic() < deadline:
            try:
                return Connection(self._file)
            except OSError:
                return self._open_in_memory()
            except sqlite3.Error as error:
                if not _is_busy(error):
                    remove_index(self._file)
                    break
                time.sleep(0.05)  # SQLite doesn't wait when it turns WAL on
        try:
            return Connection(self._file)
        except (OSError, sqlite3.Error):
            return self._open_in_memory()

    def _reopen_empty(self) -> None:
        """Removes an index that SQLite can't read, so that a new one is made."""
        remove_index(self._file)
        self._connection = None

    def _reopen_in_memory(self) -> None:
        self._connection = self._open_in_memory()

    def _open_in_memory(self) -> Connection:
        self._try_again = time.monotonic() + TRY_AGAIN_SECONDS
        return Connection(None)


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether another process is writing: its work must not be thrown away."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
