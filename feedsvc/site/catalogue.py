"""The days of one state of the archive, without their papers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from feedsvc.index.store import Day, State
from feedsvc.site.calendar import Calendar

_T = TypeVar("_T")


class Catalogue:
    """The days of one state: small, and read once for all its documents."""

    def __init__(self, state: State, days: Sequence[Day]) -> None:
        self.state = state
        self.days = days
        """Oldest first."""
        self.calendar = Calendar(
            [day.day for day in days], [day.papers for day in days], [day.size for day in days]
        )
        self.papers = sum(day.new_papers for day in days)
        """Each paper counted once, even if it is in several days."""
        self.by_day = {day.day: day for day in days}
        self._known: dict[object, Any] = {}

    def once(self, what: object, find: Callable[[], _T]) -> _T:
        """What `find` gives in this state, which is asked for only once."""
        if what not in self._known:
            self._known[what] = find()
        return cast("_T", self._known[what])

    def with_first_days(self, papers: int) -> Catalogue | None:
        """The archive as it was when it held exactly `papers` papers.

        None if it never did at the end of a day.
        """
        totals = itertools.accumulate(day.papers for day in self.days)
        for number, total in enumerate(totals, 1):
            if total == papers:
                return Catalogue(self.state, self.days[:number])
        return None
