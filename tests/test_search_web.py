"""Searches over HTTP, saved ones, and both beside the pages of the site."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import lxml.html
import pytest
from flask.testing import FlaskClient
from lxml import etree

from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.errors import ConfigError
from feedsvc.search.query import MOST_HITS
from feedsvc.search.saved import parse_saved
from feedsvc.site.site import Site
from feedsvc.web.app import CAPACITY_OF_ANSWERS, create_app
from tests.readers.rules import RULES, Feed
from tests.support.archive import digest, write_archive
from tests.support.client import get
from tests.support.feeds import read_atom
from tests.support.project import BASE_URL, Configure, environment
from tests.support.searching import FIRST_DAY, PAPERS, markdown, write_papers
from tests.support.server import Server, ask, free_port, running
from tests.support.waiting import until

SAVED = parse_saved(
    [
        {"name": "models", "title": "Language models", "q": '"Language Model"  OR 언어모델'},
        {"name": "nothing", "q": "nothingatall"},
        {"name": "로봇", "q": "로봇", "min_votes": 2, "since": FIRST_DAY, "limit": 1},
    ]
)
FORMATS = ("feed.xml", "rss.xml", "feed.json")


@pytest.fixture
def config(configure: Configure, tmp_path: Path) -> Config:
    return configure(
        digests=write_papers(tmp_path / "digests"), saved=SAVED, refresh=3600.0, language="ko"
    )


@pytest.fixture
def client(config: Config) -> FlaskClient:
    return create_app(config).test_client()


def test_all_ways_to_ask_for_the_same_get_the_same(client: FlaskClient) -> None:
    asked = ("q=Language++MODEL&x=y", "min_votes=0&q=language+model", "q=language%20model&since=")
    for name in FORMATS:
        answers = {client.get(f"/search/{name}?{each}").data for each in asked}
        assert len(answers) == 1
    feed = read_atom(client.get(f"/search/feed.xml?{asked[0]}").data)
    assert feed.text("atom:id") == BASE_URL + "search/?q=language%20model"
    assert feed.link("self") == BASE_URL + "search/feed.xml?q=language%20model"
    assert feed.link("alternate") == BASE_URL + "search/?q=language%20model"
    assert [id_[-2:] for id_ in feed.ids] == ["02", "01"]


def test_an_address_without_escapes_is_read_as_utf_8(client: FlaskClient) -> None:
    raw = "언어모델".encode().decode("latin-1")
    environ = {"QUERY_STRING": f"q={raw}"}
    answer = client.get("/search/feed.json", environ_overrides=environ)
    assert len(json.loads(answer.data)["items"]) == 2


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "path",
    [
        *("search/{}?q=model", "search/{}?q=nothingatall&min_votes=3"),
        *("saved/models/{}", "saved/nothing/{}", f"saved/{quote('로봇')}/{{}}"),
    ],
)
def test_what_is_found_is_a_valid_feed(client: FlaskClient, path: str, name: str) -> None:
    path = path.format(name)
    answer = client.get(f"/{path}")
    assert answer.status_code == 200
    root = json.loads(answer.data) if name == "feed.json" else etree.fromstring(answer.data)
    feed = Feed(BASE_URL + path, root[0] if name == "rss.xml" else root)
    assert not [fault for rule in RULES[name] for fault in rule(feed)]


def test_nothing_found_is_an_empty_feed_of_no_time(client: FlaskClient, config: Config) -> None:
    before = client.get("/saved/nothing/feed.xml").data
    assert read_atom(before).ids == []
    day = FIRST_DAY.replace(year=2026)
    (config.digests / f"{day}.md").write_text(digest(day, [markdown("2603.1", "X", "A", 1, "x")]))
    after = create_app(config).test_client().get("/saved/nothing/feed.xml").data
    assert after == before


def test_the_page_of_a_search_has_its_form_its_hits_and_its_feeds(client: FlaskClient) -> None:
    page = lxml.html.document_fromstring(client.get("/search/?q=model&min_votes=5").data)
    assert page.find(".//main//input[@name='q']").get("value") == "model"
    assert page.find(".//input[@name='min_votes']").get("value") == "5"
    assert page.find(".//main//details").get("open") is not None
    plain = lxml.html.document_fromstring(client.get("/search/?q=model").data)
    assert plain.find(".//main//details").get("open") is None
    links = [link.get("href") for link in page.iterfind(".//ol/li/a")]
    assert links == ["../2025-03-08/#2503.00006", "../2025-03-04/#2503.00002"]
    titles = [link.get("lang") for link in page.iterfind(".//ol/li/a")]
    assert titles == [None, "en"]  # of a site in Korean
    feeds = [each.get("href") for each in page.iterfind(".//link[@rel='alternate']")][-3:]
    assert feeds == [f"{BASE_URL}search/{name}?q=model&min_votes=5" for name in FORMATS]
    assert client.get(feeds[0].removeprefix(BASE_URL[:-1])).status_code == 200
    assert client.get("/2025-03-08/").data.count(b'id="2503.00006"') == 1


def test_a_hit_says_when_it_came_who_wrote_it_and_what_it_is_about(
    configure: Configure, tmp_path: Path
) -> None:
    names = "Ada, Grace, Emmy, Sofia"
    papers = [
        markdown("2503.00001", "Known", names, 7, "첫 문장입니다. 둘째입니다."),
        markdown("2503.00002", "Alone", "Ada", 0, "요약"),
    ]
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "2025-03-01.md").write_text(digest("2025-03-01", papers))
    client = create_app(configure(digests=folder, language="ko")).test_client()
    page = lxml.html.document_fromstring(client.get("/search/?q=ada").data)
    known, alone = (
        [" ".join(each.text_content().split()) for each in hit.iter("a", "p")]
        for hit in page.iterfind(".//ol/li")
    )
    day = "2025년 3월 1일 토요일"
    assert known[:2] == ["Known", f"{day} · ▲ 7 · Ada, Grace, Emmy, …"]
    assert alone[:2] == ["Alone", f"{day} · ▲ 0 · Ada"]
    assert known[2].startswith("첫 문장입니다.")
    assert page.xpath("//ol/li//time/@datetime") == ["2025-03-01"] * 2


def test_a_search_is_called_by_all_that_it_asks_for(client: FlaskClient, config: Config) -> None:
    asked = "q=model&author=kim&min_votes=1&since=2025-03-01&until=2025-03-09&limit=9"
    korean = "model · 저자 kim · 추천 1회 이상 · 2025년 3월 1일부터 · 2025년 3월 9일까지"
    assert read_atom(client.get(f"/search/feed.xml?{asked}").data).text("atom:title") == (
        f"Daily Papers · {korean}"
    )
    page = lxml.html.document_fromstring(client.get(f"/search/?{asked}").data)
    assert page.findtext(".//h1") == f"검색: {korean}"
    english = create_app(Config(**{**_values(config), "language": "en"})).test_client()  # type: ignore[arg-type]
    assert read_atom(english.get(f"/search/feed.xml?{asked}").data).text("atom:title") == (
        "Daily Papers · model · author kim · 1 vote or more · from 1 March 2025 · to 9 March 2025"
    )


def test_hits_are_counted_as_far_as_one_answer_may_have_them(
    configure: Configure, tmp_path: Path
) -> None:
    folder = write_archive(tmp_path / "digests", days=4, papers=MOST_HITS)
    client = create_app(configure(digests=folder)).test_client()
    many = client.get("/search/?q=paper").text
    assert "More than 200 papers found. The newest 50 are shown." in many
    assert "1 paper found." in client.get("/search/?q=2411.00000").text
    few = client.get("/search/?q=paper&since=2024-01-02&until=2024-01-02").text
    assert "200 papers found. The newest 50 are shown." in few


def test_a_page_leads_to_the_older_hits(configure: Configure, tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "digests", days=4, papers=3)
    client = create_app(configure(digests=folder)).test_client()

    def older(query: str) -> tuple[int, list[str]]:
        page = lxml.html.document_fromstring(client.get(f"/search/?{query}").data)
        links = page.xpath("//main//a[@rel='next']/@href")
        return len(page.xpath("//ol/li")), [link.removeprefix("../search/?") for link in links]

    assert older("q=paper&limit=5") == (5, ["q=paper&until=2024-01-03&limit=5"])
    # Of a day that is more than an answer nobody would come away.
    assert older("q=paper&limit=2") == (2, ["q=paper&until=2024-01-03&limit=2"])
    assert older("q=paper&until=2024-01-01&limit=3") == (3, [])
    assert older("q=paper") == (12, [])


@pytest.mark.parametrize("name", ["", "index.html"])
def test_a_page_says_what_is_wrong_above_the_form_as_it_was(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/search/{name}?q=%22a+%3Cb%3E&min_votes=x")
    assert answer.status_code == 400
    page = lxml.html.document_fromstring(answer.data)
    assert page.find(".//main//input[@name='q']").get("value") == '"a <b>'
    said = page.find(".//*[@role='status']")
    assert said is not None
    assert said.text_content() == (
        '따옴표가 닫히지 않았습니다. "이어진 말"처럼 적어 주세요: "a <b>'
    )
    assert said.get("lang") is None


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_says_what_is_wrong_in_plain_text(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/search/{name}?limit=1000&q=a")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == "limit에는 1부터 200까지의 정수를 적습니다. 적은 것: 1000\n"
    assert f"/search/{name}?q=language+model처럼" in client.get(f"/search/{name}").text


def test_what_is_wrong_is_said_in_english_where_the_site_is_not_korean(
    configure: Configure, tmp_path: Path
) -> None:
    digests = write_papers(tmp_path / "digests")
    client = create_app(configure(digests=digests, language="ja")).test_client()
    page = lxml.html.document_fromstring(client.get("/search/?q=%22a").data)
    said = page.find(".//*[@role='status']")
    assert said is not None
    assert "a quotation mark is not closed" in said.text_content()
    assert said.get("lang") == "en"
    assert "give words, as in /search/" in client.get("/search/feed.xml").text


def _hostile() -> Iterator[str]:
    yield from ("x" * 10_000, "\0", "%ED%A0%80", "%00" * 3000, "%ff%fe", "&" * 5000, "=" * 99)
    yield from (
        quote(text) for text in ('"' * 199, "a OR " * 39, "(" * 200, "¦every", "NEAR(a, b)")
    )
    yield from (
        quote(text) for text in ("transform* " * 8, "가나다라마바사아 " * 8, "-a " * 8, "\n")
    )
    yield quote(" OR ".join(["가나다라마바사아자차카타"] * 4) + " 나다라마바사아자차카타파하" * 7)
    draw = random.Random(3)
    signs = "\"*-:()^{}+'\\;%_¦ab가나\0\ud800\ufeff\u202e OR"
    for _ in range(300):
        yield quote("".join(draw.choices(signs, k=draw.randint(1, 210))), errors="surrogatepass")


def test_hostile_queries_are_answered_or_refused(client: FlaskClient) -> None:
    for number, text in enumerate(_hostile()):
        path = ("/search/", "/search/feed.xml", "/search/rss.xml", "/search/feed.json")[number % 4]
        for parameter in ("q", "author", "min_votes"):
            answer = client.get(path, query_string=f"{parameter}={text}")
            assert answer.status_code in {200, 400}, (path, text)
            if answer.status_code == 200 and path.endswith(".xml"):
                etree.fromstring(answer.data)


def test_searches_push_no_page_out_of_the_cache(config: Config) -> None:
    app = create_app(config)
    client = app.test_client()
    service = app.view_functions["document"].__self__  # type: ignore[attr-defined]
    client.get("/feed.xml")
    for number in range(500):
        assert client.get(f"/search/?q=model+-word{number}").status_code == 200
    assert [*service._cache._table.ready] == ["/feed.xml"]
    kept = service._answers._table.ready.values()
    assert sum(prepared.size for prepared in kept) <= CAPACITY_OF_ANSWERS
    client.get("/feed.xml?q=model")
    assert [*service._cache._table.ready] == ["/feed.xml"]


def test_a_client_is_told_that_nothing_new_is_found(client: FlaskClient, config: Config) -> None:
    etag = client.get("/search/feed.xml?q=model").headers["ETag"]
    assert get(client, "/search/feed.xml?q=MODEL", If_None_Match=etag).status_code == 304
    day = FIRST_DAY.replace(year=2026)
    paper = markdown("2603.00001", "Zebra", "A", 1, "얼룩말")
    (config.digests / f"{day}.md").write_text(digest(day, [paper]))
    later = create_app(config).test_client()
    assert get(later, "/search/feed.xml?q=model", If_None_Match=etag).status_code == 304
    assert get(later, "/search/feed.xml?q=zebra", If_None_Match=etag).status_code == 200


def test_a_path_that_nearly_names_a_search_leads_to_it(client: FlaskClient) -> None:
    assert client.get("/search?q=Model&x=1").headers["Location"] == "search/?q=model"
    assert client.get("/search/atom.xml?q=Model").headers["Location"] == "feed.xml?q=model"


def test_a_server_finds_new_papers_within_seconds(tmp_path: Path) -> None:
    folder = write_papers(tmp_path / "digests")
    server = Server(folder, tmp_path)
    try:
        assert b"2503.00003" in server.get("/search/feed.json?q=%EB%A1%9C%EB%B4%87")[2]
        assert b"2603.00001" not in server.get("/search/feed.json?q=zebra")[2]
        day = FIRST_DAY.replace(year=2026)
        paper = markdown("2603.00001", "Zebra", "A", 1, "얼룩말")
        (folder / f"{day}.md").write_text(digest(day, [paper]))
        until(lambda: b"2603.00001" in server.get("/search/feed.json?q=zebra")[2])
    finally:
        server.stop()


WITHOUT_FTS5 = """
import sqlite3

