"""`make bench-scale`: what a poll costs, in processor time and bytes, and so what a machine serves.

Processor time is that of all processes of the server, and of the app behind it, while wrk asks: it
varies less than requests a second do on a machine that others use, too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.archives import add_day, write_archive
from benchmarks.measure import free_port, in_turn, is_there, row, running, seconds
from benchmarks.requests import BASE_URL, serving

ARCHIVE = (357, 5_488)
"""Days and papers."""

PAPERS_OF_A_DAY = 15
FEED = "/feed.xml"
DEPLOY = Path(__file__).parents[1] / "deploy"
TICKS = os.sysconf("SC_CLK_TCK")
LOAD = ["wrk", "-t1", "-c32"]

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Poll:
    """A way to ask for the feed; how many of 480 polls are such."""

    name: str
    headers: Headers
    status: int
    share: int = 0


@dataclass(frozen=True)
class Front:
    """Who answers at a port, and the processes whose time that takes, with all that they start."""

    name: str
    port: int
    pids: Sequence[int]


MIX = """
local polls, order = {}, {}
function init()
  local step, at = 149, 0
  for _, poll in ipairs(POLLS) do
    for _ = 1, poll.share do
      order[at + 1] = wrk.format("GET", FEED, poll.headers)
      at = (at + step) % 480
    end
  end
end
local number = 0
function request()
  number = number % 480 + 1
  return order[number]
end
"""
"""For wrk: the polls in the shares of a day, each kind spread evenly."""


def main() -> None:
    """Measures all of it, and prints a table of processor time and one of bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each load")
    arguments = parser.parse_args()
    if not is_there("wrk"):
        return
    folder = Path(tempfile.mkdtemp(prefix="feedsvc-scale-"))
    folder.chmod(0o755)  # Varnish and nginx may have users of their own
    try:
        digests = write_archive(folder / "digests", *ARCHIVE)
        show = [sys.executable, "-m", "feedsvc", "show", "--digests", str(digests)]
        seconds([*show, "--base-url", BASE_URL, "/"], FEEDSVC_INDEX=str(folder / "index.sqlite3"))
        with ExitStack() as stack:
            url, pid = stack.enter_context(serving(digests, folder))
            app = Front("feedsvc serve", int(url.rpartition(":")[2]), [pid])
            old = _answer(app.port, {"Accept-Encoding": "gzip"})
            _add_day(app.port, digests)
            new = _answer(app.port, {"Accept-Encoding": "gzip"})
            _show_bytes(app.port, _etag(old), _etag(new))
            fronts = [app, *_fronts(stack, app, digests, folder)]
            for front in fronts:
                _measure(front, _polls(front, _etag(old)), arguments, folder)
    finally:
        shutil.rmtree(folder)


def _fronts(stack: ExitStack, app: Front, digests: Path, folder: Path) -> Iterator[Front]:
    """Whatever else is installed here and answers the same."""
    starts: dict[str, Callable[..., Iterator[Front]]] = {
        "gunicorn": _gunicorn,
        "nginx": _nginx,
        "varnishd": _varnish,
    }
    commands = {"gunicorn": str(Path(sys.executable).parent / "gunicorn")}
    for name, start in starts.items():
        if is_there(commands.get(name, name)):
            yield stack.enter_context(contextmanager(start)(app, digests, folder))
    if is_there("nginx"):
        yield stack.enter_context(contextmanager(_static)(app, digests, folder))


def _gunicorn(_: Front, digests: Path, folder: Path) -> Iterator[Front]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py")]
    command += ["--workers", "1", "--bind", f"127.0.0.1:{port}"]
    settings = {"DIGESTS": str(digests), "BASE_URL": BASE_URL}
    settings |= {"INDEX": str(folder / "index.sqlite3")}
    environment = {f"FEEDSVC_{name}": value for name, value in settings.items()}
    with running(command, port, **environment) as server:
        yield Front("gunicorn", port, [server.pid])


