"""The action and the workflows that publish digests do so here, where GitHub and GitLab would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

import feedsvc
from feedsvc.starter.start import look, start
from feedsvc.starter.workflows import PROJECT, RELEASE
from tests.support.archive import digest, paper, write_archive
from tests.support.github import Runner
from tests.support.project import ROOT, copy_project

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
TODAY = date(2024, 11, 18)
INSTALL = "Install feedsvc"

LIBRARIES = {
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
}
"""The libraries that the lock file names are those of this environment, so nothing is fetched."""

pytestmark = pytest.mark.slow(reason="installs the project as a runner does")

StartRunner = Callable[..., Runner]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of a runner that has done the step which installs."""
    temporary = tmp_path_factory.mktemp("runner")
    action = copy_project(temporary / "action")
    runner = Runner(temporary, temporary, {}, LIBRARIES)
    runner.context = {
        "steps": {"python": {"outputs": {"python-path": sys.executable}}},
        "github": {"action_path": str(action)},
    }
    steps = [step for step in ACTION["runs"]["steps"] if step.get("name") == INSTALL]
    assert runner.run_steps(steps) == ""
    return temporary


@pytest.fixture
def runner(tmp_path: Path, installed: Path) -> StartRunner:
    def start_runner(address: str = "https://ada.github.io/papers") -> Runner:
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        (temporary / "path").write_text((installed / "path").read_text())
        (tmp_path / "workspace").mkdir()
        outputs = {
            "actions/setup-python": {"python-path": sys.executable},
            "actions/configure-pages": {"base_url": address},
            "actions/upload-pages-artifact": {},
            "actions/deploy-pages": {"page_url": f"{address}/"},
        }
        return Runner(tmp_path / "workspace", temporary, outputs, LIBRARIES)

    return start_runner


def _publish(runner: Runner, **inputs: str) -> str:
    """What the failing step said; the step that installs is done already."""
    steps = [step for step in ACTION["runs"]["steps"] if step.get("name") != INSTALL]
    return runner.run_action({**ACTION, "runs": {"steps": steps}}, ROOT, **inputs)


@pytest.mark.parametrize(
    "address",
    ["https://ada.github.io/papers", "https://ada.github.io", "https://papers.example.org"],
    ids=["project", "user", "own domain"],
)
def test_the_site_is_published_at_the_address_of_the_pages(
    runner: StartRunner, address: str
) -> None:
    at_work = runner(address)
    write_archive(at_work.workspace / "digests", days=2, papers=2)
    assert _publish(at_work) == ""
    site = Path(dict(at_work.used)["actions/upload-pages-artifact"]["path"])
    assert f"{address}/feed.xml" in (site / "feed.xml").read_text()
    assert f'href="{address}/2024-01-02/"' in (site / "2024-01-02" / "index.html").read_text()
    assert at_work.summary == f"Subscribe to <{address}/feed.xml>.\n"
    assert [name for name, _ in at_work.used][-1] == "actions/deploy-pages"
    outputs = {name: at_work.fill(each["value"]) for name, each in ACTION["outputs"].items()}
    assert outputs == {"folder": str(site), "page-url": f"{address}/"}


def test_the_address_that_is_given_wins(runner: StartRunner) -> None:
    at_work = runner()
    write_archive(at_work.workspace / "digests", days=1, papers=1)
    assert _publish(at_work, base_url="https://papers.example.org/x") == ""
    feed = (at_work.temporary / "site" / "feed.xml").read_text()
    assert "https://papers.example.org/x/feed.xml" in feed


def test_problems_are_shown_beside_their_lines_and_the_rest_is_published(
    runner: StartRunner,
) -> None:
    at_work = runner()
    folder = write_archive(at_work.workspace / "digests", days=1, papers=1)
    (folder / "undated.md").write_text(paper(7))
    assert _publish(at_work) == ""
    said = at_work.said["Check the digests"]
    assert re.search(
        r"^::error file=digests/undated\.md,line=\d,title=no-date::", said, re.MULTILINE
    )
    assert (at_work.temporary / "site" / "2024-01-01" / "index.html").is_file()


