"""Drafts to papers: addresses are resolved, titles made plain, summaries sanitised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from feedsvc.model import Media, Medium, Paper
from feedsvc.parser.lines.addresses import is_page, is_relative
from feedsvc.parser.lines.titles import plain_title
from feedsvc.parser.paper.draft import PaperDraft
from feedsvc.parser.paper.language import language_in_path
from feedsvc.parser.paper.links import canonical, tag_uri, web_address
from feedsvc.parser.paper.media import LIKELIEST_TYPES, media_type
from feedsvc.parser.paper.mentions import MediaMention
from feedsvc.parser.paper.summary import dead_links, sanitise
from feedsvc.parser.source.text import printable
from feedsvc.parser.vocabulary.problems import Problems

LONGEST_TITLE = 1000
_LONGEST_SOURCE = 4 * LONGEST_TITLE
"""Of a title as written: TeX takes more room than what it becomes."""


def assemble(draft: PaperDraft, day: date, path: str, media_base: str, problems: Problems) -> Paper:
    """The paper of a draft; whatever had to be left out or guessed is reported."""
    link = _link(draft.address) if draft.address else None
    title = _title(draft, problems)
    if not title:
        title = link or "Untitled"
        problems.report(draft.line, "no-title")
    if not draft.address:
        problems.report(draft.line, "no-link", title=title)
    elif not link:
        leads_beside = is_relative(draft.address) and is_page(draft.address)
        report = problems.report_once if leads_beside else problems.report
        report(draft.line, "bad-link", found=draft.address, title=title)
    for found in dead_links(draft.summary):
        problems.report(draft.line, "dead-link", found=found, title=title)
    summary = sanitise(draft.summary)
    if not summary:
        problems.report(draft.line, "no-summary", title=title)
    return Paper(
        id=canonical(link) if link else tag_uri(day, title),
        day=day,
        title=title,
        link=link,
        authors=draft.authors.names,
        more_authors=draft.authors.more,
        votes=draft.votes,
        media=tuple(_media(draft.media, title, media_base, problems)),
        summary_html=summary,
        language=language_in_path(path),
        path=path,
        line=draft.line,
        topics=draft.topics,
        translated_title=_plain(draft.translated_title[:_LONGEST_SOURCE]),
    )


def _title(draft: PaperDraft, problems: Problems) -> str:
    title = _plain(draft.title[:_LONGEST_SOURCE])
    if len(title) <= LONGEST_TITLE and len(draft.title) <= _LONGEST_SOURCE:
        return title
    problems.report(draft.line, "too-long", part="title", title=title, most=LONGEST_TITLE)
    return title[: LONGEST_TITLE - 1].rstrip() + "…"


def _plain(text: str) -> str:
    """A text of one line as it is shown; most papers have few of those that they may have."""
    return printable(plain_title(text)) if text else ""


def _link(address: str) -> str | None:
    """The address of a paper, which people also write without its scheme."""
    return web_address(address) or (
        web_address(f"https://{address}") if re.match(r"(?:[\w-]+\.)+[a-z]+/", address) else None
    )


def _media(
    mentions: Iterable[MediaMention], title: str, base: str, problems: Problems
) -> Iterable[Media]:
    """The usable media, each once; a later mention of one may add its still picture."""
    found: dict[str, Media] = {}
    unusable: set[str] = set()
    for mention in mentions:
        url = web_address(mention.address, base)
        poster = web_address(mention.poster, base) if mention.poster else None
        for address, usable in ((mention.address, url), (mention.poster, poster)):
            if address is not None and not usable and address not in unusable:
                code = "bad-media" if ":" in address else "relative-media"
                problems.report(mention.line, code, found=address, title=title)
                unusable.add(address)
        if not url:
            continue
        if known := found.get(url):
            found[url] = replace(known, poster=known.poster or poster)
        else:
            found[url] = _typed(mention, url, poster, title, problems)
    return found.values()


def _typed(
    mention: MediaMention, url: str, poster: str | None, title: str, problems: Problems
) -> Media:
    type_ = media_type(url)
    if not type_:
        type_ = LIKELIEST_TYPES[mention.medium]
        problems.report(mention.line, "unknown-type", found=url, title=title, type=type_)
    medium = Medium(type_.partition("/")[0])
    description = _plain(mention.description)
    return Media(medium, url, type_, poster if medium is Medium.VIDEO else None, description)
