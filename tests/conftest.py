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
from tests.support.archive import digest, paper
from tests.support.project import BASE_URL, DIGESTS, Configure
from tests.support.publishing import Place, build_site
from tests.support.seaweed import Gate, Store, running_store
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


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with running_store(tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture
def gate(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The way to the store that the environment names."""
    gate = Gate(store)
    for name, value in store.environment(gate.port).items():
        monkeypatch.setenv(name, value)
    yield gate
    gate.stop()


@pytest.fixture
def place(store: Store, gate: Gate) -> Place:
    return Place(store)


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two days."""
    return build_site(
        tmp_path_factory.mktemp("old"),
        {
            "a.md": digest("2024-01-02", [paper(1)]),
            "b.md": digest("2024-01-05", [paper(2), paper(3)]),
        },
    )


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without the first day, with another text in the second, and a day in a new week."""
    return build_site(
        tmp_path_factory.mktemp("new"),
        {
            "b.md": digest("2024-01-05", [paper(2, "다른 요약입니다."), paper(3)]),
            "c.md": digest("2024-01-09", [paper(4)]),
        },
    )


@pytest.fixture(scope="session")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another site that the old one may become."""
    return build_site(
        tmp_path_factory.mktemp("newest"), {"c.md": digest("2024-01-09", [paper(5), paper(6)])}
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are written by the tests that compare them; `make soak` tries every fault."""
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")
    parser.addoption("--every-call", action="store_true", help="try faults at each call of a store")


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
