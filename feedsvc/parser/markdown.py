"""Reads digests in Markdown line by line, so that no open fence or tag swallows a neighbour."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from feedsvc.model import Medium
from feedsvc.parser.draft import DayHeading, DraftPart, PaperDraft, StrayText
from feedsvc.parser.fields import read_field
from feedsvc.parser.headings import (
    Heading,
    begins_day,
    level_of_papers,
    names_paper,
    read_heading,
)
from feedsvc.parser.layout import has_media_tag, logical_lines, without_layout_tags
from feedsvc.parser.media import MediaMention, take_media
from feedsvc.parser.problems import Problems
from feedsvc.parser.summary import render_markdown

_CONFLICT_MARKER = re.compile(r"(<{7}|\|{7}|>{7})(?: .*)?|={7}")
_COMMENT = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_MATTER_KEY = re.compile(r"(?!.*\]\()(?:[\w-]+\s*:|#(?!#)|\s*$|\s+\S|- )")
_LONGEST_FRONT_MATTER = 100
_NO_NAME = re.compile(r"\s*(?:[-*+#>!<\[]|[0-9]+[.)]|$)")
FIELDS_WITHIN = 6
"""Lines below a paper's heading in which its picture, votes or authors begin."""

_WATCH_VIDEO_ABOVE = re.compile(
    r"\s*\[\s*watch\s+(?:the\s+)?video\s*\]:?\s*(https?://\S+)?\s*", re.IGNORECASE
)
_BARE_ADDRESS = re.compile(r"https?://\S+")


def read_markdown(lines: Sequence[str], problems: Problems) -> Iterator[DraftPart]:
    """The headings of days and the papers of a digest, in the order of the file."""
    lines = _without_conflict_markers(_without_front_matter(lines), problems)
    headings = _headings(lines)
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
            yield _read_paper(heading, body, level, problems)
        else:
            yield DayHeading(heading.line, heading.title)
            yield from _stray(body, heading.line + 1)


def _headings(lines: Sequence[str]) -> list[Heading]:
    """The headings outside code. A fence that would hide a link's heading is no fence."""
    found = [
        heading
        for number, line in enumerate(lines, 1)
        if "#" in line[:4] and (heading := read_heading(line, number))
    ]
    linked = {heading.line - 1 for heading in found if heading.address is not None}
    fenced = _fenced(lines, linked)
    return [
        replace(heading, has_fields=_has_fields(lines[heading.line : heading.line + FIELDS_WITHIN]))
        for heading in found
        if heading.line - 1 not in fenced
    ]


def _has_fields(lines: Sequence[str]) -> bool:
    """Whether a picture or a field stands in the lines, before the next heading."""
    before_heading = takewhile(lambda line: not line.startswith("#"), lines)
    return any(line.startswith("![") or read_field(line) for line in before_heading)


def _fenced(lines: Sequence[str], borders: Collection[int] = ()) -> set[int]:
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
        if re.search(r"\w", line) and not read_heading(line, number) and not _is_comment(line):
            yield StrayText(number, line)
            return


def _read_paper(
    heading: Heading, body: Sequence[str], level: int, problems: Problems
) -> PaperDraft:
    draft = PaperDraft(heading.line, heading.title, heading.address)
    body = _with_whole_authors(body)
    if not heading.is_closed:
        problems.report(heading.line, "open-link", title=heading.title)
    summary: list[str] = []
    if heading.rest:
        problems.report(heading.line, "heading-text", found=heading.rest, title=heading.title)
        summary = [heading.rest, ""]
    fenced = _fenced(body)
    has_tags = any(map(has_media_tag, body))
    is_below_watch_video = False
    for index, line in logical_lines(body) if has_tags else enumerate(body):
        number = heading.line + 1 + index
        if index in fenced:
            summary.append(line)
        elif watch := _WATCH_VIDEO_ABOVE.fullmatch(line):
            is_below_watch_video = not watch[1]
            draft.media += [MediaMention(number, watch[1], Medium.VIDEO)] if watch[1] else []
        elif is_below_watch_video and _BARE_ADDRESS.fullmatch(line.strip()):
            draft.media.append(MediaMention(number, line.strip(), Medium.VIDEO))
            is_below_watch_video = False
        elif not (_is_comment(line) or draft.take_field(line, number, problems)):
            summary += _take_text(draft, without_layout_tags(line) if has_tags else line, number)
            is_below_watch_video = is_below_watch_video and not line.strip()
    draft.summary = render_markdown(_without_group_heading(summary, level))
    return draft


def _with_whole_authors(body: Sequence[str]) -> Sequence[str]:
    """The lines, those on which a list of authors goes on after a comma joined to its first."""
    joined: list[str] = []
    first = -1
    for index, line in enumerate(body):
        goes_on = first >= 0 and joined[first].rstrip().endswith(",")
        if goes_on and not _NO_NAME.match(line) and not read_field(line):
            joined[first] += line
            joined.append("")
            continue
        found = read_field(line) if line.rstrip().endswith(",") else None
        first = index if found and found.name == "authors" else -1
        joined.append(line)
    return joined


def _is_comment(line: str) -> bool:
    return "<!--" in line and _COMMENT.fullmatch(line) is not None


def _take_text(draft: PaperDraft, line: str | None, number: int) -> list[str]:
    """The line of summary that a line leaves when its media are taken, if it leaves one."""
    if line is None:
        return []
    mentions, text = take_media(line, number)
    draft.media += mentions
    return [text] if text.strip() or not mentions else []


def _without_group_heading(summary: list[str], level: int) -> list[str]:
    """The lines without a heading at their end that names the group of papers which follows."""
    while summary:
        heading = read_heading(summary[-1], 0)
        if summary[-1].strip() and (not heading or heading.level > level):
            break
        summary.pop()
    return summary
