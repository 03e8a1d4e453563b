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
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from feedsvc.errors import IndexLostError
from feedsvc.index.cache_file import cache_file, file_beside, lender_of, remove_index
from feedsvc.index.connection import Connection
from feedsvc.index.digest_folder import DigestFile, find_digests
from feedsvc.index.refresh import (
    ProblemNews,
    bring_up_to_date,
    is_up_to_date,
    make_searchable,
    note_documents,
)
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
        self._is_in_cache = self._shares_reading = file is None
        self._has_made_it_ours = False
        self._refreshing = threading.Lock()
        self._connecting = threading.Lock()
        self._connection: Connection | None = None
        self._try_again = 0.0

    @contextmanager
    def reading(self, *, long: bool = False, searchable: bool = False) -> Iterator[Store]:
        """A store that shows one state of the archive as long as it is open.

        A `long` reading keeps no other waiting; a copy in memory that it may get for that has the
        full-text table only if it is to be `searchable`. Raises FolderError if there is no index
        yet and the folder can't be read, and IndexLostError if the index breaks meanwhile.
        """
        try:
            with self._reader(long=long, searchable=searchable) as store:
                yield store
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

    @contextmanager
    def noting(self) -> Iterator[Store]:
        """The newest state, for whoever notes what was done: all inside is one transaction.

        Raises IndexLostError where nothing can be noted now.
        """
        try:
            connection = self._connect()
            with connection.writer_lock, connection.writer.writing():
                yield connection.writer
        except sqlite3.Error as error:
            raise IndexLostError(f"{self._file}: the index can't be written: {error}.") from error

    def refresh(self, parallel_map: ParallelMap = serial_map) -> ProblemNews:
        """Takes up what changed in the folder, and gives what that changes about problems.

        Several processes that share an index each give what they were first to see. Raises
        FolderError.

        Waits for another thread or process that refreshes at the same time.
        """
        with self._refreshing:
            found = find_digests(self._folder, self._pipeline.leave_out, self._pipeline.languages)
            if self._file:
                with suppress(OSError):
                    os.utime(self._file)  # says that it is in use, see cache_file
            self._try_the_disk_again()
            for repair in (self._reopen_empty, self._reopen_in_memory):
                try:
                    return self._bring_up_to_date(found, parallel_map)
                except sqlite3.DatabaseError as error:
                    if _is_busy(error):
                        return ProblemNews()  # another process has been at it all the while
                    repair()
            return self._bring_up_to_date(found, parallel_map)

    @contextmanager
    def _reader(self, *, long: bool, searchable: bool) -> Iterator[Store]:
        """A store that shows one state of our settings; whose it is, is asked of the state itself.

        Between two transactions others may have deleted the file, or made it theirs.
        """
        for _ in range(MOST_ATTEMPTS):
            with ExitStack() as stack:
                store = self._begin(stack, long=long, searchable=searchable)
                if self._is_ours(store):
                    yield store
                    return
            self.refresh()
        self._reopen_empty()
        raise IndexLostError(f"{self._file}: the index is lost again and again.")

    def _begin(self, stack: ExitStack, *, long: bool, searchable: bool) -> Store:
        connection = self._connect()
        if long:
            store = connection.another_reader(searchable=searchable)
            # What it takes may not wait for a look for garbage, of which an idle server has none.
            stack.callback(store.close)
        else:
            stack.enter_context(connection.reader_lock)
            store = connection.reader
        stack.enter_context(store.reading())
        return store

    def _is_ours(self, store: Store) -> bool:
        try:
            return store.is_of(self._pipeline.fingerprints)
        except sqlite3.DatabaseError:
            return False

    def _bring_up_to_date(self, found: list[DigestFile], parallel_map: ParallelMap) -> ProblemNews:
        connection = self._connect()
        with connection.writer_lock:
            store, fingerprints = connection.writer, self._pipeline.fingerprints
            if self._has_made_it_ours and store.is_of_others(fingerprints):
                self._move_beside()
                return self._bring_up_to_date(found, parallel_map)
            news = ProblemNews()
            if not is_up_to_date(store, found, fingerprints):
                lender = lender_of(self._file) if self._shares_reading and self._file else None
                news = bring_up_to_date(
                    store, self._folder, found, self._pipeline, parallel_map, lender
                )
                if not connection.bound_log():
                    self._reopen_empty()  # readers that never end keep what is left of it
            else:
                make_searchable(store, self._pipeline, parallel_map)
            if not self._has_made_it_ours:
                note_documents(store, fingerprints)
            self._has_made_it_ours = True
            return news

    def _move_beside(self) -> None:
        """Leaves the file to the other settings that have made it theirs meanwhile.

        Whoever was there first goes, and once only: settings that took the file back at each look
        would make all anew each time.
        """
        assert self._file
        self._file = file_beside(self._file, self._pipeline.fingerprints)
        self._shares_reading = True
        self._has_made_it_ours = False
        self._connection = None

    def _connect(self) -> Connection:
        """The connection to the file as it is now; a new one after a deletion or a fork."""
        with self._connecting:
            if not self._connection or not self._connection.is_alive():
                self._connection = self._open()
            return self._connection

    def _try_the_disk_again(self) -> None:
        """Opens the file of an index that had to be kept in memory; no reader waits for that."""
        connection = self._connection
        if not self._file or not connection or connection.file:
            return
        if time.monotonic() > self._try_again:
            self._try_again = time.monotonic() + TRY_AGAIN_SECONDS
            with suppress(OSError, sqlite3.Error):
                self._connection = Connection(self._file)

    def _open(self) -> Connection:
        if self._is_in_cache and not self._file:
            languages = self._pipeline.languages
            # That of the first is the one of a site before it had a second.
            own = languages.own if languages and not languages.is_first else ""
            self._file = cache_file(self._folder, self._pipeline.fingerprints, own)
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
