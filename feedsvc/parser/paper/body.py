"""The lines below a paper's title: its fields and media are taken, the rest is its summary."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct, field

from feedsvc.model import Medium
from feedsvc.parser.blocks.headings import fenced_lines
from feedsvc.parser.blocks.thematic_breaks import is_thematic_break
from feedsvc.parser.lines.bylines import byline_of, labelled_byline_of
from feedsvc.parser.lines.fields import read_field
from feedsvc.parser.lines.labelled import labelled
from feedsvc.parser.lines.names import (
    Authors,
    author_text,
    look_like_names,
    looks_like_authors,
    read_authors,
)
from feedsvc.parser.paper.draft import PaperDraft
from feedsvc.parser.paper.layout import (
    has_media_tag,
    logical_lines,
    without_block_tags,
    without_layout_tags,
)
from feedsvc.parser.paper.media import take_media
from feedsvc.parser.paper.mentions import MediaMention
from feedsvc.parser.paper.summary import render_markdown
from feedsvc.parser.source.text import FENCES, has
from feedsvc.parser.units.evidence import LOOKED_AT
from feedsvc.parser.vocabulary.homes import address_of_id, paper_at
from feedsvc.parser.vocabulary.labels import names_part
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

_COMMENT = compile_later(r"\s*(?:<!--(?:(?!-->).)*-->\s*)+")
_NO_NAME = compile_later(r"\s*(?:[-*+#>!<\[]|[0-9]+[.)]|$)")
_WATCH_VIDEO_ABOVE = compile_later(
    r"\[\s?watch\s(?:the\s)?video\s?\]:?\s?(https?://\S+)?", re.IGNORECASE
)
_BARE_ADDRESS = compile_later(r"https?://\S+")
_FOLD = compile_later(
    r"</?(?:details|summary)(?:\s[^<>]{0,200})?/?>|<a\s(?:id|name)\s?=[^<>]{0,200}>(?:\s?</a\s?>)?",
    re.IGNORECASE,
)
_SUMMARY_LINE = compile_later(
    r"\s{0,8}(?:<details[^<>]{0,200}>\s?)?<summary(?:\s[^<>]{0,200})?>(?P<words>.*?)(?:</summary\s?>|$)(?P<rest>.*)",
    re.IGNORECASE,
)
_HEADING_MARK = re.compile(r"#{2,6} ")
_NUMBER = compile_later(r"[0-9]{1,3}(?:\.[0-9]+)?")
LONGEST_SCORE = 30
LINES_OF_AUTHORS = 2
"""Lines with words below a title in which names without a label stand."""


class Body(Struct, frozen=True):
    """The lines of a paper below its title, with their numbers in the file."""

    lines: Sequence[str]
    numbers: Sequence[int]
    may_be_one_name: bool = False
    """Whether the file's papers have their authors right below the title, so that one name does."""
    knows_names: bool = False
    """Whether the title tells the authors, so that a line of more than names has none."""


def read_body(draft: PaperDraft, body: Body, rest: str, longest: int, problems: Problems) -> None:
    """Fills the draft from the lines of its paper; what is too long is left out and reported."""
    lines = _without_rules(body.lines)
    kept, beyond = _cut(lines, longest)
    reader = _BodyReader(draft, problems, body.may_be_one_name, body.knows_names)
    if draft.beside and not _repeats_score(draft.beside, kept):
        reader.summary += [draft.beside, ""]
    if rest:
        reader.take_text(rest, draft.line)
        reader.summary.append("")
    reader.read(_with_whole_authors(kept), body.numbers)
    draft.summary = render_markdown(reader.summary)
    if kept is not lines:
        problems.report(draft.line, "too-long", part="text", title=draft.title, most=longest)
        numbers = body.numbers[len(lines) - len(beyond) : len(lines)]
        for number, line in zip(numbers, beyond, strict=True):
            draft.take_field(line, number, problems)


def _repeats_score(score: str, lines: Sequence[str]) -> bool:
    """Whether a text says the same score: `Score: 8` below `[8.0/10]`."""
    number = _NUMBER.search(score)
    if not number:
        return False
    whole, _, part = number[0].partition(".")
    digits = re.escape(f"{whole}.{part}" if part.strip("0") else whole)
    said = re.compile(rf"(?<![\d.]){digits}(?:\.0+)?(?!\.?\d)")
    return any(
        said.search(field.value[:LONGEST_SCORE]) is not None
        for line in lines
        for field in labelled(line)
        if field.field in {"score", "tags"}
    )


def _names(text: str) -> Authors | None:
    """The authors that a text names; None where it rather is a sentence."""
    try:
        authors = read_authors(text)
    except ValueError:
        return None
    return authors if authors.names and look_like_names(authors) else None


def is_comment(line: str) -> bool:
    """Whether a line holds nothing that is to be seen."""
    return line.lstrip().startswith("<!--") and _COMMENT.fullmatch(line) is not None


