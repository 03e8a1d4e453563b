"""Headings of a digest: which name a day, which a paper, and the link inside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.parser.dates import ImpossibleDateError, date_in_heading
from feedsvc.parser.links import arxiv_id

_HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+|(?=\[))(?P<text>.*)")
_ADDRESS = re.compile(
    r"\](?:\(| \((?=https?:))[ \t]*"
    r"(?:<(?P<angled>[^<>]*)>|(?P<plain>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*')\s*|\s(?P<words>[^()]*))?(?P<end>\)|$)"
)
_BRACKET = re.compile(r"[\[\]]")
_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^\s()]*\)")
_BEFORE_MARKS = re.compile(r"(?:[\s>*+\\-]|[0-9]{1,3}[.)]\s){1,12}(?=#)")
_PURE_DAY = re.compile(r"[0-9]{4}(?:[-./]| ?년 ?)[0-9]{1,2}(?:[-./]| ?월 ?)[0-9]{1,2}")
_NUMBER = re.compile(r"(?:\(?[0-9]{1,3}[.):]|[^\w\s]{1,3})\s+|\s")

WORDS_BESIDE_A_DAY = 4
"""As in `Daily Papers (2024-11-18)`; a heading with more words and a date may be a title."""


MORE_THAN_GROUPS = 3
"""Headings without links below a day that are papers, though a single one elsewhere has a link."""


class Heading(Struct, frozen=True):
    """A heading taken apart; its words are still as written."""

    line: int
    level: int
    """The number of marks, 1 to 6."""
    title: str
    """The words of the link, or of the whole heading where it holds no link."""
    address: str | None = None
    rest: str = ""
    """What stands behind the link, and the pictures of the heading."""
    is_closed: bool = True
    """Whether the link has its closing parenthesis."""
    has_fields: bool = False
    """Whether a picture or a field stands below it, as below a paper's."""
    has_votes: bool = False
    """Whether votes or authors stand below it, the strongest sign of a paper."""
    is_hidden: bool = False
    """Whether signs stand before its marks that make it code, a quote or an item for Markdown."""


def read_heading(text: str, line: int) -> Heading | None:
    """A line of Markdown as a heading; None for other lines."""
    found = _HEADING.fullmatch(text)
    if not found:
        return None
    level, words = len(found["marks"]), _without_emphasis(_without_closing_marks(found["text"]))
    words, pictures = _without_pictures(words) if "![" in words else (words, "")
    start = words.find("[")
    for end in _ends_of_text(words, start) if start >= 0 else ():
        if target := _ADDRESS.match(words, end):
            before = words[:start].strip()
            title = _without_emphasis(words[start + 1 : end])
            rest = f"{target['words'] or ''} {words[target.end() :]} {pictures}"
            return Heading(
                line,
                level,
                without_number(before, title),
                target["angled"] if target["angled"] is not None else target["plain"],
                rest.strip(),
                target["end"] == ")",
            )
    return Heading(line, level, words, rest=pictures)


def _without_pictures(words: str) -> tuple[str, str]:
    """The words without pictures, and these; a title's `![` that is none of a picture stays."""
    left = _PICTURE.sub("", words)
    if left.count("[") != left.count("]"):
        return words, ""
    return left.strip(), " ".join(_PICTURE.findall(words))


def read_hidden_heading(text: str, line: int) -> Heading | None:
    """A heading with a link behind signs such as `> ` or `- `; None for other lines."""
    before = _BEFORE_MARKS.match(text)
    heading = read_heading(text[before.end() :], line) if before else None
    return replace(heading, is_hidden=True) if heading and heading.address else None


def level_of_papers(headings: Sequence[Heading]) -> int:
    """The level that papers stand at; 0 where there is none. No heading decides it alone.

    That of most headings with votes or authors, where more have these than a link only. Else that
    of most links to arXiv, where these are most of the links. Else the highest with several links,
    or with the first, below the day's heading; else the highest with several links. Without
    links, or with one that stands elsewhere than the other headings: the level below the day's.
    """
    day = next(filter(names_day, headings), None)
    day_level = day.level if day else 0
    others = [heading for heading in headings if not names_day(heading)]
    voted = Counter(h.level for h in others if h.has_votes and h.level >= day_level)
    linked = [heading for heading in others if heading.address is not None]
    if voted.total() > sum(not heading.has_votes for heading in linked):
        return max(voted, key=lambda level: (voted[level], -level))
    wordy = Counter(h.level for h in others if h.address is None and h.level > day_level > 0)
    top = min(wordy, default=0)
    if not linked or (
        len(linked) == 1
        and wordy[top] >= MORE_THAN_GROUPS
        and not day_level <= linked[0].level <= top
    ):
        return top
    return _level_of_links(linked, day)


def _level_of_links(linked: Sequence[Heading], day: Heading | None) -> int:
    arxiv = Counter(heading.level for heading in linked if _is_arxiv(heading))
    if 2 * arxiv.total() > len(linked):
        return max(arxiv, key=lambda level: (arxiv[level], level))
    levels = [heading.level for heading in linked]
    below_day = [h.level for h in linked if day and h.line > day.line and h.level >= day.level]
    if below_day:
        return min(_of_several(below_day) | {below_day[0]})
    return min(_of_several(levels) or levels)


def _of_several(levels: Sequence[int]) -> set[int]:
    return {level for level, count in Counter(levels).items() if count > 1}


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
    """Whether a heading is a paper's, where papers stand at `level`.

    One with a link is also at another level, where it links to arXiv or has what papers have.
    """
    is_higher, is_arxiv = heading.level < level, _is_arxiv(heading)
    if heading.address is not None and (is_arxiv or not names_day(heading)):
        if heading.has_votes or (is_arxiv and is_higher):
            return True
        if heading.has_fields and (is_arxiv or is_higher):
            return True
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
