"""Real feed readers and parsers, each as a function from a feed's URL to what it sees there."""

from __future__ import annotations

import email
import email.policy
import io
import json
import mailbox
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.request
from calendar import timegm
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from time import struct_time
from typing import Any

import atoma
import fastfeedparser
import feedparser
import podcastparser
import reader
from lxml import html

HERE = Path(__file__).parent

ATOM, RSS, JSON = "feed.xml", "rss.xml", "feed.json"
"""The formats, by the name of the document."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One item as a client gives it; None for what the client can't tell or doesn't have."""

    id: str | None
    title: str | None
    link: str | None
    published: datetime | None
    authors: tuple[str, ...] | None = None
    enclosures: tuple[str, ...] | None = None
    thumbnail: str | None = None
    summary: str | None = None
    content: str | None = None
    """HTML."""


@dataclass(frozen=True, slots=True)
class Client:
    """A reader, the formats it reads, and how to get it."""

    name: str
    formats: tuple[str, ...]
    read: Callable[[str], list[Seen]]
    """The items of the feed at a URL, in the order in which the client has them."""
    program: str = ""
    """Must be on the path; empty for what the environment brings along."""
    install: str = ""

    def is_missing(self) -> bool:
        """Whether something has to be installed first."""
        if self.program == "node" and not (HERE / "node_modules").is_dir():
            return True
        return bool(self.program) and not shutil.which(self.program)


def read_with_feedparser(url: str) -> list[Seen]:
    return [
        Seen(
            id=entry.get("id"),
            title=entry.get("title"),
            link=entry.get("link"),
            published=_seconds(entry.get("published_parsed")),
            authors=_names(entry.get("authors")),
            enclosures=tuple(enclosure["href"] for enclosure in entry.enclosures),
            thumbnail=next((one["url"] for one in entry.get("media_thumbnail", [])), None),
            summary=entry.get("summary"),
            content=next((one["value"] for one in entry.get("content", [])), None),
        )
        for entry in feedparser.parse(_fetch(url)).entries
    ]


def read_with_reader(url: str) -> list[Seen]:
    with reader.make_reader(":memory:") as client:
        client.add_feed(url)
        client.update_feeds()
        return [
            Seen(
                id=entry.id,
                title=entry.title,
                link=entry.link,
                published=entry.published,
                authors=tuple(author.name or "" for author in entry.authors),
                enclosures=tuple(enclosure.href for enclosure in entry.enclosures),
                summary=entry.summary,
                content=entry.content[0].value,
            )
            for entry in client.get_entries()
        ]


def read_with_fastfeedparser(url: str) -> list[Seen]:
    return [
        Seen(
            id=entry.get("id"),
            title=entry.get("title"),
            link=entry.get("link"),
            published=_time(entry.get("published")),
            authors=_names(entry.get("authors")),
            enclosures=tuple(_fastfeedparser_enclosures(entry)),
            thumbnail=entry.get("image"),
            summary=entry.get("description"),
            content=next((one["value"] for one in entry.get("content") or ()), None),
        )
        for entry in fastfeedparser.parse(_fetch(url)).entries
    ]


def _fastfeedparser_enclosures(entry: fastfeedparser.FastFeedParserDict) -> Iterator[str]:
    """RSS's and JSON Feed's stand apart, Atom's among the links."""
    yield from (enclosure["url"] for enclosure in entry.get("enclosures") or ())
    yield from (link["href"] for link in entry.get("links") or () if link["rel"] == "enclosure")


def read_with_atoma(url: str) -> list[Seen]:
    _, _, name = url.rpartition("/")
    return _ATOMA[name](_fetch(url))


def _atoma_atom(document: bytes) -> list[Seen]:
    return [
        Seen(
            id=entry.id_,
            title=entry.title.value,
            link=next(link.href for link in entry.links if link.rel == "alternate"),
            published=entry.published,
            authors=tuple(author.name for author in entry.authors),
            enclosures=tuple(link.href for link in entry.links if link.rel == "enclosure"),
            summary=entry.summary and entry.summary.value,
            content=entry.content and entry.content.value,
        )
        for entry in atoma.parse_atom_bytes(document).entries
    ]


