"""Lines that part what stands above from what follows: thematic breaks."""

from __future__ import annotations

import re

_SIGNS = frozenset("-*_=")
_BREAK = re.compile(r"\s{0,3}([-*_=])(?:[ \t]{0,9}\1){2,}\s{0,9}")


def is_thematic_break(line: str) -> bool:
    """Whether a line is a thematic break (CommonMark section 4.1), also of equals signs."""
    return line.lstrip()[:1] in _SIGNS and _BREAK.fullmatch(line) is not None
