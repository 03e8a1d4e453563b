"""Lines that say one thing of a paper and are no text: its votes, its authors, its address."""

from __future__ import annotations

import re

from msgspec import Struct

from feedsvc.parser.lines.labelled import labelled_alone, may_be_labelled, shares_line
from feedsvc.parser.lines.names import Authors, read_authors
from feedsvc.parser.vocabulary.labels import FIELD_OF_LABEL

_SURE = {
    name: FIELD_OF_LABEL[name]
    for name in (
        *("vote", "votes", "upvote", "upvotes", "likes", "투표", "추천"),
        *("author", "authors", "저자", "link", "url", "paper", "arxiv", "링크", "논문"),
    )
}
"""The labels that make a line a field wherever it stands, even with a wrong value."""

_FIELD_LINE = re.compile(
    r"\s{0,3}(?P<bullet>[-*+]\s+)?[*_]{0,3}(?P<name>[^\W\d_]++)[*_]{0,3}\s*[:：]\s*"
    r"(?:[*_]{1,3}\s*)?(?P<value>.*)"
)
_NOTHING = {"", "-", "–", "—", "?", "n/a", "none", "없음"}
_TAKEN = {"votes", "authors", "link"}
_VOTES = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){0,2}|[0-9]{1,9}")


class Field(Struct, frozen=True):
    """A line such as `Vote: 24`, taken apart."""

    name: str
    """`votes`, `authors` or `link`."""
    value: str
    is_bullet: bool
    """Whether it may also be a sentence of the summary, as a list item may."""
    is_sure: bool = True
    """Whether its label says nothing else, so that a wrong value is reported."""

    @property
    def is_sign(self) -> bool:
        """Whether it shows that a paper's heading stands above it: no text has such a line."""
        return self.name != "link" and not self.is_bullet


def read_field(line: str) -> Field | None:
    """What a line says when it is a field's: `Vote: 24`, `**Authors**: A, B`, `- 저자: …`."""
    if not may_be_labelled(line):
        return None
    found = _FIELD_LINE.fullmatch(line)
    name = _SURE.get(found["name"].lower()) if found else None
    if found and name and not shares_line(line):
        return Field(name, found["value"].strip(), found["bullet"] is not None)
    alone = labelled_alone(line)
    if alone and alone.field in _TAKEN:
        return Field(alone.field, alone.value, is_bullet=True, is_sure=False)
    return None


def read_votes(value: str) -> int | None:
    """The number of votes; None for a dash and the like. Raises ValueError for anything else."""
    if value.lower() in _NOTHING:
        return None
    if not _VOTES.fullmatch(value):
        raise ValueError(value)
    return int(value.replace(",", ""))


__all__ = ["Authors", "Field", "read_authors", "read_field", "read_votes"]
