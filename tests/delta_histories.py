"""Histories of an archive, and what clients make of its deltas: `python -m tests.delta_histories`.

Days come anywhere in time, grow, are edited and go. A client that has any older version of a feed
and puts the delta to it must have what the feed is now. Goes on for `--minutes`, and ends with
`N passed, N failed`.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from msgspec import Struct

from feedsvc.config import Config
from feedsvc.errors import NotFoundError
from feedsvc.model import Document
from feedsvc.site.feed_version import parse_version
from feedsvc.site.site import Site
from tests.support.archive import digest, paper
from tests.support.feeds import Entries, read_entries
from tests.support.project import BASE_URL

PATHS = [
    f"{place}{name}" for place in ("/", "/all/") for name in ("feed.xml", "rss.xml", "feed.json")
]
MIDDLE = date(2024, 11, 1)


class Step(Struct, frozen=True):
    """What happens to one day of an archive."""

    offset: int
    """Of the day, from MIDDLE; a day that is there changes."""
    papers: Sequence[int]
    """Those that come; none where the whole day goes."""
    wording: str = ""
    """Of their summaries, and of those of the day that were there; empty where they stay."""


class History:
    """An archive to which steps happen, and every version of its feeds."""

    def __init__(self, folder: Path, feed_size: int) -> None:
        self._digests = folder / "digests"
        self._digests.mkdir()
        self._site = Site(
            Config(
                digests=self._digests,
                base_url=BASE_URL,
                feed_size=feed_size,
                index=folder / "index.sqlite3",
            )
        )
        self._by_day: dict[date, dict[int, str]] = {}
        self._versions: dict[str, list[Document]] = {path: [] for path in PATHS}

    def take(self, step: Step) -> str:
        """Lets a step happen; what a client has wrong after it, empty if none has."""
        self._change(step)
        self._site.refresh()
        wrong = ""
        for path, older in self._versions.items():
            new = self._site.document(path)
            wrong = wrong or "".join(self._difference(old, new) for old in older)
            older.append(new)
        return wrong

    def _change(self, step: Step) -> None:
        day = MIDDLE + timedelta(days=step.offset)
        path = self._digests / f"{day}.md"
        if not step.papers:
            path.unlink(missing_ok=True)
            self._by_day.pop(day, None)
            return
        papers = self._by_day.setdefault(day, {})
        if step.wording:
            papers.update(dict.fromkeys(papers, step.wording))
        papers.update({number: papers.get(number, step.wording) for number in step.papers})
        texts = [paper(number, wording or "요약") for number, wording in papers.items()]
        path.write_text(digest(day, texts))

    def _difference(self, old: Document, new: Document) -> str:
        delta = delta_of(self._site, old)
        if not delta:
            return ""
        has, more, now = (read_entries(each.content) for each in (old, delta, new))
        if list(merged(has, more, now).items()) != list(now.items()):
            return f"{old.path} of {old.etag}: the delta does not lead to {new.etag}\n"
        return "" if set(more) <= set(now) else f"{old.path}: the delta has papers that are gone\n"


def delta_of(site: Site, document: Document) -> Document | None:
    """What is new since a version of a document; None where it must be read whole."""
    version = parse_version(document.etag)
    try:
        return site.delta(document.path, version) if version else None
    except NotFoundError:
        return None


def merged(old: Entries, delta: Entries, new: Entries) -> Entries:
    """What a client has that puts a delta to what it had, of the papers that still count.

    In the order of their times, as clients show them.
    """
    found = {id_: entry for id_, entry in {**old, **delta}.items() if id_ in new}
    return dict(sorted(found.items(), key=lambda pair: _time(pair[1]), reverse=True))


def _time(entry: bytes) -> bytes:
    found = re.search(rb"""(?:updated>|"date_modified": ")([^<"]+)""", entry)
    assert found, entry
    return found[1]


def first_wrong(steps: Sequence[Step], feed_size: int) -> str:
    """What is wrong after the first step after which anything is; empty if nothing ever is."""
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder), feed_size)
        return next(filter(None, map(history.take, steps)), "")


def random_step(chance: random.Random) -> Step:
    """A step with days anywhere in time, most of which bring papers."""
    offset = chance.randint(-30, 30)
    if chance.random() < 0.1:
        return Step(offset, ())
    papers = chance.sample(range(1, 26), chance.randint(1, 5))
    return Step(offset, papers, f"{chance.random()}" if chance.random() < 0.2 else "")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.delta_histories", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    until, seed, passed, failed = time.monotonic() + 60 * given.minutes, given.seed, 0, 0
    while time.monotonic() < until:
        chance = random.Random(seed)
        steps = [random_step(chance) for _ in range(chance.randint(2, 12))]
        if wrong := first_wrong(steps, chance.randint(1, 12)):
            failed += 1
            print(f"seed {seed}: {wrong}", end="", flush=True)
        else:
            passed += 1
        seed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