def _without_rules(lines: Sequence[str]) -> Sequence[str]:
    """The lines without the rule that parts a paper from the next one, and empty lines there."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or is_thematic_break(lines[end - 1])):
        end -= 1
    return lines[:end]


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
    """Takes fields and media out of the lines below a paper's title; the rest is summary."""

    draft: PaperDraft
    problems: Problems
    may_be_one_name: bool = False
    knows_names: bool = False
    summary: list[str] = field(default_factory=list)
    _video_line: int = 0
    """Of a `[Watch Video]` whose address is to come; 0 where none is."""
    _seen: int = 0
    """How many lines with words came already."""

    def read(self, body: Sequence[str], numbers: Sequence[int]) -> None:
        whole = "\n".join(body)
        fenced = fenced_lines(body) if has(whole, *FENCES) else ()
        has_tags = "<" in whole and any(map(has_media_tag, body))
        for index, line in logical_lines(body) if has_tags else enumerate(body):
            if not line or index in fenced:
                self.summary.append(line)
                continue
            if "<" in line:
                line = without_block_tags(unfolded(line))  # noqa: PLW2901
            if not self._take(line, numbers[index]):
                text = without_layout_tags(line) if has_tags else line
                text = self._without_names(text) if text else text
                if text is not None:
                    self.take_text(text, numbers[index])
            self._seen += bool(line.strip())
        self._end_wait_for_video()

    def take_text(self, line: str, number: int) -> None:
        """Takes a line of summary; what its media leave of it stays."""
        mentions, text = take_media(line, number)
        self.draft.media += mentions
        if text.strip() or not mentions:
            self.summary.append(text)

    def _take(self, line: str, number: int) -> bool:
        """Whether the line is none of the summary's."""
        stripped = line.strip()
        if stripped.startswith("[") and (watch := _WATCH_VIDEO_ABOVE.fullmatch(stripped)):
            self._end_wait_for_video()
            self._video_line = number
            return self._take_video(watch[1], number) if watch[1] else True
        if self._video_line and stripped:
            if _BARE_ADDRESS.fullmatch(stripped):
                return self._take_video(stripped, number)
            self._end_wait_for_video()
        if is_comment(line) or self.draft.take_field(line, number, self.problems):
            return True
        if self._is_own_address(stripped):
            return True
        return self._take_names(line)

    def _is_own_address(self, text: str) -> bool:
        """Whether a line is nothing but the paper's address or id, to which its title leads."""
        if " " in text or ":" not in text or "](" in text or not self.draft.address:
            return False
        text = text.removeprefix("<").removesuffix(">")
        own = paper_at(self.draft.address)
        return own is not None and own in {paper_at(text), paper_at(address_of_id(text) or "")}

    def _take_names(self, line: str) -> bool:
        """Whether the line is a list of names right below the title."""
        if self._seen >= LINES_OF_AUTHORS or self.draft.authors.names:
            return False
        line = _HEADING_MARK.sub("", line, count=1)
        if not looks_like_authors(line, may_be_one=self.may_be_one_name and not self._seen):
            return False
        self.draft.authors = read_authors(author_text(line))
        self.draft.fields_seen.add("authors")
        return True

    def _without_names(self, line: str) -> str | None:
        """The line without the names that it has beside other things right below the title."""
        if not self.draft.authors.names and self._seen < LOOKED_AT:
            labelled_byline = labelled_byline_of(line)
            authors = _names(labelled_byline.names) if labelled_byline else None
            if labelled_byline and authors:
                self.draft.authors = authors
                self.draft.fields_seen.add("authors")
                return labelled_byline.left
        if self._seen >= LINES_OF_AUTHORS or self.knows_names or self.draft.authors.names:
            return line
        byline = byline_of(line, may_be_one=self.may_be_one_name and not self._seen)
        if not byline:
            return line
        self.draft.authors = read_authors(byline.names)
        return None if self._is_own_address(byline.left) else byline.left

    def _take_video(self, address: str, number: int) -> bool:
        self.draft.media.append(MediaMention(number, address, Medium.VIDEO))
        self._video_line = 0
        return True

    def _end_wait_for_video(self) -> None:
        if self._video_line:
            self.problems.report(self._video_line, "no-video", title=self.draft.title)
        self._video_line = 0


def unfolded(line: str) -> str:
    """The line without the tags that fold text; what a fold is called becomes bold."""
    if found := _SUMMARY_LINE.fullmatch(line):
        words = re.sub(r"</?(?:b|strong|i|em|h[1-6])>", "", found["words"]).strip()
        words = words if not words or names_part(words) is None else f"**{words.strip('*')}**"
        line = f"{words} {found['rest']}".strip()
    return _FOLD.sub("", line)


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
    return line.rstrip().endswith(",")


def _is_name(line: str) -> bool:
    return not _NO_NAME.match(line) and not read_field(line)
