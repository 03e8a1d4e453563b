"""Whether an archive that is read as one has the same papers in several languages. Pure.

Two digests of a day are no sign of that: each may have papers of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from feedsvc.index.languages import told_languages
from feedsvc.model import Paper

SAME = 0.5
"""Of the papers that two languages have on the same days, the least part that must be the same."""

FALLBACK = "en"
"""The language of texts whose name and letters tell none."""

_Days = Mapping[object, set[str]]
"""The ids of papers by their days."""


def languages_beside(papers: Iterable[Paper]) -> list[str]:
    """The languages of translations that lie beside each other; empty where there are none.

    First that of the digests whose paths say none, then the others, those with most papers first.
    """
    papers = list(papers)
    told = told_languages({paper.path for paper in papers})
    silent = _language_of(paper for paper in papers if not told[paper.path])
    by_language: dict[str, dict[object, set[str]]] = {}
    for paper in papers:
        language = told[paper.path] or silent
        by_language.setdefault(language, {}).setdefault(paper.day, set()).add(paper.id)
    found = [
        language
        for language, days in by_language.items()
        if any(
            _are_same(days, others) for other, others in by_language.items() if other != language
        )
    ]
    sizes = {code: sum(map(len, by_language[code].values())) for code in found}
    first = silent if "" in told.values() else ""
    # Of two that are equal, English is the one that is translated into.
    return sorted(found, key=lambda code: (code != first, -sizes[code], code == FALLBACK, code))


def _language_of(papers: Iterable[Paper]) -> str:
    said = Counter(paper.language or FALLBACK for paper in papers)
    return max(said, key=lambda code: said[code], default=FALLBACK)


def _are_same(one: _Days, other: _Days) -> bool:
    """Whether most papers of the days that both have are in both."""
    pairs = [(ids, other[day]) for day, ids in one.items() if day in other]
    smaller = sum(min(len(ids), len(others)) for ids, others in pairs)
    shared = sum(len(ids & others) for ids, others in pairs)
    return bool(pairs) and shared >= SAME * smaller
