"""What an item says in each format."""

from __future__ import annotations

import json
import locale
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from html import escape
from pathlib import Path

import pytest
from feedgen.feed import FeedGenerator
from lxml import etree
from msgspec.structs import replace

from feedsvc.feeds.atom import atom_entry
from feedsvc.feeds.content import LONGEST_SUMMARY, opening
from feedsvc.feeds.entry import Entry, paper_entry
from feedsvc.feeds.facts_line import facts_line
from feedsvc.feeds.rss import rss_item
from feedsvc.index.days import items_of_day, merge_day
from feedsvc.model import Item, Paper
from feedsvc.parser import parse_digest
from feedsvc.site.site import Site
from tests.support.archive import digest, paper, write_archive
from tests.support.feeds import NAMESPACES, read_atom
from tests.support.project import Configure

PICTURE = "https://pictures.example.org/7.png"
BASE_URL = "https://papers.example.org/"
DIGESTS = Path(__file__).parent / "digests"


@pytest.fixture
def site(tmp_path: Path, configure: Configure) -> Site:
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "2024-11-18.md").write_text(
        digest("2024-11-18", [paper(7, "첫째 <think> 문장. 둘째 문장. 셋째 문장."), paper(8)])
    )
    site = Site(configure(digests=folder))
    site.refresh()
    return site


def _content(site: Site, path: str) -> bytes:
    return site.document(path).content


def test_an_atom_entry_has_every_field(site: Site) -> None:
    entry = read_atom(_content(site, "/feed.xml")).entries[0]

    def text(name: str) -> str | None:
        return entry.findtext(name, None, NAMESPACES)

    assert text("atom:id") == "https://arxiv.org/abs/2411.00007"
    assert text("atom:title") == "Paper 7"
    assert text("atom:published") == text("atom:updated") == "2024-11-18T00:59:59+00:00"
    assert text("atom:summary") == "첫째 <think> 문장. 둘째 문장."
    assert text("paper:votes") == "7"
    names = [name.text for name in entry.iterfind("atom:author/atom:name", NAMESPACES)]
    assert names == ["Ada Lovelace", "Author 7"]
    terms = [category.get("term") for category in entry.iterfind("atom:category", NAMESPACES)]
    assert terms == ["2024-11-18", "arXiv:2411"]
    content = entry.find("atom:content", NAMESPACES)
    assert content is not None
    assert content.get("type") == "html"
    assert str(content.text).startswith(f'<p><img src="{PICTURE}"')
    assert "&lt;think&gt;" in str(content.text)


def test_the_picture_stands_in_four_places(site: Site) -> None:
    entry = read_atom(_content(site, "/feed.xml")).entries[0]
    content = entry.findtext("atom:content", None, NAMESPACES)
    enclosure = entry.find("atom:link[@rel='enclosure']", NAMESPACES)
    thumbnail = entry.find("media:thumbnail", NAMESPACES)
    medium = entry.find("media:content", NAMESPACES)
    assert content is not None
    assert enclosure is not None
    assert thumbnail is not None
    assert medium is not None
    assert f'src="{PICTURE}"' in content
    assert dict(enclosure.attrib) == {"rel": "enclosure", "type": "image/png", "href": PICTURE}
    assert thumbnail.get("url") == medium.get("url") == PICTURE


def _elements(parent: etree._Element, names: Collection[str]) -> list[tuple[str, ...]]:
    """The elements of these names and all that is in them, in any order."""
    found = [child for name in names for child in parent.iterfind(name, NAMESPACES)]
    return sorted(
        (
            str(child.tag),
            *child.itertext(),
            *(f"{name}={value}" for name, value in sorted(child.attrib.items())),
        )
        for child in found
    )


def _with_papers() -> list[Path]:
    sources = sorted(DIGESTS.glob("*.md"))
    return [path for path in sources if json.loads(path.with_suffix(".json").read_text())["papers"]]


def _feedgens_own(item: Item, told: Entry) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id("urn:x")
    feed.title("x")
    feed.link(href="urn:x")
    feed.description("x")
    entry = feed.add_entry()
    entry.id(item.paper.id)
    entry.title(item.paper.title)
    entry.updated(item.updated)
    entry.published(item.published)
    entry.author([{"name": name} for name in item.paper.authors])
    entry.category([{"term": category} for category in told.categories])
    entry.link(href=item.paper.link or f"{BASE_URL}{item.paper.day}/")
    if told.html:
        entry.content(told.html, type="html")
    if told.summary:
        entry.summary(told.summary)
    for media in item.paper.media[:1]:
        entry.enclosure(media.url, 0, media.type)
    return feed


