"""Has a function done for many pieces by forked processes, which end with this one."""

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
"""Pieces; of fewer each is given alone, so that no process has several left when others end."""

PARENT_SECONDS = 0.5
"""Between two looks at whether the parent process is still there."""

MOST_AT_ONCE = 4
"""Pieces that a process is given at a time: to send them takes a part of what they do."""

MOST_UNDER_WAY = 8
"""Batches for each process that are done or being done while the first is waited for."""


def pool_map(
    processes: int, function: Callable[[Piece], Result], pieces: Iterable[Piece], count: int
) -> Iterator[Result]:
    """What a function makes of each of about `count` pieces, in their order.

    What a process that the system ends was to do is done by this one.
    """
    batches = _batches(pieces, min(1 + count // FEWEST_WORTH_BATCHING, MOST_AT_ONCE))
    under_way: deque[tuple[list[Piece], Future[list[Result]] | None]] = deque()
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


def _batches(pieces: Iterable[Piece], size: int) -> Iterator[list[Piece]]:
    left = iter(pieces)
    return iter(lambda: list(islice(left, size)), [])


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
    function: Callable[[Piece], Result],
    batch: list[Piece],
    future: Future[list[Result]] | None,
) -> Iterable[Result]:
    """What the pool made of a batch, or this process where the pool is broken."""
    try:
        return future.result() if future else map(function, batch)
    except BrokenProcessPool:
        return map(function, batch)
