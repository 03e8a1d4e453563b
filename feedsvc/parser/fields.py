"""The lines that say one thing of a paper: its votes, its authors, its address."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

FIELDS = {
    "votes": ("vote", "votes", "upvote", "upvotes", "likes", "투표", "추천"),
    "authors": ("author", "authors", "저자"),
    "link": ("link", "url", "paper", "arxiv", "링크", "논문"),
}
"""The names under which digests give each field, in lower case."""

_NAMES = {name: field for field, names in FIELDS.items() for name in names}
_FIELD_LINE = re.compile(
    rf"\s{{0,3}}(?:[-*+]\s+)?[*_]{{0,3}}(?P<name>{'|'.join(_NAMES)})[*_]{{0,3}}\s*[:：]\s*"
    r"(?P<value>.*)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\+|\.\.\.|…|et\.? al\.?|and others|and [0-9]+ (?:more|others)|외(?: [0-9]+명)?", re.IGNORECASE
)
_NOTHING = {"", "-", "–", "—", "?", "n/a", "none", "없음"}


@dataclass(frozen=True, slots=True)
class Field:
    """A line such as `Vote: 24`, taken apart."""

    name: str
    """A key of FIELDS."""
    value: str


@dataclass(frozen=True, slots=True)
class Authors:
    """The names in order, none twice, and whether the digest says that there are more."""

    names: tuple[str, ...] = ()
    more: bool = False


def read_field(line: str) -> Field | None:
    """What a line says when it is a field's: `Vote: 24`, `**Authors**: A, B`, `- 저자: …`."""
    found = _FIELD_LINE.fullmatch(line)
    if not found:
        return None
    value = re.sub(r"^[*_]{1,3}\s*", "", found["value"]).strip()
    return Field(_NAMES[found["name"].lower()], value)


def read_votes(value: str) -> int | None:
    """The number of votes; None for a dash and the like. Raises ValueError for anything else."""
    if value.lower() in _NOTHING:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3}){0,2}|[0-9]{1,9}", value):
        raise ValueError(value)
    return int(value.replace(",", ""))


def read_authors(value: str) -> Authors:
    """The authors of `A, B, +` or of a Python list written as text (`['A', "B C"]`).

    Raises ValueError where the text of a list can't be read.
    """
    if value.lower() in _NOTHING:
        return Authors()
    if value.startswith(("[", "(")) and value.endswith(("]", ")")):
        names = _names_of_list(value)
    else:
        names = value.split(",")
    names = [" ".join(name.split()) for name in names]
    named = dict.fromkeys(name for name in names if name and not _OTHERS.fullmatch(name))
    return Authors(tuple(named), any(_OTHERS.fullmatch(name) for name in names))


def _names_of_list(text: str) -> list[str]:
    try:
        names = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        names = [name.strip(" '\"") for name in text[1:-1].split(",")]
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError(text)
    return list(names)
