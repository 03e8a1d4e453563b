"""Paragraphs that begin with a title in bold and name the link to its paper among their words."""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.parser.lines.inline import links_of
from feedsvc.parser.vocabulary.labels import names_aside, names_link, names_part
from feedsvc.patterns import compile_later

_LEAD = compile_later(
    r"(?:\[?\(?[0-9]{1,3}[.)\]、]{1,2}\s?)?\*\*(?P<words>[^*]{8,400})\*\*(?P<rest>[^\w*].*)"
)
_NO_TITLE_END = (":", "：")
_FIELDS = (":", "：", "|")
LINES = 20
LONGEST = 3000
"""Lines and characters of a paragraph that is looked at."""


def end_of_bold_lead(lines: Sequence[str], index: int) -> int | None:
    """The index of the last line of such a paragraph; None where none begins at `index`."""
    paragraph: list[str] = []
    for line in lines[index : index + LINES]:
        if not line.strip():
            break
        paragraph.append(line.strip())
    text = " ".join(paragraph)
    is_lead = len(text) <= LONGEST and ("](" in text or "://" in text) and _leads_to_paper(text)
    return index + len(paragraph) - 1 if is_lead else None


def _leads_to_paper(text: str) -> bool:
    """Whether it is `**Title** ([arXiv](…)) — text`, `**Title** — text [arXiv](…)` or the like."""
    found = _LEAD.match(text)
    if not found or found["words"].rstrip().endswith(_NO_TITLE_END) or "**" in found["rest"]:
        return False
    if found["rest"].lstrip().startswith(_FIELDS):
        return False
    if names_part(found["words"]) or names_aside(found["words"]):
        return False
    papers = [link for link in links_of(found["rest"]) if link.paper]
    return len({link.paper for link in papers}) == 1 and all(
        names_link(link.plain_words or "link") for link in papers
    )
