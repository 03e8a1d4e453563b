"""Runs the app on granian, a production server."""

from __future__ import annotations

import logging
import os

from granian.constants import Interfaces
from granian.server import Server

from feedsvc.config import Config

THREADS = 512
"""In each worker, started when needed. Many, as streaming to a slow client blocks one."""

KILL_SECONDS = 8
"""After these a worker that was told to stop is killed; most hosts wait ten."""

ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""For glibc (mallopt(3)): memory of long documents is given back to the system."""


def serve(config: Config, host: str, port: int, workers: int) -> None:
    """Serves until it is told to stop by SIGINT or SIGTERM."""
    # The workers are other processes, and read their settings from the environment.
    os.environ.update({**ALLOCATOR, **os.environ, **config.environment()})
    # It would warn at each start that there are many threads.
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
        # Otherwise a worker that is told to stop before it listens to signals never stops.
        workers_kill_timeout=KILL_SECONDS,
    ).serve()
