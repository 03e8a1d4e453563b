"""Each digest in `tests/digests` says what the parser makes of it in the JSON file beside it.

`pytest --update-goldens` writes the JSON anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from feedsvc.feeds.sections import read_sections
from feedsvc.parser import READERS, parse_digest

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
