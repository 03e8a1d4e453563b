"""Documents ready to be sent, kept until the archive changes or room runs out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from feedsvc.model import Document
from feedsvc.negotiation import ENCODINGS, is_worth_encoding

CAPACITY = 48 * 1024 * 1024
"""Bytes of bodies, in all encodings, that one process keeps."""


@dataclass(slots=True)
class Prepared:
    """A document and its encoded bodies, each made when it is first asked for."""

    document: Document
    _bodies: dict[str, bytes] = field(default_factory=dict)
    _encoding: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_encodable(self) -> bool:
        """Whether it has more than one encoding."""
        return is_worth_encoding(self.document.type, self.document.content)

    def body(self, encoding: str) -> bytes:
        """The document's bytes in one of ENCODINGS."""
        body = self._bodies.get(encoding)
        if body is None:
            with self._encoding:
                body = self._bodies.get(encoding)
                if body is None:
                    body = ENCODINGS[encoding].encode(self.document.content)
                    self._bodies[encoding] = body
        return body

    def size(self) -> int:
        """Bytes held now."""
        return len(self.document.content) + sum(map(len, self._bodies.values()))


class DocumentCache:
    """Documents by path, all of one revision of the archive. Safe to share among threads.

    However many clients ask for a path at once, its document is made once.
    """

    def __init__(self, make: Callable[[str], Document], capacity: int = CAPACITY) -> None:
        """`make` is called with a path; what it raises is not kept."""
        self._make = make
        self._capacity = capacity
        self._lock = threading.Lock()
        self._revision = ""
        self._ready: OrderedDict[str, Prepared] = OrderedDict()
        self._under_way: dict[str, threading.Lock] = {}

    def keep_revision(self, revision: str) -> None:
        """Drops everything unless it is of this revision."""
        with self._lock:
            if revision != self._revision:
                self._revision = revision
                self._ready = OrderedDict()
                self._under_way = {}

    def get(self, path: str) -> Prepared:
        """The document at a path, from the cache or newly made."""
        with self._lock:
            if prepared := self._ready.get(path):
                self._ready.move_to_end(path)
                return prepared
            ready, under_way = self._ready, self._under_way
            making = under_way.setdefault(path, threading.Lock())
        try:
            with making:
                if prepared := ready.get(path):
                    return prepared
                prepared = Prepared(self._make(path))
                with self._lock:
                    # Into the tables of the revision it was begun in: they may be gone by now.
                    ready[path] = prepared
                    self._make_room(ready)
                return prepared
        finally:
            under_way.pop(path, None)

    def _make_room(self, ready: OrderedDict[str, Prepared]) -> None:
        total = sum(prepared.size() for prepared in ready.values())
        while total > self._capacity and len(ready) > 1:
            _, dropped = ready.popitem(last=False)
            total -= dropped.size()
