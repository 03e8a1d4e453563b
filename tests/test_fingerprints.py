"""What a change of a setting or of the code makes anew: its own floor and those above it."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from feedsvc.builder.build import build
from feedsvc.config import Affects, Config
from feedsvc.site.pipeline import SOURCES, make_pipeline, sources
from feedsvc.site.site import Site
from tests.support.archive import write_archive
from tests.support.folders import tree
from tests.support.project import BASE_URL, ROOT, Configure

DAYS = 12

COUNTED = """
import json, sys
from pathlib import Path
from feedsvc.builder.build import build
from feedsvc.config import Config
from feedsvc.site import pipeline
from feedsvc.site.site import Site

counts = {"read": 0, "rendered": 0}

def counting(name, function):
    def counted(*arguments, **named):
        counts[name] += 1
        return function(*arguments, **named)
    return counted

pipeline.parse_digest = counting("read", pipeline.parse_digest)
pipeline.paper_entry = counting("rendered", pipeline.paper_entry)
settings = json.loads(sys.argv[1])
config = Config.load(environment={}, flags=settings)
site = Site(config)
site.refresh()
build(site, config)
print(json.dumps(counts))
"""
"""Builds a site in this process and says how many digests it read and papers it rendered."""


@pytest.fixture(scope="session")
def digests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that is old enough for its files' signatures to be trusted."""
    folder = write_archive(tmp_path_factory.mktemp("fingerprints") / "digests", DAYS, papers=2)
    old = time.time() - 60
    for path in folder.iterdir():
        os.utime(path, (old, old))
    time.sleep(2.1)  # as the time of that change counts, too
    return folder


