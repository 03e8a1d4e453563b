"""Every feed document is valid: by the schema of Atom and by the rules that validators know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.builder.build import build
from feedsvc.builder.languages import build_all
from feedsvc.config import Config
from feedsvc.site.places import kind_at
from feedsvc.site.site import Site
from feedsvc.site.sites import Sites
from tests.readers.rules import RULES, Feed, Rule, atom, json_feed, rss, xml
from tests.readers.truths import HARD_DIGESTS
from tests.support.languages import write_languages
from tests.support.project import BASE_URL

HUB = "https://hub.example.org/?a=1&b=2"

CASES = [
    pytest.param(name, rule, id=f"{name} {rule.__name__}")
    for name, rules in RULES.items()
    for rule in rules
]


@pytest.fixture(scope="session")
def sites(built: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The project's own site, one of hard digests, one without any, one in two languages."""
    return [
        built,
        _build(tmp_path_factory.mktemp("hard"), HARD_DIGESTS, feed_size=1, hub=HUB),
        _build(tmp_path_factory.mktemp("empty"), {}),
        _build_languages(tmp_path_factory.mktemp("languages")),
    ]


def _build(folder: Path, digests: dict[str, str], **settings: object) -> Path:
    (folder / "digests").mkdir()
    for name, text in digests.items():
        (folder / "digests" / name).write_text(text, encoding="utf-8")
    config = Config(
        digests=folder / "digests",
        out=folder / "site",
        index=folder / "index.sqlite3",
        base_url=BASE_URL,
        language="ko",
        **settings,
    )
    site = Site(config)
    site.refresh()
    build(site, config)
    return config.out


def _build_languages(folder: Path) -> Path:
    config = Config(
        digests=write_languages(folder / "digests"),
        out=folder / "site",
        index=folder / "index.sqlite3",
        base_url=BASE_URL,
        languages="ko, en",
        hub=HUB,
    )
    sites = Sites(config)
    sites.refresh()
    build_all(sites)
    return config.out


def _read(content: bytes, url: str) -> Feed:
    if url.endswith(".json"):
        return Feed(url, json.loads(content))
    root = etree.fromstring(content)
    return Feed(url, root[0] if root.tag == "rss" else root)


def _feeds(sites: list[Path], name: str) -> Iterator[Feed]:
    for site in sites:
        for file in sorted(site.rglob(name)):
            yield _read(file.read_bytes(), BASE_URL + file.relative_to(site).as_posix())


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_every_document_is_as_validators_ask(sites: list[Path], name: str, rule: Rule) -> None:
    found = {feed.url: list(rule(feed)) for feed in _feeds(sites, name)}
    assert {url: problems for url, problems in found.items() if problems} == {}


@pytest.mark.parametrize("name", RULES)
def test_every_place_has_a_document_to_validate(built: Path, name: str) -> None:
    folders = [page.parent for page in built.rglob("index.html")]
    kinds = {folder: kind_at(_path(folder, built)) for folder in folders}
    places = [folder for folder, kind in kinds.items() if kind and kind.feeds and not kind.finds]
    assert len(places) > len(RULES)
    assert all((place / name).is_file() for place in places)


def _path(folder: Path, site: Path) -> str:
    name = folder.relative_to(site).as_posix()
    return "/" if name == "." else f"/{name}/"


