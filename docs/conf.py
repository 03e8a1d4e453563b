"""How Sphinx makes the handbook of the Markdown that a code host shows as well (`make docs`)."""  # noqa: INP001 - Sphinx reads it

from __future__ import annotations

import re
import sys
from itertools import chain
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from feedsvc import __version__  # noqa: E402 - found through the path above

project = "feedsvc"
author = "The feedsvc authors"
project_copyright = author
release = version = __version__

INDEX = "docs/index"
_USE = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
_PAGE = re.compile(r"^- \[([^\]]+)\]\(([^)]+)\.md\)", re.MULTILINE)


def chapters_of(index: str) -> dict[str, dict[str, str]]:
    """The pages that the first one lists, by use and by path from the root: their names there."""
    return {
        use: {f"docs/{path}".replace("docs/../", ""): name for name, path in _PAGE.findall(pages)}
        for use, pages in _USE.findall(index)
    }


CHAPTERS = chapters_of((ROOT / f"{INDEX}.md").read_text(encoding="utf-8"))

extensions = ["myst_parser"]
root_doc = INDEX
include_patterns = [f"{page}.md" for page in (INDEX, *chain.from_iterable(CHAPTERS.values()))]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "furo"
html_title = f"feedsvc {release}"
html_favicon = "../feedsvc/pages/static/icon.png"
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks_icon = "#"
html_additional_pages = {"index": "redirect.html"}
templates_path = ["templates"]
pygments_style = "friendly"


def add_contents(_: Sphinx, page: str, source: list[str]) -> None:
    """Gives the first page its tables of contents, which a code host would show as code."""
    if page == INDEX:
        for use, pages in CHAPTERS.items():
            entries = "\n".join(f"{name} </{path}>" for path, name in pages.items())
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {use}\n\n{entries}\n```\n"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", add_contents)
    app.add_lexer("floors", TextLexer)
