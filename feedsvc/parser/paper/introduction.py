"""What a digest says of a day besides its papers: the editor's note, trends, must-reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from feedsvc.model import Introduction
from feedsvc.parser.blocks.headings import read_heading
from feedsvc.parser.blocks.tables import Table
from feedsvc.parser.days.dates import ImpossibleDateError, date_in_heading
from feedsvc.parser.days.day_words import names_day_alone, names_time
from feedsvc.parser.paper.body import is_comment, unfolded
from feedsvc.parser.paper.media import take_media
from feedsvc.parser.paper.summary import render_markdown, sanitise
from feedsvc.parser.vocabulary.labels import names_aside

_ANCHOR = re.compile(r"\]\(<?#|href=[\"']?#")
_DEFINITION = re.compile(r"\s{0,3}\[[^\[\]]{1,200}\]:\s")
_TAG = re.compile(r"<[^<>]{1,500}>")
_RULE = re.compile(r"[-*_=\s]*")
_WORD = re.compile(r"\w")
_RAW = re.compile(r"\{%.{0,40}%\}")


class Introductions:
    """Collects the lines between papers, and gives them to the day of the paper that follows."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._heads: set[int] = set()
        self._waiting: list[str] = []
        self._by_day: dict[date, list[str]] = {}

    def pass_tables(self, tables: Iterable[Table | None]) -> None:
        """The heads of these tables, whose rows are papers, are no introduction."""
        for table in tables:
            if table:
                self._heads.update((table.start, table.start + 1))

    def take(self, lines: Sequence[str], start: int, end: int) -> None:
        """Lines that belong to no paper, from `start` to before `end`."""
        if start >= end:
            return
        kept = [line for n, line in enumerate(lines[start:end], start) if n not in self._heads]
        self._waiting += _worth_showing(kept)

    def begin(self, day: date) -> None:
        """The lines taken belong to this day."""
        if self._waiting:
            self._by_day.setdefault(day, []).extend([*self._waiting, ""])
        self._waiting = []

    def of_days(self, last: date | None) -> tuple[Introduction, ...]:
        """What was collected; what no paper followed belongs to the `last` day."""
        if last and self._waiting:
            self.begin(last)
        made = (
            Introduction(day, sanitise(render_markdown(self._within(lines))))
            for day, lines in self._by_day.items()
        )
        return tuple(each for each in made if each.html)

    def _within(self, lines: Sequence[str]) -> list[str]:
        kept: list[str] = []
        length = 0
        for line in lines:
            length += len(line) + 1
            if length > self._longest:
                break
            kept.append(line)
        return kept


def _worth_showing(lines: Sequence[str]) -> list[str]:
    """The lines without contents, asides, headings that name a day or stand above no text."""
    kept: list[str] = []
    heading = ""
    level = 0
    for line in lines:
        found = read_heading(line)
        if found:
            level = 0 if level and found[0] <= level else level
            if not level and names_aside(found[1]):
                level = found[0]
            heading = "" if level or _names_day(found[1]) or "](" in found[1] else line
            continue
        text = _shown(line) if not level else ""
        if text and heading and _WORD.search(text):
            kept += [heading, ""]
            heading = ""
        if text or (kept and kept[-1]):
            kept.append(text)
    return kept if any(_WORD.search(line) for line in kept) else []


def _shown(line: str) -> str:
    """The line as it is shown; empty for one that only leads elsewhere or is hidden."""
    if _RULE.fullmatch(line) or is_comment(line) or _ANCHOR.search(line) or _DEFINITION.match(line):
        return ""
    text = unfolded(line) if "<" in line else line
    if "<" in line and (not _WORD.search(_TAG.sub("", line)) or names_time(text.strip("* "))):
        return ""
    if names_day_alone(text.strip(" *_>"), is_item=True):
        return ""
    return _RAW.sub("", take_media(text, 0)[1]).rstrip()


def _names_day(heading: str) -> bool:
    """Whether a heading has a day in it, and so repeats what the page says above."""
    try:
        return date_in_heading(heading) is not None or names_time(heading)
    except ImpossibleDateError:
        return True
