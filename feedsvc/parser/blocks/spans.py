"""Where the lines of each block end, and which blocks stand in asides."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.blocks.page import Page, is_part
from feedsvc.parser.vocabulary.labels import may_name_topic, names_aside

_LEVELS = 7


class Span(Struct, frozen=True):
    """Indexes behind the last lines of a block."""

    end: int
    """Of all that would be its paper's."""
    own: int
    """Of those before the next heading that names no part of a paper."""


def spans_of(page: Page) -> list[Span]:
    """The span of each block of a page, in one pass from the end."""
    ends = _Ends(page)
    return [ends.before(block) for block in reversed(page.blocks)][::-1]


class _Ends:
    """Where what comes next begins, while the blocks are passed from the last to the first."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._last = len(page.lines)
        self._headings = [self._last] * _LEVELS  # the next one of each level
        self._own = self._last
        self._others: dict[tuple[Kind, int], int] = {}
        self._next_heading = self._last
        self._text_behind = _next_texts(page)

    def before(self, block: Block) -> Span:
        """The span of the block before those passed."""
        if block.kind is Kind.HEADING:
            return self._heading(block)
        if block.kind is Kind.ROW:
            return Span(block.last + 1, block.last + 1)
        end = self._next_of(block)
        if block.kind is Kind.SUMMARY:
            end = min(end, self._own)
        elif block.kind is Kind.ITEM:
            end = min(end, self._next_heading, self._text_behind[block.last])
        else:
            end = min(end, self._next_heading)
        self._others[block.shape] = block.index
        return Span(end, end)

    def _heading(self, block: Block) -> Span:
        end = min(self._headings[1 : block.level + 1])
        span = Span(end, min(self._own, end))
        self._headings[block.level] = self._next_heading = block.index
        if not is_part(block, self._page.repeated):
            self._own = block.index
        self._others.clear()
        return span

    def _next_of(self, block: Block) -> int:
        """Where the next block of the same kind and the same level, or one above it, begins."""
        shapes = ((block.kind, level) for level in range(block.level + 1))
        return min(self._others.get(shape, self._last) for shape in shapes)


def _next_texts(page: Page) -> Sequence[int]:
    """Of each line the index of the next one that no list goes on to: text without indent."""
    count = len(page.lines)
    ends = [count] * (count + 1)
    items = {block.index for block in page.blocks if block.kind is Kind.ITEM}
    if not items:
        return ends
    for index in range(count - 1, 0, -1):
        line = page.lines[index]
        is_text = line[:1].strip() and index not in items and not page.lines[index - 1].strip()
        ends[index - 1] = index if is_text and not line.startswith("<") else ends[index]
    return ends


class Asides(Struct):
    """The indexes of blocks in sections that hold none of the digest's papers."""

    sure: set[int]
    perhaps: list[set[int]]
    """A set a section whose heading may as well name a field of research, such as Statistics."""


def asides_of(page: Page) -> Asides:
    """The sections of a page that its headings call none of its papers'."""
    asides = Asides(set(), [])
    level = 0
    section = asides.sure
    for block in page.blocks:
        if block.kind is Kind.SUMMARY or (block.kind is Kind.HEADING and block.level <= level):
            level = 0
        is_aside = block.kind is Kind.HEADING and "](" not in block.text
        if not level and is_aside and names_aside(block.text):
            level = block.level
            section = asides.sure
            if may_name_topic(block.text):
                asides.perhaps.append(section := set())
        if level:
            section.add(block.index)
    return asides
