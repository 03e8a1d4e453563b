"""What somebody would write in an afternoon: markdown-it-py, Beautiful Soup and feedgen.

Atom only, a feed a day and one of all time. The benchmark's yardstick for a cold build; it is no
part of feedsvc and does much less: no RSS, JSON or pages, no reports, no defence against anything.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from feedgen.feed import FeedGenerator
from markdown_it import MarkdownIt

Paper = dict[str, str]


def read_papers(text: str, markdown: MarkdownIt) -> list[Paper]:
    """The papers of one digest."""
    soup = BeautifulSoup(markdown.render(text), "html.parser")
    papers = []
    for heading in soup.find_all("h3"):
        link = heading.find("a")
        body: list[Tag] = []
        for sibling in heading.find_next_siblings():
            if sibling.name in {"h2", "h3"}:
                break
            body.append(sibling)
        picture = next((image["src"] for tag in body for image in tag.find_all("img")), "")
        authors = next((tag.text for tag in body if tag.text.startswith("Authors:")), "")
        papers.append(
            {
                "title": heading.text,
                "link": str(link["href"]),
                "picture": str(picture),
                "authors": authors.removeprefix("Authors:"),
                "content": "".join(str(tag) for tag in body),
            }
        )
    return papers


def write_feed(path: Path, title: str, papers: list[tuple[date, int, Paper]]) -> None:
    """An Atom feed of papers, each with its day and its place in the day."""
    feed = FeedGenerator()
    feed.id(f"https://papers.example.org/{path.name}")
    feed.title(title)
    feed.link(href=f"https://papers.example.org/{path.name}", rel="self")
    for day, position, paper in papers:
        when = datetime.combine(day, time(0, 59, 59), UTC) - timedelta(seconds=position)
        entry = feed.add_entry(order="append")
        entry.id(paper["link"])
        entry.title(paper["title"])
        entry.link(href=paper["link"])
        entry.enclosure(paper["picture"], 0, "image/png")
        entry.author([{"name": name.strip()} for name in paper["authors"].split(",")])
        entry.content(paper["content"], type="html")
        entry.published(when)
        entry.updated(when)
    feed.atom_file(str(path))


def main() -> None:
    """Reads the digests in the first folder and writes feeds to the second."""
    digests, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    markdown = MarkdownIt()
    everything: list[tuple[date, int, Paper]] = []
    for digest in sorted(digests.glob("*.md"), reverse=True):
        day = date.fromisoformat(digest.stem)
        papers = read_papers(digest.read_text(encoding="utf-8"), markdown)
        of_day = [(day, position, paper) for position, paper in enumerate(papers)]
        write_feed(out / f"{day}.xml", f"Daily Papers {day}", of_day)
        everything += of_day
    write_feed(out / "feed.xml", "Daily Papers", everything)


if __name__ == "__main__":
    main()
