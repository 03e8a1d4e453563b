"""Headings of a digest: which name a day, which a paper, and the link inside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedsvc.parser.dates import ImpossibleDateError, date_in_heading
from feedsvc.parser.links import arxiv_id

_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+|(?=\[))(?P<text>.*)")
_ADDRESS = re.compile(
    r"\](?:\(| \((?=https?:))[ \t]*"
    r"(?:<(?P<angled>[^<>]*)>|(?P<plain>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*')\s*|\s(?P<words>[^()]*))?(?P<end>\)|$)"
)
_BRACKET = re.compile(r"[\[\]]")
_PURE_DAY = re.compile(r"[0-9]{4}(?:[-./]| ?년 ?)[0-9]{1,2}(?:[-./]| ?월 ?)[0-9]{1,2}")
_NUMBER = re.compile(r"(?:\(?[0-9]{1,3}[.):]|[^\w\s]{1,3})\s+|\s")

WORDS_BESIDE_A_DAY = 4
"""As in `Daily Papers (2024-11-18)`; a heading with more words and a date may be a title."""


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
    has_fields: bool = False
    """Whether a picture, votes or authors stand below it, as below a paper's."""


def read_heading(text: str, line: int) -> Heading | None:
    """A line of Markdown as a heading; None for other lines."""
    found = _HEADING.fullmatch(text)
    if not found:
        return None
    level, words = len(found["marks"]), _without_emphasis(_without_closing_marks(found["text"]))
    start = words.find("[")
    for end in _ends_of_text(words, start) if start >= 0 else ():
        if target := _ADDRESS.match(words, end):
            before = words[:start].strip()
            title = _without_emphasis(words[start + 1 : end])
            rest = f"{target['words'] or ''} {words[target.end() :]}"
            return Heading(
                line,
                level,
                without_number(before, title),
                target["angled"] if target["angled"] is not None else target["plain"],
                rest.strip(),
                target["end"] == ")",
            )
    return Heading(line, level, words)


def level_of_papers(headings: Sequence[Heading]) -> int:
    """The level that papers stand at; 0 where there is none.

    That of most links to arXiv, where these are half of the links; else the highest with a link
    below the day's heading; else the highest with several links. Without links: the level below
    the day's heading.
    """
    linked = Counter(
        heading.level
        for heading in headings
        if heading.address is not None and not names_day(heading)
    )
    arxiv = Counter(heading.level for heading in headings if _is_arxiv(heading))
    if arxiv and 2 * arxiv.total() >= linked.total():
        return max(arxiv, key=lambda level: (arxiv[level], level))
    day_level = next((heading.level for heading in headings if names_day(heading)), 0)
    below_day = [level for level in linked if 0 < day_level < level]
    if below_day:
        return min(below_day)
    if linked:
        return min(linked, key=lambda level: (linked[level] == 1, level))
    return min((heading.level for heading in headings if 0 < day_level < heading.level), default=0)


def names_day(heading: Heading) -> bool:
    """Whether a heading has the form of a date in it, possible or not."""
    try:
        return date_in_heading(heading.title) is not None
    except ImpossibleDateError:
        return True


def begins_day(heading: Heading, level: int) -> bool:
    """Whether the papers below a heading are of the day it names, where papers stand at `level`.

    At the level of papers it must be hardly more than a day: titles tell of days, too.
    """
    if heading.level == level and (heading.address is not None or not _is_hardly_more(heading)):
        return False
    return names_day(heading) and (heading.level <= level or not level)


def names_paper(heading: Heading, level: int) -> bool:
    """Whether a heading is a paper's, where papers stand at `level`."""
    if _is_arxiv(heading) and (heading.level < level or heading.has_fields):
        return True
    if heading.address is not None and heading.level < level and not names_day(heading):
        return heading.has_fields
    return heading.level == level and not begins_day(heading, level)


def _is_arxiv(heading: Heading) -> bool:
    return heading.address is not None and arxiv_id(heading.address) is not None


def _is_hardly_more(heading: Heading) -> bool:
    rest, days = _PURE_DAY.subn("", heading.title)
    return days > 0 and len(rest.split()) <= WORDS_BESIDE_A_DAY


def without_number(before: str, title: str) -> str:
    """The title behind what stands before its link, unless that only counts papers (`5.`)."""
    return title if _NUMBER.fullmatch(f"{before.strip()} ") else f"{before} {title}".strip()


def _ends_of_text(words: str, start: int) -> list[int]:
    """Where the text of the link that opens at `start` may end, the likeliest first.

    That is the bracket that balances the first one; a title's brackets need not balance, so
    otherwise the last bracket that an address follows.
    """
    ends, depth = [], 0
    for bracket in _BRACKET.finditer(words, start):
        depth += 1 if bracket[0] == "[" else -1
        if depth == 0:
            ends.append(bracket.start())
            break
    last = max(words.rfind("]("), words.rfind("] (http"))
    return [*ends, last] if last > start else ends


def _without_closing_marks(words: str) -> str:
    """The words without the marks that may close a heading (CommonMark section 4.2)."""
    words = words.strip()
    unmarked = words.rstrip("#")
    return unmarked.rstrip() if not unmarked or unmarked[-1] in " \t" else words


def _without_emphasis(words: str) -> str:
    """The words without stars or underscores that enclose all of them."""
    for mark in ("***", "**", "__"):
        inner = words[len(mark) : -len(mark)]
        if inner and words == mark + inner + mark and mark[0] not in inner:
            return inner.strip()
    return words.strip()
