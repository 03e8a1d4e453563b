"""Archives in the forms that people publish, and what holds for every form."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from feedsvc.model import Digest
from feedsvc.parser import READERS, parse_digest
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.lines.names import looks_like_authors, read_authors
from feedsvc.parser.paper.language import language_of_letters
from feedsvc.parser.paper.links import canonical
from feedsvc.parser.vocabulary.homes import address_of_id, is_empty_home, paper_at
from feedsvc.parser.vocabulary.labels import FIELDS, field_named, names_link, names_part
from tests.support.project import SHARED

ARCHIVES = SHARED / "digest-archives"
NAMES = sorted(path.stem for path in (ARCHIVES / "expected").glob("*.json"))
KNOWN_GAPS = {"details-block-01", "html-01"}
"""An archive whose newest page says no day, and one that was cut inside a link."""
ARXIV = "https://arxiv.org/abs/2503.0000"
EXACT, FALSE = 0.98, 0.02


def _read(text: str, path: str = "2025-03-04.md") -> Digest:
    return parse_digest(path, text.encode())


def _titles(text: str, path: str = "2025-03-04.md") -> list[str]:
    return [paper.title for paper in _read(text, path).papers]


def _items(folder: Path) -> dict[str, list[dict[str, Any]]]:
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    seen = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in READERS or not path.is_file():
            continue
        for paper in parse_digest(path.relative_to(folder).as_posix(), path.read_bytes()).papers:
            if (paper.day, paper.id) not in seen:
                authors = [{"name": name} for name in paper.authors]
                item = {"id": paper.id, "url": paper.link, "title": paper.title}
                days[str(paper.day)].append({**item, "authors": authors})
                seen.add((paper.day, paper.id))
    return days


@pytest.mark.skipif(not NAMES, reason=f"there is no {ARCHIVES}")
@pytest.mark.parametrize("name", NAMES)
def test_an_archive_is_read_exactly(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ARCHIVES))
    judge = importlib.import_module("judge").judge

    papers = json.loads((ARCHIVES / "expected" / f"{name}.json").read_text())["papers"]
    count, wrong = judge(papers, _items(ARCHIVES / name))
    if name not in KNOWN_GAPS:
        assert count["exact"] >= EXACT * count["papers"], wrong[:10]
    assert count["false"] <= FALSE * count["papers"], wrong[-10:]
    assert count["authors right"] >= 0.7 * count["with authors"]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (f"### Paper 2024-07-01 3\nVote: 3\n\n- a\n\n### [B]({ARXIV}2)\n\n- b", 2),
        (f"# On one paper\n\nI like [this]({ARXIV}1).\n\n## Notes\n\nMore words.", 0),
        (f"## Related work\n\n- [A]({ARXIV}1)\n- [B]({ARXIV}2)", 0),
        (f"Ants in Rows\n{ARXIV}1\n\nWe read an older text, too:\n{ARXIV}2", 1),
        (f"Ants in Rows\n\nAda Lovelace, Bo Wexlar\n\n{ARXIV}1\n\nThey\nwalk.\n{ARXIV}2", 1),
        (f"## Contents\n\n- [A](#a)\n\n## Papers\n\n- [A]({ARXIV}1)\n- [B]({ARXIV}2)", 2),
        ("# No papers today\n\n## Why\n\nSee [status](https://status.example.org/).", 0),
        ("## Topics\n\n- [Robots](../topics/robots.md): 0\n- [Words](../topics/words.md): 0", 0),
    ],
)
def test_only_papers_are_papers(text: str, titles: int) -> None:
    assert len(_titles(text)) == titles


def test_an_index_of_pages_beside_it_is_one_problem() -> None:
    links = "".join(f"- [Ants in Rows {n}](papers/{n}.md)\n" for n in range(3))
    problems = [each for each in _read(links).problems if each.code == "bad-link"]
    assert [each.line for each in problems] == [1]
    wrong = "".join(f"### [Ants {n}](file:///{n})\n\n- a\n\n" for n in range(3))
    assert sum(each.code == "bad-link" for each in _read(wrong).problems) == 3


def test_a_paper_under_two_topics_has_both() -> None:
    text = (
        f"# Robots, Arms\n\n## [A]({ARXIV}1)\n\n- a\n\n# Words\n\n## [A]({ARXIV}1)\n\n- a\n\n"
        f"## [B]({ARXIV}2)\n\n- b"
    )
    first, second = _read(text).papers
    assert (first.topics, second.topics) == (("Robots · Arms", "Words"), ("Words",))


def test_the_lines_on_which_a_row_goes_on_are_no_introduction() -> None:
    rows = "".join(
        f"| Learning to Weave Baskets\n  in Gravity {n} ([arXiv]({ARXIV}{n}))"
        f" | Ada Lovelace, Bo Chen | Baskets float away, {n} of them. |\n"
        for n in (1, 2, 3)
    )
    digest = _read(f"Baskets again.\n\n| Title | Authors | Summary |\n|---|---|---|\n{rows}")
    titles = [f"Learning to Weave Baskets in Gravity {n}" for n in (1, 2, 3)]
    assert [paper.title for paper in digest.papers] == titles
    assert [each.html.strip() for each in digest.introductions] == ["<p>Baskets again.</p>"]


def test_an_introduction_is_kept_with_its_day_and_harmless() -> None:
    text = (
        "# Daily Papers (2025-03-04)\n\nA *quiet* day. <script>x()</script>\n\n## Contents\n\n"
        f"- [A](#a)\n\n## Agents\n\n### [A]({ARXIV}1)\n\n- a\n"
    )
    (introduction,) = _read(text).introductions
    assert introduction.day == date(2025, 3, 4)
    assert "<em>quiet</em>" in introduction.html
    assert "<script" not in introduction.html
    assert "Contents" not in introduction.html
    assert _read(f"### [A]({ARXIV}1)\n\n- a").introductions == ()


def test_a_translation_stands_beside_the_title() -> None:
    text = f"## 机器人喝水\n- 原标题: Robots Drink\n- 链接: {ARXIV}1\n\n水。\n\n"
    text += f"## 机器人走路\n- 链接: {ARXIV}2\n\n路。"
    first, second = _read(text).papers
    assert (first.title, first.translated_title) == ("Robots Drink", "机器人喝水")
    assert (second.title, second.translated_title) == ("机器人走路", "")


def test_an_advertisement_is_no_topic() -> None:
    text = f"## Robots\n\n### [A]({ARXIV}1)\n\n- a\n\n## Together with CloudCo\n\nRent it.\n\n"
    text += f"### [B]({ARXIV}2)\n\n- b\n"
    assert [paper.topics for paper in _read(text).papers] == [("Robots",), ()]


def test_topics_with_a_paper_each_in_another_language_stay_topics() -> None:
    text = f"## 机器人学与控制\n\n**Ants Build Bridges**\n\n{ARXIV}1\n\n"
    text += f"## 计算机视觉研究\n\n**Bees Count to Four**\n\n{ARXIV}2\n\n"
    assert [(paper.topics, paper.translated_title) for paper in _read(text).papers] == [
        (("机器人学与控制",), ""),
        (("计算机视觉研究",), ""),
    ]


@pytest.mark.parametrize(("below", "begins"), [("- Score: 8", "<ul>"), ("- a", "<p>Score: 8.0/10")])
def test_a_score_beside_a_title_begins_the_text_that_does_not_say_it(
    below: str, begins: str
) -> None:
    (paper,) = _read(f"### [Score: 8.0/10] Ants in Rows\n- Link: {ARXIV}1\n{below}\n").papers
    assert paper.title == "Ants in Rows"
    assert paper.summary_html.startswith(begins)


LIST = """# 2025-03-04

