"""A file that is one paper: its front matter says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from feedsvc.parser.blocks.blocks import Kind
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.days.days import DayOfPaper
from feedsvc.parser.lines.names import read_authors
from feedsvc.parser.paper.body import Body, read_body
from feedsvc.parser.paper.draft import PaperDraft, Told
from feedsvc.parser.paper.drafts import bullet_of_row
from feedsvc.parser.source.front_matter import FrontMatter
from feedsvc.parser.source.source import Source
from feedsvc.parser.units.candidates import WORDS_OF_A_TITLE, Candidate
from feedsvc.parser.units.evidence import WEAK, look_below
from feedsvc.parser.vocabulary.homes import address_of_id, paper_at
from feedsvc.parser.vocabulary.labels import field_named
from feedsvc.parser.vocabulary.problems import Problems

_WORD = re.compile(r"\w")
_LINKS = (
    "pdf",
    "arxiv",
    "arxiv_id",
    "arxiv-id",
    "arxiv_url",
    "url",
    "link",
    "paper",
    "paper_url",
    "paper-url",
    "doi",
    "abs",
    "source",
    "paper_link",
    "id",
)
_TEXTS = (
    "tldr",
    "summary",
    "abstract",
    "motivation",
    "method",
    "methods",
    "result",
    "results",
    "conclusion",
    "evidence",
    "comment",
    "comments",
    "venue",
    "code",
    "score",
)
_SHOWN = {"abstract", "code", "comment", "score"}
"""The kinds of fields that are shown besides, by what their names are labels of."""
_TAGS = ("tags", "categories", "keywords", "topics")
_TRANSLATIONS = (
    "title_zh",
    "title_cn",
    "title_ko",
    "title_ja",
    "translated_title",
    "title-zh",
    "title-ko",
    "title-ja",
)


def paper_of_file(
    page: Page, source: Source, chosen: Sequence[Candidate], longest: int, problems: Problems
) -> Told | None:
    """The paper that a whole file tells of; None where it tells of several or of none."""
    front, numbers = source.front, source.numbers
    title = front.first("title")
    if not title or names_time(title):
        return None
    address = _address(front) if len(chosen) <= 2 else None  # noqa: PLR2004
    above = 0
    if not address:
        above = _first_heading(page)
        address = _address_above(page, above, title, chosen)
    if not address:
        return None
    draft = PaperDraft(1, title, address)
    draft.translated_title = front.first(*_TRANSLATIONS)
    authors = ", ".join(front.lists.get("authors", front.lists.get("author", []))) or front.first(
        "authors", "author"
    )
    lines = _texts(front)
    own = [*_without_tables(page.lines[:above]), *page.lines[above:]]
    body = [*lines, "", *own] if lines else own
    count = len(body) - len(page.lines)
    read_body(
        draft, Body(_without_title(body, title), [1] * count + list(numbers)), "", longest, problems
    )
    with suppress(ValueError):
        draft.authors = read_authors(authors) if authors else draft.authors
    tags = next(filter(None, map(front.words, _TAGS)), [])
    draft.topics = tuple(tag.replace(",", " ") for tag in tags)
    return Told(draft, DayOfPaper("", front.first("date", "published")))


def _first_heading(page: Page) -> int:
    headings = (block.index for block in page.blocks if block.kind is Kind.HEADING)
    return next(headings, len(page.lines))


def _address_above(page: Page, end: int, title: str, chosen: Sequence[Candidate]) -> str | None:
    """The address of the paper that the lines above all headings name; None where others speak.

    That is how a post is written whose front matter has its title. In a digest of several papers
    the links stand below their titles.
    """
    if any(each.start < end for each in chosen):
        return None
    below = look_below(page, 0, end)
    headings = sum(block.kind is Kind.HEADING for block in page.blocks)
    speaking = [each.evidence.paper for each in chosen if each.evidence.weight > WEAK]
    others = {paper for paper in speaking if paper and paper_at(paper)} - {below.paper}
    is_alone = not speaking or 2 * len(speaking) < headings
    is_title = not others and len(title.split()) >= WORDS_OF_A_TITLE
    return below.paper if is_alone or is_title or "authors" in below.fields else None


def _without_tables(lines: Sequence[str]) -> list[str]:
    """The lines; rows of a label and a value as list items."""
    bullets = (bullet_of_row(line) for line in lines)
    return ["" if each.startswith("- **") and not _WORD.search(each) else each for each in bullets]


def _texts(front: FrontMatter) -> list[str]:
    """What the front matter says of the paper besides, each as a list item with its label."""
    labels = {key: key.replace("_", " ").replace("-", " ") for key in front.fields}
    others = [key for key in front.fields if field_named(labels[key]) in _SHOWN]
    keys = [*_TEXTS, *(key for key in others if key not in {*_TEXTS, *_LINKS, *_TAGS})]
    said = [(key, ", ".join(front.lists.get(key, [])) or front.first(key)) for key in keys]
    return [f"- **{labels[key].capitalize()}**: {text}" for key, text in said if text]


def _without_title(lines: Sequence[str], title: str) -> list[str]:
    """The lines, a heading that says the title again emptied."""
    return ["" if line.startswith("# ") and line[2:].strip() == title else line for line in lines]


def _address(front: FrontMatter) -> str | None:
    for key in _LINKS:
        value = front.first(key)
        if value and (paper_at(value) or address_of_id(value)):
            return value if paper_at(value) else address_of_id(value)
    if front.first("authors") and re.match(
        r"https?://", value := front.first("pdf", "url", "link", "paper")
    ):
        return value
    return None
