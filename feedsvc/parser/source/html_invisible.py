"""What a page holds and nobody sees: comments, scripts, styles and navigation are taken out."""

from __future__ import annotations

import re

from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

_COMMENT = "!--"
_INVISIBLE = compile_later(
    r"<(?:(?P<begins>!--(?!-{0,3}>)|(?:script|style|nav)(?=[\s/>]))|/(?P<ends>script|style|nav)\s*>)"
    r"|--!?>",
    re.IGNORECASE | re.ASCII,
)
"""Where something begins or ends that is no content."""

_HEADING = compile_later(r"(?:<a\s[^<>]*>\s*)?<h[1-6](?:[\s/][^<>]*)?>", re.IGNORECASE | re.ASCII)
_LINKED_HEADING = compile_later(
    r"<a\s[^<>]*>\s*<h[1-6][\s/>]|<h[1-6](?:[\s/][^<>]*)?>(?:[^<]|<(?!/?h[1-6]|a\s))*<a\s",
    re.IGNORECASE | re.ASCII,
)


def without_invisible(source: str, problems: Problems) -> str:
    """The source without comments and the like; their line ends stay, to count lines by.

    What isn't closed, or only behind the next one like it or behind a paper's heading, is no such
    thing but text that forgot its end. A comment around whole papers is meant, and reported.
    """
    kept = []
    line, counted, position = 1, 0, 0
    for start, end in _invisible_parts(source):
        if start < position:
            continue
        line, counted = line + source.count("\n", counted, start), start
        content = source[start:end]
        hides_paper = _LINKED_HEADING.search(content) is not None
        if not content or (hides_paper and not _HEADING.match(content[4:].lstrip())):
            opener = _INVISIBLE.match(source, start)
            problems.report(line, "open-tag", found=opener[0] if opener else "")
            continue
        if hides_paper:
            problems.report(line, "hidden-paper")
        kept += [source[position:start], "\n" * content.count("\n")]
        position = end
    return "".join([*kept, source[position:]])


def _invisible_parts(source: str) -> list[tuple[int, int]]:
    """Where each begins and ends, in order; one without an end ends where it begins."""
    parts = []
    opened: dict[str, int] = {}
    for found in _INVISIBLE.finditer(source):
        if found["begins"]:
            name = found["begins"].lower()
            if name in opened:
                parts.append((opened[name], opened[name]))
            opened[name] = found.start()
        else:
            name = (found["ends"] or _COMMENT).lower()
            if name in opened:
                parts.append((opened.pop(name), found.end()))
    return sorted([*parts, *((start, start) for start in opened.values())])
