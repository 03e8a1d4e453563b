"""What the documents say is run or compared here, so that it stays true."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from feedsvc.config import Config
from feedsvc.search.query import (
    DEFAULT_LIMIT,
    LONGEST_QUERY,
    MOST_HITS,
    MOST_ITEMS,
    MOST_TERMS,
    MOST_WORDS,
    parse_query,
)
from feedsvc.starter.workflows import PROJECT, RELEASE
from feedsvc.stats.distinct import MOST_EXACT
from tests.support.needs import NEEDS_GIT
from tests.support.project import ROOT, copy_project, environment
from tests.support.server import ask, free_port, running

README = (ROOT / "README.md").read_text()
OPERATION = (ROOT / "docs" / "operation.md").read_text()
SETTINGS = ROOT / "docs" / "settings.md"
BIN = Path(sys.executable).parent
WHO = ("AUTHOR", "COMMITTER")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _block(words: str) -> str:
    """The one block of commands with these words."""
    (block,) = (block for block in _blocks("sh") if words in block)
    return block


def _settings(folder: Path, **more: str) -> dict[str, str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "FEEDSVC_INDEX": str(folder / "docs.sqlite3"), **more}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project as a newcomer has it, but for the environment, which is ready."""
    return copy_project(tmp_path / "clone")


@contextmanager
def _running(command: str, port: int, folder: Path, **settings: str) -> Iterator[Path]:
    """What a line of a document starts, as long as it is needed; gives its log."""
    with running(command, port, folder, **_settings(folder, **settings)) as log:
        yield log


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as response:
        return bytes(response.read())


@NEEDS_GIT
@pytest.mark.slow(reason="does what a newcomer does, in a copy of the project")
def test_a_publisher_has_a_site_after_a_push(tmp_path: Path) -> None:
    install, *commands = _block("feedsvc init").splitlines()
    assert install == f"pip install git+https://github.com/{PROJECT}@{RELEASE}"
    folder, remote = tmp_path / "papers", tmp_path / "remote.git"
    for line in (f"git init -q --bare {remote}", f"git clone -q {remote} {folder}"):
        _do(line, tmp_path)
    for line in commands:
        _do(line, folder)
    _do(f"git clone -q {remote} pushed", tmp_path)
    assert (tmp_path / "pushed" / ".github" / "workflows" / "pages.yml").is_file()
    _do("feedsvc new", tmp_path / "pushed")
    assert len(list((tmp_path / "pushed" / "digests").iterdir())) == 2
    (step,) = yaml.safe_load(_blocks("yaml")[0])
    assert step == {"uses": f"{PROJECT}@{RELEASE}"}


def _do(line: str, folder: Path) -> str:
    """What a line says that a person types."""
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment(
            **_settings(folder),
            **{f"GIT_{who}_{what}": "a@b.example" for who in WHO for what in ("NAME", "EMAIL")},
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.slow(reason="does what a newcomer does, in a copy of the project")
def test_make_serve_shows_the_projects_own_digests(clone: Path) -> None:
    assert _block("make serve") == "make serve\n"
    (clone / ".venv").mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (clone / ".venv" / part).symlink_to(BIN.parent / part)
    (clone / ".venv" / "ready").touch()
    port = free_port()
    with _running(f"make serve FLAGS='--port {port}'", port, clone) as log:
        assert f"http://127.0.0.1:{port}/feed.xml".encode() in ask(port, "/feed.xml")[2]
    said = log.read_text()
    assert f"subscribe  http://127.0.0.1:{port}/feed.xml" in said


@pytest.mark.parametrize("target", ["serve", "quick", "test", "build", "check", "lint", "lock"])
def test_make_knows_what_the_documents_name(clone: Path, target: str) -> None:
    subprocess.run(["make", "-n", target], cwd=clone, check=True, capture_output=True)


@pytest.mark.slow(reason="does what a newcomer does, in a copy of the project")
def test_the_example_of_a_digest_is_one(tmp_path: Path) -> None:
    (example,) = _blocks("markdown")
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "any name.md").write_text(example)
    check, serve = _block("feedsvc check").splitlines()
    assert _do(check, tmp_path).endswith("\n1 day, 1 paper, 0 errors, 0 warnings\n")
    port = free_port()
    with _running(f"{serve} --port {port}", port, tmp_path, BROWSER="true %s"):
        assert b"2411.06558" in ask(port, "/2024-11-18/feed.json")[2]
        assert b"_watch/watch.js" in ask(port, "/2024-11-18/")[2]


