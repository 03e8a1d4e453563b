"""Searches: what a build with saved ones takes, and how soon a server answers."""

from __future__ import annotations

import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlencode

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

WORDS = (
    *("언어모델", "강화학습", "확산", "다", "모델 학습 데이터 성능", "대규모언어모델"),
    *("model", '"language model"', "large language model -vision", "trans*", "con*", "gpt-4"),
    *("author:kim", "title:diffusion OR 확산", "nothingatall", "2411.06558", "-model"),
    *("-model -모델 -학습 -데이터", "다 가 의 에 로 한", "a the of in to and with for"),
    # the deepest that the language allows: alternatives, gaps, terms
    "대규모언어모델학습 OR 강화학습기반추론 OR 확산모델의성능 OR 비전언어모델",
    " ".join(f"{word} OR {word}s OR {word}-a OR {word}-b" for word in ("model", "data", "task")),
    " ".join(["con* OR pro* OR tra*"] * 8),
    '"모델의 성능을 향상 시킨다"',
)
"""Frequent and rare words, in each form of the language."""

ASKED = (
    *({"q": words} for words in WORDS),
    {"min_votes": 90},
    {"q": "model", "min_votes": 89},
    {"q": "nothingatall", "min_votes": 1},
    {"author": "kim"},
    {"author": "yann lecun"},
    {"q": "모델", "since": "2011-01-01", "until": "2011-01-31"},
    {"q": "model -model"},
    {"since": "2012-02-01", "until": "2012-02-29", "limit": 200},
    {"q": "확산", "limit": 200},
    {"q": "trans*", "min_votes": 64, "until": "2015-01-01"},
)
"""What is asked for."""

NAMES = ("", "feed.xml", "rss.xml", "feed.json")
"""The forms of an answer."""

SLOWEST = 5
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
        times = {address: _seconds(url + address) * MILLISECONDS for address in _addresses()}
    told = f"{statistics.median(times.values()):.1f} (to {max(times.values()):.1f})"
    row(f"{papers:,} papers: a search, milliseconds", told, "goal: 50")
    for address in sorted(times, key=lambda address: -times[address])[:SLOWEST]:
        row(f"  {unquote(address)}"[:58], f"{times[address]:.1f}")


def _addresses() -> Iterator[str]:
    return (f"/search/{name}?{urlencode(asked)}" for asked, name in product(ASKED, NAMES))


def _seconds(address: str) -> float:
    start = time.perf_counter()
    _get(address)
    return time.perf_counter() - start


def _get(url: str) -> str:
    with urllib.request.urlopen(url) as response:
        return str(response.read().decode())
