"""The small parts of the parser, by tables of what goes in and what comes out."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feedsvc.parser.days.dates import (
    ImpossibleDateError,
    date_in_heading,
    date_in_path,
    may_name_time,
    time_in_path,
)
from feedsvc.parser.lines.bylines import byline_of
from feedsvc.parser.lines.clean_titles import Style, clean_title, counter
from feedsvc.parser.lines.fields import read_field, read_votes
from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.lines.labelled import may_be_labelled, read_segment
from feedsvc.parser.lines.names import Authors, author_text, read_authors, read_authors_of_any_form
from feedsvc.parser.lines.title_text import TitleText, read_title, read_title_of_any_form
from feedsvc.parser.lines.titles import plain_title
from feedsvc.parser.paper.language import language_in_path
from feedsvc.parser.paper.links import canonical, web_address
from feedsvc.parser.paper.media import take_media
from feedsvc.parser.paper.summary import render_markdown, sanitise
from feedsvc.parser.vocabulary.date_spellings import IN_TEXT, PARTS_IN_TEXT, Grain, Spelling

DAY = date(2024, 11, 18)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2024-11-18.md", DAY),
        ("2024/11/18.md", DAY),
        ("2024-11-18.en.md", DAY),
        ("2024/2024-11-18-daily-papers.markdown", DAY),
        ("archive/2023/2024_11_18.html", DAY),
        ("Papers-2024\u201011\u201018.md", DAY),
        ("20241118.md", DAY),
        ("2024-11/11-18.md", DAY),
        ("2024/11/1118-daily.md", DAY),
        ("202411/1118.md", DAY),
        ("2024/1118.md", DAY),
        ("2024/11월/18일.md", DAY),
        ("2024年11月/11月18日.md", DAY),
        ("2024/11-November/18.md", DAY),
        ("2024/nov18.md", DAY),
        ("November 2024/18th.md", DAY),
        ("24-11-18.md", DAY),
        ("2024-11/week-3.md", None),
        ("notes.md", None),
        ("12024-11-18.md", None),
    ],
)
def test_a_path_names_a_day(path: str, day: date | None) -> None:
    assert date_in_path(path) == day


@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("2024-11/week-2.md", date(2024, 11, 14)),
        ("2024-11 Week 5.md", date(2024, 11, 30)),
        ("Week_47_2024.md", date(2024, 11, 24)),
    ],
)
def test_a_path_names_a_week(path: str, last: date) -> None:
    time = time_in_path(path)
    assert time
    assert (time.grain, time.last_day()) == (Grain.WEEK, last)


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("Daily Papers (2024-11-18)", DAY),
        ("2024년 11월 18일 논문", DAY),
        ("2024. 11. 18.", DAY),
        ("Papers of November 18, 2024", DAY),
        ("18 Nov 2024", DAY),
        ("Version 1.2.3", None),
        ("GPT-4 in 2024", None),
    ],
)
def test_a_heading_names_a_day(heading: str, day: date | None) -> None:
    assert date_in_heading(heading) == day


@pytest.mark.parametrize("spelling", [*IN_TEXT, *PARTS_IN_TEXT])
@given(data=st.data())
def test_no_spelling_of_a_time_is_passed_over(spelling: Spelling, data: st.DataObject) -> None:
    form = re.compile(spelling.form.pattern, re.IGNORECASE)
    said = data.draw(st.from_regex(form))
    assert may_name_time(form.search(said)[0])  # type: ignore[index]  # made to match


@pytest.mark.parametrize("text", ["2024-02-30", "2024-13-01", "0024-11-18", "9999-01-01"])
def test_a_day_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ImpossibleDateError, match=text):
        date_in_heading(text)


def test_a_name_may_say_the_language() -> None:
    assert language_in_path("2024-11-18.en.md") == "en"
    assert language_in_path("2024-11-18.pt-BR.md") == "pt-BR"
    assert language_in_path("2024-11-18.md") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/abs/2411.06558",
        "http://arxiv.org/abs/2411.06558v3",
        "https://www.arxiv.org/pdf/2411.06558.pdf",
        "https://arxiv.org/html/2411.06558v1#S2",
        "https://export.arxiv.org/abs/2411.06558?context=cs",
        "https://huggingface.co/papers/2411.06558",
        "https://www.alphaxiv.org/abs/2411.06558",
        "https://ar5iv.labs.arxiv.org/html/2411.06558",
        "https://papers.cool/arxiv/2411.06558",
        "https://hf-mirror.com/papers/2411.06558",
        "https://ar5iv.org/abs/2411.06558",
        "https://doi.org/10.48550/arXiv.2411.06558",
    ],
)
def test_all_addresses_of_an_arxiv_paper_are_one_id(address: str) -> None:
    assert canonical(address) == "https://arxiv.org/abs/2411.06558"


@pytest.mark.parametrize(
    ("address", "id_"),
    [
        ("https://arxiv.org/abs/math.GT/0309136v2", "https://arxiv.org/abs/math.GT/0309136"),
        ("https://example.org/p?utm_source=x&id=7&fbclid=y#top", "https://example.org/p?id=7"),
        ("https://example.org/p?b=1&a=%20", "https://example.org/p?b=1&a=%20"),
        ("https://example.org", "https://example.org/"),
    ],
)
def test_an_id_has_no_version_tracking_and_fragment(address: str, id_: str) -> None:
    assert canonical(address) == id_


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" HTTPS://Example.ORG:443/a b ", "https://example.org/a%20b"),
        ("//cdn.example.org/x.png", "https://cdn.example.org/x.png"),
        ("https://예시.kr/논문", "https://xn--vv4b11d.kr/%EB%85%BC%EB%AC%B8"),
        ("https://example.org/50%", "https://example.org/50%25"),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,AA", None),
        ("https://user@example.org/", None),
        ("https://example.org:99999/", None),
        ("https://", None),
        ("relative/path.png", None),
    ],
)
def test_only_web_addresses_are_taken(text: str, address: str | None) -> None:
    assert web_address(text) == address


def test_a_relative_address_is_resolved_where_a_base_is_given() -> None:
    assert web_address("/a.svg", "https://example.org/x/") == "https://example.org/a.svg"
    assert web_address("javascript:alert(1)", "https://example.org/") is None


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("SOTOPIA-$π$", "SOTOPIA-π"),
        ("M$^{2}$UGen", "M²UGen"),
        (r"\textsc{X}", "X"),
        (r"LLM$\times$MapReduce", "LLM×MapReduce"),
        (r"$\textbf{\emph{Nested}}$ fonts", "Nested fonts"),
        (r"$\text{D}^{2}\text{iT}$", "D²iT"),
        (r"A$^*$ and x$_{i,j}$", "A* and x_(i,j)"),
        (r"$\frac{1}{2}$ of $\{a\}$", "1/2 of {a}"),
        (r"J\'er\^ome {\"U}ber na\"{\i}ve", "Jérôme Über naïve"),
        (r"$\unknowncommand{x}$", r"$\unknowncommand{x}$"),
        (r"{\sc Old} \bf switch", "Old switch"),
        ("AtP* and L_2 and S^2R and `code`", "AtP* and L_2 and S^2R and `code`"),
        ("from $5 to $10", "from $5 to $10"),
        ("R&D &amp; AT&T &lt;think&gt; &copy", "R&D & AT&T <think> &copy"),
        (r"50\% \& more\_less", "50% & more_less"),
        ("  two \t lines ", "two lines"),
        (r"Wow\! A\: B\, C", "Wow! A: B, C"),
    ],
)
def test_a_title_is_plain_unicode(source: str, title: str) -> None:
    assert plain_title(source) == title


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ("A, B,, A , C", Authors(("A", "B", "C"))),
        ("A, +, B", Authors(("A", "B"), more=True)),
        ("A, et al.", Authors(("A",), more=True)),
        ("['A', \"B O'C\"]", Authors(("A", "B O'C"))),
        ("['A', 'B", Authors(("A", "B"))),
        ("['B, Ann', 'Cy O'Dee']", Authors(("B, Ann", "Cy O'Dee"))),
        ("['A', None, ['B']]", Authors(("A", "B"))),
        ("[]", Authors()),
        ("[Ann Bee, Cy Dee]", Authors(("Ann Bee", "Cy Dee"))),
        (r"['Erd\H{o}s', 'A']", Authors(("Erdős", "A"))),
        ("('Ada Lovelace')", Authors(("Ada Lovelace",))),
        ("(Jo) Bee, Cy (Zed)", Authors(("(Jo) Bee", "Cy (Zed)"))),
        ("A B, C D +", Authors(("A B", "C D"), more=True)),
        (r"Andr\'e, André, [A B](https://x.org), &#32;", Authors(("André", "A B"))),
        ("-", Authors()),
        ("", Authors()),
    ],
)
def test_authors_are_names_in_order(value: str, authors: Authors) -> None:
    assert read_authors(value) == authors


ENDS_OF_NAMES = (
    "Lovelace|Al|ET AL|Etal|Et.al|And Others|Y Otros|E Outros|Et Autres|Jr.|Ph.D.|Prof.|None|By|McY"
    "|van de Berg|y Gasset|and Bo Lee|et Bo Lee|et al.|others|+|...|3 more|Bo²|(Jo)|*|D’Arcy-Ł."
)


@pytest.mark.parametrize("end", ENDS_OF_NAMES.split("|"))
def test_the_short_way_to_read_names_says_what_the_long_one_does(end: str) -> None:
    for value in (end, f"Ada {end}", f"Ada {end}, Bo Chen", f"Bo Chen, Ada {end}, Ada {end}"):
        assert read_authors(value) == read_authors_of_any_form(value)


@pytest.mark.parametrize(
    "lead",
    [
        *("Title:", "arXiv:2411.06558", "Score: 5 -", "Scores: 5 -", "Rank: 3/9 |", "Rating: 3 -"),
        *("Relevance: 9 -", "Paper 3:", "No. 3:", "TOP 3：", "3.", "#3", "⭐", "제목:"),
    ],
)
def test_what_stands_before_a_title_is_told_by_its_first_word(lead: str) -> None:
    style = Style(counts_up=True, has_brackets=False)
    for each in (lead, lead.lower(), lead.upper()):
        for is_linked in (False, True):
            title = TitleText("", f"{each} Ants", "#", is_linked=is_linked)
            assert clean_title(title, style).words == "Ants"
        has_count = counter(f"{each} Ants") is not None
        assert has_count == any(map(each.lower().startswith, ("paper", "no", "top", "3", "#")))


@pytest.mark.parametrize(
    "behind",
    [
        *(
            " 12 votes",
            " | Likes: 3",
            " 👍 12",
            " 🔥",
            " 🔥hot",
            " (score: 7)",
            " ⭐⭐",
            " (9/10)",
            " -",
        ),
        *(" - 8.5 점", " ()", " [[code]](#)", " [PDF](#)", " —", "  "),
    ],
)
def test_what_stands_behind_a_title_goes(behind: str) -> None:
    style = Style(counts_up=False, has_brackets=False)
    assert clean_title(TitleText("", f"Ants & Bees{behind}"), style).words == "Ants & Bees"


@pytest.mark.parametrize(
    "line",
    ["- *{}*", "> **By {}**", "👥 __{}__", "{}*", "***{}***", "   {}  ", "* {}"],
)
def test_names_stand_alone_without_the_marks_around_them(line: str) -> None:
    assert author_text(line.format("Ada Lovelace, Bo Chen")) == "Ada Lovelace, Bo Chen"


WORDS_OF_LINKS = [
    *(
        "Ants",
        "A | B",
        "**Ants**",
        "__Bees__ and",
        "PDF",
        "**PDF**",
        "2411.06558",
        "[A] B",
        "A [B]",
    ),
    *(
        "10.1000/the-long-id-of-a-paper-about-ants",
        "A] B [C",
        "<b>Ants</b>",
        "a < b",
        "![x](y)",
        "*",
    ),
    *("Ants {#a}", "arXiv:2411.06558", "https://x.org", ""),
]
TARGETS = [
    *("https://arxiv.org/abs/2411.06558", "/papers/1", "#", "a(b)c", "https://x.org/a?b=(c)", "<a"),
    *("<https://x.org>", "https://x.org/'a'", " https://x.org ", 'https://x.org "A"', "a b", ""),
]


@pytest.mark.parametrize("words", WORDS_OF_LINKS)
def test_the_short_way_to_read_a_link_alone_says_what_the_long_one_does(words: str) -> None:
    for target in TARGETS:
        for line in (f"[{words}]({target})", f"![{words}]({target})", f"[{words}] ({target})"):
            moved = links_of(f" {line}")  # a space before a link takes the long way
            assert [*links_of(line)] == [
                replace(link, start=link.start - 1, end=link.end - 1) for link in moved
            ]
            assert read_title(line) == read_title_of_any_form(line)


@pytest.mark.parametrize(
    "behind",
    [". *Nature*, 3(4)", ". _Nature_", " - ICML 2024", " – In ICML 1999", " — Nature, 2024."],
)
def test_names_are_read_before_a_venue(behind: str) -> None:
    byline = byline_of(f"Ada Lovelace, Bo Chen{behind}")
    assert byline is not None
    assert byline.names == "Ada Lovelace, Bo Chen"


LABELS = [
    *(
        "Authors",
        "Authors (all of them)",
        "Full: text",
        "👥",
        "👥 Ada",
        "Méthode",
        "What's New",
        "논문",
    ),
    *("1. Authors", "x", ""),
]
MARKS_AROUND_LABELS = [
    *("{}: A", "{}：A", "**{}**: A", "**{}:** A", "***{}***: A", "**{}** A: B", "__{}__ A: B"),
    *("_{}_: A", "`{}`: A", "【{}】A", "【{}】A: B", "{}://a", "{}\xa0: A", "**{} **: A", "{}"),
]


@pytest.mark.parametrize("lead", ["", "- ", "> * ", "  1. ", "\t", "- [ ]   ", "• "])
def test_no_line_with_a_label_is_passed_over(lead: str) -> None:
    for label in LABELS:
        for marks in MARKS_AROUND_LABELS:
            text = marks.format(label)
            assert may_be_labelled(lead + text) or not read_segment(text)
    for label in ("Vote", "authors", "저자", "*Link*", "Paper   "):
        assert read_field(f"{lead}{label}  : 24")
    for head in ("**What's New**:", "**What's New:**", "***What's New***:"):
        assert not may_be_labelled(f"{lead}{head} A")


@pytest.mark.parametrize("value", ["['a', {[]: 1}]", "['A', 3]"])
def test_a_list_of_other_things_than_names_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=re.escape(value)):
        read_authors(value)


@pytest.mark.parametrize(
    ("value", "votes"), [("24", 24), ("1,024", 1024), ("0", 0), ("-", None), ("N/A", None)]
)
def test_votes_are_a_number_or_nothing(value: str, votes: int | None) -> None:
    assert read_votes(value) == votes


@pytest.mark.parametrize("value", ["many", "-3", "1.5", "１２", "12345678901", "1,2"])
def test_other_votes_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match=value):
        read_votes(value)


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("**만화(Comics)**를", "<p><strong>만화(Comics)</strong>를</p>"),
        ("***Label***: text", "<p><strong>Label</strong>: text</p>"),
        ("S*는 Q*도", "<p>S*는 Q*도</p>"),
        ("an *emphasised* word", "<p>an <em>emphasised</em> word</p>"),
        ("`a*b` and *c*", "<p><code>a*b</code> and <em>c</em></p>"),
        ("<think> & </think>", "<p>&lt;think&gt; &amp; &lt;/think&gt;</p>"),
        ("$a_1*b_1$ *x*", "<p>$a_1*b_1$ <em>x</em></p>"),
        ("H<sub>2</sub>O <sub>", "<p>H<sub>2</sub>O &lt;sub&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>x</p>"),
        ("[x](/relative)", "<p>x</p>"),
        (
            "see https://example.org/a?b=1&c=2.",
            '<p>see <a href="https://example.org/a?b=1&amp;c=2">'
            "https://example.org/a?b=1&amp;c=2</a>.</p>",
        ),
        ("2024. the year", "<p>2024. the year</p>"),
        ("a&#8;b &#0;", "<p>ab \ufffd</p>"),
    ],
)
def test_markdown_becomes_clean_html(line: str, html: str) -> None:
    assert sanitise(render_markdown([line])) == html


@pytest.mark.parametrize(
    ("lines", "html"),
    [
        (
            ["| a | b |", "|---|---|", "| 1 | **2** |"],
            "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td><strong>2</strong></td></tr>",
        ),
        # A row with more cells than the header loses none.
        (
            ["a | b", "--|--", "1 | 2 | 3"],
            "<th>b</th><th></th></tr><tr><td>1</td><td>2</td><td>3</td>",
        ),
        (["> | a |", "> |---|", "> | 1 | 2 |"], "<td>1</td><td>2</td>"),
        (["| a \\| b |", "|---|", "| 1 |"], "<th>a | b</th></tr><tr><td>1</td>"),
    ],
)
def test_a_table_in_a_summary_is_a_table_with_every_cell(lines: list[str], html: str) -> None:
    shown = re.sub(r"</?t(?:head|body)>|\n", "", sanitise(render_markdown(lines)))
    assert html in shown


def test_bars_without_a_line_below_a_header_are_text() -> None:
    assert sanitise(render_markdown(["p(x | y)", "1 | 2"])) == "<p>p(x | y)\n1 | 2</p>"


def test_a_line_below_no_header_is_text() -> None:
    assert sanitise(render_markdown(["Words.", "|---|---|"])) == "<p>Words.\n|---|---|</p>"


@pytest.mark.parametrize(
    "text",
    [
        "see ![](a.png)",
        "see [Watch Video](a.mp4)",
        "see [ WATCH the\tvideo ](a.mp4)",
        'see <IMG alt="x" src="a.png">',
        "see <Video src=a.mp4>",
        "https://example.org/a.mp4",
        "  HTTPS://example.org/a.mp4",
    ],
)
def test_each_way_to_name_a_medium_is_seen_however_it_is_written(text: str) -> None:
    (mention,), _ = take_media(text, 7)
    assert mention.address.strip("/ ").lower().endswith(("a.png", "a.mp4"))


@pytest.mark.parametrize("sign", [" | ", " · ", " • ", "\u3000"])
def test_names_stand_apart_from_an_id_by_any_of_the_signs_that_part_a_line(sign: str) -> None:
    byline = byline_of(f"Ada Lovelace, Charles Babbage{sign}2411.06558")
    assert byline
    assert byline.names == "Ada Lovelace, Charles Babbage"
    assert byline.left.strip() == "2411.06558"
