"""A site to be harmed, and system calls of a build that are disturbed by strace."""

from __future__ import annotations

import compileall
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
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.site.aliases import ALIASES
from feedsvc.site.documents import document, paths
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.folders import Tree, tree
from tests.support.processes import children, is_alive, state_and_parent
from tests.support.project import BASE_URL, ROOT, environment
from tests.support.waiting import until

LITTER = re.compile(r"\.feedsvc-[0-9a-f]{16}\.tmp$")

BUILD = (sys.executable, "-m", "feedsvc", "build")


@dataclass(frozen=True)
class Scene:
    """A folder of digests, a site, and the index between them."""

    root: Path

    @property
    def digests(self) -> Path:
        return self.root / "digests"

    @property
    def out(self) -> Path:
        return self.root / "site"

    @property
    def index(self) -> Path:
        return self.root / "cache" / "index.sqlite3"

    @property
    def config(self) -> Config:
        return Config(digests=self.digests, out=self.out, index=self.index, base_url=BASE_URL)

    def build_here(self) -> int:
        """Builds in this process; the number of files that were written."""
        site = Site(self.config)
        site.refresh()
        return build(site, self.config).written

    def start(self, *prefix: str) -> subprocess.Popen[str]:
        """A `feedsvc build` in a process of its own, perhaps below another command."""
        settings = environment(
            FEEDSVC_DIGESTS=str(self.digests),
            FEEDSVC_OUT=str(self.out),
            FEEDSVC_INDEX=str(self.index),
            FEEDSVC_BASE_URL=BASE_URL,
            # So that two runs make the same system calls.
            PYTHONHASHSEED="0",
            PYTHONDONTWRITEBYTECODE="1",
        )
        return subprocess.Popen(
            [*prefix, *BUILD],
            env=settings,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *prefix: str) -> subprocess.CompletedProcess[str]:
        """The same, waited for."""
        with self.start(*prefix) as process:
            out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def old_scene(root: Path) -> Scene:
    """A site as it was built the day before."""
    scene = Scene(root)
    write_archive(scene.digests, days=6, papers=2)
    scene.build_here()
    return scene


def changed_scene(root: Path) -> Scene:
    """A built site whose digests have changed since: one came, one was edited, one went."""
    scene = old_scene(root)
    (scene.digests / "2024-01-02.md").unlink()
    edited = digest("2024-01-04", [paper(6, "고쳤습니다."), paper(7)])
    (scene.digests / "2024-01-04.md").write_text(edited)
    (scene.digests / "2024-01-07.md").write_text(digest("2024-01-07", [paper(50), paper(3)]))
    return scene


def long_scene(root: Path) -> Scene:
    """A site of which the feeds of everything have megabytes, and two digests that are new."""
    scene = Scene(root)
    scene.digests.mkdir()
    for number in range(1, 10):
        long = digest(f"2024-01-0{number}", [paper(number, "요약입니다. " * 8000)])
        (scene.digests / f"2024-01-0{number}.md").write_text(long)
    scene.build_here()
    assert (scene.out / "all" / "rss.xml").stat().st_size > 1 << 20
    for number in (10, 11):
        new = digest(f"2024-01-{number}", [paper(40 + number)])
        (scene.digests / f"2024-01-{number}.md").write_text(new)
    return scene


def large_scene(root: Path) -> Scene:
    """So many digests that several processes build the site, which isn't there yet."""
    scene = Scene(root)
    write_archive(scene.digests, days=150, papers=4)
    return scene


def fresh_tree(digests: Path) -> Tree:
    """What a build makes that has never seen anything of a site before."""
    with tempfile.TemporaryDirectory() as name:
        scene = Scene(Path(name))
        shutil.copytree(digests, scene.digests)
        scene.build_here()
        return tree(scene.out)


def shown(site: Site) -> Tree:
    """The content of every document, by the name of its file, also by those that builds add."""
    with site.snapshot() as snapshot:
        contents = {path[1:]: document(snapshot, path).content for path in paths(snapshot)}
    return contents | {name: contents[target] for name, target in ALIASES.items()}


@dataclass(frozen=True)
class Expected:
    """What may stand in the folder of a `changed_scene`."""

    old: Tree
    new: Tree


