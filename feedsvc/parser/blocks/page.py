"""The lines of a digest with what is known of each, looked up once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.lines.inline import InlineLink, links_of, may_have_links, without_links
from feedsvc.parser.lines.labelled import Labelled, labelled
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.vocabulary.labels import field_named, names_link, names_part, plain_label
from feedsvc.patterns import compile_later

HALF = 0.5
MANY = 3
"""How often a heading stands in a file that names a part of its papers."""
LINES_OF_A_SPEAKER = 3
"""Lines below the name of who tells of a paper, in which its link stands."""
_WORD = compile_later(r"\w")
_BETWEEN_NAMES = frozenset(",，、;；")
_BOLD_WORDS = compile_later(r"[^*]{0,10}\*\*([^*]+)\*\*")


class LineFacts(Struct, frozen=True):
    """What a line says, whatever it belongs to."""

    links: Sequence[InlineLink] = ()
    fields: Sequence[Labelled] = ()
    is_link_line: bool = False
    """Whether it holds links and labels, and no words besides."""


_NO_FACTS = LineFacts()


class Page:
    """The lines of a digest with what is known of each, looked up once."""

    def __init__(self, lines: Sequence[str], blocks: Sequence[Block], fenced: set[int]) -> None:
        self.lines = lines
        self.blocks = blocks
        self.fenced = fenced
        self._facts: dict[int, LineFacts] = {}

    def facts(self, index: int) -> LineFacts:
        """What line `index` says."""
        if (known := self._facts.get(index)) is None:
            known = self._facts[index] = (
                _NO_FACTS if index in self.fenced else facts_of(self.lines[index])
            )
        return known

    @cached_property
    def with_papers(self) -> list[int]:
        """The indexes of lines with links to papers' homes, in order."""
        return [
            index
            for index, line in enumerate(self.lines)
            if may_have_links(line) and any(link.paper for link in self.facts(index).links)
        ]

    @cached_property
    def repeated(self) -> set[str]:
        """The headings of the parts of papers, by what repeats in the file."""
        names = (plain_label(text) for text in texts_of_names(self.blocks, Kind.HEADING))
        return repeated_headings(self).union(names)

    @cached_property
    def people(self) -> set[str]:
        """The bold lines that name people: authors below titles, or who tells of papers."""
        return self.speakers | texts_of_names(self.blocks, Kind.BOLD)

    @cached_property
    def speakers(self) -> set[str]:
        """The bold lines that say who tells of papers: they stand above papers again and again."""
        bold = [block for block in self.blocks if block.kind is Kind.BOLD]
        papers: dict[str, set[str]] = {}
        for block, after in zip(bold, [*bold[1:], None], strict=False):  # the first may be none
            end = after.index if after else len(self.lines)
            found = self.papers(block.last + 1, min(end, block.last + 1 + LINES_OF_A_SPEAKER))
            papers.setdefault(_said_in_bold(block.text), set()).update(found)
        names = {name for name, told in papers.items() if len(told) >= MANY}
        return {block.text for block in bold if _said_in_bold(block.text) in names}

    @cached_property
    def _headings(self) -> list[int]:
        return [block.index for block in self.blocks if block.kind is Kind.HEADING]

    @cached_property
    def _marked(self) -> list[int]:
        return [index for index, line in enumerate(self.lines) if line.startswith("#")]

    def has_marks(self, start: int, end: int) -> bool:
        """Whether one of these lines begins as a heading does."""
        at = bisect_left(self._marked, start)
        return at < len(self._marked) and self._marked[at] < end

    def papers_below(self, heading: int) -> list[str]:
        """The papers that the lines between a heading and the next one lead to."""
        at = bisect_right(self._headings, heading)
        end = self._headings[at] if at < len(self._headings) else len(self.lines)
        return self.papers(heading + 1, end)

    def papers(self, start: int, end: int, most: int = 40) -> list[str]:
        """The papers that lines lead to, none twice; no more lines are looked at than `most`."""
        first = bisect_left(self.with_papers, start)
        found = dict[str, None]()
        for index in self.with_papers[first : first + most]:
            if index >= end:
                break
            found.update({link.paper: None for link in self.facts(index).links if link.paper})
        return list(found)


def _said_in_bold(text: str) -> str:
    """The bold words of a line that begins with them."""
    found = _BOLD_WORDS.match(text)
    return found[1] if found else text


def facts_of(line: str) -> LineFacts:
    """The links and labelled fields of a line."""
    links, fields = links_of(line), labelled(line)
    if not links and not fields:
        return _NO_FACTS
    is_link_line = False
    if links and all(not link.words or names_link(link.plain_words) for link in links):
        rest = without_links(line, links)
        words = re.split(r"[|·•,，、;；/&()\[\]]|\s-\s|\s(?:or|and)\s", rest)
        is_link_line = all(not _WORD.search(word) or _is_label(word) for word in words)
    return LineFacts(links, fields, is_link_line)


def _is_label(text: str) -> bool:
    return names_link(text.strip(" :：-*")) or field_named(text.strip(" :：-*")) is not None


def repeated_headings(page: Page) -> set[str]:
    """The texts of headings with text below that stand in the file again and again.

    They name parts of its papers; a heading right above another one names a group, and one below
    which the same paper is named each time is that of a paper under several topics.
    """
    counted: Counter[str] = Counter()
    starts: dict[str, list[int]] = {}
    for block, after in zip(page.blocks, [*page.blocks[1:], None], strict=False):
        # A link is none of a part's (`is_part`), and papers' headings, which have one, are many.
        if block.kind is not Kind.HEADING or "](" in block.text or names_time(block.text):
            continue
        end = after.index if after and after.kind is Kind.HEADING else block.last + 4
        if any(line.strip() for line in page.lines[block.last + 1 : end]):
            label = plain_label(block.text)
            counted[label] += 1
            starts.setdefault(label, []).append(block.index)
    return {
        text
        for text, count in counted.items()
        if count >= MANY and not _tells_one_paper(page, starts[text])
    }


def texts_of_names(blocks: Sequence[Block], kind: Kind) -> set[str]:
    """The texts of blocks that are lists of names, as most of their level are: authors."""
    levels: dict[int, list[str]] = {}
    for block in blocks:
        if block.kind is kind and "](" not in block.text:
            levels.setdefault(block.level, []).append(block.text)
    return {
        text
        for texts in levels.values()
        if sum(map(_is_list_of_names, texts)) > HALF * len(texts)
        for text in texts
        if _is_list_of_names(text, may_be_one=True)
    }


def _is_list_of_names(text: str, *, may_be_one: bool = False) -> bool:
    may_be = may_be_one or not _BETWEEN_NAMES.isdisjoint(text)
    return may_be and looks_like_authors(text.strip("*_ "), may_be_one=may_be_one)


def _tells_one_paper(page: Page, headings: Sequence[int]) -> bool:
    """Whether the lines below each of these headings name the same one paper."""
    first, *others = headings
    papers = page.papers_below(first)
    return len(papers) == 1 and all(page.papers_below(each) == papers for each in others)


def is_part(block: Block, repeated: set[str]) -> bool:
    """Whether a heading names a part of a paper."""
    if block.kind is not Kind.HEADING or not block.text.strip():
        return block.kind is Kind.HEADING
    if "](" in block.text or is_title_label(block.text):
        return False
    return names_part(block.text) or plain_label(block.text) in repeated


def is_title_label(text: str) -> bool:
    """Whether a heading is the label `Title:` alone, and the title stands on the next line."""
    return field_named(text.strip(" *#").rstrip(":：")) == "title"
