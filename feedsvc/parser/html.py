"""Reads digests that are HTML files: the same headings, fields and media, as tags.

The source is cut at its headings and each piece is parsed alone, so that no open tag swallows a
neighbour.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from bs4 import BeautifulSoup, Tag

from feedsvc.parser.draft import DayHeading, DraftPart, PaperDraft, StrayText
from feedsvc.parser.headings import (
    Heading,
    begins_day,
    level_of_papers,
    names_paper,
    without_number,
)
from feedsvc.parser.media import take_media
from feedsvc.parser.media_tags import media_of
from feedsvc.parser.problems import Problems

MOST_TAGS = 2000
"""In one piece. What has more is no digest, and of it only the text is taken."""

_INVISIBLE = {"<!--": "-->", "<script": "</script>", "<style": "</style>", "<nav": "</nav>"}
"""What is no content, by what it begins and ends with; not where the end is missing."""

_INVISIBLE_START = re.compile("|".join(map(re.escape, _INVISIBLE)), re.IGNORECASE)
_HEADING = re.compile(r"(?:<a\b[^<>]*>\s*)?<h[1-6]\b[^<>]*>", re.IGNORECASE)
_HEADING_NAME = re.compile(r"h[1-6]")
_PAGE_TITLE = re.compile(r"<title\b[^<>]*>([^<>]*)", re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*>?")
_NOT_A_TAG = re.compile(r"<(?![a-zA-Z/][^<>]*>)")
_TAG = re.compile(r"<[^<>]*>")
# Tags whose content a parser takes for something other than text and tags.
_RAW_TEXT_TAG = re.compile(
    r"</?(?:script|style|textarea|title|xmp|plaintext|noscript|noframes|noembed|template|iframe"
    r"|object|embed|svg|math|select|option|button|head|html|body|frameset)\b[^<>]*>",
    re.IGNORECASE,
)
_LINE_TAGS = ["p", "li", "div", "dd", "dt", "td", "section", "article", "span"]
_BLOCK_TAGS = ["p", "ul", "ol", "dl", "div", "table", "pre", "blockquote", "section", "article"]
_PARAGRAPH_TAGS = ["div", "section", "article", "figure", "figcaption", "main", "center"]


def read_html(lines: Sequence[str], problems: Problems) -> Iterator[DraftPart]:
    """The headings of days and the papers of a digest, in the order of the file."""
    source = "\n".join(lines)
    if title := _PAGE_TITLE.search(source):
        yield DayHeading(1, html.unescape(title[1]), is_title=True)
    source = _without_invisible(source)
    cuts = [found.start() for found in _HEADING.finditer(source)]
    preface = source[: cuts[0] if cuts else len(source)]
    if text := _parse(_PAGE_TITLE.sub("", preface)).get_text(" ", strip=True):
        yield StrayText(1, text)
    pieces = []
    line, position = 1, 0
    for cut, end in zip(cuts, [*cuts[1:], len(source)], strict=False):
        line, position = line + source.count("\n", position, cut), cut
        pieces.append(_piece(source[cut:end], line))
    level = level_of_papers([heading for heading, _ in pieces])
    yield from _drafts(pieces, level, problems)


def _drafts(
    pieces: Sequence[tuple[Heading, Tag]], level: int, problems: Problems
) -> Iterator[DraftPart]:
    draft: PaperDraft | None = None
    for heading, body in pieces:
        is_paper, is_day = names_paper(heading, level), begins_day(heading, level)
        if draft and (is_paper or is_day):
            yield draft
        if is_paper:
            draft = PaperDraft(heading.line, heading.title, heading.address)
            if heading.rest:
                facts = {"found": heading.rest, "title": heading.title}
                problems.report(heading.line, "heading-text", **facts)
                draft.summary = f"<p>{html.escape(heading.rest)}</p>"
        elif is_day:
            draft = None
            yield DayHeading(heading.line, heading.title)
        elif draft:
            draft.summary += f"<h4>{html.escape(f'{heading.title} {heading.rest}'.strip())}</h4>"
        if draft:
            _read_body(draft, body, heading.line, problems)
        elif text := body.get_text(" ", strip=True):
            yield StrayText(heading.line, text)
    if draft:
        yield draft


def _without_invisible(source: str) -> str:
    """The source without comments and the like; their line ends stay, to count lines by."""
    kept, position = [], 0
    without_end = set()
    for found in _INVISIBLE_START.finditer(source):
        opener = found[0].lower()
        if found.start() < position or opener in without_end:
            continue
        end = re.compile(re.escape(_INVISIBLE[opener]), re.IGNORECASE).search(source, found.end())
        if not end:
            without_end.add(opener)
            continue
        line_ends = source.count("\n", found.start(), end.start())
        kept += [source[position : found.start()], "\n" * line_ends]
        position = end.end()
    return "".join([*kept, source[position:]])


def _parse(markup: str) -> Tag:
    """The parsed piece. What is open in it, or looks like a tag and is none, becomes text."""
    markup = _RAW_TEXT_TAG.sub(" ", _DECLARATION.sub(" ", markup))
    if markup.count("<") > MOST_TAGS:
        markup = _TAG.sub(" ", markup)
    markup = _NOT_A_TAG.sub("&lt;", markup)
    return BeautifulSoup(f"<div>{markup}</div>", "lxml")


def _piece(markup: str, line: int) -> tuple[Heading, Tag]:
    """A heading and all that stands behind it up to the next one."""
    soup = _parse(markup)
    tag = soup.find(_HEADING_NAME)
    if not isinstance(tag, Tag):
        return Heading(line, 6, ""), soup
    link = tag.find("a", href=True) or tag.find_parent("a", href=True)
    address = str(link["href"]) if isinstance(link, Tag) else None
    level = int(tag.name[1])
    before, title, after = "", _text(tag), ""
    if isinstance(link, Tag) and tag.find("a"):
        title = _text(link)
        link.replace_with("\0")
        before, _, after = _text(tag).partition("\0")
    tag.decompose()
    return Heading(line, level, without_number(before, title), address, after.strip()), soup


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())


def _read_body(draft: PaperDraft, body: Tag, line: int, problems: Problems) -> None:
    _take_media(draft, body, line)
    for line_break in body("br"):
        line_break.insert_before("\n")
    for tag in body(_LINE_TAGS):
        if not tag.find(_BLOCK_TAGS):
            _take_fields(draft, tag, line, problems)
    for tag in reversed(body(_PARAGRAPH_TAGS)):
        tag.name = "p" if not tag.find(_BLOCK_TAGS) else "div"
    for tag in body(["p", "li", "ul", "ol"]):
        if not tag.decomposed and not tag.get_text(strip=True):
            tag.decompose()
    if body.get_text(strip=True):
        draft.summary += "".join(str(child) for child in body.children)


def _take_media(draft: PaperDraft, body: Tag, line: int) -> None:
    for link in body.find_all("a", href=True):
        mentions, text = take_media(f"[{_text(link).strip('[]')}]({link['href']})", line)
        if mentions and not text:
            draft.media += mentions
            link.decompose()
    draft.media += media_of(body, line)
    for medium in body(["img", "video"]):
        medium.decompose()


def _take_fields(draft: PaperDraft, tag: Tag, line: int, problems: Problems) -> None:
    """Takes the fields among the lines of a tag that holds no other block."""
    lines = [" ".join(text.split()) for text in tag.get_text().split("\n")]
    left = [text for text in lines if not (text and draft.take_field(text, line, problems))]
    if len(left) == len(lines):
        return
    if any(left):
        tag.string = "\n".join(left)
    else:
        tag.decompose()
