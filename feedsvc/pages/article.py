"""Papers as the articles that pages show."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from urllib.parse import quote

from msgspec import Struct

from feedsvc.index.topic_keys import topic_key, topic_path
from feedsvc.model import Item, Paper
from feedsvc.pages.mathml import with_formulas
from feedsvc.pages.templates import render
from feedsvc.pages.words import Words, words_in
from feedsvc.parser.paper.language import language_of_letters
from feedsvc.parser.paper.links import arxiv_id

FIRST_AUTHORS = 3
"""How many are always seen where there are more than one more; the others are folded."""

_NOT_IN_LATIN = frozenset(
    ("ar", "bg", "bn", "el", "fa", "he", "hi", "ja", "ko", "ru", "sr", "th", "uk", "ur", "zh")
)
"""Languages of other letters: a title in Latin letters is in another one there, in English."""

_LATIN = re.compile(r"[A-Za-z]")
_HEADING = re.compile(r"(</?h)[1-6](?=>)")
_PICTURE = re.compile(rb'<img loading="lazy" src="([^"]*)"|<video [^>]* poster="([^"]*)"')
_LAZY = b'<img loading="lazy"'
_MARK = "\ufdd0"
"""Before each article of a rendered template. A noncharacter, which no text of ours has."""
_EAGER = b'<img fetchpriority="high"'


class _Shown(Struct, frozen=True):
    """What an article shows of a paper besides what the paper says."""

    paper: Paper
    anchor: str
    arxiv: str | None
    authors: str
    """The first ones, or all."""
    other_authors: Sequence[str]
    votes_in_words: str
    others_in_words: str
    """How many authors are folded."""
    day_path: str
    topics: Sequence[tuple[str, str]]
    """Each with the address of its page."""
    summary: str
    language: str | None
    """Of the summary, where it is another than the pages'; and so of the titles."""
    title_language: str | None
    translation_language: str | None


def articles(items: Sequence[Item], language: str, base_path: str = "/") -> list[bytes]:
    """Each item as an `article` element of pages in `language`, which ends its line.

    `base_path` is the path of the site's address: the article is the same on all pages, so its
    links into the site can't be relative to one of them.
    """
    say = words_in(language)
    shown = [_shown(item.paper, language, base_path, say) for item in items]
    # Together, as to begin with a template takes as long as to write an article.
    html = render("article.html", say=say, articles=shown, mark=_MARK)
    return [each.encode() for each in html.split(_MARK)[1:]]


def _shown(paper: Paper, language: str, base_path: str, say: Words) -> _Shown:
    shown = FIRST_AUTHORS if len(paper.authors) > FIRST_AUTHORS + 1 else len(paper.authors)
    others = paper.authors[shown:]
    return _Shown(
        paper=paper,
        anchor=anchor(paper.id),
        arxiv=arxiv_id(paper.id),
        authors=", ".join(paper.authors[:shown]),
        other_authors=others,
        votes_in_words=say.count("votes", paper.votes) if paper.votes is not None else "",
        others_in_words=say.count("others", len(others)) if others else "",
        day_path=f"{base_path}{paper.day}/",
        topics=[
            (topic, quote(base_path[:-1] + topic_path(topic_key(topic)), safe="/+"))
            for topic in paper.topics
        ],
        summary=with_formulas(below_headings(paper.summary_html, 4)),
        language=paper.language if paper.language != language else None,
        title_language=language_of_title(paper.title, language),
        translation_language=language_of_title(paper.translated_title, language),
    )


def anchor(id_: str) -> str:
    """The name of a paper's article in a page. It is in public addresses, so it must not change."""
    return arxiv_id(id_) or hashlib.sha256(id_.encode()).hexdigest()[:12]


def below_headings(html: str, level: int) -> str:
    """Sanitised HTML to stand below headings of a page: its own are of that level."""
    return _HEADING.sub(rf"\g<1>{level}", html) if "<h" in html else html


def with_eager_picture(articles: Iterable[bytes]) -> Iterator[bytes]:
    """The articles as a page has them: its first picture is seen at once, so it is not lazy."""
    rest = iter(articles)
    for each in rest:
        yield each.replace(_LAZY, _EAGER, 1)
        if _LAZY in each:
            break
    yield from rest


def heading(words: str, address: str = "") -> bytes:
    """A heading between the articles of a page, perhaps a link."""
    text = escape(words)
    linked = f'<a href="{escape(address)}">{text}</a>' if address else text
    return f"<h2>{linked}</h2>\n".encode()


def first_picture(articles: Iterable[bytes]) -> str:
    """The address of the first picture in the first of the articles that has one; else empty."""
    for each in articles:
        if found := _PICTURE.search(each):
            return unescape((found[1] or found[2]).decode())
    return ""


def language_of_title(title: str, language: str) -> str | None:
    """The language of a title where its letters tell another than the site's."""
    if not title:
        return None
    told = language_of_letters([title])
    if not told and language.partition("-")[0] in _NOT_IN_LATIN and _LATIN.search(title):
        told = "en"
    return told if told != language.partition("-")[0] else None
