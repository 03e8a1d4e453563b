"""Reads digests in Markdown line by line, so that no open fence or tag swallows a neighbour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedsvc.model import Medium
from feedsvc.parser.draft import DayHeading, DraftPart, PaperDraft, StrayText
from feedsvc.parser.headings import Heading, begins_day, level_of_papers, names_paper, read_heading
from feedsvc.parser.media import MediaMention, media_in_html, take_pictures, watch_video
from feedsvc.parser.problems import Problems
from feedsvc.parser.summary import render_markdown

_CONFLICT_MARKER = re.compile(r"(<{7}|\|{7}|>{7})(?: .*)?|={7}")
_FRONT_MATTER_KEY = re.compile(r"[\w-]+\s*:|#|\s*$|\s+\S|- ")
_LONGEST_FRONT_MATTER = 100
_HTML_BLOCK = re.compile(
    r"\s*<(?:video|img|source|div|p|figure|picture|center|span|a)\b", re.IGNORECASE
)
_MEDIA_TAG = re.compile(r"<(?:img|video|source)\b", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"https?://\S+")
_LINKED_PICTURE = re.compile(r"\s*\[(!\[.*\)?)\]\(([^()]*)\)\s*")


def read_markdown(lines: Sequence[str], problems: Problems) -> Iterator[DraftPart]:
    """The headings of days and the papers of a digest, in the order of the file."""
    lines = _without_conflict_markers(_without_front_matter(lines), problems)
    headings = [
        heading
        for number, line in enumerate(lines, 1)
        if "#" in line[:4] and (heading := read_heading(line, number))
    ]
    level = level_of_papers(headings)
    starts = [
        heading for heading in headings if names_paper(heading, level) or begins_day(heading, level)
    ]
    first = starts[0].line if starts else len(lines) + 1
    yield from _stray(lines[: first - 1], 1)
    ends = [*(heading.line for heading in starts[1:]), len(lines) + 1]
    for heading, end in zip(starts, ends, strict=False):  # there may be no heading at all
        body = lines[heading.line : end - 1]
        if names_paper(heading, level):
            yield _read_paper(heading, body, problems)
        else:
            yield DayHeading(heading.line, heading.title)
            yield from _stray(body, heading.line + 1)


def _without_front_matter(lines: Sequence[str]) -> Sequence[str]:
    """The lines, those of YAML front matter emptied."""
    if lines[0].rstrip() != "---":
        return lines
    for number, line in enumerate(lines[1:_LONGEST_FRONT_MATTER], 1):
        if line.rstrip() in {"---", "..."}:
            return [""] * (number + 1) + list(lines[number + 1 :])
        if not _FRONT_MATTER_KEY.match(line):
            break
    return lines


def _without_conflict_markers(lines: Sequence[str], problems: Problems) -> Sequence[str]:
    """The lines, the marks that an unfinished merge left behind emptied."""
    if not any(line.startswith("<<<<<<<") for line in lines):
        return lines
    kept = []
    for number, line in enumerate(lines, 1):
        if marker := _CONFLICT_MARKER.fullmatch(line):
            problems.report(number, "conflict-marker", found=marker[0])
        kept.append("" if marker else line)
    return kept


def _stray(lines: Sequence[str], first: int) -> Iterator[StrayText]:
    """The first line of text among those that belong to no paper."""
    for number, line in enumerate(lines, first):
        if re.search(r"\w", line) and not read_heading(line, number):
            yield StrayText(number, line)
            return


def _read_paper(heading: Heading, body: Sequence[str], problems: Problems) -> PaperDraft:
    draft = PaperDraft(heading.line, heading.title, heading.address)
    if not heading.is_closed:
        problems.report(heading.line, "open-link", title=heading.title)
    if heading.rest:
        problems.report(heading.line, "heading-text", found=heading.rest, title=heading.title)
    summary = [heading.rest, ""] if heading.rest else []
    position = 0
    while position < len(body):
        line, number = body[position], heading.line + 1 + position
        if block := _media_block(body, position, number):
            draft.media += block.mentions
            summary += [block.text] if block.text else []
            position += block.lines
            continue
        if not draft.take_field(line, number, problems):
            mentions, text = take_pictures(line, number)
            draft.media += mentions
            if text.strip() or not mentions:
                summary.append(text)
        position += 1
    draft.summary = render_markdown(_without_last_heading(summary))
    return draft


@dataclass(frozen=True, slots=True)
class _MediaBlock:
    """Lines that are there for a medium, and the text among them."""

    lines: int
    mentions: Sequence[MediaMention]
    text: str = ""


def _media_block(body: Sequence[str], position: int, number: int) -> _MediaBlock | None:
    """What stands at `position`, if it is a block of media; `number` is its line in the file."""
    line = body[position]
    if line.lstrip()[:1] not in {"[", "<", "h"}:
        return None
    if linked := _LINKED_PICTURE.fullmatch(line):
        return _MediaBlock(1, take_pictures(linked[1], number)[0])
    mentions = watch_video(line, number)
    if mentions:
        return _MediaBlock(1, mentions)
    if mentions is not None:
        return _video_below(body, position, number)
    if _HTML_BLOCK.match(line):
        block = _html_block(body, position)
        if _MEDIA_TAG.search(block):
            return _MediaBlock(block.count("\n") + 1, *media_in_html(block, number))
    return None


def _video_below(body: Sequence[str], position: int, number: int) -> _MediaBlock:
    """A `[Watch Video]` without an address, with the bare address that may follow it."""
    for lines, line in enumerate(body[position + 1 :], 2):
        if _BARE_ADDRESS.fullmatch(line.strip()):
            mention = MediaMention(number + lines - 1, line.strip(), Medium.VIDEO)
            return _MediaBlock(lines, [mention])
        if line.strip():
            break
    return _MediaBlock(1, [])


def _html_block(body: Sequence[str], position: int) -> str:
    """The lines of HTML from `position` on: up to a blank line, or to text outside a tag."""
    block = body[position]
    for line in body[position + 1 :]:
        is_inside_tag = block.rfind("<") > block.rfind(">")
        if not line.strip() or not (is_inside_tag or line.lstrip().startswith("<")):
            break
        block += "\n" + line
    return block


def _without_last_heading(summary: list[str]) -> list[str]:
    """The lines without headings at their end: those name a group of the papers that follow."""
    while summary and (not summary[-1].strip() or read_heading(summary[-1], 0)):
        summary.pop()
    return summary
