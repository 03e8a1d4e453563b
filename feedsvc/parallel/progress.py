"""Does long work on all processors, with a progress bar on the terminal."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator

from feedsvc.parallel.mapping import Piece, Result, serial_map

FEWEST_WORTH_A_POOL = 8
"""Pieces; fewer are done sooner than another process starts."""


def parallel_map(
    function: Callable[[Piece], Result], pieces: Iterable[Piece], count: int, name: str
) -> Iterator[Result]:
    """The ParallelMap of the command line: all processors, and a progress bar on a terminal."""
    processes = _processors() if count >= FEWEST_WORTH_A_POOL and _may_fork() else 1
    if processes == 1:
        results = serial_map(function, pieces, count, name)
    else:
        from feedsvc.parallel.processes import pool_map  # noqa: PLC0415 - as tqdm below

        results = pool_map(processes, function, pieces, count)
    return iter(shown(results, count, name))


def _processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def _may_fork() -> bool:
    """Whether a fork is safe: it copies one thread only, and is unreliable beyond Linux."""
    return sys.platform == "linux" and threading.active_count() == 1


def shown(pieces: Iterable[Piece], count: int, name: str) -> Iterable[Piece]:
    """The same pieces, with a progress bar on a terminal if they take longer than a second."""
    if not sys.stderr.isatty():
        return pieces
    from tqdm import tqdm  # noqa: PLC0415 - slower to load than most work takes

    tqdm.monitor_interval = 0  # its thread would make a fork unsafe
    bar: Iterable[Piece] = tqdm(pieces, desc=name, total=count, delay=1, leave=False)
    return bar
