"""A digest in one fence, as if it were code: models that are asked for Markdown answer so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsvc.parser.source.text import FENCES

_OPENING = re.compile(r"(?P<mark>`{3,}|~{3,})\s?(?P<kind>markdown|md|)\s*", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")
LINES_ABOVE = 3
"""Lines with words above such a fence: `Here is the digest:`."""
LINES_BELOW = 3


def without_whole_fence(lines: Sequence[str]) -> Sequence[str]:
    """The lines; a fence around nearly all of them, and what a model says outside it, emptied."""
    start = _start_of(lines)
    if start is None or not (found := _OPENING.fullmatch(lines[start])):
        return lines
    end = _end_of(lines, start, found["mark"])
    inside = lines[start + 1 : end]
    if end is None or sum(bool(_FENCE.match(line)) for line in inside) % 2:
        return lines
    return [*[""] * (start + 1), *inside, *[""] * (len(lines) - end)]


def _start_of(lines: Sequence[str]) -> int | None:
    """The index of a fence that stands first, or below a few lines of talk if it names Markdown."""
    above = 0
    for index, line in enumerate(lines):
        if line.startswith(FENCES):
            opening = _OPENING.fullmatch(line)
            return index if opening and (opening["kind"] or not above) else None
        above += bool(line.strip())
        if above > LINES_ABOVE or line.startswith("#"):
            return None
    return None


def _end_of(lines: Sequence[str], start: int, mark: str) -> int | None:
    """The index of the last fence, where hardly a line stands below it."""
    below = 0
    for index in range(len(lines) - 1, start, -1):
        if lines[index].rstrip() == mark:
            return index
        below += bool(lines[index].strip())
        if below > LINES_BELOW:
            return None
    return None