class Connection(sqlite3.Connection):
    def execute(self, statement, *values):
        if "USING fts5" in statement:
            raise sqlite3.OperationalError("no such module: fts5")
        return super().execute(statement, *values)

connect = sqlite3.connect
sqlite3.connect = lambda *path, **more: connect(*path, factory=Connection, **more)
"""


def test_without_fts5_a_server_says_so_and_serves_all_else(tmp_path: Path) -> None:
    """As of a Python whose SQLite is made without it."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_FTS5)
    (tmp_path / "feedsvc.toml").write_text("[[saved]]\nname = 'a'\nq = 'b'\n")
    digests, port = write_papers(tmp_path / "digests"), free_port()
    command = [sys.executable, "-m", "feedsvc", "serve", "--port", str(port)]
    settings = {"FEEDSVC_INDEX": str(tmp_path / "i.sqlite3"), "PYTHONPATH": str(tmp_path)}
    with running([*command, "--digests", str(digests)], port, tmp_path, **settings) as log:
        assert b"2503.00003" in ask(port, "/feed.json")[2]
        status, _, page = ask(port, "/search/?q=model")
        assert (status, b"search.js" in page, b"/search/feed.xml" in page) == (200, True, False)
        assert ask(port, "/search/feed.xml?q=model")[0] == 404
        assert ask(port, "/saved/a/")[0] == 404
        assert "made without FTS5, so there are no searches" in log.read_text()
    build = [sys.executable, "-m", "feedsvc", "build", "--digests", str(digests)]
    done = subprocess.run(
        build, cwd=tmp_path, env=environment(**settings), capture_output=True, text=True, check=True
    )
    assert "made without FTS5, so there are no searches" in done.stderr
    assert (tmp_path / "site" / "feed.xml").exists()
    assert not (tmp_path / "site" / "saved").exists()


