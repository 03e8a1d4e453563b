"""Searches: what a build with saved ones takes, and how soon a server answers."""

from __future__ import annotations

import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

from benchmarks.measure import in_turn, ratio, row, seconds
from benchmarks.requests import BASE_URL, serving

SAVED = """
[[saved]]
name = "models"
q = "언어모델 OR model"
[[saved]]
name = "voted"
min_votes = 80
"""

QUERIES = (
    *("언어모델", "강화학습", "확산", "다", "모델 학습 데이터 성능", "대규모언어모델"),
    *("model", '"language model"', "large language model -vision", "trans*", "con*", "gpt-4"),
    *("author:kim", "title:diffusion OR 확산", "nothingatall", "2411.06558", "-model"),
)
"""Frequent and rare words, in each form of the language."""

PATHS = ("/search/", "/search/feed.json")
MILLISECONDS = 1000


def measure_cold_builds(digests: Path, folder: Path) -> None:
    """Times builds without index and output, with saved searches and without."""
    settings = folder / "saved.toml"
    settings.write_text(SAVED, encoding="utf-8")

    def run(name: str, number: int, *flags: str) -> float:
        out, index = folder / f"{name}{number}", folder / f"{name}{number}.sqlite3"
        command = [sys.executable, "-m", "feedsvc", "build", "--digests", str(digests)]
        command += ["--out", str(out), "--base-url", BASE_URL, *flags]
        return seconds(command, FEEDSVC_INDEX=str(index))

    saved, plain = in_turn(
        lambda number: run("searched", number, "--config", str(settings)),
        lambda number: run("plain", number),
    )
    row("cold build with saved searches / without", ratio(saved, plain), "goal: at most 1.8")


def measure_answers(digests: Path, folder: Path, papers: int) -> None:
    """Times answers of a server, each to a query that it was not asked before."""
    with serving(digests, folder) as (url, _):
        while "be searched yet" in _get(f"{url}/search/?q=a"):
            time.sleep(1)
        times = [_seconds(url, path, query) * MILLISECONDS for path, query in _asked()]
    told = f"{statistics.median(times):.1f} (to {max(times):.1f})"
    row(f"{papers:,} papers: a search, milliseconds", told, "goal: 50")


def _asked() -> Iterator[tuple[str, str]]:
    return product(PATHS, QUERIES)


def _seconds(url: str, path: str, query: str) -> float:
    start = time.perf_counter()
    _get(f"{url}{path}?q={quote(query)}")
    return time.perf_counter() - start


def _get(url: str) -> str:
    with urllib.request.urlopen(url) as response:
        return str(response.read().decode())
