"""Reads digests that are HTML files: the same headings, fields and media, as tags."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag

from feedsvc.parser.draft import DayHeading, DraftPart, PaperDraft, StrayText
from feedsvc.parser.headings import Heading, begins_day, level_of_papers, names_paper
from feedsvc.parser.media import take_media, watch_video
from feedsvc.parser.problems import Problems

# bs4 on lxml tells no line numbers, so the tags that begin a block carry their own.
_LINE = "data-feedsvc-line"
_BLOCK_TAG = re.compile(r"<(h[1-6]|p|li|ul|ol|div)(?=[\s/>])", re.IGNORECASE)

_NOT_CONTENT = ["script", "style", "template", "noscript", "head", "nav", "iframe", "object"]
_CONTAINERS = {"html", "body", "main", "article", "section", "div", "header", "footer", "a"}
_STANDALONE = {"p", "ul", "ol", "dl", "table", "pre", "blockquote", "figure", "div", "section"}
_INSIDE_CONTAINERS = re.compile(
    r"h[1-6]|p|ul|ol|dl|div|section|article|table|pre|blockquote|figure|main"
)


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of content that is no heading."""

    line: int
    tag: Tag


def read_html(lines: Sequence[str], problems: Problems) -> Iterator[DraftPart]:
    """The headings of days and the papers of a digest, in the order of the file."""
    soup = BeautifulSoup("\n".join(_with_line_numbers(lines)), "lxml")
    if soup.title:
        yield DayHeading(1, soup.title.get_text(" ", strip=True), is_title=True)
    for tag in soup(_NOT_CONTENT):
        tag.decompose()
    parts = list(_parts(soup))
    level = level_of_papers([part for part in parts if isinstance(part, Heading)])
    for start, inside in _groups(parts, level):
        if isinstance(start, PaperDraft):
            _read_paper(start, inside, problems)
            yield start
            continue
        if start:
            yield start
        for part in inside:
            if isinstance(part, _Block) and (text := part.tag.get_text(" ", strip=True)):
                yield StrayText(part.line, text)


def _groups(
    parts: Sequence[Heading | _Block], level: int
) -> Iterator[tuple[PaperDraft | DayHeading | None, list[Heading | _Block]]]:
    """Each paper and each day with what stands below its heading; first what has none."""
    start: PaperDraft | DayHeading | None = None
    inside: list[Heading | _Block] = []
    for part in parts:
        if isinstance(part, Heading) and (begun := _start(part, level)):
            yield start, inside
            start, inside = begun, []
        else:
            inside.append(part)
    yield start, inside


def _start(heading: Heading, level: int) -> PaperDraft | DayHeading | None:
    """What a heading begins; None for one inside a paper."""
    if names_paper(heading, level):
        return PaperDraft(heading.line, heading.title, heading.address)
    if begins_day(heading, level):
        return DayHeading(heading.line, heading.title)
    return None


def _with_line_numbers(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        yield _BLOCK_TAG.sub(rf'<\1 {_LINE}="{number}"', line) if "<" in line else line


def _is_heading(tag: Tag) -> bool:
    return re.fullmatch("h[1-6]", tag.name) is not None


def _parts(soup: BeautifulSoup) -> Iterator[Heading | _Block]:
    """The headings and blocks in document order. Not recursive: tags may nest without end."""
    line = 1
    waiting: list[Iterator[object]] = [iter(list(soup.children))]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
        elif isinstance(node, Tag):
            line = int(str(node.get(_LINE) or line))
            if _is_heading(node):
                yield _heading(node, line)
            elif node.name in _CONTAINERS and node.find(_INSIDE_CONTAINERS):
                waiting.append(iter(list(node.children)))
            elif node.name in _STANDALONE:
                yield _Block(line, node)
            else:
                yield _Block(line, node.wrap(soup.new_tag("p")))
        elif type(node) is NavigableString and node.strip():
            yield _Block(line, node.wrap(soup.new_tag("p")))


def _heading(tag: Tag, line: int) -> Heading:
    link = tag.find("a", href=True) or tag.find_parent("a", href=True)
    title = (link if link and link in tag.descendants else tag).get_text(" ", strip=True)
    address = str(link["href"]) if isinstance(link, Tag) else None
    return Heading(line, int(tag.name[1]), " ".join(title.split()), address)


def _read_paper(draft: PaperDraft, inside: Sequence[Heading | _Block], problems: Problems) -> None:
    for part in inside:
        if isinstance(part, _Block):
            _read_block(draft, part, problems)
        else:
            draft.summary += f"<h4>{html.escape(part.title)}</h4>"


def _read_block(draft: PaperDraft, block: _Block, problems: Problems) -> None:
    tag, line = block.tag, block.line
    link = tag.find("a", href=True)
    if isinstance(link, Tag) and link.get_text(strip=True) == tag.get_text(strip=True):
        text = tag.get_text(" ", strip=True).strip("[]")
        if mentions := watch_video(f"[{text}]({link['href']})", line):
            draft.media += mentions
            return
    mentions, _ = take_media(tag, line)
    draft.media += mentions
    if tag.name in {"ul", "ol"}:
        for item in tag.find_all("li", recursive=False):
            if draft.take_field(item.get_text(" ", strip=True), line, problems):
                item.decompose()
    else:
        _take_lines(draft, tag, line, problems)
    if tag.get_text(strip=True):
        draft.summary += str(tag)


def _take_lines(draft: PaperDraft, tag: Tag, line: int, problems: Problems) -> None:
    """Takes the fields of a paragraph whose lines `<br>` parts."""
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    lines = [" ".join(text.split()) for text in tag.get_text().split("\n")]
    left = [text for text in lines if not draft.take_field(text, line, problems)]
    if len(left) < len(lines):
        tag.string = "\n".join(left)
