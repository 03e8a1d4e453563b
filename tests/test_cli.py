"""The command as people and scripts run it: output, exit codes, errors in a sentence."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.errors import ConfigError
from feedsvc.explanations import explain
from tests.support.archive import write_archive
from tests.support.project import BASE_URL, DIGESTS, environment
from tests.support.server import Server
from tests.support.waiting import until

GOLDENS = Path(__file__).parent / "digests"


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    folder = write_archive(tmp_path / "digests", days=2, papers=2)
    (folder / "2024-01-03.md").write_bytes((GOLDENS / "conflict.md").read_bytes())
    (folder / "2024-01-04.md").write_text(
        "## 2024-01-05\n\n### [A](https://a.example/)\n\n- \x1b[31m a\n"
    )
    return folder


AT = ("--base-url", BASE_URL)


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *arguments],
        env=environment(
            **{
                "FEEDSVC_INDEX": str(folder / "cli.sqlite3"),
                "FEEDSVC_LANGUAGE": "ko",
                **settings,
            }
        ),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_prints_each_problem_with_its_place(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "check", str(digests))
    *problems, form, counts, more = done.stdout.splitlines()
    assert done.returncode == 1
    assert re.fullmatch(r"\S+: 4 files: a heading a paper; days from names", form)
    for problem in problems:
        assert re.fullmatch(r"\S+\.md:\d+: (error|warning): .+ \[[a-z-]+\]", problem), problem
    assert counts == "4 days, 5 papers, 3 errors, 3 warnings"
    named = re.fullmatch(r"What a code means: feedsvc check --explain ([a-z-]+)", more)
    assert named
    assert f"[{named[1]}]" in problems[0]
    assert "\x1b" not in done.stdout


def test_check_is_content_with_the_projects_own_digests(tmp_path: Path) -> None:
    done = _run(tmp_path, "check", "--digests", str(DIGESTS))
    assert done.returncode == 0
    *forms, counts = done.stdout.splitlines()
    assert counts == "12 days, 69 papers, 0 errors, 0 warnings"
    assert forms
    assert all(
        re.fullmatch(r"\S+: \d+ files: a heading a paper; days from names", form) for form in forms
    )


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


def test_check_explains_a_code(tmp_path: Path) -> None:
    done = _run(tmp_path, "check", "--explain", "bad-votes")
    assert (done.returncode, done.stdout) == (0, explain("bad-votes"))
    unknown = _run(tmp_path, "check", "--explain", "bad-vote")
    assert unknown.returncode == 2
    assert "'bad-votes'" in unknown.stderr


def test_build_goes_on_and_lists_the_problems(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--digests", str(digests), "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    assert "[conflict-marker]" in done.stderr
    assert "4 days, 5 papers, 3 errors, 3 warnings" in done.stderr
    assert (tmp_path / "out" / "feed.xml").is_file()


def test_build_tells_that_an_archive_is_too_large_for_its_complete_feeds(tmp_path: Path) -> None:
    write_archive(tmp_path / "digests", days=2, papers=2)
    said = "The feeds of /all/ were not written: there are 4 papers, more than all_size (3).\n"
    done = _run(tmp_path, "build", FEEDSVC_ALL_SIZE="3")
    first, rest = done.stdout.split("\n", 1)
    assert (done.returncode, rest) == (0, said)
    assert re.fullmatch(r"site: [0-9]+ files written, 0 unchanged, 0 removed", first)
    done = _run(tmp_path, "build", FEEDSVC_ALL_SIZE="4")
    assert done.stdout.count("\n") == 1


def test_serve_tells_what_lists_the_problems(digests: Path, tmp_path: Path) -> None:
    odd = Server(digests, tmp_path)
    odd.stop()
    good = Server(DIGESTS, tmp_path)
    good.stop()
    said, said_of_good = odd.log.read_text(), good.log.read_text()
    assert "Daily Papers: 4 days, 5 papers, 3 errors, 3 warnings\n" in said
    assert "  (`feedsvc check` lists the problems)\n" in said
    assert "Daily Papers: 12 days, 69 papers, 0 errors, 0 warnings\n" in said_of_good
    assert "feedsvc check" not in said_of_good
    for line in (
        "read       https://papers.example.org/",
        "subscribe  https://papers.example.org/feed.xml",
    ):
        assert f"  {line}\n" in said


def test_check_says_of_a_file_that_is_left_out_that_it_is(tmp_path: Path) -> None:
    write_archive(tmp_path / "digests", days=1, papers=1)
    (tmp_path / "digests" / "2024-01-02.md").symlink_to("/etc/hostname")
    done = _run(tmp_path, "check")
    line, _form, counts, _explained = done.stdout.splitlines()
    assert line.startswith("digests/2024-01-02.md:1: warning: the link leads out of the folder, ")
    assert line.endswith(" [left-out]")
    assert (done.returncode, counts) == (0, "1 day, 1 paper, 0 errors, 1 warning")


def test_a_strict_build_writes_nothing_when_there_are_errors(digests: Path, tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--strict", *AT, "--digests", str(digests), "--out", "out")
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
    ("arguments", "settings", "sentence"),
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
    tmp_path: Path, arguments: list[str], settings: dict[str, str], sentence: str
) -> None:
    done = _run(tmp_path, *arguments, **settings)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_then_the_environment_then_flags_decide(tmp_path: Path) -> None:
    file = tmp_path / "conf" / "feedsvc.toml"
    file.parent.mkdir()
    file.write_text(
        'title = "File"\nlanguage = "en"\ndigests = "here"\nfeed_size = 7\ntime_of_day = 07:30:00\n'
    )
    given = {"FEEDSVC_CONFIG": str(file), "FEEDSVC_TITLE": "Environment"}
    config = Config.load(environment=given)
    assert (config.title, config.language, config.feed_size) == ("Environment", "en", 7)
    assert config.digests == file.parent / "here"
    assert str(config.time_of_day) == "07:30:00"
    assert Config.load(environment=given, flags={"digests": "there"}).digests == Path("there")


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


@pytest.mark.slow(reason="starts three processes and waits for all to see a new day")
def test_several_workers_show_a_new_digest(tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "digests", days=1, papers=1)
    server = Server(folder, tmp_path, "--workers", "2")
    try:
        assert server.get("/feed.xml")[0] == 200
        write_archive(folder, days=3, papers=1)
        assert until(lambda: all(b"2024-01-03" in server.get("/feed.xml")[2] for _ in range(40)))
    finally:
        server.stop()


# --- the address of the site, and a folder without papers -----------------------------------------


def test_a_build_without_an_address_says_so(tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--digests", str(DIGESTS), "--out", "out")
    assert done.returncode == 0
    assert "Warning: base_url is not set" in done.stderr
    done = _run(tmp_path, "build", "--digests", str(DIGESTS), "--out", "out", *AT)
    assert "base_url" not in done.stderr
    done = _run(tmp_path, "build", "--digests", str(DIGESTS), FEEDSVC_BASE_URL=BASE_URL)
    assert "base_url" not in done.stderr


def test_a_strict_build_needs_an_address(tmp_path: Path) -> None:
    done = _run(tmp_path, "build", "--strict", "--digests", str(DIGESTS), "--out", "out")
    assert done.returncode == 1
    assert "base_url is not set" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_wsgi_server_without_an_address_says_so(tmp_path: Path) -> None:
    code = "from feedsvc.startup import create_app; create_app()"
    for more, is_said in (({}, True), ({"FEEDSVC_BASE_URL": BASE_URL}, False)):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(**more),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("base_url is not set" in done.stderr) is is_said


def test_a_folder_without_papers_is_an_error_for_check_and_strict_builds(tmp_path: Path) -> None:
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "notes.md").write_text("Nothing of note.\n")
    for arguments in (["check"], ["check", "--format", "github"], ["build", "--strict", *AT]):
        done = _run(tmp_path, *arguments)
        assert done.returncode == 1, arguments
        assert "no paper was found: 1 file (notes.md) name" in done.stdout + done.stderr
    assert not (tmp_path / "site").exists()
    counts = json.loads(_run(tmp_path, "check", "--format", "json").stdout)
    assert (counts["papers"], counts["errors"]) == (0, 1)


def test_check_names_the_files_that_are_left_out_where_there_is_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    assert "no file ends in .md, .markdown" in _run(tmp_path, "check").stdout
    for name in ("SUMMARY.md", "_about.md", ".hidden.md", "notes.txt"):
        (folder / name).write_text("## [A](https://arxiv.org/abs/2411.00001)\n")
    said = _run(tmp_path, "check").stdout
    assert "are left out, by their names or as said above: 2 files (SUMMARY.md, _about.md)" in said


def test_a_site_does_not_lose_its_papers_because_its_digests_went(tmp_path: Path) -> None:
    digests = write_archive(tmp_path / "digests", days=3, papers=1)
    assert _run(tmp_path, "build", *AT).returncode == 0
    before = sorted((tmp_path / "site").rglob("*"))
    for digest in digests.iterdir():
        digest.unlink()
    done = _run(tmp_path, "build", *AT)
    assert done.returncode == 1
    assert "there are no papers, but the site in" in done.stderr
    assert sorted((tmp_path / "site").rglob("*")) == before
    assert _run(tmp_path, "build", "--allow-empty", *AT).returncode == 0
    assert not (tmp_path / "site" / "2024-01-01").exists()
