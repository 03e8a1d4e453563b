"""One reader and one writer on an index file, or one store for both in memory."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from feedsvc.index.store import Store


class Connection:
    """Of one process to one file; its locks keep the threads of the process apart."""

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

    def another_reader(self) -> Store:
        """One that shares no lock with the others; of an index in memory, a copy."""
        if self.file:
            return Store(self.file, is_small=True)
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
