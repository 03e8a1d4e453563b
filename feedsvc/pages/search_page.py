"""What the page of a search shows: templates call it `search`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct, field


class ShownHit(Struct, frozen=True):
    """A paper that a search found."""

    title: str
    path: str
    """Of its article, inside the site; without a slash at its beginning."""
    day: date
    votes: int | None
    authors: Sequence[str]
    summary: str
    """Its first sentences; empty if it has none."""
    language: str | None
    """Of the summary, where it is another than the site's; the same of the title."""
    title_language: str | None


class SearchPage(Struct, frozen=True):
    """A form, what was found, and searches for less."""

    values: Mapping[str, str] = field(default_factory=dict)
    """The parameters, as they stand in the form."""
    fault: str = ""
    """What is wrong with them."""
    count: int | None = None
    """How many papers were found; None where nobody searched."""
    is_counted: bool = True
    """Whether there are no more."""
    hits: Sequence[ShownHit] = ()
    unread: date | None = None
    """The newest day that can't be searched yet, as the index is still being filled."""
    older: str = ""
    """The query string that asks for those before the hits; empty if there are none."""
    filters: Sequence[tuple[int, str]] = ()
    """Numbers of votes, and the query strings that ask for as many."""

    @property
    def is_refined(self) -> bool:
        """Whether more is asked for than words."""
        return bool(self.values.keys() - {"q"})
