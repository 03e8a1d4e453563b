"""Somebody who subscribes to the feeds of two languages gets each paper once in each."""

from __future__ import annotations

import email
import email.policy
import mailbox
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
import reader

from tests.readers.clients import RSS2EMAIL_SETTINGS
from tests.readers.test_stateful_readers import SFEED_FETCH, run, unescaped
from tests.support.languages import KOREAN_DAYS, TEXTS, write_day, write_languages
from tests.support.project import BASE_URL
from tests.support.server import Server
from tests.support.waiting import until

Shown = list[tuple[str, str]]
"""The id and the content of each item that a reader has shown."""


def _newsboat(home: Path, urls: Mapping[str, str]) -> Iterator[Shown]:
    (home / "urls").write_text("".join(f"{url}\n" for url in urls.values()))
    (home / "config").touch()
    while True:
        run(["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"], home)
        with closing(sqlite3.connect(home / "cache.db")) as database:
            yield database.execute("SELECT guid, content FROM rss_item").fetchall()


def _rss2email(home: Path, urls: Mapping[str, str]) -> Iterator[Shown]:
    first, *others = urls.items()
    settings = RSS2EMAIL_SETTINGS % (home, first[1])
    settings += "".join(f"[feed.{name}]\nurl = {url}\n" for name, url in others)
    (home / "settings").write_text(settings)
    while True:
        run(["r2e", "-c", "settings", "-d", "data.json", "run"], home)
        mails = [
            email.message_from_bytes(data.as_bytes(), policy=email.policy.default)
            for data in mailbox.Maildir(home / "inbox")
        ]
        yield [(str(mail["X-RSS-ID"]), mail.get_content()) for mail in mails]


def _sfeed(home: Path, urls: Mapping[str, str]) -> Iterator[Shown]:
    (home / ".sfeed").mkdir()
    feeds = "".join(f"\tfeed {name} {url}\n" for name, url in urls.items())
    (home / ".sfeed" / "sfeedrc").write_text(f"feeds() {{\n{feeds}}}\n{SFEED_FETCH}")
    while True:
        run(["sfeed_update"], home)
        files = [home / ".sfeed" / "feeds" / name for name in urls]
        rows = [line.split("\t") for file in files for line in file.read_text().splitlines()]
        yield [(row[5], unescaped(row[3])) for row in rows]


def _reader(home: Path, urls: Mapping[str, str]) -> Iterator[Shown]:
    with reader.make_reader(str(home / "reader.sqlite3")) as client:
        for url in urls.values():
            client.add_feed(url)
        while True:
            for url in urls.values():
                client.update_feed(url)
            yield [(entry.id, entry.content[0].value) for entry in client.get_entries()]


CLIENTS = {"newsboat": _newsboat, "r2e": _rss2email, "sfeed_update": _sfeed, "": _reader}
"""By the program that they need."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    digests = write_languages(tmp_path / "digests", english=KOREAN_DAYS)
    server = Server(digests, tmp_path, FEEDSVC_LANGUAGES="ko, en")
    yield server
    server.stop()


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml"])
@pytest.mark.parametrize("program", CLIENTS)
def test_a_paper_in_two_languages_is_an_item_in_each_with_its_own_text(
    program: str, name: str, server: Server, tmp_path: Path
) -> None:
    if program and not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    home = tmp_path / "home"
    home.mkdir()
    client: Callable[[Path, Mapping[str, str]], Iterator[Shown]] = CLIENTS[program]
    urls = {"korean": f"{server.url}/{name}", "english": f"{server.url}/en/{name}"}
    fetches = client(home, urls)

    def check(korean: int, english: int) -> None:
        shown = next(fetches)
        texts = {
            code: [id_ for id_, content in shown if text in content] for code, text in TEXTS.items()
        }
        assert {code: len(ids) for code, ids in texts.items()} == {"ko": korean, "en": english}
        assert all(len(ids) == len(set(ids)) for ids in texts.values())
        assert len(shown) == korean + english
        assert all(id_.endswith("#en") for id_ in texts["en"])
        assert not any("#" in id_ for id_ in texts["ko"])

    check(6, 6)
    for code, numbers in (("en", (6, 8)), ("ko", (8, 8))):
        time.sleep(1.1)  # the times of HTTP are whole seconds, and newsboat goes by them
        write_day(tmp_path / "digests", "2024-01-10", code)
        below = {"en": "/en", "ko": ""}[code]
        assert until(lambda below=below: b"2411.00100" in server.get(f"{below}/feed.xml")[2])  # type: ignore[misc]
        check(*numbers)


@pytest.mark.skipif(not shutil.which("newsboat"), reason="needs newsboat")
def test_the_page_of_a_feed_is_in_its_own_language(server: Server, tmp_path: Path) -> None:
    """Newsboat takes the last `alternate` of a feed for its page, others the first."""
    urls = {"korean": f"{server.url}/feed.xml", "english": f"{server.url}/en/feed.xml"}
    next(_newsboat(tmp_path, urls))
    with closing(sqlite3.connect(tmp_path / "cache.db")) as database:
        pages = dict(database.execute("SELECT rssurl, url FROM rss_feed").fetchall())
    assert pages == {urls["korean"]: BASE_URL, urls["english"]: f"{BASE_URL}en/"}
