"""Generates archives of digests in the image of real ones, from the project's own digests.

The same arguments give the same files. Every paper has an arXiv id of its own, and its parts
(title, picture, authors, bullets) are drawn from the digests in `digests/`, so that sizes and
scripts are those of real archives: about 1.7 kB a paper, most of it Korean.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

MODEL = Path(__file__).parents[1] / "digests"
FIRST_DAY = date(2010, 1, 4)

_TITLE = re.compile(r"^### \[(.+)\]\(http", re.MULTILINE)
_BULLET = re.compile(r"^- \**[^:]+?\**: (.+)$", re.MULTILINE)
_AUTHORS = re.compile(r"^Authors: (.+)$", re.MULTILINE)
LABELS = ("What's New", "Technical Details", "Performance Highlights")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What papers are put together from."""

    titles: Sequence[str]
    names: Sequence[str]
    bullets: Sequence[str]


def write_archive(folder: Path, days: int, papers: int) -> Path:
    """A folder of so many days with about so many papers in all."""
    parts = _read_parts()
    folder.mkdir(parents=True, exist_ok=True)
    first = 0
    for number in range(days):
        last = papers * (number + 1) // days
        day = FIRST_DAY + timedelta(days=number)
        (folder / f"{day}.md").write_text(digest(day, range(first, last), parts), encoding="utf-8")
        first = last
    return folder


def add_day(folder: Path, papers: int) -> Path:
    """A digest for the day after the last one, of papers that the folder doesn't have yet."""
    last = date.fromisoformat(max(path.stem for path in folder.glob("*.md")))
    day = last + timedelta(days=1)
    target = folder / f"{day}.md"
    first = 10_000_000 + 1000 * day.toordinal() % 10_000_000
    target.write_text(digest(day, range(first, first + papers), _read_parts()), encoding="utf-8")
    return target


def digest(day: date, numbers: range, parts: _Parts) -> str:
    """A day's digest in Markdown; a paper's number decides all that is in it."""
    return f"## Daily Papers ({day})\n\n" + "\n".join(_paper(number, parts) for number in numbers)


def _paper(number: int, parts: _Parts) -> str:
    draw = random.Random(number)
    arxiv = f"{number // 100_000 % 100:02}{number // 100_000 % 12 + 1:02}.{number % 100_000:05}"
    votes = f"Vote: {draw.randint(0, 90)}\n\n"
    names = draw.sample(parts.names, draw.randint(2, 12))
    bullets = draw.sample(parts.bullets, 6)
    lines = [
        f"- ***{label}***: {bullets[2 * index]} {bullets[2 * index + 1]}\n"
        for index, label in enumerate(LABELS)
    ]
    return (
        f"### [{draw.choice(parts.titles)} ({number})](https://arxiv.org/abs/{arxiv})\n\n"
        f"![](https://pictures.example.org/thumbnails/papers/{arxiv}.png)\n\n"
        f"{votes}Authors: {', '.join(names)}\n\n{''.join(lines)}"
    )


def _read_parts() -> _Parts:
    texts = [path.read_text(encoding="utf-8") for path in sorted(MODEL.rglob("*-*.md"))]
    return _Parts(
        list(_found(_TITLE, texts)),
        sorted({name for line in _found(_AUTHORS, texts) for name in line.split(", ")}),
        list(_found(_BULLET, texts)),
    )


def _found(pattern: re.Pattern[str], texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from pattern.findall(text)
