"""Real faults: killed at any step, no room left, an index that is lost. No file is ever torn.

`python -m tests.soak --faults` goes through all the steps of which a few are tried here.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.folders import Tree, tree
from tests.support.processes import children, is_alive, web_workers
from tests.support.project import BASE_URL, ROOT
from tests.support.scene import (
    FAMILIES,
    LITTER,
    Scene,
    all_steps,
    assert_all_is_mended,
    assert_nothing_is_torn,
    assert_said_in_a_sentence,
    changed_scene,
    expected,
    fail_at,
    fresh_tree,
    held_at,
    kill_at,
    large_scene,
    long_scene,
    old_scene,
    shown,
    step_at,
    strace_command,
    why_not_strace,
)
from tests.support.server import Server
from tests.support.waiting import until

pytestmark = pytest.mark.slow(reason="harms a site in a hundred ways, each with builds of its own")

needs_strace = pytest.mark.skipif(bool(why_not_strace()), reason=why_not_strace())

KILLS = [
    *(("create", share) for share in (0, 0.4, 0.7, 1)),
    *(("write", share) for share in (0, 0.1, 0.2, 0.35, 0.5, 0.75, 0.9, 1)),
    *(("rename", share) for share in (0, 0.6, 1)),
    *(("unlink", share) for share in (0.5, 0.8, 0.9, 1)),
    *(("mkdir", share) for share in (0.9, 1)),
    *(("truncate", share) for share in (0, 1)),
    *(("sync", share) for share in (0, 0.3)),
]
FAILURES = [
    *(("create", share, "ENOSPC") for share in (0.1, 0.6)),
    *(("write", share, "ENOSPC") for share in (0.1, 0.7)),
    *(("write", share, "EIO") for share in (0.2, 0.6)),
    ("rename", 0.3, "EIO"),
    *(("unlink", share, "EIO") for share in (0.2, 0.9)),
    ("mkdir", 1, "ENOSPC"),
    ("truncate", 1, "EIO"),
    *(("sync", share, "EIO") for share in (0, 0.5)),
]


@needs_strace
@pytest.mark.parametrize(("family", "share"), KILLS)
def test_a_build_that_is_killed_at_a_step_leaves_every_file_old_or_new(
    tmp_path: Path, family: str, share: float
) -> None:
    kill_at(step_at(family, share), tmp_path)


@needs_strace
@pytest.mark.parametrize(("family", "share", "error"), FAILURES)
def test_a_build_of_which_a_step_fails_says_so_and_leaves_every_file_old_or_new(
    tmp_path: Path, family: str, share: float, error: str
) -> None:
    fail_at(step_at(family, share), error, tmp_path)


@needs_strace
def test_an_empty_folder_that_a_killed_build_has_left_is_taken_away(tmp_path: Path) -> None:
    kill_at([step for step in all_steps() if step.name == "rmdir"][-1], tmp_path)


@needs_strace
def test_the_steps_are_those_of_every_kind() -> None:
    """Else the tests above would try less than they say."""
    steps = all_steps()
    assert len(steps) > 150
    for family, names in FAMILIES.items():
        assert any(step.name in names for step in steps), family
    assert not step_at("write", 0.7).is_message


@needs_strace
@pytest.mark.parametrize("make_scene", [changed_scene, long_scene])
def test_no_file_takes_its_name_before_its_content_is_on_the_disk(
    tmp_path: Path, make_scene: Callable[[Path], Scene]
) -> None:
    """Else a power cut could leave an empty file where there was a good one."""
    scene = make_scene(tmp_path)
    log = tmp_path / "log"
    names = ("openat", *FAMILIES["rename"], *FAMILIES["sync"])
    traced = ",".join(f"?{name}" for name in names)
    assert scene.run("strace", "-f", "-y", "-o", str(log), "-e", f"trace={traced}").returncode == 0
    begun: dict[str, str] = {}
    synced = set()
    renamed = []
    for line in log.read_text().splitlines():
        thread, _, call = line.partition(" ")
        if found := re.match(r" *f(?:data)?sync\([0-9]+<([^>]+)>", call):
            begun[thread] = found[1]
        if re.search(r"f(?:data)?sync(?:\([^>]+>| resumed>)\) += 0", call):
            synced.add(begun[thread])
        elif found := re.match(r' *rename(?:at2?)?\((?:AT_FDCWD[^,]*, )?"([^"]+)"', call):
            assert found[1] in synced
            renamed.append(found[1])
    assert len(renamed) > 20


@needs_strace
@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize("fault", ["error=EIO", "signal=KILL"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_fault_while_a_long_document_gets_its_name_leaves_every_file_old_or_new(
    tmp_path: Path, call: str, fault: str, number: int
) -> None:
    """The disk is given these by threads, each of which meets the fault."""
    scene = long_scene(tmp_path)
    old, new = tree(scene.out), fresh_tree(scene.digests)
    log = tmp_path / "trace"
    traced = [*strace_command(log, call), "-e", f"inject={call}:{fault}:when={number}"]
    traced.remove("--seccomp-bpf")  # which would let it live
    done = scene.run(*traced)
    assert done.returncode != 0
    if fault == "error=EIO":
        assert "(INJECTED)" in log.read_text()
        assert_said_in_a_sentence(done)
    for path, content in tree(scene.out).items():
        assert LITTER.search(path) or content in {old.get(path), new.get(path)}, path
    assert scene.run().returncode == 0
    assert tree(scene.out) == new


# --- no room, no permission ------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("prlimit"), reason="needs prlimit of util-linux")
@pytest.mark.parametrize("limit", [500, 9_000, 40_000, 100_000])
def test_where_no_file_may_grow_a_build_says_so_and_leaves_every_file_old_or_new(
    tmp_path: Path, limit: int
) -> None:
    """The smaller limits stop the site, the larger ones only the index, which it can do without."""
    scene = changed_scene(tmp_path)
    done = scene.run("prlimit", f"--fsize={limit}")
    assert done.returncode == (1 if limit < 10_000 else 0)
    assert_said_in_a_sentence(done)
    assert_nothing_is_torn(scene)
    assert_all_is_mended(scene)


UNSHARE = ("unshare", "--mount", *(() if os.getuid() == 0 else ("--map-root-user",)))
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
SMALL_DISK = 'mount -t tmpfs -o size={size} none "$0" && {then} exec "$@"'


def _in_a_namespace(script: str, folder: Path) -> list[str]:
    """The command below which another one sees a folder mounted as a script says."""
    return [*UNSHARE, "sh", "-c", script, str(folder)]


@functools.cache
def _can_mount() -> bool:
    with tempfile.TemporaryDirectory() as name:
        command = [*_in_a_namespace(READ_ONLY, Path(name)), "true"]
        return (
            bool(shutil.which("unshare"))
            and not subprocess.run(command, capture_output=True, check=False).returncode
        )


needs_mount = pytest.mark.skipif(not _can_mount(), reason="nothing can be mounted here")


@needs_mount
@pytest.mark.parametrize("what", ["site", "site/2024-01-07", "."])
def test_a_folder_that_is_read_only_is_said_and_left_as_it_was(tmp_path: Path, what: str) -> None:
    scene = changed_scene(tmp_path)
    (scene.out / "2024-01-07").mkdir()
    before = tree(scene.out)
    done = scene.run(*_in_a_namespace(READ_ONLY, scene.root / what))
    assert done.returncode == 1
    assert_said_in_a_sentence(done)
    assert "Read-only file system" in done.stderr
    if what != "site/2024-01-07":
        assert tree(scene.out) == before
    assert_nothing_is_torn(scene)
    assert_all_is_mended(scene)


@needs_mount
@pytest.mark.parametrize("size", ["4k", "40k", "160k"])
def test_an_index_on_a_full_disk_costs_a_build_nothing_but_time(tmp_path: Path, size: str) -> None:
    scene = changed_scene(tmp_path)
    done = scene.run(*_in_a_namespace(SMALL_DISK.format(size=size, then=""), scene.index.parent))
    assert (done.returncode, done.stderr) == (0, "6 days, 12 papers, 0 errors, 0 warnings\n")
    assert tree(scene.out) == expected().new
    assert_all_is_mended(scene)


@needs_mount
def test_a_known_index_on_a_disk_that_is_full_now_costs_a_build_nothing(tmp_path: Path) -> None:
    scene = changed_scene(tmp_path)
    saved = tmp_path / "saved"
    shutil.copytree(scene.index.parent, saved)
    room = sum(path.stat().st_size for path in saved.iterdir()) // 1024 + 8
    script = SMALL_DISK.format(size=f"{room}k", then=f'cp "{saved}"/* "$0" &&')
    done = scene.run(*_in_a_namespace(script, scene.index.parent))
    assert (done.returncode, done.stderr) == (0, "6 days, 12 papers, 0 errors, 0 warnings\n")
    assert tree(scene.out) == expected().new


@needs_mount
@pytest.mark.parametrize("size", ["40k", "200k"])
def test_a_site_on_a_full_disk_is_never_torn(tmp_path: Path, size: str) -> None:
    """A new one: each file that is there is whole, and the failure is said."""
    scene = changed_scene(tmp_path)
    (scene.root / "kept").mkdir()
    script = (
        f'mount -t tmpfs -o size={size} none "$0" && {{ "$@"; status=$?; '
        f'cp -R "$0"/. "{scene.root}/kept"; exit $status; }}'
    )
    done = scene.run(*_in_a_namespace(script, scene.out))
    assert done.returncode == 1
    assert_said_in_a_sentence(done)
    assert "No space left on device" in done.stderr
    kept = tree(scene.root / "kept")
    assert kept.items() <= expected().new.items()
    assert "index.html" not in kept


def test_an_output_that_takes_nothing_more_is_said_in_a_sentence(tmp_path: Path) -> None:
    """As where the log of a nightly build is on a full disk."""
    scene = changed_scene(tmp_path)
    done = scene.run("sh", "-c", 'exec "$0" "$@" >/dev/full')
    assert tree(scene.out) == expected().new
    assert "Traceback" not in done.stderr


# --- processes that are killed ---------------------------------------------------------------


def _workers(build: subprocess.Popen[str], scene: Scene, phase: str) -> list[int]:
    """Those of a build that reads the digests or writes the site."""
    assert until(lambda: phase == "reading" or scene.out.is_dir())
    assert until(lambda: children(build.pid)), "the build has no workers"
    return children(build.pid)


needs_workers = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="a build has no workers on a single processor"
)


@needs_workers
@pytest.mark.parametrize("phase", ["reading", "writing"])
def test_a_build_of_which_a_worker_is_killed_gives_the_whole_site(
    tmp_path: Path, phase: str
) -> None:
    scene = large_scene(tmp_path)
    with scene.start() as running:
        worker = _workers(running, scene, phase)[0]
        os.kill(worker, signal.SIGSTOP)  # so that it surely is at work when it ends
        assert worker in children(running.pid)
        os.kill(worker, signal.SIGKILL)
        _, err = running.communicate(timeout=60)
    fresh = fresh_tree(scene.digests)
    assert (running.returncode, err) == (0, "150 days, 600 papers, 0 errors, 0 warnings\n")
    assert {path: what for path, what in tree(scene.out).items() if path in fresh} == fresh
    assert scene.build_here() == 0
    assert tree(scene.out) == fresh


@needs_workers
@pytest.mark.parametrize(
    ("phase", "how"), [("reading", signal.SIGTERM), ("writing", signal.SIGKILL)]
)
def test_a_build_that_is_killed_leaves_no_worker_and_the_next_one_does_not_wait_for_it(
    tmp_path: Path, phase: str, how: signal.Signals
) -> None:
    scene = large_scene(tmp_path)
    with scene.start() as running:
        workers = _workers(running, scene, phase)
        running.send_signal(how)
    try:
        assert until(lambda: not any(map(is_alive, workers)))
        assert scene.run().returncode == 0
        assert tree(scene.out) == fresh_tree(scene.digests)
    finally:
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


@needs_workers
def test_a_build_that_is_interrupted_says_so_and_leaves_no_litter(tmp_path: Path) -> None:
    """As by a person at the terminal, whose Ctrl-C goes to the workers, too."""
    scene = large_scene(tmp_path)
    with scene.start("setsid") as running:
        workers = _workers(running, scene, "writing")
        assert until(lambda: any(scene.out.iterdir()))
        for process in (running.pid, *workers):
            os.kill(process, signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 1
    assert "Aborted!" in err
    assert "Traceback" not in err
    assert not [path for path in tree(scene.out) if LITTER.search(path)]
    assert not children(running.pid)


@needs_workers
@pytest.mark.parametrize("folder", ["all", "2024-W03", "2024-03-05"])
def test_a_folder_whose_feed_cannot_be_written_gets_nothing_else(
    folder: str, tmp_path: Path
) -> None:
    """By its feed a later build knows what may be removed there."""
    scene = large_scene(tmp_path)
    (scene.out / folder / "feed.xml").mkdir(parents=True)
    done = scene.run()
    assert done.returncode == 1
    assert_said_in_a_sentence(done)
    assert [path.name for path in (scene.out / folder).iterdir()] == ["feed.xml"]


@needs_strace
@needs_workers
@pytest.mark.parametrize("fork", [1, 2])
def test_a_build_that_is_interrupted_while_its_workers_start_ends(
    fork: int, tmp_path: Path
) -> None:
    scene = large_scene(tmp_path)
    interrupt = f"inject=clone:signal=SIGINT:when={fork}"
    # With --seccomp-bpf strace disturbs no clone.
    done = scene.run(
        "strace", "-f", "-o", str(tmp_path / "log"), "-e", "trace=clone", "-e", interrupt
    )
    assert "SIGINT" in (tmp_path / "log").read_text()
    assert (done.returncode, done.stdout) == (1, "")
    assert "Aborted!" in done.stderr
    assert "Traceback" not in done.stderr


@needs_strace
def test_a_build_goes_on_where_the_one_it_waits_for_is_killed(tmp_path: Path) -> None:
    scene = changed_scene(tmp_path)
    with held_at(step_at("rename", 0.4), scene):
        second = scene.start()
        time.sleep(1)
        assert second.poll() is None
    with second:
        _, err = second.communicate(timeout=30)
    assert (second.returncode, err) == (0, "6 days, 12 papers, 0 errors, 0 warnings\n")
    assert tree(scene.out) == expected().new
    assert_all_is_mended(scene)


def test_a_server_of_which_a_worker_is_killed_goes_on_and_starts_another(tmp_path: Path) -> None:
    digests = write_archive(tmp_path / "digests", days=3, papers=2)
    server = Server(digests, tmp_path, "--workers", "2")
    try:
        process = server.process
        assert until(lambda: server.log.read_text().count("Started worker-") == 2)
        before = server.get("/feed.xml")
        victim = web_workers(process)[0]
        os.kill(victim, signal.SIGKILL)
        assert until(lambda: victim not in children(process))
        assert until(lambda: len(web_workers(process)) == 2)
        # One that is told to stop before it listens to that would never do.
        assert until(lambda: server.log.read_text().count("Started worker-") == 3)
        for _ in range(20):
            assert server.get("/feed.xml")[2] == before[2]
    finally:
        server.stop()


# --- an index that is lost while it is in use ------------------------------------------------


def _delete(index: Path) -> None:
    for path in index.parent.glob(f"{index.name}*"):
        path.unlink(missing_ok=True)


def _delete_only_the_file(index: Path) -> None:
    index.unlink()


def _truncate(index: Path) -> None:
    os.truncate(index, 5000)


def _empty(index: Path) -> None:
    os.truncate(index, 0)


def _spoil(index: Path) -> None:
    index.write_bytes(b"rubbish\n" * 20_000)


def _spoil_log(index: Path) -> None:
    assert Path(f"{index}-wal").exists()
    Path(f"{index}-wal").write_bytes(b"rubbish\n" * 20_000)


def _put_folder(index: Path) -> None:
    _delete(index)
    index.mkdir()


def _put_foreign_database(index: Path) -> None:
    _delete(index)
    with closing(sqlite3.connect(index)) as other, other:
        other.execute("CREATE TABLE state (mine TEXT)")
        other.execute("INSERT INTO state VALUES ('not yours')")


DAMAGES = [
    *(_delete, _delete_only_the_file, _truncate, _empty, _spoil, _spoil_log),
    *(_put_folder, _put_foreign_database),
]


READ_ON = """
import sys
from pathlib import Path
from feedsvc.config import Config
from feedsvc.site.aliases import ALIASES
from feedsvc.site.documents import document, paths
from feedsvc.site.site import Site
digests, index, url, is_at_rest = sys.argv[1:]
config = Config(digests=Path(digests), index=Path(index), base_url=url)
site = Site(config)
site.refresh()
if is_at_rest == "True":  # who closes the index last puts all of it in its file
    del site
    site = Site(config)
