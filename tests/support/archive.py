"""Small archives of digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from feedsvc.site.documents import document, paths
from feedsvc.site.site import Site


def etags(site: Site) -> dict[str, str]:
    """The tag of every document, all of one state."""
    with site.snapshot() as snapshot:
        return {path: document(snapshot, path).etag for path in paths(snapshot)}


def paper(number: int, text: str = "요약입니다.", title: str = "") -> str:
    """A paper in Markdown, with an arXiv id of its own for each number."""
    return (
        f"### [{title or f'Paper {number}'}](https://arxiv.org/abs/2411.{number:05})\n\n"
        f"![](https://pictures.example.org/{number}.png)\n\n"
        f"Vote: {number}\n\nAuthors: Ada Lovelace, Author {number}\n\n"
        f"- **What's New**: {text}\n- **Results**: {number}\n"
    )


def digest(day: date | str, papers: Iterable[str]) -> str:
    """A day's digest in Markdown."""
    return f"## Daily Papers ({day})\n\n" + "\n".join(papers)


def write_archive(folder: Path, days: int, papers: int, first: date = date(2024, 1, 1)) -> Path:
    """A folder of so many consecutive days with so many papers each."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for offset in range(days):
        day = first + timedelta(days=offset)
        numbers = range(number, number + papers)
        (folder / f"{day}.md").write_text(digest(day, map(paper, numbers)))
        number += papers
    return folder
