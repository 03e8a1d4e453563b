"""Hours of what a server goes through: `python -m tests.soak --minutes 10`, and `--faults`.

A real `feedsvc serve` of two workers stands over a folder in which everything happens to digests,
and to the index, while many clients read and compare. It ends with `N passed, N failed`.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import hashlib
import http.client
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import brotli
import pytest
import zstandard
from lxml import etree, html

from feedsvc.config import Config
from feedsvc.search.saved import parse_saved
from feedsvc.site.searches import query_of
from feedsvc.site.site import Site
from tests.support import scene
from tests.support.archive import digest, paper, write_archive
from tests.support.feeds import Entries, read_entries
from tests.support.processes import web_workers
from tests.support.project import BASE_URL
from tests.support.server import Server
from tests.support.waiting import until as wait_until

CLIENTS = 6
FIRST_DAY = date(2024, 1, 1)
DAYS = 60
QUIET_SECONDS = 4
"""After the last change, until every worker has seen it."""

MOST_TAGS = 200_000
"""Of which the bodies are remembered, as hashes."""

MEGABYTES_FOR_GOOD = 150
"""What a worker may come to need beyond what it needed when all of it was warm."""

FEEDS = ("feed.xml", "rss.xml", "feed.json")
ENCODINGS = ("", "gzip", "br", "zstd", "gzip, br;q=0.5", "identity")
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}

TOPICS = ("Vision", "언어")
SAVED = """
[[saved]]
name = "papers"
q = "paper"

[[saved]]
name = "few"
q = "results OR 요약 -nothing"
min_votes = 200
limit = 5
"""
"""In the settings of the server."""

QUERIES = (
    "q=paper",
    "q=요약 author:ada",
    "min_votes=250",
    "q=results -paper&limit=9",
    "q=id:2411.00200",
)
"""Each in its canonical form but for what is escaped."""

Headers = dict[str, str]


# --- counting --------------------------------------------------------------------------------


class Tally:
    """What was checked. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed: collections.Counter[str] = collections.Counter()
        self._failed: collections.Counter[str] = collections.Counter()

    def check(self, what: str, *, holds: bool, details: object = "") -> None:
        """Counts one check, and tells of the first failures of each kind."""
        with self._lock:
            (self._passed if holds else self._failed)[what] += 1
            if not holds and self._failed[what] <= 5:
                print(f"FAILED: {what}: {details}", flush=True)

    def end(self) -> int:
        """Prints what came of it all; the status of the process."""
        for what in sorted(self._passed | self._failed):
            print(f"  {self._passed[what]:8} passed {self._failed[what]:4} failed  {what}")
        failed = self._failed.total()
        print(f"{self._passed.total()} passed, {failed} failed", flush=True)
        return 1 if failed else 0


# --- what happens to the folder --------------------------------------------------------------


