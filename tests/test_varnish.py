"""The shipped file for Varnish does its work in front of a real server of digests that grow."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.archive import digest, paper, write_archive
from tests.support.project import ROOT
from tests.support.server import Answer, Server, ask, free_port, running
from tests.support.waiting import until

VCL = ROOT / "deploy" / "varnish.vcl"
OLDEST = 4.5
"""Seconds after which a server tells a hub of a change, when nobody may keep the state before."""

pytestmark = [
    pytest.mark.slow(reason="starts Varnish, which compiles its file"),
    pytest.mark.skipif(
        not (shutil.which("varnishd") and shutil.which("cc")),
        reason="needs Varnish and a C compiler: apt-get install varnish gcc",
    ),
]


class Cache:
    """Varnish with the shipped file, and the server behind it."""

    def __init__(self, server: Server, digests: Path, port: int) -> None:
        self.server, self.digests, self.port = server, digests, port

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """What Varnish answers."""
        return ask(self.port, path, method, body, **headers)

    def asked(self) -> int:
        """How many answers the server has given to anybody but those who watch it."""
        text = ask(self.server.port, "/metrics")[2].decode()
        return sum(
            int(sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "feedsvc_requests_total"
            and sample.labels["document"] not in {"healthz", "metrics"}
        )

    def add_day(self, day: str, number: int) -> None:
        """Adds a digest, and waits until the server has it."""
        (self.digests / f"{day}.md").write_text(digest(day, [paper(number)]))
        assert until(lambda: day.encode() in ask(self.server.port, "/healthz")[2])


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    digests = write_archive(tmp_path / "digests", days=3, papers=4)
    server = Server(digests, tmp_path)
    port = free_port()
    text = VCL.read_text()
    assert text.count('.port = "8000";') == 1
    (tmp_path / "site.vcl").write_text(text.replace('"8000"', f'"{server.port}"'))
    command = ["varnishd", "-F", "-j", "none", "-n", str(tmp_path / "varnish")]
    command += ["-a", f"127.0.0.1:{port}", "-f", str(tmp_path / "site.vcl"), "-s", "malloc,64m"]
    with running([*command, "-p", "http_gzip_support=off"], port, tmp_path):
        yield Cache(server, digests, port)
    server.stop()


@pytest.mark.parametrize("encoding", ["", "gzip, deflate", "gzip, deflate, br", "gzip;q=1, br;q=0"])
def test_varnish_gives_the_same_answer_in_each_encoding_and_asks_once(
    cache: Cache, encoding: str
) -> None:
    for path in ("/feed.xml", "/", "/2024-01-02/rss.xml", "/nothing", "/2024-01-02"):
        inner = ask(cache.server.port, path, Accept_Encoding=encoding)
        outer = cache.ask(path, Accept_Encoding=encoding)
        assert (outer[0], outer[2]) == (inner[0], inner[2])
        added = {"server", "date", "connection", "age", "accept-ranges", "transfer-encoding"}
        assert {name: value for name, value in outer[1].items() if name not in added} == {
            name: value for name, value in inner[1].items() if name not in added
        }
        before = cache.asked()
        if tag := inner[1].get("etag"):
            known = {"Accept_Encoding": encoding, "If_None_Match": tag}
            again = cache.ask(path, **known)
            assert (again[0], again[1]["etag"], again[2]) == (304, tag, b"")
        assert cache.ask(f"{path}?any=query", Accept_Encoding=encoding)[2] == inner[2]
        assert cache.asked() - before <= 1, "at most the look after two seconds"


def test_a_search_is_kept_by_its_query(cache: Cache) -> None:
    one, other = (cache.ask(f"/search/feed.json?q=id:2411.0000{number}")[2] for number in (1, 2))
    assert b"2411.00001" in one
    assert b"2411.00002" in other


def test_who_has_the_newest_is_told_by_varnish_and_who_has_not_gets_what_is_new(
    cache: Cache,
) -> None:
    old = cache.ask("/feed.xml")[1]["etag"]
    cache.add_day("2024-01-04", 90)
    new = ask(cache.server.port, "/feed.xml")[1]["etag"]
    assert until(lambda: cache.ask("/feed.xml")[1]["etag"] == new, OLDEST)

    delta = cache.ask("/feed.xml", A_IM="feed", If_None_Match=old)
    assert delta[0] == 226
    assert delta[2] == ask(cache.server.port, "/feed.xml", A_IM="feed", If_None_Match=old)[2]
    assert b"2411.00090" in delta[2]
    assert b"2411.00001" not in delta[2]
    whole = cache.ask("/feed.xml")
    assert (whole[0], whole[1]["etag"]) == (200, new), "nobody else gets the delta"
    assert cache.ask("/feed.xml", A_IM="feed")[0] == 200

    before = cache.asked()
    for _ in range(20):
        assert cache.ask("/feed.xml", A_IM="feed", If_None_Match=new)[0] == 304
    assert cache.asked() - before <= 2, "at most the looks after two seconds"


def test_who_was_told_of_a_change_gets_it(cache: Cache) -> None:
    for number, day in enumerate(("2024-01-04", "2024-01-05"), start=90):
        cache.ask("/feed.xml")
        cache.add_day(day, number)
        time.sleep(OLDEST)
        assert f"2411.000{number}".encode() in cache.ask("/feed.xml")[2], "the only one who asks"


def test_the_last_copy_is_there_while_the_app_is_away(cache: Cache) -> None:
    whole, delta = cache.ask("/feed.xml"), {"A_IM": "feed", "If_None_Match": '"x"'}
    assert cache.ask("/feed.xml", If_None_Match=whole[1]["etag"])[0] == 304
    os.killpg(cache.server.process, signal.SIGKILL)
    for pause in (0, 2.5, 2.5):
        time.sleep(pause)
        for asked in ({}, delta):
            assert cache.ask("/feed.xml", **asked)[::2] == (200, whole[2])
        assert cache.ask("/feed.xml", If_None_Match=whole[1]["etag"])[0] == 304
    status, headers, _ = cache.ask("/rss.xml")
    assert (status, headers["retry-after"], headers["cache-control"]) == (503, "60", "no-store")


def test_varnish_takes_no_body_shows_no_metrics_and_answers_preflights(cache: Cache) -> None:
    status, headers, _ = cache.ask("/feed.xml", "POST", b"x" * 2000)
    assert (status, headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert cache.ask("/metrics")[0] == 403
    assert cache.ask("/healthz")[0] == 200
    inner = ask(cache.server.port, "/feed.xml", "OPTIONS")
    outer = cache.ask("/feed.xml", "OPTIONS")
    allowed = {name: text for name, text in inner[1].items() if name.startswith("access-")}
    assert outer[0] == 204
    assert {name: outer[1].get(name) for name in allowed} == allowed


def test_no_client_can_write_the_notes_of_the_file(cache: Cache) -> None:
    before = cache.ask("/feed.xml")
    forged = {"X_Feedsvc_Old": "1", "X_Feedsvc_Delta": "feed", "If_None_Match": '"x"'}
    assert cache.ask("/feed.xml", **forged)[::2] == before[::2]
