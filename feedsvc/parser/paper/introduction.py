"""What a digest says of a day besides its papers: the editor's note, trends, must-reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby

from feedsvc.model import Introduction
from feedsvc.parser.blocks.headings import read_heading
from feedsvc.parser.blocks.tables import Table, cells_of
from feedsvc.parser.days.dates import ImpossibleDateError, date_in_heading
from feedsvc.parser.days.day_words import names_day_alone, names_time
from feedsvc.parser.lines.inline import links_of, without_links
from feedsvc.parser.paper.body import is_comment, unfolded
from feedsvc.parser.paper.media import take_media
from feedsvc.parser.paper.summary import render_markdown, sanitise
from feedsvc.parser.source.text import FENCES
from feedsvc.parser.units.units import Unit
from feedsvc.parser.vocabulary.labels import names_aside, names_link, plain_label
from feedsvc.patterns import compile_later

_ANCHOR = compile_later(r"\]\(<?#|href=[\"']?#")
_DEFINITION = compile_later(r"\s{0,3}\[[^\[\]]{1,200}\]:\s")
_TAG = compile_later(r"<[^<>]{1,500}>")
_RULE = re.compile(r"[-*_=\s]*")
_WORD = compile_later(r"\w")
_RAW = compile_later(
    r"\{%.{0,40}%\}|\[\[?toc\]?\]|\{:.{0,40}\}|(?<=> )\[!\w{1,20}\][-+]?", re.IGNORECASE
)
_LAYOUT = compile_later(
    r"</?(?:p|div|center|span|font|small|u|b|i|em|strong|h[1-6])(?:\s[^<>]{0,200})?>", re.IGNORECASE
)
_STRUCTURE = ("|", *FENCES)
"""What rows of tables and fences of code begin with."""
_LETTER = compile_later(r"[^\W\d_]")
_LABEL = compile_later(r"^\W{0,6}[^\W\d_]{1,10}(?:\s(?:id|link))?\s?[*_]{0,2}[:：]", re.IGNORECASE)
_ITEM = re.compile(r"\s{0,12}(?:[-*+]|[0-9]{1,3}[.)])\s+")
_LINK = compile_later(r"\[([^\[\]]{1,200})\]\([^()]{0,500}\)")
_LINKED_PICTURE = compile_later(r"\[!\[[^\[\]]{0,200}\]\([^()]{0,500}\)\]\([^()]{0,500}\)")
_COUNT = compile_later(
    r"[\s(（\[·|:：—–-]{1,6}[0-9]{1,5}\s?(?:papers?|items?|篇|편|件|本|개|건)?[)）\]]?\s?$",
    re.IGNORECASE,
)
HALF = 0.5
LOOKED_AT = 400


class Introductions:
    """Collects the lines between papers, and gives them to the day of the paper that follows.

    Lists and tables that repeat the `names` of its papers and topics are none of it.
    """

    def __init__(self, longest: int, names: Collection[str] = ()) -> None:
        self._longest = longest
        self._named = names
        self._passed: set[int] = set()
        self._waiting: list[str] = []
        self._by_day: dict[date, list[str]] = {}

    @cached_property
    def _names(self) -> frozenset[str]:
        """Worked out where a list or a table stands between papers, which few digests have."""
        return frozenset(map(plain_label, self._named))

    def pass_tables(self, tables: Iterable[Table | None]) -> None:
        """The heads of these tables, whose rows are papers, are no introduction."""
        for table in tables:
            if table:
                self._passed.update((table.start, table.start + 1))

    def pass_own(self, units: Iterable[Unit]) -> None:
        """What stands above the titles of these papers is their own, and an imprint nobody's."""
        for unit in units:
            self._passed.update(unit.imprint)
            if unit.lead:
                self._passed.update(range(unit.lead.start, unit.block.index))

    def take(self, lines: Sequence[str], start: int, end: int) -> None:
        """Lines that belong to no paper, from `start` to before `end`."""
        if start >= end:
            return
        kept = [line for n, line in enumerate(lines[start:end], start) if n not in self._passed]
        self._waiting += _worth_showing(self._without_contents(kept))

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

    def _without_contents(self, lines: Sequence[str]) -> Sequence[str]:
        """The lines without items and tables that list names which stand in the digest itself."""
        kept: list[str] = []
        for is_table, group in groupby(lines, key=lambda line: line.startswith("|")):
            rows = list(group)
            if is_table:
                known = sum(any(map(self._is_named, cells_of(row))) for row in rows[2:])
                kept += [] if known and known >= HALF * len(rows[2:]) else rows
            else:
                kept += [row for row in rows if not (_ITEM.match(row) and self._is_named(row))]
        return kept

    def _is_named(self, text: str) -> bool:
        """Whether a piece of text is one of the names, with a link or a count of papers at most."""
        words = _LINK.sub(r"\1", _ITEM.sub("", text[:LOOKED_AT], count=1)).replace("*", "")
        shown = {plain_label(words), plain_label(_COUNT.sub("", words))}
        return not self._names.isdisjoint(shown)

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
            is_shown = not level and not _names_day(found[1]) and "](" not in found[1]
            heading = f"{'#' * found[0]} {found[1]}" if is_shown else ""
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
    if line.startswith(_STRUCTURE):
        return line.rstrip()
    if _leads_elsewhere(line) or not _LETTER.search(line) or _names_contents(line):
        return ""
    text = unfolded(line) if "<" in line else line
    text = _LINKED_PICTURE.sub("", text) if "[![" in text else text
    if "<" in line and (not _WORD.search(_TAG.sub("", line)) or names_time(text.strip("* "))):
        return ""
    text = _LAYOUT.sub("", text) if "<" in text else text
    if names_day_alone(text.strip(" *_>"), is_item=True):
        return ""
    return _RAW.sub("", take_media(text, 0)[1]).rstrip()


def _leads_elsewhere(line: str) -> bool:
    """Whether a line is nothing but links to other pages of the site, or to subscribe and the like.

    So is one that is only the id or the address of a paper.
    """
    links = links_of(line)
    if not links or _WORD.search(_LABEL.sub("", without_links(line, links))):
        return False
    return all(
        each.is_id or not each.is_absolute or (each.words and names_link(each.plain_words))
        for each in links
    )


def _names_contents(line: str) -> bool:
    """Whether a line in bold is the name of a list of contents or of another aside."""
    return line.startswith("**") and names_aside(line.strip("*:： "))


def _names_day(heading: str) -> bool:
    """Whether a heading has a day in it, and so repeats what the page says above."""
    try:
        return date_in_heading(heading) is not None or names_time(heading)
    except ImpossibleDateError:
        return True