class Folder:
    """A folder of digests to which everything happens. Only one thread changes it."""

    def __init__(self, root: Path, seed: int) -> None:
        self.digests = write_archive(root / "digests", DAYS, 4, FIRST_DAY)
        self.index = root / "served.sqlite3"
        self._random = random.Random(seed)
        self._next_day = FIRST_DAY + timedelta(days=DAYS)
        self._next_paper = DAYS * 4

    def change(self) -> str:
        """Does something, and says what."""
        weights = {
            self._new_day: 6,
            self._grow: 6,
            self._edit: 6,
            self._remove: 3,
            self._rename: 2,
            self._cut: 2,
            self._spoil: 2,
            self._touch: 2,
            self._come_and_go: 1,
            self._lose_index: 1,
        }
        (what,) = self._random.choices(list(weights), list(weights.values()))
        what()
        return what.__name__[1:]

    def _files(self) -> list[Path]:
        return sorted(self.digests.glob("*.md"))

    def _one(self) -> Path:
        return self._random.choice(self._files()[-20:])

    def _papers(self, count: int) -> list[str]:
        """New papers, usually below a topic."""
        first = self._next_paper
        self._next_paper += count
        topic = self._random.choice(["", *TOPICS])
        heading = [f"## {topic}\n"] if topic else []
        return [*heading, *map(paper, range(first, first + count))]

    def _put(self, path: Path, text: str) -> None:
        """Half of the time at once, else as an editor that truncates and writes does."""
        if self._random.random() < 0.5:
            hidden = path.with_name(f".{path.name}")
            hidden.write_text(text)
            hidden.replace(path)
        else:
            path.write_text(text)

    def _new_day(self) -> None:
        day = self._next_day
        self._next_day += timedelta(days=self._random.randint(1, 2))
        known = [paper(self._random.randrange(self._next_paper))]
        self._put(self.digests / f"{day}.md", digest(day, known + self._papers(3)))

    def _grow(self) -> None:
        newest = self._files()[-1]
        self._put(newest, newest.read_text(errors="replace") + "\n" + "\n".join(self._papers(1)))

    def _edit(self) -> None:
        path = self._one()
        text = path.read_text(errors="replace")
        self._put(path, re.sub("Results.*", f"Results {self._random.random()}", text, count=1))

    def _remove(self) -> None:
        if len(self._files()) > DAYS // 2:
            self._one().unlink()

    def _rename(self) -> None:
        path = self._one()
        path.rename(path.with_name(f"{path.stem[:10]}.{self._random.randrange(9)}.md"))

    def _cut(self) -> None:
        path = self._one()
        os.truncate(path, self._random.randrange(path.stat().st_size + 1))

    def _spoil(self) -> None:
        path = self._one()
        rubbish = (os.urandom(3000), b"<" * 5000, b"### [\n" * 500, b"\0" * 100, b"```\n<!-- ")
        path.write_bytes(path.read_bytes()[:500] + self._random.choice(rubbish))

    def _touch(self) -> None:
        when = self._random.choice([0, time.time() - 1e6, time.time() + 1e6])
        os.utime(self._one(), (when, when))

    def _come_and_go(self) -> None:
        aside = self.digests.with_name("aside")
        self.digests.rename(aside)
        time.sleep(self._random.choice([0.05, 0.6]))
        aside.rename(self.digests)

    def _lose_index(self) -> None:
        for path in self.index.parent.glob(f"{self.index.name}*"):
            with suppress(FileNotFoundError):
                path.unlink()
        # Without index and folder there is nothing to show, so these must not go at one time.
        wait_until(self._has_index)

    def _has_index(self) -> bool:
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(f"{self.index.as_uri()}?mode=ro", uri=True)) as database,
        ):
            return database.execute("SELECT revision FROM state").fetchone() is not None
        return False


# --- clients ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """An answer and what was asked."""

    path: str
    asked: Headers
    status: int
    headers: Headers
    body: bytes
    """Decoded."""

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")


