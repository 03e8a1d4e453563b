"""What ends a paper's lines besides the next paper: groups, days, asides."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.blocks.page import Page, is_part
from feedsvc.parser.days.day_words import names_day_alone, names_time
from feedsvc.parser.lines.title_text import read_title
from feedsvc.parser.units.candidates import Candidate
from feedsvc.parser.vocabulary.labels import names_aside, names_part

LONGEST_LEAD = 160
"""Characters between a topic's heading and its first paper; more is text of the paper above."""
MOST = 0.6
"""The part of the papers, from which on what they have inside is theirs."""
LINES_BELOW = 5
LINES_BELOW_DAY, SIGNS_BELOW_DAY = 10, 60
"""From a line that is a day to the paper that it dates."""
LINES_TO_GROUP = 2
"""From a bold line to the first item of the group that it names."""


def text_of(block: Block) -> str:
    """The words of a block that is no paper."""
    text = block.text.partition(" ")[2] if block.kind is Kind.ITEM else block.text
    return read_title(text).words


class Borders(Struct):
    """Tells which blocks of a page are borders between its papers."""

    page: Page
    starts: list[int]
    """Where the papers begin."""
    units: list[Block]
    """The papers' blocks, in the same order."""
    level: int
    """Of most papers' headings; 0 where none has a heading."""
    inner_levels: set[int]
    """Levels above that at which each paper has a heading inside."""
    day_lines: set[int]
    """Lines that are days, where those above papers date them."""

    def __iter__(self) -> Iterator[Block]:
        papers = set(self.starts)
        for block in self.page.blocks:
            if block.index not in papers and self._is_border(block):
                yield block

    def _is_border(self, block: Block) -> bool:
        at = bisect_right(self.starts, block.index)
        above = self.units[at - 1] if at else None
        if block.kind is Kind.HEADING:
            return above is None or self._heading_ends(block, above, at)
        if block.kind in {Kind.ROW, Kind.LINK, Kind.PLAIN, Kind.DAY}:
            names_rows = block.kind is Kind.ROW and block.table is None
            return block.index in self.day_lines or (names_rows and self._stands_above_row(at))
        if block.kind is Kind.BOLD and (
            self._names_group_of_items(block, at) or self._says_who_tells(block, at)
        ):
            return True
        if above is None:  # an item that says more than a day is news of the archive
            return names_day_alone(text_of(block), is_item=block.kind is Kind.ITEM)
        return _ends_other(block, above)

    def _stands_above_row(self, at: int) -> bool:
        return at < len(self.units) and self.units[at].kind is Kind.ROW

    def _says_who_tells(self, block: Block, at: int) -> bool:
        """Whether a bold line says who tells of the paper right below it."""
        is_near = at < len(self.units) and self.starts[at] - block.last <= LINES_TO_GROUP
        return is_near and block.text in self.page.speakers

    def _names_group_of_items(self, block: Block, at: int) -> bool:
        """Whether a bold line that is no paper's stands right above an item that is one."""
        after = self.units[at] if at < len(self.units) else None
        line = self.page.lines[block.index]
        return (
            after is not None
            and after.kind is Kind.ITEM
            and line.startswith("**")
            and not line.rstrip("* ").endswith((":", "："))
            and not names_part(text_of(block))
            and after.index - block.last <= LINES_TO_GROUP
        )

    def _heading_ends(self, block: Block, above: Block, at: int) -> bool:
        """Whether a heading that is no paper ends the one `above`; `at` counts those before it."""
        if above.kind is not Kind.HEADING:
            return not names_part(block.text)
        is_aside = names_aside(block.text)
        is_inside = block.level > min(above.level, self.level)
        if is_inside or (is_part(block, self.page.repeated) and not is_aside):
            return False
        if is_aside or block.level == above.level or names_time(text_of(block)):
            return True
        return block.level not in self.inner_levels and self._is_lead(block, at)

    def _is_lead(self, block: Block, at: int) -> bool:
        """Whether hardly any text stands between a heading and the next paper, or one like it."""
        end = self.starts[at] if at < len(self.starts) else len(self.page.lines)
        length, marks = 0, "#" * self.level + " "
        for line in self.page.lines[block.index + 1 : end]:
            if not length and self.level and line.startswith(marks):
                return True
            length += 0 if line.startswith("#") else len(line.strip(" -*_"))
            if length > LONGEST_LEAD:
                return False
        return at < len(self.starts) or length == 0


