"""For how long a document stays fresh in caches, the same on servers and in buckets."""

from __future__ import annotations

from datetime import date, timedelta

LIVE_SECONDS = 300
"""Seconds for which a document that may change any day is fresh (Cache-Control)."""

SETTLED_SECONDS = 86_400
"""Seconds for which a document of the past is fresh."""

SETTLED_AFTER = timedelta(days=2)
"""After this a day is past: it ends late in some time zones, and is corrected the day after."""


def cache_control(last_day: date | None, today: date) -> str:
    """The Cache-Control of a document, by the last day whose papers can be in it."""
    is_settled = last_day is not None and last_day + SETTLED_AFTER <= today
    return f"public, max-age={SETTLED_SECONDS if is_settled else LIVE_SECONDS}"
