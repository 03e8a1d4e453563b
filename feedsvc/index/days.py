"""Puts one day's papers together: each once, in order, each dated by its position. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from feedsvc.model import Item, Paper, Problem
from feedsvc.parser.days.dates import ImpossibleDateError, date_in_path
from feedsvc.parser.paper.links import tag_uri
from feedsvc.parser.vocabulary.problems import Problems

INDEX_PAGES = {"readme", "index", "_index", "home", "latest"}
"""Names, without suffix and in lower case, of pages that list what stands on others."""


def merge_day(papers: Iterable[Paper]) -> tuple[list[Paper], list[Problem]]:
    """One day's papers from all its digests, no id twice, and the problems between them.

    A paper that appears twice keeps its first position and its last text; where an index page has
    it, too, the other text is kept and nobody is told. Two papers with one link are told apart by
    their titles; the second gets an id of its own.
    """
    merged: dict[str, Paper] = {}
    problems: dict[str, Problems] = {}
    for paper in papers:
        found = problems.setdefault(paper.path, Problems(paper.path))
        id_ = paper.id
        first = merged.get(id_)
        if first and _rank(first.path) != _rank(paper.path):
            merged[id_] = _fuller(first, paper)
            continue
        if first and first.title.casefold() != paper.title.casefold():
            _report(found, "same-link", paper, first)
            id_ = tag_uri(paper.day, paper.title)
        first = merged.get(id_)
        if first:
            kept = "last" if paper.summary_html else "first"
            _report(found, "repeated-paper", paper, first, kept=kept)
        if paper.summary_html or not first:
            merged[id_] = replace(paper, id=id_)
    reported = [each for of in problems.values() for each in of.in_order()]
    return _without_entries(merged), reported


def _without_entries(merged: Mapping[str, Paper]) -> list[Paper]:
    """The papers; an index page's entry without a link and the paper of that title are one."""
    linked = {paper.title.casefold(): id_ for id_, paper in merged.items() if paper.link}
    kept = dict(merged)
    for id_, paper in merged.items() if len(linked) < len(merged) else ():
        other = linked.get(paper.title.casefold()) if not paper.link else None
        if other and _rank(paper.path) != _rank(kept[other].path):
            kept[other] = _fuller(kept[other], paper)
            del kept[id_]
    return list(kept.values())


def _rank(path: str) -> int:
    """0 for a digest of a day, 1 for a file that names no day, 2 for a page that lists others."""
    if path.rpartition("/")[2].partition(".")[0].lower() in INDEX_PAGES:
        return 2
    try:
        return 0 if date_in_path(path) else 1
    except ImpossibleDateError:
        return 1


def _fuller(one: Paper, other: Paper) -> Paper:
    """The paper as the more exact of two files has it; what that lacks is the other's."""
    best, second = sorted((one, other), key=lambda paper: (not paper.link, _rank(paper.path)))
    return replace(
        best,
        summary_html=best.summary_html or second.summary_html,
        authors=best.authors or second.authors,
        more_authors=best.more_authors if best.authors else second.more_authors,
        votes=best.votes if best.votes is not None else second.votes,
        media=best.media or second.media,
        topics=best.topics or second.topics,
    )


def items_of_day(
    papers: Sequence[Paper], first_times: Mapping[str, datetime], time_of_day: time
) -> list[Item]:
    """A day's papers with their times; `first_times` has those of earlier days, by id."""
    items = []
    for position, paper in enumerate(papers):
        updated = time_of_item(paper.day, position, time_of_day)
        items.append(Item(paper, first_times.get(paper.id, updated), updated))
    return items


def time_of_item(day: date, position: int, time_of_day: time) -> datetime:
    """When the paper at `position` (from 0) of a day is dated, in UTC.

    Each is dated one second before the one above it. Readers sort by date, newest first, so this
    keeps the digest's order, and papers that are appended later don't move earlier ones.
    """
    start = datetime.combine(day, time_of_day, UTC)
    return start - timedelta(seconds=position)


def _report(problems: Problems, code: str, paper: Paper, first: Paper, **more: str) -> None:
    facts = {"title": paper.title, "day": paper.day, "first": f"{first.path}:{first.line}"}
    problems.report(paper.line, code, **facts, **more)
