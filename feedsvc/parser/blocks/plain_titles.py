"""Titles that nothing marks: a plain line with the address of its paper right below."""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.parser.blocks.page import facts_of
from feedsvc.parser.lines.labelled import labelled
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.vocabulary.homes import address_of_id
from feedsvc.patterns import compile_later

_BEGINS = compile_later(
    r"(?:\[[0-9]{1,4}\]\s|[^\w\s#>|*+`~<=\\\[\]-]{1,4}\s)?[\"“‘'«$(@「『《【\[]{0,2}[^\W_]"
)
_NO_TITLE_END = (":", "：", ",", "，", ";", "、")
_SENTENCE_END = (".", "。", "!", "！")
_BOLD = compile_later(r"(?:[^\w\s<>\[\]#|*+\\`'\"-]{1,3}\s)?\*\*[^*:：]{8,400}\*\*\s{0,2}")
"""A line that is a title by its marks, so that the line above or below it is none."""
_WORD = compile_later(r"\w")
LONGEST = 400
"""Characters of a title."""
LINES_OF_TITLE = 3
LINES_BETWEEN = 3
"""Lines with names and fields between a title and the address."""
REACH = 8
"""Lines below a title, also empty ones, in which the address stands."""


def end_of_plain_title(lines: Sequence[str], index: int) -> tuple[int, int] | None:
    """The indexes of the last line of a title that begins at `index`, and of its address."""
    if not _may_begin(lines, index):
        return None
    below = lines[index + 1 : index + 1 + REACH]
    if not any(map(_may_be_address, below)) or not _begins_title(lines, index):
        return None
    between: list[int] = []
    for number, line in enumerate(below, index + 1):
        if not line.strip():
            continue
        if _is_address(line.strip()):
            end = _end_among(lines, index, between, number)
            return None if end is None else (end, number)
        if len(between) >= LINES_BETWEEN or line.startswith("#") or _BOLD.fullmatch(line):
            return None
        between.append(number)
    return None


def _may_begin(lines: Sequence[str], index: int) -> bool:
    """Whether a line is apart from what stands above, as far as a glance tells."""
    above = lines[index - 1] if index else ""
    return not above.strip() or above[0] == "#" or not _WORD.search(above) or _may_be_address(above)


def _begins_title(lines: Sequence[str], index: int) -> bool:
    line = lines[index].rstrip()
    if len(line) > LONGEST or "://" in line or "](" in line or line.endswith(_NO_TITLE_END):
        return False
    if any(map(_BOLD.fullmatch, lines[max(0, index - 2) : index])):
        return False
    above = lines[index - 1].strip() if index else ""
    if _may_be_address(above) and not above.startswith("#") and not _is_address(above):
        return False
    return _BEGINS.match(line) is not None and not looks_like_authors(line)


def _end_among(
    lines: Sequence[str], index: int, between: Sequence[int], address: int
) -> int | None:
    """Where the title ends, if the lines between it and the address are its own, names or fields.

    A title goes on over lines without a gap.
    """
    last = index
    rest = list(between)
    while (
        rest
        and rest[0] == last + 1
        and last - index < LINES_OF_TITLE - 1
        and not _says_who_or_what(lines[rest[0]])
        and len(" ".join(lines[index : rest[0] + 1])) <= LONGEST
    ):
        last = rest.pop(0)
    if not all(_says_who_or_what(lines[number]) for number in rest):
        return None
    # A sentence is a title only where it is one line, and the address on the next ones.
    is_near = last == index and address - index == 1 + len(between)
    return last if is_near or not lines[last].rstrip().endswith(_SENTENCE_END) else None


def _says_who_or_what(line: str) -> bool:
    text = line.strip()
    return looks_like_authors(text, may_be_one=True) or bool(labelled(text))


def _may_be_address(line: str) -> bool:
    return "://" in line or "iv:" in line


def _is_address(text: str) -> bool:
    """Whether a line is the address of a paper, with a label or links besides at most."""
    if not _may_be_address(text):
        return False
    facts = facts_of(text)
    if facts.links:
        return facts.is_link_line and any(link.paper for link in facts.links)
    ids = [text, *(each.value for each in facts.fields if each.field == "link")]
    return any(address_of_id(each) for each in ids)
