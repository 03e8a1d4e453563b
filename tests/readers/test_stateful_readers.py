"""Readers that remember what they have seen miss nothing and repeat nothing, fetch after fetch."""

from __future__ import annotations

import email
import email.policy
import mailbox
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import reader

from tests.readers.clients import RSS2EMAIL_SETTINGS, SFEED_ESCAPES
from tests.support.archive import digest, paper, write_archive
from tests.support.feeds import read_json_ids
from tests.support.server import Server

ADDRESS = "https://arxiv.org/abs/2411.{:05}"
EDITED = "고친 요약입니다."

SFEED_FETCH = (
    "fetch() {\n"
    '\tcurl -sSf --etag-compare "$1.tag" --etag-save "$1.tag" -o "$1.new" "$2" && cat "$1.new"\n'
    "}\n"
)

Shown = dict[str, str]
"""The content of each item that a reader has shown, by its id."""


class Newsboat:
    """Keeps its items in a database, by guid."""

    program = "newsboat"
    shows_edits = True

    def __init__(self, home: Path, url: str) -> None:
        self._home = home
        (home / "urls").write_text(f"{url}\n")
        (home / "config").touch()

    def fetch(self) -> Shown:
        flags = ["-u", "urls", "-c", "cache.db", "-C", "config"]
        run(["newsboat", *flags, "-x", "reload"], self._home)
        with closing(sqlite3.connect(self._home / "cache.db")) as database:
            return dict(database.execute("SELECT guid, content FROM rss_item").fetchall())


class Rss2email:
    """Mails an item once, and takes any status that it doesn't know for an error."""

    program = "r2e"
    shows_edits = False

    def __init__(self, home: Path, url: str) -> None:
        self._home = home
        (home / "settings").write_text(RSS2EMAIL_SETTINGS % (home, url))

    def fetch(self) -> Shown:
        run(["r2e", "-c", "settings", "-d", "data.json", "run"], self._home)
        mails = [
            email.message_from_bytes(data.as_bytes(), policy=email.policy.default)
            for data in mailbox.Maildir(self._home / "inbox")
        ]
        shown = {str(mail["X-RSS-ID"]): mail.get_content() for mail in mails}
        assert len(shown) == len(mails), "a paper was mailed twice"
        return shown


class Sfeed:
    """Merges what it gets into a file, by id, title and link; curl keeps the tag."""

    program = "sfeed_update"
    shows_edits = False

    def __init__(self, home: Path, url: str) -> None:
        self._home = home
        (home / ".sfeed").mkdir()
        (home / ".sfeed" / "sfeedrc").write_text(
            f"feeds() {{\n\tfeed papers {url}\n}}\n" + SFEED_FETCH
        )

    def fetch(self) -> Shown:
        run(["sfeed_update"], self._home)
        rows = [
            line.split("\t")
            for line in (self._home / ".sfeed" / "feeds" / "papers").read_text().splitlines()
        ]
        shown = {row[5]: unescaped(row[3]) for row in rows}
        assert len(shown) == len(rows), "a paper is shown twice"
        return shown


class Reader:
    """lemon24/reader asks for deltas and understands them."""

    program = ""
    shows_edits = True

    def __init__(self, home: Path, url: str) -> None:
        self._url = url
        self._database = str(home / "reader.sqlite3")
        with reader.make_reader(self._database) as client:
            client.add_feed(url)

    def fetch(self) -> Shown:
        with reader.make_reader(self._database) as client:
            # By name: it leaves feeds alone for as long as Cache-Control says.
            client.update_feed(self._url)
            return {entry.id: entry.content[0].value for entry in client.get_entries()}


CLIENTS = [Newsboat, Rss2email, Sfeed, Reader]


def unescaped(text: str) -> str:
    parts = text.split("\\")
    return parts[0] + "".join(SFEED_ESCAPES[part[0]] + part[1:] for part in parts[1:] if part)


def run(command: list[str], home: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=home, env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "digests", days=3, papers=4)


