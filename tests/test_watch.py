"""`feedsvc serve` for authors: pages change by themselves and show what is wrong in digests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest

from feedsvc.watch.app import create_app as create_app_for_authors
from feedsvc.web.app import create_app
from tests.support.archive import digest, paper, write_archive
from tests.support.project import BASE_URL, Configure, environment
from tests.support.server import Server, running
from tests.support.server import free_port as port_of_nobody
from tests.support.waiting import until

CHROMIUM = shutil.which("chromium")
WRONG_VOTES = paper(1).replace("Vote: 1", "Vote: many")


@pytest.fixture
def digests(tmp_path: Path) -> Path:
    folder = write_archive(tmp_path / "digests", days=1, papers=1)
    (folder / "2024-01-05.md").write_text(digest("2024-01-05", [paper(3), WRONG_VOTES]))
    (folder / "2024-01-06.md").write_text("## Daily Papers (2024-01-06)\n")
    return folder


@pytest.fixture
def watched(digests: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(digests, tmp_path, "--watch", "--access-log")
    yield server
    server.stop()


def _page(server: Server, path: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(server.get(path)[2].decode())


def _problems(element: lxml.html.HtmlElement) -> list[str]:
    return [
        " ".join(found.text_content().split())
        for found in element.iter("p")
        if "problem" in (found.get("class") or "").split()
    ]


def test_a_problem_stands_at_its_paper(watched: Server, digests: Path) -> None:
    page = _page(watched, "/2024-01-05/")
    (article,) = (each for each in page.iter("article") if each.get("id") == "2411.00001")
    (said,) = _problems(article)
    line = (digests / "2024-01-05.md").read_text().splitlines().index("Vote: many") + 1
    assert said.startswith(f"warning {digests}/2024-01-05.md:{line} the votes 'many' are not")
    assert said.endswith("[bad-votes]")
    assert _problems(page) == [said]


def test_a_paper_of_two_days_has_its_problem_on_the_right_one(
    watched: Server, digests: Path
) -> None:
    two = digest("2024-02-01", [paper(1)]) + "\n" + digest("2024-02-02", [WRONG_VOTES])
    (digests / "any name.md").write_text(two)
    assert until(lambda: "[bad-votes]" in watched.get("/2024-02-02/")[2].decode())
    assert "2411.00001" in watched.get("/2024-02-01/")[2].decode()
    assert "[bad-votes]" not in watched.get("/2024-02-01/")[2].decode()


def test_what_is_at_no_paper_stands_above_all(watched: Server, digests: Path) -> None:
    text = (digests / "2024-01-05.md").read_text()
    (digests / "2024-01-05.md").write_text(text.replace("(2024-01-05)", "(2024-01-04)"))
    assert until(lambda: "date-mismatch" in watched.get("/2024-01-05/")[2].decode())
    first, *_ = _page(watched, "/2024-01-05/").find(".//main")
    assert first.text_content().strip().endswith("[date-mismatch]")
    assert "date-mismatch" not in watched.get("/2024-01-01/")[2].decode()


@pytest.mark.parametrize("path", ["/", "/2024-01-06/"])
def test_a_digest_without_papers_is_told_of_where_its_author_looks(
    watched: Server, path: str
) -> None:
    assert any("no-papers" in said for said in _problems(_page(watched, path)))


def test_a_page_has_a_script_that_may_run(watched: Server) -> None:
    status, headers, page = watched.get("/2024-01-05/", Accept_Encoding="gzip")
    assert status == 200
    assert headers["content-length"] == str(len(page))
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers
    assert "content-encoding" not in headers
    policy = headers["content-security-policy"].split("; ")
    assert {"script-src 'self'", "connect-src 'self'"} <= {*policy}
    assert len({rule.split()[0] for rule in policy}) == len(policy)
    assert b'src="../_watch/watch.js"' in page
    for name, type_ in (("watch.js", "text/javascript"), ("watch.css", "text/css")):
        answer = watched.get(f"/_watch/{name}")
        assert (answer[0], answer[1]["content-type"]) == (200, f"{type_}; charset=utf-8")


def test_the_state_changes_with_a_digest_and_with_its_problems(
    watched: Server, digests: Path
) -> None:
    def state() -> bytes:
        return watched.get("/_watch/state")[2]

    page = watched.get("/2024-01-05/")[2].decode()
    before = state()
    assert f'data-state="{before.decode()}"' in page
    time.sleep(1)
    assert state() == before
    (digests / "2024-01-06.md").write_text("## Daily Papers (2024-01-06)\n\n- \x08\n")
    assert until(lambda: state() != before)


def test_what_is_no_page_is_as_without_watch(watched: Server) -> None:
    status, headers, feed = watched.get("/feed.xml")
    assert (status, b"_watch" in feed) == (200, False)
    assert watched.get("/feed.xml", If_None_Match=headers["etag"])[0] == 304


def test_pages_lead_to_this_server_whatever_the_settings_say(tmp_path: Path) -> None:
    write_archive(tmp_path / "digests", days=1, papers=1)
    port = port_of_nobody()
    command = [sys.executable, "-m", "feedsvc", "serve", "--watch", "--port", str(port)]
    settings = {"FEEDSVC_BASE_URL": BASE_URL, "FEEDSVC_INDEX": str(tmp_path / "i.sqlite3")}
    with running(command, port, tmp_path, **settings) as log:
        assert f"  read       http://127.0.0.1:{port}/\n" in log.read_text()


def test_a_site_below_a_path_is_watched_there(digests: Path, configure: Configure) -> None:
    config = configure(digests=digests, base_url="https://papers.example.org/a/b/")
    client = create_app_for_authors(config).test_client()
    for path in ("/2024-01-05/", "/a/b/2024-01-05/"):
        page = client.get(path)
        assert b"[bad-votes]" in page.data
        assert b'src="../_watch/watch.js"' in page.data
    state = client.get("/a/b/_watch/state").data
    assert state
    assert state == client.get("/_watch/state").data


def test_only_watch_changes_pages(configure: Configure, digests: Path) -> None:
    client = create_app(configure(digests=digests)).test_client()
    for path in ("/", "/2024-01-05/"):
        response = client.get(path)
        assert b"_watch" not in response.data
        assert b"votes &#39;many" not in response.data
    assert client.get("/_watch/state").status_code == 404


def test_watch_is_for_one_worker(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "feedsvc", "serve", "--watch", "--workers", "2"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "leave --workers out" in done.stderr


def test_open_opens_the_site_once_it_is_served(tmp_path: Path) -> None:
    write_archive(tmp_path / "digests", days=1, papers=1)
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o755)
    port = port_of_nobody()
    command = [sys.executable, "-m", "feedsvc", "serve", "--open", "--port", str(port)]
    settings = {"BROWSER": f"{browser} %s", "FEEDSVC_INDEX": str(tmp_path / "i.sqlite3")}
    with running(command, port, tmp_path, **settings):
        assert until(lambda: opened.exists() and opened.read_text())
    assert opened.read_text() == f"http://127.0.0.1:{port}/\n"


@pytest.mark.skipif(not CHROMIUM, reason="needs a browser: apt-get install chromium")
@pytest.mark.slow(reason="keeps a browser open until a page has changed")
def test_a_page_in_a_browser_is_loaded_again_when_its_digest_changes(
    watched: Server, digests: Path, tmp_path: Path
) -> None:
    """The browser asks for the picture that only the changed page has: of this very server."""
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")
    address = f"http://127.0.0.1:{watched.port}/2024-01-05/"
    log = tmp_path / "browser.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [
                *(str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'profile'}"),
                *("--remote-debugging-port=0", "--enable-logging=stderr", address),
            ],
            stdout=output,
            stderr=output,
        ) as browser,
    ):
        try:
            assert until(lambda: b"DevTools listening" in log.read_bytes())
            text = (digests / "2024-01-05.md").read_text()
            asked = _asked(watched, "/_watch/state")
            assert until(lambda: _asked(watched, "/_watch/state") > asked)
            pages = _asked(watched, "/2024-01-05/")
            (digests / "2024-01-05.md").write_text(text.replace("Vote: many", "Vote: 7"))
            assert until(lambda: _asked(watched, "/2024-01-05/") > pages)
        finally:
            browser.terminate()
    assert "Content Security Policy" not in log.read_text()


def _asked(server: Server, path: str) -> int:
    return len(re.findall(rf'"GET {re.escape(path)} ', server.log.read_text()))
