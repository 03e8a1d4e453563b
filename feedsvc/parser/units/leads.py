"""What stands around the titles of papers again and again, and is neither text nor a group's name.

Above them numbers that count the papers, who posted one and when; above or below them the title in
another language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum, auto
from itertools import pairwise

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Kind
from feedsvc.parser.blocks.headings import read_heading
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.lines.title_text import WIDE
from feedsvc.parser.units.candidates import WIDE_LETTERS, WORDS_OF_A_TITLE, Candidate
from feedsvc.patterns import compile_later

LINES_WITH_WORDS, LINES = 4, 10
"""Above a title in which its lead stands, without and with empty ones."""
LOOKED_AT = 3
"""Papers at the top of a file that tell whether all are worth a look; other things are above the
first."""
LONGEST_SAID, LONGEST_TITLE = 60, 400
"""Characters of a line that says who posted a paper, and of one that is a title."""
MOST, MANY = 0.6, 3
"""The part of the papers that have a lead where it is one, and how often a name is said."""
PAPERS_BELOW_HEADINGS = 4
"""Fewer may each have a topic of their own."""
BOLD_MARKS = ("**", "__")
MARKS = "#*_"
"""What headings and bold lines begin with."""
FEW_WORDS, FEW_WIDE_LETTERS = 2, 4
"""Of lines that are titles for sure, and of those that are where others are."""

_COUNT = compile_later(r"\W{0,6}(?P<number>[0-9]{1,3})\W{0,6}")
_TIME = compile_later(
    r"(?:[^.!?。！？]{0,40}\W)?[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?:\s?[AaPp]\.?[Mm]\.?)?\W{0,4}"
)
_BOLD = compile_later(r"\W{0,4}(?:\*\*|__)[^*]{2,400}(?:\*\*|__)\s*")
_WORD = compile_later(r"[^\W\d_]{2,}")


class Lead(Struct, frozen=True):
    """The lines around a title that are its own."""

    start: int
    """Index of the first line above the title; the title's where none is above."""
    title: str = ""
    """The title in another language, as written; empty where it has none."""
    below: int = -1
    """Index of the line below the title with that; -1 where it stands above, or nowhere."""


class _Sort(Enum):
    COUNT = auto()
    TIME = auto()
    TITLE = auto()
    OTHER = auto()


class _Line(Struct, frozen=True):
    index: int
    text: str
    sort: _Sort
    number: int = 0
    """Of a count; of a title whether it is one for sure."""
    is_heading: bool = False


_NO_LINE = _Line(-1, "", _Sort.OTHER)


def leads_of(page: Page, chosen: Sequence[Candidate]) -> Mapping[int, Lead]:
    """The leads of the papers that have one, by the index of the paper's first line."""
    units = [each for each in chosen if not each.block.table]
    found: Sequence[Lead | None] = ()
    if any(_may_have_lead(page, each) for each in units[1:LOOKED_AT] or units):
        found = _leads_above(page, units, {each.start for each in chosen})
    if not any(found) and any(_may_go_on(page, each) for each in units[1:LOOKED_AT] or units):
        below = [_lines_below(page, each) for each in units]
        if _Sort.TITLE in _sorts(below):
            found = [_trail(*pair) for pair in zip(units, below, strict=True)]
    return {each.start: lead for each, lead in zip(units, found, strict=False) if lead}


def _leads_above(
    page: Page, units: Sequence[Candidate], starts: Collection[int]
) -> Sequence[Lead | None]:
    above = [list(_lines_above(page, each, starts)) for each in units]
    sorts = set(_sorts(above))
    said = _said(above) if _Sort.TIME in sorts else ()
    return [_lead(lines, sorts, said) for lines in above]


def _may_have_lead(page: Page, unit: Candidate) -> bool:
    """Whether the line above a paper is none of a text, as far as a glance tells."""
    for index in range(unit.start - 1, max(-1, unit.start - 1 - LINES), -1):
        if line := page.lines[index].strip():
            return len(line) <= LONGEST_SAID or line[0] in MARKS
    return False


def _may_go_on(page: Page, unit: Candidate) -> bool:
    """Whether the line below a title may be one, too, as far as a glance tells."""
    below = page.lines[unit.block.last + 1 : unit.block.last + 3]
    return any(line.startswith(BOLD_MARKS) for line in below)


def _lines_below(page: Page, unit: Candidate) -> list[_Line]:
    """The bold line right below a title, if there is one."""
    is_wide = WIDE.search(unit.evidence.title.words) is not None
    first = unit.block.last + 1
    for index in range(first, min(first + 2, unit.end)):
        if line := page.lines[index].strip():
            found = _line(index, line, unit, is_wide=is_wide)
            return [found] if line.startswith(BOLD_MARKS) else []
    return []


