"""Each digest in `tests/digests` says what the parser makes of it in the JSON file beside it.

`pytest --update-goldens` writes the JSON anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from feedsvc.feeds.sections import read_sections
from feedsvc.parser import READERS, parse_digest
from tests.support.project import environment

FOLDER = Path(__file__).parent / "digests"
DIGESTS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in READERS)


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_is_read_as_its_golden_file_says(
    name: str, request: pytest.FixtureRequest
) -> None:
    digest = json.loads(msgspec.json.encode(parse_digest(name, (FOLDER / name).read_bytes())))
    for paper in digest["papers"]:
        sections = list(read_sections(paper["summary_html"]))
        paper["sections"] = json.loads(msgspec.json.encode(sections))
    golden = (FOLDER / name).with_suffix(".json")
    if request.config.getoption("update_goldens"):
        golden.write_text(json.dumps(digest, ensure_ascii=False, indent=1) + "\n")
    assert digest == json.loads(golden.read_text())


def test_every_golden_file_has_its_digest() -> None:
    goldens = {path.stem for path in FOLDER.glob("*.json")}
    assert goldens == {Path(name).stem for name in DIGESTS}


PARSE_ALL = """
import sys
from pathlib import Path
import msgspec
from feedsvc.parser import READERS, parse_digest
for path in sorted(path for path in Path(sys.argv[1]).iterdir() if path.suffix in READERS):
    print(msgspec.json.encode(parse_digest(path.name, path.read_bytes())))
"""


def _tables(heads: str, rows: int, *, last: int | None = None) -> str:
    """A digest of tables with heads of their own, all with the same right to be its form."""
    text = ""
    for table, head in enumerate(heads):
        papers = [*range(10 * table, 10 * table + rows), *([last] if last else [])]
        text += f"|Of {head}|Paper|\n|---|---|\n"
        text += "".join(f"|x|[{head} {i}](https://arxiv.org/abs/2503.{i:05})|\n" for i in papers)
        text += "\n"
    return text


def test_every_process_reads_the_same(tmp_path: Path) -> None:
    for name in DIGESTS:
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "2025-01-01.md").write_text(_tables("abcdefghi", 2))
    (tmp_path / "2025-01-02.md").write_text(_tables("abc", 1, last=99))
    command = [sys.executable, "-c", PARSE_ALL, str(tmp_path)]
    outputs = {
        subprocess.run(
            command, env=environment(PYTHONHASHSEED=seed), capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert next(iter(outputs)).count(b"\n") == len(DIGESTS) + 2