@pytest.mark.slow(reason="does what a newcomer does, in a copy of the project")
def test_gunicorn_serves_the_app_as_said(clone: Path) -> None:
    setting, command = _block("gunicorn").splitlines()
    port = free_port()
    with _running(f"{setting}\n{command.replace('8000', str(port))}", port, clone):
        assert b"https://papers.example.org/feed.xml" in ask(port, "/feed.xml")[2]
        assert ask(port, "/feed.xml", SCRIPT__NAME="/x")[0] == 200


@pytest.mark.slow(reason="does what a newcomer does, in a copy of the project")
@pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx: apt-get install nginx-light")
def test_nginx_passes_the_site_on_below_a_path(clone: Path) -> None:
    (location,) = _blocks("nginx")
    inner, outer = free_port(), free_port()
    (clone / "nginx.conf").write_text(
        f"daemon off; pid {clone}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {clone}/body; proxy_temp_path {clone}/p;\n"
        f"fastcgi_temp_path {clone}/f; uwsgi_temp_path {clone}/u; scgi_temp_path {clone}/s;\n"
        f"server {{ listen 127.0.0.1:{outer}; gzip on; gzip_types application/atom+xml;\n"
        f"{location.replace('8000', str(inner))} }} }}\n"
    )
    base = {"FEEDSVC_BASE_URL": f"http://127.0.0.1:{outer}/papers/"}
    with (
        _running(f"feedsvc serve --port {inner}", inner, clone, **base),
        _running(f"nginx -p {clone} -c {clone}/nginx.conf", outer, clone),
    ):
        url = f"http://127.0.0.1:{outer}/papers/"
        assert f"{url}feed.xml".encode() in _read(f"{url}feed.xml")
        assert b"2411" in _read(f"{url}2024-11-18")  # which is at another address


@pytest.mark.slow(reason="does what a newcomer does, in a copy of the project")
def test_the_static_build_is_made_as_said(clone: Path) -> None:
    _do(_block("feedsvc build"), clone)
    assert (clone / "site" / "feed.xml").is_file()


def test_the_followers_are_told_as_said(tmp_path: Path) -> None:
    line = '192.0.2.1 - - [18/Nov/2024:09:30:00 +0000] "GET /feed.xml HTTP/1.1" 200 9 "-" "x"\n'
    (command,) = re.findall(r"^feedsvc stats .*$", OPERATION, re.MULTILINE)
    (plain,) = re.findall(r"`(feedsvc stats [^`]*)`", README)
    for name in ("access.log", "access.log.1"):
        (tmp_path / name).write_text(line)
    (tmp_path / "access.log.2.gz").write_bytes(gzip.compress(line.encode()))
    assert "polls: 3 × 200" in _do(command, tmp_path)
    assert "polls: 1 × 200" in _do(plain, tmp_path)
    assert (tmp_path / "followers.svg").is_file()
    assert f"{MOST_EXACT:,} others of a feed" in OPERATION.replace("\n  ", " ")


def test_the_pages_of_the_readme_exist(built: Path) -> None:
    for path in re.findall(r"`(/[^` ]*)`", README):
        assert (built / path[1:]).exists(), path
    for link in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / link).is_file(), link


def _table() -> str:
    rows = ["| name | default | meaning |", "| --- | --- | --- |"]
    for field in Config.settings():
        default = f"`{field.default}`" if field.default not in {"", None} else ""
        rows.append(f"| `{field.name}` | {default} | {field.metadata['meaning']} |")
    return "\n".join(rows)


