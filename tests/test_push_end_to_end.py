"""A digest comes, and a subscriber has its papers: server, hub and subscriber on real sockets."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from feedsvc.feeds.formats import FORMATS
from tests.support.archive import digest, paper, write_archive
from tests.support.hub import RunningHub, running_hub, running_subscriber
from tests.support.languages import write_day, write_languages
from tests.support.processes import is_alive, state_and_parent
from tests.support.project import environment
from tests.support.server import ask, free_port, running
from tests.support.waiting import until

REFRESH = 0.2

PROMPTLY = 1.5
"""Seconds in which a server ends; with half a second for a machine that is busy."""

SERVE = ("feedsvc", "serve", "--port", "{port}")

SEVERAL = {
    "granian": (*SERVE, "--workers", "8"),
    "gunicorn": (
        *("gunicorn", "--workers", "8", "--threads", "4", "--bind", "127.0.0.1:{port}"),
        "feedsvc.startup:create_app()",
    ),
}
"""Servers of several processes."""


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=9, papers=2)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with running_hub(tmp_path) as hub:
        yield hub


@contextmanager
def _serving(digests: Path, hub: str, *command: str, **more: str) -> Iterator[tuple[str, Path]]:
    """A server of its own address that has a hub; gives the address and the log."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}/"
    words = [sys.executable, "-m", *(word.format(port=port) for word in command or SERVE)]
    settings = {
        "FEEDSVC_BASE_URL": base_url,
        "FEEDSVC_DIGESTS": str(digests),
        "FEEDSVC_INDEX": str(digests.parent / "served.sqlite3"),
        "FEEDSVC_REFRESH": str(REFRESH),
        "FEEDSVC_HUB": hub,
        **more,
    }
    with running(words, port, digests.parent, **settings) as log:
        if "--watch" not in command:
            assert until(lambda: _is_noted(digests.parent / "served.sqlite3"))
        yield base_url, log