def _lines_above(page: Page, unit: Candidate, starts: Collection[int] = ()) -> Iterator[_Line]:
    """The short lines with words right above a unit, the nearest first."""
    is_wide: bool | None = None
    seen = 0
    for index in range(unit.start - 1, max(-1, unit.start - 1 - LINES), -1):
        text = page.lines[index].strip()
        if not text:
            continue
        seen += 1
        if len(text) > LONGEST_TITLE or seen > LINES_WITH_WORDS or index in starts:
            return
        is_wide = WIDE.search(unit.evidence.title.words) is not None if is_wide is None else is_wide
        line = _line(index, text, unit, is_wide=is_wide)
        is_long = line.sort is _Sort.OTHER and len(text) > LONGEST_SAID
        if is_long or names_time(text.strip("#*_ ")):
            return
        yield line


def _line(index: int, text: str, unit: Candidate, *, is_wide: bool) -> _Line:
    if found := _COUNT.fullmatch(text):
        return _Line(index, text, _Sort.COUNT, int(found["number"]))
    if text[0] in MARKS and "](" not in text:
        heading = read_heading(text) if unit.block.kind is not Kind.HEADING else None
        words = heading[1] if heading else text
        is_marked = heading is not None or _BOLD.fullmatch(text) is not None
        wide, count = len(WIDE.findall(words)), len(_WORD.findall(words))
        is_other = is_marked and bool(wide) is not is_wide
        if is_other and (wide >= FEW_WIDE_LETTERS if wide else count >= FEW_WORDS):
            is_sure = wide >= WIDE_LETTERS if wide else count >= WORDS_OF_A_TITLE
            return _Line(index, words, _Sort.TITLE, int(is_sure), is_heading=heading is not None)
    is_time = len(text) <= LONGEST_SAID and _TIME.fullmatch(text) is not None
    return _Line(index, text, _Sort.TIME if is_time else _Sort.OTHER)


def _sorts(above: Sequence[Sequence[_Line]]) -> Iterator[_Sort]:
    """The sorts of lines that most papers of a file have above them, and so are leads."""
    firsts = [{line.sort: line for line in reversed(lines)} for lines in above]
    counts = [found[_Sort.COUNT].number for found in firsts if _Sort.COUNT in found]
    steps = sum(after in {before + 1, 1} for before, after in pairwise(counts))
    if len(counts) >= max(2, MOST * len(above)) and steps >= MOST * (len(counts) - 1):
        yield _Sort.COUNT
    if sum(_Sort.TIME in found for found in firsts) >= max(MANY, MOST * len(above)):
        yield _Sort.TIME
    titles = [title for found in firsts if (title := found.get(_Sort.TITLE)) and title.number]
    least = PAPERS_BELOW_HEADINGS if any(line.is_heading for line in titles) else 2
    distinct = len({line.text for line in titles})
    if distinct >= max(least, MOST * len(above)) and distinct == len(titles):
        yield _Sort.TITLE


def _said(above: Sequence[Sequence[_Line]]) -> Collection[str]:
    """The lines around the times that say who posts: they stand above papers again and again.

    What ends each paper of a file repeats, too, but not above the first, nor is it a name.
    """
    counts = Counter(line.text for lines in above for line in lines if line.sort is _Sort.OTHER)
    known = {line.text for lines in above[:1] for line in lines}
    for below, time, over in (three for lines in above for three in _threes(lines)):
        if time.sort is _Sort.TIME:
            known.add(below.text)
            known.update({over.text} if looks_like_authors(over.text, may_be_one=True) else ())
    return {
        text
        for text, count in counts.items()
        if text in known and len(text) <= LONGEST_SAID and count >= MANY
    }


def _threes(lines: Sequence[_Line]) -> Iterator[tuple[_Line, _Line, _Line]]:
    """Each line with the one below and the one above it, which may be missing."""
    ends = [_NO_LINE, *lines, _NO_LINE]
    return zip(ends, lines, ends[2:], strict=False)


def _lead(lines: Sequence[_Line], sorts: Collection[_Sort], said: Collection[str]) -> Lead | None:
    """The lead among the lines above a title, the nearest first."""
    start, title = -1, ""
    for line in lines:
        if line.sort not in sorts and line.text not in said:
            break
        start = line.index
        title = title or (line.text if line.sort is _Sort.TITLE else "")
    return Lead(start, title) if start >= 0 else None


def _trail(unit: Candidate, lines: Sequence[_Line]) -> Lead | None:
    """The title in another language on the line below a title."""
    found = next((line for line in lines if line.sort is _Sort.TITLE), None)
    return Lead(unit.start, found.text, found.index) if found else None
