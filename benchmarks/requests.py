"""Requests for feeds to one worker, beside the least that could answer the same."""

from __future__ import annotations

import os
import pickle
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measure import free_port, in_turn, is_there, ratio, requests_a_second, row, running
from feedsvc.web.server import THREADS

BASE_URL = "https://papers.example.org/"
ROUNDS = 9

OF_THE_SERVER = {"connection", "date", "server"}
"""Headers that it adds itself."""


@contextmanager
def serving(digests: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """A `feedsvc serve` with one worker: its address, and the id of its main process."""
    port = free_port()
    command = [sys.executable, "-m", "feedsvc", "serve", "--digests", str(digests)]
    command += ["--port", str(port), "--base-url", BASE_URL]
    with running(command, port, FEEDSVC_INDEX=str(folder / "index.sqlite3")) as server:
        yield f"http://127.0.0.1:{port}", server.pid


def measure(digests: Path, folder: Path) -> None:
    """Loads feeds in turn: ours, a bare WSGI app, a Flask route, a file behind nginx."""
    if not is_there("wrk"):
        return
    days = sorted(path.stem for path in digests.glob("*.md"))
    with serving(digests, folder) as (url, _):
        for path in (f"/{days[-10]}/feed.xml", "/feed.xml"):
            for encoding in ("identity", "gzip"):
                _measure_path(url, path, encoding, folder)


def _measure_path(url: str, path: str, encoding: str, folder: Path) -> None:
    request = urllib.request.Request(url + path, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request) as response:
        body = response.read()
        headers = [field for field in response.headers.items() if field[0] not in OF_THE_SERVER]
    etag = dict(headers)["etag"]
    unmodified = [(name, value) for name, value in headers if not name.startswith("content-")]
    answers = folder / "answers.pickle"
    answers.write_bytes(pickle.dumps((etag, headers, unmodified, body)))
    with ExitStack() as stack:
        others = {}
        for name, target in (("bare WSGI app", "bare"), ("Flask route", "flask_app")):
            port = free_port()
            command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
            command += ["--blocking-threads", str(THREADS), "--port", str(port)]
            command += ["--host", "127.0.0.1", f"benchmarks.bare_apps:{target}"]
            stack.enter_context(running(command, port, BENCH_ANSWERS=str(answers)))
            others[name] = f"http://127.0.0.1:{port}{path}"
        if is_there("nginx") and encoding == "identity":
            others["file behind nginx"] = stack.enter_context(_nginx(folder, body))
        for status, condition in (("200", {}), ("304", {"If_None_Match": etag})):
            fields = {"Accept_Encoding": encoding, **condition}
            addresses = [url + path, *others.values()]
            loads = [partial(requests_a_second, each, **fields) for each in addresses]
            ours, *theirs = in_turn(*loads, rounds=ROUNDS)
            for name, of_other in zip(others, theirs, strict=True):
                is_file = name == "file behind nginx"
                if is_file and status == "304":  # it has other tags
                    continue
                goal = "goal: at least 0.8" if name == "bare WSGI app" else ""
                what = f"{status} {path} {encoding}, {len(body):,} bytes / {name}"
                row(what, ratio(ours, of_other), goal)


@contextmanager
def _nginx(folder: Path, body: bytes) -> Iterator[str]:
    """The address of a file behind nginx with one worker."""
    port, root = free_port(), folder / "nginx"
    root.mkdir(exist_ok=True)
    (root / "feed.xml").write_bytes(body)
    configuration = root / "nginx.conf"
    configuration.write_text(
        f"{'user root; ' if os.getuid() == 0 else ''}"  # who alone sees the folder
        f"daemon off; pid {root}/pid; error_log {root}/error.log; worker_processes 1;\n"
        "events {}\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    with running(["nginx", "-e", f"{root}/error.log", "-c", str(configuration)], port):
        yield f"http://127.0.0.1:{port}/feed.xml"
