"""Lines to blocks: headings, list items, table rows, summaries, bold, linked and plain lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.blocks.bold_leads import end_of_bold_lead
from feedsvc.parser.blocks.headings import fenced_lines, headings_of, inside_sure_headings
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.blocks.plain_titles import end_of_plain_title
from feedsvc.parser.blocks.tables import Table, read_tables
from feedsvc.parser.days.day_words import is_whole_day, names_time
from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.vocabulary.labels import field_named, names_link, names_part
from feedsvc.patterns import compile_later

_ITEM = compile_later(
    r"(?P<indent>[ \t]*)(?:> ?)?(?P<mark>[-*+•]|[0-9]{1,4}[.)、])[ \t]+(?P<text>\S.*)"
)
_SUMMARY = compile_later(r"<summary(?:\s[^<>]{0,200})?>(.*?)(?:</summary\s?>|$)", re.IGNORECASE)
_DETAILS = compile_later(r"<(/?)details\b", re.IGNORECASE)
_BOLD = compile_later(
    r"(?:> ?)?(?P<number>(?:\[?\(?[0-9]{1,3}(?:[.)\]、:]{1,2}|/[0-9]{0,3})\s?"
    r"|(?:[0-9]\ufe0f?\u20e3|[①-⑳🔟]){1,3}\s?|[^\w\s<>\[\]#|*+\\`'\"-]{1,3}\s)?)"
    r"(?:\*\*(?P<stars>(?:[^*]|\*(?!\*))+)\*\*(?P<rest>.{0,60})"
    r"|(?P<brackets>[【《「『](?=[^【】《》「」『』]{4})[^【】《》「」『』]+[】》」』]))\s*"
)
_CALLOUT = compile_later(r"> ?\[!\w{1,20}\][-+]?[ \t]+(?P<text>\S.*)")
_TITLE_LABEL = compile_later(
    r"[\s>]{0,4}(?:[-*+]\s)?(?:[\[(（【]?[0-9]{1,3}[.)）】、\]]\s?)?[*_]{0,3}"
    r"(?:paper title|title|标题|题目|论文标题|论文题目"
    r"|제목|논문 제목|논문제목|タイトル|論文タイトル)"
    r"[*_]{0,3}"
    r"\s?[:：][*_]{0,3}\s?(?P<text>\S.*)",
    re.IGNORECASE,
)
_LINKS_FIRST = compile_later(
    r"[^\w#|]{0,4}(?:[0-9]{1,4}\W{1,4})?(?:\[|https?:|<a\s|arxiv:)", re.IGNORECASE
)
_LINK_LINE = compile_later(
    r"(?:> ?)?(?P<before>(?:[^\w\s\[<]{1,4}\s*|\[?[0-9]{1,3}[.)\]、:]\s*"
    r"|[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}"
    r"\s*[:：]\s*)?)(?=\*{0,2}!?\[[^\]]|<a\s)"
)
FIRST_LETTERS = compile_later(r" {0,3}\w")
DEEPEST_ITEM = 3
LONGEST_HEAD = 3000
LONGEST_DAY = 40
_MAY_BE_DAY = compile_later(r"(?=.*[0-9]{4})[\w📅🗓]")
LINES_OF_TITLE = 2
"""More lines over which a title in bold or in brackets goes on."""
LONGEST_REMARK = 40
"""Characters behind the bold words of a line that is a title."""


def read_page(lines: Sequence[str], *, looks_inside: bool = False) -> Page:
    """The lines of a digest with its blocks in their order.

    Those below headings that are papers without a doubt are left out, unless it `looks_inside`.
    """
    found = headings_of(lines)
    linked = {block.index for block in found if not block.is_hidden and "](" in block.text}
    fenced = fenced_lines(lines, linked)
    headings = {block.index: block for block in found if block.index not in fenced}
    sure = () if looks_inside else headings.values()
    inside = inside_sure_headings(sure, len(lines))
    tables = {table.start: table for table in read_tables(lines, fenced)}
    records = _records(tables.values(), found)
    reader = _Reader(lines, fenced, headings, tables, inside, records)
    blocks = _from_links(lines, list(reader.blocks()), Kind.LABEL)
    return Page(lines, _from_links(lines, blocks, Kind.BOLD), fenced)


def _records(tables: Iterable[Table], headings: Sequence[Block]) -> Mapping[int, Block]:
    """Titles in tables of labels and values, by where these begin, where no headings are titles.

    Where each such table has a heading of its own, the heading is the title.
    """
    found = {table.start: title for table in tables if (title := _title_in(table))}
    starts = [heading.index for heading in headings]
    above = Counter(bisect_right(starts, start) for start in found)
    is_alone = len(above) == 1 and all(not at or names_time(headings[at - 1].text) for at in above)
    return found if is_alone or any(count > 1 for count in above.values()) else {}


def _from_links(lines: Sequence[str], blocks: list[Block], kind: Kind) -> list[Block]:
    """The blocks; titles of a kind begin at the line of links above where each has one there."""
    links: dict[int, tuple[int, str]] = {}
    titles = [block for block in blocks if block.kind is kind and not names_part(block.text)]
    for block in titles:
        index = next((n for n in _two_above(block) if lines[n].strip()), -1)
        found = links_of(lines[index]) if index >= 0 and len(lines[index]) < LONGEST_HEAD else ()
        home = next((link for link in found if link.paper), None)
        if not home or not _LINKS_FIRST.match(lines[index]) or not names_link(home.plain_words):
            return blocks
        links[block.index] = index, home.address
    for block in titles:
        block.last = max(block.last, block.index)
        block.index, address = links[block.index]
        block.text = f"{block.text} [arXiv]({address})"
    starts = {block.index for block in titles}
    return [block for block in blocks if block.kind is kind or block.index not in starts]


def _two_above(block: Block) -> Iterable[int]:
    return range(block.index - 1, max(-1, block.index - 3), -1)


class _Reader(Struct):
    """Goes through the lines once."""

    lines: Sequence[str]
    fenced: set[int]
    headings: dict[int, Block]
    tables: dict[int, Table]
    inside: dict[int, int]
    """Lines that need no look: where they begin and end."""
    records: Mapping[int, Block]
    details: int = 0
    indents: list[int] = []
    last: int = 0
    """Index of the last line of what was read at the line reached."""

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
                record = self.records.get(index)
                yield from [record] if record else _rows_of(table)
                index = table.end
            else:
                self.last = index
                yield from self._line(index, line)
                index = self.last + 1

    def _line(self, index: int, line: str) -> Iterator[Block]:
        if ("<" in line and "details" in line.lower()) or "<summary" in line:
            yield from self._summary(index, line)
        if (callout := _CALLOUT.fullmatch(line)) and len(line) < LONGEST_HEAD:
            yield Block(index, Kind.SUMMARY, 1, callout["text"], index)
            return
        if (titled := _TITLE_LABEL.fullmatch(line)) and len(line) < LONGEST_HEAD:
            yield Block(index, Kind.LABEL, 0, titled["text"], index)
            return
        if (item := _ITEM.fullmatch(line)) and not _is_rule(line):
            if (depth := self._depth(item["indent"])) < DEEPEST_ITEM:
                self.last = last = self._end_of_wrapped(index, item["text"])
                text = " ".join(
                    [item["text"], *(each.strip() for each in self.lines[index + 1 : last + 1])]
                )
                yield Block(index, Kind.ITEM, depth, f"{item['mark']} {text}", last)
            return
        if line[0] not in " \t":
            self.indents = []
        if len(line) <= LONGEST_HEAD and not line.startswith("    "):
            yield from self._text(index, line)

    def _text(self, index: int, line: str) -> Iterator[Block]:
        """The block that a line begins which is no item and has no mark of its own."""
        if len(line) < LONGEST_DAY and _MAY_BE_DAY.match(line) and is_whole_day(line):
            yield Block(index, Kind.DAY, 0, line.strip(), index)
            return
        text, last = self._whole_bold(index, line.strip())
        if (bold := _BOLD.fullmatch(text)) and (
            bold["brackets"] or _may_follow(bold["stars"], bold["rest"])
        ):
            yield Block(index, Kind.BOLD, 0, text, last)
        elif "**" in line and (end := end_of_bold_lead(self.lines, index)) is not None:
            yield self._over_lines(index, end, Kind.BOLD)
        elif ("](" in text or "<a " in text) and _LINK_LINE.match(text):
            yield Block(index, Kind.LINK, 0, text, index)
        elif found := end_of_plain_title(self.lines, index):
            end, address = found
            yield self._over_lines(index, end, Kind.PLAIN)
            self.last = address - 1  # what stands between is the title's

    def _over_lines(self, index: int, end: int, kind: Kind) -> Block:
        self.last = end
        return Block(
            index, kind, 0, " ".join(each.strip() for each in self.lines[index : end + 1]), end
        )

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
            _is_open(text)
            and last - index < LINES_OF_TITLE
            and last + 1 < len(self.lines)
            and (line := self.lines[last + 1]).strip()
            and last + 1 not in self.headings
            and not _ITEM.fullmatch(line)
        ):
            last += 1
            text += line
            if line[0] not in " \t" and _is_open(text):
                return index  # text that goes on without indent must close the title at once
        return last if text.count("**") % 2 == 0 else index


def _is_open(text: str) -> bool:
    return text.count("**") % 2 == 1 or text.count("[") > text.count("]")


def _rows_of(table: Table) -> Iterator[Block]:
    for row in table.rows:
        if name := table.group_in(row):
            yield Block(row.start, Kind.ROW, 0, name, row.start)
        else:
            yield Block(row.start, Kind.ROW, 0, "", row.end - 1, table=table, cells=row.cells)


def _title_in(table: Table) -> Block | None:
    """The title that a table of labels and values has."""
    if not table.is_record:
        return None
    rows = [(table.start, table.head), *((row.start, row.cells) for row in table.rows)]
    for start, cells in rows:
        if len(cells) > 1 and field_named(cells[0]) == "title":
            return Block(table.start, Kind.LABEL, 0, cells[1], max(start, table.start + 1))
    return None


def _may_follow(words: str, rest: str) -> bool:
    """Whether what follows the bold words of a line leaves the line a title."""
    return (
        "**" not in rest
        and not (rest.strip() and words.rstrip().endswith((":", "：")))
        and not rest.startswith((":", "："))
        and (not re.search(r"\w", rest) or (len(rest) < LONGEST_REMARK and rest[:1] in " （("))
    )


def is_item(line: str) -> bool:
    """Whether a line begins a list item."""
    return _ITEM.fullmatch(line) is not None


def _is_rule(line: str) -> bool:
    return not re.search(r"\w", line) and len(set(line.split())) == 1
