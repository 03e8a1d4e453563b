"""Documents that tell of the code: their tables are its answers, and what they name is there.

`pytest --update-goldens` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from feedsvc.check import check
from feedsvc.config import OF_A_LANGUAGE, Config
from feedsvc.explanations import EXAMPLES, Example, explain
from feedsvc.feeds.formats import FORMATS
from feedsvc.index.languages import languages_of
from feedsvc.index.names import NOT_DIGESTS, is_digest_name
from feedsvc.model import Media, Paper, Problem
from feedsvc.parser import DAYS, READERS, parse_digest
from feedsvc.parser.paper.media import TYPES
from feedsvc.parser.vocabulary.labels import FIELDS
from feedsvc.parser.vocabulary.problems import CODES, MOST_ALIKE
from tests.readers.limits import LIMITS
from tests.support.project import ROOT

DOCS = ROOT / "docs"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
PACKAGE = ROOT / "feedsvc"
GUIDES = [
    ROOT / name
    for name in (
        *("CONTRIBUTING.md", "DESIGN.md", "README.md", "SECURITY.md", "CHANGELOG.md"),
        *("docs/digests.md", "docs/operation.md", "docs/problems.md", "docs/settings.md"),
        *("docs/index.md", "docs/library.md", "docs/publishing.md", "docs/scale.md"),
        *("docs/search.md", "docs/subscribe.md"),
        *("benchmarks/README.md", "deploy/README.md", "digests/README.md"),
    )
]

NAMES = (
    "2024-11-18.md",
    "2024-11-18-monday.md",
    "papers 2024.11.18.md",
    "2024_11_18.html",
    "2024/11/18.md",
    "2024/11/2024-11-18.md",
    "2024-11-18.en.md",
    "2024-11-18.pt-BR.md",
)
HEADINGS = (
    "Daily Papers (2024-11-18)",
    "2024.11.18",
    "2024/11/18",
    "2024년 11월 18일",
    "November 18, 2024",
    "Nov 18th, 2024",
    "18 November 2024",
)
VALUES = (
    "Vote: 24",
    "Upvotes: 1,024",
    "**투표**: 24",
    "Vote: -",
    "Authors: Ada Lovelace, Charles Babbage",
    "- Authors: Ada Lovelace, +",
    "Authors: Ada Lovelace et al.",
    "저자：['Ada Lovelace', 'Charles Babbage']",
)
MEDIA = (
    "![](https://example.org/a.png)",
    "![what it shows](<https://example.org/a b.png>)",
    '<img src="https://example.org/a.png">',
    "[Watch Video](https://example.org/a.mp4)",
    "![](https://example.org/a.mp4)",
    '<video src="https://example.org/a.mp4" poster="https://example.org/a.jpg"></video>',
    "https://example.org/a.mp4",
)

PAPER = "### [Title](https://arxiv.org/abs/2411.06558)\n\n"
HTML_PAPER = '<h2><a href="https://arxiv.org/abs/2411.06558">Title</a></h2><p>a summary</p>'


def _paper(text: str, name: str = "2024-11-18.md") -> Paper:
    """The one paper of a digest that has no problem."""
    digest = parse_digest(name, text.encode())
    assert not digest.problems, digest.problems
    (paper,) = digest.papers
    return paper


def _table(*rows: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    head, *rest = ([*map(str, row)] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rest])


def _code(*texts: str) -> str:
    return " ".join(f"`{text}`" for text in texts)


def _endings() -> str:
    forms = {True: "HTML", False: "Markdown"}
    return _table(
        ("ending", "read as"),
        *(
            (_code(*(ending for ending in READERS if READERS[ending] is is_html)), form)
            for is_html, form in forms.items()
        ),
    )


def _not_digests() -> str:
    names = sorted(NOT_DIGESTS)
    assert not any(is_digest_name(f"{name.upper()}.md") for name in names)
    return _table(("name", "in any case, with any of the endings"), (_code(*names), "not read"))


def _names() -> str:
    def row(name: str) -> tuple[str, ...]:
        text = HTML_PAPER if name.endswith(".html") else f"{PAPER}- a summary\n"
        paper = _paper(text, name)
        return (
            _code(name),
            str(paper.day),
            _code(paper.language) if paper.language else "the site's",
        )

    return _table(("file", "day", "language"), *map(row, NAMES))


def _headings() -> str:
    def row(heading: str) -> tuple[str, ...]:
        return _code(f"## {heading}"), str(
            _paper(f"## {heading}\n\n{PAPER}- a summary\n", "any name.md").day
        )

    return _table(("heading", "day"), *map(row, HEADINGS))


def _days() -> str:
    text = (DOCS / "digests.md").read_text().partition("`days` says")[2]
    table = text.partition("```markdown\n")[2].partition("```")[0]

    def row(days: str) -> tuple[str, ...]:
        papers = parse_digest("2024-11-18.md", table.encode(), days=days).papers
        return _code(days) if days else "empty", *(str(paper.day) for paper in papers)

    return _table(("`days`", "Ants", "Bees"), *map(row, ["", *DAYS]))


def _labels() -> str:
    def row(field: str) -> tuple[str, ...]:
        return field, _code(*(label.replace("_", " ") for label in FIELDS[field].split()))

    return _table(("what", "labels"), *map(row, FIELDS))


def _values() -> str:
    def row(line: str) -> tuple[str, ...]:
        paper = _paper(f"{PAPER}{line}\n\n- a summary\n")
        votes = [f"{paper.votes} votes"] if paper.votes is not None else []
        others = ["others"] if paper.more_authors else []
        return _code(line), ", ".join([*votes, *paper.authors, *others]) or "no votes"

    return _table(("line", "is read as"), *map(row, VALUES))


def _media() -> str:
    def row(line: str) -> tuple[str, ...]:
        (media,) = _paper(f"{PAPER}{line}\n\n- a summary\n").media
        return _code(line), _told(media)

    return _table(("line", "is read as"), *map(row, MEDIA))


def _told(media: Media) -> str:
    what = {"image": "a picture", "video": "a video"}[media.medium]
    return f"{what} with a still picture" if media.poster else what


def _types() -> str:
    return _table(("ending", "type"), *((_code(ending), type_) for ending, type_ in TYPES.items()))


def _codes() -> str:
    return "\n".join(f"## {_as_page(explain(code))}" for code in CODES).rstrip()


def _as_page(explanation: str) -> str:
    """What a person is told to write is in quotes on a terminal, and code on a page."""
    head, said, rest = explanation.split("\n\n", 2)
    return "\n\n".join([head, re.sub(r"(?<!\w)'([^']+)'", r"`\1`", said), rest])


def _inputs() -> str:
    return _table(
        ("input", "default", "meaning"),
        *(
            (_code(name), _code(each["default"]) if each["default"] else "", each["description"])
            for name, each in ACTION["inputs"].items()
        ),
    )


def _outputs() -> str:
    rows = ((_code(name), each["description"]) for name, each in ACTION["outputs"].items())
    return _table(("output", "meaning"), *rows)


LANGUAGES_OF_PATHS = (
    *("2024-11-18.md", "2024-11-18.en.md", "2024-11-18_en.md", "2024-11-18-en.md"),
    *("en/2024-11-18.md", "2024/en/2024-11-18.md", "english/2024-11-18.md", "2024-11-18/en.md"),
    *("2024-11-18.en-GB.md", "en/2024-11-18.ko.md"),
)


def _languages() -> str:
    said = languages_of(LANGUAGES_OF_PATHS, ("ko", "en"))
    return _table(
        ("file", "language"), *((_code(path), _code(language)) for path, language in said.items())
    )


def _of_a_language() -> str:
    meanings = {each.name: each.metadata["meaning"] for each in Config.settings()}
    return _table(
        ("setting", "meaning"), *((_code(name), meanings[name]) for name in OF_A_LANGUAGE)
    )


READERS_OF_PEOPLE = ("newsboat", "reader", "rss2email", "sfeed")
"""The clients of the tests that people read with; the others are libraries of programs."""

FIELDS_OF_READERS = {
    "authors": "authors",
    "enclosures": "pictures and videos as files",
    "opening": "summary in lists",
    "thumbnail": "picture in lists",
}
"""What people call what a reader shows."""


def _readers() -> str:
    rows = [
        (
            limit.client,
            ", ".join(map(_file_of, limit.formats)),
            FIELDS_OF_READERS[limit.field],
            limit.reason,
        )
        for name in READERS_OF_PEOPLE
        for limit in LIMITS
        if limit.client == name
    ]
    return _table(("reader", "of", "what", "the reader"), *rows)


def _file_of(name: str) -> str:
    return FORMATS[name].label


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "codes": ("problems.md", _codes),
    "endings": ("digests.md", _endings),
    "not digests": ("digests.md", _not_digests),
    "names": ("digests.md", _names),
    "headings": ("digests.md", _headings),
    "days": ("digests.md", _days),
    "labels": ("digests.md", _labels),
    "values": ("digests.md", _values),
    "languages": ("languages.md", _languages),
    "of a language": ("languages.md", _of_a_language),
    "media": ("digests.md", _media),
    "types": ("digests.md", _types),
    "readers": ("subscribe.md", _readers),
    "inputs": ("publishing.md", _inputs),
    "outputs": ("publishing.md", _outputs),
}
"""The page and the maker of each table, by the name that the page gives it."""


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_the_code_does(name: str, request: pytest.FixtureRequest) -> None:
    page, make = TABLES[name]
    text = (DOCS / page).read_text()
    before, start, rest = text.partition(f"<!-- table: {name} -->\n")
    assert start, f"docs/{page} has no place for the table {name!r}"
    _, end, after = rest.partition("<!-- end -->")
    expected = f"{before}{start}{make()}\n{end}{after}"
    if request.config.getoption("update_goldens"):
        (DOCS / page).write_text(expected)
    assert (DOCS / page).read_text() == expected


def test_every_table_is_held() -> None:
    for page in ("digests.md", "languages.md", "problems.md"):
        held = {name for name, (where, _) in TABLES.items() if where == page}
        assert set(re.findall(r"<!-- table: (.*) -->", (DOCS / page).read_text())) == held


def _blocks() -> list[tuple[str, str]]:
    text = (DOCS / "digests.md").read_text()
    return re.findall(r"^```(markdown|html)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("language", "text"), _blocks())
def test_an_example_of_a_digest_has_no_problem(language: str, text: str) -> None:
    name = {"markdown": "any name.md", "html": "any name.html"}[language]
    digest = parse_digest(name, text.encode())
    assert not digest.problems
    assert len(digest.papers) == text.count("arxiv.org")


def test_every_code_has_an_example() -> None:
    assert EXAMPLES.keys() == CODES.keys(), "a code needs its row in feedsvc/explanations.py"


def _found(folder: Path, config: Config = Config()) -> list[Problem]:  # noqa: B008 - frozen
    return list(check(folder, config).problems)


@pytest.mark.parametrize("code", [code for code, example in EXAMPLES.items() if example.is_shown])
def test_an_example_has_its_problem_and_mended_it_has_none(code: str, tmp_path: Path) -> None:
    example: Example = EXAMPLES[code]
    config = Config(**example.settings)  # type: ignore[arg-type]  # whole numbers all of them
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    wrong.mkdir()
    right.mkdir()
    (wrong / example.name).write_bytes(example.data)
    (right / example.right_name).write_text(example.right)
    assert {problem.code for problem in _found(wrong, config)} == {code}
    assert not _found(right, config)


def _break_the_parser(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object, **__: object) -> None:
        raise RuntimeError

    (folder / "2024-11-18.md").write_text(PAPER)
    monkeypatch.setattr("feedsvc.site.pipeline.parse_digest", parse)


def _link_out_of_the_folder(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder.parent / "outside.md").write_text(PAPER)
    (folder / "2024-11-18.md").symlink_to(folder.parent / "outside.md")


def _write_a_large_file(folder: Path, _: pytest.MonkeyPatch) -> None:
    with (folder / "2024-11-18.md").open("wb") as file:
        os.truncate(file.fileno(), Config().largest_file + 1)


def _write_many_headings_without_a_summary(folder: Path, _: pytest.MonkeyPatch) -> None:
    papers = (f"### [T{n}](https://e.org/{n})\n" for n in range(MOST_ALIKE + 1))
    (folder / "2024-11-18.md").write_text("".join(papers))


SITUATIONS = {
    "failed": _break_the_parser,
    "left-out": _link_out_of_the_folder,
    "more-problems": _write_many_headings_without_a_summary,
    "unreadable": _write_a_large_file,
}


@pytest.mark.parametrize(
    "code", [code for code, example in EXAMPLES.items() if not example.is_shown]
)
def test_what_is_told_in_words_brings_its_problem(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digests").mkdir()
    SITUATIONS[code](tmp_path / "digests", monkeypatch)
    codes = [problem.code for problem in _found(tmp_path / "digests")]
    assert [each for each in codes if each != "no-summary"] == [code]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_names_is_there(guide: Path) -> None:
    blocks = r"^```.*?^```$|^    .*?$"
    text = re.sub(blocks, "", guide.read_text(), flags=re.MULTILINE | re.DOTALL)
    folders = (ROOT, PACKAGE, PACKAGE / "pages" / "templates", guide.parent)
    for name in re.findall(r"`([a-zA-Z][\w./-]*(?:\.py|\.html|/))`", text):
        assert any((folder / name).exists() for folder in folders), name
    for link in re.findall(r"\]\(([\w./-]+)\)", re.sub(r"`[^`]*`", "", text)):
        assert (guide.parent / link).exists(), link


def test_the_design_has_a_line_for_each_room() -> None:
    text = (ROOT / "DESIGN.md").read_text()
    for path in PACKAGE.iterdir():
        if path.name not in {"__init__.py", "__pycache__", "py.typed"}:
            assert f"`{path.name}{'/' if path.is_dir() else ''}`" in text, path.name


def test_modules_of_the_design_exist() -> None:
    rooms = "|".join(path.stem for path in PACKAGE.iterdir() if path.is_dir())
    for name in re.findall(rf"`((?:{rooms})\.\w+)`", (ROOT / "DESIGN.md").read_text()):
        folder, _, inside = name.partition(".")
        path = PACKAGE / folder
        is_function = f"def {inside}(" in (path / "__init__.py").read_text()
        assert is_function or (path / f"{inside}.py").exists(), name


def test_commands_for_contributors_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^make ([\w-]+)$|`make ([\w-]+)", text, re.MULTILINE)
    assert targets
    for target in map("".join, targets):
        assert f"\n{target}:" in makefile, target
    (tests,) = re.findall(r"pytest (\S+\.py)", text)
    assert (ROOT / tests).exists()