| Date | Title | PDF |
|---|---|---|
| 2025-02-27 | Ants | [PDF](https://arxiv.org/pdf/2502.00001) |
| | Bees | [PDF](https://arxiv.org/pdf/2502.00002) |
"""


@pytest.mark.parametrize(
    ("days", "dates"),
    [
        ("", [(2025, 3, 4), (2025, 3, 4)]),
        ("own", [(2025, 2, 27), (2025, 3, 4)]),
        ("file", [(2025, 3, 4), (2025, 3, 4)]),
        ("week", [(2025, 3, 9), (2025, 3, 9)]),
        ("month", [(2025, 3, 31), (2025, 3, 31)]),
    ],
)
def test_a_setting_says_what_dates_a_paper(days: str, dates: list[tuple[int, ...]]) -> None:
    digest = parse_digest("papers.md", LIST.encode(), days=days)
    assert [paper.day for paper in digest.papers] == [date(*each) for each in dates]
    rows_alone = parse_digest("papers.md", LIST.partition("\n")[2].encode(), days=days).papers
    assert bool(rows_alone) is (days != "file")


@pytest.mark.parametrize(
    ("unit", "titles"),
    [
        ("", ["Ants", "Bees"]),
        ("heading", ["Ants", "Bees"]),
        ("item", ["Cats", "Dogs", "Eels"]),
        ("table", []),
        ("file", []),
    ],
)
def test_a_setting_says_what_is_a_paper(unit: str, titles: list[str]) -> None:
    text = (
        f"## [Ants]({ARXIV}1)\n\n- [Cats]({ARXIV}3)\n- [Dogs]({ARXIV}4)\n\n"
        f"## [Bees]({ARXIV}2)\n\n- [Eels]({ARXIV}5)\n"
    )
    digest = parse_digest("2025-03-04.md", text.encode(), unit=unit)
    assert [paper.title for paper in digest.papers] == titles


def test_a_draft_is_left_out_and_a_day_to_come_is_reported() -> None:
    draft = _read(f"---\ndraft: true\n---\n## [A]({ARXIV}1)\n")
    assert (draft.papers, [problem.code for problem in draft.problems]) == ((), ["draft"])
    text = f"## [A]({ARXIV}1)\n\n- a\n".encode()
    late = parse_digest("2025-03-04.md", text, today=date(2025, 3, 2))
    assert [problem.code for problem in late.problems] == ["future-day"]
    assert not parse_digest("2025-03-04.md", text, today=date(2025, 3, 3)).problems


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2024/11/18.md", "2024-11-18"),
        ("2024-11/2024-11-18.md", "2024-11-18"),
        ("20241118.md", "2024-11-18"),
        ("241118 A title.md", "2024-11-18"),
        ("18-Nov-2024/x.md", "2024-11-18"),
        ("18-11-2024_04-26.md", "2024-11-18"),
        ("01-12-2024_04-26.md", "2024-12-01"),
        ("2024/11/report_18.md", "2024-11-18"),
        ("2024-11-18/index.md", "2024-11-18"),
        ("2024-11-18-weekly.md", "2024-11-18"),
        ("2024/1118-1122.md", "2024-11-22"),
        ("2024/en/11/18.md", "2024-11-18"),
        ("2024/11/18-22.md", "2024-11-22"),
        ("20241118-20241122.md", "2024-11-22"),
        ("2024-W34.md", "2024-08-25"),
        ("2024/20_week.md", "2024-05-19"),
        ("2024/week-12.md", "2024-03-24"),
        ("2024년 11월 18일.md", "2024-11-18"),
        ("2024년/11월/18일.md", "2024-11-18"),
        ("2024년/11월/논문.md", "2024-11-30"),
    ],
)
def test_a_path_names_its_day(path: str, day: str) -> None:
    (paper,) = parse_digest(path, f"## [A]({ARXIV}1)\n\n- a".encode()).papers
    assert str(paper.day) == day


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("# Thursday, 19 June 2025", "2025-06-19"),
        ("# Mon,  8 May 23", "2023-05-08"),
        ("# 2024年11月18日", "2024-11-18"),
        ("# March 3 - March 9 - 2031", "2031-03-09"),
        ("# Best of the Week (March 3 - March 9) - 2031", "2031-03-09"),
        ("# 2031\n\n## Best of the Week (March 3 - 9)", "2031-03-09"),
        ("# 2031\n\n## 이번 주의 논문 (3월 30일 ~ 4월 5일)", "2031-04-05"),
        ("# 2031\n\n## 3月3日-9日", "2031-03-09"),
        ("# December 30, 2024 - January 5", "2025-01-05"),
        ("# December 30, 2024 - January 5, 2025", "2025-01-05"),
        ("# 2024-12-30 ~ 01-05", "2025-01-05"),
        ("# 2025\n\n## Dec 30 - Jan 5", "2026-01-05"),  # its papers are of March 2025
        ("# 2026\n\n## Dec 30 - Jan 5", "2026-01-05"),
        ("# 2026-12\n\n## 12月30日 - 1月5日", "2027-01-05"),
        ("# 2026\n\n## Dec 23 - Dec 29\n\n## Dec 30 - Jan 5", "2027-01-05"),
        ("# Papers of the club, 2031\n\n## Mon 3 March", "2031-03-03"),
        ("# Papers 17/11/2024", "2024-11-17"),
        ("# Papers 11/17/2024", "2024-11-17"),
        ("# Papers 11/11/2024", "2024-11-11"),
        ("# Papers 03.11.2024", "2024-11-03"),
        ("# Papers 03/11/2024\n\n2024-11-18", "2024-11-18"),
        ("# 2031\n\n## 3월\n\n### 1st week", "2031-03-07"),
        ("# 2031-03\n\n**03-04**", "2031-03-04"),
        ("## Updated on 2024.11.18", "2024-11-18"),
        ("**Last Updated:** 2024-11-18 07:00", "2024-11-18"),
        ("---\ndate: 2024-11-18\n---", "2024-11-18"),
        ("+++\ndate = 2024-11-18\n+++", "2024-11-18"),
        ("📅 2024-11-18", "2024-11-18"),
    ],
)
def test_a_text_names_the_day_of_what_follows(above: str, day: str) -> None:
    text = f"{above}\n\n- [A]({ARXIV}1)\n- [B]({ARXIV}2)\n"
    assert {str(paper.day) for paper in _read(text, "papers.md").papers} == {day}


def test_a_row_has_a_day_of_its_own_where_nothing_else_names_one() -> None:
    table = "|Date|Title|PDF|\n|---|---|---|\n"
    table += f"|2025-03-01|A|[x]({ARXIV}1)|\n|2025-03-02|B|[y]({ARXIV}2)|\n"
    days = [
        str(paper.day) for paper in _read(f"## Updated on 2025.03.09\n\n{table}", "x.md").papers
    ]
    assert days == ["2025-03-01", "2025-03-02"]
    assert {str(paper.day) for paper in _read(table).papers} == {"2025-03-04"}
    partial = _read(f"## 2025-03\n\n{table.replace('2025-', '')}", "README.md").papers
    assert [str(paper.day) for paper in partial] == days


@pytest.mark.parametrize(
    ("address", "id_"),
    [
        (
            "https://www.biorxiv.org/content/10.1101/2025.06.01.123456v2.full",
            "10.1101/2025.06.01.123456",
        ),
        ("https://dx.doi.org/10.1038/S41586-025-1#x", "10.1038/S41586-025-1"),
        ("https://library.example.org/doi/abs/10.1145/36.37?x=1", "doi.org/10.1145/36.37"),
        ("https://press.example.org/article/10.1007/s1-2/full", "doi.org/10.1007/s1-2"),
        ("https://openreview.net/pdf?id=aB_1-2", "forum?id=aB_1-2"),
        ("https://aclanthology.org/2025.acl-long.12.pdf", "2025.acl-long.12/"),
        ("https://pubmed.ncbi.nlm.nih.gov/38123456", "38123456/"),
        ("https://proceedings.mlr.press/v202/lee23a/lee23a.pdf", "v202/lee23a.html"),
        ("https://www.alphaxiv.org/overview/2411.06558v2", "arxiv.org/abs/2411.06558"),
    ],
)
def test_each_home_gives_a_paper_one_id(address: str, id_: str) -> None:
    assert canonical(address).endswith(id_)
    assert canonical(canonical(address)) == canonical(address)


@pytest.mark.parametrize(
    "address",
    ["https://arxiv.org/list/cs.CV/new", "https://arxiv.org/abs/", "https://img.shields.io/x.svg"],
)
def test_an_address_of_no_paper_is_none(address: str) -> None:
    assert paper_at(address) is None


def test_an_empty_address_gives_each_paper_an_id_of_its_own() -> None:
    one = "### {}\n- Authors: A B, C D\n- Link: https://arxiv.org/abs/\n\nText.\n\n"
    papers = _read("".join(one.format(title) for title in ("Ants", "Bees", "Cats"))).papers
    assert is_empty_home("https://arxiv.org/abs/")
    assert len({paper.id for paper in papers}) == 3
    assert {paper.link for paper in papers} == {None}


def test_labels_and_times_are_told_from_titles() -> None:
    assert field_named("**👥 Authors**") == field_named("作者") == field_named("저자") == "authors"
    assert address_of_id("arXiv:2411.06558v2") == "https://arxiv.org/abs/2411.06558"
    assert names_part("🔍 核心创新")
    assert all(map(names_link, ("[PDF]", "论文链接")))
    assert not names_link("Linkless Papers")
    assert all(map(names_time, ("2024-11-18 (Mon)", "2월", "1st week")))
    assert not names_time("Paper 2024-07-01 3")
    assert not names_time("Forecasting the May 2024 Storm")
    assert set(FIELDS) >= {"authors", "link", "votes", "date", "abstract", "title"}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("*Ann Lee, Bo Chen*", "Ann Lee|Bo Chen"),
        ("👥 Ann Lee et al.", "Ann Lee"),
        ("Ann van der Lee, Bo Chen and Cy Diaz", "Ann van der Lee|Bo Chen|Cy Diaz"),
        ("張三、李四 等", "張三|李四"),
    ],
)
def test_a_line_of_names_is_told_from_prose(line: str, names: str) -> None:
    assert looks_like_authors(line)
    assert read_authors(re.sub(r"^[*👥 ]+|\*$", "", line)).names == tuple(names.split("|"))


@pytest.mark.parametrize(
    "line", ["We like fast, cheap models.", "Agents, tools and memory", "cs.CL"]
)
def test_prose_is_no_line_of_names(line: str) -> None:
    assert not looks_like_authors(line)


def test_institutions_and_footnotes_are_no_names() -> None:
    value = "Ann Lee (MIT), Bo Chen (1) ((1) Some University, Here), Cy Diaz†"
    assert read_authors(value).names == ("Ann Lee", "Bo Chen")
    assert read_authors("Lee, Ann; Chen, Bo").names == ("Ann Lee", "Bo Chen")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("논문은 빠르다 fast", "ko"),
        ("これは論文です", "ja"),
        ("这是一篇论文", "zh"),
        ("Это статья", "ru"),
        ("This is a paper", None),
        ("논문 " + "1234567890 " * 20 + "fast", "ko"),  # letters count, and digits don't
        ("논문 " + "much is in English here " * 20, None),
        ("ロンドン " + "much is in English here " * 20, None),
        ("", None),
    ],
)
def test_letters_tell_the_language_where_they_are_clear(text: str, language: str | None) -> None:
    assert language_of_letters([text]) == language


def _calls(text: str, path: str) -> int:
    """How many functions a parse calls: a measure that no other process disturbs."""
    counts: Counter[str] = Counter()

    def count(_frame: object, event: str, _argument: object) -> None:
        counts[event] += 1

    data = text.encode()
    parse_digest(path, data)  # so that what is looked up once for all files counts for none
    sys.setprofile(count)
    try:
        parse_digest(path, data)
    finally:
        sys.setprofile(None)
    return counts.total()


GROWING: dict[str, Callable[[int], str]] = {
    "rows": lambda n: (
        "|Title|PDF|\n|---|---|\n"
        + "".join(f"|Ants {i}|[x](https://arxiv.org/abs/2503.{i:05})|\n" for i in range(n))
    ),
    "items": lambda n: "".join(
        f"- [Ants {i}](https://arxiv.org/abs/2503.{i:05})\n  - Authors: A B, C D\n"
        for i in range(n)
    ),
    "headings": lambda n: "".join(
        f"## {i}. Ants {i}\n\nLink: https://arxiv.org/abs/2503.{i:05}\n\n- x\n\n" for i in range(n)
    ),
    "topics": lambda n: "".join(
        f"# T{i}\n\n## [A](https://arxiv.org/abs/2503.{i:05})\n\n- x\n\n" for i in range(n)
    ),
    "nested items": lambda n: "".join(f"{'  ' * (i % 40)}- a {i}\n" for i in range(n)),
    "plain titles": lambda n: "".join(
        f"Ants of Hill {i}\nand Their Ways\nhttps://arxiv.org/abs/2503.{i:05}\n\nText.\n\n"
        for i in range(n)
    ),
    "lines above an address": lambda n: "Ants\n\n" * n + "https://arxiv.org/abs/2503.00001\n",
    "values of a term": lambda n: "<dl><dt>Authors</dt>" + "<dd>Ada Lovelace</dd> " * n,
    "folds": lambda n: "<details>\n<summary>x</summary>\n" * n,
}


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_papers_take_twice_the_calls(name: str) -> None:
    for path in ("2025-03-04.md", "x.md", "x.html"):
        parse_digest(path, GROWING[name](10).encode())  # patterns are compiled when first used
        assert _calls(GROWING[name](400), path) < 2.6 * _calls(GROWING[name](200), path) + 2000


@pytest.mark.parametrize(
    "page",
    [
        f'<h3><a href="{ARXIV}1">T</a></h3><p><span>Vote: 3</span></p><p>text</p>',
        '<a href="https://x.y/"><div><a href="https://x.y/v.mp4">Watch Video</a></div></a>',
        f'<h3><a href="{ARXIV}1>T</a></h3><p>a</p><h3><a href="{ARXIV}2">U</a></h3><p>b</p>',
        "<h1>" * 5000,
        "<table><tr><td>" * 300,
        "<ul><li><h3>" * 300,
        "<b><i><a href=x>" * 300,
    ],
)
def test_a_page_never_raises(page: str) -> None:
    digest = parse_digest("2025-03-04.html", page.encode())
    assert digest.path == "2025-03-04.html"


def test_a_missing_quote_swallows_no_neighbour() -> None:
    page = f'<h3><a href="{ARXIV}1>T</a></h3><p>a</p><h3><a href="{ARXIV}2">U</a></h3><p>b</p>'
    assert f"{ARXIV}2" in [
        paper.id for paper in parse_digest("2025-03-04.html", page.encode()).papers
    ]


def test_html_and_markdown_of_one_digest_say_the_same() -> None:
    page = (
        f'<h2>2025-03-04</h2><h3>1. <a href="{ARXIV}1">Ants</a></h3><p>Vote: 3</p>'
        "<p>Authors: A B, C D</p><ul><li><b>New</b>: words *here*</li></ul>"
    )
    text = f"## 2025-03-04\n\n### 1. [Ants]({ARXIV}1)\n\nVote: 3\n\nAuthors: A B, C D\n\n"
    text += "- **New**: words \\*here\\*\n"
    (left,), (right,) = _read(page, "x.html").papers, _read(text, "x.md").papers
    assert (left.title, left.votes, left.authors) == (right.title, right.votes, right.authors)
    assert left.summary_html == right.summary_html


def test_headings_on_neighbouring_lines_are_two_papers() -> None:
    digest = _read(f"## [A]({ARXIV}1)\n## [B]({ARXIV}2)\n")
    assert [paper.title for paper in digest.papers] == ["A", "B"]


def test_each_of_many_tables_gives_its_papers() -> None:
    tables = "\n".join(
        f"| Title | Link | Note {n} |\n|---|---|---|\n"
        f"| A Paper Numbered {n} | [PDF]({ARXIV[:-4]}{n:05}) | |\n"
        f"| Another Paper {n} | [PDF]({ARXIV[:-4]}{n + 20:05}) | |\n"
        for n in range(1, 10)
    )
    assert len(_read(tables).papers) == 18


@pytest.mark.parametrize(
    "line", ["No papers today.", "_今天没有新论文_", "> 오늘은 논문이 없습니다."]
)
def test_a_day_that_says_that_it_has_no_papers_is_not_reported(line: str) -> None:
    assert [each.code for each in _read("# 2025-03-04\n\nWords.\n").problems] == ["no-papers"]
    assert not _read(f"# 2025-03-04\n\n{line}\n").problems


NOTHING_WRONG = {
    "a range of days in the name and in the heading": (
        "2025-03-03-03-09.md",
        f"# [2025/03/03 ~ 03/09] Papers\n\n## [Ants]({ARXIV}1)\n\n- They join hands.\n",
    ),
    "a day in a field that repeats the heading": (
        "March 4 2025.md",
        f"# March 4, 2025\n\nDate: March 4, 2025\n\n## [Ants]({ARXIV}1)\n\n- They join hands.\n",
    ),
    "a conditional comment of a mail": (
        "2025-03-04.html",
        "<!--[if !gte mso 9]><!----><span>Ants</span><!--<![endif]-->"
        f"<h2><a href='{ARXIV}1'>Ants</a></h2><p>They join hands.</p><!-- end -->",
    ),
    "a link that leads nowhere, for a script": (
        "2025-03-04.html",
        f"<h2><a href='{ARXIV}1'>Ants</a></h2><p>They join hands. <a href=''>#ants</a></p>",
    ),
}


@pytest.mark.parametrize(("path", "text"), NOTHING_WRONG.values(), ids=NOTHING_WRONG)
def test_nothing_is_said_of_what_is_not_wrong(path: str, text: str) -> None:
    digest = _read(text, path)
    assert [paper.title for paper in digest.papers] == ["Ants"]
    assert not digest.problems