SPOILED = (
    ("feed.xml", xml.has_one_self_link, 'rel="self"', 'rel="via"'),
    ("rss.xml", xml.has_one_self_link, "all/rss.xml", "rss.xml"),
    ("feed.xml", xml.has_absolute_addresses, 'src="https://cdn', 'src="/cdn'),
    ("feed.xml", xml.has_absolute_addresses, "<icon>https:", "<icon>"),
    ("rss.xml", xml.has_absolute_addresses, "<link>https://arxiv", "<link>arxiv"),
    ("feed.xml", xml.has_media_attributes, "<media:thumbnail url", "<media:thumbnail href"),
    ("rss.xml", xml.has_media_attributes, 'medium="image"', 'medium="video"'),
    ("feed.xml", xml.is_either_complete_or_paged, 'rel="alternate"', 'rel="next-archive"'),
    ("rss.xml", xml.is_either_complete_or_paged, "<fh:complete/>", "<fh:complete/><fh:archive/>"),
    ("feed.xml", xml.has_safe_content, "&lt;li&gt;", "&lt;li onclick=x&gt;"),
    ("rss.xml", xml.has_safe_content, "&lt;li&gt;", "&lt;script&gt;"),
    ("feed.xml", atom.follows_the_schema, "<title>", "<heading>x</heading><title>"),
    ("feed.xml", atom.has_authors, "<name>Dana Doe", "<name>"),
    ("feed.xml", atom.has_unique_ids, "2412.00001</id>", "2412.00002</id>"),
    ("feed.xml", atom.has_one_alternate_of_a_kind, 'rel="enclosure" ', ""),
    ("feed.xml", atom.has_valid_times, "00:59:58", "00:59:59"),
    ("feed.xml", atom.has_valid_times, "2024-12-03T", "2024-12-33T"),
    ("feed.xml", atom.has_valid_times, "<published>2024", "<published>2025"),
    ("feed.xml", atom.has_telling_texts, "<title>Plain English", "<title>"),
    ("feed.xml", atom.has_telling_texts, "<summary>영상이 있습니다.", "<summary>"),
    ("feed.xml", atom.has_telling_texts, "<summary>링크도", "<summary>What's New: 링크도"),
    ("feed.xml", atom.has_whole_enclosures, 'type="image/webp"', 'type="webp"'),
    ("feed.xml", atom.names_its_language, 'xml:lang="en"', 'xml:lang="English (US)"'),
    ("rss.xml", rss.has_required_elements, "<title>Plain English</title>", ""),
    ("rss.xml", rss.has_required_elements, 'version="2.0"', 'version="0.91"'),
    ("rss.xml", rss.has_unique_guids, "2412.00001</guid>", "2412.00002</guid>"),
    ("rss.xml", rss.has_unique_guids, ' isPermaLink="false"', ""),
    ("rss.xml", rss.has_rfc_822_times, "<pubDate>Tue", "<pubDate>Wed"),
    ("rss.xml", rss.has_rfc_822_times, "00:59:58 +0000", "00:59:59 +0000"),
    ("rss.xml", rss.has_whole_enclosures, 'length="0" ', ""),
    ("rss.xml", rss.has_telling_descriptions, "<description>영상이 있습니다.", "<description>"),
    ("rss.xml", rss.has_telling_descriptions, "링크도", "What's New: 링크도"),
    (
        "rss.xml",
        rss.has_creators_and_no_addresses,
        "<dc:creator>",
        "<author>x</author><dc:creator>",
    ),
    ("rss.xml", rss.names_its_language, "<language>ko", "<language>한국어"),
    ("feed.json", json_feed.has_fields_of_the_right_type, '"_paper"', '"paper"'),
    ("feed.json", json_feed.has_fields_of_the_right_type, '{"name":"Dana Doe"}', '"Dana Doe"'),
    ("feed.json", json_feed.has_required_fields, '"content_html"', '"_content"'),
    (
        "feed.json",
        json_feed.has_unique_item_ids,
        '"id":"https://arxiv.org/abs/2412.00001"',
        '"id":"https://arxiv.org/abs/2412.00002"',
    ),
    ("feed.json", json_feed.knows_its_address, "all/feed.json", "feed.json"),
    (
        "feed.json",
        json_feed.has_telling_summaries,
        '"summary":"링크도',
        '"summary":"What\'s New: 링크도',
    ),
)
"""What makes a good document (of all hard digests) break a rule: a text, and what replaces it."""


@pytest.mark.parametrize(("name", "rule", "good", "bad"), SPOILED)
def test_a_rule_notices_what_breaks_it(
    sites: list[Path], name: str, rule: Rule, good: str, bad: str
) -> None:
    document = (sites[1] / "all" / name).read_text(encoding="utf-8")
    assert good in document
    assert list(rule(_read(document.replace(good, bad, 1).encode(), f"{BASE_URL}all/{name}")))


def test_every_rule_was_once_seen_to_fail() -> None:
    assert {rule for rules in RULES.values() for rule in rules} == {
        rule for _, rule, _, _ in SPOILED
    }
