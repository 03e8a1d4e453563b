"""Reads digests that are HTML files: the same headings, fields and media, as tags.

The source is cut at its headings and each piece is parsed alone, so that no open tag swallows a
neighbour.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement
from msgspec.structs import replace

from feedsvc.parser.draft import DayHeading, DraftPart, PaperDraft, StrayText
from feedsvc.parser.fields import read_field
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
"""In one piece. What has more is no digest, and of the rest only the text is taken."""

_COMMENT = "!--"
_INVISIBLE = re.compile(
    r"<(?:(?P<begins>!--(?!-?>)|(?:script|style|nav)(?=[\s/>]))|/(?P<ends>script|style|nav)\s*>)"
    r"|--!?>",
    re.IGNORECASE | re.ASCII,
)
"""Where something begins or ends that is no content."""

_HEADING = re.compile(r"(?:<a\s[^<>]*>\s*)?<h[1-6](?:[\s/][^<>]*)?>", re.IGNORECASE | re.ASCII)
_LINKED_HEADING = re.compile(
    r"<a\s[^<>]*>\s*<h[1-6][\s/>]|<h[1-6](?:[\s/][^<>]*)?>(?:[^<]|<(?!/?h[1-6]|a\s))*<a\s",
    re.IGNORECASE | re.ASCII,
)
_HEADING_END = re.compile(r"</h[1-6]\s*>", re.IGNORECASE)
_HEADING_NAMES = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LOOKED_AT = 2000
"""Characters of a piece in which its votes or authors begin."""
_PAGE_TITLE = re.compile(r"<title\b[^<>]*>([^<>]*)", re.IGNORECASE)
_DECLARATION = re.compile(r"<!--|<[!?][^<>]*>?")
_NOT_A_TAG = re.compile(r"<(?![a-zA-Z/][^<>]*>)")
_TAG = re.compile(r"<[^<>]*>")
_TAG_START_OR_LINE_END = re.compile(r"\n|<[a-zA-Z][^\s<>/]*(?=[\s/>])")
_LINE = "data-line"
"""The attribute that carries each tag's line through the parser; the sanitiser takes it out."""
# Tags whose content a parser takes for something other than text and tags.
_RAW_TEXT_TAG = re.compile(
    r"</?(?:script|style|textarea|title|xmp|plaintext|noscript|noframes|noembed|template|iframe"
    r"|object|embed|svg|math|select|option|button|head|html|body|frameset)\b[^<>]*>",
    re.IGNORECASE,
)
_LINE_TAGS = {"p", "li", "div", "dd", "dt", "td", "section", "article", "span"}
_BLOCK_TAGS = {"p", "ul", "ol", "dl", "div", "table", "pre", "blockquote", "section", "article"}
_PARAGRAPH_TAGS = {"div", "section", "article", "figure", "figcaption", "main", "center"}


def read_html(lines: Sequence[str], longest_paper: int, problems: Problems) -> Iterator[DraftPart]:
    """The headings of days and the papers of a digest, in the order of the file.

    What a paper has beyond `longest_paper` characters is left out and reported.
    """
    source = "\n".join(lines)
    if title := _PAGE_TITLE.search(source):
        yield DayHeading(1, html.unescape(title[1]), is_title=True)
    source = _without_invisible(source, problems)
    cuts = [found.start() for found in _HEADING.finditer(source)]
    preface = _cut(source[: cuts[0] if cuts else len(source)], longest_paper)
    preface = _with_fewer_tags(_PAGE_TITLE.sub("", preface))
    if text := _parse(preface, 1).get_text(" ", strip=True):
        yield StrayText(1, text)
    pieces = []
    line, position = 1, 0
    for cut, end in zip(cuts, [*cuts[1:], len(source)], strict=False):
        line, position = line + source.count("\n", position, cut), cut
        pieces.append(_piece(source[cut:end], line, longest_paper, problems))
    level = level_of_papers([heading for heading, _ in pieces])
    yield from _drafts(pieces, level, longest_paper, problems)


def _drafts(
    pieces: Sequence[tuple[Heading, Tag]], level: int, longest: int, problems: Problems
) -> Iterator[DraftPart]:
    draft: PaperDraft | None = None
    for heading, body in pieces:
        is_paper, is_day = names_paper(heading, level), begins_day(heading, level)
        if draft and (is_paper or is_day):
            yield draft
            draft = None
        if is_paper:
            draft = _begin_draft(heading, problems)
        elif draft and len(draft.summary) > longest:
            _report_length(heading, longest, problems)
            continue
        elif draft:
            draft.summary += f"<h4>{_linked_words(heading)}</h4>"
        if draft:
            _read_body(draft, body, heading.line, problems)
        else:
            yield from _parts_of_no_paper(heading, body, is_day=is_day)
    if draft:
        yield draft


