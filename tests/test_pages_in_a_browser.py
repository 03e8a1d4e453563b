"""Every kind of page in a real browser, and before two judges: axe for access, vnu for HTML."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.archive import paper
from tests.support.languages import write_languages
from tests.support.project import ROOT
from tests.support.server import Server

CHROMIUM = shutil.which("chromium")
NODE = shutil.which("node")
JAVA = shutil.which("java")
TOOLS = ROOT / "tests" / "readers"
VNU = TOOLS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and NODE and (TOOLS / "node_modules" / "puppeteer-core").is_dir()),
    reason="needs a browser, node and npm's packages: apt-get install chromium nodejs npm, "
    "then npm install in tests/readers",
)
needs_vnu = pytest.mark.skipif(
    not (JAVA and VNU.is_file()),
    reason="needs Java and npm's packages: apt-get install default-jre-headless npm, "
    "then npm install in tests/readers",
)
pytestmark = pytest.mark.slow(reason="opens each kind of page in a browser, many times")

HARD = Path(__file__).parent / "pages" / "digests"
PATHS = {
    "own": (
        *("/", "/2024-11-18/", "/2024-W47/", "/2024-11/", "/all/"),
        *("/daily/", "/weekly/", "/subscribe/", "/nowhere"),
        *("/search/", "/search/?q=model", "/search/?q=%22", "/search/?q=nothingatall"),
    ),
    "hard": (
        *("/", "/2024-11-14/", "/2024-11-15/", "/2024-11-18/", "/2024-W46/", "/2024-11/", "/all/"),
        *("/topic/", "/topic/reasoning-planning/", "/subscribe/"),
    ),
    "long": (
        *("/", "/2024-03-27/", "/topic/", "/topic/vision/", "/topic/vision/2024-02/"),
        *("/saved/", "/saved/robots/", "/saved/robots/2024-02/", "/saved/none/"),
        *("/search/?q=paper&limit=9", "/subscribe/"),
    ),
    "languages": ("/2024-01-02/", "/en/", "/en/2024-01-02/", "/en/search/", "/en/nowhere"),
}
"""A page of each kind, on the project's own site and on those of hard, many and translated digests.
"""

WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")
PICTURES = ("wide", "tall", "small", "blocked")
LARGEST_SHIFT = 0.01

Look = tuple[str, str, int, str]
"""A site, a path, the width at which it is loaded, and what pictures come."""

PAGES: list[Look] = [(site, path, 360, "card") for site, paths in PATHS.items() for path in paths]
"""In each width and scheme."""

LOADS: list[Look] = [
    *(("own", path, 1440, "card") for path in PATHS["own"]),
    *(
        ("own", path, width, picture)
        for path in ("/", "/2024-11-18/")
        for width in (360, 768, 1440)
        for picture in PICTURES
    ),
]
"""For what jumps while a page is loaded."""

SAVED = """
[[saved]]
name = "robots"
title = "로봇"
q = "paper -nothing"

[[saved]]
name = "none"
q = "nothing"
"""


def _write_many(folder: Path) -> Path:
    """Three months with some papers of two topics in every other day."""
    folder.mkdir()
    for number in range(44):
        day = date(2024, 1, 1) + timedelta(days=2 * number)
        first = 4 * number
        parts = [f"# Papers of {day}\n", "오늘의 논문입니다.\n"]
        parts += ["## Vision\n", paper(first), paper(first + 1)]
        parts += ["## 언어\n", paper(first + 2), paper(first + 3)]
        (folder / f"{day}.md").write_text("\n".join(parts))
    return folder


@pytest.fixture(scope="module")
def sites(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """The project's own digests and many in Korean, hard ones on a site in English."""
    folder, other = tmp_path_factory.mktemp("hard"), tmp_path_factory.mktemp("long")
    (other / "feedsvc.toml").write_text(SAVED, encoding="utf-8")
    hard = Server(HARD, folder, FEEDSVC_LANGUAGE="en", FEEDSVC_FEED_SIZE="1")
    long = Server(_write_many(other / "digests"), other, FEEDSVC_FEED_SIZE="5")
    folder = tmp_path_factory.mktemp("languages")
    digests = write_languages(folder / "digests")
    languages = Server(digests, folder, FEEDSVC_LANGUAGES="ko, en", FEEDSVC_TITLE="Papers")
    yield {"own": server, "hard": hard, "long": long, "languages": languages}
    for each in (hard, long, languages):
        each.stop()


