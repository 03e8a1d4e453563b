"""Digest text to papers and problems. Raises nothing on text, reads no file, knows no feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from feedsvc.model import Digest
from feedsvc.parser.assemble import assemble
from feedsvc.parser.dates import ImpossibleDateError, date_in_heading, date_in_path
from feedsvc.parser.draft import DayHeading, DraftPart, PaperDraft, StrayText
from feedsvc.parser.markdown import read_markdown
from feedsvc.parser.problems import Problems
from feedsvc.parser.text import read_lines

LONGEST_PAPER = 200_000
"""Characters of a paper's text, as written; only a mistake makes one longer."""


def _read_html(lines: Sequence[str], longest_paper: int, problems: Problems) -> Iterator[DraftPart]:
    from feedsvc.parser.html import read_html  # noqa: PLC0415 - slow to load, and rare

    return read_html(lines, longest_paper, problems)


READERS = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
}
"""What reads a digest, by its file's suffix in lower case."""


def parse_digest(
    path: str, data: bytes, media_base: str = "", *, longest_paper: int = LONGEST_PAPER
) -> Digest:
    """The papers of one digest and what is odd about it.

    `path` is relative to the folder of digests and ends in a key of READERS; the date in it wins
    over the headings'. Relative pictures are resolved against `media_base`, if there is one. What
    the text of a paper has beyond `longest_paper` characters is left out and reported.
    """
    problems = Problems(path)
    lines = read_lines(data, problems)
    reader = READERS["." + path.rpartition(".")[2].lower()]
    papers = tuple(
        assemble(draft, day, path, media_base, problems)
        for draft, day in _Days(path, problems).dated(reader(lines, longest_paper, problems))
    )
    return Digest(path, papers, problems.in_order())


class _Days:
    """Gives each paper its day: the path's, else that of the heading above it."""

    def __init__(self, path: str, problems: Problems) -> None:
        self._problems = problems
        self._path_day = self._read(date_in_path, path, 1, "the headings alone name the day")
        self._seen: set[date] = set()
        self._stray: list[StrayText] = []
        self._undated: PaperDraft | None = None
        self._papers = 0
        self.current = self._path_day

    def dated(self, parts: Iterable[DraftPart]) -> Iterator[tuple[PaperDraft, date]]:
        """The papers with their days; what belongs to no paper or no day is reported."""
        for part in parts:
            if isinstance(part, DayHeading):
                self._begin(part)
            elif isinstance(part, StrayText):
                self._stray.append(part)
            elif self.current:
                self._papers += 1
                yield part, self.current
            else:
                self._undated = self._undated or part
        self._report_what_is_left()

    def _begin(self, heading: DayHeading) -> None:
        outcome = f"what follows went to {self.current or 'no day and is left out'}"
        day = self._read(date_in_heading, heading.text, heading.line, outcome)
        if not day or (heading.is_title and self._path_day):
            return
        if self._path_day and day != self._path_day:
            facts = {"heading": day, "path": self._path_day}
            self._problems.report(heading.line, "date-mismatch", **facts)
            return
        if day in self._seen:
            self._problems.report(heading.line, "double-heading", day=day)
        if not heading.is_title:
            self._seen.add(day)
        self.current = day

    def _report_what_is_left(self) -> None:
        if self._undated:
            self._problems.report(self._undated.line, "no-date")
        if self.current:  # a file without a date and without papers is no digest
            for stray in self._stray:
                self._problems.report(stray.line, "stray-text", found=stray.text)
            if not self._papers:
                self._problems.report(1, "no-papers", day=self.current)

    def _read(
        self, read: Callable[[str], date | None], text: str, line: int, outcome: str
    ) -> date | None:
        try:
            return read(text)
        except ImpossibleDateError as error:
            self._problems.report(line, "bad-date", found=error, outcome=outcome)
            return None
