"""The lines that say one thing of a paper: its votes, its authors, its address."""

from __future__ import annotations

import re

from msgspec import Struct

from feedsvc.parser.text import printable
from feedsvc.parser.titles import plain_title

FIELDS = {
    "votes": ("vote", "votes", "upvote", "upvotes", "likes", "투표", "추천"),
    "authors": ("author", "authors", "저자"),
    "link": ("link", "url", "paper", "arxiv", "링크", "논문"),
}
"""The names under which digests give each field, in lower case."""

_NAMES = {name: field for field, names in FIELDS.items() for name in names}
_FIELD_LINE = re.compile(
    r"\s{0,3}(?P<bullet>[-*+]\s+)?[*_]{0,3}(?P<name>[^\W\d_]+)[*_]{0,3}\s*[:：]\s*(?P<value>.*)"
)
_OTHERS = re.compile(
    r"(?:^|\s+)(?:\+|\.\.\.|…|et\.? al\.?|and others|and [0-9]+ (?:more|others)|외(?: [0-9]+명)?)$",
    re.IGNORECASE,
)
_QUOTED_LIST = re.compile(r"[\[(]\s*['\"\[]")
_QUOTED = r"'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\""
_QUOTED_NAME = re.compile(_QUOTED)
_LIST_OF_NAMES = re.compile(rf"(?:[\[\](),\s]|None|{_QUOTED})*")
_BETWEEN_NAMES = re.compile(r"['\"]\s*[,\[\]]")
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
MOST_WORDS_OF_A_NAME = 6
_MARKUP = re.compile(r"[\[\\$&]")
_NOTHING = {"", "-", "–", "—", "?", "n/a", "none", "없음"}


class Field(Struct, frozen=True):
    """A line such as `Vote: 24`, taken apart."""

    name: str
    """A key of FIELDS."""
    value: str
    is_bullet: bool
    """Whether it is a list item, which may also be a sentence of the summary."""

    @property
    def is_sign(self) -> bool:
        """Whether it shows that a paper's heading stands above it: no text has such a line."""
        return self.name != "link" and not self.is_bullet


class Authors(Struct, frozen=True):
    """The names in order, none twice, and whether the digest says that there are more."""

    names: tuple[str, ...] = ()
    more: bool = False


def read_field(line: str) -> Field | None:
    """What a line says when it is a field's: `Vote: 24`, `**Authors**: A, B`, `- 저자: …`."""
    found = _FIELD_LINE.fullmatch(line) if ":" in line or "：" in line else None
    if not found:
        return None
    name = _NAMES.get(found["name"].lower())
    if not name:
        return None
    value = re.sub(r"^[*_]{1,3}\s*", "", found["value"]).strip()
    return Field(name, value, found["bullet"] is not None)


def read_votes(value: str) -> int | None:
    """The number of votes; None for a dash and the like. Raises ValueError for anything else."""
    if value.lower() in _NOTHING:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3}){0,2}|[0-9]{1,9}", value):
        raise ValueError(value)
    return int(value.replace(",", ""))


def read_authors(value: str) -> Authors:
    """The authors of `A, B, +` or of a Python list written as text (`['A', "B C"]`).

    Raises ValueError where no name can be read.
    """
    if value.startswith("[") and value.endswith("]") and "](" not in value:
        value = value if _QUOTED_LIST.match(value) else value[1:-1].strip()
    if value.lower() in _NOTHING:
        return Authors()
    names = _names_of_list(value) if _QUOTED_LIST.match(value) else value.split(",")
    named = dict[str, None]()
    more = False
    is_plain = not _MARKUP.search(value)
    for name in names:
        plain = name if is_plain else plain_title(_MARKDOWN_LINK.sub(r"\1", name))
        plain = " ".join(printable(plain).split())
        alone = _OTHERS.sub("", plain)
        more = more or alone != plain
        if alone:
            named[alone] = None
    if not named and not more:
        raise ValueError(value)
    return Authors(tuple(named), more)


def look_like_names(authors: Authors) -> bool:
    """Whether these are rather names than the words of a sentence."""
    return all(
        len(name.split()) <= MOST_WORDS_OF_A_NAME and not re.match("[a-z]", name)
        for name in authors.names
    )


def _names_of_list(text: str) -> list[str]:
    """The names of a Python list, however deep. Raises ValueError for a list of other things."""
    if _LIST_OF_NAMES.fullmatch(text):
        found = (name["single"] or name["double"] for name in _QUOTED_NAME.finditer(text))
        # A backslash is TeX's, unless it stands before a quote.
        return [re.sub(r"\\(['\"])", r"\1", name) for name in found if name]
    # Names hold commas and apostrophes; what parts two of them stands between quotes.
    inner = text.strip("[]() ")
    names = [name.strip(" '\"") for name in re.split(r"(?<=['\"]),(?=\s?['\"])", inner)]
    if any(map(_BETWEEN_NAMES.search, names)):
        raise ValueError(text)
    return names
