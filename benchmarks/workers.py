"""One worker: how soon it answers, how much memory it takes, how much a poll costs."""

from __future__ import annotations

import json
import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from benchmarks.archives import add_day
from benchmarks.measure import in_turn, row, seconds
from benchmarks.requests import BASE_URL, serving

REQUESTS = 10_000
PAPERS_OF_A_DAY = 15

START = """
import sys
from pathlib import Path
from feedsvc.config import Config
from feedsvc.startup import create_app
digests, index, url = sys.argv[1:]
client = create_app(Config(digests=Path(digests), index=Path(index), base_url=url)).test_client()
assert client.get("/feed.xml").status_code == 200
"""


def measure(digests: Path, folder: Path) -> None:
    """Measures a worker on an archive, which gets one more day."""
    days = sorted(path.stem for path in digests.glob("*.md"))
    name = f"{len(days):,} days"
    index = folder / "index.sqlite3"
    show = [sys.executable, "-m", "feedsvc", "show", "--digests", str(digests)]
    seconds([*show, "--base-url", BASE_URL, "/robots.txt"], FEEDSVC_INDEX=str(index))
    with serving(digests, folder) as (url, main_process):
        start = [sys.executable, "-c", START, str(digests), str(index), BASE_URL]
        (starts,) = in_turn(lambda _: seconds(start))
        median = statistics.median(starts)
        row(f"{name}: start of a worker to its first feed, seconds", f"{median:.2f}", "goal: 0.3")
        for path in islice(cycle(_paths(days)), REQUESTS):
            _get(url + path)
        megabytes = _resident_of_worker(main_process) / 1e6
        row(f"{name}: memory after {REQUESTS:,} requests, MB", f"{megabytes:.0f}", "goal: 120")
        _measure_change(url, digests, days, name)


def _measure_change(url: str, digests: Path, days: Sequence[str], name: str) -> None:
    etag, whole = _get(url + "/feed.xml", Accept_Encoding="gzip")
    day = add_day(digests, PAPERS_OF_A_DAY).stem
    while json.loads(_get(url + "/healthz")[1])["newest_day"] != day:
        time.sleep(0.05)
    week = "{}-W{:02}".format(*date.fromisoformat(days[len(days) // 2]).isocalendar())
    for path in ("/feed.xml", f"/{day}/feed.xml", f"/{week}/feed.xml"):
        times = []
        for encoding in ("identity", "gzip"):
            start = time.perf_counter()
            _get(url + path, Accept_Encoding=encoding)
            times.append(f"{1000 * (time.perf_counter() - start):.1f}")
        row(f"{name}: first {path} after a change, ms", f"{times[0]}, gzip {times[1]}", "goal: 20")
    asking = {"Accept_Encoding": "gzip", "If_None_Match": etag, "A_IM": "feed"}
    _, part = _get(url + "/feed.xml", **asking)
    row(f"{name}: bytes of a poll after one new day", f"{len(part):,} instead of {len(whole):,}")


def _paths(days: Sequence[str]) -> Iterator[str]:
    """Every feed and page but those of everything, the newest of each kind first."""
    weeks = dict.fromkeys(
        "{}-W{:02}".format(*date.fromisoformat(day).isocalendar()) for day in reversed(days)
    )
    for name in ("", *(f"{name}/" for name in (*weeks, *reversed(days)))):
        for file in ("feed.xml", "rss.xml", "feed.json", ""):
            yield f"/{name}{file}"


def _get(url: str, **headers: str) -> tuple[str, bytes]:
    """ETag and body of an answer, as it was sent."""
    request = urllib.request.Request(url)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    with urllib.request.urlopen(request) as response:
        return response.headers["ETag"], response.read()


def _resident_of_worker(main_process: int) -> int:
    """Bytes of memory of the process that a server's main process has started for requests."""
    statuses = [path.read_text() for path in Path("/proc").glob("[0-9]*/status")]
    children = [status for status in statuses if f"\nPPid:\t{main_process}\n" in status]
    return max(1024 * int(status.partition("VmRSS:")[2].split()[0]) for status in children)
