"""Documents that are ready to be sent, kept until the archive changes or space runs out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date

from msgspec import Struct, field

from feedsvc.model import Document
from feedsvc.web.responses import PreparedDocument

CAPACITY = 12 * 1024 * 1024
"""Bytes that one process keeps."""


class _Table(Struct):
    """The documents of one state."""

    revision: str = ""
    today: date = date.min
    ready: OrderedDict[Hashable, PreparedDocument] = field(default_factory=OrderedDict)
    """In the order in which they are considered for eviction."""
    under_way: dict[Hashable, threading.Lock] = field(default_factory=dict)


class DocumentCache:
    """Documents by their keys, all of one revision of the archive and one day of the calendar.

    Threads may share it. If many clients ask for a document at once, it is made once.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._table = _Table()

    def keep(self, revision: str, today: date) -> None:
        """Drops everything unless it is of this revision and this day."""
        with self._lock:
            if (revision, today) != (self._table.revision, self._table.today):
                self._table = _Table(revision, today)

    def ready(self, key: Hashable) -> PreparedDocument | None:
        """The document of a key, if it is in the cache."""
        prepared = self._table.ready.get(key)
        if prepared:
            prepared.is_wanted = True
        return prepared

    def get(self, key: Hashable, make: Callable[[], Document]) -> PreparedDocument:
        """The document of a key, from the cache or newly made; what `make` raises is not kept."""
        table = self._table
        with self._lock:
            making = table.under_way.setdefault(key, threading.Lock())
        try:
            with making:
                # Threads that wait here go on with their table, even if it was dropped meanwhile.
                if prepared := table.ready.get(key):
                    return prepared
                prepared = PreparedDocument(make(), table.today, lambda: self._make_room(table))
                with self._lock:
                    table.ready[key] = prepared
                self._make_room(table)
                return prepared
        finally:
            table.under_way.pop(key, None)

    def _make_room(self, table: _Table) -> None:
        with self._lock:
            total = sum(prepared.size for prepared in table.ready.values())
            while total > self._capacity and len(table.ready) > 1:
                # The oldest is evicted, unless it was requested since it was last considered.
                key, prepared = table.ready.popitem(last=False)
                if prepared.is_wanted:
                    prepared.is_wanted = False
                    table.ready[key] = prepared
                else:
                    total -= prepared.size
