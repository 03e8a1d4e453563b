"""Where on a page the problems of digests belong: at a paper, or above all of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from feedsvc.model import Paper, Problem
from feedsvc.pages.article import anchor
from feedsvc.site.kinds import HOME
from feedsvc.site.snapshot import Snapshot

ARTICLE = re.compile(r'<article id="([^"]*)"[^>]*>')
"""The start of a paper on a page, with its anchor."""


class Placed(Struct, frozen=True):
    """The problems that belong on a page."""

    at: Mapping[str, Sequence[Problem]]
    """At papers, by their anchors."""
    above: Sequence[Problem]
    """Of the page's digests, but at no paper; on the home page also of digests without papers."""


def place_problems(snapshot: Snapshot, path: str, page: str) -> Placed:
    """The problems that belong on the page at a path; where no page is, those of no page."""
    place = snapshot.place(path.removesuffix("index.html"))
    anchors, days = set(ARTICLE.findall(page)), set(place.days if place else ())
    at: dict[str, list[Problem]] = {}
    above: list[Problem] = []
    for digest, problems in groupby(snapshot.store.problems(), attrgetter("path")):
        days_of_digest = snapshot.store.days_of_file(digest)
        if not days_of_digest and (not place or place.path == HOME):
            above += problems
        elif anchors and days_of_digest & days:
            papers = [*_papers(snapshot, digest, days_of_digest)]
            for problem in problems:
                paper = _paper_at(papers, problem.line)
                if not paper:
                    above.append(problem)
                elif anchor(paper.id) in anchors and paper.day in days:
                    at.setdefault(anchor(paper.id), []).append(problem)
    return Placed(at, above)


def _papers(snapshot: Snapshot, digest: str, days: Collection[date]) -> Iterator[Paper]:
    """The papers of one digest, as they stand in it."""
    found = (paper for day in days for paper in snapshot.store.papers_of_day(day)[0])
    yield from sorted((paper for paper in found if paper.path == digest), key=attrgetter("line"))


def _paper_at(papers: Sequence[Paper], line: int) -> Paper | None:
    number = bisect_right(papers, line, key=attrgetter("line"))
    return papers[number - 1] if number else None