def _atoma_rss(document: bytes) -> list[Seen]:
    return [
        Seen(
            id=item.guid,
            title=item.title,
            link=item.link,
            published=item.pub_date,
            enclosures=tuple(enclosure.url for enclosure in item.enclosures),
            summary=item.description,
            content=item.content_encoded,
        )
        for item in atoma.parse_rss_bytes(document).items
    ]


def _atoma_json(document: bytes) -> list[Seen]:
    return [
        Seen(
            id=item.id_,
            title=item.title,
            link=item.url,
            published=item.date_published,
            authors=_one(item.author and item.author.name),
            enclosures=tuple(one.url for one in item.attachments),
            thumbnail=item.image,
            summary=item.summary,
            content=item.content_html,
        )
        for item in atoma.parse_json_feed_bytes(document).items
    ]


_ATOMA = {ATOM: _atoma_atom, RSS: _atoma_rss, JSON: _atoma_json}


def read_with_podcastparser(url: str) -> list[Seen]:
    return [
        Seen(
            id=episode["guid"],
            title=episode["title"],
            link=episode["link"],
            published=_unix_time(episode["published"]),
            enclosures=tuple(one["url"] for one in episode["enclosures"]),
            thumbnail=episode.get("episode_art_url"),
            summary=episode.get("description"),
            content=episode.get("description_html"),
        )
        for episode in podcastparser.parse(url, io.BytesIO(_fetch(url)))["episodes"]
    ]


def read_with_newsboat(url: str) -> list[Seen]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "urls").write_text(f"{url}\n", encoding="utf-8")
        (home / "config").touch()
        files = {"-u": "urls", "-c": "cache.db", "-C": "config"}
        flags = [part for flag, file in files.items() for part in (flag, str(home / file))]
        _run(["newsboat", *flags, "-x", "reload"], home)
        database = sqlite3.connect(home / "cache.db")
        # The first item of a feed is stored last.
        rows = database.execute(
            "SELECT guid, title, url, pubDate, author, enclosure_url, content"
            " FROM rss_item ORDER BY id DESC"
        ).fetchall()
        database.close()
    return [
        Seen(
            id=id_,
            title=title,
            link=link,
            published=_unix_time(published),
            authors=_one(author),
            enclosures=_one(enclosure),
            content=content or None,
        )
        for id_, title, link, published, author, enclosure, content in rows
    ]


def read_with_sfeed(url: str) -> list[Seen]:
    with tempfile.TemporaryDirectory() as home:
        lines = _run(["sfeed"], Path(home), _fetch(url)).decode().splitlines()
    return [_sfeed_item(*line.split("\t")) for line in lines]


SFEED_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\"}


def _sfeed_item(*columns: str) -> Seen:
    """See sfeed(5)."""
    seconds, title, link, content, type_, id_, author, enclosure, _ = columns
    content = re.sub(r"\\(.)", lambda escape: SFEED_ESCAPES[escape[1]], content)
    return Seen(
        id=id_,
        title=title,
        link=link,
        published=_unix_time(int(seconds)) if seconds else None,
        authors=_one(author),
        enclosures=_one(enclosure),
        content=content if type_ == "html" else None,
    )


RSS2EMAIL_SETTINGS = """
[DEFAULT]
from = feeds@example.org
to = reader@example.org
name-format = {author}
html-mail = True
date-header = True
date-header-order = issued
email-protocol = maildir
maildir-path = %s
maildir-mailbox = inbox
[feed.papers]
url = %s
"""


def read_with_rss2email(url: str) -> list[Seen]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        settings = RSS2EMAIL_SETTINGS % (home, url)
        (home / "settings").write_text(settings, encoding="utf-8")
        _run(["r2e", "-c", "settings", "-d", "data.json", "run"], home)
        box = mailbox.Maildir(home / "inbox")
        # A file's name counts the mails after its Q; the first item of a feed is sent last.
        keys = sorted(box.keys(), key=lambda key: -int(key.partition("Q")[2].partition(".")[0]))
        mails = [
            email.message_from_bytes(box.get_bytes(key), policy=email.policy.default)
            for key in keys
        ]
    return [_mail_as_item(mail) for mail in mails]