def _nginx(app: Front, _: Path, folder: Path) -> Iterator[Front]:
    site = (DEPLOY / "nginx.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{app.port}")
    lines = [
        line.replace("#", "", 1) if line.lstrip()[:1] == "#" and line.lstrip()[1:2] != " " else line
        for line in site.splitlines()
    ]
    site = "\n".join(lines).replace("/var/cache/nginx-feedsvc", str(folder / "nginx-cache"))
    with _nginx_of(site, folder / "nginx") as (port, pid):
        yield Front("nginx, its cache on", port, [pid, *app.pids])


def _static(_: Front, digests: Path, folder: Path) -> Iterator[Front]:
    site = folder / "site"
    command = [sys.executable, "-m", "feedsvc", "build", "--digests", str(digests), "--precompress"]
    command += ["--out", str(site), "--base-url", BASE_URL]
    index = {"FEEDSVC_INDEX": str(folder / "built.sqlite3")}
    subprocess.run(command, env={**os.environ, **index}, check=True, capture_output=True)
    text = (DEPLOY / "nginx-static.conf").read_text().replace("/srv/feedsvc/site", str(site))
    with _nginx_of(text, folder / "nginx-static") as (port, pid):
        yield Front("nginx, a built folder", port, [pid])


@contextmanager
def _nginx_of(site: str, folder: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of an nginx with one worker and this site."""
    folder.mkdir()
    port = free_port()
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("listen [::]:80;", "")
    (folder / "site.conf").write_text(site)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"{'user root; ' if os.getuid() == 0 else ''}"
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off; include {folder}/site.conf; }}\n"
    )
    command = ["nginx", "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(configuration)]
    with running(command, port) as server:
        yield port, server.pid


def _varnish(app: Front, _: Path, folder: Path) -> Iterator[Front]:
    port = free_port()
    vcl = folder / "varnish.vcl"
    vcl.write_text((DEPLOY / "varnish.vcl").read_text().replace('"8000"', f'"{app.port}"'))
    command = ["varnishd", "-F", "-j", "none", "-n", str(folder / "varnish"), "-f", str(vcl)]
    command += ["-a", f"127.0.0.1:{port}", "-s", "malloc,64m", "-p", "http_gzip_support=off"]
    with running(command, port) as server:
        time.sleep(1)  # so that it has seen the app's health
        yield Front("Varnish", port, [server.pid, *app.pids])


def _polls(front: Front, old: str) -> list[Poll]:
    """The ways to ask, in the shares of a day of ten readers that ask each 30 minutes.

    Nine send a tag and have new papers once a day, three in nine as a delta; one sends none.
    """
    packed = {"Accept-Encoding": "gzip"}
    known = {**packed, "If-None-Match": _etag(_answer(front.port, packed))}
    polls = [Poll("304", known, 304, 423), Poll("200 gzip", packed, 200, 54)]
    delta = {**packed, "If-None-Match": old, "A-IM": "feed"}
    if _status(_answer(front.port, delta)) == "226":
        polls.append(Poll("226", delta, 226, 3))
        again = {**known, "A-IM": "feed"}
        polls.append(Poll("304 to A-IM", again, 304))
    else:
        polls[1] = Poll("200 gzip", packed, 200, 57)
    polls.append(Poll("200 br", {"Accept-Encoding": "br"}, 200))
    return polls


def _measure(
    front: Front, polls: Sequence[Poll], arguments: argparse.Namespace, folder: Path
) -> None:
    loads = [
        *(partial(_load, front, [poll], arguments.seconds, folder) for poll in polls),
        partial(_load, front, polls, arguments.seconds, folder),
    ]
    rates: list[list[float]] = [[] for _ in loads]

    def run(number: int, round_: int) -> float:
        microseconds, rate = loads[number]()
        if round_:
            rates[number].append(rate)
        return microseconds

    times = in_turn(
        *(partial(run, number) for number in range(len(loads))), rounds=arguments.rounds
    )
    for name, of_load, of_rate in zip(
        (*(poll.name for poll in polls), "the mix"), times, rates, strict=True
    ):
        median = statistics.median(of_load)
        spread = f"{median:.1f} µs ({min(of_load):.1f} to {max(of_load):.1f})"
        a_second = f"{1e6 / median:,.0f} a second of a core; {statistics.median(of_rate):,.0f} here"
        row(f"{front.name}: {name}", spread, a_second)


def _load(front: Front, polls: Sequence[Poll], seconds: int, folder: Path) -> tuple[float, float]:
    """Microseconds of processor time that a poll takes, and how many were answered in a second."""
    for poll in polls:
        assert _status(_answer(front.port, poll.headers)) == str(poll.status), poll
    url = f"http://127.0.0.1:{front.port}{FEED}"
    command = [*LOAD, f"-d{seconds}s"]
    if len(polls) == 1:
        command += [f"-H{name}: {value}" for name, value in polls[0].headers.items()]
    else:
        script = folder / "mix.lua"
        script.write_text(f'local FEED = "{FEED}"\nlocal POLLS = {_lua(polls)}\n{MIX}')
        command += ["-s", str(script)]
    before = _ticks(front.pids)
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    ticks = _ticks(front.pids) - before
    if "Non-2xx" in done or "Socket errors" in done:
        raise RuntimeError(done)
    requests = int(done.partition(" requests in ")[0].split()[-1])
    rate = float(done.partition("Requests/sec:")[2].split()[0])
    return ticks / TICKS / requests * 1e6, rate


def _lua(polls: Sequence[Poll]) -> str:
    """The polls as wrk's script takes them."""
    tables = []
    for poll in polls:
        fields = (f"[{json.dumps(name)}]={json.dumps(text)}" for name, text in poll.headers.items())
        tables.append(f"{{share={poll.share}, headers={{{', '.join(fields)}}}}}")
    return f"{{{', '.join(tables)}}}"


def _ticks(pids: Sequence[int]) -> int:
    """Processor time so far, of processes and all that they have started."""
    parents, times = dict[int, int](), dict[int, int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        times[pid] = int(fields[11]) + int(fields[12])

    def is_ours(pid: int) -> bool:
        while pid and pid not in pids:
            pid = parents.get(pid, 0)
        return pid != 0

    return sum(time_ for pid, time_ in times.items() if is_ours(pid))


def _show_bytes(port: int, old: str, new: str) -> None:
    asked = {
        "304": {"If-None-Match": new},
        "226 gzip": {"Accept-Encoding": "gzip", "If-None-Match": old, "A-IM": "feed"},
        "226 br": {"Accept-Encoding": "br", "If-None-Match": old, "A-IM": "feed"},
        "200 br": {"Accept-Encoding": "br"},
        "200 zstd": {"Accept-Encoding": "zstd"},
        "200 gzip": {"Accept-Encoding": "gzip"},
        "200 not compressed": {},
    }
    for name, headers in asked.items():
        answer = _answer(port, headers)
        head = len(answer.partition(b"\r\n\r\n")[0]) + 4
        row(f"bytes of a {name}", f"{len(answer):,}", f"of which {head:,} of head")


def _answer(port: int, headers: Headers) -> bytes:
    """All bytes that a server sends."""
    lines = [f"GET {FEED} HTTP/1.1", "Host: papers.example.org", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return b"".join(iter(partial(connection.recv, 65536), b""))


def _status(answer: bytes) -> str:
    return answer.split()[1].decode()


def _etag(answer: bytes) -> str:
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    return next(
        value.strip()
        for name, _, value in (line.partition(":") for line in head.splitlines())
        if name.lower() == "etag"
    )


def _add_day(port: int, digests: Path) -> None:
    """Adds a day, and waits until the server has it."""
    before = _etag(_answer(port, {}))
    add_day(digests, PAPERS_OF_A_DAY)
    while _etag(_answer(port, {})) == before:
        time.sleep(0.1)


if __name__ == "__main__":
    main()
