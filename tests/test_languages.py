"""Digests in several languages beside each other: a site in each, which know of each other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from feedsvc.builder.languages import build_all
from feedsvc.config import PLACES, Config
from feedsvc.errors import BuildError, ConfigError
from feedsvc.feeds.entry import item_id, paper_id_in
from feedsvc.index.languages import languages_of
from feedsvc.pages.language_names import language_name
from feedsvc.parser.paper.language import _CODES
from feedsvc.site.aliases import ALIASES
from feedsvc.site.extras import EXTRAS
from feedsvc.site.places import kind_at
from feedsvc.site.sites import Sites
from feedsvc.watch.app import create_app as create_app_for_authors
from feedsvc.web.app import create_app
from tests.support.archive import etags, paper
from tests.support.feeds import read_atom, read_entries, read_json_ids
from tests.support.folders import Tree, tree
from tests.support.languages import (
    ENGLISH_DAYS,
    KOREAN_DAYS,
    LAYOUTS,
    TEXTS,
    Layout,
    write_day,
    write_languages,
)
from tests.support.project import BASE_URL, DIGESTS, Configure, environment
from tests.support.server import Server
from tests.support.waiting import until

KO_EN = "ko, en"


@pytest.fixture
def config(tmp_path: Path, configure: Configure) -> Config:
    return configure(digests=write_languages(tmp_path / "digests"), languages=KO_EN)


def _build(config: Config) -> Tree:
    sites = Sites(config)
    sites.refresh()
    build_all(sites)
    return tree(config.out)


def _days(files: Tree, below: str = "") -> set[str]:
    pages = (re.fullmatch(rf"{below}(\d{{4}}-\d\d-\d\d)/index\.html", path) for path in files)
    return {page[1] for page in pages if page}


# --- which digest is in which language ---------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_each_language_has_its_own_days_and_texts(
    tmp_path: Path, configure: Configure, layout: Layout
) -> None:
    digests = write_languages(tmp_path / "digests", layout)
    files = _build(configure(digests=digests, languages=KO_EN))
    assert _days(files) == {*KOREAN_DAYS}
    assert _days(files, "en/") == {*ENGLISH_DAYS}
    for below, code, other in (("", "ko", "en"), ("en/", "en", "ko")):
        feed = files[f"{below}feed.xml"].decode()
        assert TEXTS[code] in feed
        assert TEXTS[other] not in feed
        mark = f"#{code}" if below else ""
        assert read_json_ids(files[f"{below}2024-01-02/feed.json"]) == [
            f"https://arxiv.org/abs/2411.00020{mark}",
            f"https://arxiv.org/abs/2411.00021{mark}",
        ]
        page = html.fromstring(files[f"{below}2024-01-02/index.html"])
        assert page.xpath("//article/@id") == ["2411.00020", "2411.00021"]


PATHS = {
    "2024-11-18.md": "ko",
    "2024-11-18.en.md": "en",
    "2024-11-18_en.md": "en",
    "2024-11-18-en.html": "en",
    "2024-11-18.EN.md": "en",
    "2024-11-18.en-US.md": "en",
    "2024-11-18_eng.md": "en",
    "2024-11-18.kr.md": "ko",
    "2024-11-18/en.md": "en",
    "2024-11-18/digest-en.md": "en",
    "en/2024-11-18.md": "en",
    "2024/en/11/2024-11-18.md": "en",
    "English/2024-11-18.md": "en",
    "en/ko/2024-11-18.md": "ko",
    "en/2024-11-18.ko.md": "ko",
    "2024-11-18.ja.md": "ja",
    "2024-11-18_zh_CN.md": "zh-CN",
    "ja/2024-11-18.md": "ja",
    # Words, not languages.
    "2024-11-18-it.md": "ko",
    "2024-11-18_cs.md": "ko",
    "cs/2024-11-18.md": "ko",
    "it/notes/2024-11-18.md": "it",  # beside `en/` and `ja/`
    "by/it/2024-11-18.md": "ko",
}


def test_a_path_says_the_language_of_its_digest() -> None:
    assert languages_of([*PATHS], ("ko", "en")) == PATHS


def test_front_matter_says_the_language_where_no_path_does(
    tmp_path: Path, configure: Configure
) -> None:
    digests = tmp_path / "digests"
    for name, front in (
        ("2024-01-02-translated.md", "---\nlang: en-US\n---\n"),
        ("2024-01-02.md", ""),
        ("2024-01-03-translated.md", '+++\nlanguage = "English"\n+++\n'),
        ("2024-01-04.ko.md", "---\nlang: en\n---\n"),
        ("2024-01-05.md", "---\nlang: ja\n---\n"),
    ):
        path = write_day(digests, name[:10], "ko")
        text = f"{front}{path.read_text()}"
        path.unlink()
        (digests / name).write_text(text)
    config = configure(digests=digests, languages=KO_EN)
    files = _build(config)
    assert _days(files) == {"2024-01-02", "2024-01-04"}
    assert _days(files, "en/") == {"2024-01-02", "2024-01-03"}
    path = digests / "2024-01-02-translated.md"
    path.write_text(path.read_text().replace("en-US", "ko-KR"))
    assert _days(_build(config), "en/") == {"2024-01-03"}


def test_the_nearest_language_of_the_site_is_meant() -> None:
    paths = ["a.pt.md", "a.pt-br.md", "a_pt_BR.md", "a-pt-BR.md", "a.zh.md", "a.zh-tw.md"]
    codes = ("en", "pt-BR", "zh-Hans", "zh-TW")
    assert [*languages_of(paths, codes).values()] == [*["pt-BR"] * 4, "zh-Hans", "zh-TW"]


def test_a_digest_in_another_language_is_left_out_and_reported_once(
    tmp_path: Path, config: Config
) -> None:
    write_day(config.digests, "2024-01-03", "ko").rename(config.digests / "2024-01-03.ja.md")
    files = _build(config)
    assert "2024-01-03" not in _days(files)
    sites = Sites(config)
    sites.refresh()
    told = [site.read(lambda snapshot: len(snapshot.store.problems())) for site in sites]
    assert told == [1, 0], "a server would say it twice"
    done = _run(tmp_path, "check", FEEDSVC_LANGUAGES=KO_EN)
    (said,) = (line for line in done.stdout.splitlines() if ".ja.md" in line)
    assert "it is in ja, which is not among the site's languages (ko, en)" in said


def test_a_site_may_leave_out_all_other_languages(tmp_path: Path, configure: Configure) -> None:
    digests = write_languages(tmp_path / "digests")
    alone = _build(configure(digests=digests, languages="ko"))
    for path in digests.glob("*.en.md"):
        path.unlink()
    assert alone == _build(
        configure(
            digests=digests,
            language="ko",
            out=tmp_path / "other",
            index=tmp_path / "other.sqlite3",
        )
    )


def test_nothing_of_languages_stands_in_a_site_of_one(built: Path) -> None:
    for path, content in tree(built).items():
        assert b"hreflang" not in content, path
        assert b"_translations" not in content, path
        assert b'class="languages"' not in content, path


# --- what they know of each other --------------------------------------------------------------

_NAMESPACES = {"xhtml": "http://www.w3.org/1999/xhtml", "atom": "http://www.w3.org/2005/Atom"}


def _file(url: str) -> str:
    """The file of an address below BASE_URL."""
    assert url.startswith(BASE_URL)
    inside = url.removeprefix(BASE_URL)
    return f"{inside}index.html" if inside.endswith("/") or not inside else inside


def _alternates(page: bytes) -> dict[str, str]:
    links = html.fromstring(page).xpath("//head/link[@rel='alternate'][@hreflang]")
    return {link.get("hreflang"): link.get("href") for link in links}


def test_pages_name_their_translations_and_these_name_them(config: Config) -> None:
    files = _build(config)
    pages = {path: _alternates(content) for path, content in files.items() if ".html" in path}
    shown = 0
    for path, alternates in pages.items():
        in_both = path in pages and (f"en/{path}" in pages or path.startswith("en/"))
        other = path.removeprefix("en/") if path.startswith("en/") else f"en/{path}"
        if path.endswith("404.html") or not in_both or other not in pages:
            assert alternates == {}, path
            continue
        shown += 1
        assert [*alternates] == ["ko", "en", "x-default"]
        assert alternates["x-default"] == alternates["ko"]
        assert {_file(url) for url in alternates.values()} == {path, other}
        assert alternates == pages[other], "they don't agree"
    assert shown > 16


def test_a_page_lets_people_choose_their_language(config: Config) -> None:
    files = _build(config)
    for path, content in files.items():
        if not path.endswith("index.html"):
            continue
        (own, other) = sorted(
            html.fromstring(content).xpath("//header/nav[@class='languages']/a"),
            key=lambda link: not link.get("aria-current"),
        )
        here = BASE_URL + path.removesuffix("index.html")
        assert _file(urljoin(here, own.get("href"))) == path
        target = _file(urljoin(here, other.get("href")))
        is_english = path.startswith("en/")
        names = ("English", "한국어") if is_english else ("한국어", "English")
        assert (own.text, other.text) == names
        wanted = path.removeprefix("en/") if is_english else f"en/{path}"
        home = "index.html" if is_english else "en/index.html"
        assert target == (wanted if wanted in files else home), path
        assert other.get("lang") == other.get("hreflang") == ("ko" if is_english else "en")


def test_feeds_name_the_same_feed_in_the_other_language(config: Config) -> None:
    files = _build(config)
    for path in (path for path in files if path.endswith(("feed.xml", "rss.xml"))):
        found = etree.fromstring(files[path]).findall(".//atom:link[@hreflang]", _NAMESPACES)
        other = path.removeprefix("en/") if path.startswith("en/") else f"en/{path}"
        told = [(each.get("rel"), _file(str(each.get("href")))) for each in found]
        assert told == ([("related", other)] if other in files else []), path
    english = json.loads(files["en/2024-01-02/feed.json"])
    feed = {"language": "ko", "feed_url": f"{BASE_URL}2024-01-02/feed.json"}
    assert english["_translations"] == [feed]
    assert "_translations" not in json.loads(files["en/2024-01-09/feed.json"])
    links = read_atom(files["feed.xml"]).root.findall("atom:link[@rel='alternate']", _NAMESPACES)
    assert [link.get("href") for link in links] == [BASE_URL], "readers take one for the page"


def test_a_server_names_the_translation_of_a_feed_in_its_head(config: Config) -> None:
    links = create_app(config).test_client().get("/2024-01-02/rss.xml").headers["Link"]
    assert (
        f'<{BASE_URL}en/2024-01-02/rss.xml>; rel="alternate"; type="application/rss+xml"; '
        'hreflang="en"' in links
    )


def test_the_sitemaps_name_translations_and_robots_txt_names_the_sitemaps(config: Config) -> None:
    files = _build(config)
    for path in ("sitemap.xml", "en/sitemap.xml"):
        urls = etree.fromstring(files[path])
        for url in urls:
            page = files[_file(str(url[0].text))]
            links = url.findall("xhtml:link", _NAMESPACES)
            assert {link.get("hreflang"): link.get("href") for link in links} == _alternates(page)
    assert files["robots.txt"].decode().splitlines()[2:] == [
        "Disallow: /search/?",
        "Disallow: /en/search/?",
        f"Sitemap: {BASE_URL}sitemap.xml",
        f"Sitemap: {BASE_URL}en/sitemap.xml",
    ]


def test_feeds_of_everything_name_only_such_as_are_written(
    tmp_path: Path, configure: Configure
) -> None:
    digests = write_languages(tmp_path / "digests", korean=["2024-01-02"])
    files = _build(configure(digests=digests, languages=KO_EN, all_size=3))
    assert "en/all/feed.xml" not in files
    assert b"hreflang" not in files["all/feed.xml"]
    assert b"hreflang" in files["feed.xml"]


def test_a_feed_has_another_tag_when_it_names_a_translation_no_longer(
    tmp_path: Path, configure: Configure
) -> None:
    digests = write_languages(tmp_path / "digests", korean=["2024-01-02"])
    sites = Sites(configure(digests=digests, languages=KO_EN, all_size=6))
    before, _ = _etags(sites)
    content = sites.first.document("/all/feed.xml").content
    write_day(digests, "2024-01-10", "en")
    after, _ = _etags(sites)
    assert sites.first.document("/all/feed.xml").content != content
    changed = {path for path in before if before[path] != after[path]}
    names = ("index.html", "feed.xml", "rss.xml", "feed.json")
    assert changed == {"/sitemap.xml", *(f"/all/{name}" for name in names)}


def test_a_third_language_is_led_to_from_each(tmp_path: Path, configure: Configure) -> None:
    digests = write_languages(tmp_path / "digests")
    write_day(digests, "2024-01-02", "ko").rename(tmp_path / "kept")
    write_day(digests, "2024-01-02", "ja", "日本語の要約です。")
    files = _build(configure(digests=digests, languages="ko, en, ja"))
    assert [*_alternates(files["en/2024-01-02/index.html"])] == ["en", "ja"], "there is no first"
    page = html.fromstring(files["ja/2024-01-02/index.html"])
    paths = [link.get("href") for link in page.xpath("//nav[@class='languages']/a")]
    assert paths == ["../../", "../../en/2024-01-02/", "../2024-01-02/"]


def test_a_language_without_papers_is_led_to_from_nowhere(
    tmp_path: Path, configure: Configure
) -> None:
    digests = write_languages(tmp_path / "digests", english=())
    files = _build(configure(digests=digests, languages=KO_EN))
    assert b"hreflang" not in files["index.html"] + files["feed.xml"] + files["404.html"]
    assert "en/index.html" in files
    done = _run(tmp_path, "check", FEEDSVC_LANGUAGES=KO_EN)
    assert "no digest in en yet: name it 2024-11-18.en.md, or put it into a folder en/" in (
        done.stdout
    )
    assert done.returncode == 0


def test_a_language_may_have_a_title_of_its_own(tmp_path: Path, configure: Configure) -> None:
    write_languages(tmp_path / "digests")
    (tmp_path / "feedsvc.toml").write_text(
        f'title = "오늘의 논문"\nbase_url = "{BASE_URL}"\nlanguages = "ko,en"\nrights = "CC"\n'
        '[en]\ntitle = "Papers"\n[[en.saved]]\nname = "model"\nq = "summary"\n'
    )
    config = Config.load(tmp_path / "feedsvc.toml", environment={})
    files = _build(config)
    assert read_atom(files["feed.xml"]).text("atom:title") == "오늘의 논문"
    english = read_atom(files["en/feed.xml"])
    assert (english.text("atom:title"), english.text("atom:rights")) == ("Papers", "CC")
    assert "en/saved/model/feed.xml" in files
    assert "saved/model/feed.xml" not in files


def test_an_item_of_another_language_has_an_id_of_its_own_that_is_an_address() -> None:
    for id_, expected in (
        ("https://arxiv.org/abs/2411.00020", "https://arxiv.org/abs/2411.00020#pt-br"),
        ("https://a.example/x#y", "https://a.example/x#y-pt-br"),
        ("tag:a.example,2024:x", "tag:a.example,2024:x#pt-br"),
    ):
        assert item_id(id_, "pt-br") == expected
        assert paper_id_in(expected, "pt-br") == id_
        assert item_id(id_, "") == paper_id_in(id_, "") == id_


# --- changes -----------------------------------------------------------------------------------


def _etags(sites: Sites) -> list[dict[str, str]]:
    sites.refresh()
    return [etags(site) for site in sites]


def test_a_page_changes_when_its_translation_comes_and_when_it_goes(config: Config) -> None:
    sites = Sites(config)
    before, _ = _etags(sites)
    path = write_day(config.digests, "2024-01-01", "en")
    after, _ = _etags(sites)
    changed = {path for path in before if before[path] != after.get(path)}
    assert changed == {
        *("/2024-01-01/index.html", "/2024-01-01/feed.xml", "/2024-01-01/rss.xml"),
        *("/2024-01-01/feed.json", "/sitemap.xml"),
    }
    path.unlink()
    assert _etags(sites)[0] == before


def test_who_knows_only_the_time_gets_the_page_with_its_translation(config: Config) -> None:
    client = create_app(replace(config, refresh=0.05)).test_client()
    since = client.get("/2024-01-01/").headers["Last-Modified"]
    time.sleep(1.1)  # the times of HTTP are whole seconds
    write_day(config.digests, "2024-01-01", "en")
    asked = {"If-Modified-Since": since}
    assert until(lambda: client.get("/2024-01-01/", headers=asked).status_code == 200)
    assert b'hreflang="en"' in client.get("/2024-01-01/", headers=asked).data


def test_an_edit_in_one_language_leaves_the_other_untouched(config: Config) -> None:
    before = _build(config)
    write_day(config.digests, "2024-01-02", "en", "Corrected.")
    after = _build(config)
    changed = {path for path in before if before[path] != after[path]}
    assert {"en/feed.xml", "en/2024-01-02/index.html"} <= changed
    assert all(path.startswith("en/") for path in changed)


def test_a_change_is_not_told_to_the_hub_of_the_other_language(config: Config) -> None:
    from feedsvc.push.changes import feed_versions  # noqa: PLC0415 - loads a client

    sites = Sites(config)
    sites.refresh()

    def versions() -> dict[str, str]:
        with sites.first.snapshot() as snapshot:
            return dict(feed_versions(snapshot))

    before = versions()
    write_day(config.digests, "2024-01-01", "en")
    sites.refresh()
    assert versions() == before


def test_two_builds_are_the_same_and_the_second_writes_nothing(
    tmp_path: Path, config: Config, configure: Configure
) -> None:
    files = _build(config)
    sites = Sites(config)
    sites.refresh()
    assert build_all(sites).written == 0
    other = configure(
        digests=config.digests,
        languages=KO_EN,
        out=tmp_path / "other",
        index=tmp_path / "other.sqlite3",
    )
    assert _build(other) == files


@pytest.mark.slow(reason="so many digests that several processes build")
def test_several_processes_build_the_same(tmp_path: Path, configure: Configure) -> None:
    first = date(2024, 1, 1)
    for code, days in (("ko", 120), ("en", 90)):
        for number in range(days):
            write_day(tmp_path / "digests", str(first + timedelta(number)), code)
    config = configure(digests=tmp_path / "digests", languages=KO_EN)
    done = _run(tmp_path, "build", "--languages", KO_EN, "--out", str(tmp_path / "built"))
    assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "built") == _build(config)


def test_a_build_after_a_change_is_a_fresh_one(
    tmp_path: Path, config: Config, configure: Configure
) -> None:
    _build(config)
    for change, day, code in (
        (write_day, "2024-01-10", "ko"),
        (write_day, "2024-01-10", "en"),
        (write_day, "2024-01-01", "en"),
    ):
        change(config.digests, day, code)
        fresh = configure(
            digests=config.digests,
            languages=KO_EN,
            out=tmp_path / f"{day}{code}",
            index=tmp_path / f"{day}{code}.sqlite3",
        )
        assert _build(config) == _build(fresh)


# --- the folder of the static site -------------------------------------------------------------


def test_a_language_that_is_no_longer_named_is_removed(
    tmp_path: Path, configure: Configure
) -> None:
    digests = write_languages(tmp_path / "digests")
    for number, day in enumerate(("2024-02-01", "2024-01-15", "2024-01-02")):
        topics = [f"## Vision\n\n{paper(300 + number)}", f"## Language\n\n{paper(400 + number)}"]
        (digests / f"{day}.en.md").write_text("\n".join([f"# {day}\n", *topics]))
    config = configure(digests=digests, languages=KO_EN, feed_size=1)
    assert "en/topic/vision/2024-01/feed.xml" in _build(config)
    (config.out / "en" / "mine.txt").write_text("mine")
    files = _build(configure(digests=config.digests, languages="ko"))
    assert [path for path in files if path.startswith("en/")] == ["en/mine.txt"]
    assert b"hreflang" not in files["2024-01-02/index.html"]
    (config.out / "en" / "mine.txt").unlink()
    _build(config)
    _build(configure(digests=config.digests, language="ko"))
    assert not (config.out / "en").exists()


def test_the_site_of_somebody_else_in_a_folder_of_a_language_stays(
    tmp_path: Path, configure: Configure
) -> None:
    digests = write_languages(tmp_path / "digests")
    english = configure(
        digests=digests,
        out=tmp_path / "site" / "en",
        base_url=f"{BASE_URL}en/",
        index=tmp_path / "english.sqlite3",
    )
    before = _build(english)
    _build(configure(digests=digests, language="ko"))
    assert tree(english.out) == before


def test_a_language_whose_digests_went_stops_the_build_of_all(
    tmp_path: Path, configure: Configure
) -> None:
    digests = write_languages(tmp_path / "digests")
    write_day(digests, "2024-01-02", "ja", "日本語")
    config = configure(digests=digests, languages="ko, en, ja")
    before = _build(config)
    for path in digests.glob("*.en.md"):
        path.unlink()
    for code in ("ko", "ja"):
        write_day(digests, "2024-01-10", code, "text")
    with pytest.raises(BuildError, match=r"there are no papers in en, but the site in .*/en has"):
        _build(config)
    assert tree(config.out) == before
    sites = Sites(config)
    sites.refresh()
    build_all(sites, may_become_empty=True)
    after = tree(config.out)
    assert _days(after, "en/") == set()
    assert "2024-01-10" in _days(after) & _days(after, "ja/")


def test_a_site_that_gains_a_language_keeps_its_feeds(tmp_path: Path, configure: Configure) -> None:
    digests = write_languages(tmp_path / "digests", english=())
    before = _build(configure(digests=digests, language="ko"))
    write_languages(digests)
    after = _build(configure(digests=digests, languages=KO_EN))
    for path in ("feed.xml", "daily/feed.xml", "all/rss.xml", "feed.json"):
        assert read_entries(before[path]) == read_entries(after[path])
    ids = {read_atom(files["feed.xml"]).text("atom:id") for files in (before, after)}
    assert ids == {BASE_URL}


def test_editions_of_two_languages_are_two(config: Config, configure: Configure) -> None:
    for settings in (config, configure(digests=config.digests, languages=KO_EN, site_id="x.org/a")):
        files = _build(settings)
        ids = [{*read_atom(files[f"{below}daily/feed.xml"]).ids} for below in ("", "en/")]
        assert ids[0]
        assert ids[1]
        assert not ids[0] & ids[1]


# --- the server --------------------------------------------------------------------------------


@pytest.fixture
def client(config: Config) -> FlaskClient:
    return create_app(config).test_client()


def test_every_built_file_is_what_the_server_sends_in_each_language(
    config: Config, client: FlaskClient
) -> None:
    files = _build(config)
    assert len(files) > 100
    for path, content in files.items():
        response = client.get(f"/{path}")
        if location := response.headers.get("Location"):  # of another name, see ALIASES
            response = client.get(urljoin(f"/{path}", location))
        assert response.data == content, path
        name = path.rpartition("/")[2]
        if name == "index.html":
            assert client.get(f"/{path.removesuffix(name)}").data == content


@pytest.mark.slow(reason="starts a server")
def test_a_real_server_serves_each_language_and_takes_up_what_changes(tmp_path: Path) -> None:
    digests = write_languages(tmp_path / "digests")
    server = Server(digests, tmp_path, "--access-log", FEEDSVC_LANGUAGES=KO_EN)
    try:
        assert server.get("/en")[2] == server.get("/en/")[2]
        assert b'lang="en"' in server.get("/en/")[2]
        status, headers, _ = server.get("/2024-01-01/")
        write_day(digests, "2024-01-01", "en")
        assert until(lambda: server.get("/en/2024-01-01/")[0] == 200)
        tag = headers["etag"]
        assert until(lambda: server.get("/2024-01-01/", If_None_Match=tag)[0] == 200)
        assert b'hreflang="en"' in server.get("/2024-01-01/")[2]
        health = json.loads(server.get("/healthz")[2])
        assert (health["status"], health["days"], status) == ("ok", 7, 200)
        log = server.log.read_text()
        assert "subscribe  https://papers.example.org/en/feed.xml" in log
        assert '"GET /en/ HTTP/1.1" 200' in log
    finally:
        server.stop()


@pytest.mark.parametrize("prefix", ["", "/papers"])
def test_a_language_is_found_behind_any_proxy(
    tmp_path: Path, configure: Configure, prefix: str
) -> None:
    digests = write_languages(tmp_path / "digests")
    base_url = "https://example.org/papers/"
    client = create_app(
        configure(digests=digests, languages=KO_EN, base_url=base_url)
    ).test_client()
    assert b"An English" in client.get(f"{prefix}/en/2024-01-02/").data
    assert b"An English" in client.get(f"{prefix}/en/2024-01-02/").data, "from the cache"
    assert client.get(f"{prefix}/en").headers["Location"] == "en/"
    assert client.get(f"{prefix}/en/2024-01-02").headers["Location"] == "2024-01-02/"
    assert client.get(f"{prefix}/en/atom.xml").headers["Location"] == "feed.xml"
    assert client.get(f"{prefix}/en/en/").status_code == 404
    nothing = client.get(f"{prefix}/en/nothing/")
    assert nothing.status_code == 404
    assert b"There is no page" in nothing.data


def test_a_search_finds_papers_of_its_language_only(client: FlaskClient) -> None:
    assert b"Paper 20" in client.get("/en/search/?q=English").data
    assert b"Paper 20" not in client.get("/search/?q=English").data
    assert b'href="../2024-01-02/#2411.00020"' in client.get("/en/search/?q=id:2411.00020").data


def test_health_and_figures_are_told_of_each_language(client: FlaskClient) -> None:
    client.get("/en/feed.xml")
    assert {client.get(f"/en/{name}").status_code for name in ("healthz", "metrics")} == {404}
    health = client.get("/healthz").json
    assert health
    assert (health["days"], health["papers"], health["newest_day"]) == (6, 12, "2024-01-09")
    korean, english = health["languages"]["ko"], health["languages"]["en"]
    assert (korean["newest_day"], english["newest_day"]) == ("2024-01-03", "2024-01-09")
    figures = client.get("/metrics").text
    assert 'feedsvc_days{language="ko"} 3.0' in figures
    assert 'feedsvc_problems{language="en",severity="error"} 0.0' in figures
    assert 'feedsvc_requests_total{document="feed.xml",place="subscription",status="200"}' in (
        figures
    )


def test_authors_see_each_language_with_its_problems(tmp_path: Path, configure: Configure) -> None:
    digests = write_languages(tmp_path / "digests")
    path = digests / "2024-01-03.en.md"
    path.write_text(path.read_text().replace("Vote: 30", "Vote: many"))
    config = configure(digests=digests, languages=KO_EN, refresh=0.05)
    client = create_app_for_authors(config).test_client()
    page = client.get("/en/2024-01-03/").text
    assert "[bad-votes]" in page
    assert '"../_watch/watch.js"' in page
    state = client.get("/en/_watch/state").text
    write_day(digests, "2024-01-10", "ko")
    assert until(lambda: client.get("/en/_watch/state").text != state), "its switch may change"


# --- the command -------------------------------------------------------------------------------


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    index = {"FEEDSVC_INDEX": str(folder / "cli.sqlite3"), "FEEDSVC_BASE_URL": BASE_URL}
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", *arguments],
        env=environment(**index, **settings),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_commands_know_all_languages(tmp_path: Path) -> None:
    write_languages(tmp_path / "digests")
    flag = ("--languages", "ko,en")
    assert _run(tmp_path, "build", *flag).stderr == (
        "ko: 3 days, 6 papers; en: 3 days, 6 papers; 0 errors, 0 warnings\n"
    )
    assert (tmp_path / "site" / "en" / "feed.xml").is_file()
    assert _run(tmp_path, "build", *flag).stdout.startswith("site: 0 files written")
    shown = _run(tmp_path, "show", *flag, "en/2024-01-02/feed.xml").stdout
    assert TEXTS["en"] in shown
    report = json.loads(_run(tmp_path, "check", *flag, "--format", "json").stdout)
    assert (report["papers"], report["languages"]["en"]) == (12, {"days": 3, "papers": 6})


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_next_digest_of_a_language_is_named_as_its_others(
    tmp_path: Path, layout: Layout
) -> None:
    write_languages(tmp_path / "digests", layout)
    for code, flags in (("ko", ()), ("en", ("--language", "en"))):
        done = _run(tmp_path, "new", *flags, "2024-01-11", FEEDSVC_LANGUAGES=KO_EN)
        assert done.stdout == f"digests/{layout('2024-01-11', code)}: written\n"


def test_the_first_digest_of_a_language_says_so_in_its_name(tmp_path: Path) -> None:
    write_languages(tmp_path / "digests", english=())
    flags = ("--language", "en", "2024-01-11")
    done = _run(tmp_path, "new", *flags, FEEDSVC_LANGUAGES=KO_EN)
    assert done.stdout == "digests/2024-01-11.en.md: written\n"
    assert _run(tmp_path, "new", *flags).stderr == (
        "Error: en: there is no such language on the site (languages is not set).\n"
    )


def test_check_says_that_translations_are_read_as_one_archive(tmp_path: Path) -> None:
    write_languages(tmp_path / "digests")
    said = _run(tmp_path, "check").stdout
    assert (
        "digests: these digests are in ko and en, and are read as one archive; "
        'set languages = "ko, en" for a site in each' in said
    )
    assert "these digests are in" not in _run(tmp_path, "check", str(DIGESTS)).stdout


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_site_that_begins_with_translations_has_both_languages(
    tmp_path: Path, layout: Layout
) -> None:
    write_languages(tmp_path / "notes", layout, english=KOREAN_DAYS)
    said = _run(tmp_path, "init").stdout
    settings = Config.load(tmp_path / "feedsvc.toml", environment={})
    assert (settings.languages, settings.digests) == (KO_EN, tmp_path / "notes")
    assert "ko: 3 days, 6 papers; en: 3 days, 6 papers; 0 errors, 0 warnings" in said


def test_a_site_begins_in_the_language_that_somebody_names(tmp_path: Path) -> None:
    for name, language, expected in (
        ("first", "en", ("en, ko", "")),
        ("region", "en-GB", ("en-GB, ko", "")),
        ("other", "fr", ("", "fr")),
    ):
        write_languages(tmp_path / name)
        _run(tmp_path, "init", name, "--language", language)
        settings = Config.load(tmp_path / name / "feedsvc.toml", environment={})
        assert (settings.languages, settings.language) == expected


# --- settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_language_can_have_no_name_of_a_place(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is the name of a place of the site"):
        Config.load(None, {}, {"languages": f"ko, {name}"})


def _names_in_the_root() -> Iterator[str]:
    yield from (name.partition(".")[0] for name in ALIASES)
    yield from (path[1:].partition("/")[0].partition(".")[0] for path in EXTRAS)
    yield from ("all", "daily", "weekly", "topic", "search", "saved", "subscribe")


def test_every_name_of_the_root_is_of_no_language() -> None:
    for name in filter(None, _names_in_the_root()):
        with pytest.raises(ConfigError):
            Config.load(None, {}, {"languages": f"xx, {name}"})
    for code in sorted(_CODES):
        assert kind_at(f"/{code}/") is None
        assert Config.load(None, {}, {"languages": f"xx, {code}"}).language_codes[1] == code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('languages = "ko, korean"', "'ko, korean' can't be used; give language tags"),
        ('languages = "ko, KO"', "give each language once"),
        ('languages = "ko, ../en"', "give language tags"),
        ("languages = 3", "3 can't be used; give"),
        ('languages = "ko, en"\nlanguage = "en"', "the first of languages is ko"),
        ('[en]\ntitle = "x"', "[en]: a table is for a language of the site; languages is not set"),
        ('languages = "ko, en"\n[ja]\ntitle = "x"', "languages has ko, en"),
        ('languages = "ko, en"\n[en]\nout = "x"', "[en]: out can't differ between languages"),
        ('languages = "ko, en"\n[en]\ntitle = ""', "[en] title: '' can't be used"),
    ],
)
def test_a_setting_of_languages_that_cant_be_says_so(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "feedsvc.toml").write_text(f"{text}\n")
    with pytest.raises(ConfigError) as error:
        Config.load(tmp_path / "feedsvc.toml", environment={})
    assert said in str(error.value)


def test_a_table_of_no_language_is_an_unknown_setting(tmp_path: Path) -> None:
    (tmp_path / "feedsvc.toml").write_text('[titles]\nx = "x"\n')
    with pytest.raises(ConfigError, match="there is no such setting; the nearest one is 'title'"):
        Config.load(tmp_path / "feedsvc.toml", environment={})


def test_languages_come_from_the_environment_too() -> None:
    environment = {"FEEDSVC_LANGUAGES": "ko,en", "FEEDSVC_LANGUAGE": "ko"}
    first, second = Config.load(Path("/dev/null"), environment).in_each_language()
    assert (first.language, first.folder, second.language) == ("ko", "", "en")
    assert (second.folder, second.base_path, second.out) == ("en/", "/en/", Path("site/en"))


def test_a_language_is_called_as_its_speakers_call_it() -> None:
    assert all(language_name(code) != code for code in _CODES)
    assert [language_name(code) for code in ("ko", "KO", "en-GB", "xx", "xx-YY")] == [
        *("한국어", "한국어", "English (GB)", "xx", "xx-YY")
    ]
