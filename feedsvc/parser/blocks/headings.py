"""Headings, the fences that hide them, and the sections that need no closer look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.source.text import FENCES, have
from feedsvc.parser.vocabulary.labels import names_link
from feedsvc.patterns import compile_later

HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+|(?=\[))(?P<text>.*)")
_BEFORE_MARKS = compile_later(r"(?:[\s>*+\\-]|[0-9]{1,3}[.)]\s){1,12}(?=#)")
_EMPTY_HEADING = compile_later(r" {0,3}#{1,6}[ \t]*")
_HTML_HEADING = compile_later(
    r"\s{0,8}<h([1-6])(?:\s[^<>]{0,200})?>(.*?)</h\1\s?>\s*", re.IGNORECASE
)
_FENCE = compile_later(r" {0,3}(`{3,}|~{3,})")
SURE = 0.8
"""The part of a level's headings that are links to papers, from which on nobody doubts."""


def inside_sure_headings(headings: Collection[Block], end: int) -> dict[int, int]:
    """Lines below headings that are papers without a doubt: where such lines begin and end.

    Such a form holds whatever stands inside, so nobody need look at that.
    """
    papers = {block.index for block in headings if _links_paper(block.text)}
    level = _sure_level(headings, papers)
    spans: dict[int, int] = {}
    start = -1
    for block in headings if level else ():
        if 0 <= start < block.index:
            spans[start] = block.index
        is_paper = block.level == level and block.index in papers
        start = block.last + 1 if is_paper or (block.level > level and start >= 0) else -1
    if start >= 0:
        spans[start] = end
    return spans


def _sure_level(headings: Iterable[Block], papers: Collection[int]) -> int:
    """The highest level at which nearly all headings are links to papers; 0 for none."""
    counts: Counter[int] = Counter()
    linked: Counter[int] = Counter()
    for block in headings:
        if not block.is_hidden:
            counts[block.level] += 1
            linked[block.level] += block.index in papers
    return min(
        (level for level, count in linked.items() if count >= SURE * counts[level] and count),
        default=0,
    )


def _links_paper(text: str) -> bool:
    """Whether the text is a link to a paper, and says more than where it leads."""
    return any(link.paper and link.words and not names_link(link.words) for link in links_of(text))


def read_heading(line: str) -> tuple[int, str] | None:
    """The level and the text of a heading; None for other lines."""
    if found := HEADING.fullmatch(line):
        return len(found["marks"]), found["text"]
    if "<h" in line[:60].lower() and (html := _HTML_HEADING.fullmatch(line)):
        return int(html[1]), html[2]
    return None


def fenced_lines(lines: Sequence[str], borders: Collection[int] = ()) -> set[int]:
    """The indexes of lines inside fences that are closed before the next border."""
    fenced: set[int] = set()
    start, mark = -1, ""
    for index, line in enumerate(lines) if have(lines, *FENCES) else ():
        if mark and index in borders:
            mark = ""
        elif ("```" in line or "~~~" in line) and (fence := _FENCE.match(line)):
            if not mark:
                start, mark = index, fence[1]
            elif fence[1].startswith(mark) and line.strip() == fence[1]:
                fenced.update(range(start, index + 1))
                mark = ""
    return fenced


def headings_of(lines: Sequence[str]) -> list[Block]:
    """The headings of a digest, also those behind signs that hide them."""
    found = []
    for index, line in enumerate(lines):
        if "#" not in line and "<" not in line:
            continue
        if heading := read_heading(line):
            found.append(Block(index, Kind.HEADING, *heading, index))
        elif before := _BEFORE_MARKS.match(line):
            hidden = read_heading(line[before.end() :])
            is_quote = before[0].strip() == ">"
            if hidden and ("](" in hidden[1] or is_quote):
                found.append(Block(index, Kind.HEADING, *hidden, index, is_hidden=True))
    return found
