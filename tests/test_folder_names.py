"""Which names in a folder are digests: copies and drafts never beat the digest itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsvc.config import Config
from feedsvc.errors import ConfigError
from feedsvc.index.digest_folder import find_digests
from feedsvc.index.names import is_digest_name, sort_names

DAY = "2025-03-04.md"


@pytest.mark.parametrize(
    "copy",
    [
        "2025-03-04 copy.md",
        "2025-03-04 copy 2.md",
        "2025-03-04 (1).md",
        "2025-03-04(2).md",
        "Copy of 2025-03-04.md",
        "2025-03-04 - Copy.md",
        "2025-03-04.bak.md",
        "2025-03-04.orig.md",
        "2025-03-04.sync-conflict-20250305-101010-ABCDEFG.md",
        "2025-03-04 (conflicted copy 2025-03-05).md",
        "2025-03-04 복사본.md",
        "2025-03-04 副本.md",
        "2025-03-04.html",
        "2025-03-04-draft.md",
        "_drafts/2025-03-04.md",
        "drafts/2025-03-05.md",
    ],
)
def test_a_copy_or_a_draft_is_left_out_with_a_reason(copy: str) -> None:
    for names in ([DAY, copy], [copy, DAY]):
        digests, left_out = sort_names(names)
        assert digests == [DAY]
        assert list(left_out) == [copy]
        assert left_out[copy].startswith("it")


@pytest.mark.parametrize(
    "names",
    [
        ["2025-03-04 (1).md"],  # nothing else holds that day
        ["2025-03-04.md", "2025-03-04.en.md", "2025-03-04_ko.md"],
        ["2025-03-04.md", "2025-03-04-part-2.md", "2025-03-04-weekly.md"],
        ["_posts/2025-03-04.md", "README.md", "a/2025-03-04.md", "b/2025-03-04.md"],
        ["photocopy.md", "old.md"],
    ],
)
def test_other_names_are_all_read(names: list[str]) -> None:
    assert sort_names(names) == (names, {})


def test_what_describes_a_folder_is_no_digest() -> None:
    assert is_digest_name("README.md")
    for name in ("LICENSE.md", "CHANGELOG.md", "_x.md", ".x.md", "~x.md", "x.txt", "2025.md.bak"):
        assert not is_digest_name(name)
    assert sort_names(["LICENSE.md", "notes.txt"]) == ([], {})


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (["2025-03-04/summary.md"], ["2025-03-04/summary.md"]),
        (["out/2025/03/04/SUMMARY.html"], ["out/2025/03/04/SUMMARY.html"]),
        (["2025-03-04/summary.md", "2025-03-04/papers.md"], ["2025-03-04/papers.md"]),
        (["2025-03-04/notes/summary.md", "summary.md", "2025-03/summary.md"], []),
        (["2025-13-04/summary.md", "2025-03-04/LICENSE.md"], []),
    ],
)
def test_a_summary_is_a_digest_where_it_lies_alone_in_a_days_folder(
    names: list[str], read: list[str], tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find_digests(tmp_path)
    assert [(digest.path, digest.trouble) for digest in found] == [(name, "") for name in read]


def test_folders_that_are_left_out_are_not_looked_at(tmp_path: Path) -> None:
    names = ["2025-03-04.md", "notes/2025-03-05.md", "2023/old/2023-03-04.md", "old/2025-03-06.md"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    config = Config.load(environment={}, flags={"leave_out": " notes/ ,2023/old,"})
    assert config.leave_out == "notes, 2023/old"
    found = [digest.path for digest in find_digests(tmp_path, config.folders_left_out)]
    assert found == ["2025-03-04.md", "old/2025-03-06.md"]
    assert len(find_digests(tmp_path)) == len(names)


@pytest.mark.parametrize(
    "flags",
    [
        {"leave_out": "../x"},
        {"leave_out": "a//b"},
        {"unit": "row"},
        {"unit": 1},
        {"days": "year"},
    ],
)
def test_what_no_folder_or_unit_can_be_is_an_error(flags: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Config.load(environment={}, flags=flags)