def test_an_index_in_memory_has_saved_searches_too(config: Config) -> None:
    taken = config.digests.parent / "no folder"
    taken.write_text("a file, so no folder can be made here")
    kept = Config(**{**_values(config), "index": taken / "index.sqlite3"})  # type: ignore[arg-type]
    site = Site(kept)
    site.refresh()
    assert not site.is_on_disk()
    build(site, kept)
    (item,) = json.loads((kept.out / "saved" / "로봇" / "feed.json").read_bytes())["items"]
    assert item["id"].endswith("2503.00003")
    client = create_app(kept).test_client()
    assert client.get("/search/feed.json?q=model").json["items"]  # type: ignore[index]


def test_a_build_has_the_saved_searches_of_the_server(client: FlaskClient, config: Config) -> None:
    site = Site(config)
    site.refresh()
    build(site, config)
    paths = ["/search/index.html", "/search.js", "/opensearch.xml", "/saved/opml.xml"]
    paths += [f"/saved/{each.name}/{name}" for each in SAVED for name in (*FORMATS, "index.html")]
    for path in paths:
        assert (config.out / path[1:]).read_bytes() == client.get(path).data, path
    assert sorted(path.name for path in (config.out / "search").iterdir()) == ["index.html"]
    (item,) = json.loads((config.out / "saved" / "로봇" / "feed.json").read_bytes())["items"]
    assert item["id"].endswith("2503.00003")