with site.snapshot() as snapshot:
    paths = paths(snapshot)
for path in paths:
    site.document(path)
for asked in sys.stdin:
    if asked == "refresh\\n":
        site.refresh()
    contents = {path[1:]: site.document(path).content for path in paths}
    contents |= {name: contents[target] for name, target in ALIASES.items()}
    print(contents, flush=True)
"""


class _Reader:
    """A site that another process reads and has read from."""

    def __init__(self, scene: Scene, *, is_at_rest: bool) -> None:
        arguments = (str(scene.digests), str(scene.index), BASE_URL, str(is_at_rest))
        self._process = subprocess.Popen(
            [sys.executable, "-c", READ_ON, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def shown(self, asked: str = "") -> Tree:
        """What it shows, perhaps after a refresh."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{asked}\n")
        self._process.stdin.flush()
        return dict(ast.literal_eval(self._process.stdout.readline() or "None") or {})

    def stop(self) -> tuple[int, str]:
        """Its status and what it said on standard error."""
        _, err = self._process.communicate()
        return self._process.returncode, err


@pytest.mark.parametrize(
    ("damage", "is_at_rest"),
    [*((damage, False) for damage in DAMAGES), *((damage, True) for damage in DAMAGES[:5])],
)
def test_an_index_that_is_damaged_while_a_site_reads_costs_no_answer(
    tmp_path: Path,
    damage: Callable[[Path], None],
    *,
    is_at_rest: bool,
) -> None:
    """Whether all of it is in the file yet, or SQLite still has it in the log beside it."""
    scene = changed_scene(tmp_path)
    reader = _Reader(scene, is_at_rest=is_at_rest)
    try:
        before = reader.shown()
        damage(scene.index)
        during = reader.shown()
        (scene.digests / "2024-01-03.md").write_text(digest("2024-01-03", [paper(70)]))
        after = reader.shown("refresh")
    except BrokenPipeError:
        before = during = after = {}
    assert reader.stop() == (0, "")
    assert before == during == expected().new
    assert after == shown(Site(scene.config))
    assert b"2411.00070" in Site(scene.config).document("/feed.xml").content


