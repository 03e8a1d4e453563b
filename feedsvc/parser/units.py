"""Chosen candidates to units: where each paper's lines end, and what groups it stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from feedsvc.parser.blocks import Block, Kind
from feedsvc.parser.candidates import Candidate
from feedsvc.parser.clean_titles import Style, clean_title
from feedsvc.parser.day_words import names_time
from feedsvc.parser.labels import field_named, label_set, names_aside, names_part, plain_label
from feedsvc.parser.page import Page, is_part
from feedsvc.parser.title_text import read_title

LONGEST_LEAD = 160
"""Characters between a topic's heading and its first paper; more is text of the paper above."""
LONGEST_TOPIC = 80
LONGEST_HEADING = 300
_COUNT = re.compile(
    r"\s*[(（\[·|:：-]?\s*\[?(?:total\s?[:：]?\s?)?[0-9]{1,5}\s?(?:papers?|items?|篇|편|件|本|개|건|entries)?\s?[)）\]]?\s*$",
    re.IGNORECASE,
)
_BEHIND_DOT = re.compile(r"\s[·|]\s.*$")
_GENERIC = label_set(
    "papers paper today latest all top_papers top_papers_today papers_today highlights"
    " daily_papers paper_list overview selected_papers must_read must-read must_reads notable"
    " paper_details new_papers 论文 论文列表 论文详情 今日论文 全部 精选 精选论文 推荐 今日推荐"
    " 必读 今日必读 논문 오늘의_논문 논문_목록 전체 論文 論文一覧 今日の論文 本日の論文"
    " 注目論文"
)
"""Headings that name no topic."""


class Unit(Struct):
    """A paper's lines."""

    candidate: Candidate
    end: int
    """Index behind its last line."""
    topics: tuple[str, ...] = ()

    @property
    def block(self) -> Block:
        return self.candidate.block


class Border(Struct, frozen=True):
    """A block that is no paper and ends the one above: a group, a day, an aside."""

    block: Block
    end: int


def units_of(
    page: Page, candidates: Sequence[Candidate], chosen: Sequence[Candidate]
) -> tuple[list[Unit], list[Border]]:
    """The papers with their lines and topics, and what stands between them."""
    borders = sorted(_borders(page, candidates, chosen), key=lambda each: each.block.index)
    stops = sorted({each.block.index for each in borders} | {each.start for each in chosen})
    units = []
    position = 0
    for each in chosen:
        while position < len(stops) and stops[position] <= each.start:
            position += 1
        end = stops[position] if position < len(stops) else len(page.lines)
        row = each.block.table
        units.append(Unit(each, each.end if row else end))
    _give_topics(units, borders)
    return units, borders


def _borders(
    page: Page, candidates: Sequence[Candidate], chosen: Sequence[Candidate]
) -> Iterator[Border]:
    papers = {each.start for each in chosen}
    ends = {each.start: each.end for each in candidates}
    repeated = page.repeated
    starts = sorted(papers)
    levels = Counter(each.block.level for each in chosen if each.block.kind is Kind.HEADING)
    level = levels.most_common(1)[0][0] if levels else 0
    inner = _inner_levels(page, starts, max(levels, default=0), repeated)
    upcoming = len(starts)
    reach: Candidate | None = None
    by_start = {each.start: each for each in chosen}
    owners: dict[int, Candidate | None] = {}
    for block in page.blocks:
        reach = by_start.get(block.index, reach)
        owners[block.index] = reach
    for block in reversed(page.blocks):
        while upcoming and starts[upcoming - 1] > block.index:
            upcoming -= 1
        next_start = starts[upcoming] if upcoming < len(starts) else None
        owner = owners[block.index]
        if block.index not in papers and _is_border(
            page, block, owner, next_start, repeated, inner, level
        ):
            yield Border(block, ends.get(block.index, len(page.lines)))


def _inner_levels(page: Page, starts: Sequence[int], level: int, repeated: set[str]) -> set[int]:
    """The levels above the papers' own at which each paper has a heading inside."""
    counts: dict[int, int] = {}
    followed = set(starts)
    previous: dict[int, int] = {}
    position = 0
    for block in page.blocks:
        if block.index in followed:
            position += 1
        elif block.kind is Kind.HEADING and block.level < level and position:
            if previous.get(block.level) != position:
                counts[block.level] = counts.get(block.level, 0) + 1
            previous[block.level] = position
    return {
        each
        for each, count in counts.items()
        if count >= 0.6 * len(starts) and len(starts) > 1 and _have_text(page, each, followed)
    }


def _have_text(page: Page, level: int, starts: set[int]) -> bool:
    """Whether text and no paper stands below most headings of a level."""
    heads = [
        block.index for block in page.blocks if block.kind is Kind.HEADING and block.level == level
    ]
    with_text = 0
    for index in heads:
        below = next(
            (n for n in range(index + 1, min(index + 6, len(page.lines))) if page.lines[n].strip()),
            None,
        )
        with_text += (
            below is not None and below not in starts and not page.lines[below].startswith("#")
        )
    return with_text >= 0.6 * len(heads)


