"""Where something of Linux is missing, that is said in a sentence."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.project import DIGESTS, ROOT

WITHOUT_FCNTL = (
    "import sys; sys.modules['fcntl'] = None; "
    "from feedsvc.__main__ import main; sys.argv = ['feedsvc', *sys.argv[1:]]; main()"
)


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_FCNTL, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_build_where_there_is_no_fcntl_says_so(tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--digests", str(DIGESTS))
    assert done.returncode == 1
    assert "can't be built on this system" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_needs_no_fcntl_works_without(tmp_path: Path) -> None:
    done = _run(tmp_path, "check", str(DIGESTS))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "library",
    ["beautifulsoup4", "comrak", "feedgen", "jinja2", "lxml", "msgspec", "nh3", "unicodeit"],
)
def test_a_library_that_decides_bytes_has_an_upper_bound(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (needed,) = (each for each in project["dependencies"] if each.startswith(f"{library}>"))
    assert "<" in needed
