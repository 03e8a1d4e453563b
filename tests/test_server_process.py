"""A server as a process: its port, its end, its workers, and what it says of itself."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from feedsvc.web.app import create_app
from feedsvc.web.server import _Restarts
from tests.support.archive import write_archive
from tests.support.processes import web_workers
from tests.support.server import Server, free_port, listens
from tests.support.waiting import until

PROMPTLY = 1.5
"""Seconds in which a server ends; with half a second for a machine that is busy."""


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=2, papers=2)


@contextmanager
def _server(digests: Path, folder: Path, *flags: str, **settings: str) -> Iterator[Server]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        server = Server(digests, folder, *flags)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
    try:
        yield server
    finally:
        server.stop()


def _log(server: Server) -> str:
    return server.log.read_text()


def _serve(folder: Path, digests: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*(sys.executable, "-m", "feedsvc", "serve", "--digests", str(digests)), f"--port={port}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "FEEDSVC_INDEX": str(folder / "second.sqlite3")},
    )


def _refused(done: subprocess.CompletedProcess[str], port: int) -> bool:
    said = f"Error: 127.0.0.1, port {port}: can't be listened at: Address already in use. "
    return done.returncode == 1 and done.stdout == "" and done.stderr.startswith(said)


def test_a_port_of_another_program_is_said_before_anything_is_promised(
    digests: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = _serve(tmp_path, digests, port)
    assert _refused(done, port), done
    assert len(done.stderr.splitlines()) == 1


def test_a_port_of_another_server_of_ours_is_said(digests: Path, tmp_path: Path) -> None:
    with _server(digests, tmp_path) as server:
        done = _serve(tmp_path, digests, server.port)
        assert _refused(done, server.port), done
        assert server.get("/feed.xml")[0] == 200
    with _server(digests, tmp_path) as again:  # a port that was just left is free
        assert again.get("/feed.xml")[0] == 200


def _stopped(
    digests: Path,
    folder: Path,
    workers: str,
    number: signal.Signals,
    is_time: Callable[[str], bool],
) -> str:
    """What a server says that is stopped together with its workers when its log says it is time."""
    said = folder / "out"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "feedsvc", "serve", "--digests", str(digests)),
                *("--port", str(free_port()), "--workers", workers),
            ],
            cwd=folder,
            stdout=out,
            stderr=out,
            env={**os.environ, "FEEDSVC_INDEX": str(folder / "index.sqlite3")},
            start_new_session=True,
        )
    assert until(lambda: is_time(said.read_text()))
    begun = time.monotonic()
    os.killpg(process.pid, number)
    assert process.wait(20) == 0
    assert time.monotonic() - begun < PROMPTLY
    return said.read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_ends_a_server_at_once(
    digests: Path, tmp_path: Path, workers: str, number: signal.Signals
) -> None:
    def is_time(said: str) -> bool:
        return said.count("Started worker-") == int(workers)

    assert "Killing" not in _stopped(digests, tmp_path, workers, number, is_time)


@pytest.mark.slow(reason="starts a server for each of many moments")
def test_a_signal_at_any_moment_of_a_start_ends_a_server_at_once(
    digests: Path, tmp_path: Path
) -> None:
    for delay in range(0, 120, 5):  # milliseconds since it listens
        number = signal.SIGTERM if delay % 2 else signal.SIGINT

        def is_time(said: str, delay: int = delay) -> bool:
            is_listening = "Listening at" in said
            if is_listening:
                time.sleep(delay / 1000)
            return is_listening

        assert "Killing" not in _stopped(digests, tmp_path, "2", number, is_time), delay


def test_workers_end_with_a_main_process_that_is_killed(digests: Path, tmp_path: Path) -> None:
    with _server(digests, tmp_path, "--workers", "2") as server:
        assert until(lambda: _log(server).count("Started worker-") == 2)
        workers = web_workers(server._process.pid)
        server._process.kill()
        assert until(lambda: not any(Path(f"/proc/{each}/stat").exists() for each in workers))


def test_a_worker_that_dies_again_and_again_does_not_end_the_server(
    digests: Path, tmp_path: Path
) -> None:
    with _server(digests, tmp_path) as server:
        for started in (1, 2, 3):
            assert until(lambda n=started: _log(server).count("Started worker-") == n)
            (worker,) = web_workers(server._process.pid)
            os.kill(worker, signal.SIGKILL)
        assert until(lambda: _log(server).count("Started worker-") == 4)
        assert until(lambda: listens(server.port))  # a worker does only after it says so
        assert server.get("/feed.xml")[0] == 200
        assert server._process.poll() is None


def test_only_a_worker_that_dies_soon_again_waits() -> None:
    restarts = _Restarts(lambda: True)
    begun = time.monotonic()
    restarts[0] = begun
    restarts[1] = begun
    assert time.monotonic() - begun < 0.1
    assert restarts.get(0, 0) < 0


def test_hangup_has_settings_read_again(digests: Path, tmp_path: Path) -> None:
    settings = tmp_path / "feedsvc.toml"
    settings.write_text('title = "Before"\n')
    with _server(digests, tmp_path) as server:
        assert b"<title>Before</title>" in server.get("/feed.xml")[2]
        settings.write_text('titel = "Wrong"\n')
        server._process.send_signal(signal.SIGHUP)
        assert until(lambda: "The settings stay as they were" in _log(server))
        assert until(lambda: _log(server).count("Stopped old worker-1") == 1)
        assert b"<title>Before</title>" in server.get("/feed.xml")[2]
        settings.write_text('title = "After"\n')
        server._process.send_signal(signal.SIGHUP)
        assert until(lambda: b"<title>After</title>" in server.get("/feed.xml")[2])
        assert "The settings were read again." in _log(server)


def test_a_mount_below_a_path_redirects_where_its_slash_is_left_out(
    configure: Callable[..., object],
) -> None:
    client = Client(create_app(configure()))  # type: ignore[arg-type]
    for mount, location in (("/papers", "papers/"), ("/a/b c", "b%20c/"), ("/x:y", "x%3Ay/")):
        for method in ("GET", "HEAD"):
            environ = {"SCRIPT_NAME": mount, "PATH_INFO": ""}
            response = client.open("/", method=method, environ_overrides=environ)
            assert (response.status_code, response.headers["Location"]) == (301, location)
    assert client.get("/", environ_overrides={"PATH_INFO": ""}).status_code == 200


# --- logs and metrics ----------------------------------------------------------------------------

COMBINED = re.compile(
    r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET (?P<path>\S+) HTTP/1\.1"'
    r' (?P<status>\d{3}) (?P<bytes>\d+) "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"'
)


def test_the_access_log_has_the_combined_format(digests: Path, tmp_path: Path) -> None:
    with _server(digests, tmp_path, "--access-log") as server:
        _, _, body = server.get("/feed.xml", User_Agent='a"b', Referer="http://x/")
        server.get("/feed.xml?q=1")
        server.get("/nowhere")
        assert until(lambda: _log(server).count('"GET ') == 3)  # told after the answer
        lines = [line for line in _log(server).splitlines() if '"GET ' in line]
    found = [COMBINED.fullmatch(line) for line in lines]
    assert all(found), lines
    # Each is told after its answer, so the order may be another one.
    by_path = {each["path"]: each.groupdict() for each in found if each}
    assert by_path["/feed.xml"] == {
        "path": "/feed.xml",
        "status": "200",
        "bytes": str(len(body)),
        "referrer": "http://x/",
        "agent": r"a\x22b",
    }
    assert {path: each["status"] for path, each in by_path.items()} == {
        "/feed.xml": "200",
        "/feed.xml?q=1": "200",
        "/nowhere": "404",
    }


def test_requests_are_not_logged_by_default(digests: Path, tmp_path: Path) -> None:
    with _server(digests, tmp_path) as server:
        server.get("/feed.xml")
        assert '"GET' not in _log(server)


def test_a_log_of_json_has_an_object_a_line(digests: Path, tmp_path: Path) -> None:
    (tmp_path / "feedsvc.toml").write_text('log_format = "json"\naccess_log = true\n')
    with _server(digests, tmp_path) as server:
        server.get("/feed.xml", User_Agent="한글".encode().decode("latin-1"))
        assert until(lambda: '"/feed.xml"' in _log(server))
        objects = [json.loads(line) for line in _log(server).splitlines() if line[0] == "{"]
        assert "[INFO]" not in _log(server)
    assert all({"time", "level", "logger", "message"} <= set(each) for each in objects)
    (request,) = (each for each in objects if each["logger"] == "feedsvc.access")
    assert (request["status"], request["path"], request["method"]) == (200, "/feed.xml", "GET")


def _requests(server: Server) -> dict[tuple[str, str, str], float]:
    text = server.get("/metrics")[2].decode()
    return {
        (sample.labels["place"], sample.labels["document"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "feedsvc_requests_total"
    }


@pytest.mark.parametrize("workers", ["1", "2"])
def test_requests_are_counted_by_document_and_status(
    digests: Path, tmp_path: Path, workers: str
) -> None:
    with _server(digests, tmp_path, "--workers", workers) as server:
        for _ in range(10):
            _, headers, _ = server.get("/feed.xml")
            server.get("/feed.xml", If_None_Match=headers["etag"])
            server.get("/nowhere")
            server.get("/2024-01-01/")
        wanted = {
            ("subscription", "feed.xml", "200"): 10,
            ("subscription", "feed.xml", "304"): 10,
            ("", "other", "404"): 10,
            ("own", "index.html", "200"): 10,
        }
        # Each worker tells what it has counted when it looks for digests.
        assert until(lambda: wanted.items() <= _requests(server).items()), _requests(server)
        text = server.get("/metrics")[2].decode()
        assert "feedsvc_request_seconds_total{" in text
        assert ("process_" in text) == (workers == "1")


def test_several_processes_that_do_not_count_together_show_nothing_that_jumps(
    configure: Callable[..., object],
) -> None:
    client = Client(create_app(configure()))  # type: ignore[arg-type]
    several = client.get("/metrics", environ_overrides={"wsgi.multiprocess": True}).text
    assert "feedsvc_days" in several
    assert "process_" not in several
    assert "feedsvc_requests" not in several


def test_http_2_is_not_spoken_and_a_silent_connection_is_closed(
    digests: Path, tmp_path: Path
) -> None:
    with _server(digests, tmp_path) as server:
        address = ("127.0.0.1", server.port)
        with (
            socket.create_connection(address, timeout=45) as silent,
            socket.create_connection(address, timeout=45) as preface,
        ):
            begun = time.monotonic()
            preface.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
            answer = preface.recv(1000)
            assert not answer or answer.startswith(b"HTTP/1.1 400"), answer
            assert silent.recv(1) == b""
            assert 20 < time.monotonic() - begun < 40
