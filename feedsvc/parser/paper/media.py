"""Pictures and videos: where digests name them, of what type they are."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from feedsvc.model import Medium
from feedsvc.parser.paper.badges import badge_words, is_badge, is_inside_link
from feedsvc.parser.paper.mentions import MediaMention, media_in
from feedsvc.patterns import compile_later

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

_TARGET = (
    r"\(\s*(?:<(?P<{0}angled>[^<>]*)>|(?P<{0}plain>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    r"|\((?P<{0}spaced>[^()<>\"']+)\)"
    r"|\((?P<{0}open>[^\s()<>\[\]]+)"
)
_PICTURE = (
    r"!\[(?P<text>(?:[^\[\]]|\[[^\[\]]{0,200}\])*)\](?:" + _TARGET.replace("{0}", "picture_") + ")"
)
_WATCH_VIDEO = r"\[\s*watch\s+(?:the\s+)?video\s*\](?:" + _TARGET.replace("{0}", "video_") + ")"
_TAG = r"<(?:img|video)\b[^<>]*(?:>|$)"
_WHOLE_VIDEO = r"<video\b[^<>]*>.{0,4000}?</video\s*>"
_ADDRESSES = tuple(
    (tuple(kind + way for way in ("angled", "plain", "spaced", "open")), medium)
    for kind, medium in (("picture_", Medium.IMAGE), ("video_", Medium.VIDEO))
)
"""The groups in which the address of a medium may stand."""
_CODE_SPAN = r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"

_MENTION = compile_later(rf"{_CODE_SPAN}|{_PICTURE}|{_WATCH_VIDEO}|(?P<tag>{_TAG})", re.IGNORECASE)
_MENTION_OR_WHOLE_VIDEO = compile_later(
    rf"{_CODE_SPAN}|{_PICTURE}|{_WATCH_VIDEO}|(?P<tag>{_WHOLE_VIDEO}|{_TAG})",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE_ALONE = re.compile(r"!\[(?P<text>[^\[\]]*)\]\((?P<address>[^\s()<>]+)\)")
_LINK_AROUND_MEDIUM = compile_later(r"\[\s*\0\s*\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_BARE_ADDRESS = re.compile(r"\s*(https?://\S+)\s*", re.IGNORECASE)
_VIDEO_NAME = compile_later(r"\.(?:mp4|m4v|webm|ogv|mov)(?:\?|$)", re.IGNORECASE)


def media_type(address: str) -> str | None:
    """The type that the address's extension tells; None where it tells none."""
    path = address.partition("#")[0].partition("?")[0]
    return TYPES.get(posixpath.splitext(path)[1].lower())


def take_media(text: str, line: int) -> tuple[list[MediaMention], str]:
    """The media of a piece of Markdown, and the text around them.

    Inside a text a picture leaves its description there; where there is no other text, nothing is
    left, nor of the links that pictures are in. What stands in a code span is no medium.
    """
    if alone := _PICTURE_ALONE.fullmatch(text):
        mention = MediaMention(line, alone["address"], Medium.IMAGE, None, _words(alone["text"]))
        return [] if is_badge(mention, is_linked=False, is_in_row=False) else [mention], ""
    if (found := _BARE_ADDRESS.fullmatch(text)) and _VIDEO_NAME.search(found[1]):
        return [MediaMention(line, found[1], Medium.VIDEO)], ""
    if not _may_have_media(text):
        return [], text
    mentions: list[MediaMention] = []
    descriptions: list[str] = []
    badges: list[MediaMention] = []

    def take(found: re.Match[str]) -> str:
        taken = list(_mentions(found, line))
        if not taken:
            return found[0]
        is_linked = is_inside_link(text, found.start(), found.end())
        if len(taken) == 1 and is_badge(taken[0], is_linked=is_linked, is_in_row=bool(badges)):
            badges.append(taken[0])
            return badge_words(taken[0]) if is_linked else ""
        mentions.extend(taken)
        descriptions.append(taken[0].description)
        return "\0"

    pattern = _MENTION_OR_WHOLE_VIDEO if "</video" in text.lower() else _MENTION
    left = pattern.sub(take, text)
    if not _LINK_AROUND_MEDIUM.sub("", left).replace("\0", "").strip():
        return mentions, ""
    around = left.split("\0")
    filled = [text + said for text, said in zip(around, [*descriptions, ""], strict=True)]
    return mentions, "".join(filled)


def _may_have_media(text: str) -> bool:
    """Whether a text has what each way to name a medium begins with; few have."""
    if "[" in text and ("![" in text or "watch" in text.lower()):
        return True
    return "<" in text and any(tag in text.lower() for tag in ("<img", "<video"))


def _mentions(found: re.Match[str], line: int) -> Iterator[MediaMention]:
    """What a match of _MENTION names; nothing for a code span or a tag without an address."""
    if found["tag"]:
        if "src" in found["tag"].lower():
            yield from media_in(found["tag"].removesuffix(">") + ">", line)
        return
    for groups, medium in _ADDRESSES:
        address = next((way for way in found.group(*groups) if way is not None), None)
        if address is not None:
            yield MediaMention(line, address.strip(), medium, None, _words(found["text"] or ""))


def _words(text: str) -> str:
    """A description on one line."""
    return " ".join(text.split())
