"""Headings that say nothing but their title, in digests whose makers left out links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from feedsvc.parser.blocks.blocks import Kind
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.days.day_words import time_named
from feedsvc.parser.lines.clean_titles import counter
from feedsvc.parser.lines.fields import read_field
from feedsvc.parser.units.candidates import Candidate
from feedsvc.parser.vocabulary.homes import paper_at

MORE_THAN_GROUPS = 3
"""Headings without links below a day that are papers, though the file has a link elsewhere."""

FIELDS_WITHIN = 6
"""Lines below a paper's heading in which its picture, votes or authors begin."""


def with_mute_papers(
    page: Page, candidates: Sequence[Candidate], chosen: list[Candidate]
) -> list[Candidate]:
    """The chosen candidates and the mute headings among them that are papers too."""
    if not chosen:
        return _titles_alone(page, candidates)
    heads = [each for each in chosen if each.block.kind is Kind.HEADING]
    if len(heads) < len(chosen) or not heads:
        return chosen
    level = Counter(each.block.level for each in heads).most_common(1)[0][0]
    chosen = _with_other_levels(page, candidates, chosen, level)
    heads = [each for each in chosen if each.block.level == level]
    known = {each.start for each in heads}
    mute = [each for each in candidates if each.start not in known and _is_mute(each, level)]
    if not mute:
        return chosen
    linked = sum(_is_linked(each) for each in heads)
    numbered = sum(counter(each.block.text) is not None for each in heads)
    first = chosen[0].start
    more = []
    news = _news(page, candidates, known, level)
    for each in mute:
        if each.start in news:
            continue
        has_text = any(line.strip() for line in page.lines[each.block.last + 1 : each.span.own])
        is_counted = numbered >= 0.6 * len(heads) and counter(each.block.text) is not None
        if has_text and (is_counted or (linked >= 0.6 * len(heads) and each.start > first)):
            more.append(each)
    return sorted([*chosen, *more], key=lambda each: each.start)


def _is_mute(candidate: Candidate, level: int) -> bool:
    """Whether a candidate is a heading of a level that says nothing but its title."""
    block, evidence = candidate.block, candidate.evidence
    if block.level != level or block.kind is not Kind.HEADING:
        return False
    return not (evidence.is_none or evidence.is_group or evidence.weight)


def _with_other_levels(
    page: Page, candidates: Sequence[Candidate], chosen: list[Candidate], level: int
) -> list[Candidate]:
    """The chosen candidates, and linked headings of other levels that have what papers have."""
    known = {each.start for each in chosen}
    more = [
        each
        for each in candidates
        if each.block.level != level
        and each.block.kind is Kind.HEADING
        and each.start not in known
        and _is_linked(each)
        and _has_what_papers_have(page, each, is_higher=each.block.level < level)
    ]
    return sorted([*chosen, *more], key=lambda each: each.start) if more else chosen


def _has_what_papers_have(page: Page, candidate: Candidate, *, is_higher: bool) -> bool:
    address = candidate.evidence.title.address or ""
    is_home = paper_at(address) is not None
    if not is_home and (candidate.evidence.is_none or time_named(candidate.block.text)):
        return False
    has_fields = False
    for line in page.lines[candidate.block.last + 1 : candidate.block.last + 1 + FIELDS_WITHIN]:
        if line.startswith("#"):
            break
        found = read_field(line)
        if found and found.is_sign:
            return True
        has_fields = has_fields or found is not None or line.startswith("![")
    return (is_home and is_higher) or (has_fields and (is_home or is_higher))


def _news(page: Page, candidates: Sequence[Candidate], known: set[int], level: int) -> set[int]:
    """Where headings of a level stand whose sentences lead elsewhere, in groups without a paper.

    Below `## Releases` such headings are no papers whose links were left out.
    """
    groups: dict[int, list[Candidate]] = {}
    group = -1
    for each in candidates:
        if each.block.kind is Kind.HEADING and each.block.level < level:
            group = each.start
        elif each.block.kind is Kind.HEADING and each.block.level == level:
            groups.setdefault(group, []).append(each)
    return {
        each.start
        for inside in groups.values()
        if not any(one.start in known for one in inside)
        for each in inside
        if any(_leads_elsewhere(page, index) for index in range(each.block.last + 1, each.span.own))
    }


def _leads_elsewhere(page: Page, index: int) -> bool:
    """Whether a line is a sentence with a link, and none of these leads to a paper."""
    line = page.lines[index]
    if "](" not in line and "://" not in line:
        return False
    facts = page.facts(index)
    is_sentence = bool(facts.links) and not facts.is_link_line and not facts.fields
    return is_sentence and not any(link.paper for link in facts.links)


def _is_linked(candidate: Candidate) -> bool:
    return candidate.evidence.title.is_linked


def _titles_alone(page: Page, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The headings right below that of a day, in a file that hardly has a link."""
    heads = [each for each in candidates if each.block.kind is Kind.HEADING]
    day = next(
        (
            each
            for each in heads
            if (time := time_named(each.block.text)) and time.year and time.day
        ),
        None,
    )
    below = [
        each for each in heads if day and each.start > day.start and not time_named(each.block.text)
    ]
    if day is None or not below:
        return []
    level = min(each.block.level for each in below)
    titles = [each for each in below if each.block.level == level and not each.evidence.is_none]
    links = sum("](" in line or "://" in line for line in page.lines)
    is_simple = links == 0 and all(each.block.level == level for each in below)
    least = MORE_THAN_GROUPS if not is_simple else 2 if time_named(day.block.text, 0) is None else 1
    return titles if level > day.block.level and links <= 1 and len(titles) >= least else []
