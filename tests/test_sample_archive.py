"""Real digests beside the project: every field exact, every word there. Skipped where they aren't.

The truth is read by a few regular expressions here, made for these files and sharing nothing with
the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import lxml.html
import pytest

from feedsvc.feeds.content import body_html
from feedsvc.model import Paper
from feedsvc.parser import parse_digest
from tests.support.project import SHARED

ARCHIVE = SHARED / "sample-archive"
pytestmark = pytest.mark.skipif(not ARCHIVE.is_dir(), reason=f"there is no {ARCHIVE}")

FILES = [*sorted(ARCHIVE.rglob("*.md")), SHARED / "daily-papers-2024-11-18.md"]


@dataclass(frozen=True)
class Truth:
    title: str
    link: str
    votes: int | None
    authors: list[str]
    pictures: list[str]
    words: list[str]


def read_truth(path: Path) -> list[Truth]:
    chunks = re.split(r"^### ", path.read_text(), flags=re.MULTILINE)[1:]
    return [_truth(chunk) for chunk in chunks]


def _truth(chunk: str) -> Truth:
    heading, *lines = chunk.splitlines()
    found = re.fullmatch(r"\[(.*)\]\((.*)\)", heading)
    assert found
    votes = [line[5:].strip() for line in lines if line.startswith("Vote:")]
    authors = [line[8:].split(",") for line in lines if line.startswith("Authors:")]
    names = [name.strip() for name in (authors[0] if authors else [])]
    pictures = re.findall(r"^!\[\]\((.*)\)|^\[Watch Video\]\((.*)\)", chunk, re.MULTILINE)
    media = re.compile(r"!\[|\[Watch|<div>|Vote:|Authors:")
    summary = "\n".join(line for line in lines if not media.match(line))
    summary = re.sub(r"\[([^\]]*)\]\((https?://[^)]*)\)", r"\1", summary)
    return Truth(
        title=found[1].replace("$π$", "π").replace(r"$\times$", "×"),
        link=found[2],
        votes=int(votes[0]) if votes and votes[0].isdigit() else None,
        authors=[name for name in dict.fromkeys(names) if name and name != "+"],
        pictures=[first or second for first, second in pictures if "/avatars/" not in first[:10]],
        words=re.findall(r"\w+", re.sub(r"\*\*|\\", "", summary)),
    )


def _words(paper: Paper) -> list[str]:
    shown = lxml.html.fragment_fromstring(body_html(paper), create_parent="div")
    for video in shown.iter("video"):
        video.clear()
    return re.findall(r"\w+", shown.text_content())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path)[-10:])
def test_every_paper_of_a_real_digest_is_exact(path: Path) -> None:
    name = "/".join(path.parts[-3:]) if ARCHIVE in path.parents else path.name
    digest = parse_digest(name, path.read_bytes())
    truths = read_truth(path)
    assert len(digest.papers) == len(truths) > 0
    for paper, truth in zip(digest.papers, truths, strict=True):
        assert paper.title == truth.title
        assert paper.id == paper.link == truth.link
        assert paper.votes == truth.votes
        assert list(paper.authors) == truth.authors
        assert [media.url for media in paper.media] == truth.pictures
        assert _words(paper) == truth.words
    odd = {problem.code for problem in digest.problems}
    assert odd <= {"relative-media"}
