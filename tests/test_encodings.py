"""Old encodings are told apart, and what hides in a text is read."""

from __future__ import annotations

import unicodedata

import pytest

from feedsvc.model import Paper
from feedsvc.parser import parse_digest
from feedsvc.parser.source.encodings import likeliest_encoding

HEAD = "## 2024-11-18\n\n### [T](https://arxiv.org/abs/2411.00001)\n\n"
NEXT = "### [U](https://arxiv.org/abs/2411.00002)\n\n- u\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Don’t stop “now”, naïve café – José"),
        ("gb18030", "我们提出一种新的方法，用于评估大语言模型的推理能力与数据质量"),
        ("cp949", "이 논문은 새로운 방법을 제안하고 모델의 성능을 높입니다"),
    ],
)
def test_an_old_encoding_is_told_by_its_bytes(encoding: str, text: str) -> None:
    data = f"{HEAD}- {text}\n".encode(encoding)
    digest = parse_digest("x.md", data)
    assert likeliest_encoding(data) == encoding
    assert text in digest.papers[0].summary_html
    assert [problem.code for problem in digest.problems] == ["other-encoding"]
    assert likeliest_encoding(f"{HEAD}- 한국어 요약 가나다\n".encode() + b"\xb0\n") is None


def test_korean_as_macos_writes_it_is_read() -> None:
    text = f"## 2024년 11월 18일\n\n{HEAD[15:]}저자: 홍길동\n\n투표: 3\n\n- 요약"
    (paper,) = parse_digest("x.md", unicodedata.normalize("NFD", text).encode()).papers
    assert (str(paper.day), paper.authors, paper.votes) == ("2024-11-18", ("홍길동",), 3)


@pytest.mark.parametrize("sign", ["\u061c", "\u180e", "\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_heading_behind_an_unseen_sign_joins_no_neighbour(sign: str) -> None:
    papers = parse_digest("x.md", f"{HEAD}- a\n\n{sign}{NEXT}".encode()).papers
    assert [paper.title for paper in papers] == ["T", "U"]


def _only(text: str) -> Paper:
    (paper,) = parse_digest("x.md", text.encode()).papers
    return paper


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("``` some words here\nx\n```", "some words here"),
        ("```이것은 말\nx\n```", "이것은 말"),
        ("> [정의]: 단어", "[정의]: 단어"),
        ("a $x \times y$", r"a $x \times y$"),
    ],
)
def test_no_words_are_lost(line: str, words: str) -> None:
    assert words in _only(f"{HEAD}{line}\n").summary_html


def test_the_words_inside_a_video_describe_it() -> None:
    (video,) = _only(f"{HEAD}<video src='https://e.org/v.mp4'>A cat walks</video>\n").media
    assert video.description == "A cat walks"


def test_a_sign_of_tex_before_a_number_is_no_money() -> None:
    title = r"[$\sim$20 B for $1 Million](https://arxiv.org/abs/2411.00001)"
    assert _only(f"## 2024-11-18\n\n### {title}\n\n- a\n").title == "∼20 B for $1 Million"
