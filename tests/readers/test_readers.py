"""Every client sees the same papers, with all their fields, in every format and document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import feedparser
import lxml.html
import pytest
import reader

from tests.readers.clients import ATOM, CLIENTS, JSON, RSS, Client, Seen
from tests.readers.limits import (
    LIMITS,
    SORTED_BY_TIME,
    Limit,
    expectation,
    usual_expectation,
)
from tests.readers.truths import DOCUMENTS, HARD_DIGESTS, Document, Truth
from tests.support.server import Server

pytestmark = pytest.mark.slow(reason="starts a dozen feed readers for each document")


@pytest.fixture(scope="session")
def hard_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The hard digests behind a real server, under BASE_URL."""
    folder = tmp_path_factory.mktemp("hard")
    (folder / "digests").mkdir()
    for name, text in HARD_DIGESTS.items():
        (folder / "digests" / name).write_text(text, encoding="utf-8")
    server = Server(folder / "digests", folder)
    yield server
    server.stop()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one client sees in one document, beside what it should see."""

    client: str
    format: str
    seen: list[Seen]
    truths: list[Truth]

    def check(self, field: str, of_seen: Callable[[Seen], Any] | None = None) -> None:
        """Fails where a field isn't in every item what it should be."""
        should_show = expectation(self.client, self.format, field)
        seen = [of_seen(item) if of_seen else getattr(item, field) for item in self.seen]
        assert seen == [should_show(truth) for truth in self.truths]


def _cases(*documents: Document) -> list[Any]:
    cases = []
    for client in CLIENTS:
        for format_ in client.formats:
            for document in documents:
                id_ = f"{client.name} {document.archive}{document.place}{format_}"
                cases.append(pytest.param((client, format_, document), id=id_))
    return cases


@pytest.fixture(params=_cases(*DOCUMENTS))
def reading(request: pytest.FixtureRequest, server: Server, hard_server: Server) -> Reading:
    client, format_, document = request.param
    if client.is_missing():
        pytest.skip(f"{client.name} is not installed: {client.install}")
    source = server if document.archive == "project" else hard_server
    truths = document.truths()
    if client.name in SORTED_BY_TIME:
        truths.sort(key=lambda truth: truth.published, reverse=True)
    return Reading(
        client.name, format_, _read(client, source.url + document.place + format_), truths
    )


@cache
def _read(client: Client, url: str) -> list[Seen]:
    return client.read(url)


def test_a_client_sees_every_paper_once_and_in_order(reading: Reading) -> None:
    reading.check("id")


def test_a_client_shows_the_exact_title(reading: Reading) -> None:
    reading.check("title")


def test_a_client_leads_to_the_paper(reading: Reading) -> None:
    reading.check("link")


def test_a_client_shows_when_a_paper_was_published(reading: Reading) -> None:
    reading.check("published")


def test_a_client_names_all_authors_in_order(reading: Reading) -> None:
    reading.check("authors")


def test_a_client_finds_the_media_as_enclosures(reading: Reading) -> None:
    reading.check("enclosures")


def test_a_client_finds_the_picture_as_thumbnail(reading: Reading) -> None:
    reading.check("thumbnail")


def test_the_content_begins_with_the_medium(reading: Reading) -> None:
    reading.check("medium", lambda item: _leading_medium(item.content))


def test_the_content_has_every_word(reading: Reading) -> None:
    reading.check("text", lambda item: _words(item.content))


def test_the_summary_is_how_the_first_section_begins(reading: Reading) -> None:
    should_show = expectation(reading.client, reading.format, "opening")
    for item, truth in zip(reading.seen, reading.truths, strict=True):
        opening = should_show(truth)
        if opening is None:
            assert item.summary is None
        else:
            assert item.summary
            assert opening.startswith(item.summary.removesuffix("…"))


SPECIAL_TITLES = {
    "https://arxiv.org/abs/2502.14382": "S*: Test Time Scaling for Code Generation",
    "https://arxiv.org/abs/2403.08715": (
        "SOTOPIA-π: Interactive Learning of Socially Intelligent Language Agents"
    ),
    "https://arxiv.org/abs/2410.09342": (
        "LLM×MapReduce: Simplified Long-Sequence Processing using Large Language Models"
    ),
}
"""Of the project's own digests, as people write them."""


@pytest.mark.parametrize("reading", _cases(Document("project", "/all/")), indirect=True)
def test_special_signs_in_titles_are_as_people_write_them(reading: Reading) -> None:
    titles = {item.id: item.title for item in reading.seen}
    assert {id_: titles.get(id_) for id_ in SPECIAL_TITLES} == SPECIAL_TITLES


def test_an_english_digest_says_its_language_beside_a_korean_one(hard_server: Server) -> None:
    address = f"{hard_server.url}/2024-12-02/"
    atom, rss = (feedparser.parse(address + format_) for format_ in (ATOM, RSS))
    with reader.make_reader(":memory:") as client:
        client.add_feed(address + JSON)
        client.update_feeds()
        said_in_json = [entry.content[0].language for entry in client.get_entries()]
    assert [entry.content[0].language for entry in atom.entries] == ["ko", "ko", "en"]
    assert (rss.feed.language, [entry.get("language") for entry in rss.entries]) == (
        "ko",
        [None, None, "en"],
    )
    assert said_in_json == ["ko", "ko", "en"]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.client} {limit.field}")
def test_a_limit_is_about_a_client_and_makes_a_difference(limit: Limit) -> None:
    formats = next(client.formats for client in CLIENTS if client.name == limit.client)
    truths = [truth for document in DOCUMENTS for truth in document.truths()]
    for format_ in limit.formats:
        usual = usual_expectation(format_, limit.field)
        assert format_ in formats
        assert any(limit.shows(truth) != usual(truth) for truth in truths)


def test_exact_versions_of_npms_packages_are_named() -> None:
    text = (Path(__file__).parent / "package.json").read_text(encoding="utf-8")
    versions = json.loads(text)["dependencies"]
    clients = {client.name for client in CLIENTS if client.program == "node"}
    assert set(versions) == clients | {"axe-core", "puppeteer-core", "vnu-jar"}
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in versions.values())


def _leading_medium(content: str | None) -> str | None:
    """The address of the picture or video that HTML begins with."""
    if content is None:
        return None
    first = lxml.html.fragment_fromstring(content, create_parent="div")[0]
    begins_with_text = (first.getparent().text or "") + (first.text or "")
    if begins_with_text.strip() or not len(first) or first[0].tag not in {"img", "video"}:
        return None
    return first[0].get("src")


def _words(content: str | None) -> str | None:
    """What a person reads, without what stands in place of a video."""
    if content is None:
        return None
    tree = lxml.html.fragment_fromstring(content, create_parent="div")
    for video in tree.iter("video"):
        video.clear(keep_tail=True)
    return " ".join(tree.text_content().split())
