"""Blocks to candidates: what each block would tell of a paper if a paper began there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.blocks import Block, Kind
from feedsvc.parser.day_words import names_time
from feedsvc.parser.homes import address_of_id, paper_at
from feedsvc.parser.inline import links_of, without_links
from feedsvc.parser.labels import (
    field_named,
    names_aside,
    names_link,
    names_paper_link,
    names_part,
)
from feedsvc.parser.names import looks_like_authors
from feedsvc.parser.page import LineFacts, Page, is_part, is_title_label
from feedsvc.parser.title_text import TitleText, read_title

LOOKED_AT = 14
"""Lines with words below a title in which its fields stand."""
STRONG, MEDIUM, WEAK, NONE = 1.0, 0.9, 0.5, 0.0
LONGEST_TITLE = 400
SHORT_LINE = 80
"""Characters besides its links of a line that is no prose."""
LONGEST_REST = 160
"""Characters behind the link of a line that is a title and no prose."""
_SIGN = {"link", "authors", "votes", "date"}
_WORD = re.compile(r"\w")
_SENTENCE = re.compile(r"[.。！？!?](?:\s|$)|[。！？]|[:：]\s*$")
_BRACKET_LEAD = re.compile(
    r"(?:[^\w\s\[*]{1,4}\s*|[0-9]{4}(?:[-./][0-9]{1,2}){2}\s?[:：]\s?|\[[^\[\]]{1,60}\]\s*(?!\()|[0-9]{1,3}[.):、]\s*){1,4}"
)


class Evidence(Struct):
    """What speaks for a paper at a block."""

    weight: float = NONE
    """From NONE, nothing speaks for it, to STRONG."""
    paper: str | None = None
    """The one address of the paper that the evidence names."""
    is_group: bool = False
    """Whether it holds several papers, and none is its own."""
    is_none: bool = False
    """Whether it can't be a paper: it names a day, a part of a paper or an aside."""
    title: TitleText = TitleText("", "")


class Candidate(Struct):
    """A block with the lines that would be its paper's."""

    block: Block
    end: int
    """Index behind the last line."""
    own_end: int
    """Index behind the last line before the next heading that is no part of a paper."""
    evidence: Evidence

    @property
    def start(self) -> int:
        return self.block.index


class Ends(Struct, frozen=True):
    """Where the lines of a block end, for whom they are asked."""

    all: int
    own: int
    fields: int
    """Where a block inside begins that speaks for itself."""


def candidates(page: Page) -> list[Candidate]:
    """Every block that may begin a paper, with its lines and its evidence, in order."""
    ends = _ends(page)
    repeated = page.repeated
    aside = _asides(page)
    found = []
    inner = len(page.lines)  # where the next block stands that speaks for itself, no heading
    for block, (end, own_end) in zip(reversed(page.blocks), reversed(ends), strict=True):
        if block.index in aside:
            continue
        fields_end = min(own_end, inner)
        evidence = _evidence(page, block, Ends(end, own_end, fields_end), repeated)
        found.append(Candidate(block, end, own_end, evidence))
        if block.kind is not Kind.HEADING and evidence.weight >= MEDIUM:
            inner = block.index
    return found[::-1]


