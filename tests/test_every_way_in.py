"""One suite through every way in: the Flask client, a real server and the built folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.web.app import create_app
from tests.support.project import BASE_URL, DIGESTS
from tests.support.server import Server
from tests.support.waiting import until

Get = Callable[[str], bytes]


@pytest.fixture(scope="session")
def flask_get(tmp_path_factory: pytest.TempPathFactory) -> Get:
    folder = tmp_path_factory.mktemp("flask")
    config = Config(
        digests=DIGESTS, index=folder / "index.sqlite3", base_url=BASE_URL, language="ko"
    )
    client = create_app(config).test_client()
    return lambda path: client.get(path, follow_redirects=True).data


@pytest.fixture(params=["flask", "server"])
def get(request: pytest.FixtureRequest, flask_get: Get, server: Server) -> Get:
    return flask_get if request.param == "flask" else lambda path: server.get(path)[2]


def _files(built: Path) -> list[str]:
    return sorted("/" + path.relative_to(built).as_posix() for path in built.rglob("*.*"))


def test_every_built_file_is_what_the_server_sends(built: Path, get: Get) -> None:
    files = _files(built)
    assert len(files) > 80
    for path in files:
        assert get(path) == (built / path[1:]).read_bytes(), path


def test_a_folder_is_its_page(built: Path, get: Get) -> None:
    for page in built.rglob("index.html"):
        folder = page.parent.relative_to(built).as_posix().strip(".")
        assert get(f"/{folder}/" if folder else "/") == page.read_bytes()


def test_every_document_answers_its_own_tag_with_304(built: Path, server: Server) -> None:
    assert until(lambda: _is_known_by_its_time(server)), "its time is still to come"
    for path in _files(built):
        status, headers, _ = server.get(path)
        assert status == 200
        status, again, body = server.get(path, If_None_Match=headers["etag"])
        assert (status, body) == (304, b""), path
        for name in ("etag", "cache-control", "vary", "last-modified"):
            assert again.get(name) == headers.get(name), (path, name)
        assert server.get(path, If_Modified_Since=headers["last-modified"])[0] == 304


def _is_known_by_its_time(server: Server) -> bool:
    since = server.get("/feed.xml")[1]["last-modified"]
    return server.get("/feed.xml", If_Modified_Since=since)[0] == 304


def test_nothing_of_the_host_stands_in_a_document(server: Server) -> None:
    for path in ("/", "/feed.xml", "/opml.xml", "/nowhere"):
        _, _, body = server.get(path, Host="evil.example", X_Forwarded_Host="evil.example")
        assert b"evil.example" not in body
        assert b"127.0.0.1" not in body
