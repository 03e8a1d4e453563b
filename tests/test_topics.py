"""Places of topics: what digests put under one heading, in one feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import lxml.html
import pytest

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.errors import NotFoundError
from feedsvc.index.topic_keys import LONGEST, topic_key
from feedsvc.site.choosing import LARGEST_MONTH
from feedsvc.site.documents import paths
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.archive import paper, write_archive
from tests.support.feeds import Atom, read_atom, read_json_ids, read_rss_ids
from tests.support.project import BASE_URL, Configure

ARXIV = "https://arxiv.org/abs/2411."


def _write(folder: Path, day: str, **topics: list[int]) -> None:
    folder.mkdir(exist_ok=True)
    parts = [f"# Papers of {day}\n"]
    for topic, numbers in topics.items():
        parts += [f"## {topic}\n", *map(paper, numbers)]
    (folder / f"{day}.md").write_text("\n".join(parts))


@pytest.fixture
def config(tmp_path: Path, configure: Configure) -> Config:
    folder = tmp_path / "digests"
    _write(folder, "2024-01-01", Vision=[1, 2], 언어=[3, 4])
    _write(folder, "2024-01-02", vision=[5, 6], 언어=[7, 8])
    return configure(digests=folder)


@pytest.fixture
def site(config: Config) -> Site:
    site = Site(config)
    site.refresh()
    return site


def _numbers(ids: list[str]) -> list[int]:
    return [int(id_.removeprefix(ARXIV)) for id_ in ids]


def test_a_topic_has_its_papers_newest_first_in_every_format(site: Site) -> None:
    assert _numbers(read_json_ids(site.document("/topic/vision/feed.json").content)) == [5, 6, 1, 2]
    feed = read_atom(site.document("/topic/언어/feed.xml").content)
    assert _numbers(feed.ids) == [7, 8, 3, 4]
    assert feed.text("atom:title") == "Daily Papers · 언어"
    assert feed.link("self") == f"{BASE_URL}topic/{quote('언어')}/feed.xml"
    assert feed.text("atom:updated") == "2024-01-02T00:59:57+00:00"
    rss = site.document("/topic/vision/rss.xml").content
    assert _numbers(read_rss_ids(rss)) == [5, 6, 1, 2]
    # The newest digest says what it is called.
    assert "Daily Papers · vision" in rss.decode()


def test_an_item_is_the_same_bytes_in_a_topic_as_anywhere(site: Site) -> None:
    for name in ("feed.xml", "rss.xml", "feed.json"):
        everywhere = set(site.document(f"/all/{name}").content.splitlines())
        for line in site.document(f"/topic/vision/{name}").content.splitlines():
            if b"2411.0000" in line:
                assert line in everywhere or line.rstrip(b",") in {
                    each.rstrip(b",") for each in everywhere
                }


def test_a_paper_that_moves_to_another_topic_is_in_one(config: Config, site: Site) -> None:
    _write(config.digests, "2024-01-02", vision=[5], 언어=[7, 8, 6])
    site.refresh()
    assert _numbers(read_json_ids(site.document("/topic/vision/feed.json").content)) == [5, 1, 2]
    ids = read_json_ids(site.document(f"/topic/{'언어'}/feed.json").content)
    assert _numbers(ids) == [7, 8, 6, 3, 4]


def test_of_a_paper_of_two_days_only_the_newest_topics_count(config: Config, site: Site) -> None:
    _write(config.digests, "2024-01-03", 언어=[1], 소리=[9])
    site.refresh()
    assert _numbers(read_json_ids(site.document("/topic/vision/feed.json").content)) == [5, 6, 2]
    assert _numbers(read_json_ids(site.document("/topic/언어/feed.json").content))[0] == 1


def _write_days(folder: Path, days: Iterable[date], papers: int) -> None:
    """So many papers of one topic, and one of another, in each of the days."""
    for number, day in enumerate(days):
        first = number * papers
        _write(folder, str(day), Vision=[*range(first, first + papers)], 언어=[90_000 + number])


def _every(first: date, count: int, step: int = 1) -> list[date]:
    return [first + timedelta(days=step * number) for number in range(count)]


def _ids_by_chain(site: Site, path: str) -> tuple[list[str], list[str]]:
    """The addresses of a feed and of the older ones that it leads to, and all ids in them."""
    addresses, ids = [BASE_URL + path], list[str]()
    while True:
        feed = read_atom(site.document(unquote(addresses[-1].removeprefix(BASE_URL[:-1]))).content)
        ids += feed.ids
        older = feed.link("prev-archive")
        if not older:
            return addresses, ids
        addresses.append(older)


def test_a_topic_is_to_be_read_by_the_week_in_whole_days(
    tmp_path: Path, configure: Configure
) -> None:
    days = _every(date(2024, 1, 1), 20)
    _write_days(tmp_path / "many", days, 2)
    for feed_size, count in ((5, 7), (6, 8), (100, 20)):  # fifteen at most, a week, the least
        site = Site(configure(digests=tmp_path / "many", feed_size=feed_size))
        site.refresh()
        ids = _numbers(read_json_ids(site.document("/topic/vision/feed.json").content))
        first_of_days = [2 * days.index(day) for day in reversed(days[-count:])]
        assert ids == [number for first in first_of_days for number in (first, first + 1)]


def test_a_day_that_is_more_than_a_feed_may_have_is_in_it_whole(
    tmp_path: Path, configure: Configure
) -> None:
    _write_days(tmp_path / "many", _every(date(2024, 1, 1), 3), 10)
    site = Site(configure(digests=tmp_path / "many", feed_size=2))
    site.refresh()
    ids = _numbers(read_json_ids(site.document("/topic/vision/feed.json").content))
    assert ids == [*range(20, 30)]


def test_a_chain_leads_from_a_topic_to_all_of_its_papers_by_months(
    tmp_path: Path, configure: Configure
) -> None:
    days = _every(date(2024, 1, 1), 40, step=3)
    _write_days(tmp_path / "many", days, 1)
    site = Site(configure(digests=tmp_path / "many", feed_size=3))
    site.refresh()
    addresses, ids = _ids_by_chain(site, "topic/vision/feed.xml")
    assert addresses == [
        f"{BASE_URL}topic/vision/{name}feed.xml"
        for name in ("", "2024-04/", "2024-03/", "2024-02/", "2024-01/")
    ]
    assert sorted({*_numbers(ids)}) == [*range(40)]
    april, march, february = (
        read_atom(site.document(f"/topic/vision/2024-0{month}/feed.xml").content)
        for month in (4, 3, 2)
    )
    assert march.text("atom:id") == f"{BASE_URL}topic/vision/"
    assert march.text("atom:title") == "Daily Papers · Vision · March 2024"
    assert march.link("current") == f"{BASE_URL}topic/vision/feed.xml"
    assert march.link("next-archive") == april.link("self")
    assert april.link("next-archive") is None
    assert february.link("next-archive") == march.link("self")
    assert _is_archive(march)
    assert not _is_archive(read_atom(site.document("/topic/vision/feed.xml").content))


def _is_archive(feed: Atom) -> bool:
    return feed.root.find("{http://purl.org/syndication/history/1.0}archive") is not None


def test_a_chain_goes_by_days_where_a_month_has_too_many(
    tmp_path: Path, configure: Configure
) -> None:
    days = [
        *_every(date(2024, 1, 30), 2),
        *_every(date(2024, 2, 1), 3),
        *_every(date(2024, 3, 1), 2),
    ]
    _write_days(tmp_path / "many", days, LARGEST_MONTH // 3 + 1)
    site = Site(configure(digests=tmp_path / "many", feed_size=2))
    site.refresh()
    addresses, ids = _ids_by_chain(site, "topic/vision/feed.xml")
    assert [address.split("/")[-2] for address in addresses] == [
        *("vision", "2024-03", "2024-02-03", "2024-02-02", "2024-02-01", "2024-01")
    ]
    assert len({*ids}) == len(days) * (LARGEST_MONTH // 3 + 1)


def test_the_rest_of_a_month_that_has_too_many_is_in_days_too(
    tmp_path: Path, configure: Configure
) -> None:
    _write_days(tmp_path / "many", _every(date(2024, 2, 1), 4), LARGEST_MONTH // 3 + 1)
    site = Site(configure(digests=tmp_path / "many", feed_size=LARGEST_MONTH // 4))
    site.refresh()
    addresses, _ = _ids_by_chain(site, "topic/vision/feed.xml")
    assert [address.split("/")[-2] for address in addresses] == [
        *("vision", "2024-02-02", "2024-02-01")
    ]


def test_a_topic_that_one_feed_holds_has_no_chain(site: Site) -> None:
    assert read_atom(site.document("/topic/vision/feed.xml").content).link("prev-archive") is None
    with site.snapshot() as snapshot:
        assert not [path for path in paths(snapshot) if "/2024-" in path and "topic" in path]
    for name in ("2024-01", "2024-01-01", "2023-12", "x"):
        with pytest.raises(NotFoundError):
            site.document(f"/topic/vision/{name}/")


def test_older_pages_of_a_topic_lead_to_each_other(tmp_path: Path, configure: Configure) -> None:
    _write_days(tmp_path / "many", _every(date(2024, 1, 1), 20, step=5), 1)
    site = Site(configure(digests=tmp_path / "many", feed_size=2, language="ko"))
    site.refresh()
    page = lxml.html.document_fromstring(site.document("/topic/vision/").content)
    assert page.xpath("//a[@rel='prev']/@href") == ["../../topic/vision/2024-03/"]
    page = lxml.html.document_fromstring(site.document("/topic/vision/2024-02/").content)
    assert page.findtext(".//h1") == "Vision · 2024년 2월"
    assert page.xpath("//main/nav[1]/a/@href") == [
        *("../../../topic/vision/2024-01/", "../../../topic/vision/2024-03/")
    ]
    assert page.xpath("//main/nav[1]/a/text()") == ["← 2024년 1월", "2024년 3월 →"]
    assert page.xpath("//article/@id") == [f"2411.000{number:02}" for number in range(11, 6, -1)]


def test_a_build_has_the_older_papers_of_topics_and_takes_them_away(
    tmp_path: Path, configure: Configure
) -> None:
    digests = tmp_path / "many"
    _write_days(digests, _every(date(2024, 1, 1), 20, step=5), 1)
    config = configure(digests=digests, feed_size=2)
    site = Site(config)
    site.refresh()
    build(site, config)
    older = config.out / "topic" / "vision" / "2024-01"
    assert len(read_json_ids((older / "feed.json").read_bytes())) == 7
    assert f"{BASE_URL}topic/vision/2024-01/" in (config.out / "sitemap.xml").read_text()
    for path in [*digests.glob("2024-01-*")]:
        path.unlink()
    site.refresh()
    build(site, config)
    assert not older.exists()


def test_topics_are_listed_with_their_papers(site: Site) -> None:
    page = site.document("/topic/").content.decode()
    assert f'<a href="../topic/{quote("언어")}/">언어</a>' in page
    assert page.count("topic/vision/") == 1
    with site.snapshot() as snapshot:
        assert [(topic.key, topic.name, topic.papers) for topic in snapshot.store.topics()] == [
            ("vision", "vision", 4),
            ("언어", "언어", 4),
        ]


def test_an_archive_without_topics_has_no_place_for_them(
    tmp_path: Path, configure: Configure
) -> None:
    config = configure(digests=write_archive(tmp_path / "digests", days=2, papers=1))
    client = create_app(config).test_client()
    assert client.get("/topic/").status_code == 404
    assert client.get("/topic/vision/").status_code == 404


def test_topics_are_built_as_they_are_served(config: Config, site: Site) -> None:
    build(site, config)
    client = create_app(config).test_client()
    for key in ("vision", "언어"):
        for name in ("index.html", "feed.xml", "rss.xml", "feed.json"):
            built = (config.out / "topic" / key / name).read_bytes()
            assert client.get(f"/topic/{quote(key)}/{name}", follow_redirects=True).data == built
    sitemap = (config.out / "sitemap.xml").read_text()
    assert f"<loc>{BASE_URL}topic/{quote('언어')}/</loc>" in sitemap


def test_a_topic_that_is_gone_is_removed_also_without_a_manifest(
    config: Config, site: Site
) -> None:
    build(site, config)
    foreign = config.out / "topic" / "mine"
    foreign.mkdir()
    (foreign / "index.html").write_text("somebody else's")
    for day in (1, 2):
        _write(config.digests, f"2024-01-0{day}", 언어=[day], 소리=[10 + day])
    assert config.index
    config.index.unlink()
    anew = Site(config)
    anew.refresh()
    build(anew, config)
    assert not (config.out / "topic" / "vision").exists()
    assert (config.out / "topic" / "언어").is_dir()
    assert (foreign / "index.html").read_text() == "somebody else's"


def test_no_file_is_written_through_a_linked_folder_of_topics(
    config: Config, site: Site, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    config.out.mkdir()
    (config.out / "topic").symlink_to(elsewhere)
    with pytest.raises(Exception, match="it is a link, which may lead anywhere"):
        build(site, config)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Computer Vision", "computer-vision"),
        ("computer-vision", "computer-vision"),
        ("  Computer  Vision & Graphics! ", "computer-vision-graphics"),
        ("cs.CV", "cs-cv"),
        ("C++", "c++"),
        ("C#", "c#"),
        ("언어 모델", "언어-모델"),
        ("ＬＬＭ", "llm"),
        ("हिन्दी", "हिन्दी"),
        ("feed.xml", "feed-xml"),
        ("../../etc", "etc"),
        ("Straße", "strasse"),
    ],
)
def test_a_topic_has_a_name_for_addresses(name: str, key: str) -> None:
    assert topic_key(name) == key
    assert topic_key(key) == key


def test_topics_without_letters_or_with_many_are_told_apart() -> None:
    assert topic_key("🔥") != topic_key("🚀")
    assert topic_key("🔥").isalnum()
    one, other = topic_key("x" * 100 + "a"), topic_key("x" * 100 + "b")
    assert one != other
    assert len(one) <= LONGEST + 9