def _ends(page: Page) -> list[tuple[int, int]]:
    """Of each block the index behind its lines, and that behind those of its own."""
    lines_end = len(page.lines)
    repeated = page.repeated
    next_at = [lines_end] * 7  # by level of headings: the next one of that level or above
    own_end = lines_end
    next_other: dict[tuple[Kind, int], int] = {}
    next_heading = lines_end
    unindented = _text_ends(page)
    ends: list[tuple[int, int]] = []
    for block in reversed(page.blocks):
        if block.kind is Kind.HEADING:
            end = min(next_at[1 : block.level + 1])
            ends.append((end, min(own_end, end)))
            next_at[block.level] = block.index
            next_heading = block.index
            if not is_part(block, repeated):
                own_end = block.index
            next_other.clear()
        elif block.kind is Kind.ROW:
            end = (
                next(
                    (row.end for row in block.table.rows if row.start == block.index),
                    block.index + 1,
                )
                if block.table and False
                else block.index + 1
            )
            ends.append((end, end))
        elif block.kind is Kind.ITEM:
            stop = min(
                next_other.get((Kind.ITEM, level), lines_end) for level in range(block.level + 1)
            )
            end = min(
                stop, next_heading, unindented[block.last] if block.last < lines_end else lines_end
            )
            ends.append((end, end))
            next_other[Kind.ITEM, block.level] = block.index
        elif block.kind is Kind.SUMMARY:
            stop = min(
                next_other.get((Kind.SUMMARY, level), lines_end) for level in range(block.level + 1)
            )
            end = min(stop, own_end)
            ends.append((end, end))
            next_other[Kind.SUMMARY, block.level] = block.index
        else:
            end = min(next_other.get((block.kind, 0), lines_end), next_heading)
            ends.append((end, end))
            next_other[block.kind, 0] = block.index
    return ends[::-1]


def _text_ends(page: Page) -> list[int]:
    """Of each line the index of the next one that no list goes on to: text without indent."""
    ends = [len(page.lines)] * (len(page.lines) + 1)
    items = {block.index for block in page.blocks if block.kind is Kind.ITEM}
    for index in range(len(page.lines) - 1, 0, -1):
        line = page.lines[index]
        is_text = line[:1].strip() and index not in items and not page.lines[index - 1].strip()
        ends[index - 1] = index if is_text and not line.startswith("<") else ends[index]
    return ends


def _asides(page: Page) -> set[int]:
    """The indexes of blocks in sections that hold none of the digest's papers."""
    found: set[int] = set()
    level = 0
    for block in page.blocks:
        if block.kind is Kind.HEADING:
            if level and block.level <= level:
                level = 0
            if not level and names_aside(block.text) and "](" not in block.text:
                level = block.level
        elif block.kind is Kind.SUMMARY:
            level = 0
        if level:
            found.add(block.index)
    return found


def _evidence(page: Page, block: Block, ends: Ends, repeated: set[str]) -> Evidence:
    if block.kind is Kind.ROW:
        return _row_evidence(block)
    text = _title_source(page, block)
    title = read_title(_without_mark(block, text))
    words = f"{title.before} {title.words}".strip()
    evidence = Evidence(title=title)
    if (
        title.is_linked
        and title.address
        and (paper := paper_at(title.address))
        and _WORD.search(words)
    ):
        if block.kind is Kind.HEADING:
            evidence.weight, evidence.paper = STRONG, paper
            return evidence
    is_titled = title.is_linked
    if title.address and paper_at(title.address) and "[](" in block.text:
        evidence.weight, evidence.paper = STRONG, paper_at(title.address)
        return evidence
    if not _WORD.search(words) or (
        not is_titled
        and (
            is_part(block, repeated)
            or names_part(words)
            or names_aside(words)
            or _names_group(words)
        )
    ):
        evidence.is_none = True
        return evidence
    if names_time(title.words if is_titled else words):
        evidence.is_none = True
        return evidence
    if block.kind is not Kind.HEADING and not _may_be_title(block, text, title):
        return evidence
    return _weigh(page, block, ends, evidence)


def _names_group(text: str) -> bool:
    """Whether a heading is a label and a value, as `Keyword: SLAM`."""
    label, colon, value = text.partition(":") if ":" in text else text.partition("：")
    return bool(colon and value.strip()) and field_named(label) in {"tags", "date", "updated"}


def _title_source(page: Page, block: Block) -> str:
    """The text of a title; that of the next line where a heading is the label `Title:` alone."""
    text = block.text
    if block.kind is Kind.HEADING and is_title_label(text):
        for index in range(block.index + 1, min(block.index + 4, len(page.lines))):
            if page.lines[index].strip():
                block.last = index
                return page.lines[index].strip()
    return text


