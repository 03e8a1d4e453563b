"""What holds for every digest, whatever is in it."""

from __future__ import annotations

import codecs
import re
import time
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.feeds.content import body_html, opening
from feedsvc.feeds.sections import read_sections
from feedsvc.model import Paper
from feedsvc.parser import parse_digest
from feedsvc.parser.lines.fields import read_field
from feedsvc.parser.paper.draft import PaperDraft
from feedsvc.parser.paper.media import take_media
from feedsvc.parser.paper.summary import cleaned, plain_html, render_markdown
from feedsvc.parser.source.mail_records import MARK, with_plain_records
from feedsvc.parser.source.plain_markdown import may_have_second_ways, plain_markdown
from feedsvc.parser.source.tables_in_html import with_plain_tables
from feedsvc.parser.source.text import read_lines
from feedsvc.parser.vocabulary.problems import CODES, Problems

FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "meta", "link", "base", "svg"}

PIECES = st.sampled_from(
    [
        "## Daily Papers (2024-11-18)",
        "### [Title](https://arxiv.org/abs/2411.00001)",
        "### [Title](https://arxiv.org/abs/2411.00002",
        "### Title",
        "# [x](javascript:alert(1))",
        "![](https://example.org/a.png)",
        "![a](<b",
        "[Watch Video]",
        "<video src=x onerror=alert(1)>",
        "<div><img src=https://example.org/b.png onload=alert(1)>",
        "Vote: 24",
        "Vote: x",
        "Authors: A, +, ['B'",
        "Authors: ['a', {[]: 1}, ('B',)]",
        "<!-- a --> words <!-- b -->",
        "İİİ <!-- c -->",
        "- **Label**: text <script>alert(1)</script>",
        "  - nested `code` $x_1$ *a* S*",
        "```",
        "<!--",
        "&#8; &#x1b; \x08eta \x0c \x00 \ufdd0",
        "<<<<<<< HEAD",
        "[a]: http://x",
        "| a | b |",
        "---",
        "",
    ]
)
TEXTS = st.one_of(
    st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=25).map("\n".join),
    st.text(max_size=300),
)


@given(data=st.one_of(st.binary(max_size=400), TEXTS.map(lambda text: text.encode())))
def test_nothing_that_arrives_raises_and_nothing_forbidden_leaves(data: bytes) -> None:
    for path in ("2024-11-18.md", "x.html", "2024-11-18.html"):
        digest = parse_digest(path, data)
        for paper in digest.papers:
            for text in (paper.title, paper.summary_html, *paper.authors, paper.id):
                assert not FORBIDDEN.search(text)
            for section in read_sections(paper.summary_html):
                assert not FORBIDDEN.search(section.text + section.label)
        for problem in digest.problems:
            assert problem.line >= 1
            assert problem.code in CODES
            assert problem.message.isprintable()


SIGNS = st.lists(
    st.sampled_from(
        [
            "\\\\",
            "=",
            "-",
            "[",
            "]",
            ":",
            " ",
            "a",
            "\n",
            "\n\n",
            "<table>",
            "Title",
            "https://x.org",
        ]
    ),
    max_size=30,
).map("".join)


@given(SIGNS)
def test_what_a_whole_text_does_not_hold_no_line_of_it_has(text: str) -> None:
    lines = text.split("\n")
    assert MARK in text or with_plain_records(lines) == lines
    assert may_have_second_ways(text) or plain_markdown(lines) == lines
    assert "<" in text or with_plain_tables(lines, range(len(lines)))[0] == lines


@given(st.text(st.sampled_from("가각각é\u0301Á \n#\u00a0\u2800\u200b"), max_size=12))
def test_hangul_is_composed_and_unseen_starts_go_in_every_encoding(text: str) -> None:
    lines = read_lines(text.encode(), Problems("x.md"))
    assert lines == read_lines(codecs.BOM_UTF16_LE + text.encode("utf-16-le"), Problems("x.md"))
    assert not any(re.search("[\u1100-\u1112][\u1161-\u1175]", line) for line in lines)
    assert not any(line[:1] in {"\u2800", "\u200b"} for line in lines)


