"""The last line of an item's body: all authors, the votes and the topics, in the paper's language.

Of several authors many readers show only the first or the last, and none shows votes. The line is
at the end, so that the lines that readers show in their lists stay as they are.
"""

from __future__ import annotations

from html import escape

from msgspec import Struct

from feedsvc.model import Paper


class _Words(Struct, frozen=True):
    """What the line says in a language."""

    authors: str
    others: str
    """Ends a list of authors that the digest cuts off."""
    votes: str
    topics: str


_WORDS = {
    "en": _Words("Authors: ", ", and others", "Votes: ", "Topics: "),
    "ko": _Words("저자: ", " 외", "추천: ", "주제: "),
    "zh": _Words("作者：", "等", "票数：", "主题："),
    "ja": _Words("著者：", "ほか", "投票：", "トピック："),
}
"""By the first part of a language tag; all other languages have the words of the first row."""


def facts_line(paper: Paper, language: str) -> str:
    """The line as HTML; empty if it would say no more than one author.

    `language` is that of the feed, for papers that tell none.
    """
    if not (
        len(paper.authors) > 1 or paper.more_authors or paper.votes is not None or paper.topics
    ):
        return ""
    primary = (paper.language or language).partition("-")[0].lower()
    words = _WORDS.get(primary, _WORDS["en"])
    facts = []
    if paper.authors:
        others = words.others if paper.more_authors else ""
        facts.append(f"{words.authors}{', '.join(paper.authors)}{others}")
    if paper.votes is not None:
        facts.append(f"{words.votes}{paper.votes}")
    if paper.topics:
        facts.append(f"{words.topics}{', '.join(paper.topics)}")
    return f"<p>{escape(' · '.join(facts), quote=False)}</p>"
