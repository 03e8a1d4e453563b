"""The command as people and scripts run it: output, exit codes, errors in a sentence."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.errors import ConfigError
from tests.archive import write_archive
from tests.conftest import DIGESTS, Server

GOLDENS = Path(__file__).parent / "digests"


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    folder = write_archive(tmp_path / "digests", days=2, papers=2)
    (folder / "2024-01-03.md").write_bytes((GOLDENS / "conflict.md").read_bytes())
    (folder / "2024-01-04.md").write_text(
        "## 2024-01-05\n\n### [A](https://a.example/)\n\n- \x1b[31m a\n"
    )
    return folder


def _run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if "FEEDSVC" not in name}
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *arguments],
        env={**inherited, "FEEDSVC_INDEX": str(folder / "cli.sqlite3"), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_prints_each_problem_with_its_place(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "check", str(digests))
    *problems, counts = done.stdout.splitlines()
    assert done.returncode == 1
    for problem in problems:
        assert re.fullmatch(r"\S+\.md:\d+: (error|warning): .+ \[[a-z-]+\]", problem), problem
    assert counts == "4 days, 5 papers, 3 errors, 3 warnings"
    assert "\x1b" not in done.stdout


def test_check_is_content_with_the_projects_own_digests(tmp_path: Path) -> None:
    done = _run(tmp_path, "check", "--digests", str(DIGESTS))
    assert (done.returncode, done.stdout) == (0, "12 days, 69 papers, 0 errors, 0 warnings\n")


def test_check_reads_one_file(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "check", str(digests / "2024-01-04.md"))
    assert done.returncode == 0
    assert f"{digests}/2024-01-04.md:1: warning: the heading says 2024-01-05" in done.stdout


def test_check_writes_json(digests: Path, tmp_path: Path) -> None:
    report = json.loads(_run(tmp_path, "check", "--format", "json", str(digests)).stdout)
    assert (report["days"], report["errors"], len(report["problems"])) == (4, 3, 6)
    assert [problem["line"] for problem in report["problems"]] == [6, 8, 12, 16, 1, 5]


def test_check_writes_annotations_for_github(digests: Path, tmp_path: Path) -> None:
    _, *lines = _run(tmp_path, "check", "--format", "github", str(digests)).stdout.splitlines()
    assert lines[0].startswith(
        f"::error file={digests}/2024-01-03.md,line=8,title=conflict-marker::"
    )


def test_build_goes_on_and_tells_what_is_odd(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--digests", str(digests), "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    assert "[conflict-marker]" in done.stderr
    assert "4 days, 5 papers, 3 errors, 3 warnings" in done.stderr
    assert (tmp_path / "out" / "feed.xml").is_file()


def test_a_strict_build_writes_nothing_when_there_are_errors(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--strict", "--digests", str(digests), "--out", "out")
    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert not (tmp_path / "out").exists()


def test_show_prints_what_the_server_sends(tmp_path: Path, built: Path) -> None:
    arguments = ("--digests", str(DIGESTS), "--base-url", "https://papers.example.org/")
    done = _run(tmp_path, "show", "/2024-11-18/feed.xml", *arguments)
    assert done.stdout == (built / "2024-11-18" / "feed.xml").read_text()
    missing = _run(tmp_path, "show", "/2024-11-19/feed.xml", *arguments)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "There is no document at /2024-11-19/feed.xml." in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["build", "--digests", "nowhere"], {}, "nowhere: the folder of digests can't be read"),
        (["check", "nowhere.md"], {}, "nowhere.md"),
        (["check", "cli.txt"], {}, "neither a folder nor a digest"),
        (["build", "--base-url", "ftp://x"], {}, "such as https://example.org/papers/"),
        (["check"], {"FEEDSVC_FEED_SIZE": "many"}, "'many' can't be used; give a whole number"),
        (["check", "--config", "nowhere.toml"], {}, "nowhere.toml: the settings can't be read"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    done = _run(tmp_path, *arguments, **environment)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_then_the_environment_then_flags_decide(tmp_path: Path) -> None:
    file = tmp_path / "conf" / "feedsvc.toml"
    file.parent.mkdir()
    file.write_text(
        'title = "File"\nlanguage = "en"\ndigests = "here"\nfeed_size = 7\ntime_of_day = 07:30:00\n'
    )
    environment = {"FEEDSVC_CONFIG": str(file), "FEEDSVC_TITLE": "Environment"}
    config = Config.load(environment=environment)
    assert (config.title, config.language, config.feed_size) == ("Environment", "en", 7)
    assert config.digests == file.parent / "here"
    assert str(config.time_of_day) == "07:30:00"
    assert Config.load(environment=environment, flags={"digests": "there"}).digests == Path("there")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('tilte = "x"', "nearest one is 'title'"),
        ("feed_size = 0", "a whole number from 1"),
        ("feed_size = true", "a whole number"),
        ('base_url = "https://x.example/?q=1"', "without user name, query and fragment"),
        ('time_of_day = "25:00:00"', "a time of day in UTC"),
        ('language = "korean language"', "a language tag"),
        ("= 1", "not a valid TOML file"),
    ],
)
def test_a_wrong_line_of_the_file_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    file = tmp_path / "feedsvc.toml"
    file.write_text(line)
    with pytest.raises(ConfigError, match=sentence):
        Config.load(file, environment={})


def test_every_setting_survives_the_way_to_a_worker(tmp_path: Path) -> None:
    config = Config.load(
        environment={}, flags={"title": "한글 제목", "refresh": "0.5", "feed_size": 3}
    )
    assert pickle.loads(pickle.dumps(config)) == config


def test_several_workers_show_a_new_digest(tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "digests", days=1, papers=1)
    server = Server(folder, tmp_path, "--workers", "2")
    try:
        assert server.get("/feed.xml")[0] == 200
        write_archive(folder, days=3, papers=1)
        seen, deadline = 0, time.monotonic() + 20
        while time.monotonic() < deadline:
            seen = seen + 1 if b"2024-01-03" in server.get("/feed.xml")[2] else 0
            if seen == 40:
                return
        pytest.fail("some worker still shows the old state")
    finally:
        server.stop()
