"""A document without its items: what is before them, after them and between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct


class Frame(Struct, frozen=True):
    """The bytes around the items of a document."""

    start: bytes
    end: bytes = b""
    between: bytes = b""
    """What parts two items."""
    takes_items: bool = True
    """Whether the document has a place for items at all."""

    def around(self, items: Iterable[bytes], older: Iterable[bytes] = ()) -> Iterator[bytes]:
        """The whole document in pieces: the items, then `older`.

        `older` is what an older document has between its start and its end, in pieces of any
        size: items that follow the others as they are.
        """
        yield self.start
        separator = b""
        for item in items:
            yield separator + item
            separator = self.between
        for piece in older:
            yield separator + piece
            separator = b""
        yield self.end
