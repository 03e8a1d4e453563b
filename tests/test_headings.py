"""Which headings begin a paper or a day, in digests whose makers were not consistent."""

from __future__ import annotations

import pytest

from feedsvc.parser import parse_digest

OPEN = "https://openreview.example/"
ARXIV = "https://arxiv.org/abs/2411.0000"


def _titles(*lines: str, path: str = "2024-11-18.md") -> list[str]:
    text = "\n\n- words\n\n".join(lines)
    return [paper.title for paper in parse_digest(path, text.encode()).papers]


@pytest.mark.parametrize(
    ("lines", "titles"),
    [
        (["## 2024-11-18", f"### [A]({ARXIV}1)", f"### [B]({ARXIV}2)"], ["A", "B"]),
        (["# Papers", "## 2024-11-18", f"## [A]({ARXIV}1)", f"## [B]({ARXIV}2)"], ["A", "B"]),
        ([f"# [A]({ARXIV}1)", f"# [B]({ARXIV}2)"], ["A", "B"]),
        (["## 2024-11-18", "### A", "### B"], ["A", "B"]),
        (["## Day (2024-11-18)", f"### [A]({OPEN}1)", f"#### [Code]({OPEN}c)"], ["A"]),
        (
            ["## 2024-11-18", f"### [A]({OPEN}1)"]
            + [f"#### [{name}]({OPEN}{name})" for name in ("Code", "Demo", "Data")]
            + [f"### [B]({OPEN}2)"],
            ["A", "B"],
        ),
        (
            ["## 2024-11-18", f"### [A]({ARXIV}1)", f"#### [Code]({OPEN}c)", f"#### [D]({OPEN}d)"],
            ["A"],
        ),
        (
            [f"### [{n}]({OPEN}{n})" for n in "ABCD"] + [f"#### [Related]({ARXIV}9)"],
            ["A", "B", "C", "D"],
        ),
        ([f"# [Site]({OPEN})", "## 2024-11-18", f"### [A]({ARXIV}1)"], ["A"]),
        ([f"## [Papers of 2024-11-18]({OPEN})", f"### [A]({ARXIV}1)"], ["A"]),
        (["## 2024-11-18", f"### [A]({ARXIV}1)", f"## [B]({ARXIV}2)"], ["A", "B"]),
        (["## 2024-11-18", f"### [A]({ARXIV}1)", f"### [B]({OPEN}2)\nVote: 1"], ["A", "B"]),
        (["## 2024-11-18", f"### [A]({ARXIV}1)", f"## [B]({OPEN}2)\nVote: 1"], ["A", "B"]),
        (["## 2024-11-18", f"### [A]({ARXIV}1)", f"#### [B]({ARXIV}2)\nVote: 1"], ["A", "B"]),
        (["## 2024-11-18", f"### [A]({ARXIV}1)", "## Trending", f"### [B]({ARXIV}2)"], ["A", "B"]),
    ],
)
def test_the_headings_of_papers_are_found(lines: list[str], titles: list[str]) -> None:
    assert _titles(*lines) == titles


def test_several_days_of_one_file_are_told_apart() -> None:
    text = f"# 2024-11-18\n\n## [A]({ARXIV}1)\n\n- a\n\n# 2024-11-19\n\n## [B]({ARXIV}2)\n\n- b\n"
    papers = parse_digest("november.md", text.encode()).papers
    assert [str(paper.day) for paper in papers] == ["2024-11-18", "2024-11-19"]


def test_a_file_without_any_date_is_reported_and_a_note_is_not() -> None:
    paper = parse_digest("notes.md", f"### [A]({ARXIV}1)\n\n- a".encode())
    assert (paper.papers, [problem.code for problem in paper.problems]) == ((), ["no-date"])
    note = parse_digest("notes.md", b"# A note\n\nwith words")
    assert (note.papers, note.problems) == ((), ())
    empty = parse_digest("2024-11-18.md", b"")
    assert [problem.code for problem in empty.problems] == ["no-papers"]
