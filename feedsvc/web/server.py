"""Runs the app on granian, a production server."""

from __future__ import annotations

import logging
import os

from granian.constants import Interfaces
from granian.server import Server

from feedsvc.config import Config

THREADS = 512
"""In each worker, made when they are needed. One that streams to a slow client waits for it."""

KILL_SECONDS = 8
"""After which a worker that was told to stop is ended; below the ten that most hosts wait."""

ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""For glibc (mallopt(3)): what long documents took goes back to the system."""


def serve(config: Config, host: str, port: int, workers: int) -> None:
    """Serves until it is told to stop by SIGINT or SIGTERM."""
    # The workers are processes of their own and read their settings from the environment.
    os.environ.update({**ALLOCATOR, **os.environ, **config.environment()})
    # It would tell everybody at each start that there are many threads.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.msg)
    Server(
        "feedsvc.startup:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        # A worker that is told to stop before it listens to that would never do.
        workers_kill_timeout=KILL_SECONDS,
    ).serve()
