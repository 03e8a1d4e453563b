"""Markdown's second ways to write a heading or a link, written in its first: `## …`, `[…](…)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from feedsvc.parser.source.text import has
from feedsvc.patterns import compile_later

_UNDERLINE = compile_later(r" {0,3}(={3,}|-{3,})[ \t]*")
_MAY_HAVE_UNDERLINE = compile_later(r" {0,3}(?![-*+>#|=<`~\s]|[0-9]{1,9}[.)]\s|!\[).*\w.*")
_MARKED = compile_later(r" {0,3}#{1,2}[ \t]|\s*#{1,6}[ \t].*\]\(")
"""A heading that a line below would make, marked otherwise: there such a line is a rule."""
SHORTEST_UNDERLINE = 0.8
"""The part of a text that dashes below it are long; fewer are a rule between two papers."""
LONGEST_HEADING = 300

_DEFINITION = compile_later(
    r" {0,3}\[(?P<name>[^\[\]]{1,200})\]:[ \t]+<?(?P<address>\S+?)>?"
    r"(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*"
)
_REFERENCE = compile_later(
    r"`[^`]{1,500}`|(?<![!\\\]\w])\[(?P<words>(?:[^\[\]]|\[[^\[\]]{0,100}\]){1,500})\]\[(?P<name>[^\[\]]{0,200})\]"
)
_FOOTNOTE = compile_later(r"\s?\[(?P<name>\^[^\[\]\s]{1,40})\](?![:(])")
_FENCE = compile_later(r" {0,3}(?:`{3}|~{3})")


def may_have_second_ways(text: str) -> bool:
    """Whether a text has what underlines headings or defines links."""
    return has(text, "===", "---", "]:")


def plain_markdown(lines: Sequence[str]) -> Sequence[str]:
    """The lines; headings with a line below them, and links by reference, written as the others.

    A footnote that is nothing but an address becomes a link where it is referred to. Each line
    keeps its place. Definitions that a link was made from are emptied.
    """
    if any(map(_UNDERLINE.fullmatch, lines)) and not any(map(_MARKED.match, lines)):
        lines = _with_marked_headings(lines)
    definitions = _definitions(line for line in lines if "]:" in line)
    return _with_whole_links(lines, definitions) if definitions else lines


def _with_marked_headings(lines: Sequence[str]) -> list[str]:
    written, code = list(lines), _code(lines)
    for index, line in enumerate(lines[:-1]):
        underline = _UNDERLINE.fullmatch(lines[index + 1]) if index not in code else None
        above = written[index - 1] if index else ""
        if underline and not above.strip() and _is_heading(line, underline[1]):
            written[index] = f"{'#' if underline[1][0] == '=' else '##'} {line.strip()}"
            written[index + 1] = ""
    return written


def _code(lines: Sequence[str]) -> set[int]:
    """The indexes of lines between two fences; one that is never closed is none."""
    marks = [index for index, line in enumerate(lines) if _FENCE.match(line)]
    pairs = zip(marks[::2], marks[1::2], strict=False)  # the last one may have no end
    return {index for start, end in pairs for index in range(start, end + 1)}


def _is_heading(text: str, underline: str) -> bool:
    """Whether a line is a text that the line below makes a heading."""
    if len(text) > LONGEST_HEADING or not _MAY_HAVE_UNDERLINE.fullmatch(text) or " | " in text:
        return False
    return underline[0] == "=" or len(underline) >= SHORTEST_UNDERLINE * len(text.strip())


def _definitions(lines: Iterable[str]) -> Mapping[str, str]:
    """The addresses that the file defines, by their names in lower case; the first one counts."""
    found: dict[str, str] = {}
    for line in lines:
        if definition := _DEFINITION.fullmatch(line):
            found.setdefault(_name(definition["name"]), definition["address"])
    return found


def _with_whole_links(lines: Sequence[str], definitions: Mapping[str, str]) -> list[str]:
    used: set[str] = set()

    def whole(found: re.Match[str]) -> str:
        if found["words"] is None:
            return found[0]
        name = _name(found["name"] or found["words"])
        if (address := definitions.get(name)) is None:
            return found[0]
        used.add(name)
        target = f"<{address}>" if re.search(r"[()]", address) else address
        return f"[{found['words']}]({target})"

    def of_footnote(found: re.Match[str]) -> str:
        address = definitions.get(name := _name(found["name"]), "")
        if not address.startswith("http"):
            return found[0]
        used.add(name)
        return f" [link]({address})"

    code = _code(lines)
    written = [
        _REFERENCE.sub(whole, line) if "][" in line and index not in code else line
        for index, line in enumerate(lines)
    ]
    if any(name.startswith("^") for name in definitions):
        written = [
            _FOOTNOTE.sub(of_footnote, line) if "[^" in line and index not in code else line
            for index, line in enumerate(written)
        ]
    return [
        ""
        if "]:" in line and (found := _DEFINITION.fullmatch(line)) and _name(found["name"]) in used
        else line
        for line in written
    ]


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()
