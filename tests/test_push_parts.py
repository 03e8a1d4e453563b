"""What stands between a site and its hub: one ping, the thread beside a server, the command."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from feedsvc.errors import HubError
from feedsvc.feeds.formats import FORMATS
from feedsvc.push.announcer import INTERVALS, LONGEST_CALM, MARGIN, Announcer
from feedsvc.push.hub import Hub
from feedsvc.push.round import Pace
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.hub import RunningHub, running_hub
from tests.support.project import BASE_URL, Configure, environment
from tests.support.waiting import until

FEED = f"{BASE_URL}feed.xml"


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=9, papers=2)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with running_hub(tmp_path) as hub:
        yield hub


# --- one ping --------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    """Answers as told, and notes what came on which connection."""

    protocol_version = "HTTP/1.1"
    answer: tuple[int, dict[str, str], bytes] = (204, {}, b"")
    closes_after = False
    seen: list[tuple[int, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.client_address[1], self.path, body))
        status, headers, content = self.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = self.closes_after  # without a word

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as it is called
        """Nothing."""


@contextmanager
def _answering(
    status: int = 204,
    headers: dict[str, str] | None = None,
    content: bytes = b"",
    *,
    closes: bool = False,
) -> Iterator[tuple[str, list[tuple[int, str, bytes]]]]:
    seen = list[tuple[int, str, bytes]]()
    settings = {"answer": (status, headers or {}, content), "closes_after": closes, "seen": seen}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), settings))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("path", ["", "/", "/hub?key=a%20b"])
def test_pings_share_a_connection_and_go_to_the_address_of_the_hub(path: str) -> None:
    with _answering() as (url, seen), Hub(url + path) as hub:
        for name in FORMATS:
            hub.ping(BASE_URL + name)
    assert len({connection for connection, _, _ in seen}) == 1
    assert {target for _, target, _ in seen} == {path or "/"}
    assert seen[0][2] == (
        b"hub.mode=publish&hub.url=https%3A%2F%2Fpapers.example.org%2Ffeed.xml"
        b"&hub.topic=https%3A%2F%2Fpapers.example.org%2Ffeed.xml"
    )


def test_a_connection_that_the_hub_has_closed_is_made_again() -> None:
    with _answering(closes=True) as (url, seen), Hub(url) as hub:
        for name in FORMATS:
            hub.ping(BASE_URL + name)
    assert len({connection for connection, _, _ in seen}) == len(seen) == len(FORMATS)


@pytest.mark.parametrize(
    ("status", "headers", "content", "said", "may_pass"),
    [
        (400, {"Content-Type": "text/plain"}, b"no\x1b such\nmode.", "400 no? such mode", False),
        (400, {"Content-Type": "text/html"}, b"<p>no", "400 Bad Request", False),
        (404, {}, b"", "404 Not Found", False),
        (429, {}, b"", "429 Too Many Requests", True),
        (503, {}, b"", "503 Service Unavailable", True),
        (301, {"Location": "https://new/"}, b"", "301 and leads to https://new/", False),
        (200, {}, b"x" * 1_000_000, "", True),
        (202, {"Content-Type": "text/plain"}, b"ok", "", True),
    ],
)
def test_what_a_hub_answers_is_said(
    status: int, headers: dict[str, str], content: bytes, said: str, may_pass: bool
) -> None:
    with _answering(status, headers, content) as (url, _), Hub(url) as hub:
        if not said:
            hub.ping(FEED)
            hub.ping(FEED)
            return
        with pytest.raises(HubError) as raised:
            hub.ping(FEED)
    expected = f"{url}: the hub was not told of {FEED}: it answered {said}."
    assert (str(raised.value), raised.value.may_pass) == (expected, may_pass)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:{port}/", "Connection refused"),
        ("http://hub.invalid/", "Name or service not known|Temporary failure in name resolution"),
    ],
)
def test_why_a_hub_is_not_reached_is_said(url: str, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        Hub(url.format(port=port)) as hub,
        pytest.raises(HubError, match=rf"told of {FEED}: ({why})\.$") as raised,
    ):
        hub.ping(FEED)
    assert raised.value.may_pass


def test_a_hub_that_is_not_who_it_should_be_is_not_told() -> None:
    """Whoever answers in plain text, or with a certificate of nobody, is not the hub."""
    with _answering() as (url, seen), Hub(url.replace("http:", "https:")) as hub:
        with pytest.raises(HubError, match=r"SSL"):
            hub.ping(FEED)
        assert not seen


# --- beside a server -------------------------------------------------------------------------


class Scene:
    """A server's looks at the folder, at times that are set by hand."""

    def __init__(self, digests: Path, configure: Configure, hub: RunningHub) -> None:
        self.digests = digests
        self.hub = hub
        self.now = 1000.0
        config = configure(digests=digests, hub=hub.url, refresh=2.0)
        self.calm = INTERVALS * 2.0 + MARGIN
        self._site = Site(config)
        pace = Pace(whole=10.0, pauses=(30.0,))
        self.announcer = Announcer(self._site, config, pace, clock=lambda: self.now)

    def look(self, seconds: float = 0.0) -> int:
        """Looks some time later; the number of feeds that the hub was told of by that."""
        self.now += seconds
        before = sum(self.hub.pings.values())
        self._site.refresh()
        with self._site.snapshot() as snapshot:
            revision = snapshot.catalogue.state.revision
        self.announcer.look(revision)
        assert until(lambda: not self.announcer._is_telling())
        return sum(self.hub.pings.values()) - before

    def write(self, number: int) -> None:
        text = digest("2024-01-10", [paper(number)])
        (self.digests / "2024-01-10.md").write_text(text)