@functools.cache
def expected() -> Expected:
    """The same for every `changed_scene`."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        old = tree(old_scene(root / "old").out)
        scene = changed_scene(root / "new")
        new = fresh_tree(scene.digests)
        assert {name for name in old if old[name] != new.get(name)}
        assert old.keys() - new.keys()
        assert new.keys() - old.keys()
        return Expected(old, new)


# --- what must hold after any fault ----------------------------------------------------------


def assert_nothing_is_torn(scene: Scene) -> None:
    """Each file of a `changed_scene` is the old or the new one, and leads only to what is there."""
    old, new = expected().old, expected().new
    found = {path: what for path, what in tree(scene.out).items() if not LITTER.search(path)}
    for path, content in found.items():
        assert content in {old.get(path), new.get(path)}, path
    assert old.keys() & new.keys() <= found.keys()
    if found["index.html"] == new["index.html"]:
        assert found.items() >= {path: new[path] for path in new if "/" in path}.items()


def assert_all_is_mended(scene: Scene) -> None:
    """An undisturbed run gives the tree of a fresh build, leaves no litter and a sound index."""
    done = scene.run()
    assert (done.returncode, done.stderr) == (0, "6 days, 12 papers, 0 errors, 0 warnings\n")
    assert tree(scene.out) == expected().new
    folders = {path.name for path in scene.out.rglob("*") if path.is_dir()}
    assert folders == {path.rpartition("/")[0] for path in expected().new} - {""}
    assert shown(Site(scene.config)) == expected().new
    assert scene.build_here() == 0
    with closing(sqlite3.connect(scene.index)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def assert_said_in_a_sentence(done: subprocess.CompletedProcess[str]) -> None:
    """It failed and told why, or did without what it could do without."""
    said = [line for line in done.stderr.splitlines() if not re.match(r"[0-9]+ days, ", line)]
    if done.returncode == 0:
        assert said == []
        return
    assert done.returncode == 1, done.stderr
    assert len(said) == 1, done.stderr
    assert re.fullmatch(r"Error: /.*: .*[^.]\.", said[0])


# --- faults of the system, by strace ---------------------------------------------------------

FAMILIES = {
    "create": ("openat",),
    "write": ("write", "pwrite64"),
    "rename": ("rename", "renameat", "renameat2"),
    "unlink": ("unlink", "unlinkat", "rmdir"),
    "mkdir": ("mkdir", "mkdirat"),
    "truncate": ("ftruncate",),
    "sync": ("fsync", "fdatasync"),
}
"""The system calls that change something on a disk."""

SYSTEM_CALLS = tuple(name for family in FAMILIES.values() for name in family)


@dataclass(frozen=True)
class Step:
    """A system call of a build of a `changed_scene`."""

    name: str
    number: int
    """Among those of this name, from 1."""
    call: str
    """As strace shows it."""

    @property
    def is_message(self) -> bool:
        """Whether it only says something on standard output or error."""
        return re.match(r"write\([12],", self.call) is not None

    def fault(self, fault: str, log: Path) -> list[str]:
        """The command below which a build meets a fault at this step, as strace names it."""
        injection = f"inject={self.name}:{fault}:when={self.number}"
        return [*strace_command(log, self.name), "-e", injection]


def strace_command(log: Path, *names: str) -> list[str]:
    traced = ",".join(f"?{name}" for name in names)
    return ["strace", "-f", "--seccomp-bpf", "-s", "0", "-o", str(log), "-e", f"trace={traced}"]


@functools.cache
def why_not_strace() -> str:
    """Why no system call can be disturbed here; empty where it can."""
    if not shutil.which("strace"):
        return "needs strace: apt-get install strace"
    command = [*strace_command(Path(os.devnull), "write"), "true"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"strace can't be used here: {done.stderr.strip()}" if done.returncode else ""


def _trace(scene: Scene) -> list[Step]:
    """The system calls that an undisturbed build makes, in order."""
    log = scene.root / "trace"
    done = scene.run(*strace_command(log, *SYSTEM_CALLS))
    assert done.returncode == 0, done.stderr
    counts = dict.fromkeys(SYSTEM_CALLS, 0)
    steps = []
    for line in log.read_text().splitlines():
        if found := re.match(r"[0-9]+ +(([a-z0-9]+)\(.*)", line):
            call, name = found.groups()
            counts[name] += 1
            steps.append(Step(name, counts[name], call))
    return steps


@functools.cache
def all_steps() -> Sequence[Step]:
    """Those at which a build of a `changed_scene` changes something."""
    # A module that is compiled between two runs is opened once less by the second.
    compileall.compile_dir(ROOT / "feedsvc", quiet=1)
    with tempfile.TemporaryDirectory() as name:
        steps = _trace(changed_scene(Path(name)))
    return [step for step in steps if step.name != "openat" or "O_CREAT" in step.call]


def step_at(family: str, share: float) -> Step:
    """The step that lies at a share, from 0 to 1, of those of one family."""
    steps = [step for step in all_steps() if step.name in FAMILIES[family]]
    return steps[round(share * (len(steps) - 1))]


@contextmanager
def held_at(step: Step, scene: Scene) -> Iterator[None]:
    """A build that has come to a step, waits there and is killed at the end.

    strace could kill it itself, but not while it lets all other system calls run at full speed.
    """
    log = scene.root / "trace"
    with scene.start(*step.fault("delay_enter=60000000", log)) as strace:
        assert until(lambda: log.exists() and log.read_text().count("\n") >= step.number - 1)
        assert until(lambda: _is_held(strace.pid)), step
        held = children(strace.pid)[0]
        try:
            yield
        finally:
            os.kill(held, signal.SIGKILL)
            strace.kill()  # else it would let the other one end only after the delay
            strace.communicate()
        assert until(lambda: not is_alive(held))


def _is_held(strace: int) -> bool:
    """Whether the process below strace stands still."""
    states = []
    for process in children(strace) * 2:
        states += state_and_parent(process)[:1]
        time.sleep(0.005)
    return states == ["t", "t"]


def kill_at(step: Step, root: Path) -> None:
    """A build that is killed at a step does no harm, and the next one makes it good."""
    scene = changed_scene(root)
    with held_at(step, scene):
        pass
    assert_nothing_is_torn(scene)
    assert_all_is_mended(scene)


def fail_at(step: Step, error: str, root: Path) -> None:
    """A build of which a step fails says so and does no harm, and the next one makes it good."""
    scene = changed_scene(root)
    done = scene.run(*step.fault(f"error={error}", root / "trace"))
    assert "(INJECTED)" in (root / "trace").read_text(), step
    assert_said_in_a_sentence(done)
    assert_nothing_is_torn(scene)
    if done.returncode == 0:
        assert tree(scene.out) == expected().new
    assert_all_is_mended(scene)
