"""A document without its items: the bytes before, after and between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct


class Frame(Struct, frozen=True):
    """The bytes around the items of a document."""

    start: bytes
    end: bytes = b""
    between: bytes = b""
    """The bytes between two items."""
    takes_items: bool = True
    """Whether items belong into the document at all."""

    def around(self, items: Iterable[bytes], older: Iterable[bytes] = ()) -> Iterator[bytes]:
        """The whole document in pieces: the items, then `older`.

        `older` is what an older document has between its start and its end: items that follow
        the new ones unchanged, in pieces of any size.
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