def test_every_setting_is_documented(request: pytest.FixtureRequest) -> None:
    start, end = "<!-- table -->\n", "\n<!-- end -->"
    text = SETTINGS.read_text()
    before, _, rest = text.partition(start)
    expected = before + start + _table() + end + rest.partition(end.strip())[2]
    if request.config.getoption("update_goldens"):
        SETTINGS.write_text(expected)
    assert SETTINGS.read_text() == expected


def test_the_example_of_settings_is_valid(tmp_path: Path) -> None:
    example = re.findall(r"```toml\n(.*?)```", SETTINGS.read_text(), re.DOTALL)[0]
    (tmp_path / "feedsvc.toml").write_text(example)
    config = Config.load(tmp_path / "feedsvc.toml", environment={})
    assert config.title == tomllib.loads(example)["title"]


def test_what_is_written_of_searches_can_be_asked(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "search.md").read_text()
    table = text[text.index("| write |") : text.index("A query has at most")]
    written = [
        query
        for line in table.strip().splitlines()[2:]
        for query in re.findall("`([^`]+)`", line.split("|")[1])
    ]
    assert len(written) > 8
    for query in written:
        assert parse_query({"q": query}).terms, query
    for number, name in (
        (LONGEST_QUERY, "characters"),
        (MOST_TERMS, "terms"),
        (MOST_ITEMS, "alternatives"),
        (MOST_WORDS, "words"),
    ):
        assert f"{number} {name}" in text
    assert (
        f"| `limit` | {DEFAULT_LIMIT} | the most papers in the answer, up to {MOST_HITS} |" in text
    )
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "feedsvc.toml").write_text(example)
    (saved,) = Config.load(tmp_path / "feedsvc.toml", environment={}).saved
    assert saved.name == "robots"


def test_the_example_of_a_site_in_two_languages_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "languages.md").read_text()
    _, example = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "feedsvc.toml").write_text(example)
    korean, english = Config.load(tmp_path / "feedsvc.toml", environment={}).in_each_language()
    assert (korean.title, english.title) == ("오늘의 논문", "Papers of the Day")
    assert [saved.name for saved in english.saved] == ["robots"]


def test_what_subscribers_cost_follows_from_what_polls_weigh() -> None:
    text = " ".join((ROOT / "docs" / "scale.md").read_text().split())
    unmodified, delta, whole = (
        int(re.search(rf"\| {name} \| ([\d,]+) \|", text)[1].replace(",", ""))  # type: ignore[index]
        for name in ("304", "226, gzipped", "200, gzipped")
    )
    polls = 48
    days = {
        f"47 × 304 + 226 = {(47 * unmodified + delta) / 1e3:.0f} kB": 47 * unmodified + delta,
        f"47 × 304 + 200 = {(47 * unmodified + whole) / 1e3:.0f} kB": 47 * unmodified + whole,
        f"48 × 200 = {polls * whole / 1e6:.1f} MB": polls * whole,
    }
    for cost, of_a_day in days.items():
        digits = 0 if of_a_day > 1e6 else 1
        assert f"| {cost} | {of_a_day * 30 / 1e6:.{digits}f} TB |" in text
    delta_reader, reader, silent = days.values()
    mix = 3 * delta_reader + 6 * reader + silent
    assert f"the mean poll has {mix / 480 / 1e3:.1f} kB" in text
    assert f"that one makes {100 * silent / mix:.0f} percent of the traffic" in text
    assert f"and {mix / 10 * 30 / 1e6:.1f} TB" in text
    assert f"{mix / 10 * 1e6 / 86_400 * 8 / 1e6:.0f} Mbit/s of the mix" in text


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_names_no_host(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert "//" not in lock
    assert "--hash=sha256:" in lock


def test_the_tools_of_developers_come_on_top_of_what_feedsvc_needs() -> None:
    needed, with_tools = (
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert needed < with_tools
    assert not any(name.startswith(("pytest", "mypy", "ruff")) for name in needed)