@dataclass
class Known:
    """What the clients know of the documents. Threads share it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """The hash of the body of each path and tag, as it was sent."""
    feeds: dict[tuple[str, str], Entries] = field(default_factory=dict)
    """The entries of some all-time feeds, by path and tag without encoding."""

    def is_first_or_same(self, path: str, etag: str, body: bytes) -> bool:
        """Whether a tag had no other body."""
        found = hashlib.sha256(body).digest()
        with self.lock:
            if len(self.bodies) > MOST_TAGS:
                self.bodies.clear()
            return self.bodies.setdefault((path, etag), found) == found

    def keep_feed(self, path: str, etag: str, entries: Entries) -> None:
        """Remembers the versions that came last."""
        with self.lock:
            self.feeds[path, _plain(etag)] = entries
            while len(self.feeds) > 200:
                del self.feeds[next(iter(self.feeds))]

    def feed(self, path: str, etag: str) -> Entries | None:
        """The entries of one version of a feed, if they are remembered."""
        with self.lock:
            return self.feeds.get((path, _plain(etag)))


def _plain(etag: str) -> str:
    """A tag without what its encoding adds."""
    return re.sub(r'\.(br|zst|gz)"$', '"', etag)


class Client:
    """Reads documents one after another and checks every answer."""

    def __init__(self, port: int, known: Known, tally: Tally, seed: int) -> None:
        self._port = port
        self._known = known
        self._tally = tally
        self._random = random.Random(seed)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._own: dict[str, Answer] = {}
        """The last whole answer at each path."""

    def read(self) -> None:
        """One request, and all that can be said of its answer."""
        path = self._path()
        answer = self._ask(path, self._headers(path))
        if answer:
            self._judge(answer)

    def _path(self) -> str:
        name = self._random.choice(FEEDS)
        offset = timedelta(days=self._random.randrange(DAYS * 2))
        day = FIRST_DAY + offset
        year, week, _ = day.isocalendar()
        return self._random.choice(
            [
                *(f"/{name}", f"/{name}", f"/{name}", f"/all/{name}", "/", "/all/"),
                *(f"/{day}/{name}", f"/{day}/", f"/{year}-W{week:02}/{name}"),
                *("/opml.xml", "/sitemap.xml", "/healthz", f"/{day}"),
                *(f"/topic/{quote(self._random.choice(TOPICS).lower())}/{name}", "/topic/"),
                *(f"/topic/vision/{day:%Y-%m}/", "/topic/opml.xml", "/subscribe/"),
                *(f"/saved/papers/{name}", f"/saved/papers/{day:%Y-%m}/{name}", "/saved/few/"),
                *(f"/search/{name}?{self._query()}", f"/search/?{self._query()}"),
                "/search/?q=%22",
            ]
        )

    def _query(self) -> str:
        return quote(self._random.choice(QUERIES), safe="=&")

    def _headers(self, path: str) -> Headers:
        headers = {}
        if encoding := self._random.choice(ENCODINGS):
            headers["Accept-Encoding"] = encoding
        own = self._own.get(path)
        if own and self._random.random() < 0.7:
            if own.etag and self._random.random() < 0.9:
                headers["If-None-Match"] = own.etag
                if self._random.random() < 0.6:
                    headers["A-IM"] = "feed"
            elif "last-modified" in own.headers:
                headers["If-Modified-Since"] = own.headers["last-modified"]
        return headers

    def _ask(self, path: str, headers: Headers) -> Answer | None:
        try:
            # http.client would add an Accept-Encoding of its own.
            self._connection.putrequest("GET", path, skip_accept_encoding=True)
            for name, value in headers.items():
                self._connection.putheader(name, value)
            self._connection.endheaders()
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._tally.check("every request is answered", holds=False, details=(path, error))
            self._connection.close()
            return None
        fields = {name.lower(): value for name, value in response.headers.items()}
        encoding = fields.get("content-encoding", "")
        try:
            decoded = DECODERS[encoding](body) if body else b""
        except Exception as error:  # noqa: BLE001 - whatever a decoder makes of it
            details = (path, headers, encoding, error)
            self._tally.check("every body can be decoded", holds=False, details=details)
            return None
        if etag := fields.get("etag"):
            is_whole = response.status == http.HTTPStatus.OK
            is_same = not is_whole or self._known.is_first_or_same(path, etag, body)
            self._tally.check("a tag has one body", holds=is_same, details=(path, etag))
        return Answer(path, headers, response.status, fields, decoded)

    def _judge(self, answer: Answer) -> None:
        status = answer.status
        details = (answer.path, answer.asked, status)
        self._tally.check("no answer is a 5xx", holds=status < 500, details=details)
        expected = {400} if answer.path.endswith("=%22") else {200, 226, 301, 304, 404}
        self._tally.check("a status is an expected one", holds=status in expected, details=details)
        if status == http.HTTPStatus.NOT_MODIFIED:
            self._judge_unmodified(answer)
        elif status == http.HTTPStatus.IM_USED:
            self._judge_delta(answer)
        elif status == http.HTTPStatus.OK:
            self._judge_whole(answer)

    def _judge_unmodified(self, answer: Answer) -> None:
        sent = answer.asked.get("If-None-Match")
        holds = answer.etag == sent if sent else "If-Modified-Since" in answer.asked
        details = (answer.path, answer.asked, answer.etag)
        self._tally.check("a 304 is for a tag that was sent", holds=holds, details=details)
        self._tally.check("a 304 has no body", holds=not answer.body, details=details)

    def _judge_whole(self, answer: Answer) -> None:
        if (sent := answer.asked.get("If-None-Match")) and answer.etag:
            details = (answer.path, answer.asked, answer.etag)
            is_other = _plain(sent) != _plain(answer.etag)
            self._tally.check(
                "what is sent whole is not known yet", holds=is_other, details=details
            )
        entries = self._parsed(answer)
        if entries is not None and answer.path in {f"/{name}" for name in FEEDS}:
            self._known.keep_feed(answer.path, answer.etag, entries)
        self._own[answer.path] = answer

    def _judge_delta(self, answer: Answer) -> None:
        sent = answer.asked.get("If-None-Match", "")
        details = (answer.path, sent, answer.etag)
        holds = bool(sent) and answer.asked.get("A-IM") == "feed" and answer.headers["im"] == "feed"
        self._tally.check("a 226 is for who asks for it", holds=holds, details=details)
        delta = self._parsed(answer)
        old, new = (self._known.feed(answer.path, tag) for tag in (sent, answer.etag))
        if delta is None or old is None:
            return
        if new is None:  # read it, if it is still there
            whole = self._ask(answer.path, {})
            if not whole or _plain(whole.etag) != _plain(answer.etag):
                return
            new = read_entries(whole.body)
        merged = {id_: entry for id_, entry in {**old, **delta}.items() if id_ in new}
        self._tally.check("old and delta are the new one", holds=merged == new, details=details)

    def _parsed(self, answer: Answer) -> Entries | None:
        """Reads a document; the entries, if it is a feed."""
        type_ = answer.headers.get("content-type", "")
        entries = None
        try:
            if answer.path.partition("?")[0].endswith(FEEDS):
                entries = read_entries(answer.body)
            elif "html" in type_:
                html.document_fromstring(answer.body)
            elif "json" in type_:
                json.loads(answer.body)
            else:
                etree.fromstring(answer.body)
        except (ValueError, etree.LxmlError) as error:
            details = (answer.path, answer.asked, error, answer.body[:80])
            self._tally.check("every document can be parsed", holds=False, details=details)
            return None
        self._tally.check("every document can be parsed", holds=True)
        return entries


# --- the soak --------------------------------------------------------------------------------


@contextmanager
def served(root: Path, digests: Path) -> Iterator[Server]:
    """A server of two workers; what it logs of its own mistakes counts, too."""
    (root / "feedsvc.toml").write_text(SAVED, encoding="utf-8")
    server = Server(digests, root, "--workers", "2")
    try:
        yield server
    finally:
        server.stop()


def megabytes(process: int) -> float:
    """The memory that a process has for itself."""
    with suppress(FileNotFoundError):
        status = Path(f"/proc/{process}/status").read_text()
        if found := re.search(r"RssAnon:\s+([0-9]+) kB", status):
            return int(found[1]) / 1024
    return 0.0


def _work(until: float, tally: Tally, step: Callable[[], object]) -> None:
    while time.monotonic() < until:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - the others go on
            tally.check("the soak itself makes no mistake", holds=False, details=repr(error))


def soak(minutes: float, seed: int, tally: Tally) -> None:
    """Everything at once for so long, and a last look when all is quiet."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = Folder(root, seed)
        known = Known()
        with served(root, folder.digests) as server:
            workers = web_workers(server.process)
            until = time.monotonic() + minutes * 60
            clients = [Client(server.port, known, tally, seed + at) for at in range(CLIENTS)]
            changes: collections.Counter[str] = collections.Counter()

            def change() -> None:
                changes[folder.change()] += 1
                time.sleep(0.3)

            with ThreadPoolExecutor(CLIENTS + 1) as pool:
                for client in clients:
                    pool.submit(_work, until, tally, client.read)
                pool.submit(_work, until, tally, change)
                warm, most = _watch(workers, until)
            print("changes:", dict(changes))
            print(f"memory of a worker: {warm:.0f} MB when warm, {most:.0f} MB at most")
            tally.check("memory stays bounded", holds=most < warm + MEGABYTES_FOR_GOOD)
            is_same = web_workers(server.process) == workers
            tally.check("no worker has ended", holds=is_same)
            time.sleep(QUIET_SECONDS)
            compare(server, folder, root, tally)
        log = server.log.read_text()
        tally.check("the log has no traceback", holds="Traceback" not in log, details=log[-3000:])


