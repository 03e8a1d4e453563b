"""Runs the app on granian, a production server."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer, WorkerProcess

from feedsvc.config import Config
from feedsvc.errors import AddressError, FeedsvcError
from feedsvc.logs import configure_logs, log_settings
from feedsvc.web.traffic import SHARED_FOLDER

THREADS = 512
"""In each worker, started when needed. Many, as streaming to a slow client blocks one."""

CONNECTIONS = 4096
"""In each worker, at most; those that send nothing are among them."""

BUFFER_BYTES = 65_536
"""Of each connection, at most: of a request's head, and of a body that waits for its client."""

SILENT_SECONDS = 30
"""After which a connection that hasn't sent a whole request is closed."""

KILL_SECONDS = 8
"""After these a worker that was told to stop is killed; most hosts wait ten."""

TOLD_SECONDS = 0.2
"""Until the main process has been told as well, which else took the end of a worker for a crash."""

CRASH_SECONDS = 10
"""A worker that dies again sooner is started again only after a pause."""

PAUSE_SECONDS = 2

PARENT_SECONDS = 1
"""Between two looks of a worker at whether the main process is still there."""

_STOPS = {signal.SIGINT, signal.SIGTERM}
"""The signals that tell a process to stop."""

ALLOCATOR = {-8: 2, -1: 131_072}
"""For glibc (mallopt(3)): few arenas, and what long documents took goes back to the system."""

_log = logging.getLogger(__name__)


def ensure_free(host: str, port: int) -> None:
    """Raises AddressError where nobody can listen at an address, as where another server does.

    granian shares its port with whoever shares it, too (SO_REUSEPORT), without a word.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":  # where it would allow just what is looked for
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise AddressError(
            f"{host}, port {port}: can't be listened at: {error.strerror}. "
            "Name another port with --port, or an address of this machine with --host."
        ) from error


def serve(
    make: Callable[[Config], Any],
    load: Callable[[], Config],
    config: Config,
    host: str,
    port: int,
    workers: int,
) -> None:
    """Serves until it is told to stop by SIGINT or SIGTERM.

    `make` makes the app in each worker. After SIGHUP the workers are replaced by such that have
    the settings that `load` gives then.
    """
    app = _App(make, load, config)
    configure_logs(app.config.log_format)
    _allow_files()
    # It would tell everybody at each start that there are many threads.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.msg)
    server = _Server(
        "feedsvc",
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=CONNECTIONS,
        # A proxy in front speaks HTTP/2 with clients. Here it would wait for ever for the bytes
        # that tell it from HTTP/1, and let one connection ask for hundreds of documents at once.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=SILENT_SECONDS * 1000, max_buffer_size=BUFFER_BYTES
        ),
        websockets=False,
        log_dictconfig=log_settings(app.config.log_format, "_granian"),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
    )
    server.on_reload(app.reload)
    server.respawned_wrks = _Restarts(lambda: server.interrupt_signal)
    with _shared_figures(workers):
        server.serve(target_loader=app, wrap_loader=False)


class _App:
    """Makes the app in each worker, with the settings of the moment at which that begins."""

    def __init__(
        self, make: Callable[[Config], Any], load: Callable[[], Config], config: Config
    ) -> None:
        self._make = make
        self._load = load
        self._server = os.getpid()
        self.config = config

    def __call__(self) -> Any:  # noqa: ANN401 - a WSGI app
        """The app of this process, which is a worker."""
        use = _Use()
        _become_worker(self._server, use)
        app = self._make(self.config)

        def used(environ: Any, start_response: Any) -> Any:  # noqa: ANN401 - as WSGI has it
            use.is_begun = True
            return app(environ, start_response)

        return used

    def reload(self) -> None:
        """Reads the settings again, for the workers to come. What can't be used changes nothing."""
        try:
            self.config = self._load()
        except FeedsvcError as error:
            _log.error("The settings stay as they were: %s", error)
        else:
            _log.info("The settings were read again.")


