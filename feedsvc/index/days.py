"""Puts one day's papers together: each once, in order, each dated by its position. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from feedsvc.model import Item, Paper, Problem
from feedsvc.parser.paper.assemble import tag_uri
from feedsvc.parser.vocabulary.problems import Problems


def merge_day(papers: Iterable[Paper]) -> tuple[list[Paper], list[Problem]]:
    """One day's papers from all its digests, no id twice, and the problems between them.

    A paper that appears twice keeps its first position and its last text. Two papers with one link
    are told apart by their titles; the second gets an id of its own.
    """
    merged: dict[str, Paper] = {}
    problems: dict[str, Problems] = {}
    for paper in papers:
        found = problems.setdefault(paper.path, Problems(paper.path))
        id_ = paper.id
        if (first := merged.get(id_)) and first.title.casefold() != paper.title.casefold():
            _report(found, "same-link", paper, first)
            id_ = tag_uri(paper.day, paper.title)
        first = merged.get(id_)
        if first:
            kept = "last" if paper.summary_html else "first"
            _report(found, "repeated-paper", paper, first, kept=kept)
        if paper.summary_html or not first:
            merged[id_] = replace(paper, id=id_)
    return list(merged.values()), [each for of in problems.values() for each in of.in_order()]


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
