"""What speaks for a paper: the scale, and what the lines below a title say."""

from __future__ import annotations

from msgspec import Struct, field

from feedsvc.parser.blocks.page import LineFacts, Page
from feedsvc.parser.lines.bylines import byline_of
from feedsvc.parser.lines.inline import without_links
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.lines.title_text import TitleText
from feedsvc.parser.vocabulary.homes import address_of_id
from feedsvc.parser.vocabulary.labels import field_named, names_paper_link

STRONG, MEDIUM, FAIR, WEAK, NONE = 1.0, 0.9, 0.6, 0.5, 0.0
"""A paper's own link; another link or fields; a page of the archive; a sentence; nothing."""

LOOKED_AT = 14
"""Lines with words below a title in which its fields stand."""
MOST_LINES = 60
"""Lines below a title that are looked at."""
LINES_OF_AUTHORS = 2
SHORT_LINE = 80
"""Characters besides its links of a line that is no prose."""
_SIGNS = frozenset({"link", "authors", "votes", "date"})


class Evidence(Struct):
    """What speaks for a paper at a block."""

    title: TitleText = field(default_factory=lambda: TitleText("", ""))
    weight: float = NONE
    """From NONE, nothing speaks for it, to STRONG."""
    paper: str | None = None
    """The address that names the paper: at its home the one that stands for it."""
    is_group: bool = False
    """Whether it holds several papers, and none is its own."""
    is_none: bool = False
    """Whether it can't be a paper: it names a day, a part of a paper or an aside."""


class Below(Struct):
    """What the lines below a title say of its paper."""

    paper: str | None = None
    """The one that a labelled field or a line of links names."""
    fields: set[str] = field(default_factory=set)


def look_below(page: Page, start: int, end: int) -> Below:
    """What the lines from `start` to before `end` say of the paper above them."""
    below = Below()
    looked = 0
    label = ""
    for index in range(start, min(end, start + MOST_LINES)):
        line = page.lines[index]
        if not line.strip():
            continue
        looked += 1
        if line.startswith("#"):
            label = field_named(line.lstrip("# ").rstrip(" :：#")) or ""
            below.fields.update({label} - {""})
        else:
            is_near = looked <= LOOKED_AT
            _take(below, line, page.facts(index), is_link=label == "link", is_near=is_near)
            if looked <= LINES_OF_AUTHORS:
                _take_names(below, line, page.facts(index))
    return below


def _take(below: Below, line: str, facts: LineFacts, *, is_link: bool, is_near: bool) -> None:
    if line.lstrip("> ").startswith("|") and not facts.fields:
        return  # a row speaks for itself
    for each in facts.fields:
        # An arrow before a word is a caption's, before a number it counts votes.
        if each.field in _SIGNS and not (each.field == "votes" and each.value[:1].isalpha()):
            below.fields.add(each.field)
    is_field = any(each.field == "link" for each in facts.fields) or _names_its_paper(line, facts)
    if not below.paper and (is_link or facts.is_link_line or (is_near and is_field)):
        below.paper = _paper_of(facts)


def _take_names(below: Below, line: str, facts: LineFacts) -> None:
    """Takes note of a line of names, and of the one paper beside them."""
    if looks_like_authors(line):
        below.fields.add("authors")
    elif any(link.paper for link in facts.links) and byline_of(line):
        below.fields.add("authors")
        below.paper = below.paper or _paper_of(facts)


def _names_its_paper(line: str, facts: LineFacts) -> bool:
    """Whether a short line has a link to a paper among it that is called so (`PDF`, `논문`)."""
    is_named = any(
        link.paper and link.words and names_paper_link(link.plain_words) for link in facts.links
    )
    return is_named and len(without_links(line, facts.links)) <= SHORT_LINE


def _paper_of(facts: LineFacts) -> str | None:
    """The paper that a line names, by its links first and then by an id."""
    papers = [link for link in facts.links if link.paper]
    named = [link for link in papers if not link.words or names_paper_link(link.plain_words)]
    if named or papers:
        return (named or papers)[0].paper
    ids = (address_of_id(each.value) for each in facts.fields if each.field == "link")
    return next(filter(None, ids), None)