@given(text=TEXTS)
def test_nothing_active_survives_in_a_summary(text: str) -> None:
    for path in ("2024-11-18.md", "2024-11-18.html"):
        for paper in parse_digest(path, text.encode()).papers:
            for element in lxml.html.fragments_fromstring(f"<div>{body_html(paper)}</div>"):
                for node in element.iter():
                    assert node.tag not in ACTIVE
                    assert not any(name.startswith("on") for name in node.attrib)
                    address = node.get("href") or node.get("src") or "https:"
                    assert address.startswith(("https:", "http:", "mailto:"))


MARKDOWN = st.lists(
    st.lists(
        st.sampled_from(
            [
                *(
                    "- ",
                    "1. ",
                    "3) ",
                    "> ",
                    "# ",
                    "### ",
                    "    ",
                    "  ",
                    "***",
                    "**",
                    "*",
                    "__",
                    "`",
                    "```",
                ),
                *(
                    "| a | b |",
                    "|---|---|",
                    "|:-:|",
                    "---",
                    "$x_1$",
                    "&amp;",
                    "&quot;",
                    "&nbsp;",
                    "&#13;",
                ),
                *(
                    "<br>",
                    "<sub>2</sub>",
                    "<sup>",
                    "<b>",
                    "</p>",
                    "<think>",
                    "\\",
                    "&",
                    "<",
                    ">",
                    '"',
                    "'",
                ),
                *(
                    "words",
                    "한글",
                    "é",
                    "\xa0",
                    "S*",
                    "~~a~~",
                    " ",
                    "![p](q)",
                    "[a](/b)",
                    "[!n] ",
                ),
            ]
        ),
        max_size=6,
    ).map("".join),
    max_size=8,
)


@given(lines=st.one_of(MARKDOWN, TEXTS.map(lambda text: text.split("\n"))))
def test_a_summary_that_needs_no_cleaning_is_what_the_cleaner_would_leave(lines: list[str]) -> None:
    rendered = render_markdown(lines)
    plain = plain_html(rendered)
    assert plain in {None, cleaned(rendered)}


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<p onclick=x>",
        "<p",
        "<p <b>",
        "<SCRIPT>",
        '<a href="x">',
        "<!-- -->",
        "&nbsp",
        "<strong><em>a</strong>b</em>",
        "</p>",
        "<em>",
        "< p>",
    ],
)
def test_html_that_is_not_sure_to_be_harmless_needs_cleaning(html: str) -> None:
    assert plain_html(f"<p>a</p>{html}<p>b</p>") is None


@given(
    words=st.text("ab []()`<\u3000", max_size=8),
    address=st.text("ab/.?-()<> ", max_size=12)
    | st.sampled_from(["a.svg", "https://x.org/badge/code-b", "a(b).png", "<a b>", ""]),
)
def test_a_picture_alone_on_its_line_is_the_same_with_spaces_around(
    words: str, address: str
) -> None:
    picture = f"![{words}]({address})"
    alone, left = take_media(picture, 1)
    spaced, left_with_spaces = take_media(f" {picture} ", 1)
    assert (alone, left.strip()) == (spaced, left_with_spaces.strip())


@given(
    line=st.lists(
        st.sampled_from(
            [
                *(
                    "- ",
                    "> ",
                    "**",
                    "Vote",
                    "votes",
                    "Authors",
                    "저자",
                    "Link",
                    "DOI",
                    "👍",
                    "【",
                    "】",
                ),
                *(":", "：", " ", " | ", "3", "Ada Lovelace", ", ", "https://arxiv.org/abs/2411.1"),
            ]
        ),
        max_size=7,
    ).map("".join)
)
def test_a_paper_with_all_its_fields_takes_no_more_and_reports_those_it_would_have_taken(
    line: str,
) -> None:
    draft, problems = PaperDraft(1, "Title", "https://arxiv.org/abs/2411.00001"), Problems("x.md")
    assert draft.take_field("Vote: 1", 2, problems)
    assert draft.take_field("Authors: Ann Lee, Bo Chen", 3, problems)
    field = read_field(line)
    assert not draft.take_field(line, 4, problems)
    assert bool(problems.in_order()) == (field is not None and field.is_sign)


