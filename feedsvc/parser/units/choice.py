"""Which candidates are papers: chosen by evidence, the outermost form first.

A form (headings of one level, table rows, list items of one depth ...) is taken where most of its
candidates speak for themselves; then what is left over is looked at in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Kind
from feedsvc.parser.units.candidates import Candidate, reads_like_title
from feedsvc.parser.units.evidence import NONE, STRONG, WEAK
from feedsvc.parser.vocabulary.homes import paper_at

_ORDER = {
    Kind.FILE: 0,
    Kind.HEADING: 1,
    Kind.SUMMARY: 2,
    Kind.BOLD: 3,
    Kind.ROW: 4,
    Kind.ITEM: 5,
    Kind.LABEL: 6,
    Kind.LINK: 7,
    Kind.DAY: 8,
    Kind.PLAIN: 8,
}
Shape = tuple[Kind, int]
MOST_ROUNDS = 40
FEW = 0.1
MANY = 3
"""Papers of a form in which only a sentence names each."""
LEAST = 0.25
ENOUGH = 0.5
"""The part of a form's candidates that speak, from which on the form is one of papers."""


class Form(Struct):
    """The candidates of one shape."""

    shape: Shape
    papers: list[Candidate]
    """Those that speak."""
    mute: int
    """How many say nothing."""
    groups: int

    @property
    def weight(self) -> float:
        """How much speaks for its papers together."""
        return sum(each.evidence.weight for each in self.papers)

    @property
    def is_guess(self) -> bool:
        """Whether sentences alone name its papers, and few: texts cite papers, too."""
        is_weak = all(each.evidence.weight <= WEAK for each in self.papers)
        return is_weak and len(self.papers) < MANY

    @property
    def quality(self) -> float:
        """From 0 to 1."""
        return self.weight / max(1, len(self.papers) + self.mute + self.groups)


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that are papers, in the order of the file."""
    left = [each for each in candidates if not each.evidence.is_none]
    chosen: list[Candidate] = []
    known: set[str] = set()
    for _ in range(MOST_ROUNDS):
        if chosen and _have_homes(chosen):
            left = [
                each for each in left if not each.evidence.paper or paper_at(each.evidence.paper)
            ]
        form = _best(left, is_first=not chosen)
        if not form:
            break
        papers = _without_navigation(form.papers)
        new = [each for each in papers if not chosen or each.evidence.paper not in known]
        chosen += new
        known.update(each.evidence.paper for each in new if each.evidence.paper)
        left = _apart(left, form.papers, form.shape)
    return sorted(chosen, key=lambda each: each.start)


def _without_navigation(papers: Sequence[Candidate]) -> Sequence[Candidate]:
    """The papers without the lines that lead to a page of the site, among many that lead home.

    A list item is such a line where it stands alone, and text stands below most of the others.
    """
    papers = _without_menus(papers)
    others = [each for each in papers if not _is_at_home(each)]
    if len(others) > FEW * len(papers):
        return papers
    have_text = sum(each.has_text for each in papers) > ENOUGH * len(papers)
    return [
        each
        for each in papers
        if _is_at_home(each)
        or not (
            each.block.kind is Kind.LINK
            or (each.block.kind is Kind.ITEM and have_text and not each.has_text)
        )
    ]


def _without_menus(papers: Sequence[Candidate]) -> Sequence[Candidate]:
    """The papers without menus of a site: bare items one after another with names and no titles."""
    at_home = sum(map(_is_at_home, papers))
    if at_home == len(papers) or at_home < LEAST * len(papers):
        return papers
    bare = [_is_bare_name(each) for each in papers]
    sides = [False, *bare, False]
    return [
        each
        for number, each in enumerate(papers)
        if not (bare[number] and (sides[number] or sides[number + 2]))
    ]


def _is_bare_name(candidate: Candidate) -> bool:
    """Whether an item without text leads to no paper's home, in words that are no title."""
    is_item = candidate.block.kind in {Kind.ITEM, Kind.LINK} and not candidate.has_text
    return (
        is_item
        and not _is_at_home(candidate)
        and not reads_like_title(candidate.evidence.title.words)
    )


def _is_at_home(candidate: Candidate) -> bool:
    paper = candidate.evidence.paper
    return paper is not None and paper_at(paper) is not None


def _have_homes(chosen: Sequence[Candidate]) -> bool:
    """Whether the papers chosen live at papers' homes, but for a few."""
    at_home = sum(map(_is_at_home, chosen))
    return at_home > 0.8 * len(chosen)


def _best(candidates: Sequence[Candidate], *, is_first: bool) -> Form | None:
    """The outermost form whose papers speak for themselves; None where there is none."""
    forms = _forms(candidates)
    forms = [form for form in forms if form.papers and not form.is_guess]
    if not forms:
        return None
    top = max(
        forms, key=lambda form: (form.weight, -form.mute, -_ORDER[form.shape[0]], form.shape[1])
    )
    for form in sorted(forms, key=lambda form: (_ORDER[form.shape[0]], form.shape[1])):
        if form is top:
            break
        if form.quality >= ENOUGH and _holds(form, top):
            top = form
            break
    if is_first:
        return top if top.quality >= LEAST or top.weight >= 3 * STRONG else None
    is_sure = len(top.papers) > 1 and top.quality >= ENOUGH and top.weight > WEAK * len(top.papers)
    return top if is_sure else None


def _holds(outer: Form, inner: Form) -> bool:
    """Whether the outer form is of papers, and the inner one of what stands inside them."""
    inside = 0
    spans = iter(sorted(inner.papers, key=lambda each: each.start))
    each = next(spans, None)
    wrapped = 0
    strong = 0
    for paper in outer.papers:
        count = 0
        while each and each.start < paper.end:
            if each.start > paper.start:
                count += 1
                inside += 1
            each = next(spans, None)
        if paper.evidence.weight == STRONG:
            strong += 1
        elif count > 1:
            wrapped += 1
    if strong >= ENOUGH * len(outer.papers):
        return inside >= ENOUGH * len(inner.papers) or len(outer.papers) > len(inner.papers)
    if inside < ENOUGH * len(inner.papers):
        return len(outer.papers) > len(inner.papers)
    return not wrapped and len(outer.papers) >= 0.8 * len(inner.papers)


def _forms(candidates: Sequence[Candidate]) -> list[Form]:
    forms: dict[Shape, Form] = {}
    for each in candidates:
        shape = each.shape
        form = forms.setdefault(shape, Form(shape, [], 0, 0))
        if each.evidence.weight > NONE:
            form.papers.append(each)
        elif each.evidence.is_group:
            form.groups += 1
        else:
            form.mute += 1
    return list(forms.values())


def _apart(left: Sequence[Candidate], papers: Sequence[Candidate], shape: Shape) -> list[Candidate]:
    """The candidates of other shapes that neither hold one of the papers nor stand in one."""
    spans = sorted((paper.start, paper.end) for paper in papers)
    kept: list[Candidate] = []
    position = 0
    reach = -1
    for each in left:
        while position < len(spans) and spans[position][0] <= each.start:
            reach = max(reach, spans[position][1])
            position += 1
        is_inside = each.start < reach
        holds = position < len(spans) and spans[position][0] < each.end
        if not is_inside and not holds and each.shape != shape:
            kept.append(each)
    return kept
