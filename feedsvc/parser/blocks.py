"""Lines to blocks: headings, list items, table rows, summaries, bold lines and lines of a link.

A block is a place at which a paper may begin. What stands in closed fences is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from feedsvc.parser.inline import links_of
from feedsvc.parser.labels import names_link
from feedsvc.parser.tables import Table, read_tables


class Kind(StrEnum):
    """What a block looks like."""

    HEADING = "heading"
    SUMMARY = "summary"
    BOLD = "bold line"
    ROW = "table row"
    ITEM = "list item"
    LINK = "line with a link"
    LABEL = "labelled title"
    FILE = "file"


class Block(Struct):
    """One place at which a paper may begin."""

    index: int
    """Of its first line, from 0."""
    kind: Kind
    level: int
    """Of a heading 1 to 6, of an item its depth, of a summary how many details are open."""
    text: str
    """What stands there, without the marks that make it a block."""
    last: int = -1
    """Index of the last line of its text: titles wrap."""
    is_hidden: bool = False
    """Whether a heading stands behind signs that make it code, a quote or an item for Markdown."""
    table: Table | None = None
    cells: Sequence[str] = ()

    @property
    def shape(self) -> tuple[Kind, int]:
        """What blocks of one form have in common."""
        return self.kind, self.level


HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+|(?=\[))(?P<text>.*)")
_BEFORE_MARKS = re.compile(r"(?:[\s>*+\\-]|[0-9]{1,3}[.)]\s){1,12}(?=#)")
_EMPTY_HEADING = re.compile(r" {0,3}#{1,6}[ \t]*")
_HTML_HEADING = re.compile(r"\s{0,8}<h([1-6])(?:\s[^<>]{0,200})?>(.*?)</h\1\s?>\s*", re.IGNORECASE)
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?:> ?)?(?P<mark>[-*+•]|[0-9]{1,4}[.)、])[ \t]+(?P<text>\S.*)"
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SUMMARY = re.compile(r"<summary(?:\s[^<>]{0,200})?>(.*?)(?:</summary\s?>|$)", re.IGNORECASE)
_DETAILS = re.compile(r"<(/?)details\b", re.IGNORECASE)
_BOLD = re.compile(
    r"(?:> ?)?(?P<number>(?:\[?\(?[0-9]{1,3}[.)\]、:]{1,2}\s?)?)"
    r"(?:\*\*(?P<stars>(?:[^*]|\*(?!\*))+)\*\*(?P<rest>.{0,60})"
    r"|(?P<brackets>[【《「『](?=[^【】《》「」『』]{4})[^【】《》「」『』]+[】》」』]))\s*"
)
_TITLE_LABEL = re.compile(
    r"[\s>]{0,4}(?:[-*+]\s)?(?:[\[(（【]?[0-9]{1,3}[.)）】、\]]\s?)?[*_]{0,3}"
    r"(?:paper title|title|标题|题目|论文标题|论文题目"
    r"|제목|논문 제목|논문제목|タイトル|論文タイトル)"
    r"[*_]{0,3}"
    r"\s?[:：][*_]{0,3}\s?(?P<text>\S.*)",
    re.IGNORECASE,
)
_LINKS_FIRST = re.compile(
    r"[^\w#|]{0,4}(?:[0-9]{1,4}\W{1,4})?(?:\[|https?:|<a\s|arxiv:)", re.IGNORECASE
)
_LINK_LINE = re.compile(
    r"(?:> ?)?(?P<before>(?:[^\w\s\[<]{1,4}\s*|\[?[0-9]{1,3}[.)\]、:]\s*"
    r"|[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}"
    r"\s*[:：]\s*)?)(?=\*{0,2}!?\[[^\]]|<a\s)"
)
FIRST_LETTERS = re.compile(r"\w")
DEEPEST_ITEM = 3
LONGEST_HEAD = 3000
LINES_OF_TITLE = 2
"""More lines over which a title in bold or in brackets goes on."""
LONGEST_REMARK = 40
"""Characters behind the bold words of a line that is a title."""
SURE = 0.8
"""The part of a level's headings that are links to papers, from which on nobody doubts."""


