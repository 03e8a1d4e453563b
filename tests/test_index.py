"""The index follows the folder, is shared, and is made anew whenever it is of no use."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from datetime import time as datetime_time
from pathlib import Path

import pytest

from feedsvc.check import check
from feedsvc.index.digest_folder import find_digests
from feedsvc.index.index import Index
from feedsvc.index.stages import Fingerprints, Pipeline
from feedsvc.model import Digest
from feedsvc.parser import parse_digest
from feedsvc.site.documents import document, paths
from feedsvc.site.site import Site
from tests.support.archive import digest, etags, paper, write_archive
from tests.support.feeds import read_atom, read_json_ids
from tests.support.project import Configure


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=8, papers=2)


def _age(folder: Path) -> None:
    """Makes every file old enough for its signature to be trusted."""
    past = time.time() - 60
    for path in folder.rglob("*"):
        os.utime(path, (past, past))


def _fresh(folder: Path, configure: Configure, tmp_path: Path) -> dict[str, str]:
    """What a site shows that has never seen the folder before."""
    site = Site(configure(digests=folder, index=tmp_path / f"fresh{time.time_ns()}.sqlite3"))
    return etags(site)


def _shown(site: Site) -> dict[str, str]:
    site.refresh()
    return etags(site)


def test_after_any_change_the_site_is_as_if_made_anew(
    folder: Path, configure: Configure, tmp_path: Path
) -> None:
    site = Site(configure(digests=folder))
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: (folder / "2024-01-20.md").write_text(digest("2024-01-20", [paper(90)])),
        (folder / "2024-01-03.md").unlink,
        lambda: (folder / "2024-01-04.md").write_text(digest("2024-01-04", [paper(1), paper(91)])),
        lambda: (folder / "2024-01-02.md").rename(folder / "2024-02-02.md"),
        lambda: (folder / "2024-01-01.en.md").write_text(digest("2024-01-01", [paper(92)])),
        lambda: (folder / "extra.md").write_text(digest("2024-01-01", [paper(93), paper(0)])),
        lambda: shutil.rmtree(folder) or folder.mkdir(),
    ]
    for step in steps:
        step()
        assert _shown(site) == _fresh(folder, configure, tmp_path)


def test_only_what_changed_is_read_again(
    folder: Path, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counting(path: str, *arguments: object, **settings: object) -> object:
        read.append(path)
        return parse_digest(path, *arguments, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr("feedsvc.site.pipeline.parse_digest", counting)
    site = Site(configure(digests=folder))
    site.refresh()
    assert len(read) == 8
    read.clear()
    _age(folder)
    (folder / "2024-01-05.md").write_text(digest("2024-01-05", [paper(50)]))
    site.refresh()
    site.refresh()
    assert read == ["2024-01-05.md"]


def test_an_edit_that_keeps_size_and_time_is_noticed(folder: Path, configure: Configure) -> None:
    site = Site(configure(digests=folder))
    site.refresh()
    path = folder / "2024-01-08.md"
    status = path.stat()
    path.write_text(path.read_text().replace("요약입니다", "달라졌다네"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    site.refresh()
    assert "달라졌다네" in site.document("/2024-01-08/feed.json").content.decode()


UNREADABLE = """
import os, sys
from pathlib import Path
from feedsvc.config import Config
from feedsvc.site.site import Site
root = Path(sys.argv[1])
# Modules that are loaded late must be so while they can be read.
Site(Config(digests=root / "digests", index=root / "first.sqlite3")).document("/feed.xml")
if os.getuid() == 0:  # who may read everything
    os.setuid(65534)
site = Site(Config(digests=root / "digests", index=root / "second.sqlite3"))
site.refresh()
before = site.document("/2024-01-08/feed.json").content
(root / "digests" / "2024-01-08.md").chmod(0)
(root / "digests" / "2024-01-07.md").unlink()
for _ in range(2):
    site.refresh()
    assert site.document("/2024-01-08/feed.json").content == before
    with site.snapshot() as snapshot:
        (problem,) = snapshot.store.problems()
    print(problem.code, problem.path, problem.message)
(root / "digests" / "2024-01-08.md").chmod(0o600)
site.refresh()
assert site.document("/2024-01-08/feed.json").content == before
with site.snapshot() as snapshot:
    assert not snapshot.store.problems()
