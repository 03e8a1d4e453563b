"""HTML that people put around pictures and videos in Markdown: it is neither text nor a medium."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from feedsvc.patterns import compile_later

LONGEST_TAG = 12
"""Lines; a tag or a video element that isn't closed after so many is not waited for."""

_MEDIA_TAG = compile_later(r"<(?:img|video)\b", re.IGNORECASE)
_OPEN_TAG = compile_later(r"<(?:img|video|source)\b[^<>]*$", re.IGNORECASE)
_ATTRIBUTES = compile_later(
    r"\s*(?:[a-z][\w:-]*(?:\s?=\s?(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?(?=[\s/>]|$)\s*)*/?(?:>.*)?",
    re.IGNORECASE,
)
_VIDEO = compile_later(r"<video\b(?!.*</video)", re.IGNORECASE)
_VIDEO_END = compile_later(r"</video\s*>", re.IGNORECASE)
_NEXT_BLOCK = compile_later(r"\s*(?:[-*+]\s|#|[0-9]+[.)]\s|.*<(?:img|video)\b)", re.IGNORECASE)
_NAMES = (
    "div|p|figure|figcaption|picture|center|span|a|br|source|video|details|summary"
    "|table|tbody|tr|td|blockquote|b|i|em|strong|small"
)
_MEDIUM = compile_later(
    r"(<video\b.{0,4000}?</video\s*>|<(?:img|video)\b[^<>]*(?:>|$))", re.IGNORECASE | re.DOTALL
)
_LAYOUT_TAG = compile_later(rf"(</?(?:{_NAMES})\b[^<>]*>)", re.IGNORECASE)
_EMPHASIS = compile_later(r"<(b|i|em|strong|small|span)\b[^<>]*>([^<>]*)</\1\s*>", re.IGNORECASE)
_LINK_START = compile_later(r"<a\s", re.IGNORECASE)
_WRAPPED_LINE = compile_later(rf" {{0,3}}</?(?!a\b)(?:{_NAMES})\b[^<>]*>", re.IGNORECASE)
_LAYOUT_LINE = compile_later(rf"\s*(?:</?(?:{_NAMES})\b[^<>]*>\s*)+", re.IGNORECASE)


_BLOCKS = (
    "address|article|aside|blockquote|center|dd|div|dl|dt|figcaption|figure|footer|header|iframe|li"
    "|main|nav|ol|p|section|script|style|ul"
)
_BLOCK_LINE = compile_later(
    rf" {{0,3}}(?:<(?P<tag>{_BLOCKS})(?:\s[^<>]{{1,500}}>|>\s*$|>.*</(?P=tag)\s?>)"
    rf"|</(?:{_BLOCKS})\s?>)",
    re.IGNORECASE,
)
_UNSEEN = compile_later(r"<(script|style|iframe)\b[^<>]*>[^<>]*</\1\s?>", re.IGNORECASE)
_TAG_OF_BLOCK = compile_later(
    rf"</?(?:{_BLOCKS}|b|strong|i|em|u|small|span|font)(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE
)
_LINK = compile_later(
    r"<a\s[^<>]{0,500}?href\s?=\s?[\"'](https?://[^\"'\s<>()]{1,1000})[\"'][^<>]{0,300}>"
    r"([^<>\[\]]{1,500})</a\s?>",
    re.IGNORECASE,
)
_QUOTE = compile_later(r" {0,3}<blockquote\b", re.IGNORECASE)


def without_block_tags(line: str) -> str:
    """The words of a line that begins, as CommonMark says (section 4.6), a block of HTML.

    Tags among the words of a sentence stay, as papers write about tags.
    """
    if not _BLOCK_LINE.match(line) or has_media_tag(line):
        return line
    plain = _TAG_OF_BLOCK.sub("", _LINK.sub(r"[\2](\1)", _UNSEEN.sub("", line))).strip()
    return f"> {plain}" if plain and _QUOTE.match(line) else plain


def has_media_tag(line: str) -> bool:
    """Whether a line of Markdown has a picture or a video in HTML."""
    return "<" in line and _MEDIA_TAG.search(line) is not None


def logical_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines with their indexes, those of one media tag or one video element joined."""
    index = 0
    while index < len(lines):
        count = _lines_of_medium(lines[index : index + LONGEST_TAG])
        yield index, "\n".join(lines[index : index + count])
        index += count


def without_layout_tags(line: str) -> str | None:
    """The line without the tags around media; None where it has nothing else.

    Only for a paper that has media in HTML: elsewhere `<p>` and the like are text, and so they are
    inside a sentence.
    """
    if "<" not in line:
        return line
    if has_media_tag(line):
        pieces = _MEDIUM.split(line)
        return "".join(
            piece if number % 2 else _unwrapped(piece) for number, piece in enumerate(pieces)
        )
    if _LAYOUT_LINE.fullmatch(line):
        return None
    return _unwrapped(line) if _WRAPPED_LINE.match(line) else line


def _unwrapped(text: str) -> str:
    """The text without the layout tags at its ends, and without emphasis; a link's tags stay."""
    parts = _LAYOUT_TAG.split(_EMPHASIS.sub(r"\2", text))
    words = [number for number in range(0, len(parts), 2) if parts[number].strip()]
    if not words:
        return " "
    before, after = parts[1 : words[0] : 2], parts[words[-1] + 1 :: 2]
    kept = [tag if _LINK_START.match(tag) else " " for tag in before]
    kept += parts[words[0] : words[-1] + 1]
    kept += [tag if tag.lower().startswith("</a") else " " for tag in after]
    return "".join(kept)


def _lines_of_medium(lines: Sequence[str]) -> int:
    """How many of the lines the medium takes up that begins in the first; 1 where none does."""
    count = 1
    if "<" not in lines[0]:
        return count
    if _OPEN_TAG.search(lines[0]):
        while count < len(lines) and _ATTRIBUTES.fullmatch(lines[count]):
            count += 1
            if ">" in lines[count - 1]:
                break
        else:
            return 1
    if _VIDEO.search(lines[0]):
        for number, line in enumerate(lines[1:], 2):
            if _VIDEO_END.search(line):
                return number
            if number > count and _NEXT_BLOCK.match(line):
                break
    return count
