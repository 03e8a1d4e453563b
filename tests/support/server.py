"""Real servers on real sockets, and what a client gets of them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin

import pytest

from tests.support.project import BASE_URL, environment
from tests.support.waiting import until

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers (their names in lower case) and body."""

STOP_SECONDS = 20


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """What a server answers; `_` in names of headers stands for a dash, `__` for itself."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STOP_SECONDS)
    try:
        connection.request(method, path, body or None, header_fields(headers))
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return response.status, fields, response.read()
    finally:
        connection.close()


def header_fields(headers: dict[str, str]) -> dict[str, str]:
    """Headers that are written as Python's names."""
    return {
        "_".join(part.replace("_", "-") for part in name.split("__")): value
        for name, value in headers.items()
    }


@contextmanager
def running(command: Sequence[str] | str, port: int, folder: Path, **more: str) -> Iterator[Path]:
    """A server that listens on the port, for as long as it is needed; gives its log.

    The command is a list of words, or a line as a person types it; `more` goes to its environment.
    """
    process, log = _start(command, port, folder, **more)
    try:
        yield log
    finally:
        _stop(process)


def _start(
    command: Sequence[str] | str, port: int, folder: Path, **more: str
) -> tuple[subprocess.Popen[bytes], Path]:
    words = ["sh", "-c", command] if isinstance(command, str) else command
    log = folder / f"{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment(**more),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    until(lambda: process.poll() is not None or listens(port))
    if process.poll() is not None or not listens(port):
        _stop(process)
        pytest.fail(f"{words} did not start: {log.read_text()}")
    return process, log


def listens(port: int) -> bool:
    """Whether a server accepts connections at a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a server as an operator does, and what else a line has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Server:
    """A `feedsvc serve` in a process of its own."""

    language = "ko"
    """What its feeds say of themselves."""

    def __init__(
        self, digests: Path, folder: Path, *flags: str, base_url: str = BASE_URL, **more: str
    ) -> None:
        """`more` are settings, by the names of their variables."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            *(sys.executable, "-m", "feedsvc", "serve", "--port", str(self.port)),
            *("--digests", str(digests), "--base-url", base_url, *flags),
        ]
        settings = {
            "FEEDSVC_INDEX": str(folder / "served.sqlite3"),
            "FEEDSVC_REFRESH": "0.2",
            "FEEDSVC_LANGUAGE": self.language,
            **more,
        }
        self._process, self.log = _start(command, self.port, folder, **settings)
        self.process = self._process.pid

    def get(self, path: str, **headers: str) -> Answer:
        """What it answers, where it sends us to; names of headers are written as for `ask`."""
        answer = ask(self.port, path, **headers)
        while location := answer[1].get("location"):
            path = urljoin(path, location)
            answer = ask(self.port, path, **headers)
        return answer

    def stop(self) -> None:
        """Ends the server as an operator does."""
        _stop(self._process)