def _watch(workers: list[int], until: float) -> tuple[float, float]:
    """The memory of the larger worker after a third of the time, and the most from there on."""
    begin = time.monotonic()
    warm_from = begin + (until - begin) / 3
    warm = most = 0.0
    while time.monotonic() < until:
        time.sleep(0.5)
        now = max(map(megabytes, workers), default=0.0)
        if time.monotonic() < warm_from:
            warm = max(warm, now)
        most = max(most, now)
    return warm, most


def compare(server: Server, folder: Folder, root: Path, tally: Tally) -> None:
    """Every document of every worker is that of a fresh site over the same folder."""
    index = root / "fresh.sqlite3"
    saved = parse_saved(tomllib.loads(SAVED)["saved"])
    config = Config(
        digests=folder.digests,
        index=index,
        base_url=BASE_URL,
        language=server.language,
        saved=saved,
    )
    fresh = Site(config)
    expected = {f"/{path}": content for path, content in scene.shown(fresh).items()}
    for query in QUERIES:
        canonical = query_of(query).canonical
        for name in ("", *FEEDS):
            made = fresh.document(f"/search/{name}", canonical)
            expected[f"/search/{name}?{canonical}"] = made.content
    for path, content in expected.items():
        for _ in range(4):  # so that both workers are asked, most likely
            found = server.get(quote(path, safe="/?=&%+#"))
            is_same = found[0] == http.HTTPStatus.OK and found[2] == content
            tally.check("at the end all is as made anew", holds=is_same, details=(path, found[0]))


