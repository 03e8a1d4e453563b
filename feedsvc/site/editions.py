"""Which editions there are: the newest days, and the most voted papers of the newest whole weeks.

What an edition is called and when it is dated never changes after it has appeared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from feedsvc.config import Config
from feedsvc.feeds.editions import EditionHead
from feedsvc.index.store import Store
from feedsvc.site.calendar import Week
from feedsvc.site.catalogue import Catalogue

NEWEST_DAYS = 14
NEWEST_WEEKS = 26


class Edition(Struct, frozen=True):
    """One edition."""

    name: str
    """`2024-11-18` or `2024-W47`: also the name of its page."""
    head: EditionHead
    days: Sequence[date]
    """Newest first."""
    papers: Sequence[tuple[date, int]]
    """Its papers by day and position, in its order."""
    has_introduction: bool = False
    """Whether it begins with what the digests of its days say above their papers."""


def daily_editions(catalogue: Catalogue, config: Config) -> list[Edition]:
    """The newest days, newest first: all papers of each, in the digest's order."""
    return [
        _daily_edition(day, catalogue.by_day[day].papers, config)
        for day in catalogue.calendar.days[: -NEWEST_DAYS - 1 : -1]
    ]


def weekly_editions(catalogue: Catalogue, store: Store, config: Config) -> list[Edition]:
    """The newest weeks that are over, newest first: the most voted papers of each.

    A week is over when the archive has a day of a later one: the clock must not decide it.
    """
    weeks = catalogue.calendar.weeks[: -NEWEST_WEEKS - 2 : -1][1:]
    return [
        _weekly_edition(
            week,
            catalogue.calendar.days_of(week),
            store.most_voted(week.first_day, week.last_day, config.weekly_size),
            config,
        )
        for week in weeks
    ]


def _daily_edition(day: date, papers: int, config: Config) -> Edition:
    head = EditionHead(
        id=_tag_uri(config, day, "day"),
        address=f"{config.base_url}{day}/",
        title=str(day),
        day=day,
        published=datetime.combine(day, config.time_of_day, UTC),
    )
    return Edition(
        str(day),
        head,
        [day],
        [(day, position) for position in range(papers)],
        has_introduction=True,
    )


def _weekly_edition(
    week: Week, days: Sequence[date], papers: Sequence[tuple[date, int]], config: Config
) -> Edition:
    next_monday = week.last_day + timedelta(days=1)
    head = EditionHead(
        id=_tag_uri(config, week.first_day, "week"),
        address=f"{config.base_url}{week}/",
        title=f"{week}: {week.first_day} – {week.last_day}",
        day=week.last_day,
        published=datetime.combine(next_monday, config.time_of_day, UTC),
    )
    return Edition(str(week), head, days, papers)


def _tag_uri(config: Config, day: date, kind: str) -> str:
    """An id that stays when the site moves, if its settings name it (RFC 4151)."""
    address = urlsplit(config.base_url)
    name = config.site_id or f"{address.hostname}{address.path}"
    authority, _, path = name.strip("/").partition("/")
    return f"tag:{authority},{day}:{path}{'/' if path else ''}{kind}"
