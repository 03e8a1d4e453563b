"""Calls a function in a process of its own, for what must not be in one that forks later."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from feedsvc.errors import FeedsvcError


def apart(function: Callable[[], object]) -> None:
    """Calls a function; raises the error of ours that it raises.

    Some libraries start threads of their own, which a fork doesn't copy, and then wait for them.
    """
    if sys.platform != "linux":  # where nothing is forked
        function()
        return
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=_call, args=(function, sender))
    process.start()
    sender.close()
    try:
        error: FeedsvcError | None = receiver.recv()
    except EOFError:
        error = FeedsvcError("A process that this one had started was ended by somebody else.")
    finally:
        process.join()
        receiver.close()
    if error:
        raise error


def _call(function: Callable[[], object], sender: Connection) -> None:
    try:
        function()
    except FeedsvcError as error:
        sender.send(error)
    except KeyboardInterrupt:  # which the process that waits is told, too
        os._exit(1)
    else:
        sender.send(None)
