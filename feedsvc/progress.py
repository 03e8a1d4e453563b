"""Has long work done on all processors, and shows on the terminal how far it is."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from feedsvc.index import in_turn

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")

FEWEST_WORTH_SPREADING = 8
"""Pieces; fewer are done before another process has begun."""


def spread(
    function: Callable[[_Piece], _Result], pieces: Iterable[_Piece], count: int, name: str
) -> Iterator[_Result]:
    """A `feedsvc.index.Spread` for commands."""
    processes = _processors() if count >= FEWEST_WORTH_SPREADING and _may_fork() else 1
    if processes == 1:
        results = in_turn(function, pieces, count, name)
    else:
        from feedsvc.processes import spread_over  # noqa: PLC0415 - as tqdm below

        results = spread_over(processes, function, pieces, count)
    return iter(_shown(results, count, name))


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def _may_fork() -> bool:
    """Whether a copy of this process is a sound one: not of a thread, nor where systems forbid."""
    return sys.platform == "linux" and threading.active_count() == 1


def _shown(pieces: Iterable[_Piece], count: int, name: str) -> Iterable[_Piece]:
    """The same pieces, with a bar on the terminal for what takes longer than a second."""
    if not sys.stderr.isatty():
        return pieces
    from tqdm import tqdm  # noqa: PLC0415 - takes longer than the work it isn't needed for

    tqdm.monitor_interval = 0  # its thread would forbid to fork
    bar: Iterable[_Piece] = tqdm(pieces, desc=name, total=count, delay=1, leave=False)
    return bar