def read_blocks(lines: Sequence[str]) -> list[Block]:
    """The blocks of a digest in the order of their lines."""
    found = _headings(lines)
    linked = {block.index for block in found if not block.is_hidden and "](" in block.text}
    fenced = fenced_lines(lines, linked)
    headings = {block.index: block for block in found if block.index not in fenced}
    inside = _inside_sure_headings(headings.values(), len(lines))
    tables = {table.start: table for table in read_tables(lines, fenced)}
    return _from_links(lines, list(_Reader(lines, fenced, headings, tables, inside).blocks()))


def _from_links(lines: Sequence[str], blocks: list[Block]) -> list[Block]:
    """The blocks; labelled titles begin at the line of links above where each has one there."""
    links: dict[int, tuple[int, str]] = {}
    labels = [block for block in blocks if block.kind is Kind.LABEL]
    for block in labels:
        index = next((n for n in _two_above(block) if lines[n].strip()), -1)
        found = links_of(lines[index]) if index >= 0 and len(lines[index]) < LONGEST_HEAD else ()
        home = next((link for link in found if link.paper), None)
        if not home or not _LINKS_FIRST.match(lines[index]) or not names_link(home.plain_words):
            return blocks
        links[block.index] = index, home.address
    for block in labels:
        block.last = block.index
        block.index, address = links[block.index]
        block.text = f"{block.text} [arXiv]({address})"
    starts = {block.index for block in labels}
    return [block for block in blocks if block.kind is Kind.LABEL or block.index not in starts]


def _two_above(block: Block) -> Iterable[int]:
    return range(block.index - 1, max(-1, block.index - 3), -1)


def _inside_sure_headings(headings: Iterable[Block], end: int) -> dict[int, int]:
    """Lines below headings that are papers without a doubt: where such lines begin and end.

    Such a form holds whatever stands inside, so nobody need look at that.
    """
    level = _sure_level(headings)
    spans: dict[int, int] = {}
    start = -1
    for block in headings if level else ():
        if 0 <= start < block.index:
            spans[start] = block.index
        is_paper = block.level == level and _links_paper(block.text)
        start = block.last + 1 if is_paper or (block.level > level and start >= 0) else -1
    if start >= 0:
        spans[start] = end
    return spans


def _sure_level(headings: Iterable[Block]) -> int:
    """The highest level at which nearly all headings are links to papers; 0 for none."""
    counts: Counter[int] = Counter()
    linked: Counter[int] = Counter()
    for block in headings:
        if not block.is_hidden:
            counts[block.level] += 1
            linked[block.level] += _links_paper(block.text)
    return min(
        (level for level, count in linked.items() if count >= SURE * counts[level] and count),
        default=0,
    )


def _links_paper(text: str) -> bool:
    """Whether the text is a link to a paper, and says more than where it leads."""
    return any(link.paper and link.words and not names_link(link.words) for link in links_of(text))


def read_heading(line: str) -> tuple[int, str] | None:
    """The level and the text of a heading; None for other lines."""
    if found := HEADING.fullmatch(line):
        return len(found["marks"]), found["text"]
    if "<h" in line[:60].lower() and (html := _HTML_HEADING.fullmatch(line)):
        return int(html[1]), html[2]
    return None


def fenced_lines(lines: Sequence[str], borders: Collection[int] = ()) -> set[int]:
    """The indexes of lines inside fences that are closed before the next border."""
    fenced: set[int] = set()
    start, mark = -1, ""
    for index, line in enumerate(lines):
        if index in borders:
            mark = ""
        elif fence := _FENCE.match(line):
            if not mark:
                start, mark = index, fence[1]
            elif fence[1].startswith(mark) and line.strip() == fence[1]:
                fenced.update(range(start, index + 1))
                mark = ""
    return fenced


def _headings(lines: Sequence[str]) -> list[Block]:
    found = []
    for index, line in enumerate(lines):
        if "#" not in line and "<h" not in line and "<H" not in line:
            continue
        if heading := read_heading(line):
            found.append(Block(index, Kind.HEADING, *heading, index))
        elif before := _BEFORE_MARKS.match(line):
            hidden = read_heading(line[before.end() :])
            is_quote = before[0].strip() == ">"
            if hidden and ("](" in hidden[1] or is_quote):
                found.append(Block(index, Kind.HEADING, *hidden, index, is_hidden=True))
    return found


