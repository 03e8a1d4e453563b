"""Tables in HTML among the lines of Markdown, as people write them for their columns' sake."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsvc.parser.source.html_source import html_to_lines
from feedsvc.parser.vocabulary.homes import paper_at
from feedsvc.patterns import compile_later

_START = compile_later(r"\s{0,8}<table\b", re.IGNORECASE)
_END = compile_later(r"</table\s*>", re.IGNORECASE)
_HEAD = compile_later(r"<t[hd][\s>]", re.IGNORECASE)
_ADDRESS = compile_later(
    r"<a\s[^<>]{0,300}?href\s?=\s?[\"']?(?P<href>[^\"'\s<>]{1,500})", re.IGNORECASE
)
FEWEST_PAPERS = 2
"""Links to papers in a table that lists some; others hold a paper's pictures."""


def with_plain_tables(
    lines: Sequence[str], numbers: Sequence[int]
) -> tuple[Sequence[str], Sequence[int]]:
    """The lines and their numbers; tables in HTML that list papers as Markdown has them."""
    starts = [index for index, line in enumerate(lines) if "<" in line and _START.match(line)]
    if not starts:
        return lines, numbers
    written: list[str] = []
    places: list[int] = []
    position = 0
    for start in starts:
        end = _end_of(lines, start) if start >= position else None
        source = "\n".join(lines[start:end]) if end else ""
        if not end or not _lists_papers(source):
            continue
        page = html_to_lines(source)
        written += [*lines[position:start], "", *page.lines, ""]
        inside = [numbers[min(start + number, end) - 1] for number in page.numbers]
        places += [*numbers[position:start], numbers[start], *inside, numbers[end - 1]]
        position = end
    return [*written, *lines[position:]], [*places, *numbers[position:]]


def _end_of(lines: Sequence[str], start: int) -> int | None:
    """The index behind the line on which the table ends; None where another one begins first."""
    for index in range(start, len(lines)):
        if index > start and _START.match(lines[index]):
            return None
        if _END.search(lines[index]):
            return index + 1
    return None


def _lists_papers(source: str) -> bool:
    papers = {paper for link in _ADDRESS.finditer(source) if (paper := paper_at(link["href"]))}
    return len(papers) >= FEWEST_PAPERS and _HEAD.search(source) is not None
