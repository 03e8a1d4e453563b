"""Random walks over all that can happen to a site: `python -m tests.walks --steps 500 --seed 1`.

Each step changes digests, settings, the built folder or the index. Then a build must leave what a
build from nothing writes, byte for byte, and a server must have the same documents. Ends with
`N passed, N failed`.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from datetime import time as time_of_day
from pathlib import Path

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.search.saved import parse_saved
from feedsvc.site.documents import paths
from feedsvc.site.site import Site
from tests.support.archive import digest, paper
from tests.support.folders import tree
from tests.support.project import BASE_URL

FIRST_DAY = date(2024, 1, 1)
DAYS = 80
PAPERS = 30
"""So few that papers stand in several days."""

TOPICS = [[""], ["Vision", "언어"], ["vision"], ["언어", "C++"]]
"""What a digest puts its papers under."""

SAVED = [
    {"name": "words", "q": "word OR 요약", "title": "Words"},
    {"name": "two", "q": "요약 -개요", "limit": 2},
    {"name": "voted", "min_votes": 9, "since": "2024-01-10", "until": "2024-02-01"},
    {"name": "로봇", "q": "nothingatall"},
]

SETTINGS: dict[str, list[object]] = {
    "title": ["Daily Papers", 'A & "B" <c>'],
    "subtitle": ["", "매일 하나씩"],
    "language": ["ko", "en"],
    "author": ["", "Ada"],
    "rights": ["", "© <2024>"],
    "licence": ["", "https://example.org/licence"],
    "icon": ["", "https://example.org/icon.png"],
    "logo": ["", "https://example.org/logo.png"],
    "base_url": [BASE_URL, "https://example.org/below/"],
    "feed_size": [1, 5, 100],
    "all_size": [5, 20_000],
    "saved": [(), parse_saved(SAVED), parse_saved(SAVED[1:3])],
    "time_of_day": [time_of_day(0, 59, 59), time_of_day(22, 0, 0)],
    "media_base": ["", "https://pictures.example.org/"],
    "longest_paper": [20, 200_000],
    "largest_file": [300, 16_000_000],
    "precompress": [False, True],
    "unit": ["", "heading"],
    "days": ["", "week"],
    "leave_out": ["", "nowhere"],
}


class Walk:
    """One archive, one built site, and the settings of the moment."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.config = Config(
            digests=folder / "digests",
            out=folder / "site",
            index=folder / "index.sqlite3",
            base_url=BASE_URL,
        )
        self.config.digests.mkdir()

    def step(self) -> str:
        """Changes something; tells what."""
        changes: list[Callable[[], str]] = [
            *[self._write_digest] * 4,
            *[self._edit_digest] * 3,
            self._rename_digest,
            self._remove_digest,
            self._set,
            self._tamper_with_the_site,
            self._tamper_with_the_index,
        ]
        return self.random.choice(changes)()

    def difference(self) -> str:
        """What a build leaves otherwise than it must; empty where all is right."""
        self._build(self.config)
        cold = replace(self.config, out=self.folder / "cold", index=self.folder / "cold.sqlite3")
        shutil.rmtree(cold.out, ignore_errors=True)
        for file in self.folder.glob("cold.sqlite3*"):
            file.unlink()
        self._build(cold)
        left, right = tree(self.config.out), tree(cold.out)
        if left != right:
            names = sorted(name for name in left | right if left.get(name) != right.get(name))
            return f"the built site differs in {names[:5]}"
        site = Site(self.config)
        site.refresh()
        with site.snapshot() as snapshot:
            served = [path for path in paths(snapshot) if path[1:] in right]
        for path in self.random.sample(served, min(10, len(served))):
            if site.document(path).content != right[path[1:]]:
                return f"a server would send another {path}"
        return ""

    @staticmethod
    def _build(config: Config) -> None:
        site = Site(config)
        site.refresh()
        build(site, config, may_become_empty=True)

    def _digests(self) -> list[Path]:
        return sorted(self.config.digests.rglob("*.md"))

    def _some_digest(self) -> Path:
        return self.random.choice(self._digests() or [self._new_path()])

    def _new_path(self) -> Path:
        day = FIRST_DAY + timedelta(days=self.random.randrange(DAYS))
        form = self.random.choice(["{day}.md", "{day}.en.md", "more/{day}.md", "{day:%Y/%m/%d}.md"])
        path = self.config.digests / form.format(day=day)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _content(self, day: str) -> str:
        text = self.random.choice(["요약입니다.", "Words, and more words.", "![](relative.png) x"])
        parts = list[str]()
        for topic in self.random.choice(TOPICS):
            numbers = self.random.sample(range(PAPERS), self.random.randrange(5))
            heading = [f"## {topic}\n"] if topic else []
            parts += [*heading, *(paper(number, text) for number in numbers)]
        return digest(day, parts)

    def _write_digest(self) -> str:
        path = self._new_path()
        path.write_text(self._content("2024-01-01"))
        return f"wrote {path.name}"

    def _edit_digest(self) -> str:
        path = self._some_digest()
        old = path.read_text(errors="replace") if path.exists() else ""
        ways = [
            old + "\n" + paper(self.random.randrange(PAPERS)),
            old[: len(old) // 2],
            old.replace("words", "Words").replace("요약", "개요"),
            self._content("2024-01-09"),
            "no digest at all\n",
            "",
        ]
        path.write_text(self.random.choice(ways))
        return f"edited {path.name}"

    def _rename_digest(self) -> str:
        source, target = self._some_digest(), self._new_path()
        if source.exists():
            source.replace(target)
        return f"renamed {source.name} to {target.name}"

    def _remove_digest(self) -> str:
        path = self._some_digest()
        path.unlink(missing_ok=True)
        return f"removed {path.name}"

    def _set(self) -> str:
        name = self.random.choice(sorted(SETTINGS))
        self.config = replace(self.config, **{name: self.random.choice(SETTINGS[name])})  # type: ignore[arg-type]
        return f"set {name} to {getattr(self.config, name)!r}"

    def _tamper_with_the_site(self) -> str:
        files = sorted(path for path in self.config.out.rglob("*") if path.is_file())
        if not files:
            return "nothing to tamper with"
        path = self.random.choice(files)
        ways: dict[str, Callable[[], object]] = {
            "removed": path.unlink,
            "emptied": lambda: path.write_bytes(b""),
            "changed": lambda: path.write_bytes(path.read_bytes()[::-1]),
            "touched": path.touch,
            "removed the folder of": lambda: shutil.rmtree(path.parent),
        }
        name = self.random.choice(sorted(ways))
        ways[name]()
        return f"{name} {path.relative_to(self.folder)}"

    def _tamper_with_the_index(self) -> str:
        index = self.config.index
        assert index
        if not index.exists():
            return "there is no index"
        name = self.random.choice(["removed", "truncated", "overwrote"])
        if name == "removed":
            index.unlink()
        elif name == "truncated":
            index.write_bytes(index.read_bytes()[: self.random.randrange(1, 60_000)])
        else:
            index.write_bytes(self.random.randbytes(100) + index.read_bytes()[100:])
        return f"{name} the index"


def walk(steps: int, seed: int) -> int:
    """Goes so many steps; the number of those after which something was wrong."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        one = Walk(Path(folder), seed)
        for number in range(steps):
            done = one.step()
            if difference := one.difference():
                failed += 1
                print(f"step {number} of seed {seed}: {done}: {difference}", flush=True)
    return failed


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.walks", description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    failed = walk(given.steps, given.seed)
    print(f"{given.steps - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