@pytest.mark.parametrize("source", _with_papers(), ids=lambda path: path.name)
def test_items_are_those_that_feedgen_makes(source: Path, site: Site) -> None:
    """As far as it can: it drops what links are for, and has no media, votes and RSS creators."""
    papers, _ = merge_day(parse_digest(f"2024-11-18-{source.name}", source.read_bytes()).papers)
    assert papers
    atom = _content(site, "/feed.xml").partition(b"<entry")[0]
    rss = _content(site, "/rss.xml").partition(b"<item>")[0]
    for item in items_of_day(papers, {}, time(0, 59, 59)):
        told = paper_entry(item, BASE_URL)
        feed = _feedgens_own(item, told)
        ours = etree.fromstring(atom + atom_entry(told) + b"</feed>")
        theirs = etree.fromstring(feed.atom_str())
        names = ["id", "title", "updated", "published", "author", "content", "summary", "category"]
        names = [f"atom:entry/atom:{name}" for name in names]
        assert _elements(ours, names) == _elements(theirs, names)
        ours = etree.fromstring(rss + rss_item(told) + b"</channel></rss>")
        theirs = etree.fromstring(feed.rss_str())
        names = ["title", "link", "guid", "category", "pubDate", "enclosure", "content:encoded"]
        names += [] if told.summary else ["description"]  # which is HTML, and text for feedgen
        names = [f"channel/item/{name}" for name in names]
        assert _elements(ours, names) == _elements(theirs, names)


def test_an_rss_item_has_every_field(site: Site) -> None:
    item = next(etree.fromstring(_content(site, "/rss.xml")).iter("item"))
    guid, enclosure = item.find("guid"), item.find("enclosure")
    assert guid is not None
    assert enclosure is not None
    assert (guid.text, guid.get("isPermaLink")) == ("https://arxiv.org/abs/2411.00007", "false")
    assert dict(enclosure.attrib) == {"url": PICTURE, "length": "0", "type": "image/png"}
    assert item.findtext("dc:creator", None, NAMESPACES) == "Ada Lovelace, Author 7"
    assert item.findtext("pubDate") == "Mon, 18 Nov 2024 00:59:59 +0000"
    assert item.findtext("description") == "첫째 &lt;think&gt; 문장. 둘째 문장."
    order = [etree.QName(child).localname for child in item]
    assert order.index("description") < order.index("encoded")


