"""Badges: small pictures that are links to a paper, its code and the like, and show no picture."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from feedsvc.model import Medium
from feedsvc.parser.paper.mentions import MediaMention
from feedsvc.parser.vocabulary.labels import names_link
from feedsvc.patterns import compile_later

_NAMED_SO = compile_later(r"(?<![a-z])badges?(?![a-z])", re.IGNORECASE)
_WORDS = compile_later(r"badges?/(?P<words>[^/?#-]{1,40})", re.IGNORECASE)
_DRAWN = {"", ".svg"}
"""The endings of pictures that are drawn when they are asked for."""
_LINK_BEHIND = compile_later(r"\s?\]\(")
_TAG_BEFORE = compile_later(r"<a\s[^<>]{0,1000}>\s?$", re.IGNORECASE)
LOOKED_AT = 1010
OTHER_WORDS = "link"


def is_badge(mention: MediaMention, *, is_linked: bool, is_in_row: bool) -> bool:
    """Whether a picture is one, by its address, its description and the link around it.

    In a row that has a badge already, the link alone tells it.
    """
    if mention.medium is not Medium.IMAGE:
        return False
    if "badge" in mention.address.lower() and _NAMED_SO.search(mention.address):
        return True
    says_where = bool(mention.description) and names_link(mention.description)
    if not is_linked and not says_where:
        return False
    ending = posixpath.splitext(mention.address.partition("?")[0])[1].lower()
    is_drawn = ending in _DRAWN or not ending[1:].isalpha()
    return is_drawn and (says_where or is_in_row or ending == ".svg")


def badge_words(mention: MediaMention) -> str:
    """What a badge says, which its link is called by."""
    if mention.description:
        return mention.description
    said = _WORDS.search(mention.address)
    return unquote(said["words"]).replace("_", " ").strip("[]() ") if said else OTHER_WORDS


def is_inside_link(text: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` of a line is all that a link has."""
    if text[:start].endswith(("[", "[ ")) and _LINK_BEHIND.match(text, end):
        return True
    return _TAG_BEFORE.search(text[max(0, start - LOOKED_AT) : start]) is not None