print("read again")
"""


def test_a_file_that_becomes_unreadable_keeps_its_last_good_version() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_archive(root / "digests", days=8, papers=2)
        for path in (root, *root.rglob("*")) if os.getuid() == 0 else ():
            os.chown(path, 65534, 65534)
        done = subprocess.run(
            [sys.executable, "-c", UNREADABLE, name], capture_output=True, text=True, check=False
        )
    assert done.stderr == ""
    first, second, last = done.stdout.splitlines()
    assert first == second
    assert first.startswith("unreadable 2024-01-08.md the file can't be read: Permission denied;")
    assert last == "read again"


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"this is no database" * 1000),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.unlink(),
    ],
    ids=["foreign", "empty", "cut", "deleted"],
)
def test_a_damaged_index_is_made_anew_without_a_word(
    folder: Path, configure: Configure, damage: Callable[[Path], object], tmp_path: Path
) -> None:
    config = configure(digests=folder)
    expected = _shown(Site(config))
    for left in tmp_path.glob("index.sqlite3-*"):
        left.unlink()
    assert config.index
    damage(config.index)
    assert _shown(Site(config)) == expected


def test_an_index_that_is_deleted_under_a_running_site_is_made_anew(
    folder: Path, configure: Configure, tmp_path: Path
) -> None:
    site = Site(configure(digests=folder))
    expected = _shown(site)
    for left in tmp_path.glob("index.sqlite3*"):
        left.unlink()
    assert site.document("/feed.xml").etag == expected["/feed.xml"]
    assert _shown(site) == expected


def test_an_index_that_breaks_under_a_running_site_costs_no_answer(
    folder: Path, configure: Configure
) -> None:
    config = configure(digests=folder)
    site = Site(config)
    expected = etags(site)
    assert config.index
    for damage in (b"", b"x" * 100_000):
        with config.index.open("r+b") as file:
            file.truncate(0)
            file.write(damage)
        for path, etag in expected.items():
            assert site.document(path).etag == etag


def test_each_state_has_a_time_of_its_own(folder: Path, configure: Configure) -> None:
    site = Site(configure(digests=folder))
    times = []
    for number in range(3):
        (folder / "2024-01-09.md").write_text(digest("2024-01-09", [paper(80 + number)]))
        site.refresh()
        times.append(site.document("/feed.xml").modified)
    assert times == sorted(set(times))


def test_a_new_index_has_a_time_that_has_come(folder: Path, configure: Configure) -> None:
    site = Site(configure(digests=folder))
    site.refresh()
    assert site.document("/feed.xml").modified <= datetime.now(UTC)


def test_an_index_of_other_settings_is_not_used(folder: Path, configure: Configure) -> None:
    first = Site(configure(digests=folder))
    first.refresh()
    other = Site(configure(digests=folder, base_url="https://other.example/"))
    other.refresh()
    assert b"https://other.example/feed.xml" in other.document("/feed.xml").content


def test_where_no_file_can_be_written_the_index_is_kept_in_memory(
    folder: Path, configure: Configure, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    site = Site(configure(digests=folder, index=tmp_path / "file" / "index.sqlite3"))
    assert _shown(site) == _fresh(folder, configure, tmp_path)


def test_two_sites_share_one_index(folder: Path, configure: Configure) -> None:
    first, second = Site(configure(digests=folder)), Site(configure(digests=folder))
    assert _shown(first) == _shown(second)
    (folder / "2024-01-09.md").write_text(digest("2024-01-09", [paper(80)]))
    assert _shown(second) == _shown(first)


@pytest.mark.slow(reason="changes a folder thirty times amid readers")
def test_readers_see_whole_states_while_the_folder_changes(
    folder: Path, configure: Configure, tmp_path: Path
) -> None:
    """Each state has one more paper in both of two days; no reader may see them differ."""
    site = Site(configure(digests=folder))
    site.refresh()
    stop = threading.Event()
    readings = []

    def change() -> None:
        try:
            make_changes()
        finally:
            stop.set()

    def make_changes() -> None:
        for number in range(100, 130):
            papers = [paper(one) for one in range(100, number + 1)]
            both = [digest(day, papers) for day in ("2024-03-05", "2024-03-06")]
            (tmp_path / "both.md").write_text("\n".join(both))
            (tmp_path / "both.md").rename(folder / "both.md")
            site.refresh()

    def read() -> None:
        while not stop.is_set():
            with site.snapshot() as snapshot:
                if "/2024-W10/feed.xml" not in paths(snapshot):
                    continue
                feed = read_atom(document(snapshot, "/2024-W10/feed.xml").content)
                days = [
                    read_json_ids(document(snapshot, f"/{day}/feed.json").content)
                    for day in ("2024-03-05", "2024-03-06")
                ]
            assert days[0] == days[1] == feed.ids
            readings.append(len(feed.ids))

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(change), *(pool.submit(read) for _ in range(3))]
        for done in work:
            done.result()
    assert len(set(readings)) > 1


def test_only_digests_are_found(tmp_path: Path) -> None:
    root = tmp_path / "digests"
    for name in (
        *("2024-11-18.md", "2024/11/19.md", "any name.markdown", "x/page.HTML"),
        *("LICENSE.md", "notes.txt", ".hidden.md", ".git/2024-11-18.md", "_draft.md", "a.md~"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    os.mkfifo(root / "2024-11-20.md")
    (root / "folder.md").mkdir()
    (tmp_path / "outside.md").write_text("x")
    (root / "leads-out.md").symlink_to(tmp_path / "outside.md")
    (root / "leads-in.md").symlink_to(root / "2024-11-18.md")
    (root / "loop").symlink_to(root)
    (root / "nowhere.md").symlink_to(root / "gone")
    found = find_digests(root)
    assert {file.path: file.trouble for file in found if file.trouble} == {
        "2024-11-20.md": "it is not a regular file",
        "leads-out.md": "the link leads out of the folder",
        "loop": "its links form a loop",
        "nowhere.md": "the link leads nowhere",
    }
    assert [file.path for file in found if not file.trouble] == [
        "2024-11-18.md",
        "2024/11/19.md",
        "any name.markdown",
        "leads-in.md",
        "x/page.HTML",
    ]


def test_a_write_lock_held_by_another_process_delays_but_does_not_break(
    folder: Path, configure: Configure
) -> None:
    config = configure(digests=folder)
    site = Site(config)
    site.refresh()
    assert config.index
    other = sqlite3.connect(config.index, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (folder / "2024-01-09.md").write_text(digest("2024-01-09", [paper(80)]))
    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(site.refresh)
        assert b"2411.00080" not in site.document("/feed.xml").content
        other.execute("COMMIT")
        other.close()
        refreshing.result(timeout=30)
    assert b"2411.00080" in site.document("/feed.xml").content


def test_what_is_left_alone_is_said_and_costs_nothing_else(
    folder: Path, configure: Configure
) -> None:
    config = configure(digests=folder, largest_file=10_000)
    (folder / "out.md").symlink_to("/etc/hostname")
    os.mkfifo(folder / "2024-01-20.md")
    (folder / "2024-01-21.md").write_text(digest("2024-01-21", [paper(80)]) + "x" * 10_000)
    (folder / os.fsdecode(b"2024-01-22\xff.md")).write_text(digest("2024-01-22", [paper(81)]))
    site = Site(config)
    site.refresh()
    with site.snapshot() as snapshot:
        problems = snapshot.store.problems()
        assert len(snapshot.catalogue.calendar.days) == 8
    assert problems == check(folder, config).problems
    assert {(problem.path, problem.code) for problem in problems} == {
        ("out.md", "left-out"),
        ("2024-01-20.md", "left-out"),
        ("2024-01-21.md", "unreadable"),
        ("2024-01-22\ufffd.md", "left-out"),
    }
    assert any("more than 10000 bytes (largest_file)" in problem.message for problem in problems)
    _age(folder)
    with site.snapshot() as snapshot:
        state = snapshot.catalogue.state
    site.refresh()
    with site.snapshot() as snapshot:
        assert snapshot.catalogue.state == state


def test_what_becomes_something_else_keeps_its_last_good_version(
    folder: Path, configure: Configure
) -> None:
    site = Site(configure(digests=folder))
    site.refresh()
    before = site.document("/2024-01-03/feed.xml").content
    target = folder / "2024-01-03.md"
    content = target.read_text()
    for become in (
        lambda: os.mkfifo(target),
        lambda: target.symlink_to("/etc/hostname"),
        lambda: target.symlink_to(folder / "gone"),
        lambda: target.write_bytes(b"x" * 16_000_001),
    ):
        target.unlink()
        become()
        site.refresh()
        assert site.document("/2024-01-03/feed.xml").content == before
        with site.snapshot() as snapshot:
            assert [problem.path for problem in snapshot.store.problems()] == ["2024-01-03.md"]
    target.write_text(content)
    site.refresh()
    with site.snapshot() as snapshot:
        assert not snapshot.store.problems()


HIDDEN = """
import os, sys
from pathlib import Path
from feedsvc.check import check
from feedsvc.config import Config
from feedsvc.site.site import Site
root = Path(sys.argv[1])
config = Config(digests=root / "digests", index=root / "hidden.sqlite3")
Site(Config(digests=root / "digests", index=root / "first.sqlite3")).document("/feed.xml")
if os.getuid() == 0:  # who may read everything
    os.setuid(65534)
