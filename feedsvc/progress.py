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
from typing import Any, TypeVar

from feedsvc.index import in_turn

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")

FEWEST_WORTH_SPREADING = 8
"""Pieces; fewer are done before another process has begun."""

PARENT_SECONDS = 0.5
"""Between two looks at whether the parent process is still there."""

MOST_UNDER_WAY = 64
"""Pieces that are done or being done while the first of them is waited for."""


def spread(
    function: Callable[[_Piece], _Result], pieces: Iterable[_Piece], count: int, name: str
) -> Iterator[_Result]:
    """A `feedsvc.index.Spread` for commands."""
    processes = _processors() if count >= FEWEST_WORTH_SPREADING and _may_fork() else 1
    if processes == 1:
        results = in_turn(function, pieces, count, name)
    else:
        results = _spread(function, pieces, processes)
    return iter(_shown(results, count, name))


def _spread(
    function: Callable[[_Piece], _Result], pieces: Iterable[_Piece], processes: int
) -> Iterator[_Result]:
    under_way: deque[tuple[_Piece, Future[_Result] | None]] = deque()
    fork = multiprocessing.get_context("fork")
    # A forked process has the function as it is here, so it need not be one that can be sent.
    with ProcessPoolExecutor(processes, fork, _begin, (function, os.getpid())) as pool:
        try:
            for piece in pieces:
                under_way.append((piece, _submit(pool, piece)))
                if len(under_way) > MOST_UNDER_WAY:
                    yield _result(function, *under_way.popleft())
            while under_way:
                yield _result(function, *under_way.popleft())
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


def _call_remembered(piece: Any) -> Any:  # noqa: ANN401 - what the function takes and gives
    return _remembered(piece)


def _submit(pool: ProcessPoolExecutor, piece: object) -> Future[Any] | None:
    """None where the pool is broken: the system, short of memory, has ended a process of it."""
    try:
        return pool.submit(_call_remembered, piece)
    except BrokenProcessPool:
        return None


def _result(
    function: Callable[[_Piece], _Result], piece: _Piece, future: Future[_Result] | None
) -> _Result:
    """What the pool made of a piece, or this process where the pool is broken."""
    try:
        return future.result() if future else function(piece)
    except BrokenProcessPool:
        return function(piece)


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
