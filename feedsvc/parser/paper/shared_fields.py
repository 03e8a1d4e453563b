"""Labelled fields below a title that share their line with others, or that headings name."""

from __future__ import annotations

import re

from feedsvc.parser.blocks.page import Page
from feedsvc.parser.lines.bylines import byline_of
from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.lines.labelled import Labelled
from feedsvc.parser.lines.names import look_like_names, read_authors
from feedsvc.parser.lines.title_text import WIDE, read_title
from feedsvc.parser.paper.draft import PaperDraft
from feedsvc.parser.units.evidence import LINES_OF_AUTHORS, LOOKED_AT
from feedsvc.parser.vocabulary.homes import address_of_id, is_empty_home
from feedsvc.parser.vocabulary.labels import field_named, names_link


def take_shared_fields(
    page: Page, draft: PaperDraft, first: int, end: int, *, may_be_one_name: bool
) -> None:
    """Takes note of labelled fields that share their line, or that headings name."""
    seen = 0
    label = ""
    for index in range(first, min(end, first + 60)):
        line = page.lines[index]
        if not line.strip():
            continue
        seen += 1
        if line.startswith("#"):
            label = field_named(line.lstrip("# ").rstrip(" :：#")) or ""
            continue
        for each in page.facts(index).fields if seen <= LOOKED_AT else ():
            _note(draft, each)
        if label:
            _under_label(draft, label, line.strip(" -*"))
            label = "" if label != "link" else label
        if seen <= LINES_OF_AUTHORS and not draft.translated_title:
            _translation(draft, line)
        if seen <= LINES_OF_AUTHORS and not draft.authors.names:
            byline = byline_of(line, may_be_one=may_be_one_name and seen == 1)
            draft.authors = read_authors(byline.names) if byline else draft.authors


def _under_label(draft: PaperDraft, label: str, value: str) -> None:
    """Takes note of the first line below a heading that is a label."""
    if label == "authors" and "authors" not in draft.fields_seen:
        try:
            draft.authors = read_authors(value)
            draft.fields_seen.add("authors")
        except ValueError:
            return
    _note(draft, Labelled(label, value, is_alone=True))


def _translation(draft: PaperDraft, line: str) -> None:
    """A link right below the title whose words are the title in another language."""
    links = links_of(line)
    words = (
        links[0].plain_words if len(links) == 1 and links[0].start == 0 and links[0].paper else ""
    )
    if (
        words
        and not names_link(words)
        and bool(WIDE.search(words)) != bool(WIDE.search(draft.title))
    ):
        draft.translated_title = words


def _note(draft: PaperDraft, said: Labelled) -> None:
    if said.field == "authors" and not draft.authors.names:
        try:
            authors = read_authors(said.value)
        except ValueError:
            return
        draft.authors = authors if look_like_names(authors) else draft.authors
    elif (
        said.field == "votes"
        and draft.votes is None
        and (number := re.match(r"[0-9]{1,7}(?![0-9./])", said.value))
    ):
        draft.votes = int(number[0])
    elif said.field == "date":
        draft.published = draft.published or said.value
    elif said.field == "link" and not draft.address:
        link = next(iter(links_of(said.value)), None)
        address = address_of_id(said.value) or (link.address if link and link.is_absolute else None)
        draft.address = address if address and not is_empty_home(address) else None
    elif said.field == "translation" and said.value:
        draft.translated_title = draft.translated_title or said.value.strip("《》「」『』 ")
    elif (
        said.field == "title"
        and said.value
        and not WIDE.search(said.value)
        and WIDE.search(draft.title)
    ):
        draft.title, draft.translated_title = read_title(said.value).words, draft.title
