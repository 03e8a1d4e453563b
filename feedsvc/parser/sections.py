"""A paper's summary as plain text, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from feedsvc.model import Section

_LIST_TAGS = {"ul", "ol", "dl"}
_BLOCK_TAGS = {"p", "hr", "blockquote", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCK_TAGS |= _LIST_TAGS
_HTML = etree.HTMLParser()
_string = etree.XPath("string()")
_LABEL = re.compile(r"\s*[:：]\s*")


def read_sections(summary: str) -> Iterator[Section]:
    """The blocks of a sanitised summary as plain text; a list gives one section an item.

    A label that stands alone takes the block behind it as its text.
    """
    (root,) = etree.fromstring(f"<div>{summary}</div>", _HTML)[0]
    alone: Section | None = None
    for block in _blocks(root):
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


def _blocks(root: etree._Element) -> Iterator[etree._Element]:
    """Each list item and each other block; text that stands in no block is one, too."""
    loose = _loose_block(root.text)
    for child in list(root):
        tail, child.tail = child.tail, None
        if child.tag in _BLOCK_TAGS:
            yield from [] if loose is None else [loose]
            yield from child if child.tag in _LIST_TAGS else [child]
            loose = _loose_block(tail)
        else:
            child.tail = tail
            loose = etree.Element("p") if loose is None else loose
            loose.append(child)
    yield from [] if loose is None else [loose]


def _loose_block(text: str | None) -> etree._Element | None:
    """A block for text that stands in none; None for mere white space."""
    if not text or text.isspace():
        return None
    block = etree.Element("p")
    block.text = text
    return block


def _section(block: etree._Element) -> Section:
    """The label is what the block begins with in bold, if a colon ends it or follows it."""
    text = _text(block)
    first = _first_child(block)
    if first is not None and first.tag == "p":
        first = _first_child(first)
    if first is None or first.tag not in {"strong", "b"}:
        return Section("", text)
    label = _text(first)
    rest = text.removeprefix(label)
    if label.endswith((":", "：")):
        return Section(label[:-1].rstrip(), rest.lstrip())
    if colon := _LABEL.match(rest):
        return Section(label, rest[colon.end() :])
    return Section("", text)


def _text(element: etree._Element) -> str:
    """The text of an element and all inside it, white space folded."""
    return " ".join(str(_string(element)).split())


def _first_child(element: etree._Element) -> etree._Element | None:
    """The element that another one begins with; None where text stands before it."""
    return element[0] if len(element) and not (element.text or "").strip() else None
