"""Archives whose digests are in Korean and English, in the ways that people lay them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.archive import digest, paper

Layout = Callable[[str, str], str]
"""The path of the digest of a day in a language, `ko` or `en`."""

LAYOUTS: dict[str, Layout] = {
    "a suffix": lambda day, code: f"{day}.md" if code == "ko" else f"{day}.{code}.md",
    "an underscore": lambda day, code: f"{day}_{code}.md",
    "a dash": lambda day, code: f"{day}.md" if code == "ko" else f"{day}-{code}.md",
    "folders": lambda day, code: f"{code}/{day}.md",
    "a folder of one": lambda day, code: f"{day}.md" if code == "ko" else f"{code}/{day}.md",
    "folders in years": lambda day, code: f"{day[:4]}/{code}/{day}.md",
    "files in days": lambda day, code: f"{day}/{code}.md",
}

SUFFIX = LAYOUTS["a suffix"]

TEXTS = {"ko": "한국어 요약입니다.", "en": "An English summary."}

KOREAN_DAYS = ("2024-01-01", "2024-01-02", "2024-01-03")
ENGLISH_DAYS = ("2024-01-02", "2024-01-03", "2024-01-09")
"""One day is in Korean only, and one in English only."""


def write_day(
    folder: Path, day: str, code: str, text: str = "", layout: Layout = SUFFIX, papers: int = 2
) -> Path:
    """A digest of a day in a language: of the same papers in each."""
    path = folder / layout(day, code)
    path.parent.mkdir(parents=True, exist_ok=True)
    first = int(day[-2:]) * 10
    numbers = range(first, first + papers)
    path.write_text(digest(day, [paper(number, text or TEXTS[code]) for number in numbers]))
    return path


def write_languages(
    folder: Path,
    layout: Layout = SUFFIX,
    korean: Sequence[str] = KOREAN_DAYS,
    english: Sequence[str] = ENGLISH_DAYS,
) -> Path:
    """An archive in both languages."""
    for code, days in (("ko", korean), ("en", english)):
        for day in days:
            write_day(folder, day, code, layout=layout)
    return folder
