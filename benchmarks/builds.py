"""Builds: of everything, and after one new day."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.archives import add_day
from benchmarks.hugo_site import write_hugo_site
from benchmarks.measure import in_turn, is_there, ratio, row, seconds

FEEDSVC = [sys.executable, "-m", "feedsvc"]
BASE_URL = "https://papers.example.org/"
SCRIPT = Path(__file__).parent / "afternoon_script.py"
PAPERS_OF_A_DAY = 15


def _build(digests: Path, out: Path, index: Path) -> float:
    command = [*FEEDSVC, "build", "--digests", str(digests), "--out", str(out)]
    return seconds([*command, "--base-url", BASE_URL], FEEDSVC_INDEX=str(index))


def measure_cold_builds(digests: Path, folder: Path) -> list[float]:
    """Times builds without index and output, beside the script and Hugo."""
    runs = [
        # Each round into folders of its own: ext4 slows down where files were just deleted.
        lambda number: _build(digests, folder / f"out{number}", folder / f"cold{number}.sqlite3"),
        lambda number: seconds(
            [sys.executable, str(SCRIPT), str(digests), str(folder / f"script{number}")]
        ),
    ]
    if is_there("hugo"):
        site = write_hugo_site(digests, folder / "hugo")
        hugo = ["hugo", "--quiet", "--source", str(site), "--destination"]
        runs.append(lambda number: seconds([*hugo, str(folder / f"hugo-out{number}")]))
    cold, script, *hugos = in_turn(*runs)
    row("cold build, seconds", f"{statistics.median(cold):.2f}")
    row("cold build / afternoon's script", ratio(cold, script), "goal: at most 0.33")
    for of_hugo in hugos:
        row("cold build / Hugo", ratio(cold, of_hugo), "goal: below 1")
    return cold


def measure_new_day(digests: Path, folder: Path, cold: Sequence[float]) -> list[float]:
    """Times builds after one new day each, of a copy of the archive."""
    copy = Path(shutil.copytree(digests, folder / "growing"))
    out, index = folder / "growing-out", folder / "growing.sqlite3"
    _build(copy, out, index)

    def after_new_day(_: int) -> float:
        add_day(copy, PAPERS_OF_A_DAY)
        return _build(copy, out, index)

    (new_day,) = in_turn(after_new_day)
    row("build after one new day, seconds", f"{statistics.median(new_day):.2f}")
    share = statistics.median(new_day) / statistics.median(cold)
    row("build after one new day / cold build", f"{share:.2f}", "goal: at most 0.15")
    return new_day


def measure_large_new_day(digests: Path, folder: Path, smaller: Sequence[float]) -> None:
    """The same for a large archive, beside the smaller one's."""
    out, index = folder / "large-out", folder / "index.sqlite3"
    row("cold build of the large archive, seconds", f"{_build(digests, out, index):.0f}")

    def after_new_day(_: int) -> float:
        add_day(digests, PAPERS_OF_A_DAY)
        return _build(digests, out, index)

    (new_day,) = in_turn(after_new_day)
    row("build after one new day, large / medium", ratio(new_day, smaller), "goal: at most 2")
