"""Times in UTC as feeds write them."""

from __future__ import annotations

from datetime import datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc3339(time: datetime) -> str:
    """A time in UTC in the shortest form of RFC 3339: `2024-11-18T00:59:59Z`."""
    return time.isoformat().replace("+00:00", "Z")


def rfc822(time: datetime) -> str:
    """A time in UTC as RSS has it: `Mon, 18 Nov 2024 00:59:59 +0000` (RFC 822).

    The names are always English: `strftime` would take them from the locale, and it is slow.
    """
    day = f"{_DAYS[time.weekday()]}, {time.day:02} {_MONTHS[time.month - 1]} {time.year:04}"
    return f"{day} {time.hour:02}:{time.minute:02}:{time.second:02} +0000"