@pytest.fixture
def server(digests: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(digests, tmp_path)
    yield server
    server.stop()


def _write(server: Server, path: Path, text: str) -> None:
    """Changes a digest, and waits until the server shows it."""
    _, headers, _ = server.get("/feed.xml")
    time.sleep(1.1)  # the times of HTTP are whole seconds, and newsboat goes by them
    (path.parent / ".new").write_text(text)  # beside, so that no half of it is ever seen
    (path.parent / ".new").rename(path)
    deadline = time.monotonic() + 20
    while server.get("/feed.xml")[1]["etag"] == headers["etag"]:
        assert time.monotonic() < deadline, "the change does not show"
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_reader_with_a_memory_shows_every_paper_once(
    client: Callable[..., Newsboat | Rss2email | Sfeed | Reader],
    name: str,
    server: Server,
    digests: Path,
    tmp_path: Path,
) -> None:
    program = client.program  # type: ignore[attr-defined]
    if program and not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    home = tmp_path / "home"
    home.mkdir()
    subscribed = client(home, f"{server.url}/{name}")

    def check(numbers: range) -> Shown:
        shown = subscribed.fetch()
        assert set(shown) == {ADDRESS.format(number) for number in numbers}
        return shown

    check(range(12))
    _write(server, digests / "2024-01-04.md", digest("2024-01-04", map(paper, range(12, 15))))
    check(range(15))
    grown = [*map(paper, range(12, 15)), paper(15)]
    _write(server, digests / "2024-01-04.md", digest("2024-01-04", grown))
    check(range(16))
    grown[1] = paper(13, text=EDITED)
    _write(server, digests / "2024-01-04.md", digest("2024-01-04", grown))
    shown = check(range(16))
    assert (EDITED in shown[ADDRESS.format(13)]) == subscribed.shows_edits
    _write(server, digests / "2024-01-05.md", digest("2024-01-05", [paper(16)]))
    check(range(17))
    check(range(17))


def _with_topics(day: str, **topics: list[str]) -> str:
    parts = [f"# Papers of {day}\n"]
    for topic, papers in topics.items():
        parts += [f"## {topic}\n", *papers]
    return "\n".join(parts)


@pytest.mark.parametrize("place", ["/topic/vision/", "/daily/", "/weekly/"])
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_reader_of_a_topic_or_an_edition_misses_nothing_and_repeats_nothing(
    client: Callable[..., Newsboat | Rss2email | Sfeed | Reader], place: str, tmp_path: Path
) -> None:
    program = client.program  # type: ignore[attr-defined]
    if program and not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    digests, home, ever = tmp_path / "digests", tmp_path / "home", set[str]()
    for folder in (digests, home):
        folder.mkdir()

    def text(day: str, vision: list[str], language: list[str]) -> str:
        return _with_topics(day, Vision=vision, Language=language)

    first, second = "2024-01-03", "2024-01-10"
    (digests / f"{first}.md").write_text(text(first, [paper(0), paper(1)], [paper(2)]))
    (digests / f"{second}.md").write_text(text(second, [paper(3)], [paper(4)]))
    server = Server(digests, tmp_path)
    try:
        subscribed = client(home, f"{server.url}{place}feed.xml")

        def check() -> None:
            ever.update(read_json_ids(server.get(f"{place}feed.json")[2]))
            assert set(subscribed.fetch()) == ever

        check()
        changes = {
            # a new day, which also ends a week
            "2024-01-15": ([paper(5)], [paper(6)]),
            # an older day that was not there
            "2024-01-04": ([paper(7)], [paper(8)]),
            # a paper above all others, one with another text, one under another topic
            second: ([paper(9), paper(3, text=EDITED)], [paper(4)]),
            first: ([paper(0)], [paper(2), paper(1)]),
        }
        for day, topics in changes.items():
            _write(server, digests / f"{day}.md", text(day, *topics))
            check()
        assert len(ever) == {"/topic/vision/": 6, "/daily/": 4, "/weekly/": 2}[place]
        check()
    finally:
        server.stop()
