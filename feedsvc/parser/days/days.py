"""Gives each paper its day while a file is read from its top to its end."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property

from msgspec import Struct

from feedsvc.parser.days.dates import ImpossibleDateError, Time, time_in_path, time_in_text
from feedsvc.parser.days.day_words import tells_update, time_named
from feedsvc.parser.days.rules import DayRule
from feedsvc.parser.vocabulary.date_spellings import Grain
from feedsvc.parser.vocabulary.problems import Problems


class DayOfPaper(Struct, frozen=True):
    """What a paper itself says of its day, as written; empty where it says nothing."""

    own: str = ""
    """In its row, or before its link."""
    published: str = ""
    """In a field; the day on which it came out, which digests often name beside their own."""
    behind_title: str = ""
    """In brackets behind the title; the day on which it came out, or that of the list."""
    is_before_title: bool = False
    """Whether `own` stands before the title, where it is of this paper alone."""
    is_publication: bool = False
    """Whether `own` is the day on which the paper came out, by what its column is called."""


class Days:
    """The day that holds at each line: the path's, else that of the heading above it.

    A path in a spelling that may mean something else gives way to a plain heading. Then come what
    the row says, the front matter, the paper's own field, the end of a month, which may be the
    row's, the file's update. A `rule` may change that.
    """

    def __init__(
        self, path: str, front_matter: str, problems: Problems, rule: DayRule | None = None
    ) -> None:
        self._rule = rule
        self._problems = problems
        self._current: date | None = None
        self._path = self._in_path(path)
        self._is_name = self._names_day(path.rpartition("/")[2])
        self._front = self._plain(front_matter)
        self._updated: date | None = None
        self._context: dict[Grain, Time] = {}
        self._seen: set[date] = set()
        self._headed: set[date] = set()  # by headings, and not by other lines
        self._title_day: date | None = None
        self._newest: Callable[[], str] = str
        self._year_beside = 0  # that a heading ends in which says more: `Papers, 2025`
        if self._path and self._path.year:
            self._context[Grain.YEAR] = self._path
            if self._path.month:
                self._context[Grain.MONTH] = self._path

    @cached_property
    def of_path(self) -> date | None:
        """The day that the path names and no heading may change."""
        is_sure = self._path and self._path.grain is Grain.DAY and self._path.is_usual
        return self._path.last_day() if is_sure and self._path else None

    @property
    def is_named_by_file(self) -> bool:
        """Whether the file's own name or a heading names the day, and not a folder above it."""
        return self._current is not None or self._is_name

    @property
    def origin(self) -> str:
        """Where the days come from, in a word."""
        if self.of_path:
            return "names"
        if self._seen:
            return "headings"
        return "names" if self._path and self._path.grain >= Grain.WEEK else "rows and fields"

    @property
    def of_file(self) -> date | None:
        """The day of what stands at the line reached, whoever says so."""
        return self.of(DayOfPaper())

    def see_title(self, text: str) -> None:
        """Takes note of a page's title, which counts where nothing else names a day."""
        self._title_day = self._plain(text)

    def see(
        self, text: str, line: int, *, is_heading: bool = True, newest: Callable[[], str] = str
    ) -> bool:
        """Whether a line above papers names a time, which is taken note of.

        `newest` tells the year and the month in which the newest of the papers below came out,
        as arXiv has it in its ids (`2411`).
        """
        self._newest = newest
        if tells_update(text):
            self._updated = self._updated or self._plain(text)
            return self._updated is not None
        time = self._read(text, line) if is_heading else time_named(text)
        if not time:
            return False
        if time.grain is Grain.DAY and time.year:
            self._begin(time, text, line, is_heading=is_heading)
        elif is_heading and time_named(text) is None:
            if time.grain is Grain.YEAR and not text[time.end :].strip(" )]）】"):
                self._year_beside = self._year_beside or time.year
            return False
        else:
            self._note(time)
        return True

    def of(self, paper: DayOfPaper) -> date | None:
        """The day of a paper at the line reached."""
        if self._rule is DayRule.OWN:
            said = (paper.own, paper.published, paper.behind_title)
            own = next(filter(None, map(self._part, said)), None)
            return own or self._by_evidence(paper)
        if self._rule is DayRule.FILE:
            return self._by_evidence(DayOfPaper())
        day = self._by_evidence(paper)
        if day and self._rule is DayRule.WEEK:
            return day + timedelta(days=7 - day.isoweekday())
        if day and self._rule is DayRule.MONTH:
            return day.replace(day=calendar.monthrange(day.year, day.month)[1])
        return day

    def _by_evidence(self, paper: DayOfPaper) -> date | None:
        own = self._part(paper.own)
        is_whole = own is not None and self._plain(paper.own) is not None
        return (
            self.of_path
            or (own if is_whole and paper.is_before_title else None)
            or self._current
            or (own if not paper.is_publication else None)
            or self._of_context(Grain.WEEK)
            or (self._path.last_day() if self._path and self._path.grain >= Grain.WEEK else None)
            or own
            or self._front
            or self._title_day
            or self._part(paper.published)
            or (self._part(paper.behind_title) if not self._updated else None)
            or self._of_context(Grain.MONTH)
            or self._plain(paper.own, Grain.MONTH)
            or self._updated
        )

    def _begin(self, time: Time, text: str, line: int, *, is_heading: bool) -> None:
        day = time.last_day()
        if not day:
            return
        if self.of_path and day != self.of_path:
            if is_heading and not _begins_with(text, self.of_path):
                facts = {"heading": day, "path": self.of_path}
                self._problems.report(line, "date-mismatch", **facts)
            return
        if is_heading and day in self._headed:
            self._problems.report(line, "double-heading", day=day)
        self._headed.update({day} if is_heading else ())
        self._seen.add(day)
        self._current = day

    def _note(self, time: Time) -> None:
        """A part of a time holds until the next one as exact; less exact ones end it."""
        if time.grain is Grain.DAY:
            whole = self._whole(time)
            self._current = whole if whole and not self.of_path else self._current
            return
        if time.year and time.grain is not Grain.YEAR:
            self._context[Grain.YEAR] = time
        for grain in (Grain.YEAR, Grain.MONTH, Grain.WEEK):
            if grain > time.grain:
                self._context.pop(grain, None)
        self._context[time.grain] = time
        self._current = None

    def _of_context(self, grain: Grain) -> date | None:
        time = self._context.get(grain)
        return self._whole(time) if time else None

    def _whole(self, time: Time) -> date | None:
        year = self._context.get(Grain.YEAR)
        month = self._context.get(Grain.MONTH)
        above = self._current or self._front
        fallback = above.year if above else self._year_beside
        number = (year.year if year else 0) or fallback
        whole = time.last_day(number, month.month if month else 0)
        if whole and time.first_month > time.month > 0 and not time.year:
            return self._over_new_year(time, whole)
        return whole

    def _over_new_year(self, time: Time, day: date) -> date:
        """The last day of a range from December to January, of which only one has the year above.

        It is in the next year where that is nearer to the day above, where the month above is that
        of the first day, or where the papers are newer than `day`.
        """
        month = self._context.get(Grain.MONTH)
        later = time.last_day(day.year + 1)
        if later is None:
            return day
        is_near = self._current and abs(self._current - later) < abs(self._current - day)
        is_here = month is not None and month.month == time.first_month
        return later if is_near or is_here or f"{day:%y%m}" < self._newest() else day

    def _part(self, text: str) -> date | None:
        try:
            time = time_in_text(text) if text else None
        except ImpossibleDateError:
            return None
        is_exact = time and (time.grain is Grain.DAY or time.is_iso_week)
        return self._whole(time) if time and is_exact else None

    def _plain(self, text: str, grain: Grain = Grain.DAY) -> date | None:
        try:
            time = time_in_text(text, with_parts=False) if text else None
        except ImpossibleDateError:
            return None
        return time.last_day() if time and time.grain is grain else None

    def _names_day(self, name: str) -> bool:
        try:
            time = time_in_path(name)
        except ImpossibleDateError:
            return False
        return time is not None and time.grain is Grain.DAY

    def _in_path(self, path: str) -> Time | None:
        try:
            return time_in_path(path)
        except ImpossibleDateError as error:
            outcome = "the headings alone name the day"
            self._problems.report(1, "bad-date", found=error, outcome=outcome)
            return None

    def _read(self, text: str, line: int) -> Time | None:
        try:
            return time_in_text(text)
        except ImpossibleDateError as error:
            outcome = f"what follows went to {self.of_file or 'no day and is left out'}"
            self._problems.report(line, "bad-date", found=error, outcome=outcome)
            return None


def _begins_with(text: str, day: date) -> bool:
    """Whether a text, which names a later day, is a range that begins with a day in numbers."""
    first = rf"{day.year}\D{{1,3}}0?{day.month}\D{{1,3}}0?{day.day}(?![0-9])"
    return re.search(first, text) is not None
