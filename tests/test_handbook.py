"""The handbook that Sphinx makes of the documents, and what they say of the package's names."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest

from tests.support.project import DIGESTS, ROOT, environment

LIBRARY = (ROOT / "docs" / "library.md").read_text()
LOADED = ("src", "srcset", "data", "poster")
"""Attributes whose address a browser fetches by itself."""


@pytest.fixture(scope="module")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handbook")
    (command,) = re.findall(r"python (-m sphinx .*) \$\(HANDBOOK\)", _makefile())
    done = subprocess.run(
        [sys.executable, *command.split(), "-d", str(folder / "read"), str(folder / "html")],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def _makefile() -> str:
    return (ROOT / "Makefile").read_text()


def _pages(handbook: Path) -> Iterator[tuple[Path, lxml.html.HtmlElement]]:
    for path in sorted(handbook.rglob("*.html")):
        yield path, lxml.html.fromstring(path.read_bytes())


@pytest.mark.slow(reason="builds the handbook")
def test_every_document_for_people_is_a_page_of_the_handbook(handbook: Path) -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    documents += [ROOT / name / "README.md" for name in ("deploy", "benchmarks")]
    first = lxml.html.fromstring((handbook / "docs" / "index.html").read_bytes())
    linked = {urlsplit(link).path for *_, link, _ in first.iterlinks()}
    for document in documents:
        page = document.relative_to(ROOT).with_suffix(".html")
        assert (handbook / page).is_file()
        up = page.relative_to("docs") if page.parts[0] == "docs" else Path("..") / page
        assert up.as_posix() in linked or page.name == "index.html", page


@pytest.mark.slow(reason="builds the handbook")
def test_no_link_inside_the_handbook_is_dead(handbook: Path) -> None:
    anchors = {
        path: {*page.xpath("//@id"), *page.xpath("//a/@name")} for path, page in _pages(handbook)
    }
    seen = 0
    for path, page in _pages(handbook):
        for element, attribute, link, _ in page.iterlinks():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or attribute not in {"href", "src"}:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.relative_to(handbook)}: {link}"
            if parts.fragment and element.tag == "a" and target in anchors:
                assert parts.fragment in anchors[target] | {""}, f"{path.name}: {link}"
            seen += 1
    assert seen > 200


@pytest.mark.slow(reason="builds the handbook")
def test_the_handbook_asks_nobody_else_for_anything(handbook: Path) -> None:
    for path, page in _pages(handbook):
        loaded = [value for name in LOADED for value in page.xpath(f"//@{name}")]
        loaded += page.xpath("//link/@href")
        assert [link for link in loaded if urlsplit(link).netloc] == [], path
        assert "@import" not in lxml.html.tostring(page, encoding="unicode"), path
    for path in handbook.rglob("*.css"):
        text = path.read_text()
        assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", text), path


def _examples() -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL))


def test_the_examples_of_the_library_run_one_after_another(tmp_path: Path) -> None:
    (tmp_path / "digests").symlink_to(DIGESTS)
    done = subprocess.run(
        [sys.executable, "-c", _examples()],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2024-11-18; The Title of a Paper; 24; Ada Lovelace; Charles Babbage",
        "feed.xml application/atom+xml; charset=utf-8 True",
        "rss.xml application/rss+xml; charset=utf-8 True",
        "feed.json application/feed+json True",
        "200 OK",
    ]


@pytest.mark.parametrize("name", re.findall(r"^\| `(feedsvc[\w.]+)` \|", LIBRARY, re.MULTILINE))
def test_a_public_name_is_there_with_a_docstring(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert getattr(importlib.import_module(module), attribute).__doc__


def test_every_name_of_an_example_is_a_public_one() -> None:
    imported = re.findall(r"^from (feedsvc[\w.]*) import (.+)$", _examples(), re.MULTILINE)
    names = {f"{module}.{name}" for module, line in imported for name in line.split(", ")}
    assert len(names) > 6
    assert all(f"| `{name}` |" in LIBRARY for name in names)