def _is_noted(index: Path) -> bool:
    """Whether a server has noted what there is; what changes from then on is told."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(index)) as database:
        return bool(database.execute("SELECT count(*) FROM pinging").fetchone()[0])
    return False


def _new_day(digests: Path) -> None:
    (digests / "2024-01-10.md").write_text(digest("2024-01-10", [paper(90), paper(91)]))


def test_a_subscriber_gets_the_papers_of_a_new_digest_at_once(
    digests: Path, hub: RunningHub
) -> None:
    with _serving(digests, hub.url) as (base_url, log), running_subscriber() as subscriber:
        feeds = [base_url + name for name in FORMATS]
        for feed in feeds:
            subscriber.subscribe(feed)
        assert not hub.pings
        _new_day(digests)
        assert until(lambda: {feed for feed, _ in subscriber.received} == set(feeds))
        assert until(lambda: "the hub was told of" in log.read_text())
        time.sleep(10 * REFRESH)
    for feed in feeds:
        (content,) = subscriber.contents(feed)
        assert b"2411.00090" in content
    assert not subscriber.refused
    assert set(hub.pings.values()) == {1}


def test_a_subscriber_in_one_language_hears_of_no_other(tmp_path: Path, hub: RunningHub) -> None:
    digests = write_languages(tmp_path / "digests")
    languages = {"FEEDSVC_LANGUAGES": "ko, en"}
    with (
        _serving(digests, hub.url, **languages) as (base_url, log),
        running_subscriber() as subscriber,
    ):
        assert until(lambda: _is_noted(tmp_path / "served-en.sqlite3"))
        korean, english = f"{base_url}feed.xml", f"{base_url}en/feed.xml"
        for feed in (korean, english):
            subscriber.subscribe(feed)
        for number, (code, feed) in enumerate((("en", english), ("ko", korean)), 1):
            write_day(digests, "2024-01-10", code)
            assert until(lambda feed=feed: b"2411.00100" in b"".join(subscriber.contents(feed)))
            assert until(lambda n=number: log.read_text().count("the hub was told of") == n)
            time.sleep(10 * REFRESH)
            (content,) = subscriber.contents(feed)
            assert (b"2411.00100#en" in content) == (code == "en")
    assert set(hub.pings.values()) == {1}


def test_a_build_tells_of_each_language(tmp_path: Path, hub: RunningHub) -> None:
    digests = write_languages(tmp_path / "digests")
    settings = {
        "FEEDSVC_BASE_URL": "https://papers.example.org/",
        "FEEDSVC_INDEX": str(tmp_path / "built.sqlite3"),
        "FEEDSVC_LANGUAGES": "ko, en",
        "FEEDSVC_HUB": hub.url,
        "FEEDSVC_PING": "false",
    }

    def run(*command: str) -> str:
        words = [sys.executable, "-m", "feedsvc", *command]
        return subprocess.run(
            words, cwd=tmp_path, env=environment(**settings), capture_output=True, check=True
        ).stdout.decode()

    run("ping")
    for code in ("ko", "en"):
        write_day(digests, "2024-01-10", code)
    assert f"{hub.url}: told of" in run("ping")
    told = {feed.removeprefix("https://papers.example.org/") for feed in hub.pings}
    assert {"feed.xml", "all/rss.xml", "en/feed.xml", "en/all/rss.xml"} <= told
    run("ping", "en/daily/feed.json")
    assert hub.forms[-1]["hub.topic"] == "https://papers.example.org/en/daily/feed.json"


def test_what_an_author_tries_is_no_news(digests: Path, hub: RunningHub) -> None:
    with _serving(digests, hub.url, *SERVE, "--watch") as (base_url, _):
        port = urlsplit(base_url).port
        assert port
        for number in (90, 91):
            (digests / "2024-01-10.md").write_text(digest("2024-01-10", [paper(number)]))
            assert until(lambda n=number: b"2411.%05d" % n in ask(port, "/feed.xml")[2])
            time.sleep(10 * REFRESH)
    assert not hub.forms
    assert not _is_noted(digests.parent / "served.sqlite3")


@pytest.mark.slow(reason="eight processes at once")
@pytest.mark.parametrize("server", SEVERAL)
def test_eight_workers_tell_the_hub_once_of_each_feed_and_have_all_the_same_papers_then(
    digests: Path, hub: RunningHub, server: str
) -> None:
    with (
        _serving(digests, hub.url, *SEVERAL[server]) as (base_url, log),
        running_subscriber() as subscriber,
    ):
        followed = [*FORMATS, *(f"all/{name}" for name in FORMATS), "daily/feed.xml"]
        followed += ["2024-W02/feed.xml", "2024-01-09/feed.xml"]
        for name in followed:
            subscriber.subscribe(base_url + name)
        time.sleep(20 * REFRESH)  # so that every worker is at work
        before = _tags(base_url)
        for number in (10, 11):
            day = f"2024-01-{number}"
            (digests / f"{day}.md").write_text(digest(day, [paper(number + 80)]))
            expected = number - 9
            assert until(lambda n=expected: log.read_text().count("the hub was told of") == n)
            time.sleep(20 * REFRESH)
            after = _tags(base_url)
            changed = {feed for feed, tag in before.items() if after[feed] != tag}
            assert hub.pings == Counter(dict.fromkeys(changed, 1)), "each that changed, once"
            assert len(changed) > 10
            hub.forms.clear()
            before = after
        for name in followed[:-1]:  # what the hub fetched, from whichever worker, was up to date
            contents = subscriber.contents(base_url + name)
            assert [b"2411.00090" in content for content in contents] == [True, True], name
            assert [b"2411.00091" in content for content in contents] == [False, True], name
        assert not subscriber.contents(base_url + followed[-1]), "nothing changed on that day"
    assert "was not told" not in log.read_text()
    assert "Traceback" not in log.read_text()


def _tags(base_url: str) -> dict[str, str]:
    """The ETag of each feed, by its address."""
    port = urlsplit(base_url).port
    assert port
    sitemap = ask(port, "/sitemap.xml")[2].decode()
    places = re.findall(f"<loc>{re.escape(base_url)}(.*?)</loc>", sitemap)
    found = {}
    for path in (place + name for place in places for name in FORMATS):
        status, headers, _ = ask(port, f"/{path}")
        if status == 200:
            found[base_url + path] = headers["etag"]
    return found


@pytest.mark.parametrize("is_answered", [True, False], ids=["slow", "silent"])
def test_a_server_ends_at_once_while_a_hub_keeps_it_waiting(
    digests: Path, is_answered: bool
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        _serving(digests, f"http://127.0.0.1:{silent.getsockname()[1]}/") as (base_url, log),
    ):
        silent.settimeout(30)
        port = urlsplit(base_url).port
        assert port
        _new_day(digests)
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(65536).startswith(b"POST / ")
            if is_answered:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for path in ("/feed.xml", "/2024-01-10/", "/healthz"):
                begun = time.monotonic()
                assert ask(port, path)[0] == 200
                assert time.monotonic() - begun < 1
            (server,) = _listening(port)
            begun = time.monotonic()
            os.kill(server, signal.SIGINT)
            assert until(lambda: not is_alive(server))
            assert time.monotonic() - begun < PROMPTLY
    assert "Killing" not in log.read_text()


def _listening(port: int) -> list[int]:
    """The main process of a server at a port."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if b"serve" in words and str(port).encode() in words:
                found.append(int(path.parent.name))
    return [each for each in found if int(state_and_parent(each)[1]) not in found]
