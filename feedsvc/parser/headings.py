"""Headings of a digest: which name a day, which a paper, and the link inside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedsvc.parser.dates import ImpossibleDateError, date_in_heading
from feedsvc.parser.links import arxiv_id

_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+|(?=\[))(?P<text>.*?)(?:[ \t]+#+)?[ \t]*")
_ADDRESS = re.compile(
    r"\]\(\s*(?:<(?P<angled>[^<>]*)>|(?P<plain>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*(?P<end>\)|$)"
)
_NUMBER = re.compile(r"(?:\(?[0-9]{1,3}[.):]|[^\w\s]{1,3})\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart; its words are still as written."""

    line: int
    level: int
    """The number of marks, 1 to 6."""
    title: str
    """The words of the link, or of the whole heading where it holds no link."""
    address: str | None = None
    rest: str = ""
    """What stands behind the link."""
    is_closed: bool = True
    """Whether the link has its closing parenthesis."""


def read_heading(text: str, line: int) -> Heading | None:
    """A line of Markdown as a heading; None for other lines."""
    found = _HEADING.fullmatch(text)
    if not found:
        return None
    level, words = len(found["marks"]), _without_emphasis(found["text"])
    start = words.find("[")
    before = words[:start].strip()
    if start >= 0 and (not before or _NUMBER.fullmatch(before + " ")):
        for end in _ends_of_text(words, start):
            if target := _ADDRESS.match(words, end):
                return Heading(
                    line,
                    level,
                    _without_emphasis(words[start + 1 : end]),
                    target["angled"] if target["angled"] is not None else target["plain"],
                    words[target.end() :].strip(),
                    target["end"] == ")",
                )
    return Heading(line, level, words)


def level_of_papers(headings: Sequence[Heading]) -> int:
    """The level that most headings with a link have, the deeper of two.

    Where none has a link: the level below that of the day's heading; 0 where there is none.
    """
    linked = Counter(heading.level for heading in headings if heading.address is not None)
    if linked:
        return max(linked, key=lambda level: (linked[level], level))
    day_levels = [heading.level for heading in headings if names_day(heading)]
    below = [heading.level for heading in headings if day_levels and heading.level > day_levels[0]]
    return min(below, default=0)


def names_day(heading: Heading) -> bool:
    """Whether a heading has the form of a date in it, possible or not."""
    try:
        return date_in_heading(heading.title) is not None
    except ImpossibleDateError:
        return True


def begins_day(heading: Heading, level: int) -> bool:
    """Whether the papers below a heading are of the day it names, where papers stand at `level`."""
    return names_day(heading) and (heading.level <= level or not level)


def names_paper(heading: Heading, level: int) -> bool:
    """Whether a heading is a paper's, where papers stand at `level`."""
    if heading.address is not None and arxiv_id(heading.address):
        return True
    return heading.level == level and (heading.address is not None or not names_day(heading))


def _ends_of_text(words: str, start: int) -> list[int]:
    """Where the text of the link that opens at `start` may end, the likeliest first.

    That is the bracket that balances the first one; a title's brackets need not balance, so
    otherwise the last bracket that an address follows.
    """
    ends, depth = [], 0
    for position in range(start, len(words)):
        depth += {"[": 1, "]": -1}.get(words[position], 0)
        if depth == 0:
            ends.append(position)
            break
    last = words.rfind("](")
    return [*ends, last] if last > start else ends


def _without_emphasis(words: str) -> str:
    """The words without stars or underscores that enclose all of them."""
    for mark in ("***", "**", "__"):
        inner = words[len(mark) : -len(mark)]
        if inner and words == mark + inner + mark and mark[0] not in inner:
            return inner.strip()
    return words.strip()
