"""How a long work is handed over: a map over its pieces, which may run on several processors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class ParallelMap(Protocol):
    """Calls a function for each piece of a long work, perhaps on several processors."""

    def __call__(
        self, function: Callable[[Piece], Result], pieces: Iterable[Piece], count: int, name: str
    ) -> Iterator[Result]:
        """The results in the order of the pieces.

        `count` is about how many pieces there are, `name` says in the plural what they are.
        """


def serial_map(
    function: Callable[[Piece], Result],
    pieces: Iterable[Piece],
    count: int,  # noqa: ARG001 - only a progress bar and a pool of processes need it
    name: str,  # noqa: ARG001
) -> Iterator[Result]:
    """A ParallelMap that does one piece after the other in this process."""
    return map(function, pieces)
