"""A picture or a video as a digest names it, and those in HTML tags."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from feedsvc.model import Medium


class MediaMention(Struct, frozen=True):
    """A medium as a digest names it, its address not yet looked at."""

    line: int
    address: str
    medium: Medium
    """What the syntax says; the address's extension knows better."""
    poster: str | None = None
    description: str = ""


def media_in(markup: str, line: int) -> Iterator[MediaMention]:
    """The media among the tags of a piece of HTML; the words inside a video describe it."""
    from bs4 import BeautifulSoup, Tag  # noqa: PLC0415 - slow to load, and few digests have tags

    soup = BeautifulSoup(markup, "lxml")
    for element in soup.find_all(["img", "video"]):
        source = element if element.get("src") else element.find("source", src=True)
        if not isinstance(source, Tag):
            continue
        is_video = element.name == "video"
        words = element.get_text(" ") if is_video else str(element.get("alt") or "")
        yield MediaMention(
            line=line,
            address=str(source["src"]).strip(),
            medium=Medium.VIDEO if is_video else Medium.IMAGE,
            poster=str(element.get("poster") or "").strip() or None,
            description=" ".join(words.split()),
        )
