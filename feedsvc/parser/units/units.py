"""Chosen candidates to units: where each paper's lines end, and what groups it stands in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Block
from feedsvc.parser.blocks.page import Page
from feedsvc.parser.units.borders import borders_of
from feedsvc.parser.units.candidates import Candidate
from feedsvc.parser.units.leads import Lead, leads_of
from feedsvc.parser.units.tails import tail_of
from feedsvc.parser.units.topics import topics_of


class Unit(Struct):
    """A paper's lines."""

    candidate: Candidate
    end: int
    """Index behind its last line."""
    topics: tuple[str, ...] = ()
    lead: Lead | None = None
    """What stands above its title and is its own."""
    imprint: range = range(0)
    """The lines behind the last paper that say who sends the digest."""

    @property
    def block(self) -> Block:
        """Where it begins."""
        return self.candidate.block


def units_of(page: Page, chosen: Sequence[Candidate]) -> tuple[list[Unit], list[Block]]:
    """The papers with their lines and topics, and the borders between them."""
    leads = leads_of(page, chosen)
    own = {index for start, lead in leads.items() for index in range(lead.start, start)}
    borders = [each for each in borders_of(page, chosen) if each.index not in own]
    papers = [each.block for each in chosen]
    topics = topics_of(papers, [each for each in borders if each.text not in page.speakers])
    stops = sorted({block.index for block in [*borders, *papers]} | {len(page.lines)})
    units = []
    for each in chosen:
        next_stop = stops[bisect_right(stops, each.start)]
        end = each.end if each.block.table else next_stop
        end = leads[next_stop].start if end == next_stop and next_stop in leads else end
        units.append(Unit(each, end, topics[each.start], leads.get(each.start)))
    _end_last(page, units)
    return units, borders


def _end_last(page: Page, units: Sequence[Unit]) -> None:
    """Ends the last paper where the digest's own words begin."""
    if not units or units[-1].block.table:
        return
    last = units[-1]
    tail = tail_of(page, [(each.block.last + 1, each.end) for each in units])
    if tail:
        last.imprint = range(tail.start, last.end if tail.is_imprint else tail.start)
        last.end = tail.start
