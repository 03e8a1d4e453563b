"""The script of static sites finds in the site's feeds what a server finds, in the same order."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.errors import QueryError
from feedsvc.index.stages import Searching
from feedsvc.site.searches import find, query_of
from feedsvc.site.site import Site
from tests.support.archive import digest, paper
from tests.support.folders import tree
from tests.support.project import BASE_URL, DIGESTS
from tests.support.searching import KNOWN, write_papers

NODE = shutil.which("node")
RUNNER = Path(__file__).parent / "support" / "search_in_node.mjs"

pytestmark = pytest.mark.skipif(not NODE, reason="needs node: apt-get install nodejs")


def _built(folder: Path) -> Site:
    """Papers with known answers, those of the project, and one in several days; as a site, too."""
    digests = folder / "digests"
    shutil.copytree(DIGESTS, digests)
    write_papers(digests)
    for day, word in (("2025-01-01", "apple"), ("2025-03-02", "banana"), ("2025-03-09", "cherry")):
        (digests / f"{day}.en.md").write_text(digest(day, [paper(99_999, word, "Repeated")]))
    config = Config(
        digests=digests,
        out=folder / "site",
        index=folder / "index.sqlite3",
        base_url=BASE_URL,
        feed_size=5,
    )
    site = Site(config, Searching.WHOLLY)
    site.refresh()
    build(site, config)
    return site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("script")


@pytest.fixture(scope="module")
def site(folder: Path) -> Site:
    return _built(folder)


def _by_script(folder: Path, queries: Iterable[str]) -> list[list[str] | None]:
    done = subprocess.run(
        [str(NODE), str(RUNNER), str(folder / "site")],
        input="".join(f"{query}\n" for query in queries),
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _by_server(site: Site, asked: str) -> list[str] | None:
    try:
        query = query_of(asked)
    except QueryError:
        return None
    with site.snapshot() as snapshot:
        found = find(snapshot.store, query)
        assert found
        return [snapshot.store.ids(day)[position] for day, position in found.papers]


def _are_same(site: Site, folder: Path, queries: list[str]) -> list[list[str] | None]:
    by_script = _by_script(folder, queries)
    for query, found in zip(queries, by_script, strict=True):
        assert found == _by_server(site, query), query
    return by_script


def test_known_answers_are_the_same(site: Site, folder: Path) -> None:
    found = _are_same(site, folder, [urlencode({"q": typed}) for typed in KNOWN])
    assert sum(map(bool, found)) > len(KNOWN) * 0.8


def test_parameters_select_the_same(site: Site, folder: Path) -> None:
    queries = [
        *("min_votes=1", "min_votes=31", "min_votes=33&q=model", "author=Ada++Lovelace", ""),
        *("since=2025-03-05", "until=2025-03-05", "since=2025-02-24&until=2025-03-04&limit=3"),
        *("limit=200", "limit=1&q=model", "q=-model+-%EB%AA%A8%EB%8D%B8&limit=200"),
        *("q=apple", "q=banana", "q=cherry", "q=repeated", "q=Authors", "q=Vote", "q=What%27s+New"),
    ]
    _are_same(site, folder, queries)


def test_words_of_the_text_find_the_same(site: Site, folder: Path) -> None:
    text = b"\n".join(tree(DIGESTS).values()).decode(errors="replace")
    chunks = re.findall(r"\S{1,40}", text)
    draw = random.Random(5)
    queries = []
    for _ in range(300):
        words = draw.sample(chunks, draw.choice([1, 1, 1, 2]))
        form = draw.choice(["{}", "{}", '"{}"', "-{}", "title:{}", "{}*", "{} OR model"])
        queries.append(urlencode({"q": form.format(" ".join(words)), "limit": 200}))
    found = _are_same(site, folder, queries)
    assert sum(map(bool, found)) > 100


@pytest.mark.parametrize("seed", range(3))
def test_what_is_not_understood_is_the_same(site: Site, folder: Path, seed: int) -> None:
    pieces = ['"', "*", "-", " OR ", " ", "author:", "title:", "id:", "2503.00004", "언어", "model"]
    pieces += ["(", "&", "¦", "'", "é", "ﬁ", "İ", "ΟΔΟΣ", "𠀀", "한", "ｶﾅ", "·", "–", "\u00ad", "“"]
    draw = random.Random(seed)
    queries = [
        urlencode({"q": "".join(draw.choices(pieces, k=draw.randint(1, 9)))}) for _ in range(300)
    ]
    queries += ["q=" + "x" * 200, "q=" + "x" * 201, "q=" + "x+" * 8, "q=" + "x+" * 9]
    names = ("min_votes", "limit", "since", "until", "author")
    values = ("0", "-1", "1", "201", "2025-02-30", "2025-02-28", "x", "0000-01-01")
    queries += [f"{name}={value}" for name in names for value in values]
    found = _are_same(site, folder, queries)
    assert None in found
    assert any(found)
