"""Labelled fields of any line: bulleted or not, bold or not, several on a line, behind emoji."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from feedsvc.parser.vocabulary.labels import FIELD_OF_LABEL, field_named, plain_label
from feedsvc.patterns import compile_later

_LEAD = re.compile(r"[\s>]*(?:(?:[-*+•·]|[0-9]{1,2}[.)])\s+)?(?:\[[ x]\]\s)?")
_LABEL = compile_later(
    r"(?P<label>[^:：\[\]()|]{1,36}(?:[(（][^()（）:：]{1,20}[)）])?[*_`]{0,3})\s?[:：](?!//)"
    r"(?P<value>.*)",
    re.DOTALL,
)
_BOLD_LABEL = compile_later(
    r"(?:\*\*|__)(?P<label>[^*_]{1,36})(?:\*\*|__)\s+(?P<value>\S.*)", re.DOTALL
)
_BRACKET_LABEL = compile_later(r"【(?P<label>[^【】]{1,20})】\s?[:：]?\s?(?P<value>.*)", re.DOTALL)
_EMOJI_LABEL = compile_later(
    r"(?P<label>[\u2190-\u2bff\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d]{1,6})\s*(?P<value>.*)",
    re.DOTALL,
)
_HEAD = re.compile(r"[^:：]*(?:[:：](?:\*\*|__))?")
"""What the first colon of a line ends, with the marks that end bold words."""
_BOLD_HEAD = re.compile(r"(?:\*\*|__)(?P<label>[^*_]{1,36})(?P<end>\*\*|__|$)")
_MARKS_BEFORE = compile_later(r"^[*_`]{1,3}(?=\s|\S)")
_FIRST_EMOJI = "\u2190"
_BETWEEN = compile_later(r"\s[|·•∙▪]\s|\s\|\s?|　|\s\s(?=[*_]{2}[^*_]{1,36}[:：])")
_EMOJI = compile_later(r"[\u2190-\u2bff\u2600-\u27bf\U0001f300-\U0001faff]")
_MAY_PART = compile_later(r"[|·•∙▪　]|\s\s")
MOST_SEGMENTS = 12
CELLS = 2
LONGEST_LINE = 6000
"""Characters; a longer line is prose."""


class Labelled(Struct, frozen=True):
    """A piece of a line that a label names."""

    field: str
    """A key of `vocabulary.labels.FIELDS`."""
    value: str
    is_alone: bool
    """Whether the line holds nothing else."""


def labelled(line: str) -> list[Labelled]:
    """The labelled fields of a line, in their order."""
    if len(line) > LONGEST_LINE or not (
        ":" in line
        or "：" in line
        or "【" in line
        or "**" in line
        or "|" in line
        or _EMOJI.search(line)
    ):
        return []
    lead = _LEAD.match(line)
    text = line[lead.end() :] if lead else line
    text = text.removeprefix("|").removesuffix("|").strip()
    segments = _BETWEEN.split(text) if _MAY_PART.search(text) else [text]
    if len(segments) == CELLS and (field := field_named(segments[0])):  # a row of two cells
        return [Labelled(field, segments[1].strip(), is_alone=False)]
    found = [read_segment(each) for each in segments[:MOST_SEGMENTS]]
    return [Labelled(pair[0], pair[1], len(segments) == 1) for pair in found if pair is not None]


def may_be_labelled(line: str) -> bool:
    """Whether a line may be a field alone, by what stands before its first colon."""
    head = _HEAD.match(line) if ":" in line or "：" in line else None
    return _may_be_label(head[0]) if head else "【" in line or _EMOJI.search(line[:12]) is not None


@lru_cache(maxsize=4096)
def _may_be_label(head: str) -> bool:
    """Whether a field may begin so; most lines of a digest begin as others in it do."""
    lead = _LEAD.match(head)
    text = head[lead.end() :].strip() if lead else head
    bold = _BOLD_HEAD.match(text)
    return (
        field_named(text.strip("* _`:：")) is not None
        or text.startswith("【")
        or _EMOJI_LABEL.match(text) is not None
        or (bold is not None and (not bold["end"] or field_named(bold["label"]) is not None))
    )


def labelled_alone(line: str) -> Labelled | None:
    """The field that a line holds and nothing else, of those that `may_be_labelled`; else None."""
    if len(line) > LONGEST_LINE:
        return None
    lead = _LEAD.match(line)
    text = line[lead.end() :] if lead else line
    if text.startswith("|") or not (found := read_segment(text)):
        return None
    is_alone = not (_MAY_PART.search(text) and _BETWEEN.search(text.strip()))
    return Labelled(*found, is_alone=True) if is_alone else None


def shares_line(line: str) -> bool:
    """Whether a field that begins a line has others behind it: `Authors: A, B | Date: 2024`."""
    if "|" not in line and "·" not in line:
        return False
    _, *others = _BETWEEN.split(line[:LONGEST_LINE])
    return any(map(read_segment, others))


def read_segment(text: str) -> tuple[str, str] | None:
    """The field and the value of `Label: value` and its like; None for other text."""
    text = text.strip()
    is_bracket, is_emoji = text[:1] == "【", text[:1] >= _FIRST_EMOJI
    decorated = _BRACKET_LABEL if is_bracket else _EMOJI_LABEL if is_emoji else _BOLD_LABEL
    for form in (_LABEL, decorated):
        found = form.match(text)
        if found and (field := field_named(found["label"].strip("* _`"))):
            value = _unmarked(found["value"].strip())
            return field, value.removesuffix("**") if "**" not in value[:-2] else value
    found = _EMOJI_LABEL.match(text) if is_emoji else None
    if found and len(found["label"]) > 1:
        field = FIELD_OF_LABEL.get(plain_label(found["label"][0]))
        return (field, found["value"].strip()) if field else None
    return None


def _unmarked(text: str) -> str:
    """The text without the marks before it, nor the same ones behind it that close them."""
    found = _MARKS_BEFORE.match(text)
    if not found:
        return text
    mark, left = found[0], text[found.end() :].strip()
    return left.removesuffix(mark) if left.count(mark) == 1 else left