def test_an_index_that_is_deleted_again_and_again_costs_no_answer(tmp_path: Path) -> None:
    """Two sites, as of two workers, and several threads in each, as a server has them."""
    scene = changed_scene(tmp_path)
    until_then = time.monotonic() + 2

    def read(site: Site) -> None:
        while time.monotonic() < until_then:
            assert site.document("/style.css").content == expected().new["style.css"]

    with ThreadPoolExecutor(6) as pool:
        sites = [Site(scene.config), Site(scene.config)]
        work = [pool.submit(read, site) for site in sites * 3]
        while time.monotonic() < until_then:
            time.sleep(0.1)
            _delete(scene.index)
        for done in work:
            done.result()


CUT_WHILE_READ = """
import os, sys
from pathlib import Path
from feedsvc.config import Config
from feedsvc.errors import IndexLostError
from feedsvc.site.documents import document, paths
from feedsvc.site.site import Site
config = Config(digests=Path(sys.argv[1]), index=Path(sys.argv[2]))
Site(config).refresh()
site = Site(config)
expected = site.document("/2024-05-01/feed.json").content
try:
    with site.snapshot(long=True) as snapshot:
        os.truncate(sys.argv[2], 8192)
        document(snapshot, "/2024-03-01/feed.json").content
except IndexLostError:
    pass
assert site.document("/2024-05-01/feed.json").content == expected
"""


