"""Digests that are damaged, enormous or meant to harm: what is kept, and what is reported."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import lxml.html
import pytest

from feedsvc.check import check
from feedsvc.feeds.content import body_html, opening
from feedsvc.index.days import merge_day
from feedsvc.model import Digest, Paper, Severity
from feedsvc.parser import parse_digest
from feedsvc.parser.paper.assemble import LONGEST_TITLE
from feedsvc.parser.vocabulary.problems import CODES, MOST_ALIKE, Problems
from feedsvc.site.site import Site
from tests.support.project import Configure

DAY = "## Daily Papers (2024-11-18)\n\n"
HEAD = f"{DAY}### [T](https://arxiv.org/abs/2411.00001)\n\n"
NEXT = "\n### [U](https://arxiv.org/abs/2411.00002)\n\n- u\n"
PAGE = "<h2>2024-11-18</h2>"
ONE = f"{PAGE}<h3><a href='https://e.org/1'>One</a></h3>"
TWO = "<h3><a href='https://e.org/2'>Two</a></h3><p>two</p>"
FIELDS = "\n\nVote: 2\n\nAuthors: Z\n\n- b\n"
A = "### [A](https://e.org/a)\n\n"
B = "### [B](https://e.org/b)"
MASS = 1_000_000


def _parse(text: str | bytes, path: str) -> Digest:
    return parse_digest(path, text if isinstance(text, bytes) else text.encode())


def _problems(digest: Digest) -> list[tuple[int, str]]:
    ignored = {"no-summary", "no-link"}
    return [(each.line, each.code) for each in digest.problems if each.code not in ignored]


@dataclass(frozen=True)
class Case:
    """A digest, the titles of its papers, and the lines and codes of its problems."""

    text: str | bytes
    titles: str
    problems: tuple[tuple[int, str], ...] = ()
    path: str = "x.md"


def _page(text: str, titles: str, *problems: tuple[int, str]) -> Case:
    return Case(text, titles, problems, "x.html")


KEPT = {
    "a long s in the name of a tag": _page(f"{ONE}<p>x</p><ſcript><ſtyle>", "One"),
    "a tag whose name ends like a heading's": _page(f"{PAGE}<a-h1><h3>T</h3>", "T"),
    "a tag with a prefix before a heading": _page(f"{PAGE}<a:h2 ><h3>T</h3>", "T"),
    "a comment that begins in a description": _page(
        f"{ONE}<p><img src='https://e.org/i.png' alt='<!--'></p>{TWO}<!-- end -->",
        "One Two",
        (1, "open-tag"),
    ),
    "a tag that begins like script": _page(f"{ONE}<p>a <scripted></p>{TWO}</script>", "One Two"),
    "an open comment in an item": _page(
        f"{ONE}<li>a <!-- b</li>{TWO}<!-- c -->", "One Two", (1, "open-tag")
    ),
    "an open comment that a later end closes": _page(
        f"{ONE}\n<li>a <!-- b</li>{TWO} -->", "One Two", (2, "open-tag")
    ),
    "an open script in authors": _page(
        f"{ONE}<p>Authors: <script></p>{TWO}<script>x</script>", "One Two", (1, "open-tag")
    ),
    "an open style that a later end closes": _page(
        f"{ONE}<p><style></p>{TWO}<p></style>", "One Two", (1, "open-tag")
    ),
    "an open comment in a title": _page(
        f"{PAGE}<h3><a href='https://e.org/1'>O <!-- ne</a></h3>{TWO}<!-- c -->",
        "O,ne Two",
        (1, "open-tag"),
    ),
    "a paper that is commented out": _page(
        f"{ONE}<p>a</p><!-- {TWO} -->{TWO.replace('Two', 'Three')}",
        "One Three",
        (1, "hidden-paper"),
    ),
    "one heading above the papers": Case(
        f"# 2024-11-18\n\n{A}Vote: 1\n\n- a\n\n{B}{FIELDS}\n## [Code](https://e.org/c)\n",
        "A B",
        ((17, "stray-text"),),
    ),
    "one link among papers without": Case(
        f"{DAY}### A\n\nVote: 1\n\n- a\n\n#### [x](https://e.org/x)\n\n### B{FIELDS}", "A B"
    ),
    "one link to arXiv below a paper": Case(
        f"{DAY}### [A](https://openreview.net/forum?id=1)\n\n- a\n\n"
        "#### [Related](https://arxiv.org/abs/2411.00009)\n\n- r\n",
        "A",
    ),
    "one link below three papers without": Case(
        f"{DAY}### A\n\n- a\n\n### B\n\n- b\n\n#### [x](https://arxiv.org/abs/2411.00009)\n\n"
        "### C\n\n- c\n",
        "A B C",
    ),
    "two headings with links that are no papers": Case(
        f"# [S](https://s.org)\n\n# [R](https://r.org)\n\n{HEAD}- x\n{NEXT}",
        "T U",
        ((1, "stray-text"), (3, "stray-text")),
    ),
    "a heading too low, with votes": Case(f"{DAY}{A}- a\n\n#{B}{FIELDS}", "A B"),
    **{
        f"a heading behind {sign!r}": Case(f"{DAY}{A}- a\n\n{sign}{B}{FIELDS}", "A B")
        for sign in ("\u200b", "\ufeff", "\xa0", "\u3000", "\u2060", "\u200e", " \xa0\u200b ")
    },
    **{
        f"a heading behind {sign!r}": Case(
            f"{DAY}{A}- a\n\n{sign}{B}{FIELDS}", "A B", ((7, "hidden-heading"),)
        )
        for sign in ("\t", "    ", "> ", "- ", "\\", "1. ")
    },
    "votes a second time": Case(
        f"{DAY}{A}Vote: 1\n\n- a\n\n**B**{FIELDS}", "A", ((11, "second-field"),)
    ),
    "two byte order marks": Case(f"\ufeff\ufeff{HEAD}- x\n", "T"),
    "more than 2000 tags": _page(f"{ONE}<p>one</p>{TWO}{'two<br>' * 2001}", "One Two"),
    "front matter that is a day between rules": Case(
        f"---\n\n# 2024-11-18\n\n---\n\n{A}- x\n", "A"
    ),
    "the second half of a conflict": Case(
        f"{HEAD}- x\n=======\nold\n>>>>>>> branch\n",
        "T",
        ((6, "conflict-marker"), (8, "conflict-marker")),
    ),
    "a picture before the link of a heading": Case(
        f"{DAY}### ![icon](https://e.org/i.png) [T](https://e.org/)\n\n- x\n",
        "T",
        ((3, "heading-text"),),
    ),
    "a group's heading with a link": Case(
        f"{HEAD}- x\n\n## Group [code](https://g.org)\n{NEXT}", "T U", ((7, "stray-text"),)
    ),
    "a video without an address": Case(
        f"{HEAD}[Watch video]\n\n- x\n{NEXT}", "T U", ((5, "no-video"),)
    ),
    "links without a web address": Case(
        f"{HEAD}- [rel](paper.html), [js](javascript:x)\n{NEXT}",
        "T U",
        ((3, "dead-link"), (3, "dead-link")),
    ),
    "a relative still picture": Case(
        f"{HEAD}<video src='https://e.org/v.mp4' poster='p.png'>\n\n- x\n",
        "T",
        ((5, "relative-media"),),
    ),
    "an active still picture": Case(
        f"{HEAD}<video src='https://e.org/v.mp4' poster='javascript:x'>\n\n- x\n",
        "T",
        ((5, "bad-media"),),
    ),
    "problems far below a heading": _page(
        f"<html><body>{PAGE}\n\n<h3><a href='https://e.org/'>T</a></h3>\n\n<p>x</p>\n\n"
        "<p>Vote: abc</p>\n\n<img src='rel.png'>\n",
        "T",
        (7, "bad-votes"),
        (9, "relative-media"),
    ),
    **{
        f"the authors {value}": Case(
            f"{HEAD}Authors: {value}\n\n- x\n{NEXT}", "T U", ((5, "bad-authors"),)
        )
        for value in ("['A', 3]", "['a', 1if 1else 1]", "['A', {'B': 'C'}]")
    },
}


@pytest.mark.parametrize("name", KEPT)
def test_no_paper_is_lost_and_what_is_odd_is_reported(name: str) -> None:
    case = KEPT[name]
    digest = _parse(case.text, case.path)
    assert [paper.title.replace(" ", ",") for paper in digest.papers] == case.titles.split()
    assert tuple(_problems(digest)) == case.problems


def _only(text: str, path: str = "x.md") -> Paper:
    (paper,) = _parse(text, path).papers
    return paper


def test_a_missed_heading_takes_no_votes_and_authors_along() -> None:
    first, second = _parse(f"{DAY}{A}- a\n\n\u200b{B}{FIELDS}", "x.md").papers
    assert (first.votes, first.authors) == (None, ())
    assert (second.votes, second.authors, second.id) == (2, ("Z",), "https://e.org/b")


def test_joined_files_keep_their_days() -> None:
    text = f"{HEAD}- x\n\n\ufeff## Daily Papers (2024-11-19)\n{NEXT}"
    assert [str(paper.day) for paper in _parse(text, "x.md").papers] == ["2024-11-18", "2024-11-19"]


def test_an_impossible_date_says_where_its_papers_went() -> None:
    digest = _parse(f"{HEAD}- a\n\n## 2024-13-45\n{NEXT}", "x.md")
    (problem,) = digest.problems
    assert (problem.line, problem.code) == (7, "bad-date")
    assert "went to 2024-11-18" in problem.message


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("['A' 'B' 'C']", "A B C"),
        ("['A', ['B', ['C']]]", "A B C"),
        ("['A', ['B', ['C']", "A B C"),
        ("A,\nB,\n C", "A B C"),
    ],
)
def test_authors_in_odd_lists_are_read(value: str, names: str) -> None:
    assert _only(f"{HEAD}Authors: {value}\n\n- x\n").authors == tuple(names.split())


@pytest.mark.parametrize(
    ("line", "html", "pictures"),
    [
        (
            "[![a](https://e.org/a.png)](https://x.org) and text (see above)",
            '<p><a href="https://x.org">a</a> and text (see above)</p>',
            1,
        ),
        (
            "[![a](https://e.org/a.png)](https://x.org) and [code](https://g.org/y)",
            '<p><a href="https://x.org">a</a> and <a href="https://g.org/y">code</a></p>',
            1,
        ),
        ("[![P](https://e.org/a.png)](https://p.org) [![C](https://e.org/b.png)](c)", "", 2),
        (
            "<img src='https://e.org/i.png'> uses <span> and <p> tags",
            "<p>uses &lt;span&gt; and &lt;p&gt; tags</p>",
            1,
        ),
        (
            "<img src='https://e.org/i.png'>\n\n<a href='/x'><b>x</b></a> kept",
            "<p>&lt;a href='/x'&gt;&lt;b&gt;x&lt;/b&gt;&lt;/a&gt; kept</p>",
            1,
        ),
        (
            "<img src='https://e.org/i.png'>\n\n    <b>x</b> <p>",
            "<pre><code>&lt;b&gt;x&lt;/b&gt; &lt;p&gt;\n</code></pre>",
            1,
        ),
        (
            "[m](HTTPS://E.org/) [o](//e.org/z)",
            '<p><a href="HTTPS://E.org/">m</a> <a href="https://e.org/z">o</a></p>',
            0,
        ),
    ],
)
def test_no_word_and_no_link_of_a_text_vanishes(line: str, html: str, pictures: int) -> None:
    paper = _only(f"{HEAD}{line}\n")
    assert (paper.summary_html, len(paper.media)) == (html, pictures)


def test_encodings_are_told_line_by_line() -> None:
    korean = f"{B}\n\n- 가나다\n".encode("cp949")
    digest = _parse(f"{DAY}{A}Authors: José\n\n- a\n\n".encode() + korean, "x.md")
    assert [paper.authors for paper in digest.papers] == [("José",), ()]
    assert "가나다" in digest.papers[1].summary_html
    assert _problems(digest) == [(1, "other-encoding")]


def test_a_damaged_line_of_utf_8_is_not_taken_for_korean() -> None:
    digest = _parse(f"{HEAD}- 한국어 요약\n- ".encode() + b"\xb0\xa1\n- b\n", "x.md")
    assert _problems(digest) == [(6, "encoding")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_every_encoding_of_windows_is_read(encoding: str) -> None:
    text = f"{HEAD}- 가나다라 마바사\n".replace("\n", "\r\n")
    assert "가나다라 마바사" in _parse(text.encode(encoding), "x.md").papers[0].summary_html


ATTACKS = r"""<script>alert(1)</script>
<ScRiPt>alert(1)</sCrIpT>
<script src=//evil.org/x.js>
<script/xss src=x>
<<script>alert(1)//<</script>
<scr<script>ipt>alert(1)</scr</script>ipt>
&lt;script&gt;alert(1)&lt;/script&gt;
&amp;lt;script&amp;gt;alert(1)
&#60;script&#62;alert(1)&#60;/script&#62;
&#x3c;script&#x3e;alert(1)
<img src=x onerror=alert(1)>
<img src="https://e.org/a.png" onerror="alert(1)">
<img/src=x/onerror=alert(1)>
<img src="https://e.org/a.png" alt='"><script>alert(1)</script>'>
<img src="https://e.org/a.png" alt="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">
<img src="https://e.org/a.png&quot; onerror=alert(1) x=&quot;">
<img src=javascript:alert(1)>
<img src="data:image/svg+xml,<svg onload=alert(1)>">
<img src="jav&#x09;ascript:alert(1)">
<img data-line="x" src="https://e.org/a.png">
<video src="https://e.org/a.mp4" onerror=alert(1) poster=javascript:alert(1)></video>
<video src="https://e.org/a.mp4" poster="https://e.org/p.png&quot; onerror=&quot;alert(1)"></video>
<video><source onerror=alert(1) src="https://e.org/a.mp4"></video>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert()&gt;">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<template><script>alert(1)</script></template>
<textarea><script>alert(1)</textarea>
<title><img src=x onerror=alert(1)></title>
<xmp><p title="</xmp><svg/onload=alert(1)>">
<plaintext><img src=x onerror=alert(1)>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>">
<object data="javascript:alert(1)">
<embed src="javascript:alert(1)">
<base href="javascript:alert(1)//">
<link rel=stylesheet href=//evil.org>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<form action=javascript:alert(1)><button>x
<body onload=alert(1)>
<details open ontoggle=alert(1)>
<input autofocus onfocus=alert(1)>
<a href="javascript:alert(1)">x</a>
<a href="JaVaScRiPt:alert(1)">x</a>
<a href="&#106;avascript:alert(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a href="https://e.org" onclick=alert(1) style="position:fixed" class=x id=y>x</a>
<a href='https://e.org"onmouseover="alert(1)'>x</a>
<a href="//evil.org" onclick=alert(1)>x</a>
[x](javascript:alert(1))
[x](JAVASCRIPT:alert(1))
[x](javascript&colon;alert(1))
[x](java&#x0A;script:alert(1))
[x](<java script:alert(1)>)
[x](data:text/html;base64,PHNjcmlwdD4=)
[x](vbscript:msgbox)
[x](https://e.org/"onmouseover="alert(1))
[x](https://e.org/ "title\" onmouseover=alert(1)")
[x](<https://e.org/" onclick="alert(1)>)
[x](//evil.org/"onclick="alert(1))
![x](javascript:alert(1))
![x](https://e.org/a.png"onerror="alert(1))
![x](https://e.org/a.png&quot;onerror=&quot;alert(1))
![x" onerror="alert(1)](https://e.org/a.png)
!["><script>alert(1)</script>](https://e.org/a.png)
[![x](https://e.org/a.png)](javascript:alert(1))
<https://e.org/"onclick="alert(1)>
https://e.org/"onclick="alert(1)
`<script>alert(1)</script>`
<sub><script>alert(1)</script></sub>
<sub onclick=alert(1)>x</sub>
<br onclick=alert(1)>
</code></pre><script>alert(1)</script>
]]><script>alert(1)</script>
<![CDATA[<script>alert(1)</script>]]>
<!--><script>alert(1)</script>-->
<!--<img src="--><img src=x onerror=alert(1)//">
<style>@import'//evil.org';</style>
<p style="background:url(javascript:alert(1))">x</p>
$<script>alert(1)</script>$
$\text{<script>alert(1)</script>}$
%EF%B7%9Cscript%EF%B7%9E
[x](https://e.org/%EF%B7%92onclick=alert(1))
"><script>alert(1)</script>
' onmouseover='alert(1)
""".splitlines()

PASSIVE = {
    *("a", "p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "b"),
    *("i", "del", "sub", "sup", "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody"),
    *("tr", "th", "td", "dl", "dt", "dd", "div", "img", "video"),
}
INERT = {"href", "src", "alt", "poster", "start", "controls", "preload", "loading", "type"}

PLACES = {
    "a title": ("### [{}](https://e.org/a)\n\n- x\n", "<h3><a href='https://e.org'>{}</a></h3>x"),
    "authors": (f"{A}Authors: {{}}, B\n\n- x\n", f"{ONE}<p>Authors: {{}}, B</p>"),
    "a label": (f"{A}- **{{}}**: x\n", f"{ONE}<ul><li><b>{{}}</b>: x</ul>"),
    "an item": (f"{A}- x {{}} y\n", f"{ONE}<ul><li>x {{}} y</ul>"),
    "a line": (f"{A}{{}}\n\n- x\n", f"{ONE}{{}}"),
    "an address": (
        f"{A}![]({{}})\n\n- [x]({{}})\n",
        f"{ONE}<img src='{{}}'><a href=\"{{}}\">x</a>",
    ),
    "a description": (f"{A}![{{}}](https://e.org/i.png)\n", f'{ONE}<img src=a.png alt="{{}}">'),
}


def _assert_passive(html: str) -> None:
    for node in lxml.html.fragment_fromstring(html, create_parent="div").iter():
        assert node.tag in PASSIVE
        assert set(node.attrib) <= INERT
        for name in ("href", "src", "poster"):
            assert node.get(name, "https:").lower().startswith(("https:", "http:", "mailto:"))


@pytest.mark.parametrize("place", PLACES)
def test_nothing_active_survives_an_attack(place: str) -> None:
    for attack in ATTACKS:
        for path, frame in zip(("2024-11-18.md", "2024-11-18.html"), PLACES[place], strict=True):
            for paper in _parse(frame.replace("{}", attack), path).papers:
                _assert_passive(body_html(paper))
                assert "\n" not in paper.title + opening(paper) + "".join(paper.authors)


def _seconds(text: str, path: str) -> float:
    data = text.encode()
    times = []
    for _ in range(3):
        start = time.process_time()
        parse_digest(path, data, longest_paper=100 * MASS)
        times.append(time.process_time() - start)
    return min(times)


LINEAR: dict[str, Callable[[int], str]] = {
    "an address with many extensions": lambda n: f"{HEAD}http://a{'.mp4?' * n} x\n",
    "linked pictures": lambda n: f"{HEAD}{'[![a](b)](c) ' * n}x\n",
    "pictures that are open": lambda n: f"{HEAD}{'[![](' * n}x\n",
    "stars on a line": lambda n: f"{HEAD}{'* ' * n}\n",
    "stars behind much space": lambda n: f"{HEAD}{' ' * n}{'* ' * n}\n",
    "authors on many lines": lambda n: f"{HEAD}Authors: a,\n" + "b,\n" * n,
    "quoted authors": lambda n: f"{HEAD}Authors: [" + "'a' " * n,
    "brackets among authors": lambda n: f"{HEAD}Authors: ['a'" + "[" * n,
    "hidden headings": lambda n: HEAD + "- # [x](y)\n" * (n // 8),
    "layout tags around a picture": lambda n: f"{HEAD}<img src=a>{'<b>' * n}x{'<b>' * n}y\n",
}
LINEAR_PAGES: dict[str, Callable[[int], str]] = {
    "headings": lambda n: PAGE + "<h3>" * (n // 40),
    "spans in one paper": lambda n: ONE + "<span>Vote: " * (n // 20),
    "comments without an end": lambda n: ONE + "<!--" * n,
    "comments with one end": lambda n: f"{ONE}{'<!--' * n}-->",
    "headings inside papers": lambda n: ONE + "<h4>x</h4>" * (n // 40),
    "lists in lists": lambda n: ONE + "<ul><li>x" * (n // 20),
}


@pytest.mark.slow(reason="times digests of several sizes, again where it was disturbed")
@pytest.mark.parametrize("name", [*LINEAR, *LINEAR_PAGES])
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    """What is quadratic takes sixteen times as long."""
    make, path = (
        (LINEAR[name], "x.md") if name in LINEAR else (LINEAR_PAGES[name], "2024-11-18.html")
    )
    assert _seconds(make(32_000), path) < 10 * _seconds(make(8_000), path)


@pytest.mark.slow(reason="parses megabytes")
@pytest.mark.parametrize(
    ("path", "frame"),
    [
        ("x.md", f"{HEAD}Vote: 3\n\n{{}}\n\nAuthors: Z\n{NEXT}"),
        ("x.html", f"{ONE}<p>Vote: 3</p><p>Authors: Z</p><p>{{}}{TWO}"),
    ],
)
@pytest.mark.parametrize("piece", ["x", "word ", "- x\n", "**a** ", "`", "[", "$a"])
def test_a_paper_of_a_megabyte_is_cut_and_keeps_its_fields(
    path: str, frame: str, piece: str
) -> None:
    text = frame.replace("{}", piece * (MASS // len(piece)))
    digest = parse_digest(path, text.encode(), longest_paper=20_000)
    long, other = digest.papers
    assert (long.votes, long.authors) == (3, ("Z",))
    assert long.link
    assert 0 < len(long.summary_html) < 500_000
    assert other.summary_html
    assert [each.code for each in digest.problems if each.code != "bad-link"] == ["too-long"]


@pytest.mark.parametrize(
    ("path", "frame"),
    [
        ("x.md", f"{DAY}### [{{}}](https://e.org/)\n\nVote: 3\n\n- x\n{NEXT}"),
        ("x.html", f"{PAGE}<h3><a href='https://e.org/'>{{}}</a></h3><p>Vote: 3</p>{TWO}"),
    ],
)
def test_a_title_of_a_megabyte_is_cut_and_reported(path: str, frame: str) -> None:
    digest = _parse(frame.replace("{}", "word " * (MASS // 5)), path)
    long = digest.papers[0]
    assert len(digest.papers) == 2
    assert (long.link, long.votes, long.title[-1]) == ("https://e.org/", 3, "…")
    assert len(long.title) <= LONGEST_TITLE
    assert "too-long" in [each.code for each in digest.problems]


def test_a_text_within_the_limit_is_cut_at_no_line_and_one_above_it_at_a_line_end() -> None:
    text = f"{HEAD}- first line\n- second line\n".encode()
    whole = parse_digest("x.md", text, longest_paper=40)
    assert "second" in whole.papers[0].summary_html
    cut = parse_digest("x.md", text, longest_paper=24)
    assert cut.papers[0].summary_html == "<ul>\n<li>first line</li>\n</ul>"
    assert _problems(cut) == [(3, "too-long")]


def test_a_text_of_just_as_many_characters_as_there_may_be_is_whole() -> None:
    """A line counts with its end."""
    body = "- first line\n- second line\n"
    text = f"{HEAD.rstrip()}\n{body}".encode()
    assert _problems(parse_digest("x.md", text, longest_paper=len(body))) == []
    assert _problems(parse_digest("x.md", text, longest_paper=len(body) - 1)) == [(3, "too-long")]


def test_nesting_of_400_levels_loses_nothing_of_the_neighbours() -> None:
    for opener in ("> ", "- ", "[", "**", "<div>", "<ul><li>", "<b>", "![", "("):
        deep = opener * 400
        for path, text in (
            ("x.md", f"{HEAD}{deep}x\n{NEXT}"),
            ("x.html", f"{ONE}{deep}x{TWO}"),
        ):
            papers = _parse(text, path).papers
            assert len(papers) == 2
            assert papers[1].summary_html in {"<ul>\n<li>u</li>\n</ul>", "<p>two</p>"}


def test_2000_papers_are_read() -> None:
    papers = "".join(f"### [P{n}](https://e.org/{n})\n\nVote: {n}\n\n- x\n\n" for n in range(2000))
    digest = _parse(DAY + papers, "x.md")
    assert [paper.votes for paper in digest.papers] == list(range(2000))
    assert digest.problems == ()


def test_of_many_problems_of_a_file_the_first_of_each_kind_are_kept_and_the_others_counted() -> (
    None
):
    problems = Problems("x.md")
    for line in range(1, 1001):
        problems.report(line, "no-title")
    for line in range(MOST_ALIKE, 0, -1):
        problems.report(line, "conflict-marker", found="<<<<<<<")
    problems.report(7, "no-date")
    found = problems.in_order()
    assert Counter(each.code for each in found) == {
        "no-title": MOST_ALIKE,
        "conflict-marker": MOST_ALIKE,
        "no-date": 1,
        "more-problems": 1,
    }
    (more,) = (each for each in found if each.code == "more-problems")
    assert more.line == MOST_ALIKE + 1
    assert "900 more problems of this file are not listed (no-title ×900)" in more.message
    assert [each.line for each in found] == sorted(each.line for each in found)


def test_bytes_that_are_no_text_have_few_problems_everywhere(
    tmp_path: Path, configure: Configure
) -> None:
    digests = tmp_path / "digests"
    digests.mkdir()
    (digests / "2024-01-01.md").write_bytes(random.Random(1).randbytes(200_000))
    config = configure(digests=digests)
    site = Site(config)
    site.refresh()
    with site.snapshot() as snapshot:
        errors, warnings = snapshot.store.count_problems()
    assert 0 < errors + warnings <= (MOST_ALIKE + 1) * len(CODES)
    findings = check(digests, config)
    told = Counter(each.severity for each in findings.problems)
    assert (told[Severity.ERROR], told[Severity.WARNING]) == (errors, warnings)
    assert errors > 0


def test_papers_that_come_again_and_again_have_few_problems() -> None:
    text = DAY + "### [T](https://e.org/)\n\n- a\n\n" * (3 * MOST_ALIKE)
    merged, problems = merge_day(_parse(text, "x.md").papers)
    assert len(merged) == 1
    assert len(problems) == MOST_ALIKE + 1
    assert f"(repeated-paper ×{2 * MOST_ALIKE - 1})" in problems[-1].message
