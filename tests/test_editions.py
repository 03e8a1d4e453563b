"""Editions: a day as one item, the best of a week as one item."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.feeds.editions import MOST_WHOLE
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.feeds import read_atom, read_json_ids, read_rss_ids
from tests.support.project import BASE_URL, Configure


@pytest.fixture
def config(tmp_path: Path, configure: Configure) -> Config:
    """Forty days from Monday, the first of January 2024, with two papers each."""
    return configure(digests=write_archive(tmp_path / "digests", days=40, papers=2))


def _content(config: Config, path: str) -> bytes:
    site = Site(config)
    site.refresh()
    return site.document(path).content


def _items(config: Config, place: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(_content(config, f"{place}feed.json"))["items"]
    return items


def _titles(item: dict[str, Any]) -> list[str]:
    return re.findall(r"<h2><a [^>]*>(.*?)</a></h2>", item["content_html"])


def test_the_newest_fourteen_days_are_an_item_each(config: Config) -> None:
    items = _items(config, "/daily/")
    assert [item["title"] for item in items] == [
        f"2024-{month:02}-{day:02}"
        for month, day in [
            *((2, day) for day in range(9, 0, -1)),
            *((1, d) for d in range(31, 26, -1)),
        ]
    ]
    newest = items[0]
    assert newest["url"] == f"{BASE_URL}2024-02-09/"
    assert newest["date_published"] == "2024-02-09T00:59:59Z"
    assert _titles(newest) == ["Paper 78", "Paper 79"]
    assert newest["content_html"].startswith(
        '<ul><li><a href="https://arxiv.org/abs/2411.00078">Paper 78</a></li>'
    )
    assert newest["content_html"].count("요약입니다.") == 2


def test_every_format_has_the_same_editions(config: Config) -> None:
    for place in ("/daily/", "/weekly/"):
        ids = read_json_ids(_content(config, f"{place}feed.json"))
        assert len(ids) > 1
        assert read_atom(_content(config, f"{place}feed.xml")).ids == ids
        assert read_rss_ids(_content(config, f"{place}rss.xml")) == ids


def test_a_daily_edition_begins_with_the_introduction(config: Config) -> None:
    path = config.digests / "2024-02-09.md"
    path.write_text(path.read_text().replace("\n\n", "\n\n이번 주는 조용했습니다.\n\n", 1))
    assert _items(config, "/daily/")[0]["content_html"].startswith("<p>이번 주는 조용했습니다.</p>")


def test_an_edition_of_many_papers_has_all_titles_and_the_first_papers_whole(
    config: Config,
) -> None:
    (config.digests / "2024-02-10.md").write_text(digest("2024-02-10", map(paper, range(200, 400))))
    newest = _items(config, "/daily/")[0]
    assert newest["content_html"].count("<li><a ") == 200
    assert _titles(newest) == [f"Paper {number}" for number in range(200, 200 + MOST_WHOLE)]


def test_an_edition_keeps_id_title_link_and_date_whatever_is_edited(config: Config) -> None:
    def heads(place: str) -> dict[str, list[str]]:
        names = ("title", "url", "date_published")
        return {item["id"]: [item[name] for name in names] for item in _items(config, place)}

    before = {place: heads(place) for place in ("/daily/", "/weekly/")}
    for day in ("2024-01-29", "2024-02-09"):  # papers above the others, with most votes
        papers = [paper(9000 + int(day[-2:])), *(paper(n) for n in range(70, 73))]
        (config.digests / f"{day}.md").write_text(digest(day, papers))
    (config.digests / "2024-01-22.md").unlink()
    after = {place: heads(place) for place in ("/daily/", "/weekly/")}
    for place, known in before.items():
        assert {id_: after[place][id_] for id_ in known if id_ in after[place]} == {
            id_: head for id_, head in known.items() if id_ in after[place]
        }
    assert after["/weekly/"].keys() == before["/weekly/"].keys()


def test_a_week_has_its_edition_when_a_later_one_has_begun(config: Config) -> None:
    # 2024-02-09 is a Friday: its week may go on.
    items = _items(config, "/weekly/")
    assert [item["title"][:8] for item in items] == [
        "2024-W05",
        "2024-W04",
        "2024-W03",
        "2024-W02",
        "2024-W01",
    ]
    assert items[0]["title"] == "2024-W05: 2024-01-29 – 2024-02-04"
    assert items[0]["date_published"] == "2024-02-05T00:59:59Z"
    assert items[0]["url"] == f"{BASE_URL}2024-W05/"
    (config.digests / "2024-02-12.md").write_text(digest("2024-02-12", [paper(500)]))
    assert _items(config, "/weekly/")[0]["title"].startswith("2024-W06")


def test_a_week_shows_its_most_voted_papers(config: Config) -> None:
    # A paper has as many votes as its number; the week of January 29 has 56 to 69.
    titles = _titles(_items(config, "/weekly/")[0])
    assert titles == [f"Paper {number}" for number in range(69, 59, -1)]


def test_papers_with_as_many_votes_or_none_keep_their_order(
    tmp_path: Path, configure: Configure
) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    for day, numbers in (("2024-01-02", (1, 2)), ("2024-01-04", (3, 4)), ("2024-01-08", (5,))):
        papers = (re.sub("Vote: .*\n\n", "", paper(number)) for number in numbers)
        (folder / f"{day}.md").write_text(digest(day, papers))
    config = configure(digests=folder, weekly_size=3)
    assert _titles(_items(config, "/weekly/")[0]) == ["Paper 1", "Paper 2", "Paper 3"]


def test_a_paper_of_two_days_is_once_in_its_week(config: Config) -> None:
    (config.digests / "2024-02-03.md").write_text(digest("2024-02-03", [paper(56), paper(57)]))
    (config.digests / "2024-02-09.md").write_text(digest("2024-02-09", [paper(69)]))
    titles = _titles(_items(config, "/weekly/")[0])
    # What a later week repeats stays in an edition that has appeared.
    assert "Paper 69" in titles
    assert len(titles) == len(set(titles)) == 10


def test_ids_of_editions_survive_a_move(config: Config, configure: Configure) -> None:
    old = configure(digests=config.digests, base_url="https://old.example.org/a/papers/")
    ids = read_json_ids(_content(old, "/daily/feed.json"))
    assert ids[0] == "tag:old.example.org,2024-02-09:a/papers/day"
    new = configure(
        digests=config.digests,
        base_url="https://new.example.net/",
        site_id="old.example.org/a/papers",
    )
    assert read_json_ids(_content(new, "/daily/feed.json")) == ids


def test_a_day_of_an_open_week_leaves_the_weekly_feed_as_it_is(config: Config) -> None:
    site = Site(config)
    site.refresh()
    build(site, config)
    before = (config.out / "weekly" / "feed.xml").stat()
    (config.digests / "2024-02-10.md").write_text(digest("2024-02-10", [paper(500)]))
    etag = site.document("/weekly/feed.xml").etag
    site.refresh()
    assert site.document("/weekly/feed.xml").etag == etag
    build(site, config)
    after = (config.out / "weekly" / "feed.xml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_archive_without_papers_has_empty_editions(tmp_path: Path, configure: Configure) -> None:
    (tmp_path / "digests").mkdir()
    config = configure(digests=tmp_path / "digests")
    for place in ("/daily/", "/weekly/"):
        assert read_atom(_content(config, f"{place}feed.xml")).ids == []
        assert _items(config, place) == []


def test_the_archive_of_large_weeks_is_whole(tmp_path: Path, configure: Configure) -> None:
    digests = write_archive(tmp_path / "digests", days=9, papers=120, first=date(2024, 1, 1))
    site = Site(configure(digests=digests))
    site.refresh()
    paths, ids, next_ = [], list[str](), "/feed.xml"
    while next_:
        feed = read_atom(site.document(next_).content)
        paths.append(next_.removesuffix("feed.xml"))
        ids += feed.ids
        next_ = (feed.link("prev-archive") or "").replace(BASE_URL, "/")
    # The newest day is enough for a subscription; a week of 840 papers is no document.
    assert paths == ["/", *(f"/2024-01-{day:02}/" for day in range(8, 0, -1))]
    assert len(ids) == len(set(ids)) == 9 * 120
    assert read_atom(site.document("/2024-W01/feed.xml").content).link("prev-archive") is None