def test_strict_publishes_nothing_where_there_are_errors(runner: StartRunner) -> None:
    at_work = runner()
    folder = write_archive(at_work.workspace / "digests", days=1, papers=1)
    (folder / "undated.md").write_text(paper(7))
    assert "no-date" in _publish(at_work, strict="true")
    assert not (at_work.temporary / "site").exists()


def test_an_archive_that_is_suddenly_empty_is_not_published(runner: StartRunner) -> None:
    at_work = runner()
    (at_work.workspace / "digests").mkdir()
    assert "There are no papers, so nothing is published" in _publish(at_work)
    assert "actions/deploy-pages" not in dict(at_work.used)


def test_without_pages_it_checks_and_builds_for_others(runner: StartRunner) -> None:
    at_work = runner()
    (at_work.workspace / "conf").mkdir()
    (at_work.workspace / "conf" / "feeds.toml").write_text(
        'digests = "../notes"\nbase_url = "https://papers.example.org/"\n'
    )
    write_archive(at_work.workspace / "notes", days=1, papers=1)
    assert _publish(at_work, pages="false", config="conf/feeds.toml") == ""
    assert [name for name, _ in at_work.used] == ["actions/setup-python"]
    feed = (at_work.temporary / "site" / "feed.xml").read_text()
    assert "https://papers.example.org/feed.xml" in feed


def test_the_examples_of_publishing_use_the_action_as_it_is() -> None:
    text = (ROOT / "docs" / "publishing.md").read_text()
    for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        (job,) = yaml.safe_load(block)["jobs"].values()
        checkout, step = job["steps"]
        assert checkout["uses"].startswith("actions/checkout@")
        assert step["uses"] == f"{PROJECT}@{RELEASE}"
        assert step.get("with", {}).keys() <= ACTION["inputs"].keys()


def test_the_workflow_that_init_writes_uses_the_action(tmp_path: Path) -> None:
    start(look(tmp_path), {}, TODAY)
    workflow = yaml.safe_load((tmp_path / ".github/workflows/pages.yml").read_text())
    job = workflow["jobs"]["publish"]
    assert job["steps"][1] == {"uses": f"{PROJECT}@{RELEASE}", "id": "feeds"}
    (output,) = re.findall(r"steps\.feeds\.outputs\.([\w-]+)", job["environment"]["url"])
    assert output in ACTION["outputs"]
    assert workflow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert feedsvc.__version__.startswith(RELEASE.removeprefix("v") + ".")


def test_the_job_that_init_writes_for_gitlab_builds_the_site(
    tmp_path: Path, installed: Path
) -> None:
    (tmp_path / "2024-11-18.md").write_text(digest("2024-11-18", [paper(1)]))
    start(look(tmp_path), {}, TODAY, "gitlab")
    job = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["pages"]
    install, *others = job["script"]
    assert install == f'pip install --quiet "feedsvc @ git+https://github.com/{PROJECT}@{RELEASE}"'
    command = (installed / "path").read_text().strip()
    for line in others:
        subprocess.run(
            ["bash", "-ec", line],
            cwd=tmp_path,
            env={
                **LIBRARIES,
                "PATH": f"{command}{os.pathsep}/usr/bin:/bin",
                "HOME": str(tmp_path),
                "CI_PAGES_URL": "https://group.gitlab.io/papers",
            },
            check=True,
            capture_output=True,
        )
    assert job["artifacts"] == {"paths": ["public"]}
    feed = (tmp_path / "public" / "feed.xml").read_text()
    assert "https://group.gitlab.io/papers/feed.xml" in feed


def test_an_installed_feedsvc_brings_all_that_is_no_code(installed: Path) -> None:
    def others(package: Path) -> set[str]:
        return {
            path.relative_to(package).as_posix()
            for path in package.rglob("*")
            if path.is_file()
            and path.suffix not in {".py", ".pyc"}
            and "compiled" not in path.parts
        }

    (package,) = (installed / "feedsvc" / "lib").glob("python*/site-packages/feedsvc")
    assert others(ROOT / "feedsvc") == others(package) != set()
