"""What all formats show of a paper: its body, opening, picture and categories."""

from __future__ import annotations

import re
from html import escape

from feedsvc.feeds.sections import read_sections
from feedsvc.model import Media, Medium, Paper
from feedsvc.parser.paper.links import arxiv_id

LONGEST_SUMMARY = 300
"""Characters; readers show a summary in their list of papers."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


def body_html(paper: Paper) -> str:
    """The title in another language, the media, the whole summary: as far as a digest has them."""
    translation = f"<p>{escape(paper.translated_title)}</p>" if paper.translated_title else ""
    media = "".join(f"<p>{media_html(media)}</p>" for media in paper.media)
    return translation + media + paper.summary_html


def media_html(media: Media) -> str:
    """A medium as HTML."""
    url, said = escape(media.url), escape(media.description)
    if media.medium is Medium.IMAGE:
        return f'<img src="{url}" alt="{said}">'
    poster = f' poster="{escape(media.poster)}"' if media.poster else ""
    # A reader that drops the video shows the link inside it.
    link = f'<a href="{url}">▶ {said or "Video"}</a>'
    return f'<video controls preload="metadata" src="{url}"{poster}>{link}</video>'


def opening(paper: Paper) -> str:
    """The first one or two sentences of the first section; empty if the body has nothing more.

    RFC 4287 section 4.2.13 advises against a summary that repeats the content.
    """
    sections = read_sections(paper.summary_html)
    first = next(sections, None)
    if not first:
        return ""
    summary = " ".join(_SENTENCE_END.split(first.text, maxsplit=2)[:2])
    if len(summary) > LONGEST_SUMMARY:
        summary = summary[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0].rstrip() + "…"
    is_all = summary == first.text and not first.label and not paper.media
    return "" if is_all and next(sections, None) is None else summary


def thumbnail(paper: Paper) -> str | None:
    """The address of the first picture or video still; None if there is none."""
    for media in paper.media:
        if media.medium is Medium.IMAGE or media.poster:
            return media.poster or media.url
    return None


def categories(paper: Paper) -> list[str]:
    """The day, the month of the arXiv id, the topics. None has a comma: FreshRSS splits there."""
    arxiv = arxiv_id(paper.id)
    month = re.match(r"[0-9]{4}(?=\.)", arxiv) if arxiv else None
    return [paper.day.isoformat(), *([f"arXiv:{month[0]}"] if month else []), *paper.topics]
