"""Archives with a page that lists the papers of others: each paper comes once, with its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedsvc.builder.build import build
from feedsvc.check import check
from feedsvc.config import Config
from feedsvc.site.site import Site

FERNS = "https://arxiv.org/abs/2503.00001"
MOSSES = "https://arxiv.org/abs/2503.00002"
DAY = f"""# 2025-03-04

### [Ferns at Night]({FERNS})

Authors: Ada Lovelace, Charles Babbage

- **Result**: counted by hand, leaf by leaf.

### [Mosses at Noon]({MOSSES})

- **Result**: counted by machine.
"""
YESTERDAY = """# 2025-03-03

### [Lichens at Dawn](https://arxiv.org/abs/2503.00003)

- **Result**: not counted.
"""
LINES = f"""# Plant papers

## 2025-03-04

- [Ferns at Night]({FERNS}): short
- [Mosses, at Noon]({MOSSES}): short

## 2025-03-03

- [Lichens at Dawn](https://arxiv.org/abs/2503.00003): short
"""
TABLE = f"""# Plant papers

Updated on 2025-03-05

|Date|Title|Authors|PDF|
|---|---|---|---|
|2025-03-04|Ferns at Night|A. Lovelace et.al.|[2503.00001]({FERNS})|
|2025-03-04|Mosses at Noon|Grace Hopper|[2503.00002]({MOSSES})|
|2025-03-03|Lichens at Dawn|Emmy Noether|[2503.00003](https://arxiv.org/abs/2503.00003)|
"""
PAGES = """# Papers of 2025-03-04

- [Ferns at Night](2503.00001.md)
- [Mosses at Noon](2503.00002.md)
"""


def _site(folder: Path, files: dict[str, str]) -> dict[str, list[dict[str, object]]]:
    for name, text in files.items():
        path = folder / "digests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    config = Config(digests=folder / "digests", out=folder / "site", index=folder / "index.sqlite3")
    site = Site(config)
    site.refresh()
    build(site, config)
    return {
        path.parent.name: json.loads(path.read_text())["items"]
        for path in sorted((folder / "site").glob("2*-*-*/feed.json"))
    }


@pytest.mark.parametrize("index", [DAY, LINES, TABLE], ids=["newest day", "lines", "table"])
@pytest.mark.parametrize("folder", ["", "archive/", "Zz/"])
def test_a_paper_of_the_readme_and_of_its_day_is_one_with_its_whole_text(
    index: str, folder: str, tmp_path: Path
) -> None:
    files = {f"{folder}2025-03-04.md": DAY, f"{folder}2025-03-03.md": YESTERDAY}
    days = _site(tmp_path, {**files, "README.md": index})
    assert {day: [item["id"] for item in items] for day, items in days.items()} == {
        "2025-03-03": ["https://arxiv.org/abs/2503.00003"],
        "2025-03-04": [FERNS, MOSSES],
    }
    ferns = days["2025-03-04"][0]
    assert "leaf by leaf" in str(ferns["content_html"])
    assert ferns["authors"] == [{"name": "Ada Lovelace"}, {"name": "Charles Babbage"}]


def test_what_the_day_lacks_is_taken_from_the_index_page(tmp_path: Path) -> None:
    days = _site(tmp_path, {"2025-03-04.md": DAY, "README.md": TABLE})
    assert days["2025-03-04"][1]["authors"] == [{"name": "Grace Hopper"}]


def test_nobody_is_told_that_an_index_page_repeats_papers(tmp_path: Path) -> None:
    files = {"2025-03-04.md": DAY, "2025-03-03.md": YESTERDAY, "README.md": LINES}
    _site(tmp_path, files)
    found = check(tmp_path / "digests", Config())
    assert [problem.code for problem in found.problems] == []
    assert found.papers == len(["ferns", "mosses", "lichens"])


def test_an_index_of_pages_gives_no_paper_twice(tmp_path: Path) -> None:
    pages = {
        "2025-03-04/2503.00001.md": f"# Ferns at Night\n\n- **arXiv**: {FERNS}\n\nBy hand.\n",
        "2025-03-04/2503.00002.md": f"# Mosses at Noon\n\n- **arXiv**: {MOSSES}\n\nCounted.\n",
    }
    days = _site(tmp_path, {**pages, "2025-03-04/README.md": PAGES})
    assert [item["id"] for item in days["2025-03-04"]] == [FERNS, MOSSES]
    assert "By hand" in str(days["2025-03-04"][0]["content_html"])