class _Reader(Struct):
    """Goes through the lines once."""

    lines: Sequence[str]
    fenced: set[int]
    headings: dict[int, Block]
    tables: dict[int, Table]
    inside: dict[int, int]
    """Lines that need no look: where they begin and end."""
    details: int = 0
    indents: list[int] = []

    def blocks(self) -> Iterator[Block]:
        index = 0
        while index < len(self.lines):
            line = self.lines[index]
            if index in self.inside:
                index = self.inside[index]
            elif index in self.fenced or not line.strip():
                index += 1
            elif heading := self.headings.get(index):
                self.indents = []
                yield heading
                index += 1
            elif table := self.tables.get(index):
                for row in table.rows:
                    yield Block(row.start, Kind.ROW, 0, "", row.start, table=table, cells=row.cells)
                index = table.end
            else:
                yield from self._line(index, line)
                index += 1

    def _line(self, index: int, line: str) -> Iterator[Block]:
        if ("<" in line and "details" in line.lower()) or "<summary" in line:
            yield from self._summary(index, line)
        if (titled := _TITLE_LABEL.fullmatch(line)) and len(line) < LONGEST_HEAD:
            yield Block(index, Kind.LABEL, 0, titled["text"], index)
            return
        if (item := _ITEM.fullmatch(line)) and not _is_rule(line):
            if (depth := self._depth(item["indent"])) < DEEPEST_ITEM:
                last = self._end_of_wrapped(index, item["text"])
                text = " ".join(
                    [item["text"], *(each.strip() for each in self.lines[index + 1 : last + 1])]
                )
                yield Block(index, Kind.ITEM, depth, f"{item['mark']} {text}", last)
            return
        if line[0] not in " \t":
            self.indents = []
        if len(line) > LONGEST_HEAD or line.startswith("    "):
            return
        text, last = self._whole_bold(index, line.strip())
        if (bold := _BOLD.fullmatch(text)) and (
            bold["brackets"] or _may_follow(bold["stars"], bold["rest"])
        ):
            yield Block(index, Kind.BOLD, 0, text, last)
        elif ("](" in text or "<a " in text) and _LINK_LINE.match(text):
            yield Block(index, Kind.LINK, 0, text, index)

    def _summary(self, index: int, line: str) -> Iterator[Block]:
        opened = [found[1] != "/" for found in _DETAILS.finditer(line)]
        self.details += sum(opened)
        if "<summary" in line.lower():
            found = _SUMMARY.search(line)
            text, last = (found[1] if found else ""), index
            while not text.strip() and last + 1 < min(index + 4, len(self.lines)):
                last += 1
                text = re.sub(r"</summary.*", "", self.lines[last])
            yield Block(index, Kind.SUMMARY, max(self.details, 1), text, last)
        self.details = max(0, self.details - (len(opened) - sum(opened)))

    def _whole_bold(self, index: int, text: str) -> tuple[str, int]:
        """A line in bold that is closed on a later line, and the index of that line."""
        if not text.startswith("**") or text.count("**") != 1 or len(text) > LONGEST_HEAD:
            return text, index
        whole = text
        for last, line in enumerate(self.lines[index + 1 : index + 1 + LINES_OF_TITLE], index + 1):
            if not FIRST_LETTERS.match(line) or _ITEM.fullmatch(line):
                break
            whole += f" {line.strip()}"
            if "**" in line:
                return (whole, last) if _BOLD.fullmatch(whole) else (text, index)
        return text, index

    def _depth(self, indent: str) -> int:
        width = len(indent.expandtabs(4))
        while self.indents and self.indents[-1] >= width:
            self.indents.pop()
        self.indents.append(width)
        return len(self.indents) - 1

    def _end_of_wrapped(self, index: int, text: str) -> int:
        """Index of the last line of an item whose bold title or link is closed on a later line."""
        last = index
        while (
            (text.count("**") % 2 or text.count("[") > text.count("]"))
            and last - index < LINES_OF_TITLE
            and last + 1 < len(self.lines)
            and (line := self.lines[last + 1])[:1] in " \t"
            and not _ITEM.fullmatch(line)
        ):
            last += 1
            text += line
        return last if text.count("**") % 2 == 0 else index


def _may_follow(words: str, rest: str) -> bool:
    """Whether what follows the bold words of a line leaves the line a title."""
    return (
        "**" not in rest
        and not (rest.strip() and words.rstrip().endswith((":", "：")))
        and not rest.startswith((":", "："))
        and (not re.search(r"\w", rest) or (len(rest) < LONGEST_REMARK and rest[:1] in " （("))
    )


def _is_rule(line: str) -> bool:
    return not re.search(r"\w", line) and len(set(line.split())) == 1
