"""Papers as the articles that pages show.

An article is rendered once, and is the same on every page. There is one for each paper, so they are
written as text, as the items of feeds are: a template takes three times as long.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from urllib.parse import quote

from feedsvc.index.topic_keys import topic_key, topic_path
from feedsvc.model import Item, Media, Medium, Paper
from feedsvc.pages.escaping import escaped, lang_attribute
from feedsvc.pages.mathml import with_formulas
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
_EAGER = b'<img fetchpriority="high"'


def articles(items: Iterable[Item], language: str, base_path: str = "/") -> list[bytes]:
    """Each item as an `article` element of pages in `language`, which ends its line.

    `base_path` is the path of the site's address: the article is the same on all pages, so its
    links into the site can't be relative to one of them.
    """
    say = words_in(language)
    return [_article(item.paper, language, base_path, say).encode() for item in items]


def _article(paper: Paper, language: str, base_path: str, say: Words) -> str:
    title = escaped(paper.title)
    if paper.link:
        title = f'<a href="{escaped(paper.link)}">{title}</a>'
    name = escaped(anchor(paper.id))
    of_title = lang_attribute(language_of_title(paper.title, language))
    of_summary = lang_attribute(paper.language if paper.language != language else None)
    summary = with_formulas(below_headings(paper.summary_html, 4))
    parts = [
        f'<article id="{name}">\n<h3{of_title}>{title}</h3>\n',
        _translation(paper, language) if paper.translated_title else "",
        _facts(paper, say) if paper.votes is not None or paper.authors else "",
        _topics(paper, base_path) if paper.topics else "",
        *(_picture(media, say) for media in paper.media),
        # Sanitised by the parser: all other text is escaped.
        f'<div class="summary"{of_summary}>\n{summary}\n</div>\n',
        _links(paper, f"{escaped(base_path)}{paper.day}/#{name}", say),
        "</article>\n",
    ]
    return "".join(parts)


def _translation(paper: Paper, language: str) -> str:
    other = lang_attribute(language_of_title(paper.translated_title, language))
    return f'<p class="translation"{other}>{escaped(paper.translated_title)}</p>\n'


def _facts(paper: Paper, say: Words) -> str:
    """The votes and the authors; many are folded but for the first ones."""
    votes = authors = ""
    if paper.votes is not None:
        votes = (
            f'<span class="votes"><span aria-hidden="true">▲ {paper.votes}</span>'
            f'<span class="unseen">{escaped(say.count("votes", paper.votes))}</span></span>\n'
        )
    and_more = f" {escaped(say('and more'))}" if paper.more_authors else ""
    if len(paper.authors) > FIRST_AUTHORS + 1:
        first, others = paper.authors[:FIRST_AUTHORS], paper.authors[FIRST_AUTHORS:]
        folded = escaped(say.count("others", len(others)))
        authors = (
            f"<details><summary>{escaped(', '.join(first))} <span>{folded}</span></summary>"
            f"{escaped(', '.join(others))}{and_more}</details>\n"
        )
    elif paper.authors:
        authors = f"<span>{escaped(', '.join(paper.authors))}{and_more}</span>\n"
    return f'<div class="facts"{say.lang}>\n{votes}{authors}</div>\n'


def _topics(paper: Paper, base_path: str) -> str:
    """Each topic as a link to its page."""
    links = (
        f'<a href="{escaped(quote(base_path[:-1] + topic_path(topic_key(topic)), safe="/+"))}">'
        f"{escaped(topic)}</a> "
        for topic in paper.topics
    )
    return f'<p class="topics">{"".join(links)}</p>\n'


def _picture(media: Media, say: Words) -> str:
    url, said = escaped(media.url), escaped(media.description)
    if media.medium is Medium.IMAGE:
        shown = f'<img loading="lazy" src="{url}" alt="{said}" referrerpolicy="no-referrer">'
    else:
        poster = f' poster="{escaped(media.poster)}"' if media.poster else ""
        words = f'<a href="{url}">▶ {said or escaped(say("video"))}</a>'
        shown = f'<video controls preload="metadata" src="{url}"{poster}>{words}</video>'
    return f'<p class="picture">{shown}</p>\n'


def _links(paper: Paper, address: str, say: Words) -> str:
    """To the homes of a paper, and to the article itself in the page of its day."""
    homes = ""
    if arxiv := arxiv_id(paper.id):
        id_ = escaped(arxiv)
        homes = (
            f'<a href="https://arxiv.org/abs/{id_}">arXiv</a> '
            f'<a href="https://arxiv.org/pdf/{id_}">PDF</a> '
        )
        if "/" not in arxiv:
            homes += f'<a href="https://huggingface.co/papers/{id_}">Hugging Face</a> '
    words = escaped(say("permalink"))
    return (
        f'<p class="links">{homes}<a href="{address}" title="{words}"{say.lang}>'
        f'<span aria-hidden="true">#</span><span class="unseen">{words}</span></a></p>\n'
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