@pytest.fixture
def scene(digests: Path, configure: Configure, hub: RunningHub) -> Scene:
    scene = Scene(digests, configure, hub)
    assert scene.look() == 0
    assert scene.look(scene.calm) == 0
    return scene


def test_the_hub_is_told_when_every_process_has_had_time_to_see_the_change(scene: Scene) -> None:
    scene.write(90)
    assert scene.look(2) == 0
    assert scene.look(scene.calm - 0.1) == 0
    assert scene.look(0.1) > 10
    assert scene.look(1000) == 0


def test_several_changes_in_a_row_are_told_as_one(scene: Scene) -> None:
    for number in range(5):
        scene.write(90 + number)
        assert scene.look(2) == 0
    assert scene.look(scene.calm) > 10
    assert set(scene.hub.pings.values()) == {1}


def test_digests_that_go_on_changing_are_told_all_the_same(scene: Scene) -> None:
    told = []
    for number in range(int(LONGEST_CALM) + 4):
        scene.write(90 + number)
        told.append(scene.look(2))
    assert len([each for each in told if each]) == 2
    assert not any(told[: int(LONGEST_CALM) // 2])


def test_a_change_at_once_after_the_start_is_told(
    digests: Path, configure: Configure, hub: RunningHub
) -> None:
    scene = Scene(digests, configure, hub)
    scene.look()
    scene.write(90)
    assert scene.look(2) == 0
    assert scene.look(scene.calm) > 10


def test_a_server_waits_out_the_pauses_of_a_hub_in_trouble(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count()  # of the index, whose times are those of all processes
    monkeypatch.setattr("time.time", lambda: scene.now + next(clock) * 1e-6)
    scene.write(90)
    scene.look()
    scene.hub.answers = iter([503] * 3)
    assert scene.look(scene.calm) == 0
    assert scene.look(29) == 0
    assert scene.look(2) > 10


def test_a_change_soon_after_the_index_was_lost_is_told(scene: Scene) -> None:
    index = scene.announcer._config.index
    assert index
    scene.write(90)
    scene.look()
    for name in ("", "-wal", "-shm"):
        Path(f"{index}{name}").unlink(missing_ok=True)
    assert scene.look(2) == 0, "it is made anew, and nobody knows what the hub knows"
    scene.write(91)
    scene.look(2)
    assert scene.look(scene.calm) > 10


# --- the command -----------------------------------------------------------------------------


def _run(
    digests: Path, hub: str, command: str, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    folder = digests.parent
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", command, *arguments],
        cwd=folder,
        env=environment(
            FEEDSVC_DIGESTS=str(digests),
            FEEDSVC_OUT=str(folder / "site"),
            FEEDSVC_INDEX=str(folder / "index.sqlite3"),
            FEEDSVC_BASE_URL=BASE_URL,
            FEEDSVC_HUB=hub,
            **settings,
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _new_day(digests: Path, number: int = 90) -> None:
    day = f"2024-01-{number - 80}"
    (digests / f"{day}.md").write_text(digest(day, [paper(number)]))


def test_a_build_tells_the_hub_what_is_new_since_the_last_one(
    digests: Path, hub: RunningHub
) -> None:
    first = _run(digests, hub.url, "build")
    assert (first.returncode, hub.forms) == (0, [])
    assert hub.url not in first.stdout
    _new_day(digests)
    second = _run(digests, hub.url, "build")
    assert f"{hub.url}: told of {len(hub.forms)} feeds\n" in second.stdout
    assert hub.pings[FEED] == 1
    assert set(hub.pings.values()) == {1}
    third = _run(digests, hub.url, "build")
    assert hub.url not in third.stdout + third.stderr
    assert hub.pings[FEED] == 1


def test_a_hub_in_trouble_is_a_warning_of_a_build_and_the_next_one_makes_it_good(
    digests: Path, hub: RunningHub
) -> None:
    _run(digests, hub.url, "build")
    _new_day(digests)
    hub.answers = itertools.repeat(502)
    done = _run(digests, hub.url, "build")
    assert done.returncode == 0
    assert (digests.parent / "site" / "2024-01-10" / "feed.xml").is_file()
    said = done.stderr.splitlines()[-4:]
    assert said[0] == f"{hub.url}: the hub was not told of {FEED}: it answered 502 not now."
    assert said[3].startswith(f"Warning: {hub.url}: the hub was not told of ")
    hub.answers = iter(())
    again = _run(digests, hub.url, "build")
    assert "0 files written" in again.stdout
    assert hub.pings[FEED] == 1


def test_where_pings_are_off_only_the_command_pings(digests: Path, hub: RunningHub) -> None:
    _run(digests, hub.url, "build", FEEDSVC_PING="no")
    assert _run(digests, hub.url, "ping", FEEDSVC_PING="no").stdout == ""
    _new_day(digests)
    _run(digests, hub.url, "build", FEEDSVC_PING="no")
    assert not hub.forms
    done = _run(digests, hub.url, "ping", FEEDSVC_PING="no")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{hub.url}: told of {len(hub.forms)} feeds\n"
    assert hub.pings[FEED] == 1


def test_feeds_that_are_named_are_told_whatever_is_known_of_them(
    digests: Path, hub: RunningHub
) -> None:
    for _ in range(2):
        done = _run(digests, hub.url, "ping", "/feed.xml", "2024-01-02/rss.xml")
        assert (done.returncode, done.stdout) == (0, f"{hub.url}: told of 2 feeds\n")
    assert hub.pings == {FEED: 2, f"{BASE_URL}2024-01-02/rss.xml": 2}


@pytest.mark.parametrize(
    ("hub_url", "arguments", "said"),
    [
        ("", [], "hub is not set, so there is nobody to tell. "),
        ("{hub}", ["/2024-01-02/"], "There is no feed at /2024-01-02/, but a page."),
        ("{hub}", ["/feed.atom"], "There is no document at /feed.atom."),
        ("http://127.0.0.1:9/", ["/feed.xml"], "http://127.0.0.1:9/: the hub was not told of "),
    ],
)
def test_what_the_command_cannot_do_is_an_error(
    digests: Path, hub: RunningHub, hub_url: str, arguments: list[str], said: str
) -> None:
    done = _run(digests, hub_url.format(hub=hub.url), "ping", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {said}")
    assert not hub.forms
