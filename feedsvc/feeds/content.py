"""What every format tells of a paper: its content as HTML, its summary as text, its categories."""

from __future__ import annotations

import html
import re

from feedsvc.model import Media, Medium, Paper
from feedsvc.parser.links import arxiv_id

LONGEST_SUMMARY = 300
"""Characters; a summary is for a list of papers, the content is for reading."""

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


def content_html(paper: Paper) -> str:
    """The item's body: its media, then the whole summary. Empty where a digest has neither."""
    return "".join(_media_html(media) for media in paper.media) + paper.summary_html


def summary_text(paper: Paper) -> str:
    """The first one or two sentences of the first section; empty where the content says no more."""
    if not paper.sections:
        return ""
    text = paper.sections[0].text
    summary = " ".join(_SENTENCE_END.split(text, maxsplit=2)[:2])
    if len(summary) > LONGEST_SUMMARY:
        summary = summary[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0].rstrip() + "…"
    says_all = len(paper.sections) == 1 and not paper.sections[0].label and not paper.media
    return "" if says_all and summary == text else summary


def thumbnail(paper: Paper) -> str | None:
    """The address of the first picture, or of the first video's still; None where there is none."""
    for media in paper.media:
        if media.medium is Medium.IMAGE or media.poster:
            return media.poster or media.url
    return None


def categories(paper: Paper) -> list[str]:
    """The day, and the month of the arXiv id. No commas: FreshRSS splits a label at each."""
    arxiv = arxiv_id(paper.id)
    month = re.match(r"[0-9]{4}(?=\.)", arxiv) if arxiv else None
    return [paper.day.isoformat(), *([f"arXiv:{month[0]}"] if month else [])]


def _media_html(media: Media) -> str:
    url = html.escape(media.url)
    if media.medium is Medium.IMAGE:
        return f'<p><img src="{url}" alt="{html.escape(media.description)}"></p>'
    poster = f' poster="{html.escape(media.poster)}"' if media.poster else ""
    # The link inside is what is left where a reader drops the video.
    link = f'<a href="{url}">▶ {html.escape(media.description or "Video")}</a>'
    return f'<p><video controls preload="metadata" src="{url}"{poster}>{link}</video></p>'
