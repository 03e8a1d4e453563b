"""What is answered without Flask is answered as Flask would; what is long is streamed."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import brotli
import pytest
import zstandard
from werkzeug.test import create_environ, run_wsgi_app

from feedsvc.config import Config
from feedsvc.errors import NotFoundError
from feedsvc.model import Document
from feedsvc.site.documents import document
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from feedsvc.web.cache import DocumentCache
from feedsvc.web.fast_lane import FastLane
from feedsvc.web.responses import OVERHEAD
from tests.support.archive import digest, paper, write_archive
from tests.support.project import BASE_URL, DIGESTS, Configure
from tests.support.server import Server

PATHS = ["/", "/feed.xml", "/2024-11-18/rss.xml", "/2024-W47/feed.json", "/all/", "/.nojekyll"]
PATHS += ["/all/feed.xml", "/style.css", "/icon.png", "/opml.xml", "/404.html", "/2024-11-18/"]


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> FastLane:
    index = tmp_path_factory.mktemp("lane") / "index.sqlite3"
    lane = create_app(
        Config(digests=DIGESTS, index=index, base_url=BASE_URL, language="ko")
    ).wsgi_app
    assert isinstance(lane, FastLane)
    return lane


Answer = tuple[str, list[tuple[str, str]], bytes]


def _ask(app: Callable[..., object], path: str, method: str, headers: dict[str, str]) -> Answer:
    environ = create_environ(path, method=method, headers=headers)
    body, status, fields = run_wsgi_app(app, environ)  # type: ignore[arg-type]
    return status, sorted((name.title(), value) for name, value in fields), b"".join(body)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
def test_the_fast_lane_answers_as_flask_does(lane: FastLane, path: str, method: str) -> None:
    _, fields, _ = _ask(lane, path, "GET", {})
    etag, modified = dict(fields)["Etag"], dict(fields)["Last-Modified"]
    for encoding in ("", "gzip", "br", "zstd", "gzip;q=0", "*", "identity"):
        for condition in (
            {},
            {"If-None-Match": etag},
            {"If-None-Match": f"W/{etag}"},
            {"If-None-Match": f'{etag[:-1]}.gz"'},
            {"If-None-Match": f'{etag[:-1]}-gzip"'},
            {"If-None-Match": '"other"', "If-Modified-Since": modified},
            {"If-None-Match": "*"},
            {"If-Modified-Since": modified},
            {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
            {"If-None-Match": etag, "A-IM": "feed"},
            {"If-None-Match": '"other"', "A-IM": "feed"},
        ):
            headers = {"Accept-Encoding": encoding, **condition}
            flask = _ask(lane.app, path, method, headers)
            assert _ask(lane, path, method, headers) == flask, headers


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE", "get", "PROPFIND"])
def test_other_methods_are_flasks(lane: FastLane, method: str) -> None:
    _ask(lane, "/feed.xml", "GET", {})
    assert _ask(lane, "/feed.xml", method, {}) == _ask(lane.app, "/feed.xml", method, {})


# --- long documents ----------------------------------------------------------------------------

MANY = 2100


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose complete feeds are streamed."""
    return write_archive(tmp_path_factory.mktemp("many") / "digests", days=30, papers=MANY // 30)


@pytest.fixture(scope="module")
def large(many: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(many, tmp_path_factory.mktemp("large"))
    yield server
    server.stop()


@pytest.mark.slow(reason="compresses megabytes")
@pytest.mark.parametrize("name", ["feed.xml", "rss.xml", "feed.json"])
def test_a_streamed_feed_is_the_built_one_in_every_encoding(
    large: Server, many: Path, configure: Configure, name: str
) -> None:
    path = f"/all/{name}"
    content = Site(configure(digests=many, language="ko")).document(path).content
    assert content.count(b"https://arxiv.org/abs/2411.") >= MANY
    tags = set()
    for coding, decode in (
        ("identity", bytes),
        ("gzip", gzip.decompress),
        ("br", brotli.decompress),
        ("zstd", lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body)),
    ):
        status, fields, body = large.get(path, Accept_Encoding=coding)
        assert (status, decode(body)) == (200, content)
        assert "content-length" not in fields
        tags.add(fields["etag"])
        for header in (
            {"If_None_Match": fields["etag"]},
            {"If_Modified_Since": fields["last-modified"]},
        ):
            assert large.get(path, Accept_Encoding=coding, **header)[0] == 304
    assert len(tags) == 4


@pytest.mark.slow(reason="traces memory of an archive of 2,100 papers")
def test_a_streamed_feed_needs_little_memory(many: Path, configure: Configure) -> None:
    site = Site(configure(digests=many))
    sizes = {}
    site.document("/feed.xml")  # what is made at the first time only doesn't count
    for kept in (True, False):
        tracemalloc.start()
        with site.snapshot(long=True) as snapshot:
            pieces = document(snapshot, "/all/feed.xml").pieces
            total = len(b"".join(pieces)) if kept else sum(map(len, pieces))
        sizes[kept] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert total > 1_000_000
    assert sizes[False] < sizes[True] / 3


@pytest.mark.slow(reason="reads an archive of 2,100 papers")
def test_who_reads_slowly_keeps_nobody_from_reading(many: Path, configure: Configure) -> None:
    lane = create_app(configure(digests=many)).wsgi_app
    slow, _, _ = run_wsgi_app(lane, create_environ("/all/feed.xml"))
    first = next(iter(slow))
    assert first
    (many / "2024-03-01.md").write_text(digest("2024-03-01", [paper(9999)]))
    try:
        site = Site(configure(digests=many))
        site.refresh()
        assert b"09999" in site.document("/feed.xml").content
        rest = b"".join(slow)
        # The old state to its end, whatever came meanwhile.
        assert rest.endswith(b"</feed>\n")
        assert b"09999" not in first + rest
    finally:
        (many / "2024-03-01.md").unlink()


# --- the table of what is ready ------------------------------------------------------------------


def _document(path: str, size: int) -> Document:
    changed = datetime(2024, 1, 1, tzinfo=UTC)
    return Document(path, "text/plain", (b"x" * size,), path.strip("/"), changed)


def test_what_is_asked_for_stays_when_room_runs_out() -> None:
    size = 100_000
    cache = DocumentCache(capacity=10 * (size + OVERHEAD))
    cache.keep("one", date(2024, 1, 1))
    for number in range(30):
        cache.get(f"/{number}", lambda number=number: _document(f"/{number}", size))  # type: ignore[misc]
        cache.ready("/0")
    ready = [number for number in range(30) if cache.ready(f"/{number}")]
    assert 0 in ready
    assert 29 in ready
    assert len(ready) <= 11


@pytest.mark.parametrize("state", [("two", date(2024, 1, 1)), ("one", date(2024, 1, 2))])
def test_another_state_or_day_drops_everything(state: tuple[str, date]) -> None:
    cache = DocumentCache()
    cache.keep("one", date(2024, 1, 1))
    cache.get("/", lambda: _document("/", 10))
    cache.keep("one", date(2024, 1, 1))
    assert cache.ready("/")
    cache.keep(*state)
    assert not cache.ready("/")


def test_no_lock_is_left_of_a_document_that_was_made_or_not() -> None:
    """Else there would be one for every path that anybody ever asked for."""
    cache = DocumentCache()

    def fail() -> Document:
        raise NotFoundError("/nowhere")

    for number in range(3):
        cache.get("/", lambda: _document("/", 10))
        with pytest.raises(NotFoundError):
            cache.get(f"/{number}", fail)
    assert cache.ready("/")
    assert not cache.ready("/0")
    assert not cache._table.under_way


def test_however_many_ask_at_once_a_document_is_made_once() -> None:
    cache, made, barrier = DocumentCache(), list[int](), threading.Barrier(40)

    def make() -> Document:
        made.append(1)
        return _document("/", 10)

    def ask() -> None:
        barrier.wait()
        cache.get("/", make)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
