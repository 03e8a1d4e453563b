r"""Records of papers as arXiv's mails have them, between lines of backslashes, as Markdown.

    \\
    arXiv:2411.06558
    Title: A Title That Goes on
      Over Lines
    Authors: Ada Lovelace, Charles Babbage
    \\
      The abstract.
    \\ ( https://arxiv.org/abs/2411.06558 ,  24kb)

Each becomes a linked heading with its fields and its text below.
"""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.parser.vocabulary.homes import address_of_id
from feedsvc.patterns import compile_later

MARK = "\\\\"
"""What each part of a record begins with."""
_ID = compile_later(r"arXiv:(?P<id>\S+)(?:\s.*)?")
_FIELD = compile_later(r"(?P<label>[A-Z][A-Za-z-]{1,20}):\s+(?P<value>\S.*)")
_TITLE = "Title: "
_RULE = compile_later(r"[-%]{10,}\s*")
_SIZE = compile_later(r"\s\([0-9]{1,9}\s?kb[^()]{0,40}\)$")
LINES_OF_FIELDS = 60
"""Lines between a record's first mark and the second."""


def with_plain_records(lines: Sequence[str]) -> Sequence[str]:
    """The lines; each record a linked heading, fields and text. Each line keeps its place."""
    marks = [index for index, line in enumerate(lines) if line.startswith(MARK)]
    if not marks:
        return lines
    written = list(lines)
    for number, start in enumerate(marks):
        end = marks[number + 1] if number + 1 < len(marks) else len(lines)
        if lines[start].rstrip() == MARK and end - start <= LINES_OF_FIELDS:
            fields = _fields(lines, start + 1, end)
            if fields:
                written[start:end] = ["", *fields]
                last = marks[number + 2] if number + 2 < len(marks) else len(lines)
                _write_text(written, end, last)
    return written


def _fields(lines: Sequence[str], start: int, end: int) -> list[str]:
    """The fields of a record in as many lines; none where it is no record of a paper."""
    found = _ID.fullmatch(lines[start]) if start < end else None
    address = address_of_id(found["id"]) if found else None
    written = [""] * (end - start)
    at = -1
    for index, line in enumerate(lines[start + 1 : end], 1):
        if line[:1].isspace() and line.strip() and at >= 0:
            written[at] += f" {line.strip()}"
        elif field := _FIELD.fullmatch(line):
            at = index
            value = _SIZE.sub("", field["value"].rstrip()).rstrip()
            written[at] = f"{field['label']}: {value}"
    title = next((line for line in written if line.startswith(_TITLE)), "")
    if not address or not title:
        return []
    heading = f"###### [{title.removeprefix(_TITLE)}]({address})"
    return [heading, *(_line(text) for text in written[1:])]


def _line(text: str) -> str:
    if text.startswith(_TITLE):
        return ""
    label, _, value = text.partition(": ")
    return text if label == "Authors" or not text else f"- **{label}**: {value}"


def _write_text(written: list[str], start: int, end: int) -> None:
    """Writes the abstract between a record's second mark and its third, and what ends a record."""
    is_closed = written[start : start + 1] and written[start].rstrip() == MARK
    stop = end if is_closed else start
    for index in range(start, stop):
        written[index] = "" if index == start else written[index].strip()
    for index in range(stop, min(stop + 2, len(written))):
        if written[index].startswith(f"{MARK} ") or _RULE.fullmatch(written[index]):
            written[index] = ""
