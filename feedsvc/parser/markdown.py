"""Reads digests in Markdown line by line, so that no open fence or tag swallows a neighbour."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, takewhile

from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc.model import Medium
from feedsvc.parser.draft import DayHeading, DraftPart, MediaMention, PaperDraft, StrayText
from feedsvc.parser.fields import read_field
from feedsvc.parser.headings import (
    Heading,
    begins_day,
    level_of_papers,
    names_paper,
    read_heading,
    read_hidden_heading,
)
from feedsvc.parser.layout import has_media_tag, logical_lines, without_layout_tags
from feedsvc.parser.media import take_media
from feedsvc.parser.problems import Problems
from feedsvc.parser.summary import render_markdown

_CONFLICT_MARKER = re.compile(r"(<{7}|\|{7}|>{7})(?: .*)?|={7}")
_COMMENT = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_MATTER_LINE = re.compile(r"(?!.*\]\()(?:[\w-]+\s*:|#(?!#)|\s*$|\s+\S|- )")
_FRONT_MATTER_KEY = re.compile(r"[\w-]+\s*:")
_LONGEST_FRONT_MATTER = 100
_NO_NAME = re.compile(r"\s*(?:[-*+#>!<\[]|[0-9]+[.)]|$)")
FIELDS_WITHIN = 6
"""Lines below a paper's heading in which its picture, votes or authors begin."""

_WATCH_VIDEO_ABOVE = re.compile(
    r"\s*\[\s*watch\s+(?:the\s+)?video\s*\]:?\s*(https?://\S+)?\s*", re.IGNORECASE
)
_BARE_ADDRESS = re.compile(r"https?://\S+")


def read_markdown(
    lines: Sequence[str], longest_paper: int, problems: Problems
) -> Iterator[DraftPart]:
    """The headings of days and the papers of a digest, in the order of the file.

    What a paper has beyond `longest_paper` characters is left out and reported.
    """
    lines = _without_conflict_markers(_without_front_matter(lines), problems)
    headings = _headings(lines)
    level = level_of_papers([heading for heading in headings if not heading.is_hidden])
    starts = [
        heading for heading in headings if names_paper(heading, level) or begins_day(heading, level)
    ]
    first = starts[0].line if starts else len(lines) + 1
    yield from _stray(lines[: first - 1], 1)
    ends = [*(heading.line for heading in starts[1:]), len(lines) + 1]
    for heading, end in zip(starts, ends, strict=False):  # there may be no heading at all
        body = lines[heading.line : end - 1]
        if names_paper(heading, level):
            _report_heading(heading, problems)
            body = _without_group_headings(body, heading.line + 1, level, problems)
            yield _read_paper(heading, body, longest_paper, problems)
        else:
            yield DayHeading(heading.line, heading.title)
            yield from _stray(body, heading.line + 1)


def _headings(lines: Sequence[str]) -> list[Heading]:
    """The headings outside code. A fence that would hide a link's heading is no fence."""
    found = [
        heading
        for number, line in enumerate(lines, 1)
        if "#" in line
        and (heading := read_heading(line, number) or read_hidden_heading(line, number))
    ]
    linked = {
        heading.line - 1
        for heading in found
        if heading.address is not None and not heading.is_hidden
    }
    fenced = _fenced(lines, linked)
    return [
        _with_signs(heading, lines[heading.line : heading.line + FIELDS_WITHIN])
        for heading in found
        if heading.line - 1 not in fenced
    ]


def _with_signs(heading: Heading, lines: Sequence[str]) -> Heading:
    """The heading with what the lines below it, before the next heading, tell of it."""
    has_fields = False
    for line in takewhile(lambda line: not line.startswith("#"), lines):
        found = read_field(line)
        if found and found.is_sign:
            return replace(heading, has_fields=True, has_votes=True)
        has_fields = has_fields or found is not None or line.startswith("![")
    return replace(heading, has_fields=True) if has_fields else heading


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
            # Without a key these are two rules, and what stands between them may name the day.
            has_key = any(map(_FRONT_MATTER_KEY.match, lines[1:number]))
            return [""] * (number + 1) + list(lines[number + 1 :]) if has_key else lines
        if not _FRONT_MATTER_LINE.match(line):
            break
    return lines


def _without_conflict_markers(lines: Sequence[str], problems: Problems) -> Sequence[str]:
    """The lines, the marks that an unfinished merge left behind emptied."""
    if not any(line.startswith(("<<<<<<<", ">>>>>>> ")) for line in lines):
        return lines
    kept = []
    for number, line in enumerate(lines, 1):
        if marker := _CONFLICT_MARKER.fullmatch(line):
            problems.report(number, "conflict-marker", found=marker[0])
        kept.append("" if marker else line)
    return kept


def _stray(lines: Sequence[str], first: int) -> Iterator[StrayText]:
    """Of lines that belong to no paper the first with text and each heading with a link."""
    has_text = False
    for number, line in enumerate(lines, first):
        heading = read_heading(line, number)
        is_text = not heading and re.search(r"\w", line) and not _is_comment(line)
        if (heading and heading.address is not None) or (is_text and not has_text):
            yield StrayText(number, line)
        has_text = has_text or bool(is_text)


