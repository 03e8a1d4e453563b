"""Reads the plain part of YAML that our workflows are written in, and refuses all else.

Mappings, lists, texts in a line, texts of lines (`|`), `[a, b]` and comments.
"""

from __future__ import annotations

import re
from typing import Any

_KEY = re.compile(r"([A-Za-z_][\w-]*):(?: (.+))?$")


def read_yaml(text: str) -> Any:
    """What the text says, each value as text."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    value, rest = _block(lines, 0)
    assert not any(map(str.strip, rest)), rest
    return value


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _block(lines: list[str], indent: int) -> tuple[Any, list[str]]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    assert lines
    assert "\t" not in lines[0]
    assert _indent(lines[0]) == indent, lines[0]
    is_list = lines[0].lstrip().startswith("- ")
    return _list(lines, indent) if is_list else _mapping(lines, indent)


def _list(lines: list[str], indent: int) -> tuple[list[Any], list[str]]:
    found: list[Any] = []
    while lines and (not lines[0].strip() or _indent(lines[0]) == indent):
        if not lines[0].strip():
            lines = lines[1:]
            continue
        assert lines[0].startswith(" " * indent + "- "), lines[0]
        inner = lines[0][indent + 2 :]
        if _KEY.match(inner):
            value, lines = _mapping([" " * (indent + 2) + inner, *lines[1:]], indent + 2)
        else:
            value, lines = _scalar(inner), lines[1:]
        found.append(value)
    return found, lines


def _mapping(lines: list[str], indent: int) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    while lines and (not lines[0].strip() or _indent(lines[0]) == indent):
        if not lines[0].strip():
            lines = lines[1:]
            continue
        key = _KEY.fullmatch(lines[0].strip())
        assert key, lines[0]
        assert key[1] not in found, lines[0]
        found[key[1]], lines = _value(key[2], lines[1:], indent)
    return found, lines


def _value(rest: str | None, lines: list[str], indent: int) -> tuple[Any, list[str]]:
    if rest == "|":
        taken = 0
        while taken < len(lines) and (not lines[taken].strip() or _indent(lines[taken]) > indent):
            taken += 1
        width = _indent(lines[0])
        text = "\n".join(line[width:] for line in lines[:taken]).rstrip() + "\n"
        return text, lines[taken:]
    if rest is not None:
        return _scalar(rest), lines
    following = next((line for line in lines if line.strip()), "")
    deeper = _indent(following)
    if deeper > indent or (deeper == indent and following.lstrip().startswith("- ")):
        return _block(lines, deeper)
    return None, lines


def _scalar(text: str) -> Any:
    text = text.strip()
    if text.startswith("["):
        return [_scalar(part) for part in text.removeprefix("[").removesuffix("]").split(",")]
    if text.startswith('"') and text.endswith('"') and "\\" not in text and len(text) > 1:
        return text[1:-1]
    assert text[0] not in "{}&*!|>'\"%@`#", text
    assert ": " not in text, text
    assert " #" not in text, text
    return text
