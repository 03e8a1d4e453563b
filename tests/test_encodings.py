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
        ("cp1252", "“Who’s there?”—‘me’"),
        ("cp1252", "Ünïcödé ÄÖÜß"),
        ("cp1252", "größer"),
        ("gb18030", "我们提出一种新的方法，用于评估大语言模型的推理能力与数据质量"),
        ("gb18030", "你好"),
        ("gb18030", "李雷和韩梅梅看猫"),
        ("big5", "這是繁體中文"),
        ("cp932", "大規模言語モデルの推論"),
        ("euc_jp", "これは論文です"),
        ("cp949", "漢字가 섞인 글"),
        ("cp949", "GPT와 LLM을 비교"),
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


UNSEEN = [
    *("\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u180b", "\u180e", "\u200b", "\u200e"),
    *("\u202a", "\u202e", "\u2066", "\u2069", "\u2800", "\u3164", "\ufe0f", "\ufeff", "\uffa0"),
    *("\ufff9", "\U000e0001", "\U000e0020", "\U000e0100"),
]


def test_only_korean_is_composed() -> None:
    assert "\u1f71" in _only(f"{HEAD}- \u1100\u1161 \u1f71\n").summary_html


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_a_heading_behind_an_unseen_sign_joins_no_neighbour(sign: str) -> None:
    papers = parse_digest("x.md", f"{HEAD}- a\n\n{sign}{NEXT}".encode()).papers
    assert [paper.title for paper in papers] == ["T", "U"]
    first = parse_digest("x.md", f"{sign}{HEAD}- a\n".encode()).papers
    assert [(paper.title, str(paper.day)) for paper in first] == [("T", "2024-11-18")]


def test_an_unseen_sign_behind_the_marks_of_a_heading_hides_it_neither() -> None:
    text = HEAD.replace("# ", "#\u200b ") + "- a\n"
    assert [str(paper.day) for paper in parse_digest("x.md", text.encode()).papers] == [
        "2024-11-18"
    ]


def _only(text: str) -> Paper:
    (paper,) = parse_digest("x.md", text.encode()).papers
    return paper


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("``` some words here\nx\n```", "some words here"),
        ("```이것은 말\nx\n```", "이것은 말"),
        ("- ``` words in an item\n  x\n  ```", "words in an item\nx"),
        ("12. ```words in an item\n    x\n    ```", "words in an item\nx"),
        ("> ~~~ words in a quote\n> x\n> ~~~", "words in a quote\nx"),
        ("```GPT모델\nx\n```", "GPT모델"),
        ("```Answer,\nx\n```", "Answer,\nx"),
        ("~~~ a `b` c\nx\n~~~", "a `b` c\nx"),
        (f"{'`' * 20} two words\nx\n{'`' * 20}", "two words\nx"),
        ("> [정의]: 단어", "[정의]: 단어"),
        ("- > [정의]: 단어", "[정의]: 단어"),
    ],
)
def test_no_words_are_lost(line: str, words: str) -> None:
    assert words in _only(f"{HEAD}{line}\n").summary_html


@pytest.mark.parametrize("language", ["python", "c++", "{r}", "objective-c", "text/x-c"])
def test_the_language_of_code_is_not_shown(language: str) -> None:
    assert "<code>x\n" in _only(f"{HEAD}```{language}\nx\n```\n").summary_html


@pytest.mark.parametrize(
    "tex",
    [
        r"a $x \times y$",
        r"$x \tau$ and $\sigma, \theta$",
        r"the $\tau \to 0$",
        r"$a \top b$, $x=\theta$, $f(x)=\tanh x$, $-\tau$",
        r"a loss \text{CE} \textbf{b}",
        r"$x\;\triangleq y$ and \tilde{x}",
        r"$\alpha \beta \frac{1}{2} \rho \varphi$",
    ],
)
def test_tex_that_a_program_took_for_escapes_is_put_back(tex: str) -> None:
    eaten = tex
    for letter, sign in zip("abtvfr", "\a\b\t\v\f\r", strict=True):
        eaten = eaten.replace(f"\\{letter}", sign)
    digest = parse_digest("x.md", f"{HEAD}- {eaten}\n".encode())
    assert tex.replace(r"\;", ";") in digest.papers[0].summary_html.replace(r"\;", ";")
    assert {problem.code for problem in digest.problems} == {"control-character"}


@pytest.mark.parametrize("words", ["a\tto b", "costs $5\tto me, $3", "a $x$ \ttop of $y$"])
def test_a_tab_between_words_is_no_tex(words: str) -> None:
    assert not parse_digest("x.md", f"{HEAD}- {words}\n".encode()).problems


def test_the_words_inside_a_video_describe_it() -> None:
    (video,) = _only(f"{HEAD}<video src='https://e.org/v.mp4'>A cat walks</video>\n").media
    assert video.description == "A cat walks"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (r"$\sim$20 B", "∼20 B"),
        (r"$ \sim $20 B", "∼20 B"),
        (r"$\sim$20 B for $1 Million", "∼20 B for $1 Million"),
        (r"$\pi_0$5 Models", "π₀5 Models"),
        ("$x^2$3", "x²3"),
        ("$1 Million", "$1 Million"),
        ("From $5 to $10", "From $5 to $10"),
        (r"$1M and $\alpha$3", "$1M and α3"),
        ("$HOME/$1", "$HOME/$1"),
    ],
)
def test_tex_before_a_number_is_no_money(words: str, title: str) -> None:
    paper = _only(f"## 2024-11-18\n\n### [{words}](https://arxiv.org/abs/2411.00001)\n\n- a\n")
    assert paper.title == title