@given(text=TEXTS)
def test_a_damaged_paper_leaves_its_neighbours_alone(text: str) -> None:
    inside = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    inside = re.sub("[\r\0\ufffe\uffff<>=|-]{4,}", "", inside).replace("\r", "")
    before = "## Daily Papers (2024-11-18)\n\n### [A](https://arxiv.org/abs/2411.00001)\n\n- a\n\n"
    after = "\n### [C](https://arxiv.org/abs/2411.00003)\n\nVote: 3\n\n- **L**: c\n"
    damaged = f"{before}### [B](https://arxiv.org/abs/2411.00002)\n{inside}{after}"
    sound = f"{before}### [B](https://arxiv.org/abs/2411.00002)\n- b{after}"
    papers = parse_digest("2024-11-18.md", damaged.encode()).papers
    expected = parse_digest("2024-11-18.md", sound.encode()).papers
    assert [_alone(papers[at]) for at in (0, -1)] == [_alone(expected[at]) for at in (0, -1)]


WORDS = st.lists(
    st.text(st.characters(categories=["L", "N"], max_codepoint=0xD7FF), min_size=1, max_size=8),
    min_size=1,
    max_size=12,
)


@given(bullets=st.lists(WORDS, min_size=1, max_size=5))
def test_every_word_of_a_summary_stands_in_the_item_in_order(bullets: list[list[str]]) -> None:
    lines = "\n".join(f"- {' '.join(words)}" for words in bullets)
    text = f"## 2024-11-18\n### [T](https://arxiv.org/abs/2411.00001)\n{lines}\n"
    (paper,) = parse_digest("x.md", text.encode()).papers
    shown = lxml.html.fragment_fromstring(body_html(paper), create_parent="div")
    expected = [word for words in bullets for word in words]
    assert "".join(shown.text_content().split()) == "".join(expected)


FORMS = {
    "headings": "## {score}{title}\n\n{authors}[PDF]({link})\n\n{text}\n{bullets}\n",
    "links": "### {n}. [{title}]({link}){score}\n\n{authors}{text}\n{bullets}\n",
    "bold lines": "**{title}**{score}\n\n{authors}Link: {link}\n\n{text}\n\n* * *\n",
    "items": "- [{place}] [{title}]({link}){score}\n{bullets}\n",
    "bars": "## {title}\n\n{authors_and}Venue: {place} | [PDF]({link})\n\n{text}\n",
    "numbers above": "**{nn}**\n\n**{title}**\n\n{authors}Link: {link}\n\n{text}\n",
}
"""How papers may be written; in braces their parts."""
_WORD = re.compile(r"Q[a-z]{5}")


class _Words:
    """Words none of which comes twice."""

    def __init__(self) -> None:
        self._count = 0

    def some(self, count: int) -> str:
        """That many words."""
        return " ".join(self._next() for _ in range(count))

    def _next(self) -> str:
        self._count += 1
        letters = [chr(97 + self._count // 26**place % 26) for place in range(3)]
        return f"Qa{letters[2]}e{letters[1]}{letters[0]}"


SHAPES = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.integers(3, 9),
            "authors": st.integers(0, 4),
            "text": st.integers(1, 30),
            "bullets": st.lists(st.integers(1, 9), max_size=3),
            "score": st.sampled_from(["", "[8/10]", "[Score: 9.5/10]"]),
        }
    ),
    min_size=2,
    max_size=6,
)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(shapes=SHAPES)
def test_each_word_of_a_section_is_in_its_paper_and_in_no_other(
    form: str, shapes: list[dict[str, Any]]
) -> None:
    words, sections = _Words(), []
    has_authors = all(shape["authors"] for shape in shapes)
    for n, shape in enumerate(shapes, 1):
        names = [words.some(2) for _ in range(shape["authors"])] if has_authors else []
        authors = f"Authors: {', '.join(names)}" if names else ""
        parts = {
            "n": n,
            "nn": f"{n:02}",
            "link": f"https://arxiv.org/abs/2411.{n:05}",
            "score": f" {shape['score']} " if shape["score"] else "",
            "title": words.some(shape["title"]),
            "place": words.some(1),
            "authors": f"{authors}\n\n" if names else "",
            "authors_and": f"{authors} | " if names else "",
            "text": f"{words.some(shape['text'])}.",
            "bullets": "".join(f"  - {words.some(count)}\n" for count in shape["bullets"]),
        }
        sections.append(form.format(**parts))
    papers = parse_digest("2024-11-18.md", "\n".join(sections).encode()).papers
    assert len(papers) == len(sections)
    for paper, section, shape in zip(papers, sections, shapes, strict=True):
        said = " ".join([paper.title, *paper.authors, paper.summary_html])
        assert sorted(_WORD.findall(said)) == sorted(_WORD.findall(section))
        if "{score}" in form and shape["score"]:
            assert shape["score"].strip("[]") in paper.summary_html