def _ends_other(block: Block, above: Block) -> bool:
    """Whether a block that is no heading ends the paper above."""
    is_time = names_time(text_of(block))
    if block.kind is Kind.SUMMARY and above.kind is Kind.SUMMARY:
        return block.level <= above.level
    if block.kind is Kind.SUMMARY:
        is_outer = above.kind in {Kind.ITEM, Kind.LINK, Kind.PLAIN, Kind.ROW}
        return is_outer and (is_time or "<h" in block.text.lower())
    if block.kind is Kind.ITEM and above.kind is Kind.ITEM:
        return block.level < above.level
    is_line = block.kind is Kind.BOLD and above.kind is not Kind.HEADING
    return is_time and (
        is_line or (block.kind is Kind.ITEM and above.kind in {Kind.LINK, Kind.PLAIN})
    )


def borders_of(page: Page, chosen: Sequence[Candidate]) -> Borders:
    """The borders between the papers of a page."""
    units = [each.block for each in chosen]
    levels = Counter(block.level for block in units if block.kind is Kind.HEADING)
    level = levels.most_common(1)[0][0] if levels else 0
    starts = [block.index for block in units]
    inner = _inner_levels(page, starts, max(levels, default=0))
    return Borders(page, starts, units, level, inner, _day_lines(page, starts))


def _day_lines(page: Page, starts: Sequence[int]) -> set[int]:
    """The lines that are days and stand right above papers.

    There are none where the first paper has none above it, or the last one has one below: each
    paper ends in its own day there.
    """
    days = [block.index for block in page.blocks if block.kind is Kind.DAY]
    if not starts or not days or days[-1] > starts[-1]:
        return set()
    above = {day for day in days if _is_right_above(page, day, starts)}
    return above if min(above, default=starts[0]) < starts[0] else set()


def _is_right_above(page: Page, index: int, starts: Sequence[int]) -> bool:
    """Whether hardly anything stands between a line and the paper below it: who wrote it, say."""
    at = bisect_right(starts, index)
    end = starts[at] if at < len(starts) else 0
    between = page.lines[index + 1 : min(end, index + 1 + LINES_BELOW_DAY)]
    is_near = index < end <= index + LINES_BELOW_DAY
    return is_near and sum(len(line.strip()) for line in between) <= SIGNS_BELOW_DAY


def _inner_levels(page: Page, starts: Sequence[int], level: int) -> set[int]:
    """The levels above that of the papers at which nearly each has a heading with text inside."""
    papers = set(starts)
    owners: dict[int, set[int]] = {}
    heads: dict[int, list[Block]] = {}
    for block in page.blocks:
        at = bisect_right(starts, block.index)
        if block.kind is Kind.HEADING and block.level < level and at and block.index not in papers:
            owners.setdefault(block.level, set()).add(at)
            heads.setdefault(block.level, []).append(block)
    return {
        each
        for each, counted in owners.items()
        if len(starts) > 1
        and len(counted) >= MOST * len(starts)
        and sum(_has_text(page, head, papers) for head in heads[each]) >= MOST * len(heads[each])
    }


def _has_text(page: Page, head: Block, papers: set[int]) -> bool:
    """Whether text stands right below a heading, and no paper and no other heading."""
    first = head.index + 1
    for index, line in enumerate(page.lines[first : first + LINES_BELOW], first):
        if line.strip():
            return index not in papers and not line.startswith("#")
    return False
