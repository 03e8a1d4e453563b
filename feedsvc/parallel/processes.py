"""Calls a function for many pieces in forked processes, which end when this one does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any

from feedsvc.parallel.mapping import Piece, Result

FEWEST_WORTH_BATCHING = 100
"""Pieces; fewer are sent one by one, so that no process has several left when others are done."""

PARENT_SECONDS = 0.5
"""Between two checks that the parent process is still there."""

MOST_AT_ONCE = 4
"""Pieces sent to a process at a time: sending costs a noticeable part of the work on one."""

MOST_UNDER_WAY = 8
"""Batches per process that may be sent before the result of the oldest has come."""


def pool_map(
    processes: int, function: Callable[[Piece], Result], pieces: Iterable[Piece], count: int
) -> Iterator[Result]:
    """The results of a function for about `count` pieces, in their order.

    If the system ends one of the processes, this one does the rest of the work.
    """
    left = iter(pieces)
    # What is loaded only where it is needed is loaded by the first piece, before the fork, once.
    yield from map(function, islice(left, 1))
    batches = _batches(left, min(1 + count // FEWEST_WORTH_BATCHING, MOST_AT_ONCE))
    under_way: deque[tuple[list[Piece], Future[list[Result]] | None]] = deque()
    fork = multiprocessing.get_context("fork")
    # A forked process has a copy of the function, so that it need not be picklable.
    with ProcessPoolExecutor(processes, fork, _begin, (function, os.getpid())) as pool:
        try:
            for batch in batches:
                under_way.append((batch, _submit(pool, batch)))
                if len(under_way) > MOST_UNDER_WAY * processes:
                    yield from _results(function, *under_way.popleft())
            while under_way:
                yield from _results(function, *under_way.popleft())
        except BaseException:  # as when a person interrupts: waiting batches must not be begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _batches(pieces: Iterable[Piece], size: int) -> Iterator[list[Piece]]:
    left = iter(pieces)
    return iter(lambda: list(islice(left, size)), [])


_remembered: Callable[[Any], Any]


def _begin(function: Callable[[Any], Any], parent: int) -> None:
    global _remembered  # noqa: PLW0603 - the process exists for this function only
    _remembered = function
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # a terminal sends it to all processes; the parent decides
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """Ends this process soon after its parent, which may be killed without notice."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def _call_remembered(batch: list[Any]) -> list[Any]:
    return [_remembered(piece) for piece in batch]


def _submit(pool: ProcessPoolExecutor, batch: list[Any]) -> Future[list[Any]] | None:
    """None if the pool is broken: the system, short of memory, has ended one of its processes."""
    try:
        with _uninterrupted():
            return pool.submit(_call_remembered, batch)
    except BrokenProcessPool:
        return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Delays Ctrl-C: a pool that has processes but no thread yet could not be ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _results(
    function: Callable[[Piece], Result],
    batch: list[Piece],
    future: Future[list[Result]] | None,
) -> Iterable[Result]:
    """The results for a batch, from the pool or, if that is broken, from this process."""
    try:
        return future.result() if future else map(function, batch)
    except BrokenProcessPool:
        return map(function, batch)