def test_a_json_item_has_every_field(site: Site) -> None:
    feed = json.loads(_content(site, "/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    item = feed["items"][0]
    assert item["authors"] == [{"name": "Ada Lovelace"}, {"name": "Author 7"}]
    assert item["image"] == PICTURE
    assert item["attachments"] == [{"url": PICTURE, "mime_type": "image/png"}]
    assert item["_paper"] == {"day": "2024-11-18", "votes": 7, "more_authors": False}
    assert item["date_published"] == "2024-11-18T00:59:59Z"


def test_times_keep_the_order_of_the_digest(site: Site) -> None:
    entries = read_atom(_content(site, "/feed.xml")).entries
    times = [str(entry.findtext("atom:updated", None, NAMESPACES)) for entry in entries]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == len(times)


def test_making_rss_leaves_the_locale_of_the_process_alone(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(locale, "setlocale", lambda *given: calls.append(given))
    site = Site(configure())
    assert site.document("/rss.xml").content
    assert not calls


@pytest.mark.parametrize("name", ["feed.xml", "rss.xml", "feed.json", "index.html"])
def test_an_empty_archive_has_valid_documents(
    name: str, tmp_path: Path, configure: Configure
) -> None:
    (tmp_path / "digests").mkdir()
    site = Site(configure(digests=tmp_path / "digests"))
    for folder in ("/", "/all/"):
        content = _content(site, folder + name)
        if name == "feed.xml":
            assert read_atom(content).text("atom:updated") == "1970-01-01T00:00:00+00:00"
        assert content


def test_a_paper_in_two_digests_is_one_item_of_the_all_time_feed(
    tmp_path: Path, configure: Configure
) -> None:
    folder = write_archive(tmp_path / "digests", days=3, papers=2)
    (folder / "2024-01-03.md").write_text(digest("2024-01-03", [paper(5), paper(0, "새 요약")]))
    site = Site(configure(digests=folder))
    feed = read_atom(_content(site, "/feed.xml"))
    ids = [id_[-5:] for id_ in feed.ids]
    assert ids == ["00005", "00000", "00002", "00003", "00001"]
    entry = feed.entries[1]
    published = str(entry.findtext("atom:published", None, NAMESPACES))
    updated = str(entry.findtext("atom:updated", None, NAMESPACES))
    assert datetime.fromisoformat(published) == datetime(2024, 1, 1, 0, 59, 59, tzinfo=UTC)
    assert datetime.fromisoformat(updated) == datetime(2024, 1, 3, 0, 59, 58, tzinfo=UTC)
    assert "새 요약" in str(entry.findtext("atom:content", None, NAMESPACES))
    first_day = read_atom(_content(site, "/2024-01-01/feed.xml")).entries[0]
    assert "요약입니다." in str(first_day.findtext("atom:content", None, NAMESPACES))


def test_an_english_digest_beside_a_korean_one_says_its_language(
    tmp_path: Path, configure: Configure
) -> None:
    folder = write_archive(tmp_path / "digests", days=1, papers=1)
    (folder / "2024-01-01.en.md").write_text(digest("2024-01-01", [paper(9, "In English.")]))
    site = Site(configure(digests=folder, language="ko"))
    feed = read_atom(_content(site, "/2024-01-01/feed.xml"))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [entry.get(language) for entry in feed.entries] == [None, "en"]
    assert feed.root.get(language) == "ko"


def test_a_long_summary_is_cut_between_words() -> None:
    text = digest("2024-11-18", [paper(1, "낱말 " * 200)])
    (one,) = parse_digest("x.md", text.encode()).papers
    summary = opening(one)
    assert len(summary) <= LONGEST_SUMMARY
    assert summary.endswith("낱말…")


def test_a_summary_of_just_as_many_characters_as_there_may_be_is_whole() -> None:
    words = "a" * (LONGEST_SUMMARY - 1) + "."
    text = digest("2024-11-18", [paper(1, words)])
    (one,) = parse_digest("x.md", text.encode()).papers
    assert opening(one) == words


def test_a_paper_without_a_link_leads_to_its_day(tmp_path: Path, configure: Configure) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "2024-11-18.md").write_text(
        "## 2024-11-18\n### [A](https://a.example/)\n- a\n### B\n- b\n"
    )
    entry = read_atom(_content(Site(configure(digests=folder)), "/feed.xml")).entries[1]
    link = entry.find("atom:link[@rel='alternate']", NAMESPACES)
    assert link is not None
    assert link.get("href") == "https://papers.example.org/2024-11-18/"
    assert str(entry.findtext("atom:id", None, NAMESPACES)).startswith("tag:feedsvc,2024-11-18:")


def test_the_time_of_day_is_a_setting(tmp_path: Path, configure: Configure) -> None:
    folder = write_archive(tmp_path / "digests", days=1, papers=1, first=date(2024, 11, 18))
    config = configure(digests=folder, time_of_day=datetime(2000, 1, 1, 7, 30).time())  # noqa: DTZ001
    feed = read_atom(_content(Site(config), "/feed.xml"))
    assert feed.text("atom:updated") == "2024-11-18T07:30:00+00:00"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ko", "저자: Ada, Bo & Co 외 · 추천: 0 · 주제: 시각, 언어"),
        ("en-GB", "Authors: Ada, Bo & Co, and others · Votes: 0 · Topics: 시각, 언어"),
        ("zh-Hans", "作者：Ada, Bo & Co等 · 票数：0 · 主题：시각, 언어"),
        ("ja", "著者：Ada, Bo & Coほか · 投票：0 · トピック：시각, 언어"),
        ("sv", "Authors: Ada, Bo & Co, and others · Votes: 0 · Topics: 시각, 언어"),
    ],
)
def test_the_last_line_has_the_facts_in_the_words_of_the_papers_language(
    language: str, line: str
) -> None:
    paper_ = replace(
        _bare_paper(),
        language=language,
        authors=("Ada", "Bo & Co"),
        more_authors=True,
        votes=0,
        topics=("시각", "언어"),
    )
    assert facts_line(paper_, "ko") == f"<p>{escape(line)}</p>"
    # A paper without a language has that of the feed.
    assert facts_line(replace(paper_, language=None), language) == f"<p>{escape(line)}</p>"


def test_there_is_no_last_line_where_it_would_say_no_more_than_one_author() -> None:
    assert facts_line(_bare_paper(), "ko") == ""
    assert facts_line(replace(_bare_paper(), authors=("Ada",)), "ko") == ""
    assert facts_line(replace(_bare_paper(), votes=3), "ko") == "<p>추천: 3</p>"


def _bare_paper() -> Paper:
    return Paper(
        id="https://arxiv.org/abs/2411.00001",
        day=date(2024, 11, 18),
        title="A Title",
        link=None,
        authors=(),
        more_authors=False,
        votes=None,
        media=(),
        summary_html="",
        language=None,
        path="2024-11-18.md",
        line=1,
    )


def test_a_title_in_rss_shows_by_numbers_that_its_signs_are_text(
    tmp_path: Path, configure: Configure
) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    named = paper(7).replace("[Paper 7]", "[A & <think>]")
    (folder / "2024-11-18.md").write_text(digest("2024-11-18", [named]))
    site = Site(configure(digests=folder, title="<b> & Co"))
    site.refresh()
    rss = _content(site, "/rss.xml")
    channel, item, *_ = [part.partition(b"</title>")[0] for part in rss.split(b"<title>")[1:]]
    assert channel == b"&#x3C;b&gt; &#x26; Co"
    assert item == b"A &#x26; &#x3C;think&gt;"
    titles = [title.text for title in etree.fromstring(rss).iter("title")]
    assert titles[:2] == ["<b> & Co", "A & <think>"]
