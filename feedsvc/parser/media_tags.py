"""Pictures and videos in HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bs4 import BeautifulSoup, Tag

from feedsvc.model import Medium
from feedsvc.parser.draft import MediaMention


def media_in(markup: str, line: int) -> Iterator[MediaMention]:
    """The media of a piece of HTML."""
    return media_of(BeautifulSoup(markup, "lxml"), lambda _: line)


def media_of(tag: Tag, line_of: Callable[[Tag], int]) -> Iterator[MediaMention]:
    """The media among a parsed tag and what it holds, each with the line of its tag."""
    for element in [tag, *tag.find_all(["img", "video"])]:
        source = element if element.get("src") else element.find("source", src=True)
        if element.name not in {"img", "video"} or not isinstance(source, Tag):
            continue
        medium = Medium.VIDEO if element.name == "video" else Medium.IMAGE
        poster = str(element.get("poster") or "").strip() or None
        description = " ".join(str(element.get("alt") or "").split())
        address = str(source["src"]).strip()
        yield MediaMention(line_of(element), address, medium, poster, description)
