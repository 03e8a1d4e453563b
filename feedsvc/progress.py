"""Has long work done on all processors, and shows on the terminal how far it is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from feedsvc.index import in_turn

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")

FEWEST_WORTH_SPREADING = 8
"""Pieces; fewer are done before another process has begun."""

FEWEST_WORTH_BATCHING = 100
"""Pieces; of fewer each is given alone, so that no process has several left when others end."""

PARENT_SECONDS = 0.5
"""Between two looks at whether the parent process is still there."""

MOST_AT_ONCE = 4
"""Pieces that a process is given at a time: to send them takes a part of what they do."""

MOST_UNDER_WAY = 8
"""Batches for each process that are done or being done while the first is waited for."""


def spread(
    function: Callable[[_Piece], _Result], pieces: Iterable[_Piece], count: int, name: str
) -> Iterator[_Result]:
    """A `feedsvc.index.Spread` for commands."""
    processes = _processors() if count >= FEWEST_WORTH_SPREADING and _may_fork() else 1
    if processes == 1:
        results = in_turn(function, pieces, count, name)
    else:
        at_once = min(1 + count // FEWEST_WORTH_BATCHING, MOST_AT_ONCE)
        results = _spread(function, _batches(pieces, at_once), processes)
    return iter(_shown(results, count, name))


def _batches(pieces: Iterable[_Piece], size: int) -> Iterator[list[_Piece]]:
    left = iter(pieces)
    return iter(lambda: list(islice(left, size)), [])


def _spread(
    function: Callable[[_Piece], _Result], batches: Iterable[list[_Piece]], processes: int
) -> Iterator[_Result]:
    under_way: deque[tuple[list[_Piece], Future[list[_Result]] | None]] = deque()
    fork = multiprocessing.get_context("fork")
    # A forked process has the function as it is here, so it need not be one that can be sent.
    with ProcessPoolExecutor(processes, fork, _begin, (function, os.getpid())) as pool:
        try:
            for batch in batches:
                under_way.append((batch, _submit(pool, batch)))
                if len(under_way) > MOST_UNDER_WAY * processes:
                    yield from _results(function, *under_way.popleft())
            while under_way:
                yield from _results(function, *under_way.popleft())
        except BaseException:  # as where a person interrupts: what is only waiting isn't begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_remembered: Callable[[Any], Any]


def _begin(function: Callable[[Any], Any], parent: int) -> None:
    global _remembered  # noqa: PLW0603 - of a process that is there for this function only
    _remembered = function
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that a terminal sends to all; the parent tells
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Ends this process soon after its parent, which may be killed without a word."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def _call_remembered(batch: list[Any]) -> list[Any]:
    return [_remembered(piece) for piece in batch]


def _submit(pool: ProcessPoolExecutor, batch: list[Any]) -> Future[list[Any]] | None:
    """None where the pool is broken: the system, short of memory, has ended a process of it."""
    try:
        with _uninterrupted():
            return pool.submit(_call_remembered, batch)
    except BrokenProcessPool:
        return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keeps Ctrl-C waiting: a pool that has processes but no thread yet could not be ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _results(
    function: Callable[[_Piece], _Result],
    batch: list[_Piece],
    future: Future[list[_Result]] | None,
) -> Iterable[_Result]:
    """What the pool made of a batch, or this process where the pool is broken."""
    try:
        return future.result() if future else map(function, batch)
    except BrokenProcessPool:
        return map(function, batch)


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
