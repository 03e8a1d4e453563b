"""The links of one line of a digest, in Markdown, in HTML or bare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from feedsvc.parser.vocabulary.homes import ARXIV_ID, address_of_id, paper_at
from feedsvc.patterns import compile_later

_TEXT = r"(?:[^\[\]]{1,1500}+|\[[^\[\]]{0,300}\]){0,1500}"
_TARGET = (
    r"(?:<(?P<angled>[^<>]{0,1000})>|(?P<plain>(?:[^\s()]{1,1000}+|\([^\s()]{0,300}\)){0,1000}))"
)
_FORMS = (
    rf"\[(?P<words>{_TEXT})\]\(\s?{_TARGET}(?:\s\"[^\"]{{0,300}}\"|\s'[^']{{0,300}}')?\s?\)"
    r"|<a\s[^<>]{0,300}?href\s?=\s?[\"']?(?P<href>[^\"'\s<>]{1,1000})[^<>]{0,300}>"
    r"(?P<inner>(?:[^<]|<(?!/?a\b)){0,1500})</a\s?>"
    r"|(?P<bare>https?://[^\s<>()\[\]|\"'`，。；、）】》*]{1,1000})"
)
_LINK = compile_later(_FORMS, re.IGNORECASE)
_LINK_OR_ID = compile_later(rf"{_FORMS}|arxiv:(?<![\w/]arxiv:){ARXIV_ID}(?![\w/])", re.IGNORECASE)
_ALONE = re.compile(r"(!?)\[([^\[\]]{1,1500}+|)\]\(([^\s()<>]{0,1000}+)\)")
"""A link or a picture that is the whole line, as most titles are."""
_OF_ID = "iv:"
"""What `arXiv:2411.06558` has, however it is written."""
_EMPTY_BRACKETS = compile_later(r"[(（\[][\s,，、|/·]*[)）\]]")
_TAG = compile_later(r"<[^<>]{1,1000}>")
_PICTURE = compile_later(r"!\[([^\[\]]{0,300})\]\([^()]{0,1000}\)")


class InlineLink(Struct, frozen=True):
    """A link where it stands in its line."""

    start: int
    end: int
    words: str
    """As written; empty for an address without words."""
    address: str
    paper: str | None
    """The one address of the paper that it leads to; None where it leads to no paper's home."""
    is_id: bool = False
    """Whether an id is written there and no address."""

    @property
    def plain_words(self) -> str:
        """The words without tags and pictures; a picture alone is its description."""
        words = _PICTURE.sub(r"\1", self.words) if "![" in self.words else self.words
        return (_TAG.sub("", words) if "<" in words else words).strip()

    @property
    def is_absolute(self) -> bool:
        """Whether it leads somewhere on the web and not beside the digest."""
        return self.address[:8].lower().startswith(("http://", "https://", "//"))

    @property
    def is_anchor(self) -> bool:
        """Whether it leads to another place of the same page."""
        return self.address.startswith("#")


def may_have_links(line: str) -> bool:
    """Whether a line has what any link has."""
    return "](" in line or "://" in line or "<a" in line or _OF_ID in line


@lru_cache(maxsize=1024)
def links_of(line: str) -> Sequence[InlineLink]:
    """The links of a line in their order, pictures apart; `arXiv:2411.06558` is one, too."""
    if not may_have_links(line):
        return ()
    if alone := _ALONE.fullmatch(line):
        mark, words, address = alone.groups()
        return () if mark else (_link(0, len(line), words, address),)
    found, has_ids = [], _OF_ID in line
    for link in (_LINK_OR_ID if has_ids else _LINK).finditer(line):
        is_id = has_ids and link["id"] is not None
        if link["words"] is not None:
            if link.start() and line[link.start() - 1] == "!":
                continue
            words = link["words"]
            address = link["angled"] if link["angled"] is not None else link["plain"]
        elif link["href"]:
            words, address = link["inner"], link["href"]
        elif is_id:
            words, address = "", f"https://arxiv.org/abs/{link['id']}"
        else:
            words, address = "", link["bare"].rstrip(".,;:!?")
        found.append(_link(link.start(), link.end(), words, address, is_id=is_id))
    return tuple(found)


def _link(start: int, end: int, words: str, address: str, *, is_id: bool = False) -> InlineLink:
    if words and address.startswith("/") and (of_id := address_of_id(words)):
        address = of_id  # a page that was saved from its site
    return InlineLink(start, end, words, address, paper_at(address), is_id)


def without_links_in_brackets(line: str, links: Sequence[InlineLink]) -> str:
    """The line without its links, and without brackets in which nothing else stood."""
    return _EMPTY_BRACKETS.sub("", without_links(line, links))


def without_links(line: str, links: Sequence[InlineLink]) -> str:
    """The line without its links."""
    pieces, position = [], 0
    for link in links:
        pieces.append(line[position : link.start])
        position = link.end
    return "".join([*pieces, line[position:]])
