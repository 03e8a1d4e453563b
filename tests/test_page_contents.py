"""What is on which page: papers whole or by title, below which headings, and how to follow them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import lxml.html
import markupsafe
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.archives import write_archive as write_large_archive
from feedsvc.config import Config
from feedsvc.index.days import items_of_day
from feedsvc.model import Media, Medium, Paper
from feedsvc.pages.article import articles, first_picture, with_eager_picture
from feedsvc.pages.escaping import escaped
from feedsvc.pages.page import MOST_AT_HOME, MOST_TITLES
from feedsvc.pages.words import LANGUAGES, WORDS
from feedsvc.parser import parse_digest
from feedsvc.site.choices import MOST_TOPICS
from feedsvc.site.documents import document, paths
from feedsvc.site.kinds import SEARCH, Contents, PlaceKind
from feedsvc.site.places import KINDS
from feedsvc.site.site import Site
from tests.support.archive import paper, write_archive
from tests.support.project import BASE_URL, Configure

Page = lxml.html.HtmlElement


def _page(site: Site, path: str) -> Page:
    return lxml.html.document_fromstring(site.document(path).content)


def _texts(page: Page, query: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in page.xpath(query)]


def _outline(page: Page) -> list[str]:
    """The headings and the papers of a page, in order."""
    return _texts(page, "//main//h1 | //main//h2 | //main//h3")


def _write(folder: Path, day: str, *parts: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{day}.md").write_text("\n".join([f"# {day}\n", *parts]))


@pytest.fixture
def config(tmp_path: Path, configure: Configure) -> Config:
    folder = tmp_path / "digests"
    _write(folder, "2024-12-30", "머리말입니다.\n", paper(1), paper(2))
    _write(folder, "2024-12-31", paper(3), paper(4))
    _write(folder, "2025-01-02", paper(5), paper(6))
    return configure(digests=folder, language="ko", weekly_size=3)


@pytest.fixture
def site(config: Config) -> Site:
    site = Site(config)
    site.refresh()
    return site


def test_a_site_that_describes_itself_in_no_words_has_ours_in_its_language(site: Site) -> None:
    said = WORDS["subtitle"][LANGUAGES.index("ko")]
    assert _texts(_page(site, "/"), "//p[@class='subtitle']") == [said]
    for path in ("/feed.xml", "/rss.xml", "/feed.json", "/opml.xml"):
        assert said in site.document(path).content.decode(), path


# --- each kind of place ------------------------------------------------------------------------


def test_home_has_the_newest_day_whole_and_the_titles_of_the_days_before(site: Site) -> None:
    page = _page(site, "/")
    assert _outline(page) == [
        *("Daily Papers", "2025년 1월 2일 목요일", "Paper 5", "Paper 6", "지난 며칠"),
        *("2024년 12월 31일 화요일", "2024년 12월 30일 월요일"),
    ]
    assert [each.get("id") for each in page.iter("article")] == ["2411.00005", "2411.00006"]
    assert page.xpath("//ul[@class='titles']//a/@href") == [
        *("./2024-12-31/#2411.00003", "./2024-12-31/#2411.00004"),
        *("./2024-12-30/#2411.00001", "./2024-12-30/#2411.00002"),
    ]


def test_a_linked_title_leads_to_the_paper(site: Site) -> None:
    for path in ("/", "/2025-W01/", "/2024-12/"):
        for address in _page(site, path).xpath("//ul[@class='titles']//a/@href"):
            folder, _, anchor = address.lstrip("./").partition("#")
            assert _page(site, f"/{folder}").get_element_by_id(anchor).tag == "article"


def test_a_day_leads_to_its_neighbours_above_and_below_and_to_its_month_and_week(
    site: Site,
) -> None:
    above, below = _page(site, "/2024-12-31/").xpath("//nav[contains(@class, 'neighbours')]")
    assert _texts(above, ".//a") == ["← 12월 30일", "2025년 1월 2일 →"]
    assert below.xpath(".//a/@href") == [
        *("../2024-12-30/", "../2024-12/", "../2025-W01/", "../2025-01-02/")
    ]


def test_a_day_has_its_introduction_above_its_papers(site: Site) -> None:
    page = _page(site, "/2024-12-30/")
    assert _texts(page, "//div[@class='introduction']") == ["머리말입니다."]
    assert not _page(site, "/2024-12-31/").xpath("//div[@class='introduction']")


def test_a_week_has_the_most_voted_first_and_then_all_titles_by_day(site: Site) -> None:
    page = _page(site, "/2025-W01/")
    assert _outline(page) == [
        *("2025년 1주", "이 주에 가장 많이 추천받은 논문", "Paper 6", "Paper 5", "Paper 4"),
        *("날짜별로", "1월 2일 목요일", "12월 31일 화요일", "12월 30일 월요일"),
    ]
    assert len(page.xpath("//ul[@class='titles']/li")) == 6


def test_a_week_without_votes_promises_none(tmp_path: Path, configure: Configure) -> None:
    papers = [paper(number).replace(f"Vote: {number}\n\n", "") for number in (1, 2)]
    _write(tmp_path / "digests", "2025-01-06", *papers)
    page = _page(Site(configure(digests=tmp_path / "digests")), "/2025-W02/")
    assert _outline(page)[1:4] == ["From this week", "Paper 1", "Paper 2"]


def test_a_month_has_the_titles_of_its_days_and_leads_to_its_neighbours(site: Site) -> None:
    page = _page(site, "/2024-12/")
    assert _outline(page) == ["2024년 12월", "12월 31일 화요일", "12월 30일 월요일"]
    assert not page.findall(".//article")
    assert set(page.xpath("//nav[@class='neighbours']/a/@href")) == {"../2025-01/"}
    assert not page.xpath("//link[@rel='alternate'][contains(@href, '2024-12')]")


def test_the_archive_is_a_calendar_in_which_days_with_papers_are_links(site: Site) -> None:
    page = _page(site, "/all/")
    assert _outline(page) == ["지난 글", "2025", "2024"]
    assert page.xpath("//caption/a/@href") == ["../2025-01/", "../2024-12/"]
    assert _texts(page, "//td/a") == ["2일, 논문 2편", "30일, 논문 2편", "31일, 논문 2편"]
    january, december = page.findall(".//tbody")
    cells = [[cell.text_content()[:2] for cell in row] for row in december]
    assert cells[0] == ["", "", "", "", "", "", "1"]
    assert cells[-1] == ["30", "31", "", "", "", "", ""]
    assert len([cell for cell in january.iter("td") if cell.text_content()]) == 31


def test_the_calendar_needs_no_titles(site: Site) -> None:
    assert b"Paper" not in site.document("/all/").content.replace(b"Daily Papers", b"")


def test_subscribe_has_every_feed_with_what_it_brings_and_its_address(
    tmp_path: Path, configure: Configure
) -> None:
    _write(tmp_path / "digests", "2025-01-06", "## 언어\n", paper(1), paper(2), "## 눈\n", paper(3))
    site = Site(configure(digests=tmp_path / "digests", language="ko"))
    page = _page(site, "/subscribe/")
    addresses = _texts(page, "//a[@class='address']")
    assert [each.removeprefix(BASE_URL) for each in addresses] == [
        *("feed.xml", "daily/feed.xml", "weekly/feed.xml"),
        *("topic/%EB%88%88/feed.xml", "topic/%EC%96%B8%EC%96%B4/feed.xml"),
    ]
    said = _texts(page, "//*[@class='choice']/p[1]")
    assert said[0] == "논문마다 글 하나 · 일주일에 약 3편"
    assert said[-1] == "논문마다 글 하나 · 일주일에 약 2편"
    assert page.xpath("//a[@href='../opml.xml']")
    for address in page.xpath("//main//a/@href"):
        if address.startswith(BASE_URL):
            assert site.document("/" + unquote(address.removeprefix(BASE_URL))).content


# --- topics ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "outline"),
    [
        pytest.param(
            ("## A\n", paper(1), paper(2), "## B\n", paper(3)),
            ["3 papers", "A", "Paper 1", "Paper 2", "B", "Paper 3"],
            id="headings of the digest",
        ),
        pytest.param(
            (paper(1), "## A\n", paper(2), paper(3)),
            ["3 papers", "A", "Paper 2", "Paper 3", "Other papers", "Paper 1"],
            id="papers without a topic",
        ),
        pytest.param(
            ("## A\n", paper(1), "## B\n", paper(2)),
            ["2 papers", "Paper 1", "Paper 2"],
            id="a topic for each paper",
        ),
        pytest.param(
            [f"## {topic}\n\n{paper(number)}" for number, topic in enumerate("ABAB", 1)],
            ["4 papers", "A", "Paper 1", "Paper 3", "B", "Paper 2", "Paper 4"],
            id="few topics that alternate",
        ),
        pytest.param(
            [f"## {topic}\n\n{paper(number)}" for number, topic in enumerate("ABAC", 1)],
            ["4 papers", "Paper 1", "Paper 2", "Paper 3", "Paper 4"],
            id="many topics that alternate",
        ),
    ],
)
def test_papers_stand_below_their_first_topics_where_these_group_them(
    tmp_path: Path, configure: Configure, parts: Sequence[str], outline: list[str]
) -> None:
    _write(tmp_path / "digests", "2025-01-06", *parts)
    page = _page(Site(configure(digests=tmp_path / "digests")), "/2025-01-06/")
    assert _outline(page)[1:] == outline


def test_a_topic_has_its_papers_below_their_days(tmp_path: Path, configure: Configure) -> None:
    for day, first in (("2025-01-06", 1), ("2025-01-07", 4)):
        papers = ("## A\n", paper(first), paper(first + 1), "## B\n", paper(first + 2))
        _write(tmp_path / "digests", day, *papers)
    page = _page(Site(configure(digests=tmp_path / "digests")), "/topic/a/")
    assert _outline(page) == [
        *("A", "Tuesday, 7 January 2025", "Paper 4", "Paper 5"),
        *("Monday, 6 January 2025", "Paper 1", "Paper 2"),
    ]
    assert page.xpath("//h2/a/@href") == ["../../2025-01-07/", "../../2025-01-06/"]


# --- an article --------------------------------------------------------------------------------


def _article(text: str, language: str = "ko") -> Page:
    papers = parse_digest("2025-01-06.md", f"# 2025-01-06\n\n{text}".encode()).papers
    (item,) = items_of_day(papers, {}, Config().time_of_day)
    [article] = articles([item], language, "/papers/")
    return lxml.html.fragment_fromstring(article.decode())


def test_an_article_leads_to_where_its_paper_is_read() -> None:
    found = _article(paper(1)).xpath("//p[@class='links']/a/@href")
    assert found == [
        *("https://arxiv.org/abs/2411.00001", "https://arxiv.org/pdf/2411.00001"),
        *("https://huggingface.co/papers/2411.00001", "/papers/2025-01-06/#2411.00001"),
    ]
    elsewhere = _article("### [A](https://a.example/)\n\nVote: 1\n\n- a\n")
    assert len(elsewhere.xpath("//p[@class='links']/a")) == 1
    old = _article("### [A](https://arxiv.org/abs/math.GT/0309136)\n\n- a\n")
    assert not old.xpath("//a[contains(@href, 'huggingface')]")


@given(st.text(alphabet=st.sampled_from("ab<>&'\";é한")))
def test_articles_escape_text_as_templates_do(text: str) -> None:
    assert escaped(text) == str(markupsafe.escape(text))


def test_all_that_an_article_says_but_the_summary_is_text() -> None:
    signs = "<b>&amp;'\""
    media = (Media(Medium.IMAGE, f"https://a.example/{signs}", "image/png", description=signs),)
    nasty = Paper(
        *("https://a.example/", date(2025, 1, 6), signs, f"https://a.example/{signs}", (signs,)),
        *(True, 1, media, "<p><b>Bold</b></p>", None, "2025-01-06.md", 1, (signs,), signs),
    )
    [article] = articles(items_of_day([nasty], {}, Config().time_of_day), "en")
    found = lxml.html.fragment_fromstring(article.decode())
    assert found.xpath("//b/text()") == ["Bold"]
    assert found.xpath("//h3/a")[0].text == found.xpath("//p[@class='translation']")[0].text
    assert found.xpath("//h3/a/text() | //p[@class='topics']/a/text()") == [signs, signs]
    assert found.xpath("//h3/a/@href | //img/@src") == [f"https://a.example/{signs}"] * 2
    assert found.xpath("//img/@alt") == [signs]
    assert found.xpath("//div[@class='facts']/span/text()") == [f"{signs} and others"]


@pytest.mark.parametrize(
    ("count", "shown", "folded"), [(1, 1, 0), (4, 4, 0), (5, 3, 2), (22, 3, 19)]
)
def test_the_first_authors_are_seen_and_the_others_folded(
    count: int, shown: int, folded: int
) -> None:
    names = ", ".join(f"Author {chr(65 + number)}" for number in range(count))
    found = _article(f"### [A](https://arxiv.org/abs/2411.00001)\n\nAuthors: {names}\n\n- a\n")
    whole = " ".join(_texts(found, "//div[@class='facts']"))
    summary = " ".join(_texts(found, "//summary"))
    assert whole.count("Author ") == count
    assert (summary.count("Author ") if folded else count) == shown
    assert (f"외 {folded}명" in summary) == bool(folded)


def test_votes_are_said_in_words_to_those_who_hear_the_page() -> None:
    votes = _article(paper(24)).xpath("//span[@class='votes']/span")
    assert [(each.get("aria-hidden"), each.text) for each in votes] == [
        *(("true", "▲ 24"), (None, "추천 24회"))
    ]


@pytest.mark.parametrize(
    ("title", "language", "told"),
    [
        ("Attention Is All You Need", "ko", "en"),
        ("Attention Is All You Need", "en", None),
        ("Attention Is All You Need", "de", None),
        ("확산 모델의 모든 것", "ko", None),
        ("확산 모델의 모든 것", "en", "ko"),
        ("拡散モデルのすべて", "ko", "ja"),
    ],
)
def test_a_title_says_its_language_where_it_is_another_than_the_sites(
    title: str, language: str, told: str | None
) -> None:
    found = _article(f"### [{title}](https://arxiv.org/abs/2411.00001)\n\n- 요약\n", language)
    assert found.xpath("//h3")[0].get("lang") == told


def test_headings_of_a_summary_stand_below_that_of_its_paper() -> None:
    found = _article(f"{paper(1)}\n###### 작은 제목\n\n글\n")
    assert [each.tag for each in found.xpath("//h1|//h2|//h4|//h5|//h6")] == ["h4"]


def test_the_first_picture_of_a_page_is_not_lazy_and_the_others_are(site: Site) -> None:
    for path in ("/", "/2024-12-30/", "/2025-W01/"):
        lazy = [each.get("loading") for each in _page(site, path).iter("img")]
        assert lazy == [None, *["lazy"] * (len(lazy) - 1)]
    assert [*with_eager_picture([b"text", b'<img loading="lazy" src="a">'])] == [
        *(b"text", b'<img fetchpriority="high" src="a">')
    ]


def test_a_message_that_links_to_a_page_shows_its_first_picture(site: Site) -> None:
    (picture,) = _page(site, "/2024-12-30/").xpath("//meta[@property='og:image']/@content")
    assert picture == "https://pictures.example.org/1.png"
    assert first_picture([b"", b'<video controls src="a" poster="b?c=d&amp;e">']) == "b?c=d&e"
    assert first_picture([b""]) == ""


# --- all pages ---------------------------------------------------------------------------------


def test_a_page_has_a_search_form_where_there_is_a_search(site: Site) -> None:
    assert not _page(site, "/").findall(".//form") or any(kind.parse("search") for kind in KINDS)
    before = [*KINDS]
    only = PlaceKind(
        lambda name: name if name == SEARCH.strip("/") else None,
        lambda _: ["search"],
        lambda *_: Contents(()),
    )
    KINDS.append(only)
    try:
        for path, action in (
            ("/", "./search/"),
            ("/all/", "../search/"),
            ("/404.html", "/search/"),
        ):
            (form,) = _page(site, path).findall(".//form")
            assert (form.get("action"), form.get("method", "get")) == (action, "get")
            assert [each.get("type") for each in form] == ["search", "submit"]
            assert form[0].get("name") == "q"
    finally:
        KINDS[:] = before


EDITS: dict[str, Callable[[Path], object]] = {
    "a new day": lambda folder: _write(folder, "2025-01-03", paper(7)),
    "a new day between": lambda folder: _write(folder, "2025-01-01", paper(7)),
    "a day that went": lambda folder: (folder / "2024-12-31.md").unlink(),
    "a title": lambda folder: _write(folder, "2024-12-31", paper(3, title="T"), paper(4)),
    "a vote": lambda folder: _write(folder, "2024-12-31", paper(3).replace("Vote: 3", "Vote: 99")),
    "an introduction": lambda folder: _write(folder, "2024-12-31", "새 글.\n", paper(3), paper(4)),
    "topics": lambda folder: _write(folder, "2024-12-31", "## A\n", paper(3), paper(4), paper(8)),
    "another day of a topic": lambda folder: _write(
        folder, "2025-01-05", "## A\n", paper(30), "## C\n", paper(31)
    ),
    "an order": lambda folder: _write(folder, "2024-12-31", paper(4), paper(3)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_page_that_changes_has_another_etag(config: Config, edit: str) -> None:
    _write(config.digests, "2024-12-01", "## A\n", paper(20), "## B\n", paper(21), paper(22))
    _write(config.digests, "2024-12-29", "## A\n", paper(23), paper(24), "## B\n", paper(25))
    site = Site(config)
    site.refresh()
    before = _pages(site)
    EDITS[edit](config.digests)
    site.refresh()
    after = _pages(site)
    changed = {path for path in before if path in after and before[path][1] != after[path][1]}
    assert changed
    assert {path for path in changed if before[path][0] == after[path][0]} == set()


def _pages(site: Site) -> dict[str, tuple[str, bytes]]:
    with site.snapshot() as snapshot:
        made = [document(snapshot, path) for path in paths(snapshot) if path.endswith(".html")]
        return {each.path: (each.etag, each.content) for each in made}


def test_pages_are_small(tmp_path: Path, configure: Configure) -> None:
    folder = write_large_archive(tmp_path / "digests", days=40, papers=800)
    site = Site(configure(digests=folder, language="ko"))
    newest = max(path.stem for path in folder.glob("*.md"))
    most = {"/": (80, 25), f"/{newest}/": (60, 16), "/all/": (20, 4), "/style.css": (6, 2.2)}
    for path, (size, packed) in most.items():
        content = site.document(path).content
        assert len(content) <= 1000 * size, path
        assert len(gzip.compress(content)) <= 1000 * packed, path
    assert len(site.document("/script.js").content) <= 6000


def test_the_calendar_is_the_same_size_however_many_papers_a_day_has(
    tmp_path: Path, configure: Configure
) -> None:
    sizes = []
    for papers in (1, 9):
        folder = write_archive(tmp_path / str(papers), days=40, papers=papers)
        site = Site(configure(digests=folder, index=tmp_path / f"{papers}.sqlite3"))
        sizes.append(len(re.sub(rb", \d+ papers?", b"", site.document("/all/").content)))
    assert sizes[0] == sizes[1]


def test_home_shows_as_much_of_a_long_day_as_a_page_takes(
    tmp_path: Path, configure: Configure
) -> None:
    _write(tmp_path / "digests", "2025-01-06", *map(paper, range(MOST_AT_HOME + 2)))
    site = Site(configure(digests=tmp_path / "digests"))
    page = _page(site, "/")
    assert len(page.findall(".//article")) == MOST_AT_HOME
    (link,) = page.xpath("//a[text()='All 32 papers of this day']")
    assert link.get("href") == "./2025-01-06/"
    assert len(_page(site, "/2025-01-06/").findall(".//article")) == MOST_AT_HOME + 2
    assert not _page(site, "/2025-01-06/").xpath("//a[starts-with(text(), 'All 32')]")


def test_a_month_of_very_many_papers_leads_to_its_days_only(
    tmp_path: Path, configure: Configure
) -> None:
    half = MOST_TITLES // 2
    for day, first in (("2025-01-06", 1), ("2025-01-07", 1 + half)):
        _write(tmp_path / "digests", day, *map(paper, range(first, first + half)))
    site = Site(configure(digests=tmp_path / "digests"))
    site.refresh()
    assert len(_page(site, "/2025-01/").xpath("//ul[@class='titles']/li")) == MOST_TITLES
    _write(tmp_path / "digests", "2025-01-08", paper(5000))
    site.refresh()
    for path in ("/2025-01/", "/2025-W02/"):
        page = _page(site, path)
        assert not page.xpath("//ul[@class='titles']")
        assert "500 papers" in _texts(page, "//main/p")


def test_subscribe_names_the_largest_topics_only(tmp_path: Path, configure: Configure) -> None:
    parts = [f"## T{number}x\n\n{paper(number)}" for number in range(MOST_TOPICS + 5)]
    _write(tmp_path / "digests", "2025-01-06", *parts, "## T44x\n", paper(100))
    site = Site(configure(digests=tmp_path / "digests"))
    named = _texts(_page(site, "/subscribe/"), "//h3")
    assert len(named) == MOST_TOPICS
    assert "T44x" in named
    assert len(_texts(_page(site, "/topic/"), "//main//li")) == MOST_TOPICS + 5
