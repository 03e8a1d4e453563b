"""The topics of papers: what names the group in which a digest has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.days.day_words import names_time
from feedsvc.parser.lines.clean_titles import Style, clean_title
from feedsvc.parser.lines.title_text import read_title
from feedsvc.parser.vocabulary.labels import (
    field_named,
    label_set,
    may_name_topic,
    names_aside,
    names_sponsor,
    plain_label,
)
from feedsvc.patterns import compile_later

LONGEST_TOPIC = 80
LONGEST_HEADING = 300
SHORTEST_LINKED_TOPIC = 6
"""Characters; a shorter link in a topic's heading leads back and is none of its words."""

_COUNT = compile_later(
    r"[(（\[·|:：-]?\s?\[?(?:total\s?[:：]?\s?)?[0-9]{1,5}\s?"
    r"(?:papers?|items?|篇|편|件|本|개|건|entries)?\s?[)）\]]?$",
    re.IGNORECASE,
)
_BEHIND_DOT = compile_later(r"\s[·|]\s.*$")
_STYLE = Style(counts_up=True, has_brackets=False)
_GENERIC = label_set(
    "papers paper today latest all top_papers top_papers_today papers_today highlights"
    " daily_papers paper_list overview selected_papers must_read must-read must_reads notable"
    " paper_details new_papers 论文 论文列表 论文详情 今日论文 全部 精选 精选论文 推荐 今日推荐"
    " 必读 今日必读 논문 오늘의_논문 논문_목록 전체 論文 論文一覧 今日の論文 本日の論文"
    " 注目論文"
)
"""Headings that name no topic."""


def topics_of(papers: Sequence[Block], groups: Sequence[Block]) -> Mapping[int, tuple[str, ...]]:
    """By a paper's place the innermost group around it, unless that holds all papers."""
    named = [(group, topic_of(group)) for group in groups]
    places: list[tuple[int, int]] = [(block.index, -1) for block in papers]
    places += [(group.index, number) for number, (group, _) in enumerate(named)]
    open_groups: list[int] = []
    around: dict[int, list[int]] = {}
    counts = [0] * len(named)
    for index, number in sorted(places):
        if number < 0:
            around[index] = list(open_groups)
            for each in open_groups:
                counts[each] += 1
            continue
        level = _level(named[number][0])
        open_groups = [each for each in open_groups if _level(named[each][0]) < level]
        open_groups.append(number)
    is_topic = [bool(name) and counts[n] < len(papers) for n, (_, name) in enumerate(named)]
    return {
        index: tuple(named[each][1] for each in inside if is_topic[each])[-1:]
        for index, inside in around.items()
    }


def topic_of(group: Block) -> str:
    """What a group names; empty where it names a time, an aside, or nothing but papers."""
    text = group.text.partition(" ")[2] if group.kind is Kind.ITEM else group.text
    title = read_title(text[:LONGEST_HEADING])
    words = title.words
    if title.address is not None and len(words) <= SHORTEST_LINKED_TOPIC:
        words = f"{title.before} {words}".strip()
    if title.address is not None and title.address.startswith("#") and title.before:
        words = title.before
    if names_time(words):
        return ""
    words = _value_of(clean_title(read_title(words), _STYLE).words)
    words = _COUNT.sub("", _BEHIND_DOT.sub("", words)).rstrip() or words
    words = " ".join(words.replace(",", " ·").replace("，", " ·").split())
    words = words.strip(" -–—|·:：*_`[]")
    is_aside = names_aside(words) and not may_name_topic(words)
    is_none = len(words) > LONGEST_TOPIC or names_time(words) or is_aside
    is_none = is_none or names_sponsor(words)
    return "" if is_none or plain_label(words) in _GENERIC else words


def _value_of(words: str) -> str:
    """`SLAM` of `Keyword: SLAM`; the words where they are no label and a value."""
    label, colon, value = words.partition(":") if ":" in words else words.partition("：")
    return value.strip() if colon and value.strip() and field_named(label) else words


def _level(group: Block) -> int:
    """Headings hold folds, folds hold items."""
    return group.level if group.kind is Kind.HEADING else 6 + group.level