def _parts_of_no_paper(heading: Heading, body: Tag, *, is_day: bool) -> Iterator[DraftPart]:
    """The day's heading, or what stands before the first paper."""
    if is_day:
        yield DayHeading(heading.line, heading.title)
    elif heading.address is not None:
        yield StrayText(heading.line, heading.title)
    if text := body.get_text(" ", strip=True):
        yield StrayText(heading.line, text)


def _begin_draft(heading: Heading, problems: Problems) -> PaperDraft:
    draft = PaperDraft(heading.line, heading.title, heading.address)
    if heading.rest:
        problems.report(heading.line, "heading-text", found=heading.rest, title=heading.title)
        draft.summary = f"<p>{html.escape(heading.rest)}</p>"
    return draft


def _report_length(heading: Heading, longest: int, problems: Problems) -> None:
    problems.report(heading.line, "too-long", part="text", title=heading.title, most=longest)


def _linked_words(heading: Heading) -> str:
    """A heading inside a paper's text."""
    words = html.escape(heading.title)
    if heading.address is not None:
        words = f'<a href="{html.escape(heading.address)}">{words}</a>'
    return f"{words} {html.escape(heading.rest)}".strip()


def _without_invisible(source: str, problems: Problems) -> str:
    """The source without comments and the like; their line ends stay, to count lines by.

    What isn't closed, or only behind the next one like it or behind a paper's heading, is no such
    thing but text that forgot its end. A comment around whole papers is meant, and reported.
    """
    kept = []
    line, counted, position = 1, 0, 0
    for start, end in _invisible_parts(source):
        if start < position:
            continue
        line, counted = line + source.count("\n", counted, start), start
        content = source[start:end]
        hides_paper = _LINKED_HEADING.search(content) is not None
        if not content or (hides_paper and not _HEADING.match(content[4:].lstrip())):
            opener = _INVISIBLE.match(source, start)
            problems.report(line, "open-tag", found=opener[0] if opener else "")
            continue
        if hides_paper:
            problems.report(line, "hidden-paper")
        kept += [source[position:start], "\n" * content.count("\n")]
        position = end
    return "".join([*kept, source[position:]])


def _invisible_parts(source: str) -> list[tuple[int, int]]:
    """Where each begins and ends, in order; one without an end ends where it begins."""
    parts = []
    opened: dict[str, int] = {}
    for found in _INVISIBLE.finditer(source):
        if found["begins"]:
            name = found["begins"].lower()
            if name in opened:
                parts.append((opened[name], opened[name]))
            opened[name] = found.start()
        else:
            name = (found["ends"] or _COMMENT).lower()
            if name in opened:
                parts.append((opened.pop(name), found.end()))
    return sorted([*parts, *((start, start) for start in opened.values())])


def _parse(markup: str, line: int) -> Tag:
    """The parsed piece. What is open in it, or looks like a tag and is none, becomes text."""
    markup = _NOT_A_TAG.sub("&lt;", _RAW_TEXT_TAG.sub(" ", _DECLARATION.sub(" ", markup)))

    def with_line(found: re.Match[str]) -> str:
        nonlocal line
        if found[0] == "\n":
            line += 1
            return "\n"
        return f'{found[0]} {_LINE}="{line}"'

    numbered = _TAG_START_OR_LINE_END.sub(with_line, markup)
    return BeautifulSoup(f"<div>{numbered}</div>", "lxml")


def _piece(markup: str, line: int, longest: int, problems: Problems) -> tuple[Heading, Tag]:
    """A heading and all that stands behind it up to the next one."""
    end = _HEADING_END.search(markup)
    short = _cut(markup, (end.end() if end else 0) + longest)
    parsed = _with_fewer_tags(short)
    soup = _parse(parsed, line)
    heading = replace(_heading(soup, line), has_votes=_has_votes(markup))
    if short is not markup:
        _report_length(heading, longest, problems)
    if parsed is not short:
        problems.report(line, "too-many-tags", title=heading.title, most=MOST_TAGS)
    return heading, soup


