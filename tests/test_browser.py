"""The pages in a real browser: what it shows, and that nothing it loads is refused."""

from __future__ import annotations

import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import lxml.html
import pytest

from feedsvc.web.responses import COMMON_HEADERS
from tests.support.server import Server

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="needs a browser: apt-get install chromium"),
    pytest.mark.slow(reason="starts a browser for each page"),
]

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom"),
)


def _open(url: str, profile: Path) -> tuple[lxml.html.HtmlElement, str]:
    """The page after it has loaded, and what the browser's console says."""
    done = subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", url],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return lxml.html.document_fromstring(done.stdout), "\n".join(console)


@pytest.mark.parametrize(("path", "articles"), [("/", 8), ("/2024-11-22/", 5), ("/nowhere", 0)])
def test_a_page_shows_its_papers_and_nothing_is_refused(
    server: Server, tmp_path: Path, path: str, articles: int
) -> None:
    page, console = _open(server.url + path, tmp_path)
    assert len(page.findall(".//article")) == articles
    assert "Content Security Policy" not in console
    assert "MIME type" not in console


def test_a_browser_finds_the_feeds_of_a_page(server: Server, tmp_path: Path) -> None:
    page, _ = _open(f"{server.url}/2024-11-18/", tmp_path)
    feeds = [link.get("href") for link in page.iterfind(".//link[@rel='alternate']")]
    site, day = "https://papers.example.org/", "https://papers.example.org/2024-11-18/"
    names = ("feed.xml", "rss.xml", "feed.json")
    assert feeds == [site + name for name in names] + [day + name for name in names]


def test_what_looks_like_a_tag_is_text_to_a_browser(tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "2024-11-18.md").write_text(
        "## 2024-11-18\n\n### [<script>document.title='x'</script>](https://a.example/)\n\n"
        "Authors: <img src=x onerror=\"document.title='x'\">\n\n"
        "- **<b>L</b>**: a <think> and <script>document.title='x'</script>\n"
    )
    server = Server(folder, tmp_path)
    try:
        page, console = _open(f"{server.url}/2024-11-18/", tmp_path / "profile")
    finally:
        server.stop()
    assert page.findtext(".//title") == "2024년 11월 18일 월요일 · Daily Papers"
    assert not page.findall(".//article//script")
    article = page.find(".//article")
    assert article is not None
    assert "a <think> and <script>" in article.text_content()
    assert "Content Security Policy" not in console


@pytest.mark.parametrize(("query", "hits"), [("q=model&limit=3", 3), ("q=nothingatall", 0)])
def test_a_static_site_searches_in_the_browser(
    built: Path, tmp_path: Path, query: str, hits: int
) -> None:
    site = partial(_Site, directory=str(built))
    with ThreadingHTTPServer(("127.0.0.1", 0), site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page, console = _open(f"http://127.0.0.1:{server.server_port}/search/?{query}", tmp_path)
        server.shutdown()
    assert len(page.findall(".//ol/li")) == hits
    assert page.find(".//main//input[@name='q']").get("value") is not None
    said = page.findtext(".//p[@role='status']") or ""
    assert said.strip() == (f"논문 {hits}편을 찾았습니다." if hits else "찾은 논문이 없습니다.")
    for link in page.iterfind(".//ol/li/a"):
        path, _, anchor = str(link.get("href")).removeprefix("../").partition("#")
        assert f'id="{anchor}"' in (built / path / "index.html").read_text()
    assert "Content Security Policy" not in console


class _Site(SimpleHTTPRequestHandler):
    """A host of files that sends the headers that the server would."""

    def end_headers(self) -> None:
        for name, value in COMMON_HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""