class Bench:
    """An archive, a copy of the package that may be edited, and what builds a site of both."""

    def __init__(self, folder: Path, digests: Path) -> None:
        self.folder = folder
        self.digests = digests
        self.package = folder / "code" / "feedsvc"
        shutil.copytree(
            ROOT / "feedsvc", self.package, ignore=shutil.ignore_patterns("__pycache__")
        )
        self.settings: dict[str, str] = {"base_url": BASE_URL}

    def edit(self, name: str, text: str) -> None:
        """Adds text to a source file."""
        with (self.package / name).open("a") as file:
            file.write(text)

    def build(self, name: str = "site", index: str = "") -> dict[str, int]:
        """Builds; the index is the one in the cache folder, or a file."""
        settings = {
            **self.settings,
            "digests": str(self.digests),
            "out": str(self.folder / name),
            "index": index and str(self.folder / index),
        }
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.package.parent),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        done = subprocess.run(
            [sys.executable, "-c", COUNTED, json.dumps(settings)],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        counts: dict[str, int] = json.loads(done.stdout)
        return counts


NOTHING = {"read": 0, "rendered": 0}
ITEMS = {"read": 0, "rendered": 2 * DAYS}
ALL = {"read": DAYS, "rendered": 2 * DAYS}

CHANGES: dict[str, tuple[Callable[[Bench], object], dict[str, int]]] = {
    "nothing": (lambda _: None, NOTHING),
    "the title": (lambda bench: bench.settings.update(title="Other"), NOTHING),
    "the rights": (lambda bench: bench.settings.update(rights="Nobody's"), NOTHING),
    "feed_size": (lambda bench: bench.settings.update(feed_size="3"), NOTHING),
    "the style": (lambda bench: bench.edit("pages/static/style.css", "p { margin: 0 }\n"), NOTHING),
    "a page": (lambda bench: bench.edit("pages/templates/base.html", "<!-- -->\n"), NOTHING),
    "the server": (lambda bench: bench.edit("web/app.py", "# changed\n"), NOTHING),
    "the language": (lambda bench: bench.settings.update(language="en"), ITEMS),
    "the base URL": (lambda bench: bench.settings.update(base_url="https://x.org/"), ITEMS),
    "the article": (lambda bench: bench.edit("pages/article.py", "# changed\n"), ITEMS),
    "a format's item": (lambda bench: bench.edit("feeds/atom.py", "# changed\n"), ITEMS),
    "the parser": (lambda bench: bench.edit("parser/lines/titles.py", "# changed\n"), ALL),
    "media_base": (lambda bench: bench.settings.update(media_base="https://m.org/"), ALL),
}
"""What may change, and what that costs at the next build."""


@pytest.fixture
def bench(tmp_path: Path, digests: Path) -> Bench:
    return Bench(tmp_path, digests)


@pytest.mark.slow(reason="changes a copy of the code and builds with it in processes of its own")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_makes_anew_what_depends_on_it(bench: Bench, change: str) -> None:
    edit, cost = CHANGES[change]
    assert bench.build() == ALL
    edit(bench)
    assert bench.build() == cost
    assert bench.build("cold", index="cold.sqlite3") == ALL
    assert tree(bench.folder / "site") == tree(bench.folder / "cold")


@pytest.mark.slow(reason="builds in processes of its own")
@pytest.mark.parametrize("change", ["the title", "the base URL", "media_base"])
def test_a_change_costs_the_same_where_the_index_has_a_place_of_its_own(
    bench: Bench, change: str
) -> None:
    edit, cost = CHANGES[change]
    bench.build(index="index.sqlite3")
    edit(bench)
    assert bench.build(index="index.sqlite3") == cost


@pytest.mark.slow(reason="builds in processes of its own")
def test_two_sites_of_one_folder_keep_apart_and_read_it_once(bench: Bench) -> None:
    first = dict(bench.settings)
    assert bench.build() == ALL
    bench.settings["base_url"] = "https://other.example.org/"
    assert bench.build("other") == ITEMS
    bench.settings = first
    assert bench.build() == NOTHING


@pytest.mark.slow(reason="builds in processes of its own")
def test_a_damaged_index_lends_nothing(bench: Bench) -> None:
    bench.build()
    for file in (bench.folder / "cache" / "feedsvc").glob("*.sqlite3"):
        file.write_bytes(b"no index" * 1000)
    bench.settings["base_url"] = "https://other.example.org/"
    assert bench.build() == ALL


# --- the fingerprints themselves ---------------------------------------------------------------


def test_every_setting_says_what_depends_on_it() -> None:
    for field in Config.settings():
        assert isinstance(field.metadata["affects"], Affects), field.name


OTHER_VALUES = {
    "time_of_day": "time(1, 2, 3)",
    "feed_size": 7,
    "largest_file": 7,
    "longest_paper": 7,
    "all_size": 7,
    "unit": "table",
    "days": "month",
    "precompress": True,
    "refresh": 7.0,
}


@pytest.mark.parametrize("name", [field.name for field in Config.settings()])
def test_a_setting_changes_the_fingerprints_from_its_floor_on(name: str) -> None:
    affects = next(field.metadata["affects"] for field in Config.settings() if field.name == name)
    plain = make_pipeline(Config()).fingerprints
    changed = make_pipeline(
        replace(Config(), **{name: OTHER_VALUES.get(name, "https://other.example.org/")})
    ).fingerprints
    floors = (Affects.READING, Affects.ITEMS, Affects.DOCUMENTS)
    same = [before == after for before, after in zip(_floors(plain), _floors(changed), strict=True)]
    first = floors.index(affects) if affects in floors else len(floors)
    assert same == [number < first for number in range(len(floors))]


def _floors(fingerprints: object) -> Iterator[str]:
    return iter(msgspec.structs.astuple(fingerprints))  # type: ignore[type-var]


def _imported(path: Path) -> set[str]:
    """Our modules that a source file imports, as paths inside the package."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("feedsvc."):
            names.add(str(node.module).removeprefix("feedsvc.").replace(".", "/"))
    return names


ABOVE = {"cache_folder", "config", "errors", "parallel/mapping", "site/kinds"}
"""What a floor may import although none of its results depends on it, or it is a fact of its own.

Settings are facts of the fingerprints, and of places only the name of pages is asked.
"""


@pytest.mark.parametrize("floor", [Affects.READING, Affects.ITEMS])
def test_a_floor_knows_all_the_sources_that_it_imports(floor: Affects) -> None:
    known = {
        name.removesuffix(".py").removesuffix("/__init__")
        for name in sources([*SOURCES[Affects.READING], *SOURCES[floor]])
    }
    for name in sources(SOURCES[floor]):
        if name.endswith(".py"):
            assert _imported(ROOT / "feedsvc" / name) <= known | ABOVE, name


NO_SOURCES = {"__pycache__", "compiled", "files", "followers.svg", "py.typed"}
"""Files and folders from which no document is made: those of `feedsvc init` and `stats`, say."""


def test_documents_depend_on_every_source() -> None:
    package = ROOT / "feedsvc"
    assert sources(SOURCES[Affects.DOCUMENTS]) == sorted(
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and not NO_SOURCES & {*path.parts}
    )


def test_earlier_settings_that_come_back_move_the_time_of_change(
    tmp_path: Path, configure: Configure
) -> None:
    """Else a client that knows only the time would keep the documents of the settings between."""
    config = configure(digests=write_archive(tmp_path / "digests", days=2, papers=1))
    times = []
    for title in ("One", "Two", "One", "Two"):
        site = Site(replace(config, title=title))
        site.refresh()
        times.append(site.document("/feed.xml").modified)
    assert times == sorted(set(times))
    again = Site(replace(config, title="Two"))
    again.refresh()
    assert again.document("/feed.xml").modified == times[-1]


def test_two_sites_that_differ_in_their_titles_share_an_index(
    tmp_path: Path, configure: Configure
) -> None:
    config = configure(digests=write_archive(tmp_path / "digests", days=3, papers=1))
    other = replace(config, title="Other", out=tmp_path / "other")
    sites = [Site(config), Site(other)]
    for _ in range(3):
        for site in sites:
            site.refresh()
    with sites[1].snapshot() as snapshot:
        state = snapshot.catalogue.state
    for site in sites:
        site.refresh()
        with site.snapshot() as snapshot:
            assert snapshot.catalogue.state == state
    build(sites[0], config)
    build(sites[1], other)
    assert b"<title>Other</title>" in (tmp_path / "other" / "feed.xml").read_bytes()
    assert b"<title>Daily Papers</title>" in (config.out / "feed.xml").read_bytes()
