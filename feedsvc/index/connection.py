"""One reader and one writer on an index file, or one store for both in memory."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from feedsvc.index.store import WAL_BYTES, Store

MOST_WAL_BYTES = 4 * WAL_BYTES
"""Above which the index is made anew in another file, where readers need the log for ever."""


class Connection:
    """A connection of one process to one file; its locks are for the threads of the process."""

    def __init__(self, file: Path | None) -> None:
        """None keeps the index in memory. Raises OSError and sqlite3.Error."""
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
        self.writer = Store(file)
        self.reader = Store(file) if file else self.writer
        self.writer_lock = threading.Lock()
        self.reader_lock = threading.Lock() if file else self.writer_lock
        self.file = file
        self._process = os.getpid()
        self._inode = file.stat().st_ino if file else 0

    def another_reader(self, *, searchable: bool = False) -> Store:
        """A reader that shares no lock with the others; a copy, if the index is in memory."""
        if self.file:
            return Store(self.file, is_small=True)
        with self.reader_lock:
            return self.reader.copy(searchable=searchable)

    def bound_log(self) -> bool:
        """Keeps the log beside the file short; False where it is long and readers need it."""
        try:
            size = Path(f"{self.file}-wal").stat().st_size if self.file else 0
        except OSError:
            return True
        return size <= WAL_BYTES or self.writer.empty_log() or size <= MOST_WAL_BYTES

    def is_alive(self) -> bool:
        """Whether it is of this process, and on the file that is still at the path."""
        if self._process != os.getpid():
            return False
        try:
            return not self.file or self.file.stat().st_ino == self._inode
        except OSError:
            return False
