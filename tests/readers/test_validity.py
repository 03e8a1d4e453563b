"""Every feed document is valid: by the schema of Atom and by the rules that validators know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from feedsvc.build import build
from feedsvc.config import Config
from feedsvc.site import Site
from tests.conftest import BASE_URL
from tests.readers.rules import RULES, Feed, Rule
from tests.readers.truths import HARD_DIGESTS

CASES = [
    pytest.param(name, rule, id=f"{name} {rule.__name__}")
    for name, rules in RULES.items()
    for rule in rules
]


@pytest.fixture(scope="session")
def sites(built: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The project's own site, one of hard digests and one without any."""
    return [
        built,
        _build(tmp_path_factory.mktemp("hard"), HARD_DIGESTS, feed_size=1),
        _build(tmp_path_factory.mktemp("empty"), {}),
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
        **settings,
    )
    site = Site(config)
    site.refresh()
    build(site, config)
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
    places = [page.parent for page in built.rglob("index.html")]
    assert len(places) > len(RULES)
    assert all((place / name).is_file() for place in places)
