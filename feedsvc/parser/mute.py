"""Headings that say nothing but their title, in digests whose makers left out links."""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.parser.blocks import Kind
from feedsvc.parser.candidates import Candidate, Page
from feedsvc.parser.clean_titles import counter
from feedsvc.parser.day_words import time_named


def mute_papers(page: Page, candidates: Sequence[Candidate], chosen: list[Candidate], *, has_day: bool) -> list[Candidate]:
    """The chosen candidates and the mute headings among them that are papers too."""
    if not chosen:
        return _titles_alone(page, candidates, has_day=has_day)
    heads = [each for each in chosen if each.block.kind is Kind.HEADING]
    if len(heads) < len(chosen) or not heads:
        return chosen
    level = heads[0].block.level
    linked = sum(_is_linked(each) for each in heads)
    numbered = sum(counter(each.block.text) is not None for each in heads)
    first = chosen[0].start
    more = []
    for each in candidates:
        if each.block.kind is not Kind.HEADING or each.block.level != level or each in chosen:
            continue
        if each.evidence.is_none or each.evidence.is_group or each.evidence.weight:
            continue
        has_text = any(line.strip() for line in page.lines[each.block.last + 1 : each.own_end])
        is_counted = numbered >= 0.6 * len(heads) and counter(each.block.text) is not None
        if has_text and (is_counted or (linked >= 0.6 * len(heads) and each.start > first)):
            more.append(each)
    return sorted([*chosen, *more], key=lambda each: each.start)


def _is_linked(candidate: Candidate) -> bool:
    return candidate.evidence.title.is_linked


def _titles_alone(page: Page, candidates: Sequence[Candidate], *, has_day: bool) -> list[Candidate]:
    """The headings below that of a day, where no line has a link and no heading another one."""
    heads = [each for each in candidates if each.block.kind is Kind.HEADING]
    day = next((each for each in heads if (time := time_named(each.block.text)) and time.year and time.day), None)
    if day is None or any("](" in line or "://" in line for line in page.lines):
        return []
    below = [each for each in heads if each.start > day.start and not each.evidence.is_none]
    levels = {each.block.level for each in heads if each.start > day.start and not time_named(each.block.text)}
    if len(levels) != 1 or min(levels) <= day.block.level:
        return []
    return below if len(below) > 1 else []