def test_an_index_that_is_cut_short_while_it_is_read_does_not_end_the_process(
    tmp_path: Path,
) -> None:
    """As by somebody who copies another file over it."""
    scene = large_scene(tmp_path)
    scene.index.parent.mkdir()
    command = [sys.executable, "-c", CUT_WHILE_READ, str(scene.digests), str(scene.index)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


LOCK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
other.execute("COMMIT")
"""


@contextmanager
def _locked(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the database for itself until its standard input is closed."""
    command = [sys.executable, "-c", LOCK, str(database)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        yield other


def test_a_site_answers_while_another_process_has_locked_the_index(tmp_path: Path) -> None:
    scene = changed_scene(tmp_path)
    site = Site(scene.config)
    site.refresh()
    inode = scene.index.stat().st_ino
    with _locked(scene.index):
        begin = time.monotonic()
        assert shown(site) == expected().new
        assert shown(Site(scene.config)) == expected().new
        assert time.monotonic() - begin < 3
    assert scene.index.stat().st_ino == inode, "what others have locked was thrown away"


def test_a_build_waits_for_a_process_that_has_locked_the_index(tmp_path: Path) -> None:
    scene = changed_scene(tmp_path)
    with _locked(scene.index) as other, scene.start() as running:
        time.sleep(1)
        assert running.poll() is None
        assert tree(scene.out) == expected().old
        other.communicate()
        _, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (0, "6 days, 12 papers, 0 errors, 0 warnings\n")
    assert tree(scene.out) == expected().new
    assert_all_is_mended(scene)


def test_a_site_opens_an_index_that_another_process_is_about_to_make(tmp_path: Path) -> None:
    scene = changed_scene(tmp_path)
    _delete(scene.index)
    with _locked(scene.index) as other, scene.start() as running:
        inode = scene.index.stat().st_ino
        time.sleep(1)
        assert running.poll() is None
        other.communicate()
        _, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (0, "6 days, 12 papers, 0 errors, 0 warnings\n")
    assert scene.index.stat().st_ino == inode, "what another was making was thrown away"
    assert_all_is_mended(scene)


# --- clocks ----------------------------------------------------------------------------------


DAY = 24 * 3600 * 10**9


def _edit(path: Path, text: str) -> None:
    """Changes a digest of papers but not its size."""
    path.write_text(path.read_text().replace("요약입니다", text))


def _swap(one: Path, other: Path) -> None:
    """Two digests change their places, with all that the file system knows of them."""
    between = one.with_suffix(".between")
    one.rename(between)
    other.rename(one)
    between.rename(other)


def test_no_time_of_a_file_hides_an_edit_of_it(tmp_path: Path) -> None:
    """Not one in the past or the future, as of a clock that jumps, nor the one it had."""
    scene = Scene(tmp_path)
    digests = write_archive(scene.digests, days=8, papers=1)
    times = {path: path.stat().st_mtime_ns for path in sorted(digests.iterdir())}
    past, future, same, zero, copied, grown, one, other = times
    time.sleep(2.1)  # so that signatures are trusted
    site = Site(scene.config)
    site.refresh()
    with site.snapshot() as snapshot:
        assert all(snapshot.store.signatures().values())
    for path, text, when in (
        *((past, "지난날의말", times[past] - DAY), (future, "앞날의말씀", times[future] + DAY)),
        *((same, "같은때의말", times[same]), (zero, "처음부터요", 0)),
        (grown, "더길어진말씀입니다", times[grown] - DAY),
    ):
        _edit(path, text)
        os.utime(path, ns=(when, when))
    replacement = tmp_path / "replacement"
    replacement.write_text(copied.read_text().replace("요약입니다", "바꿔친말씀"))
    os.utime(replacement, ns=(times[copied], times[copied]))
    replacement.rename(copied)
    _swap(one, other)
    site.refresh()
    fresh = Site(Config(digests=digests, index=tmp_path / "fresh", base_url=BASE_URL))
    assert shown(site) == shown(fresh)


def test_a_file_from_the_future_is_seen_each_time_it_changes(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    digests = write_archive(scene.digests, days=2, papers=1)
    site = Site(scene.config)
    path = digests / "2024-01-01.md"
    for text in ("첫번째말씀", "두번째말씀", "세번째말씀"):
        path.write_text(digest("2024-01-01", [paper(0, text)]))
        os.utime(path, (2**33, 2**33))
        site.refresh()
        assert text in site.document("/2024-01-01/feed.json").content.decode()


def test_a_site_built_under_a_clock_ahead_is_mended_under_the_right_one(tmp_path: Path) -> None:
    """The files of the site bear times of the future, and one of them was changed since."""
    scene = old_scene(tmp_path)
    for path in scene.out.rglob("*"):
        os.utime(path, (2**32, 2**32))
    feed = scene.out / "2024-01-03" / "feed.xml"
    status = feed.stat()
    feed.write_bytes(feed.read_bytes().replace(b"Paper", b"Taper"))
    os.utime(feed, ns=(status.st_atime_ns, status.st_mtime_ns))
    scene.build_here()
    assert tree(scene.out) == expected().old
