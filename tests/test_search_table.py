"""The full-text table: it finds what a scan of all papers finds, in one state after another."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.errors import QueryError
from feedsvc.index.days import merge_day
from feedsvc.index.search_table import DEAD_ALLOWED, MOST_DEAD
from feedsvc.index.stages import Searching
from feedsvc.index.store import Store
from feedsvc.model import Paper
from feedsvc.search.query import Query, parse_query
from feedsvc.search.tokens import text_of_html
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.project import DIGESTS, Configure
from tests.support.searching import (
    FIRST_DAY,
    KNOWN,
    PAPERS,
    Scan,
    as_signs,
    markdown,
    pattern_of_run,
    write_papers,
)

MOST = 1000


def _q(text: str = "", **more: str) -> Query:
    return parse_query({"q": text, **more})


def _papers(site: Site) -> list[Paper]:
    """The newest text of each paper, in the order in which hits come."""
    with site.snapshot() as snapshot:
        found: dict[str, Paper] = {}
        for day in reversed(snapshot.catalogue.calendar.days):
            for each in merge_day(snapshot.store.papers_of_day(day)[0])[0]:
                found.setdefault(each.id, each)
        return list(found.values())


def _found(site: Site, query: Query) -> list[str]:
    """The ids that a query finds in the table, in its order."""
    with site.snapshot() as snapshot:
        store = snapshot.store
        return [store.ids(day)[position] for day, position in store.search.hits(query, MOST)]


def _scanned(site: Site, query: Query) -> list[str]:
    return [each.id for each in Scan(_papers(site)).found(query)]


def _site(configure: Configure, digests: Path, searching: Searching = Searching.WHOLLY) -> Site:
    site = Site(configure(digests=digests), searching)
    site.refresh()
    return site


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The papers whose answers are known."""
    folder = tmp_path_factory.mktemp("known")
    config = Config(digests=write_papers(folder / "digests"), index=folder / "index.sqlite3")
    site = Site(config, Searching.WHOLLY)
    site.refresh()
    return site


@pytest.mark.parametrize(("typed", "expected"), KNOWN.items())
def test_a_query_finds_what_is_known(known: Site, typed: str, expected: str) -> None:
    query = _q(typed)
    ids = [f"https://arxiv.org/abs/2503.000{key}" for key in reversed(expected.split())]
    assert _found(known, query) == ids
    assert _scanned(known, query) == ids


@pytest.mark.parametrize(
    "more",
    [
        {"min_votes": "1"},
        {"min_votes": "31"},
        {"min_votes": "32"},
        {"min_votes": "33"},
        {"min_votes": "101"},
        {"since": "2025-03-06"},
        {"until": "2025-03-06"},
        {"since": "2025-03-05", "until": "2025-03-07", "min_votes": "50"},
        {"since": "9999-12-31"},
        {"until": "0001-01-01"},
        {"since": "2025-03-07", "until": "2025-03-05"},
        {"author": "Ada  LOVELACE"},
        {"author": "lovelace ada"},
        {"author": "kim min-su"},
    ],
)
def test_other_parameters_select_too(known: Site, more: dict[str, str]) -> None:
    for query in (_q(**more), _q("model OR 로봇", **more)):
        assert _found(known, query) == _scanned(known, query)
    assert len(_found(known, _q())) == len(PAPERS)


def _text(each: Paper) -> str:
    shown = (each.title, each.translated_title, text_of_html(each.summary_html))
    return "\n".join((*shown, *each.authors, *each.topics))


def test_a_thousand_words_of_the_text_are_found_where_they_stand(configure: Configure) -> None:
    site = _site(configure, DIGESTS)
    papers = _papers(site)
    scan = Scan(papers)
    texts = {each.id: as_signs(_text(each)) for each in papers}
    draw = random.Random(11)
    for _ in range(1000):
        text = texts[draw.choice(papers).id]
        word = draw.choice(re.findall(r"[가-힣]+|(?<!\w)[A-Za-z][\w.'-]*\w", text))
        if "가" <= word[0] <= "힣":
            start = draw.randrange(len(word))
            word = word[start : start + draw.randint(2, 7)]
        query = _q(word)
        found = _found(site, query)
        assert found == [each.id for each in scan.found(query)], word
        if "가" <= word[0] <= "힣" and len(word) > 1:
            pattern = pattern_of_run(word)
            assert found == [id_ for id_, each in texts.items() if pattern.search(each)], word
        assert found, word


