"""What every format tells of a paper: its content as HTML, its summary as text, its categories."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape

from msgspec import Struct

from feedsvc.model import Media, Medium, Paper
from feedsvc.parser.links import arxiv_id
from feedsvc.parser.sections import read_sections

LONGEST_SUMMARY = 300
"""Characters; a summary is for a list of papers, the content is for reading."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


class Content(Struct, frozen=True):
    """What is told of a paper in every format."""

    html: str
    """The item's body: its media, then the whole summary. Empty where a digest has neither."""
    html_as_text: str
    """The same with `&`, `<` and `>` escaped, as Atom and RSS carry it."""
    summary: str
    """The first one or two sentences of the first section; empty where `html` says no more."""
    thumbnail: str | None
    """The address of the first picture or video's still; None where there is none."""
    categories: list[str]
    """The day, and the month of the arXiv id. No commas: FreshRSS splits a label at each."""


def content_of(paper: Paper) -> Content:
    """What is told of a paper."""
    media = "".join(f"<p>{media_html(media)}</p>" for media in paper.media)
    html = media + paper.summary_html
    return Content(
        html, escape(html, quote=False), _summary(paper), _thumbnail(paper), _categories(paper)
    )


def item_address(paper: Paper, base_url: str) -> str:
    """Where an item leads: to the paper, or to its day on this site."""
    return paper.link or f"{base_url}{paper.day}/"


def media_html(media: Media, picture_attributes: str = "") -> str:
    """A medium as HTML; a picture with further attributes, which begin with a space."""
    url, said = escape(media.url), escape(media.description)
    if media.medium is Medium.IMAGE:
        return f'<img src="{url}" alt="{said}"{picture_attributes}>'
    poster = f' poster="{escape(media.poster)}"' if media.poster else ""
    # The link inside is what is left where a reader drops the video.
    link = f'<a href="{url}">▶ {said or "Video"}</a>'
    return f'<video controls preload="metadata" src="{url}"{poster}>{link}</video>'


def rfc3339(time: datetime) -> str:
    """A time in UTC in the shortest form of RFC 3339: `2024-11-18T00:59:59Z`."""
    return time.isoformat().replace("+00:00", "Z")


def rfc822(time: datetime) -> str:
    """A time in UTC as RSS has it: `Mon, 18 Nov 2024 00:59:59 +0000` (RFC 822)."""
    day = f"{_DAYS[time.weekday()]}, {time.day:02} {_MONTHS[time.month - 1]} {time.year:04}"
    return f"{day} {time:%H:%M:%S} +0000"


def _summary(paper: Paper) -> str:
    sections = read_sections(paper.summary_html)
    first = next(sections, None)
    if not first:
        return ""
    summary = " ".join(_SENTENCE_END.split(first.text, maxsplit=2)[:2])
    if len(summary) > LONGEST_SUMMARY:
        summary = summary[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0].rstrip() + "…"
    is_all = summary == first.text and not first.label and not paper.media
    return "" if is_all and next(sections, None) is None else summary


def _thumbnail(paper: Paper) -> str | None:
    for media in paper.media:
        if media.medium is Medium.IMAGE or media.poster:
            return media.poster or media.url
    return None


def _categories(paper: Paper) -> list[str]:
    arxiv = arxiv_id(paper.id)
    month = re.match(r"[0-9]{4}(?=\.)", arxiv) if arxiv else None
    return [paper.day.isoformat(), *([f"arXiv:{month[0]}"] if month else [])]