def _report_heading(heading: Heading, problems: Problems) -> None:
    if heading.is_hidden:
        problems.report(heading.line, "hidden-heading", title=heading.title)
    if not heading.is_closed:
        problems.report(heading.line, "open-link", title=heading.title)
    if heading.rest:
        problems.report(heading.line, "heading-text", found=heading.rest, title=heading.title)


def _without_group_headings(
    body: Sequence[str], first: int, level: int, problems: Problems
) -> Sequence[str]:
    """A paper's lines without what names the group of papers that follows; links are reported."""
    end = len(body)
    while end:
        line = body[end - 1]
        heading = read_heading(line, first + end - 1) if "#" in line else None
        is_group = heading is not None and heading.level <= level
        if not is_group and line.strip() and not _is_comment(line):
            break
        if heading and heading.address is not None:
            problems.report(heading.line, "stray-text", found=line)
        end -= 1
    return body[:end]


def _read_paper(
    heading: Heading, body: Sequence[str], longest: int, problems: Problems
) -> PaperDraft:
    draft = PaperDraft(heading.line, heading.title, heading.address)
    kept, rest = _cut(body, longest)
    reader = _BodyReader(draft, problems)
    if heading.rest:
        reader.take_text(heading.rest, heading.line)
        reader.summary.append("")
    reader.read(_with_whole_authors(kept), heading.line + 1)
    draft.summary = render_markdown(reader.summary)
    if kept is not body:
        problems.report(heading.line, "too-long", part="text", title=heading.title, most=longest)
        for number, line in enumerate(rest, heading.line + 1 + len(body) - len(rest)):
            draft.take_field(line, number, problems)
    return draft


def _cut(body: Sequence[str], longest: int) -> tuple[Sequence[str], Sequence[str]]:
    """The lines up to `longest` characters, and those behind; `body` itself if that is all.

    A line is cut only where it alone is longer.
    """
    if sum(map(len, body)) + len(body) <= longest:
        return body, ()
    ends = [*accumulate((len(line) + 1 for line in body), initial=0)]
    count = bisect_right(ends, longest) - 1
    if count < len(body) and len(body[count]) > longest:
        return [*body[:count], body[count][: longest - ends[count]]], body[count + 1 :]
    return body[:count], body[count:]


class _BodyReader(Struct):
    """Takes fields and media out of the lines below a paper's heading; the rest is summary."""

    draft: PaperDraft
    problems: Problems
    summary: list[str] = field(default_factory=list)
    _video_line: int = 0
    """Of a `[Watch Video]` whose address is to come; 0 where none is."""

    def read(self, body: Sequence[str], first: int) -> None:
        fenced = _fenced(body)
        has_tags = any(map(has_media_tag, body))
        for index, line in logical_lines(body) if has_tags else enumerate(body):
            if not line or index in fenced:
                self.summary.append(line)
            elif not self._take(line, first + index):
                text = without_layout_tags(line) if has_tags else line
                if text is not None:
                    self.take_text(text, first + index)
        self._end_wait_for_video()

    def take_text(self, line: str, number: int) -> None:
        """Takes a line of summary; what its media leave of it stays."""
        mentions, text = take_media(line, number)
        self.draft.media += mentions
        if text.strip() or not mentions:
            self.summary.append(text)

    def _take(self, line: str, number: int) -> bool:
        """Whether the line is none of the summary's."""
        if "[" in line and (watch := _WATCH_VIDEO_ABOVE.fullmatch(line)):
            self._end_wait_for_video()
            self._video_line = number
            return self._take_video(watch[1], number) if watch[1] else True
        if self._video_line and line.strip():
            if _BARE_ADDRESS.fullmatch(line.strip()):
                return self._take_video(line.strip(), number)
            self._end_wait_for_video()
        return _is_comment(line) or self.draft.take_field(line, number, self.problems)

    def _take_video(self, address: str, number: int) -> bool:
        self.draft.media.append(MediaMention(number, address, Medium.VIDEO))
        self._video_line = 0
        return True

    def _end_wait_for_video(self) -> None:
        if self._video_line:
            self.problems.report(self._video_line, "no-video", title=self.draft.title)
        self._video_line = 0


def _with_whole_authors(body: Sequence[str]) -> Sequence[str]:
    """The lines, those on which a list of authors goes on after a comma joined to its first."""
    if not any(map(_ends_in_comma, body)):
        return body
    joined = list(body)
    index = 0
    while index < len(body):
        count = _lines_of_authors(body, index)
        if count > 1:
            end = index + count
            joined[index:end] = ["".join(body[index:end]), *[""] * (count - 1)]
        index += count
    return joined


def _lines_of_authors(body: Sequence[str], index: int) -> int:
    """How many lines the list of authors takes up that begins at `index`; 1 where none does."""
    end = index + 1
    if not _ends_in_comma(body[index]):
        return 1
    found = read_field(body[index])
    if found and found.name == "authors":
        while _ends_in_comma(body[end - 1]) and end < len(body) and _is_name(body[end]):
            end += 1
    return end - index


def _ends_in_comma(line: str) -> bool:
    return "," in line and line.rstrip().endswith(",")


def _is_name(line: str) -> bool:
    return not _NO_NAME.match(line) and not read_field(line)


def _is_comment(line: str) -> bool:
    return "<!--" in line and _COMMENT.fullmatch(line) is not None
