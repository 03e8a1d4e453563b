"""Keeps Markdown's hands off characters of a summary that only look like markup.

A shielded character travels through the Markdown renderer as a noncharacter, which no digest
holds (`feedsvc.parser.source.text`), and is itself again in the HTML. So `<think>`, `S*` and
`$a_b$` reach the reader as they were written.
"""

from __future__ import annotations

import html
import re
import string

from feedsvc.parser.source.formulas import MATH
from feedsvc.patterns import compile_later

# Unicode has 32 noncharacters from U+FDD0, and ASCII has 32 marks of punctuation.
_SHIELDS = {mark: chr(0xFDD0 + number) for number, mark in enumerate(string.punctuation)}
_SHIELDED = str.maketrans(_SHIELDS)
_HTML_OF_SHIELD = {shield: html.escape(mark, quote=True) for mark, shield in _SHIELDS.items()}
_SHIELD = compile_later("[\ufdd0-\ufdef]")
_IN_ADDRESS = compile_later("%EF%B7%([9A][0-9A-F])")

_ANGLE_LINK = compile_later(r"<(https?://[^\s<>]+)>")
_LINK_TARGET = compile_later(r"\]\(\s*<([^<>\n]*)>")
_REFERENCE_DEFINITION = compile_later(r"(?:[\s>*+-]|[0-9]{1,2}[.)]\s){0,40}(\[)(?=[^\]]*\]:)")
_LONG_NUMBER_POINT = re.compile(r"\s*(?:[-*+]\s+)?[0-9]{3,9}([.)])(?=\s|$)")
_SINGLE_STAR = re.compile(r"\*(?<!\*\*)(?!\*)")  # a sign to begin with makes the search fast
_CODE_SPAN_OR_STARS = compile_later(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\*+")


def shield(line: str) -> str:
    """A line of Markdown whose literal characters are shielded."""
    # At the start of the line only; to search for these would take quadratic time.
    definition = _REFERENCE_DEFINITION.match(line) if "]" in line and "]:" in line else None
    if found := definition or _LONG_NUMBER_POINT.match(line):
        line = line[: found.start(1)] + _SHIELDS[found[1]] + line[found.end(1) :]
    if "<" in line:
        line = _LINK_TARGET.sub(r"](\1", _ANGLE_LINK.sub(r"\1", line))
        line = line.replace("<", _SHIELDS["<"])
    if "$" in line:
        line = MATH.sub(lambda found: found[0].translate(_SHIELDED), line)
    return _shield_stars(line) if _SINGLE_STAR.search(line) else line


def unshield(rendered: str) -> str:
    """The renderer's HTML with each shielded character back in its place."""
    rendered = _IN_ADDRESS.sub(lambda found: f"%{_mark_of_escape(found[1]):02X}", rendered)
    return _SHIELD.sub(lambda found: _HTML_OF_SHIELD[found[0]], rendered)


def _mark_of_escape(last_byte: str) -> int:
    """The code of the mark whose shield has this last byte in UTF-8."""
    return ord(string.punctuation[int(last_byte, 16) - 0x90])


def _shield_stars(line: str) -> str:
    """Shields single stars that CommonMark would take for emphasis inside words (`S*와 Q*는`).

    A star opens emphasis only where no letter stands before it, as for the underscore
    (CommonMark section 6.2), and closes it only where one is open.
    """
    is_open = False
    indent = len(line) - len(line.lstrip())

    def decide(found: re.Match[str]) -> str:
        nonlocal is_open
        start, end = found.span()
        before, after = line[start - 1 : start], line[end : end + 1]
        is_list_marker = start == indent and after.isspace()
        is_single = found[0] == "*"
        if not is_single or is_list_marker or before == "\\":
            return found[0]
        if is_open and not before.isspace():
            is_open = False
            return found[0]
        if after.strip() and not before.isalnum() and not is_open:
            is_open = True
            return found[0]
        return _SHIELDS["*"]

    return _CODE_SPAN_OR_STARS.sub(decide, line)
