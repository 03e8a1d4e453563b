"""The wheel and the sdist: what is in them, and that the wheel alone does everything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from feedsvc import __version__
from tests.support.project import ROOT, copy_project, environment
from tests.support.server import ask, free_port, running

pytestmark = pytest.mark.slow(reason="builds the wheel and the sdist, and installs the wheel")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("project") / "feedsvc")


@pytest.fixture(scope="module")
def wheel(project: Path) -> Path:
    return _built(project, "wheel")


@pytest.fixture(scope="module")
def sdist(project: Path) -> Path:
    return _built(project, "sdist")


def _built(project: Path, target: str) -> Path:
    folder = project.parent / target
    command = [sys.executable, "-m", "hatchling", "build", "--target", target]
    command += ["--directory", str(folder)]
    subprocess.run(command, cwd=project, env=environment(), check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


def _files(folder: Path) -> set[str]:
    """What is in a folder and was not made from it."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "compiled" not in path.parts
    }


def test_the_wheel_has_the_package_with_its_templates_compiled(project: Path, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {f"feedsvc/{name}" for name in _files(project / "feedsvc")}
    assert package <= names
    made = {name for name in names - package if ".dist-info/" not in name}
    assert len(made) > 10
    assert all(name.startswith("feedsvc/pages/compiled/") for name in made)
    assert "feedsvc/py.typed" in names


def test_the_sdist_is_the_whole_project(project: Path, sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names == {*_files(project), "PKG-INFO"}


def test_tests_begin_in_an_unpacked_sdist(sdist: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", str(sdist), "-C", str(tmp_path)], check=True)
    (folder,) = tmp_path.iterdir()
    for command in (
        ["make", "-n", "test"],
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only"],
    ):
        subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a new environment that has the wheel.

    What feedsvc needs is taken from this one's, as nothing is downloaded here.
    """
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    command += ["--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, env=environment(), check=True, capture_output=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def _do(installed: Path, folder: Path, line: str) -> str:
    """What a command of the wheel prints, outside of the project."""
    done = subprocess.run(
        [str(installed / "feedsvc"), *line.split()],
        cwd=folder,
        env=environment(FEEDSVC_INDEX=str(folder / "index.sqlite3")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_works_with_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    where = [str(installed / "python"), "-c", "import feedsvc; print(feedsvc.__file__)"]
    package = subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert package.startswith(str(installed.parent)), "not the project's own folder"
    assert _do(installed, tmp_path, "--version") == f"feedsvc, version {__version__}\n"

    _do(installed, tmp_path, "init --pages both --base-url https://papers.example.org/")
    for name in (".github/workflows/pages.yml", ".gitlab-ci.yml", ".gitignore", "feedsvc.toml"):
        assert (tmp_path / name).is_file(), name
    _do(installed, tmp_path, "new")
    assert len(list((tmp_path / "digests").iterdir())) == 2
    _do(installed, tmp_path, "check")
    _do(installed, tmp_path, "build")
    for name in ("style.css", "script.js", "search.js", "icon.png", "404.html", "feed.xml"):
        assert (tmp_path / "site" / name).is_file(), name
    feed = _do(installed, tmp_path, "show /feed.json")
    assert json.loads(feed)["home_page_url"] == "https://papers.example.org/"
    line = '192.0.2.1 - - [18/Nov/2024:09:30:00 +0000] "GET /feed.xml HTTP/1.1" 200 9 "-" "x"\n'
    (tmp_path / "access.log").write_text(line)
    assert "polls: 1 × 200" in _do(installed, tmp_path, "stats --svg followers.svg access.log")
    assert (tmp_path / "followers.svg").is_file()
    assert "feedsvc" in _do(installed, tmp_path, "ping --help")

    port = free_port()
    command = [str(installed / "feedsvc"), "serve", "--watch", "--port", str(port)]
    with running(command, port, tmp_path, FEEDSVC_INDEX=str(tmp_path / "index.sqlite3")):
        assert ask(port, "/feed.xml")[0] == 200
        assert b"_watch/watch.js" in ask(port, "/")[2]


def test_the_version_stands_in_one_place() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    newest = re.findall(r"^## (\d+\.\d+\.\d+)", text, re.MULTILINE)[0]
    assert newest == __version__
    for path in (*ROOT.glob("*.toml"), *ROOT.glob("*.py"), *(ROOT / "feedsvc").rglob("*.py")):
        if path.name != "__init__.py":
            assert f'"{__version__}"' not in path.read_text(), path
