"""Writes problems, a style and a script into a page. Knows pages only by their outermost tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from feedsvc.model import Problem
from feedsvc.parser.vocabulary.problems import visible
from feedsvc.watch.placing import ARTICLE, Placed

MOST_ABOVE = 30
"""Problems above the papers; of more their number is told."""

_MAIN = re.compile(r"<main[^>]*>\n")
_ROOT = re.compile(r'<link rel="stylesheet" href="([^"]*)style\.css">')
_MAIN = re.compile(r"<main[^>]*>")


def page_for_authors(page: str, placed: Placed, digests: Path, state: str) -> str:
    """The page with its problems, which is loaded again when the state of the site is another."""
    found = _ROOT.search(page)
    root = found[1] if found else "/"

    def with_problems(article: re.Match[str]) -> str:
        return article[0] + _shown(placed.at.get(article[1], ()), digests)

    page = ARTICLE.sub(with_problems, page)
    above = _shown(placed.above[:MOST_ABOVE], digests)
    if more := placed.above[MOST_ABOVE:]:
        above += f"<p>And {len(more)} more; <code>feedsvc check</code> lists them.</p>\n"
    page = _MAIN.sub(lambda main: main[0] + above, page, count=1)
    head = (
        f'<link rel="stylesheet" href="{root}_watch/watch.css">\n'
        f'<script defer src="{root}_watch/watch.js" data-state="{escape(state)}"></script>\n'
    )
    return page.replace("</head>", f"{head}</head>", 1)


def _shown(problems: Sequence[Problem], digests: Path) -> str:
    return "".join(
        f'\n<p class="problem {problem.severity}" role="note">'
        f"<strong>{problem.severity}</strong> "
        f"<code>{escape(visible(str(digests / problem.path)))}:{problem.line}</code> "
        f"{escape(problem.message)} <code>[{problem.code}]</code></p>\n"
        for problem in problems
    )