site = Site(config)
before = site.document("/all/feed.xml").content
(root / "digests" / "more").chmod(0)
site.refresh()
assert site.document("/all/feed.xml").content == before
with site.snapshot() as snapshot:
    (problem,) = snapshot.store.problems()
assert [problem] == check(root / "digests", config).problems
print(problem.path, problem.message)
(root / "digests" / "more").chmod(0o700)
site.refresh()
with site.snapshot() as snapshot:
    assert not snapshot.store.problems()
"""


def test_a_folder_that_becomes_unreadable_keeps_its_digests() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_archive(root / "digests", days=2, papers=1)
        (root / "digests" / "more").mkdir()
        (root / "digests" / "more" / "2024-02-02.md").write_text(digest("2024-02-02", [paper(9)]))
        for path in (root, *root.rglob("*")) if os.getuid() == 0 else ():
            os.chown(path, 65534, 65534)
        done = subprocess.run(
            [sys.executable, "-c", HIDDEN, name], capture_output=True, text=True, check=False
        )
    assert done.stderr == ""
    assert done.stdout.startswith("more/ the folder can't be read: Permission denied")


@pytest.mark.slow(reason="makes a folder of a thousand levels")
def test_a_folder_however_deep_is_read(tmp_path: Path, configure: Configure) -> None:
    root = write_archive(tmp_path / "digests", days=1, papers=1)
    deep = root
    for _ in range(1100):
        deep /= "d"
        deep.mkdir()
    (deep / "2024-03-03.md").write_text(digest("2024-03-03", [paper(9)]))
    try:
        site = Site(configure(digests=root))
        site.refresh()
        with site.snapshot() as snapshot:
            assert len(snapshot.catalogue.calendar.days) == 2
    finally:  # Python's own way would need too many calls within calls
        subprocess.run(["rm", "-r", str(root / "d")], check=True)


def test_a_digest_that_brings_us_to_a_mistake_costs_no_other(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def parse(path: str, data: bytes, _: date) -> Digest:
        if path == "2024-01-05.md" and b"trap" in data:
            raise RuntimeError("a mistake")
        return parse_digest(path, data)

    pipeline = Pipeline(
        parse=parse,
        render=lambda items: {"text": [item.paper.title.encode() for item in items]},
        time_of_day=datetime_time(0, 59, 59),
        largest_file=10_000,
        fingerprints=Fingerprints("reading", "items", "documents"),
    )
    index = Index(folder, pipeline, tmp_path / "trap.sqlite3")
    index.refresh()
    with index.reading() as store:
        before = store.renderings("text", date(2024, 1, 5))
    (folder / "2024-01-05.md").write_text(digest("2024-01-05", [paper(70)]) + "trap")
    (folder / "2024-01-06.md").write_text(digest("2024-01-06", [paper(71)]))
    index.refresh()
    with index.reading() as store:
        assert store.renderings("text", date(2024, 1, 5)) == before
        assert store.renderings("text", date(2024, 1, 6)) == [b"Paper 71"]
        (problem,) = store.problems()
    assert (problem.code, problem.path) == ("failed", "2024-01-05.md")
    assert "RuntimeError: a mistake" in problem.message
    assert "2024-01-05.md could not be read" in caplog.text


def test_an_index_whose_content_was_damaged_is_made_anew(
    folder: Path, configure: Configure
) -> None:
    """SQLite doesn't notice where a byte inside a value is another one than was written."""
    config = configure(digests=folder)
    site = Site(config)
    site.refresh()
    before = site.document("/all/feed.xml").content
    assert config.index
    with closing(sqlite3.connect(config.index)) as index:
        (content,) = index.execute("SELECT content FROM renderings LIMIT 1").fetchone()
        changed = bytearray(content)
        changed[len(changed) // 2] ^= 1
        index.execute("UPDATE renderings SET content = ? WHERE content = ?", (changed, content))
        index.commit()
    assert site.document("/all/feed.xml").content == before
