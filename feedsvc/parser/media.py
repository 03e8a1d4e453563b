"""Pictures and videos: where digests name them, of what type they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from feedsvc.model import Medium

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".mov": "video/quicktime",
    ".qt": "video/quicktime",
}
"""The media type of each extension that digests use."""

LIKELIEST_TYPES = {Medium.IMAGE: "image/png", Medium.VIDEO: "video/mp4"}
"""What is taken where the extension says nothing: the commonest type in digests."""

_IMAGE = re.compile(
    r"!\[(?P<text>(?:[^\[\]]|\[[^\[\]]{0,200}\])*)\]"
    r"\(\s*(?P<address><[^<>]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)?"
)
_WATCH_VIDEO = re.compile(
    r"\s*\[\s*watch\s+(?:the\s+)?video\s*\]:?\s*"
    r"(?:\(\s*<?(?P<linked>[^\s<>]+?)>?\s*\)?|(?P<bare>https?://\S+)?)\s*",
    re.IGNORECASE,
)
_BARE_VIDEO = re.compile(
    r"\s*(https?://\S+?\.(?:mp4|m4v|webm|ogv|mov))(?:\?\S*)?\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class MediaMention:
    """A medium as a digest names it, its address not yet looked at."""

    line: int
    address: str
    medium: Medium
    """What the syntax says; the address's extension knows better."""
    poster: str | None = None
    description: str = ""


def media_type(address: str) -> str | None:
    """The type that the address's extension tells; None where it tells none."""
    return TYPES.get(PurePosixPath(urlsplit(address).path).suffix.lower())


def take_pictures(text: str, line: int) -> tuple[list[MediaMention], str]:
    """The pictures in Markdown's syntax, and the text around them.

    Inside a text each leaves its description there; where there is no other text, nothing is left.
    """
    if "![" not in text:
        return [], text
    mentions = [
        MediaMention(line, found["address"].strip("<>"), Medium.IMAGE, None, found["text"].strip())
        for found in _IMAGE.finditer(text)
    ]
    if not _IMAGE.sub("", text).strip():
        return mentions, ""
    return mentions, _IMAGE.sub(lambda found: found["text"], text)


def watch_video(text: str, line: int) -> list[MediaMention] | None:
    """The video of a line `[Watch Video](address)`, or of a bare address of one.

    An empty list where the address is still to come in a later line; None for other lines.
    """
    if found := _WATCH_VIDEO.fullmatch(text):
        address = found["linked"] or found["bare"]
        return [MediaMention(line, address, Medium.VIDEO)] if address else []
    if found := _BARE_VIDEO.fullmatch(text):
        return [MediaMention(line, found[0].strip(), Medium.VIDEO)]
    return None


def media_in_html(block: str, line: int) -> tuple[list[MediaMention], str]:
    """The media of a block of HTML, and the text that stands around them."""
    return take_media(BeautifulSoup(block, "lxml"), line)


def take_media(tag: Tag, line: int) -> tuple[list[MediaMention], str]:
    """Removes the media from a parsed piece of HTML; returns them and the text that is left."""
    mentions = []
    for element in tag.find_all(["img", "video"]):
        if element.decomposed:
            continue
        source = element if element.get("src") else element.find("source", src=True)
        if isinstance(source, Tag) and (address := str(source.get("src", "")).strip()):
            medium = Medium.VIDEO if element.name == "video" else Medium.IMAGE
            poster = str(element.get("poster") or "").strip() or None
            description = " ".join(str(element.get("alt") or "").split())
            mentions.append(MediaMention(line, address, medium, poster, description))
        element.decompose()
    return mentions, tag.get_text(" ", strip=True)