# --- all kill points -------------------------------------------------------------------------

ERRORS = ("ENOSPC", "EIO")


def faults(tally: Tally) -> None:
    """Every step of a build, killed and failed in every way."""
    if reason := scene.why_not_strace():
        tally.check("faults can be injected", holds=False, details=reason)
        return
    scene.expected()
    steps = scene.all_steps()
    print(f"{len(steps)} steps, each killed and failed", flush=True)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for step in steps:
            pool.submit(_tried, tally, "a build killed", step, scene.kill_at, step)
            for error in ERRORS if not step.is_message else ():
                what = f"a build with {error}"
                pool.submit(_tried, tally, what, step, scene.fail_at, step, error)


def _tried(
    tally: Tally, what: str, step: scene.Step, try_: Callable[..., None], *arguments: object
) -> None:
    with tempfile.TemporaryDirectory() as name:
        try:
            try_(*arguments, Path(name))
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - counted
            details = (step.name, step.number, step.call[:150], str(error)[:600])
            tally.check(what, holds=False, details=details)
        else:
            tally.check(what, holds=True)


def main() -> int:
    """Runs what the flags say; the status of the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--faults", action="store_true", help="also every step, killed and failed")
    flags = parser.parse_args()
    tally = Tally()
    print(f"seed {flags.seed}", flush=True)
    if flags.minutes:
        soak(flags.minutes, flags.seed, tally)
    if flags.faults:
        faults(tally)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