def test_hits_come_newest_first_and_in_the_order_of_their_digest(
    configure: Configure, tmp_path: Path
) -> None:
    site = _site(configure, write_archive(tmp_path / "digests", days=5, papers=4))
    hits = _found(site, _q("paper"))
    numbers = [int(id_[-5:]) for id_ in hits]
    days = [list(range(start, start + 4)) for start in (16, 12, 8, 4, 0)]
    assert numbers == [number for day in days for number in day]
    with site.snapshot() as snapshot:
        assert [*snapshot.store.search.hits(_q("paper"), 3)] == [
            (date(2024, 1, 5), n) for n in range(3)
        ]


def test_of_a_paper_in_several_days_only_the_newest_text_is_found(
    configure: Configure, tmp_path: Path
) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    for day, word in (("2025-01-01", "apple"), ("2025-01-02", "banana"), ("2025-01-03", "cherry")):
        (folder / f"{day}.md").write_text(digest(day, [paper(1, word)]))
    site = _site(configure, folder)
    assert [len(_found(site, _q(word))) for word in ("apple", "banana", "cherry")] == [0, 0, 1]
    (folder / "2025-01-03.md").unlink()
    site.refresh()
    assert [len(_found(site, _q(word))) for word in ("apple", "banana", "cherry")] == [0, 1, 0]


def test_edited_and_removed_days_are_found_as_they_are(
    configure: Configure, tmp_path: Path
) -> None:
    folder = write_papers(tmp_path / "digests")
    site = _site(configure, folder)
    edited, removed = folder / f"{FIRST_DAY}.md", folder / f"{FIRST_DAY + timedelta(days=5)}.md"
    edited.write_text(digest(FIRST_DAY, [markdown("2503.00001", "Zebra", "A", 1, "얼룩말")]))
    removed.unlink()
    site.refresh()
    for word in ("zebra", "얼룩말", "patience", "확산", "model"):
        assert _found(site, _q(word)) == _scanned(site, _q(word)), word
    assert len(_found(site, _q("zebra"))) == 1
    assert _found(site, _q("확산")) == []