def _months(digests: Path, months: int) -> Path:
    """Two papers about robots, of which one has votes, on a day of each month."""
    digests.mkdir()
    for month in range(1, months + 1):
        papers = [
            markdown(f"25{month:02}.0000{number}", "Robots", "A", number, "로봇")
            for number in range(2)
        ]
        (digests / f"2025-{month:02}-15.md").write_text(digest(f"2025-{month:02}-15", papers))
    return digests


def _by_chain(client: FlaskClient, path: str) -> list[list[str]]:
    """The last part of the address of each feed of a chain, and the months of its papers."""
    found = list[list[str]]()
    while path:
        feed = json.loads(client.get(path).data)
        days = [item["_paper"]["day"] for item in feed["items"]]
        found.append([unquote(path.split("/")[-2]), *days])
        path = feed.get("next_url", "").removeprefix(BASE_URL[:-1])
    return found


def test_a_chain_leads_from_a_saved_search_to_all_that_it_finds(
    configure: Configure, tmp_path: Path
) -> None:
    saved = parse_saved(
        [
            {"name": "로봇", "q": "robot"},
            {"name": "three", "q": "robot", "limit": 3},
            {"name": "few", "q": "robot", "min_votes": 1, "limit": 9},
            {"name": "spring", "q": "robot", "since": "2025-03-01", "until": "2025-05-01"},
        ]
    )
    digests = _months(tmp_path / "digests", 5)
    client = create_app(configure(digests=digests, saved=saved, feed_size=1)).test_client()
    days = [f"2025-0{month}-15" for month in (5, 4, 3, 2, 1)]
    assert _by_chain(client, f"/saved/{quote('로봇')}/feed.json") == [
        ["로봇", *days[:1] * 2],
        *([day[:7], day, day] for day in days[1:]),
    ]
    assert (
        _by_chain(client, "/saved/three/feed.json")
        == [
            ["three", days[0], days[0], days[1]],  # just so many, as it says
            *([day[:7], day, day] for day in days[1:]),
        ]
    )
    assert _by_chain(client, "/saved/few/feed.json") == [["few", *days]]
    assert _by_chain(client, "/saved/spring/feed.json") == [
        *(["spring", days[1], days[1]], ["2025-03", days[2], days[2]])
    ]
    feed = read_atom(client.get("/saved/three/2025-03/feed.xml").data)
    assert feed.link("current") == f"{BASE_URL}saved/three/feed.xml"
    assert feed.text("atom:id") == f"{BASE_URL}saved/three/"
    assert client.get("/saved/spring/2025-02/").status_code == 404
    assert client.get("/saved/nobody/2025-02/").status_code == 404


