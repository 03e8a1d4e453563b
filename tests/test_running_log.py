"""What a running server says of digests: each new problem once, and when it is mended."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.index.digest_folder import find_digests
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.archive import digest, paper, write_archive
from tests.support.server import Server
from tests.support.waiting import until

GOOD = digest("2024-01-03", [paper(70)])
BAD = GOOD.replace("Vote: 70", "Vote: many") + "\n### [Another Paper](ftp://x)\n\nVote: 1\n\n- x\n"
BAD_AND_MOVED = BAD.replace("## Daily", "\n\n\n## Daily")


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=2, papers=2)


@pytest.fixture(params=["text", "json"])
def server(
    request: pytest.FixtureRequest, digests: Path, tmp_path: Path
) -> Iterator[tuple[Server, str]]:
    (tmp_path / "feedsvc.toml").write_text(f'log_format = "{request.param}"\n')
    server = Server(digests, tmp_path, "--workers", "2")
    yield server, request.param
    server.stop()


def test_a_problem_is_logged_once_and_so_is_its_end(
    server: tuple[Server, str], digests: Path
) -> None:
    running, log_format = server

    def lines(sign: str = "bad-link") -> list[str]:
        return [line for line in running.log.read_text().splitlines() if sign in line]

    assert until(lambda: running.log.read_text().count("Started worker-") == 2)
    for _ in range(6):  # of either worker, so that both look
        running.get("/feed.xml")
    path = digests / "2024-01-03.md"
    path.write_text(BAD)
    assert until(lambda: len(lines()) == 1)
    path.write_text(BAD_AND_MOVED)
    time.sleep(1.5)
    assert len(lines()) == 1, "it has moved only, and there are two workers"
    path.write_text(GOOD)
    assert until(lambda: len(lines()) == 2)
    first, last = lines()
    if log_format == "json":
        assert json.loads(first)["problem"]["path"] == "2024-01-03.md"
        assert json.loads(last)["recovered"]["code"] == "bad-link"
    else:
        stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}"
        problem = rf"{re.escape(str(path))}:\d+: (warning|error): .* \[bad-link\]"
        assert re.fullmatch(rf"{stamp} (WARNING|ERROR) {problem}", first)
        assert re.fullmatch(rf"{stamp} INFO no longer so: {problem}", last)


def test_a_folder_that_is_back_is_said(
    digests: Path, configure: Callable[..., Config], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    client = create_app(configure(digests=digests, refresh=0.05)).test_client()
    client.get("/feed.xml")
    digests.rename(digests.with_name("away"))
    assert until(lambda: "can't be read" in caplog.text)
    digests.with_name("away").rename(digests)
    assert until(lambda: "The folder of digests can be read again." in caplog.text)


def test_health_counts_what_the_index_notes(
    digests: Path, configure: Callable[..., Config]
) -> None:
    (digests / "2024-01-03.md").write_text(BAD)
    config = configure(digests=digests)
    site = Site(config)
    site.refresh()
    with site.snapshot() as snapshot:
        problems = snapshot.store.problems()
        errors = sum(problem.severity == "error" for problem in problems)
        assert len(problems) >= 2
        assert snapshot.store.count_problems() == (errors, len(problems) - errors)


def test_a_digest_dated_ahead_is_read_once(digests: Path) -> None:
    (path, *_) = sorted(digests.iterdir())
    os.utime(path, (2**33, 2**33))
    assert find_digests(digests)[0].is_young, "its last change was a moment ago"
    time.sleep(2.1)
    assert not find_digests(digests)[0].is_young


def test_the_first_state_is_not_of_a_time_to_come(
    digests: Path, configure: Callable[..., Config]
) -> None:
    site = Site(configure(digests=digests))
    site.refresh()
    with site.snapshot() as snapshot:
        assert snapshot.catalogue.state.changed.timestamp() <= time.time()