def test_after_many_changes_the_table_is_made_anew(configure: Configure, tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    site = Site(configure(digests=folder), Searching.WHOLLY)
    rows = []
    for number in range(16):
        text = digest("2025-01-01", (paper(each, f"word{number}") for each in range(100)))
        (folder / "2025-01-01.md").write_text(text)
        site.refresh()
        assert len(_found(site, _q(f"word{number}"))) == 100
        assert _found(site, _q(f"word{number - 1}")) == []
        with sqlite3.connect(configure(digests=folder).index) as db:
            rows += db.execute("SELECT rows FROM search_state").fetchone()
        db.close()
    assert max(rows) <= MOST_DEAD * 100 + DEAD_ALLOWED + 100
    assert rows != sorted(rows)


@pytest.mark.slow(reason="reads more papers than one look adds")
def test_a_large_archive_becomes_searchable_piece_by_piece_newest_first(
    configure: Configure, tmp_path: Path
) -> None:
    folder = write_archive(tmp_path / "digests", days=30, papers=400)
    site = _site(configure, folder, Searching.GRADUALLY)
    with site.snapshot() as snapshot:
        search = snapshot.store.search
        assert [*search.missing_days()] == [date(2024, 1, day) for day in (5, 4, 3, 2, 1)]
        assert not search.is_complete()
        assert [*search.hits(_q("paper", until="2024-01-05"), 1)] == []
    site.refresh()
    with site.snapshot() as snapshot:
        assert snapshot.store.search.is_complete()
        assert len([*snapshot.store.search.hits(_q("paper"), 100_000)]) == 12_000


def test_who_does_not_search_makes_no_table_and_keeps_one_that_is_there(
    configure: Configure, tmp_path: Path
) -> None:
    folder = write_papers(tmp_path / "digests")
    plain = _site(configure, folder, Searching.NONE)
    with plain.snapshot() as snapshot:
        assert not snapshot.store.search.exists()
    server = _site(configure, folder)
    (folder / f"{FIRST_DAY}.md").write_text(
        digest(FIRST_DAY, [markdown("2503.00001", "Zebra", "A", 1, "얼룩말")])
    )
    plain.refresh()
    assert len(_found(server, _q("얼룩말"))) == 1


@pytest.mark.parametrize("change", ["items", "reading"])
def test_other_versions_of_the_index_take_their_table_with_them(
    configure: Configure, tmp_path: Path, change: str
) -> None:
    folder = write_papers(tmp_path / "digests")
    _site(configure, folder)
    index = configure(digests=folder).index
    with sqlite3.connect(index) as db:
        db.execute(f"UPDATE state SET {change} = 'another'")  # noqa: S608
        db.execute("UPDATE search_days SET generation = 7")
    db.close()
    assert len(_found(_site(configure, folder), _q("로봇"))) == 1


def test_an_index_in_memory_is_searched_and_copied_without_its_table(tmp_path: Path) -> None:
    store = Store(None)
    with store.writing():
        store.search.create()
    assert store.search.exists()
    assert not store.copy().search.exists()
    assert store.copy(searchable=True).search.exists()


@pytest.mark.parametrize(
    "typed",
    [
        'a" OR "b',
        "a AND b",
        "NEAR(a b)",
        "text:a",
        "marks:every",
        "¦every",
        "{title} : a",
        "a + b ^c",
        "'; DROP TABLE items; --",
        "a\0b",
        "\ud800a",
        "*a",
        "-a",
        "-언어 -model",
        "a" * 200,
        "가나다라마바사아자차카타파하" * 14,
        " ".join(["transform*"] * 8),
        " OR ".join(["abc*"] * 4),
        " ".join(["가나다라마바사아 OR 나다라마바사아자 OR 다라마바사아자차"] * 6),
    ],
)
def test_no_text_is_taken_for_the_language_of_the_database(known: Site, typed: str) -> None:
    try:
        query = _q(typed)
    except QueryError:
        return
    assert _found(known, query) == _scanned(known, query)


@pytest.mark.slow(reason="kills processes while they fill the table")
@pytest.mark.parametrize("delay", [0.3, 0.5, 0.7, 0.9, 1.2, 1.6])
def test_after_a_kill_all_papers_are_found(
    configure: Configure, tmp_path: Path, delay: float
) -> None:
    config = configure(digests=write_archive(tmp_path / "digests", days=30, papers=60))
    code = (
        "from pathlib import Path; from feedsvc.config import Config;"
        "from feedsvc.index.stages import Searching; from feedsvc.site.site import Site;"
        f"config = Config(digests=Path({str(config.digests)!r}), index=Path({str(config.index)!r}),"
        f" base_url={config.base_url!r}); Site(config, Searching.WHOLLY).refresh()"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        time.sleep(delay)
        process.kill()
    site = Site(config, Searching.WHOLLY)
    site.refresh()
    assert len(_found(site, _q("요약입니다"))) == MOST
    for number in (0, 999, 1799):
        assert len(_found(site, _q(f"2411.{number:05}"))) == 1
    with sqlite3.connect(str(config.index)) as db:
        db.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    db.close()


def test_an_index_that_was_deleted_is_searched_again(configure: Configure, tmp_path: Path) -> None:
    config = configure(digests=write_papers(tmp_path / "digests"))
    site = Site(config, Searching.GRADUALLY)
    site.refresh()
    for path in tmp_path.glob("index.sqlite3*"):
        path.unlink()
    assert len(_found(site, _q("로봇"))) == 1
