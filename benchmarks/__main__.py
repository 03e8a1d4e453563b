"""`make bench`: measures feedsvc beside what people would use instead, and prints ratios."""

from __future__ import annotations

import argparse
import compileall
import shutil
import tempfile
from pathlib import Path

from benchmarks import builds, requests, searches, workers
from benchmarks.archives import write_archive
from benchmarks.measure import row

PACKAGE = Path(__file__).parents[1] / "feedsvc"

MEDIUM = (357, 5_488)
SMALL = (10, 154)
LARGE = (5_000, 1_000_000)
"""Days and papers."""


def main() -> None:
    """Runs all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also with 1,000,000 papers")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder otherwise")
    arguments = parser.parse_args()
    compileall.compile_dir(PACKAGE, quiet=1)  # as installers do
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="feedsvc-bench-"))
    try:
        small = write_archive(folder / "small" / "digests", *SMALL)
        medium = write_archive(folder / "medium" / "digests", *MEDIUM)
        row("what", "median (least to most)", "")
        cold = builds.measure_cold_builds(medium, folder / "medium")
        new_day = builds.measure_new_day(medium, folder / "medium", cold)
        searches.measure_cold_builds(medium, folder / "medium")
        searches.measure_answers(medium, folder / "medium", MEDIUM[1])
        requests.measure(medium, folder / "medium")
        workers.measure(small, folder / "small")
        workers.measure(medium, folder / "medium")
        if arguments.large:
            large = write_archive(folder / "large" / "digests", *LARGE)
            builds.measure_large_new_day(large, folder / "large", new_day)
            workers.measure(large, folder / "large")
            searches.measure_answers(large, folder / "large", LARGE[1])
    finally:
        if not arguments.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
