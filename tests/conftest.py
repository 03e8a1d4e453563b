"""What tests share: configurations, a site built into a folder, a real server on a real socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.site.site import Site

ROOT = Path(__file__).parents[1]
DIGESTS = ROOT / "digests"
BASE_URL = "https://papers.example.org/"
SHARED = ROOT.parent / "shared"
"""Real digests, which are not part of the project; tests that read them skip where they aren't."""

START_SECONDS = 30


@pytest.fixture
def configure(tmp_path: Path) -> Callable[..., Config]:
    """Makes a Config whose files are all the test's own."""

    def configure(**settings: object) -> Config:
        defaults = {
            "digests": DIGESTS,
            "out": tmp_path / "site",
            "index": tmp_path / "index.sqlite3",
            "base_url": BASE_URL,
        }
        return Config(**{**defaults, **settings})  # type: ignore[arg-type]

    return configure


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own digests as a static site under BASE_URL. Not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    config = Config(
        digests=DIGESTS, out=folder / "site", index=folder / "index.sqlite3", base_url=BASE_URL
    )
    site = Site(config)
    site.refresh()
    build(site, config)
    return config.out


class Server:
    """A `feedsvc serve` in a process of its own."""

    def __init__(self, digests: Path, folder: Path, *flags: str, base_url: str = BASE_URL) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **{name: value for name, value in os.environ.items() if "FEEDSVC" not in name},
            "FEEDSVC_INDEX": str(folder / "served.sqlite3"),
            "FEEDSVC_REFRESH": "0.2",
        }
        command = [
            *(sys.executable, "-m", "feedsvc", "serve", "--port", str(self.port)),
            *("--digests", str(digests), "--base-url", base_url, *flags),
        ]
        with (folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, cwd=folder
            )
        self._log = folder / "server.log"
        self._wait_until_it_answers()

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body; underscores in names become dashes."""
        request = urllib.request.Request(self.url + path)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            response = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            fields = {name.lower(): value for name, value in response.headers.items()}
            return response.status, fields, response.read()

    def stop(self) -> None:
        """Ends the server as an operator does."""
        self._process.terminate()
        self._process.wait(timeout=20)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self._process.kill()
        pytest.fail(f"the server did not start: {self._log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The project's own digests behind a real server, under BASE_URL."""
    server = Server(DIGESTS, tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


def pytest_addoption(parser: pytest.Parser) -> None:
    """See test_golden_digests.py."""
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")
