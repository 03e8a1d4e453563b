"""How many people follow each feed, counted from logs of servers of several kinds."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import LogError
from feedsvc.stats.agents import agent_of
from feedsvc.stats.distinct import MOST_EXACT, Distinct
from feedsvc.stats.followers import MOST_FEEDS, OTHERS, Figures, count, feed_at
from feedsvc.stats.log_lines import LONGEST_LINE, Request, read_requests, request_of
from feedsvc.stats.report import as_json, as_svg, as_text
from tests.support.archive import write_archive
from tests.support.needs import open_terminal
from tests.support.project import environment
from tests.support.server import Server
from tests.support.waiting import until

FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; like FeedFetcher-Google)"
NEWSBOAT = "newsboat/2.21.0 (Linux x86_64)"


def _line(
    address: str = "192.0.2.1",
    path: str = "/feed.xml",
    status: int = 200,
    agent: str = NEWSBOAT,
    at: str = "18/Nov/2024:09:30:00 +0000",
    size: int = 1000,
) -> str:
    return f'{address} - - [{at}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}"\n'


def _count(*lines: str) -> Figures:
    return count(request_of(line.encode()) for line in lines)


def _followers(*lines: str) -> dict[str, int]:
    return {feed.feed: feed.followers for feed in _count(*lines).feeds}


# --- who is counted ---------------------------------------------------------------------------


def test_pollers_are_counted_once_each_by_address_and_program() -> None:
    figures = _followers(
        _line(),
        _line(status=304, size=0),
        _line(agent="Miniflux/2.0"),
        _line(address="192.0.2.2"),
        _line(path="/rss.xml"),
    )
    assert figures == {"/feed.xml": 3, "/rss.xml": 1}


def test_an_aggregator_counts_as_it_last_said() -> None:
    figures = _count(
        _line(agent=FEEDLY.format(12), at="19/Nov/2024:00:00:00 +0000"),
        _line(address="192.0.2.7", agent=FEEDLY.format(10), at="20/Nov/2024:00:00:00 +0000"),
        _line(agent=FEEDLY.format(99), at="18/Nov/2024:00:00:00 +0000"),
        _line(agent="Feedbin feed-id:1 - 4 subscribers"),
        _line(agent="Feedbin feed-id:2 - 3 subscribers"),
        _line(agent=FEEDLY.format(5), path="/daily/feed.xml"),
        _line(),
    )
    main, daily = figures.feeds
    assert main.aggregators == {"Feedly": 10, "Feedbin": 7}
    assert (main.pollers, main.followers) == (1, 18)
    assert daily.aggregators == {"Feedly": 5}


AGENTS = {
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)": ("Feedly", 12),
    "Feedbin feed-id:1 - 4 subscribers": ("Feedbin", 4),
    "NewsBlur Feed Fetcher - 1 subscriber - http://www.newsblur.com/site/7/": ("NewsBlur", 1),
    "Mozilla/5.0 (compatible; theoldreader.com; 3 subscribers; feed-id=abc)": (
        "theoldreader.com",
        3,
    ),
    "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 5 subscribers; )": ("Inoreader", 5),
    NEWSBOAT: ("", None),
}


@pytest.mark.parametrize("text", AGENTS)
def test_the_name_of_an_aggregator_says_for_how_many_it_polls(text: str) -> None:
    agent = agent_of(text.encode())
    assert (agent.name, agent.subscribers) == AGENTS[text]


def test_a_new_version_of_an_aggregator_is_the_same_one() -> None:
    first, second = (
        agent_of(FEEDLY.format(n).replace("1.0", v).encode()) for n, v in ((1, "1.0"), (2, "2.13"))
    )
    assert first.key == second.key


def test_crawlers_follow_nothing() -> None:
    figures = _count(_line(agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), _line())
    assert (figures.feeds[0].followers, figures.feeds[0].crawls) == (1, 1)
    assert figures.feeds[0].polls[200].number == 2


def test_polls_are_counted_and_weighed_by_their_answers() -> None:
    (feed,) = _count(
        *repeat(_line(status=304, size=0), 3),
        *repeat(_line(status=226, size=500), 2),
        _line(size=4000),
        _line(status=404, size=9),
        _line(status=301, size=9),
        _line().replace("GET", "HEAD"),
    ).feeds
    assert {status: (polls.number, polls.bytes) for status, polls in feed.polls.items()} == {
        304: (3, 0),
        226: (2, 1000),
        200: (1, 4000),
    }


FEEDS = {
    "/feed.xml": "/feed.xml",
    "/atom.xml": "/feed.xml",
    "/feed.xml?utm_source=x": "/feed.xml",
    "/rss": "/rss.xml",
    "/papers/feed.json": "/papers/feed.json",
    "/papers/daily/feed.xml": "/papers/daily/feed.xml",
    "/topic/nlp/rss.xml": "/topic/nlp/rss.xml",
    "/all/feed.xml": "/all/feed.xml",
    "/2024-11-18/feed.xml": "older papers",
    "/papers/2024-W47/rss.xml": "older papers",
    "/": "",
    "/2024-11-18/": "",
    "/style.css": "",
    "/topic/feed.xml": "",
    "/papers/search/feed.xml?x=1&q=Diffusion": "/papers/search/feed.xml?q=diffusion",
    "/search/feed.xml": "",
}


@pytest.mark.parametrize("path", FEEDS)
def test_a_path_is_of_the_feed_that_it_names(path: str) -> None:
    assert feed_at(path.encode()) == FEEDS[path]


# --- lines ------------------------------------------------------------------------------------

LINES = {
    "nginx": _line(),
    "a name": _line().replace("- -", "- ada"),
    "the host in front": f"papers.example.org:443 {_line()}",
    "more behind": _line().replace("\n", ' "198.51.100.1" 0.003\n'),
    "no agent": _line().partition(' "-" "')[0] + "\n",
    "no size": _line(size=0).replace(" 200 0 ", " 200 - "),
    "IPv6": _line(address="2001:db8::1"),
    "quotes in the agent": _line(agent=r"a \" b"),
    "JSON": json.dumps(
        {
            "time": "2024-11-18T09:30:00.000+00:00",
            "logger": "feedsvc.access",
            "address": "192.0.2.1",
            "method": "GET",
            "path": "/feed.xml",
            "status": 200,
            "bytes": 5,
            "agent": NEWSBOAT,
            "seconds": 0.1,
        }
    ),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_line_of_any_kind_is_a_request(kind: str) -> None:
    request = request_of(LINES[kind].encode())
    assert isinstance(request, Request)
    assert request.address in {b"192.0.2.1", b"2001:db8::1"}
    assert (request.path, request.status) == (b"/feed.xml", 200)
    assert request.time.startswith("2024-11-18T09:30:00")
    assert _followers(LINES[kind]) == {"/feed.xml": 1}


BAD = [
    "",
    "garbage",
    "{",
    "{}",
    '{"logger": "feedsvc.access", "status": "many"}',
    _line().replace("200", "many"),
    _line(at="99/Nope/2024:09:30:00 +0000"),
    _line().replace('"GET', '"'),
    "\0" * 100,
]


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_counted(line: str) -> None:
    figures = _count(line, _line())
    assert (figures.lines, figures.unreadable) == (2, 1)
    assert len(figures.feeds) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_a_line(line: bytes) -> None:
    assert count([request_of(line)]).lines == 1


def test_what_a_server_tells_besides_requests_is_no_bad_line() -> None:
    other = '{"time": "2024-11-18T09:30:00", "logger": "feedsvc.web.app", "message": "x"}'
    assert _count(other).unreadable == 0


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_log_is_read_plain_and_compressed(tmp_path: Path, is_compressed: bool) -> None:
    data = (_line() + "\n" + "x" * (3 * LONGEST_LINE) + "\n" + _line().rstrip()).encode()
    log = tmp_path / "any name"
    log.write_bytes(gzip.compress(data) if is_compressed else data)
    figures = count(read_requests([log, log]))
    assert (figures.lines, figures.unreadable) == (6, 2)
    assert figures.feeds[0].polls[200].number == 4


def test_a_log_that_breaks_off_is_named(tmp_path: Path) -> None:
    log = tmp_path / "access.log.gz"
    log.write_bytes(gzip.compress(_line().encode())[:-9])
    with pytest.raises(LogError, match=r"access\.log\.gz: the log can't be read: .*\.$"):
        count(read_requests([log]))


# --- memory and privacy -----------------------------------------------------------------------


@given(st.sets(st.binary(max_size=4), max_size=50), st.integers(1, 3))
def test_few_things_are_counted_exactly(things: set[bytes], times: int) -> None:
    distinct = Distinct()
    for thing in [*things] * times:
        distinct.add(thing)
    assert distinct.count() == len(things)


@pytest.mark.parametrize("number", [MOST_EXACT, 3 * MOST_EXACT, 100_000])
def test_many_things_are_counted_nearly_in_bounded_memory(number: int) -> None:
    distinct = Distinct()
    order = [*range(number), *range(number)]
    random.Random(number).shuffle(order)
    for each in order:
        distinct.add(str(each).encode())
        assert len(distinct._hashes) <= 2 * MOST_EXACT
    assert abs(distinct.count() - number) <= 0.06 * number * (number > MOST_EXACT)


def test_feeds_beyond_a_number_are_counted_together() -> None:
    lines = [_line(path=f"/topic/t{number}/feed.xml") for number in range(MOST_FEEDS + 50)]
    figures = _count(*lines, _line(path="/2024-11-18/feed.xml"))
    assert len(figures.feeds) == MOST_FEEDS + 1
    others = next(feed for feed in figures.feeds if feed.feed == OTHERS)
    assert others.polls[200].number == 50
    assert figures.older


def test_made_up_aggregators_take_no_more_memory() -> None:
    lines = (_line(agent=f"A{'b' * n} 2 subscribers") for n in range(2, 20))
    (feed,) = count((request_of(line.encode()) for line in lines), most_aggregators=5).feeds
    assert len(feed.aggregators) == 5
    assert feed.pollers == 13


def test_nothing_personal_is_told() -> None:
    figures = _count(
        _line(address="203.0.113.77", agent="Secret/1.0 (ada@example.org)"),
        _line(agent="Feedly/1.0 (ada@example.org; 3 subscribers)"),
    )
    for text in (as_text(figures), as_json(figures), as_svg(figures)):
        assert "203.0.113" not in text
        assert "Secret" not in text
        assert "ada@" not in text


# --- what is told -----------------------------------------------------------------------------

LOG = (
    _line(agent=FEEDLY.format(1200)),
    _line(status=304, size=0),
    _line(path="/daily/feed.xml", at="20/Nov/2024:00:00:00 +0000", size=2_500_000),
    _line(path="/2024-W46/feed.xml"),
    "garbage",
)


def test_the_text_says_it_in_lines() -> None:
    assert as_text(_count(*LOG)).splitlines() == [
        "/feed.xml: 1,201 people follow it",
        "  1,200 at aggregators (Feedly 1,200), 1 elsewhere",
        "  polls: 1 × 304 nothing new (0.0 kB), 1 × 200 the whole feed (1.0 kB)",
        "/daily/feed.xml: 1 person follows it",
        "  polls: 1 × 200 the whole feed (2.5 MB)",
        "Feeds of days and weeks, in which readers look for older papers",
        "  polls: 1 × 200 the whole feed (1.0 kB)",
        "2024-11-18 to 2024-11-20: 5 lines, 1 not readable",
    ]
    assert as_text(_count()) == "Nobody polled a feed.\n0 lines, 0 not readable"


def test_the_json_has_the_same_figures() -> None:
    report = json.loads(as_json(_count(*LOG)))
    assert (report["lines"], report["unreadable"]) == (5, 1)
    assert (report["first_day"], report["last_day"]) == ("2024-11-18", "2024-11-20")
    assert report["feeds"][0]["aggregators"] == {"Feedly": 1200}
    assert report["feeds"][0]["polls"]["200"] == {"number": 1, "bytes": 1000}
    assert report["older"]["polls"]["200"]["number"] == 1


def test_the_picture_has_a_bar_a_feed_in_proportion() -> None:
    lines = (
        _line(address=f"192.0.2.{n}", path=f"/topic/<&{n % 3 and 1}/feed.xml") for n in range(9)
    )
    picture = as_svg(_count(*lines))
    root = ET.fromstring(picture)  # noqa: S314 - our own
    bars = [bar for bar in _all(root, "rect") if bar.get("class") == "others"]
    assert [int(str(bar.get("width"))) for bar in bars] == [632, 316]
    texts = [text.text for text in _all(root, "text")]
    assert "/topic/<&1/feed.xml" in texts
    assert texts[-1] == "3"
    assert as_svg(_count()) == as_svg(_count())
    ET.fromstring(as_svg(_count()))  # noqa: S314 - our own


def _all(root: Any, name: str) -> Iterator[Any]:
    return root.iter(f"{{http://www.w3.org/2000/svg}}{name}")


def _stats(folder: Path, *arguments: str, given: Iterable[str] = ()) -> str:
    return subprocess.run(
        [sys.executable, "-m", "feedsvc", "stats", *arguments],
        input="".join(given),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_command_reads_files_and_the_standard_input(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text("".join(LOG))
    said = _stats(tmp_path, "access.log", "--svg", "followers.svg")
    assert said == _stats(tmp_path, given=LOG) == _stats(tmp_path, "-", given=LOG)
    assert said == as_text(_count(*LOG)) + "\n"
    assert (tmp_path / "followers.svg").read_text() == as_svg(_count(*LOG))
    assert json.loads(_stats(tmp_path, "--json", given=LOG))["lines"] == 5


def test_a_person_who_names_no_log_is_told_to(tmp_path: Path) -> None:
    terminal, end = open_terminal()
    done = subprocess.run(
        [sys.executable, "-m", "feedsvc", "stats"],
        cwd=tmp_path,
        env=environment(),
        stdin=end,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(terminal)
    os.close(end)
    assert done.returncode == 2
    assert "name a log, or send one to the standard input." in done.stderr


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_log_of_our_own_server_is_understood(tmp_path: Path, log_format: str) -> None:
    write_archive(tmp_path / "digests", days=9, papers=1)
    (tmp_path / "feedsvc.toml").write_text(f'log_format = "{log_format}"\n')
    server = Server(tmp_path / "digests", tmp_path, "--access-log", "--config", "feedsvc.toml")
    try:
        etag = server.get("/feed.xml")[1]["etag"]
        server.get("/feed.xml", If_None_Match=etag)
        server.get("/feed.xml", User_Agent=FEEDLY.format(7))
        server.get("/rss")
        server.get("/2024-01-01/feed.xml")
        assert until(lambda: "/2024-01-01/feed.xml" in server.log.read_text())
    finally:
        server.stop()
    report = json.loads(_stats(tmp_path, "--json", str(server.log)))
    assert {each["feed"]: each["followers"] for each in report["feeds"]} == {
        "/feed.xml": 8,
        "/rss.xml": 1,
    }
    assert report["feeds"][0]["polls"]["304"]["number"] == 1
    assert report["older"]["polls"]["200"]["bytes"] > 500