@given(text=TEXTS)
def test_a_summary_is_never_the_whole_content(text: str) -> None:
    for paper in parse_digest("2024-11-18.md", text.encode()).papers:
        summary = opening(paper)
        shown = lxml.html.fragment_fromstring(body_html(paper), create_parent="div")
        sections = list(read_sections(paper.summary_html))
        has_only_text = not paper.media and len(sections) == 1
        if summary and has_only_text and not sections[0].label:
            assert summary != " ".join(shown.text_content().split())


def _alone(paper: Paper) -> Paper:
    """A paper without what the rest of its file decides: its line, and the file's language."""
    return replace(paper, line=0, language=None)


SIZE = 15_000
SECONDS = 0.5
"""Of the processor, for a digest of that size: what is linear takes a fiftieth."""
SIGNS = [chr(code) for code in range(32, 127)] + ["\t", "\xa0", "가", "\ufdd0", "1. ", "- ", "> "]
PAIRS = ["<a ", "<p>", "<div>", "<img>", "a<br>", "<li>", "](", "![", "[!", "![](", "**a ", "`a``"]
PAIRS += [
    "$a",
    "\\\\",
    "[[",
    "&#8;",
    r"{\bf ",
    "_a_",
    "*a ",
    "<video>",
    "<!--",
    "<b>x",
    "](<",
    "[a]: ",
]
PLACES = [
    "### [A](https://arxiv.org/abs/2411.00001)\n- a {} b\n",
    "### [A](https://arxiv.org/abs/2411.00001)\n{}\n",
    "### [A](https://arxiv.org/abs/2411.00001)\nAuthors: {}\nVote: {}\n",
    "### [A {} b](https://arxiv.org/abs/2411.00001)\n- a\n",
    "### [A](https://arxiv.org/{})\n![](https://a.example/{})\n",
    "### {}\n",
    "## 2024 {}\n",
]


@pytest.mark.slow(reason="parses ten digests of 15,000 characters for each of 120 pieces")
@pytest.mark.parametrize("piece", SIGNS + PAIRS)
def test_no_repeated_piece_takes_for_ever(piece: str) -> None:
    mass = (piece * SIZE)[:SIZE]
    lines = "\n".join([piece] * (SIZE // (len(piece) + 1)))
    texts = [f"## 2024-11-18\n{place.replace('{}', mass)}" for place in PLACES]
    pages = (f"<h3>A</h3>{mass}", f"<h3>A</h3><p>{mass}", f"<h3><a href='{mass}")
    for path, text in (
        *(("2024-11-18.md", text) for text in (*texts, PLACES[1].format(lines))),
        *(("2024-11-18.html", page) for page in pages),
    ):
        begun = time.process_time()
        parse_digest(path, text.encode())
        assert time.process_time() - begun < SECONDS, text[:80]


def test_the_deepest_nesting_loses_no_item() -> None:
    for marker in ("{}- item{}", "{}1. item{}", "{}> item{}"):
        lines = [marker.format("  " * depth, depth) for depth in range(400)]
        lines.append(f"{'- ' * 400}last")
        text = "### [A](https://arxiv.org/abs/2411.00001)\n" + "\n".join(lines)
        (one,) = parse_digest("2024-11-18.md", text.encode()).papers
        for depth in range(400):
            assert f"item{depth}" in one.summary_html
        assert "last" in one.summary_html
