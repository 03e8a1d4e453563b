"""What people may say of the days of papers, apart from all that reads them: settings need it."""

from __future__ import annotations

from enum import StrEnum


class DayRule(StrEnum):
    """What dates a paper where evidence can't decide."""

    OWN = "own"
    """The paper's own row or field, whatever file and heading say."""
    FILE = "file"
    """The file's name, its headings and its front matter, whatever rows and fields say."""
    WEEK = "week"
    """The last day of the week (ISO 8601) in which evidence has it."""
    MONTH = "month"
    """The last day of that month."""