def _is_border(
    page: Page,
    block: Block,
    owner: Candidate | None,
    next_start: int | None,
    repeated: set[str],
    inner: set[int],
    level: int,
) -> bool:
    unit = owner.block if owner else None
    if block.kind is Kind.HEADING:
        return _heading_ends(page, block, unit, next_start, repeated, inner, level)
    if unit is None:
        return block.kind not in {Kind.ROW, Kind.LINK} and names_time(_plain(block))
    if block.kind is Kind.SUMMARY:
        is_outer = unit.kind in {Kind.ITEM, Kind.LINK, Kind.ROW} or (
            unit.kind is Kind.SUMMARY and block.level <= unit.level
        )
        return is_outer and (
            names_time(_plain(block)) or unit.kind is Kind.SUMMARY or "<h" in block.text.lower()
        )
    if block.kind is Kind.ITEM and unit.kind is Kind.ITEM:
        return block.level < unit.level
    if block.kind is Kind.BOLD and unit.kind is not Kind.HEADING:
        return names_time(_plain(block))
    return block.kind is Kind.ITEM and unit.kind is Kind.LINK and names_time(_plain(block))


def _heading_ends(
    page: Page,
    block: Block,
    unit: Block | None,
    next_start: int | None,
    repeated: set[str],
    inner: set[int],
    level: int,
) -> bool:
    """Whether a heading that is no paper ends the paper above it."""
    if unit is None:
        return True
    if unit.kind is not Kind.HEADING:
        return not names_part(block.text)
    if is_part(block, repeated) and not names_aside(block.text):
        return False
    if block.level > min(unit.level, level):
        return False
    if names_aside(block.text) or names_time(_plain(block)):
        return True
    if block.level == unit.level:
        return True
    if block.level in inner:
        return False
    limit = next_start if next_start is not None else len(page.lines)
    lead = 0
    for line in page.lines[block.index + 1 : limit]:
        if not line.startswith("#"):
            lead += len(line.strip(" -*_"))
        if lead > LONGEST_LEAD:
            return False
    return next_start is not None or lead == 0


def _give_topics(units: Sequence[Unit], borders: Sequence[Border]) -> None:
    """Gives each paper the innermost groups that it stands in and that don't hold all papers."""
    events: list[tuple[int, int, Unit | Border]] = [
        *((unit.candidate.start, 1, unit) for unit in units),
        *((border.block.index, 0, border) for border in borders),
    ]
    open_groups: list[Border] = []
    held: dict[int, list[Unit]] = {}
    for _, _, each in sorted(events, key=lambda event: event[:2]):
        if isinstance(each, Unit):
            for group in open_groups:
                held.setdefault(id(group), []).append(each)
            continue
        level = _level(each.block)
        open_groups = [group for group in open_groups if _level(group.block) < level]
        open_groups.append(each)
    names = {id(border): topic_of(border.block) for border in borders}
    for border in borders:
        inside = held.get(id(border), [])
        if names[id(border)] and 0 < len(inside) < len(units):
            for unit in inside:
                unit.topics = (
                    (*unit.topics, names[id(border)]) if unit.topics else (names[id(border)],)
                )
    for unit in units:
        unit.topics = unit.topics[-1:]


def _level(block: Block) -> int:
    return block.level if block.kind is Kind.HEADING else 6 + block.level


def topic_of(block: Block) -> str:
    """What a group's heading names; empty where it names a time, an aside or all papers."""
    title = read_title(block.text.partition(" ")[2] if block.kind is Kind.ITEM else block.text)
    words = (
        title.words
        if title.address is None or len(title.words) > 6
        else f"{title.before} {title.words}".strip()
    )
    if title.address is not None and title.before and title.address.startswith("#"):
        words = title.before
    if names_time(words):
        return ""
    words = clean_title(read_title(words), Style(counts_up=True, has_brackets=False)).words
    label, colon, value = words.partition(":") if ":" in words else words.partition("：")
    if colon and field_named(label) and value.strip():
        words = value.strip()
    words = words[:LONGEST_HEADING]
    words = _COUNT.sub("", _BEHIND_DOT.sub("", words)) or words
    words = " ".join(words.replace(",", " ·").replace("，", " ·").split()).strip(" -–—|·:：*_`[]")
    if not words or len(words) > LONGEST_TOPIC or names_time(words) or names_aside(words):
        return ""
    return "" if plain_label(words) in _GENERIC else words


def _plain(block: Block) -> str:
    text = block.text.partition(" ")[2] if block.kind is Kind.ITEM else block.text
    return read_title(text).words
