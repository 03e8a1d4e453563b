"""The interface for long work: a map over its pieces, which may run on several processors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class ParallelMap(Protocol):
    """Calls a function for each piece of long work, perhaps on several processors."""

    def __call__(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece], count: int, name: str
    ) -> Iterator[Result]:
        """The results in the order of the pieces.

        `count` is roughly the number of pieces; `name` says what they are, in the plural.
        """


def serial_map(
    function: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    count: int,  # noqa: ARG001 - for a progress bar and a pool of processes
    name: str,  # noqa: ARG001
) -> Iterator[Result]:
    """A ParallelMap that works on one piece after the other, in this process."""
    return map(function, pieces)
