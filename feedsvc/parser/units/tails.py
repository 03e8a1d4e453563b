"""What stands behind the text of a digest's last paper and is the digest's own: its imprint."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.blocks.page import Page
from feedsvc.parser.blocks.thematic_breaks import is_thematic_break
from feedsvc.parser.vocabulary.labels import names_imprint

LINES = 14
"""Of the last paper, from its end, among which the digest's own begin."""
SEVERAL = 2
"""Other papers without a rule that tell that one in the last paper's lines is none of its text."""


class Tail(Struct, frozen=True):
    """The lines behind the last paper's text."""

    start: int
    is_imprint: bool
    """Whether they say who sends the digest, and so nothing of its day."""


def tail_of(page: Page, spans: Sequence[tuple[int, int]]) -> Tail | None:
    """The tail of the last of these spans of lines, each a paper's; None where it has none.

    It begins with a line that is an imprint's, or with a rule, where no other paper has text
    behind one, though several might.
    """
    start, end = spans[-1]
    rule = -1
    for index in range(max(start, end - LINES), end):
        line = page.lines[index]
        if index in page.fenced or not line.strip():
            continue
        if names_imprint(line):
            return Tail(rule if rule >= 0 else index, is_imprint=True)
        behind = page.lines[index + 1 : end]
        if rule < 0 and is_thematic_break(line) and any(map(str.strip, behind)):
            rule = index
    others = spans[:-1]
    is_parted = len(others) >= SEVERAL or any(_ends_in_rule(page, *span) for span in others)
    if rule < 0 or not is_parted or any(_has_text_behind_rule(page, *span) for span in others):
        return None
    return Tail(rule, is_imprint=False)


def _ends_in_rule(page: Page, start: int, end: int) -> bool:
    lines = [line for line in page.lines[start:end] if line.strip()]
    return bool(lines) and is_thematic_break(lines[-1])


def _has_text_behind_rule(page: Page, start: int, end: int) -> bool:
    seen = False
    for index in range(start, end):
        line = page.lines[index]
        if seen and line.strip() and not is_thematic_break(line):
            return True
        seen = seen or (is_thematic_break(line) and index not in page.fenced)
    return False
