"""What `feedsvc init` and `feedsvc new` write: in empty folders, and over archives of all forms."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.check import check
from feedsvc.config import Config
from feedsvc.errors import StarterError
from feedsvc.starter.archive import find_archive
from feedsvc.starter.naming import name_for
from feedsvc.starter.new import new_digest
from feedsvc.starter.repository import Repository, repository_of
from feedsvc.starter.settings_file import settings_file
from feedsvc.starter.start import look, start
from tests.support.archive import digest, paper, write_archive
from tests.support.folders import tree
from tests.support.needs import open_terminal
from tests.support.project import SHARED, environment

TODAY = date(2024, 11, 18)
ARCHIVES = SHARED / "digest-archives"


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    folder = tmp_path / "repository"
    folder.mkdir()
    _git(folder, "init", "--initial-branch", "trunk")
    return folder


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *arguments],
        env=environment(FEEDSVC_INDEX=str(folder.parent / "starter.sqlite3"), **settings),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _settings(folder: Path) -> Mapping[str, object]:
    return tomllib.loads((folder / "feedsvc.toml").read_text())


# --- init in an empty folder ------------------------------------------------------------------


def test_an_empty_folder_becomes_a_site_whose_digest_has_no_problem(tmp_path: Path) -> None:
    done = _run(tmp_path, "init")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^digests/[0-9-]{10}\.md: written$", done.stdout, re.MULTILINE)
    assert "1 day, 1 paper, 0 errors, 0 warnings" in done.stdout
    assert not check(tmp_path / "digests", Config()).problems
    assert {path for path in tree(tmp_path) if not path.startswith("digests/")} == {
        ".github/workflows/pages.yml",
        ".gitignore",
        ".gitlab-ci.yml",
        "feedsvc.toml",
    }


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    done = _run(tmp_path, "init", "a b/c")
    assert done.returncode == 0
    assert "cd 'a b/c' && feedsvc serve" in done.stdout
    assert (tmp_path / "a b" / "c" / "digests").is_dir()


def test_init_changes_nothing_that_is_there(tmp_path: Path) -> None:
    start(look(tmp_path), {"title": "First"}, TODAY)
    (tmp_path / ".gitignore").write_text("mine\n")
    before = tree(tmp_path)
    again = start(look(tmp_path), {"title": "Second"}, TODAY + timedelta(days=1))
    assert tree(tmp_path) == before
    assert not again.written
    assert f"{tmp_path}/feedsvc.toml: was there already, and stays as it is" in again.lines


def test_flags_are_settings_of_the_file(tmp_path: Path) -> None:
    flags = ("--title", "오늘의 논문", "--language", "ko", "--base-url", "https://x.example/a")
    assert _run(tmp_path, "init", *flags).returncode == 0
    assert _settings(tmp_path) == {
        "digests": "digests",
        "title": "오늘의 논문",
        "language": "ko",
        "base_url": "https://x.example/a/",
    }


def test_a_flag_that_cannot_be_used_writes_nothing(tmp_path: Path) -> None:
    done = _run(tmp_path, "init", "--language", "korean language")
    assert done.returncode == 1
    assert "--language: 'korean language' can't be used; give a language tag" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _run(tmp_path, "init", "file/inside")
    assert done.returncode == 1
    assert re.fullmatch(r"Error: file/inside.*: .*\.\n", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["init", "file"], "file: is no folder; name one"),
        (["init", "/"], "/: is the folder of everything"),
        (["new"], "digests: there is no such folder. Begin with feedsvc init"),
        (["new", "2024-13-01"], "'2024-13-01' does not match the format '%Y-%m-%d'"),
        (["init", "--base-url", "ftp://x"], "such as https://example.org/papers/"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "file").write_text("")
    done = _run(tmp_path, *arguments)
    assert done.returncode
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not shutil.which("bwrap"), reason="needs bwrap: apt-get install bubblewrap")
def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    write_archive(tmp_path, days=1, papers=1)
    sandbox = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--chdir", str(tmp_path)]
    if subprocess.run([*sandbox, "true"], capture_output=True, check=False).returncode:
        pytest.skip("bwrap can't be used here")
    done = subprocess.run(
        [*sandbox, sys.executable, "-m", "feedsvc", "init"],
        stdin=subprocess.DEVNULL,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "Error: feedsvc.toml: can't be written: Read-only file system.\n"


def test_a_person_is_asked_and_asked_again(tmp_path: Path) -> None:
    terminal, end = open_terminal()
    with subprocess.Popen(
        [sys.executable, "-m", "feedsvc", "init"],
        cwd=tmp_path,
        env=environment(),
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.write(terminal, b"My Papers\nkorean language\nko\n\n")
        out, err = process.communicate(timeout=60)
    os.close(terminal)
    os.close(end)
    assert process.returncode == 0, err
    assert "give a language tag" in out + err
    assert _settings(tmp_path) == {"digests": "digests", "title": "My Papers", "language": "ko"}


def test_every_setting_stands_in_the_file_with_its_default(tmp_path: Path) -> None:
    text = settings_file({})
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE)
    assert tomllib.loads(text) == {}
    tables = re.findall(r"^# \[\[([a-z_]+)\]\]$", text, re.MULTILINE)
    names = [each.name for each in Config.settings() if each.name not in tables]
    assert list(tomllib.loads(uncommented)) == names
    assert {*names, *tables} == {each.name for each in Config.settings()}
    file = tmp_path / "feedsvc.toml"
    file.write_text(uncommented)
    defaults = Config(digests=tmp_path / "digests", out=tmp_path / "site")
    assert Config.load(file, environment={}) == defaults
    assert all(len(line) <= 100 for line in text.splitlines())
    table = '[[saved]]\nname = "robots"\nq = "robot"\n'
    file.write_text(text.removesuffix("# [[saved]]\n") + table)
    assert [each.name for each in Config.load(file, environment={}).saved] == ["robots"]


# --- init over digests ------------------------------------------------------------------------

PLACES = {
    "at the top": ("{day}.md", "."),
    "in docs": ("docs/{day}.md", "docs"),
    "in folders of months": ("papers/{day:%Y}/{day:%m}/{day:%d}.md", "papers"),
    "in one folder a day": ("notes/daily/{day}/README.md", "notes/daily"),
    "in months by name": ("log/november/{day}.md", "log"),
}


@pytest.mark.parametrize("place", PLACES)
def test_digests_are_taken_where_they_lie(tmp_path: Path, place: str) -> None:
    name, expected = PLACES[place]
    for number in range(3):
        day = TODAY - timedelta(days=number)
        path = tmp_path / name.format(day=day)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(digest(day, [paper(number)]))
    (tmp_path / "README.md").write_text("# Papers\n\nA digest a day.\n")
    before = tree(tmp_path)
    done = start(look(tmp_path), {}, TODAY)
    assert _settings(tmp_path)["digests"] == expected
    assert (done.findings.days, done.findings.papers) == (3, 3)
    assert tree(tmp_path).items() >= before.items()
    assert not (tmp_path / "digests").exists()


def test_the_home_folder_is_not_looked_through(tmp_path: Path) -> None:
    done = _run(tmp_path, "init", HOME=str(tmp_path))
    assert done.returncode == 1
    assert not list(tmp_path.iterdir())


def test_what_the_commands_say_next_can_be_typed(repository: Path) -> None:
    remote = repository.parent / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    _git(repository, "remote", "add", "up", str(remote))
    lines = start(look(repository), {}, TODAY).lines
    (command,) = (line.strip() for line in lines if "git push" in line)
    who = {
        f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    subprocess.run(["sh", "-c", command], env=environment(**who), check=True, capture_output=True)
    listed = subprocess.run(
        ["git", "-C", remote, "ls-tree", "-r", "--name-only", "trunk"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".github/workflows/pages.yml" in listed.stdout


def test_what_others_wrote_at_the_top_is_left_out(tmp_path: Path) -> None:
    write_archive(tmp_path, days=2, papers=2)
    write_archive(tmp_path / "node_modules" / "some", days=3, papers=9, first=date(2023, 1, 1))
    start(look(tmp_path), {}, TODAY)
    assert _settings(tmp_path)["leave_out"] == "site, public, node_modules"
    config = Config.load(tmp_path / "feedsvc.toml", environment={})
    assert check(config.digests, config).days == 2


def test_a_site_is_built_beside_digests_at_the_top(tmp_path: Path) -> None:
    write_archive(tmp_path, days=2, papers=2)
    start(look(tmp_path), {}, TODAY)
    for out in ("site", "public"):
        for _ in range(2):
            done = _run(tmp_path, "build", "--out", out, "--base-url", "https://x.example/")
            assert done.returncode == 0, done.stderr
            assert "2 days, 4 papers, 0 errors, 0 warnings" in done.stderr
    done = _run(tmp_path, "build", "--out", "other", "--base-url", "https://x.example/")
    assert done.returncode == 1
    assert "where its pages would be read as digests" in done.stderr


def test_files_without_papers_are_named_and_an_example_is_written(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Papers\n")
    done = start(look(tmp_path), {}, TODAY)
    assert (
        "No paper was found in what is there (README.md), so an example begins the archive."
        in done.lines
    )
    assert done.findings.papers == 1


@pytest.mark.skipif(
    not ARCHIVES.is_dir(), reason="needs real digests, which are not in the project"
)
@pytest.mark.slow(reason="reads thirty archives")
def test_real_archives_are_taken_as_they_are(tmp_path: Path) -> None:
    for archive in sorted(ARCHIVES.iterdir()):
        if not archive.is_dir() or archive.name in {"expected", "no-papers-01"}:
            continue
        folder = shutil.copytree(archive, tmp_path / archive.name)
        before = check(folder, Config()).papers
        done = start(look(folder), {}, TODAY)
        assert done.findings.papers >= 0.9 * before, archive.name
        config = Config.load(folder / "feedsvc.toml", environment={})
        new = new_digest(config, date(2026, 11, 26))
        new.write_text(digest(date(2026, 11, 26), [paper(77)]))
        assert check(config.digests, config).papers == done.findings.papers + 1, archive.name


# --- the repository ---------------------------------------------------------------------------

REMOTES = {
    "git@github.com:Ada/papers.git": ("github", "https://ada.github.io/papers/"),
    "https://github.com/Ada/papers": ("github", "https://ada.github.io/papers/"),
    "https://ada:secret@github.com/Ada/papers.git": ("github", "https://ada.github.io/papers/"),
    "ssh://git@github.com:22/Ada/papers.git/": ("github", "https://ada.github.io/papers/"),
    "ssh://git@ssh.github.com:443/Ada/papers.git": ("github", "https://ada.github.io/papers/"),
    "git@github.com:Ada/Ada.github.io.git": ("github", "https://ada.github.io/"),
    "https://gitlab.com/group/papers.git": ("gitlab", "https://group.gitlab.io/papers/"),
    "git@gitlab.com:group/sub/papers.git": ("gitlab", "https://group.gitlab.io/sub/papers/"),
    "https://gitlab.com/group/group.gitlab.io": ("gitlab", "https://group.gitlab.io/"),
    "https://git.example.org/ada/papers.git": ("", ""),
    "/srv/git/papers.git": ("", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("remote", REMOTES)
def test_a_remote_tells_the_host_and_the_address_of_its_pages(remote: str) -> None:
    repository = Repository(Path("/x"), "main", remote)
    assert (repository.host, repository.pages_address) == REMOTES[remote]


def test_the_remote_decides_the_workflow_and_the_base_url(repository: Path) -> None:
    _git(repository, "remote", "add", "origin", "https://ada:secret@github.com/Ada/papers.git")
    done = start(look(repository), {}, TODAY)
    assert _settings(repository)["base_url"] == "https://ada.github.io/papers/"
    assert "branches: [trunk]" in (repository / ".github/workflows/pages.yml").read_text()
    assert not (repository / ".gitlab-ci.yml").exists()
    assert "secret" not in "".join(done.lines)
    assert "git push" in "".join(done.lines)


def test_gitlab_gets_its_own_job_only(repository: Path) -> None:
    _git(repository, "remote", "add", "other", "git@gitlab.com:group/papers.git")
    done = start(look(repository), {}, TODAY)
    assert '--base-url "$CI_PAGES_URL/"' in (repository / ".gitlab-ci.yml").read_text()
    assert "git push -u other HEAD" in "".join(done.lines)
    assert not (repository / ".github").exists()


def test_a_domain_of_ones_own_wins(repository: Path) -> None:
    _git(repository, "remote", "add", "origin", "git@gitlab.com:group/papers.git")
    (repository / "CNAME").write_text("papers.example.org\n")
    start(look(repository), {}, TODAY)
    assert _settings(repository)["base_url"] == "https://papers.example.org/"
    assert '--base-url "https://papers.example.org/"' in (repository / ".gitlab-ci.yml").read_text()


def test_below_the_top_of_a_repository_no_workflow_is_written(repository: Path) -> None:
    done = start(look(_made(repository / "inside")), {}, TODAY, "both")
    assert not list((repository / "inside").glob(".git[hl]*/*"))
    assert any("must be in the top folder of the repository" in line for line in done.lines)


def test_a_folder_outside_of_git_has_no_repository(tmp_path: Path) -> None:
    assert repository_of(tmp_path) is None


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- new --------------------------------------------------------------------------------------

NAMES = {
    "{day}.md": "2024-11-18.md",
    "{day:%Y}/{day:%m}/{day:%d}.md": "2024/11/18.md",
    "{day:%Y/%m}/{day}-papers.html": "2024/11/2024-11-18-papers.md",
    "{day:%Y_%m_%d}.html": "2024_11_18.md",
    "papers-{day:%Y%m%d}.md": "papers-20241118.md",
    "{day:%d-%b-%Y}/index.md": "18-Nov-2024/index.md",
    "{day}/report.md": "2024-11-18/report.md",
    "{day}-논문.markdown": "2024-11-18-논문.md",
    "{day}-{weekday}.md": "2024-11-18-monday.md",
}


@pytest.mark.parametrize("form", NAMES)
def test_a_new_digest_is_named_as_the_others_are(form: str) -> None:
    days = [TODAY - timedelta(days=number) for number in range(1, 30)]
    paths = [form.format(day=day, weekday=f"{day:%A}".lower()) for day in days]
    assert name_for(TODAY, paths) == NAMES[form]
    assert name_for(TODAY, paths[:1]) == NAMES[form]


def test_where_names_have_nothing_in_common_the_day_is_the_name() -> None:
    paths = ["2024-11-16-one.md", "2024-11-17-two.md", "notes.md"]
    assert name_for(TODAY, paths) == "2024-11-18.md"
    assert name_for(TODAY, []) == "2024-11-18.md"


def test_companions_in_other_languages_do_not_name_the_new_one() -> None:
    paths = [f"2024-11-{day}{end}.md" for day in (14, 15) for end in ("", ".en")]
    assert name_for(TODAY, paths) == "2024-11-18.md"


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sets(st.dates(date(1990, 1, 1), date(2090, 1, 1)), min_size=1, max_size=9),
    st.sampled_from(["{day}.md", "{day:%Y}/{day:%m}/{day:%d}.md", "x/{day:%Y.%m.%d}.md"]),
)
def test_a_name_is_understood_whatever_days_there_are(
    day: date, others: set[date], form: str
) -> None:
    paths = [form.format(day=other) for other in others]
    assert name_for(day, paths) == form.format(day=day)


def test_new_begins_today_then_tomorrow(tmp_path: Path) -> None:
    write_archive(tmp_path / "digests", days=2, papers=1)
    config = Config(digests=tmp_path / "digests", title="T")
    first, second = new_digest(config, TODAY), new_digest(config, TODAY)
    assert [first.name, second.name] == ["2024-11-18.md", "2024-11-19.md"]
    assert first.read_text().startswith("## T (2024-11-18)\n")
    assert check(config.digests, config).papers == 2


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "2024-11-18.html").write_text("mine")
    config = Config(digests=tmp_path)
    with pytest.raises(StarterError, match="the digest of 2024-11-18 is there already"):
        new_digest(config, TODAY, TODAY)
    assert tree(tmp_path) == {"2024-11-18.html": b"mine"}


def test_a_digest_is_a_paper_once_its_template_is_filled_in(tmp_path: Path) -> None:
    config = Config(digests=tmp_path)
    path = new_digest(config, TODAY)
    text = path.read_text()
    for old, new in (
        ("[](https://arxiv.org/abs/)", "[Title](https://arxiv.org/abs/2411.00001)"),
        ("![](https://)", "![](https://x.example/a.png)"),
        ("Vote: ", "Vote: 3"),
        ("Authors: ", "Authors: Ada Lovelace"),
        ("New**: ", "New**: much"),
        ("Results**: ", "Results**: many"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)
    findings = check(tmp_path, config)
    assert (findings.papers, findings.problems) == (1, [])


def test_a_template_of_ones_own_is_filled_in(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("# {day} {title} {x} $\\frac{a}{b}$\n")
    (tmp_path / "feedsvc.toml").write_text('template = "mine.md"\ntitle = "T"\n')
    (tmp_path / "digests").mkdir()
    done = _run(tmp_path, "new", "2024-11-18")
    assert (done.returncode, done.stdout) == (0, "digests/2024-11-18.md: written\n")
    made = (tmp_path / "digests" / "2024-11-18.md").read_text()
    assert made == "# 2024-11-18 T {x} $\\frac{a}{b}$\n"


def test_a_template_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    config = Config(digests=tmp_path, template=tmp_path / "gone.md")
    with pytest.raises(StarterError, match=r"gone\.md: the template can't be read: No such file"):
        new_digest(config, TODAY)


def test_the_folder_of_an_archive_is_found_though_others_name_papers_too(tmp_path: Path) -> None:
    write_archive(tmp_path / "daily", days=20, papers=3)
    (tmp_path / "README.md").write_text(digest("2024-01-20", [paper(57), paper(58)]))
    archive = find_archive(tmp_path)
    assert archive.settings == {"digests": "daily"}
