"""Fixtures that many tests share, and how the suite is run."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from flask.testing import FlaskClient

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.project import BASE_URL, DIGESTS, Configure
from tests.support.server import Server

# How long an example takes says more about the machine than about us; each test has a time limit.
hypothesis.settings.register_profile("feedsvc", deadline=None)
hypothesis.settings.load_profile("feedsvc")


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
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
        digests=DIGESTS,
        out=folder / "site",
        index=folder / "index.sqlite3",
        base_url=BASE_URL,
        language="ko",
    )
    site = Site(config)
    site.refresh()
    build(site, config)
    return config.out


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The project's own digests behind the app, under BASE_URL. Not to be changed."""
    index = tmp_path_factory.mktemp("app") / "index.sqlite3"
    config = Config(digests=DIGESTS, index=index, base_url=BASE_URL, language="ko")
    return create_app(config).test_client()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The project's own digests behind a real server, under BASE_URL."""
    server = Server(DIGESTS, tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are written by the tests that compare them."""
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that the quick ring leaves out says why."""
    for item in items:
        for mark in item.iter_markers("slow"):
            if set(mark.kwargs) != {"reason"} or mark.args or not mark.kwargs["reason"]:
                raise pytest.UsageError(f'{item.nodeid}: write slow(reason="...")')


def pytest_configure() -> None:
    """Lets what tests start be interrupted, also where pytest itself can't be.

    In the background of a script, as under nohup, SIGINT is ignored, and children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
