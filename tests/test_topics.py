"""Places of topics: what digests put under one heading, in one feed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.index.topic_keys import LONGEST, topic_key
from feedsvc.site.site import Site
from feedsvc.web.app import create_app
from tests.support.archive import paper, write_archive
from tests.support.feeds import read_atom, read_json_ids, read_rss_ids
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


def test_a_feed_of_a_topic_has_whole_days_until_it_is_full(
    tmp_path: Path, configure: Configure
) -> None:
    for day in range(1, 10):
        _write(
            tmp_path / "many",
            f"2024-01-0{day}",
            Vision=[*range(day * 10, day * 10 + 3)],
            언어=[200 + day],
        )
    site = Site(configure(digests=tmp_path / "many", feed_size=5))
    site.refresh()
    ids = _numbers(read_json_ids(site.document("/topic/vision/feed.json").content))
    assert ids == [90, 91, 92, 80, 81, 82]


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
