"""A digest's lines in one form, whatever the file is written in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from feedsvc.parser.source.front_matter import FrontMatter, read_front_matter
from feedsvc.parser.source.html_invisible import without_invisible
from feedsvc.parser.source.html_source import html_to_lines
from feedsvc.parser.source.mail_records import MARK, with_plain_records
from feedsvc.parser.source.plain_markdown import may_have_second_ways, plain_markdown
from feedsvc.parser.source.site_marks import may_have_site_marks, without_site_marks
from feedsvc.parser.source.tables_in_html import with_plain_tables
from feedsvc.parser.source.text import has
from feedsvc.parser.source.whole_fence import without_whole_fence
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

_CONFLICT_MARKS = ("<<<<<<<", ">>>>>>> ")
_CONFLICT_MARKER = compile_later(r"(<{7}|\|{7}|>{7})(?: .*)?|={7}")


class Source(Struct):
    """The lines that are read, as Markdown, each with its number in the file."""

    lines: Sequence[str]
    numbers: Sequence[int]
    title: str = ""
    """Of an HTML page, what its `<title>` says."""
    front: FrontMatter = field(default_factory=FrontMatter)


def source_of(lines: Sequence[str], problems: Problems, *, is_html: bool) -> Source:
    """The lines of a digest; HTML becomes the lines that Markdown would have."""
    if is_html:
        page = html_to_lines(without_invisible("\n".join(lines), problems))
        return Source(page.lines, page.numbers, page.title)
    front, lines = read_front_matter(without_whole_fence(lines))
    lines = without_whole_fence(lines) if front else lines
    text = "\n".join(lines)
    if has(text, *_CONFLICT_MARKS):
        lines = _without_conflict_markers(lines, problems)
        text = "\n".join(lines)
    for may_apply, written in _REWRITINGS:
        if may_apply(text):
            lines = written(lines)
            text = "\n".join(lines)
    numbers: Sequence[int] = range(1, len(lines) + 1)
    if "<" in text:
        lines, numbers = with_plain_tables(lines, numbers)
    return Source(lines, numbers, front=front)


_REWRITINGS: Sequence[tuple[Callable[[str], bool], Callable[[Sequence[str]], Sequence[str]]]] = (
    (lambda text: has(text, MARK), with_plain_records),
    (may_have_site_marks, without_site_marks),
    (may_have_second_ways, plain_markdown),
)
"""What is written as plain Markdown, in order, and whether a text may have it at all."""


def _without_conflict_markers(lines: Sequence[str], problems: Problems) -> Sequence[str]:
    """The lines, the marks that an unfinished merge left behind emptied."""
    if not any(line.startswith(_CONFLICT_MARKS) for line in lines):
        return lines
    kept = []
    for number, line in enumerate(lines, 1):
        if marker := _CONFLICT_MARKER.fullmatch(line):
            problems.report(number, "conflict-marker", found=marker[0])
        kept.append("" if marker else line)
    return kept