def _cut(markup: str, longest: int) -> str:
    """The markup up to `longest` characters, at a line end where there is one in the last half."""
    if len(markup) <= longest:
        return markup
    end = max(markup.rfind("\n", longest // 2, longest), 0) or longest
    tag = markup.rfind("<", 0, end)
    return markup[: tag if tag > markup.rfind(">", 0, end) else end]


def _with_fewer_tags(markup: str) -> str:
    """The markup without the tags behind the first MOST_TAGS; itself if that is all."""
    if markup.count("<") <= MOST_TAGS:
        return markup
    tags = list(islice(_TAG.finditer(markup), MOST_TAGS + 1))
    if len(tags) <= MOST_TAGS:
        return markup
    end = tags[-1].start()
    return markup[:end] + _TAG.sub(" ", markup[end:])


def _has_votes(markup: str) -> bool:
    """Whether votes or authors stand among the first lines."""
    lines = _TAG.sub("\n", markup[:_LOOKED_AT]).split("\n")
    return any(found.is_sign for text in lines if (found := read_field(text)))


def _heading(soup: Tag, line: int) -> Heading:
    """The heading of a piece, which is taken out."""
    tag = next(iter(_tags(soup, _HEADING_NAMES)), None)
    if not tag:
        return Heading(line, 6, "")
    level = int(tag.name[1])
    link, around = next(iter(_links(tag)), None), tag.find_parent("a", href=True)
    before, title, after = "", _text(tag), ""
    address = str(around["href"]) if around else None
    if link:
        address, title = str(link["href"]), _text(link)
        link.replace_with("\0")
        before, _, after = _text(tag).partition("\0")
    tag.decompose()
    if around:
        around.unwrap()
    return Heading(line, level, without_number(before, title), address, after.strip())


def _tags(root: Tag, names: Collection[str]) -> list[Tag]:
    """The tags of these names below `root`; Beautiful Soup's own search is ten times as slow."""
    return [node for node in root.descendants if isinstance(node, Tag) and node.name in names]


def _links(root: Tag) -> list[Tag]:
    return [tag for tag in _tags(root, {"a"}) if tag.has_attr("href")]


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())


def _line_of(tag: Tag, default: int) -> int:
    """The line of a tag; `default` for one that the parser added."""
    return int(str(tag.get(_LINE) or default))


def _read_body(draft: PaperDraft, body: Tag, line: int, problems: Problems) -> None:
    _take_media(draft, body, line)
    for line_break in _tags(body, {"br"}):
        line_break.insert_before("\n")
    holders = _holders_of_blocks(body)
    for tag in _tags(body, _LINE_TAGS):
        if id(tag) not in holders and not _is_span_of_span(tag):
            _take_fields(draft, tag, _line_of(tag, line), problems)
    holders = _holders_of_blocks(body)
    for tag in reversed(_tags(body, _PARAGRAPH_TAGS)):
        tag.name = "div" if id(tag) in holders else "p"
        _add_parents(tag, holders)
    worded: set[int] = set()
    for text in body.strings:
        if text.strip():
            _add_parents(text, worded)
    for tag in _tags(body, {"p", "li", "ul", "ol"}):
        if id(tag) not in worded and not tag.decomposed:
            tag.decompose()
    if worded:
        draft.summary += "".join(str(child) for child in body.children)


def _holders_of_blocks(body: Tag) -> set[int]:
    """The ids of the tags that hold a block."""
    holders: set[int] = set()
    for block in _tags(body, _BLOCK_TAGS):
        _add_parents(block, holders)
    return holders


def _add_parents(node: PageElement, holders: set[int]) -> None:
    for parent in node.parents:
        if id(parent) in holders:
            break
        holders.add(id(parent))


def _is_span_of_span(tag: Tag) -> bool:
    """Whether the tag is part of a line; to read each of many nested spans takes too long."""
    return tag.name == "span" and tag.parent is not None and tag.parent.name == "span"


def _take_media(draft: PaperDraft, body: Tag, line: int) -> None:
    for link in _links(body):
        markdown = f"[{_text(link).strip('[]')}]({link['href']})"
        mentions, text = take_media(markdown, _line_of(link, line))
        if mentions and not text:
            draft.media += mentions
            link.decompose()
    if media := _tags(body, {"img", "video"}):
        draft.media += media_of(body, lambda tag: _line_of(tag, line))
    for medium in media:
        medium.decompose()


def _take_fields(draft: PaperDraft, tag: Tag, line: int, problems: Problems) -> None:
    """Takes the fields among the lines of a tag that holds no other block."""
    lines = [" ".join(text.split()) for text in tag.get_text().split("\n")]
    left = [text for text in lines if not (text and draft.take_field(text, line, problems))]
    if len(left) == len(lines):
        return
    if any(left):
        tag.clear(decompose=True)
        tag.string = "\n".join(left)
    else:
        tag.decompose()