def _mail_as_item(mail: EmailMessage) -> Seen:
    page = html.fromstring(mail.get_content())
    body = page.get_element_by_id("body")
    footer = page.find_class("footer")[0]
    enclosures = footer.xpath("p[starts-with(., 'Enclosure')]/a/@href")
    return Seen(
        id=str(mail["X-RSS-ID"]),
        title=str(mail["Subject"]),
        link=str(mail["X-RSS-URL"]),
        published=mail["Date"].datetime.replace(tzinfo=UTC),
        authors=tuple(address.display_name for address in mail["From"].addresses),
        enclosures=tuple(enclosures),
        content=(body.text or "")
        + "".join(html.tostring(child, encoding="unicode") for child in body),
    )


def _npm(package: str) -> Callable[[str], list[Seen]]:
    def read(url: str) -> list[Seen]:
        place = url[: url.rindex("/") + 1]
        seen = _read_with_npm(place)[url][package]
        assert "items" in seen, f"{package}: {seen}"
        return [
            Seen(
                id=item.get("id"),
                title=item.get("title"),
                link=item.get("link"),
                published=_time(item.get("published")),
                authors=_tuple(item.get("authors")),
                enclosures=_tuple(item.get("enclosures")),
                thumbnail=item.get("thumbnail"),
                summary=item.get("summary"),
                content=item.get("content"),
            )
            for item in seen["items"]
        ]

    return read


@cache
def _read_with_npm(place: str) -> dict[str, Any]:
    """All formats of a place by all packages: starting node takes longer than reading."""
    urls = [place + format_ for format_ in (ATOM, RSS, JSON)]
    seen: dict[str, Any] = json.loads(_run(["node", str(HERE / "read_feed.mjs"), *urls], HERE))
    return seen


def _run(command: list[str], home: Path, stdin: bytes = b"") -> bytes:
    """What a program prints; it finds no settings but those in `home`."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    finished = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        env=environment,
        cwd=home,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr.decode()
    return finished.stdout


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as response:
        return bytes(response.read())


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _unix_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(parsed: struct_time | None) -> datetime | None:
    return _unix_time(timegm(parsed)) if parsed else None


def _names(authors: Iterable[dict[str, str]] | None) -> tuple[str, ...]:
    return tuple(author["name"] for author in authors or () if author)


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _tuple(values: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


_NPM = {"program": "node", "install": "npm install --no-save --no-package-lock in tests/readers"}

CLIENTS = (
    Client("feedparser", (ATOM, RSS), read_with_feedparser),
    Client("reader", (ATOM, RSS, JSON), read_with_reader),
    Client("fastfeedparser", (ATOM, RSS, JSON), read_with_fastfeedparser),
    Client("atoma", (ATOM, RSS, JSON), read_with_atoma),
    Client("podcastparser", (RSS,), read_with_podcastparser),
    Client("newsboat", (ATOM, RSS), read_with_newsboat, "newsboat", "apt-get install newsboat"),
    Client("sfeed", (ATOM, RSS), read_with_sfeed, "sfeed", "apt-get install sfeed"),
    Client("rss2email", (ATOM, RSS), read_with_rss2email, "r2e", "apt-get install rss2email"),
    Client("rss-parser", (ATOM, RSS), _npm("rss-parser"), **_NPM),
    Client("feedsmith", (ATOM, RSS, JSON), _npm("feedsmith"), **_NPM),
    Client("@rowanmanning/feed-parser", (ATOM, RSS), _npm("@rowanmanning/feed-parser"), **_NPM),
    Client(
        "@extractus/feed-extractor", (ATOM, RSS, JSON), _npm("@extractus/feed-extractor"), **_NPM
    ),
    Client("htmlparser2", (ATOM, RSS), _npm("htmlparser2"), **_NPM),
)