def _without_mark(block: Block, text: str) -> str:
    if block.kind is Kind.ITEM:
        mark, _, rest = text.partition(" ")
        return re.sub(r"^\[[ x]\]\s", "", rest) if mark in "-*+•" else text
    if block.kind is Kind.SUMMARY or block.kind is Kind.HEADING:
        return re.sub(r"^\s*(?:title|标题|제목|タイトル)\s*[:：]\s*", "", text, flags=re.IGNORECASE)
    return text.removeprefix(">").strip()


def _may_be_title(block: Block, text: str, title: TitleText) -> bool:
    """Whether an item, summary, bold line or line with a link looks like a title and no prose."""
    if block.kind in {Kind.BOLD, Kind.SUMMARY, Kind.LABEL}:
        return len(title.words) <= LONGEST_TITLE
    rest = _without_mark(block, text)
    if lead := _BRACKET_LEAD.match(rest):
        rest = rest[lead.end() :] or rest
    if field_named(re.split(r"[:：]", rest.strip("*_ "))[0].strip("*_ ")) and not rest.startswith(
        "["
    ):
        return False
    if block.kind is Kind.LINK:
        links = links_of(text)
        return (
            bool(links)
            and not names_link(links[0].plain_words)
            and len(text) - links[0].end < LONGEST_REST
        )
    if rest.startswith(("**", "__", "[", "<a ", "<b>", "<strong>", "《", "【")):
        return True
    return len(title.words) <= 200 and not _SENTENCE.search(title.words[:-1])


def _weigh(page: Page, block: Block, ends: Ends, evidence: Evidence) -> Evidence:
    title = evidence.title
    links = links_of(block.text)
    linked = title.is_linked
    in_title = next((link.paper for link in links if link.paper), None)
    if in_title:
        evidence.weight, evidence.paper = STRONG, in_title
        return evidence
    own_end, end = ends.own if block.kind is Kind.HEADING else ends.all, ends.all
    own, fields = _own_facts(page, block, ends.fields)
    if own:
        evidence.weight, evidence.paper = STRONG, own
        if linked and title.address and not _is_relative(title.address):
            evidence.paper = title.address
        return evidence
    papers = page.papers(block.last + 1, own_end)
    if linked and block.kind in {Kind.ITEM, Kind.LINK} and _is_prose(title.before):
        return evidence
    if linked and title.address:
        relative = _is_relative(title.address)
        evidence.weight = WEAK + 0.1 if relative else MEDIUM
        evidence.paper = title.address
        if relative and not _is_page(title.address):
            evidence.weight = NONE
        return evidence
    if fields & {"authors", "votes"} and (block.kind is Kind.HEADING or len(fields) > 1):
        evidence.weight = MEDIUM
        evidence.paper = papers[0] if len(papers) == 1 else None
        return evidence
    if len(papers) == 1 and page.papers(block.last + 1, end) == papers:
        evidence.weight, evidence.paper = WEAK, papers[0]
    else:
        evidence.is_group = len(page.papers(block.last + 1, end)) > 1
    return evidence


def _is_prose(before: str) -> bool:
    """Whether words stand before a link that are no number, day or bracket."""
    lead = _BRACKET_LEAD.match(before)
    return _WORD.search(before[lead.end() :] if lead else before) is not None


