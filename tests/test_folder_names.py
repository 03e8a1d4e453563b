"""Which names in a folder are digests: copies and drafts never beat the digest itself."""

from __future__ import annotations

import pytest

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