class _Restarts(dict[int, float]):
    """When granian last started a worker again; it ends the server where one dies soon after.

    Ours goes on and waits a moment instead: nothing is better for a site than to be away.
    """

    def __init__(self, is_told_to_stop: Callable[[], bool]) -> None:
        super().__init__()
        self._is_told_to_stop = is_told_to_stop
        self._last: dict[int, float] = {}

    def __setitem__(self, worker: int, now: float) -> None:
        """Called before a worker is started; notes nothing that granian could read."""
        if now - self._last.get(worker, -CRASH_SECONDS) < CRASH_SECONDS:
            until = now + PAUSE_SECONDS
            while time.monotonic() < until and not self._is_told_to_stop():
                time.sleep(0.05)
        self._last[worker] = time.monotonic()

    def get(self, worker: int, default: Any = None) -> Any:  # noqa: ANN401, ARG002 - as dict's
        """Long ago."""
        return -1e9


class _Use:
    """Whether a worker has begun to answer."""

    is_begun = False


class _Worker(WorkerProcess):
    """A worker that can be told to stop from its first moment, and for whose end one thread waits.

    If two wait, as granian lets them, the system tells one that there is nothing to wait for, and
    that one takes a worker that has ended for alive.
    """

    def start(self) -> None:
        """Starts it with the signals held that tell it to stop, until `_stop_when_told` waits."""
        with _held(_STOPS):
            super().start()  # type: ignore[no-untyped-call]

    def _watch(self) -> None:
        self._waiting = threading.Thread(target=self._watcher, name=f"worker-{self.idx + 1}")
        self._waiting.start()

    def join(self, timeout: float | None = None) -> None:
        """Waits for its end."""
        self._waiting.join(timeout)

    def is_alive(self) -> bool:
        """Whether it hasn't ended."""
        return self._waiting.is_alive()


class _Server(MPServer):
    """granian's main process, with workers of ours."""

    def _spawn_worker(self, *args: Any, **more: Any) -> WorkerProcess:  # noqa: ANN401 - as granian's
        worker = super()._spawn_worker(*args, **more)
        worker.__class__ = _Worker
        return worker


@contextmanager
def _held(signals: Collection[signal.Signals]) -> Iterator[None]:
    """Signals that come meanwhile come afterwards; a process started meanwhile goes on to hold."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _become_worker(server: int, use: _Use) -> None:
    """What a process must do that granian has just started for the app."""
    # What a terminal sends to a whole group is for the main process, which tells the others.
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    if hasattr(signal, "sigwait"):
        threading.Thread(target=_stop_when_told, args=(use,), name="stop", daemon=True).start()
    threading.Thread(target=_end_with, args=(server,), name="parent", daemon=True).start()
    _configure_allocator()


def _stop_when_told(use: _Use) -> None:
    """Ends this process: at once before it has answered anybody, else as granian does.

    granian's own handler must run once only, and not before all of granian has begun; a signal
    before that, or a second one, and the process would never end.
    """
    number = signal.sigwait(_STOPS)
    handler = signal.getsignal(number)
    if use.is_begun and callable(handler):
        handler(number, None)
    else:
        time.sleep(TOLD_SECONDS)
        os._exit(0)


def _end_with(server: int) -> None:
    """Ends this process soon after the main one, which may be killed without a word."""
    while os.getppid() == server:
        time.sleep(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _configure_allocator() -> None:
    """A forked process keeps the allocator it has, whatever the environment says by now."""
    import ctypes  # noqa: PLC0415 - of no use where nothing is served

    with suppress(OSError, AttributeError, TypeError):  # another C library, or none
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in ALLOCATOR.items():
            mallopt(parameter, value)


def _allow_files() -> None:
    """Takes what the system allows at most: each connection is a file, and so is each reading."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not everywhere

    wanted = 4 * CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


@contextmanager
def _shared_figures(workers: int) -> Iterator[None]:
    """Where several workers count requests together, see `traffic`."""
    if workers == 1 or os.environ.get(SHARED_FOLDER):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="feedsvc-", ignore_cleanup_errors=True) as folder:
        os.environ[SHARED_FOLDER] = folder
        yield