def _own_facts(page: Page, block: Block, end: int) -> tuple[str | None, set[str]]:
    """The paper that a labelled field or a line of links near the title names, and the fields."""
    fields: set[str] = set()
    paper: str | None = None
    looked = 0
    label: str | None = None
    for index in range(block.last + 1, min(end, block.last + 60)):
        line = page.lines[index]
        if not line.strip():
            continue
        looked += 1
        facts = page.facts(index)
        if line.lstrip("> ").startswith("|") and not facts.fields:  # a row speaks for itself
            continue
        if (heading := _label_heading(line)) is not None:
            label = heading
            fields.add(heading) if heading else None
            continue
        fields.update(each.field for each in facts.fields if each.field in _SIGN)
        if (
            label == "link"
            or (facts.is_link_line or (looked <= LOOKED_AT and _names_its_paper(line, facts)))
            or (looked <= LOOKED_AT and any(f.field == "link" for f in facts.fields))
        ):
            paper = paper or _paper_of_line(facts)
        if looked <= 2 and not facts.fields and looks_like_authors(line):
            fields.add("authors")
    return paper, fields


def _names_its_paper(line: str, facts: LineFacts) -> bool:
    """Whether a short line has a link to a paper among it that is called so (`PDF`, `논문`)."""
    named = any(
        link.paper and link.words and names_paper_link(link.plain_words) for link in facts.links
    )
    return named and len(without_links(line, facts.links)) <= SHORT_LINE


def _label_heading(line: str) -> str | None:
    if not line.startswith("#"):
        return None
    return field_named(line.lstrip("# ").rstrip(" :：#")) or ""


def _paper_of_line(facts: LineFacts) -> str | None:
    for link in facts.links:
        if link.paper and (
            not link.words or names_paper_link(link.plain_words) or len(facts.fields)
        ):
            return link.paper
    for each in facts.fields:
        if each.field == "link" and (address := address_of_id(each.value)):
            return address
    return next((link.paper for link in facts.links if link.paper), None)


def _row_evidence(block: Block) -> Evidence:
    table = block.table
    evidence = Evidence()
    if not table:
        return evidence
    index = title_column(table.roles, block.cells)
    if index is None:
        return evidence
    title = read_title(title_of_cell(block.cells[index]))
    evidence.title = title
    if not _WORD.search(title.words) or names_time(title.words):
        evidence.is_none = True
        return evidence
    links = [link for cell in block.cells for link in links_of(cell)]
    papers = [link.paper for link in links if link.paper]
    in_title = [link for link in links_of(block.cells[index])]
    if papers:
        own = next((link.paper for link in in_title if link.paper), None)
        evidence.paper = own or papers[0]
        is_named = table.roles[index] == "title" or own
        evidence.weight = STRONG if is_named else WEAK
    elif title.address and not _is_relative(title.address) and "title" in table.roles:
        evidence.weight, evidence.paper = MEDIUM, title.address
    elif "title" in table.roles and "authors" in table.roles:
        evidence.weight = MEDIUM
    return evidence


def title_column(roles: Sequence[str], cells: Sequence[str]) -> int | None:
    """The index of the cell with the title; None where none can be it."""
    named = [n for n, role in enumerate(roles[: len(cells)]) if role == "title"]
    for index in named:
        text = read_title(title_of_cell(cells[index])).words
        if _WORD.search(text) and not names_link(text):
            return index
    for index, cell in enumerate(cells):
        links = [link for link in links_of(cell) if link.paper and not names_link(link.plain_words)]
        if links and links[0].words:
            return index
    return None


def title_of_cell(cell: str) -> str:
    """The part of a cell that holds the title: what stands before a break, a fold or a remark."""
    text = re.split(r"<br\s?/?>|<details|<sub>", cell, maxsplit=1, flags=re.IGNORECASE)[0]
    text = re.split(r"[(（](?:read more|more|see)\b", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return text.strip()


def _is_relative(address: str) -> bool:
    return not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|(?:[\w-]+\.)+[a-z]+/", address)


def _is_page(address: str) -> bool:
    """Whether a relative address leads to a page of the same archive."""
    path = address.partition("#")[0].partition("?")[0].lower()
    if not path or path.startswith(("../", "/")):
        return False
    return path.endswith((".md", ".html", ".htm", "/")) or "." not in path.rpartition("/")[2]
