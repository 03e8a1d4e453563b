"""A picture or a video as a digest names it, and those in HTML tags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec import Struct

from feedsvc.model import Medium

_WORDS = ".//text()[not(parent::script or parent::style)]"


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
    from lxml import etree  # noqa: PLC0415 - slow to load, and few digests have tags

    page = etree.HTML(markup)
    for element in page.iter("img", "video") if page is not None else ():
        source = element if element.get("src") else element.find(".//source[@src]")
        if source is None:
            continue
        is_video = element.tag == "video"
        inside = cast("list[str]", element.xpath(_WORDS)) if is_video else [element.get("alt", "")]
        yield MediaMention(
            line=line,
            address=source.get("src", "").strip(),
            medium=Medium.VIDEO if is_video else Medium.IMAGE,
            poster=element.get("poster", "").strip() or None,
            description=" ".join(" ".join(inside).split()),
        )
