"""The pages of a small archive, in which all that can be hostile is, as `tests/pages` has them.

`pytest --update-goldens` writes the pages anew; read the difference before you commit it.
"""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest

from feedsvc.pages.article import anchor
from feedsvc.pages.templates import SOURCES, environment, render
from feedsvc.parser import parse_digest
from feedsvc.site.site import Site
from tests.support.project import Configure

PAGES = Path(__file__).parent / "pages"
HOSTILE = """<script>alert('"&')</script>"""
SETTINGS = {
    "title": f"Papers {HOSTILE}",
    "subtitle": f"Subtitle {HOSTILE}",
    "author": f"Author {HOSTILE}",
    "rights": f"Rights {HOSTILE}",
    "licence": "https://example.org/licence?a='b'&c=d",
    "base_url": "https://example.org/papers/",
}
GOLDENS = {
    "home.html": "/",
    "day.html": "/2024-11-15/",
    "oldest-day.html": "/2024-11-14/",
    "day-by-topic.html": "/2024-11-18/",
    "week.html": "/2024-W46/",
    "month.html": "/2024-11/",
    "all.html": "/all/",
    "daily.html": "/daily/",
    "weekly.html": "/weekly/",
    "topics.html": "/topic/",
    "topic.html": "/topic/reasoning-planning/",
    "subscribe.html": "/subscribe/",
    "404.html": "/404.html",
}

EMPTY = ("home.html", "all.html", "daily.html", "weekly.html", "subscribe.html")
"""Pages that a site has before its first digest."""


@pytest.fixture
def site(configure: Configure) -> Site:
    return Site(configure(digests=PAGES / "digests", feed_size=1, **SETTINGS))


def _compare(name: str, page: bytes, request: pytest.FixtureRequest) -> None:
    golden = PAGES / name
    if request.config.getoption("update_goldens"):
        golden.write_bytes(page)
    assert page == golden.read_bytes()


@pytest.mark.parametrize("name", GOLDENS)
def test_a_page_is_as_its_golden_file_has_it(
    name: str, site: Site, request: pytest.FixtureRequest
) -> None:
    _compare(name, site.document(GOLDENS[name]).content, request)


@pytest.mark.parametrize("name", EMPTY)
def test_a_page_of_an_empty_site_is_as_its_golden_file_has_it(
    name: str, tmp_path: Path, configure: Configure, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "empty").mkdir()
    site = Site(configure(digests=tmp_path / "empty"))
    _compare(f"empty-{name}", site.document(GOLDENS[name]).content, request)


def test_a_page_of_a_korean_site_is_as_its_golden_file_has_it(
    configure: Configure, request: pytest.FixtureRequest
) -> None:
    site = Site(configure(digests=PAGES / "digests", language="ko", title="오늘의 논문"))
    _compare("korean.html", site.document("/2024-11-15/").content, request)


def test_where_all_is_too_much_its_page_leads_to_no_feed_of_all(
    configure: Configure, request: pytest.FixtureRequest
) -> None:
    site = Site(configure(digests=PAGES / "digests", all_size=5))
    _compare("all-too-much.html", site.document("/all/").content, request)


def test_every_golden_page_is_compared() -> None:
    compared = {*GOLDENS, *(f"empty-{name}" for name in EMPTY), "all-too-much.html", "korean.html"}
    assert {path.name for path in PAGES.glob("*.html")} == compared


def test_no_word_of_a_digest_or_a_setting_becomes_a_tag(site: Site) -> None:
    for path in GOLDENS.values():
        page = site.document(path).content.decode()
        assert page.count("<script") == page.count('<script defer src="') == 1
        assert not re.search(r"<[^>]*\son\w+=", page)


def test_templates_escape_all_but_what_a_few_functions_have() -> None:
    assert environment().autoescape is True
    sources = {path.name: path.read_text() for path in sorted(SOURCES.iterdir())}
    assert not [name for name, text in sources.items() if "safe" in text]
    code = {path.name: path.read_text() for path in sorted(SOURCES.parent.glob("*.py"))}
    unescaped = {name: text.count("as_markup(") for name, text in code.items()}
    assert {name: count for name, count in unescaped.items() if count} == {
        "escaping.py": 2,  # the function itself, and the attribute of a language
        "page.py": 1,
        "page_head.py": 2,
        "page_links.py": 3,
        "titles.py": 1,
    }
    assert [name for name, text in code.items() if "Markup(" in text] == ["escaping.py"]
    assert not [name for name, text in sources.items() if "autoescape" in text]


def test_a_template_that_is_not_given_all_fails() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("404.html")


def test_a_link_to_a_paper_on_a_page_stays_what_it_is() -> None:
    text = (
        "### [A](https://arxiv.org/abs/2411.00001v2)\n\n- a\n\n### [B](https://b.example/)\n\n- b"
    )
    papers = parse_digest("2024-11-18.md", text.encode()).papers
    assert [anchor(paper.id) for paper in papers] == ["2411.00001", "5d1dd98498cb"]