def test_a_saved_search_that_goes_takes_its_folder_with_it(config: Config) -> None:
    for saved in (SAVED, SAVED[:1], ()):
        changed = Config(**{**_values(config), "saved": saved})  # type: ignore[arg-type]
        site = Site(changed)
        site.refresh()
        build(site, changed)
        folder = config.out / "saved"
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
        assert names - {"index.html", "opml.xml"} == {each.name for each in saved}


def _values(config: Config) -> dict[str, object]:
    return {setting.name: getattr(config, setting.name) for setting in config.settings()}


def test_saved_searches_have_an_opml_of_their_own(client: FlaskClient) -> None:
    opml = etree.fromstring(client.get("/saved/opml.xml").data)
    outlines = [(each.get("text"), each.get("xmlUrl")) for each in opml.iter("outline")]
    assert outlines == [
        ("Language models", BASE_URL + "saved/models/feed.xml"),
        ("nothing", BASE_URL + "saved/nothing/feed.xml"),
        ("로봇", BASE_URL + f"saved/{quote('로봇')}/feed.xml"),
    ]
    assert opml.findtext("head/title") == "Daily Papers · 저장한 검색"
    assert len(etree.fromstring(client.get("/opml.xml").data).findall(".//outline")) == 1


@pytest.mark.parametrize(
    "title", ["Daily Papers", "A Title of Many More Than Sixteen Letters", "논문"]
)
def test_browsers_learn_how_to_search_here(configure: Configure, title: str) -> None:
    client = create_app(configure(title=title)).test_client()
    answer = client.get("/opensearch.xml")
    assert answer.headers["Content-Type"] == "application/opensearchdescription+xml"
    space = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    found = etree.fromstring(answer.data)
    assert 0 < len(found.findtext("o:ShortName", None, space) or "") <= 16
    url = found.find("o:Url[@type='text/html']", space)
    assert url is not None
    address = str(url.get("template")).replace("{searchTerms}", "model")
    assert client.get(address.removeprefix(BASE_URL[:-1])).status_code == 200
    home = lxml.html.document_fromstring(client.get("/").data)
    assert home.find(".//link[@rel='search']").get("href") == "./opensearch.xml"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("saved = 3", "3 can't be used; give tables that begin with [[saved]]"),
        ("[[saved]]\nq = 'x'", "saved: A search needs a name of small letters"),
        ("[[saved]]\nname = 'A b'\nq = 'x'", "'A b' is none"),
        ("[[saved]]\nname = '../x'\nq = 'x'", "'../x' is none"),
        ("[[saved]]\nname = 'a'", "saved: a: it looks for nothing"),
        ("[[saved]]\nname = 'a'\nq = '\"x'", 'saved: a: In "x, a quotation mark is not closed'),
        ("[[saved]]\nname = 'a'\nq = 'x'\nmin_votes = -1", "saved: a: min_votes is a whole number"),
        ("[[saved]]\nname = 'a'\nq = 'x'\nvotes = 1", "there is no votes; the nearest one is min_"),
        ("[[saved]]\nname = 'a'\nq = ['x']", "saved: a: q is a text, a number or a day"),
        ("[[saved]]\nname = 'a'\nq = 'x'\n" * 2, "There are 2 searches called a; name each once."),
    ],
)
def test_a_saved_search_that_is_wrong_is_told(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "feedsvc.toml").write_text(toml)
    with pytest.raises(ConfigError) as caught:
        Config.load(tmp_path / "feedsvc.toml", environment={})
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_every_paper_is_found_by_its_id(client: FlaskClient) -> None:
    for key in PAPERS:
        items = json.loads(client.get(f"/search/feed.json?q=2503.000{key}").data)["items"]
        assert [item["id"] for item in items] == [f"https://arxiv.org/abs/2503.000{key}"]


def test_the_form_in_the_cache_answers_no_search(client: FlaskClient) -> None:
    for _ in range(2):
        assert "papers found" not in client.get("/search/").text.partition("data-")[0]
    assert len(
        lxml.html.document_fromstring(client.get("/search/?q=model").data).findall(".//ol/li")
    )


def test_a_page_that_tells_of_more_hits_is_another(client: FlaskClient, config: Config) -> None:
    first = client.get("/search/?q=model&limit=1")
    day = FIRST_DAY.replace(year=2020)
    paper = markdown("2003.00001", "An Old Model", "A", 1, "x")
    (config.digests / f"{day}.md").write_text(digest(day, [paper]))
    second = create_app(config).test_client().get("/search/?q=model&limit=1")
    assert first.data != second.data
    assert first.headers["ETag"] != second.headers["ETag"]
