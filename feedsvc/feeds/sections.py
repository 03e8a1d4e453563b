"""A paper's summary as plain text, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from msgspec import Struct

_LIST_TAGS = {"ul", "ol", "dl"}
_BLOCK_TAGS = {"p", "hr", "blockquote", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCK_TAGS |= _LIST_TAGS
_VOID_TAGS = {"br", "hr"}
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z0-9]+)(?:[^>\"]|\"[^\"]*\")*>")
_LABELLED = re.compile(
    r"(?:\s|&nbsp;|<p>)*<(strong|b)>(?P<label>(?:(?!<(?:strong|b)>).)*?)</\1>(?P<rest>.*)",
    re.DOTALL,
)
_LABEL_END = re.compile(r"\s*[:：]\s*")


class Section(Struct, frozen=True):
    """One top-level block of a summary: usually a bullet."""

    label: str
    """The bold words before the colon ("What's New"); empty if there is no label."""
    text: str
    """Plain text, white space folded."""


def read_sections(summary: str) -> Iterator[Section]:
    """The blocks of a sanitised summary as plain text; each item of a list is a section.

    A block that is only a label gets the next block as its text. The summary is read only as far
    as sections are asked for.
    """
    alone: Section | None = None
    for block in _blocks(summary):
        section = _section(block)
        if alone and section.label:
            yield alone
        elif alone:
            section = Section(alone.label, section.text)
        alone = section if section.label and not section.text else None
        if section.text:
            yield section
    if alone:
        yield alone


def _blocks(summary: str) -> Iterator[str]:
    """The content of each list item and each other block; text outside of blocks is one, too.

    Needs no HTML parser: the sanitiser has nested the tags correctly, and closed all but void ones.
    """
    start, depth = 0, 0
    depth_of_blocks, is_in_block = 0, False
    for tag in _TAG.finditer(summary):
        name = tag["name"]
        if tag["end"]:
            depth -= 1
            if is_in_block and depth == depth_of_blocks:
                yield summary[start : tag.start()]
                start, is_in_block = tag.end(), False
            elif depth < depth_of_blocks:  # the end of a list
                start, depth_of_blocks = tag.end(), 0
            continue
        is_in_list = depth_of_blocks > 0
        if not is_in_block and (is_in_list or (depth == 0 and name in _BLOCK_TAGS)):
            if not is_in_list:
                yield summary[start : tag.start()]
            start = tag.end()
            if name in _LIST_TAGS and not is_in_list:
                depth_of_blocks = 1
            else:
                is_in_block = name not in _VOID_TAGS
        depth += name not in _VOID_TAGS
    yield summary[start:]


def _section(block: str) -> Section:
    """The label is the bold text that a block begins with, if a colon ends or follows it."""
    if found := _LABELLED.match(block):
        label, rest = _text(found["label"]), _text(found["rest"])
        if label.endswith((":", "：")):
            return Section(label[:-1].rstrip(), rest)
        if colon := _LABEL_END.match(rest):
            return Section(label, rest[colon.end() :])
    return Section("", _text(block))


def _text(markup: str) -> str:
    """The text of a piece of HTML, white space folded."""
    return " ".join(unescape(_TAG.sub("", markup)).split())