def _look(looks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [str(NODE), "look_at_pages.mjs", str(CHROMIUM)],
        cwd=TOOLS,
        input=json.dumps(looks),
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def seen(sites: dict[str, Server]) -> dict[Look, dict[str, Any]]:
    """What is seen of each page, in one run of the browser."""
    asked = [
        _asked(sites[site].url + path, width, pictures)
        | ({"widths": WIDTHS, "schemes": SCHEMES} if (site, path, width, pictures) in PAGES else {})
        for site, path, width, pictures in (*PAGES, *LOADS)
    ]
    return dict(zip((*PAGES, *LOADS), _look(asked), strict=True))


def _asked(url: str, width: int, pictures: str = "card", *keys: str) -> dict[str, Any]:
    whole = {"url": url, "width": width, "pictures": pictures, "keys": keys}
    return whole | {"widths": [], "schemes": []}


@needs_browser
@pytest.mark.timeout(900)
def test_axe_finds_nothing(seen: dict[Look, dict[str, Any]]) -> None:
    found = {look: each["findings"] for look, each in seen.items() if each["findings"]}
    assert found == {}


@needs_browser
@pytest.mark.timeout(900)
def test_nothing_jumps_whatever_pictures_come(seen: dict[Look, dict[str, Any]]) -> None:
    assert {
        look: each["shift"] for look, each in seen.items() if each["shift"] > LARGEST_SHIFT
    } == {}


@needs_browser
@pytest.mark.timeout(900)
def test_no_page_is_wider_than_its_window(seen: dict[Look, dict[str, Any]]) -> None:
    assert {look: each["overflows"] for look, each in seen.items() if each["overflows"]} == {}


@needs_browser
@pytest.mark.timeout(900)
def test_the_browser_refuses_nothing(seen: dict[Look, dict[str, Any]]) -> None:
    expected = re.compile(
        r"Failed to load resource: (net::ERR_FAILED|.* 404 \(Not Found\)|.* 400 \(Bad Request\))"
    )
    said = [line for each in seen.values() for line in each["console"]]
    assert [line for line in said if not expected.fullmatch(line)] == []


@needs_vnu
@pytest.mark.timeout(200)
def test_vnu_finds_nothing(sites: dict[str, Server], tmp_path: Path) -> None:
    for site, paths in PATHS.items():
        for number, path in enumerate(paths):
            (tmp_path / f"{site}-{number}.html").write_bytes(sites[site].get(path)[2])
    (tmp_path / "style.css").write_bytes(sites["own"].get("/style.css")[2])
    done = subprocess.run(
        [str(JAVA), "-jar", str(VNU), "--stdout", "--also-check-css", *tmp_path.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.replace(str(tmp_path), "") == ""
    assert done.returncode == 0


def _focused(server: Server, path: str, *keys: str) -> list[str]:
    """What has the focus after each key, without white space around."""
    focused: list[str] = _look([_asked(server.url + path, 800, "card", *keys)])[0]["focused"]
    return focused


@needs_browser
def test_a_slash_leads_to_the_search(server: Server) -> None:
    (field,) = _focused(server, "/2024-11-18/", "/")
    assert 'type="search"' in field


@needs_browser
def test_the_first_tab_leads_to_the_content(server: Server) -> None:
    skip, _, tab = _focused(server, "/2024-11-18/", "Tab", "Enter", "Tab")
    assert 'href="#content"' in skip
    assert 'rel="prev"' in tab


@needs_browser
def test_j_and_k_lead_from_paper_to_paper(server: Server) -> None:
    seen = _focused(server, "/2024-11-18/", "j", "j", "k", "k")
    numbers = [re.findall(r"abs/([0-9.]+)", each) for each in seen]
    assert numbers == [["2411.10440"], ["2411.06558"], ["2411.10440"], ["2411.10440"]]
