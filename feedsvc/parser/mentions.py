"""A picture or a video as a digest names it, and those in HTML tags."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from msgspec import Struct

from feedsvc.model import Medium

_TAG = re.compile(r"<(?P<name>img|video|source)\b(?P<attributes>[^<>]*)>?", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>?")
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(?P<name>src|poster|alt)\s?=\s?(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>]+))",
    re.IGNORECASE,
)


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
    video: dict[str, str] | None = None
    words = _ANY_TAG.sub(" ", markup)
    for tag in _TAG.finditer(markup):
        name, said = tag["name"].lower(), _attributes(tag["attributes"])
        if name == "source":
            if video is None:
                continue
            said, video = {**video, **said, "alt": words}, None
            yield _mention(said, Medium.VIDEO, line)
        elif "src" in said:
            video = None
            is_video = name == "video"
            said = {**said, "alt": words} if is_video else said
            yield _mention(said, Medium.VIDEO if is_video else Medium.IMAGE, line)
        else:
            video = said if name == "video" else None


def _mention(said: dict[str, str], medium: Medium, line: int) -> MediaMention:
    description = " ".join(said.get("alt", "").split())
    return MediaMention(
        line, said["src"].strip(), medium, said.get("poster", "").strip() or None, description
    )


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(text):
        value = next(v for v in (each["double"], each["single"], each["bare"]) if v is not None)
        if value:
            found.setdefault(each["name"].lower(), html.unescape(value))
    return found
