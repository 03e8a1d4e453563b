"""How a digest's papers were found, in a few words for the people who check their archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from feedsvc.model import Paper
from feedsvc.parser.blocks.blocks import Kind
from feedsvc.parser.days.days import Days
from feedsvc.parser.units.units import Unit

_WORDS = {
    Kind.HEADING: "a heading a paper",
    Kind.SUMMARY: "a fold a paper",
    Kind.BOLD: "a bold line a paper",
    Kind.ROW: "a table row a paper",
    Kind.ITEM: "a list item a paper",
    Kind.LABEL: "a labelled title a paper",
    Kind.LINK: "a line with a link a paper",
    Kind.PLAIN: "a plain title a paper",
}
FILE = "a file a paper"


def describe_form(
    units: Sequence[Unit], papers: Sequence[Paper], days: Days, *, is_whole: bool
) -> str:
    """`a table row a paper; topics from headings; days from names`; empty without papers."""
    if not papers:
        return ""
    kinds = [FILE] if is_whole else [_WORDS[kind] for kind, _ in _kinds(units)]
    parts = [" and ".join(kinds)]
    if any(paper.topics for paper in papers):
        has_columns = any(unit.block.table and "topic" in unit.block.table.roles for unit in units)
        parts.append(
            f"topics from {'columns' if has_columns else 'tags' if is_whole else 'headings'}"
        )
    parts.append(f"days from {days.origin}")
    return "; ".join(parts)


def _kinds(units: Sequence[Unit]) -> list[tuple[Kind, int]]:
    return Counter(unit.block.kind for unit in units).most_common()
