"""Bytes to lines of clean text: encodings, line ends and characters that XML forbids."""

from __future__ import annotations

import codecs
import html
import re
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress

from feedsvc.parser.source.encodings import likeliest_encoding
from feedsvc.parser.vocabulary.problems import Problems
from feedsvc.patterns import compile_later

FENCES = ("```", "~~~")
"""What fences of code begin with; a text without these signs has none."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# XML 1.0 section 2.2: what it excludes, and the controls and noncharacters it discourages.
# As U+FDD0 to U+FDEF are among them, `feedsvc.parser.paper.shield` may use those as its marks.
_FORBIDDEN_RANGES = (
    "\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
) + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_FORBIDDEN = compile_later(f"[{_FORBIDDEN_RANGES}]")
_NUMBER_REFERENCE = compile_later(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));")

# What a program makes of a backslash and this letter when it takes TeX for a string literal.
_EATEN_ESCAPES = {"\x07": "a", "\x08": "b", "\t": "t", "\x0b": "v", "\x0c": "f", "\r": "r"}
_TEX_AFTER_T = (
    "imes|heta|ilde|ext(?:bf|it|sc|tt|rm|sf)|ext(?={)|frac|binom|riangle(?:q|left|right)?|herefore"
    "|hick(?:sim|approx)|wohead(?:left|right)arrow"
)
"""Behind the T of these stands no word, so that they are TeX wherever they are."""
_SHORT_TEX_AFTER_T = "au|ext|anh?|op|o|race?|r|ag"
_TEX_AFTER_R = "ho|ight(?:arrow)?|angle|ceil|floor"
_REPAIRABLE = compile_later(
    r"[\x07\x08\x0b\x0c](?=[a-zA-Z])"
    rf"|\t(?=(?:{_TEX_AFTER_T})(?![a-zA-Z]))"
    rf"|(?<=[$\w{{}}(^])\t(?=(?:au|anh?|op)(?![a-zA-Z]))"
    r"|\r"
)
_REPAIRABLE_IN_FORMULA = compile_later(rf"\t(?=(?:{_SHORT_TEX_AFTER_T})(?![a-zA-Z]))")
_EATEN_FORMULA = compile_later(r"(?<![\\$])\$[^$]{1,200}(?<!\s)\$(?![0-9])")
_LINE_END = compile_later(rf"\r\n|\n|\r(?!(?:{_TEX_AFTER_R})(?![a-zA-Z]))")
_SUSPECT = compile_later(f"[\t\r{_FORBIDDEN_RANGES}]|&#")

# What Unicode calls default ignorable, and a blank of Braille; before a heading also the spaces
# that only look like one. Joined files and copied text have them where a line begins.
_UNSEEN_THOUGH_PRINTABLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef"
)
_UNSEEN = (
    f"{_UNSEEN_THOUGH_PRINTABLE}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_UNSEEN_START = compile_later(
    f"^(?:[{_UNSEEN}]+|[ {_UNSEEN}]*[\xa0\u3000][ \xa0\u3000{_UNSEEN}]*(?=#))", re.MULTILINE
)
_UNSEEN_BEHIND_MARKS = compile_later(rf"^( {{0,3}}#{{1,6}})[{_UNSEEN}]+(?=[ \t])", re.MULTILINE)
_UNSEEN_THOUGH_PRINTABLE_START = re.compile(f"[{_UNSEEN_THOUGH_PRINTABLE}]")

_JAMO = compile_later("[\u1100-\u11ff]+")
_FIRST_BYTE_OF_JAMO = b"\xe1"
"""In UTF-8; where it stands nowhere, no text of Hangul's letters does."""
_REFERENCE = compile_later(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def decode_references(text: str) -> str:
    """`text` with HTML's character references (`&amp;`) as what they stand for."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def printable(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids."""
    return text if _is_surely_printable(text) else _FORBIDDEN.sub("", text)


def have(lines: Sequence[str], *signs: str) -> bool:
    """Whether one of the signs stands in one of the lines: asked once, it spares a look at each."""
    return has("\n".join(lines), *signs)


def has(text: str, *signs: str) -> bool:
    """Whether one of the signs stands in the text.

    To look for a single character is by far the fastest, so the first one is looked for alone.
    """
    return any(sign[0] in text and sign in text for sign in signs)


def read_lines(data: bytes, problems: Problems) -> list[str]:
    """The lines of a digest, without their ends, free of forbidden characters.

    Nothing raises: bytes that are no text become U+FFFD, and what was changed is reported. What
    can't be seen where a line begins goes, so that it hides no heading.
    Only CR, LF and CRLF end a line; str.splitlines would also cut at form feeds.
    """
    text = _decode(data, problems)
    lines = text.split("\n")
    are_clean = all(map(str.isprintable, lines)) and not has(text, "&#")
    if are_clean and not any(map(_UNSEEN_THOUGH_PRINTABLE_START.match, lines)):
        return lines
    text = _UNSEEN_BEHIND_MARKS.sub(r"\1", _UNSEEN_START.sub("", text))
    return [
        _clean(line, number, problems) if _SUSPECT.search(line) else line
        for number, line in enumerate(_LINE_END.split(text), 1)
    ]


def _is_surely_printable(text: str) -> bool:
    """False where a look at each character must tell.

    Every forbidden character is one that Python won't print, and so are a few good ones; asking
    this is ten times as fast as a search.
    """
    return text.replace("\n", "").isprintable()


def _decode(data: bytes, problems: Problems) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            if encoding != "utf-8":
                problems.report(1, "other-encoding", found=encoding.upper())
            return _composed(_decode_replacing(data.removeprefix(mark), encoding, problems))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        if likeliest := likeliest_encoding(data):
            in_utf8 = b"\n".join(_in_utf8(line, likeliest) for line in data.split(b"\n"))
            if in_utf8 != data:
                problems.report(1, "other-encoding", found=likeliest.upper())
            data = in_utf8
        text = _decode_replacing(data, "utf-8", problems)
    return _composed(text) if _FIRST_BYTE_OF_JAMO in data else text


def _composed(text: str) -> str:
    """The text; Korean as macOS writes it is composed, what else is apart stays as written."""
    if unicodedata.is_normalized("NFC", text):
        return text
    return _JAMO.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def _decode_replacing(data: bytes, encoding: str, problems: Problems) -> str:
    text = data.decode(encoding, "replace")
    if "\ufffd" in text:
        for number, line in enumerate(_LINE_END.split(text), 1):
            if "\ufffd" in line:
                problems.report(number, "encoding", found=line)
    return text


def _in_utf8(line: bytes, encoding: str) -> bytes:
    """A line in UTF-8; one that is UTF-8 already, as in joined files, or can't be read stays."""
    for each in ("utf-8", encoding):
        with suppress(UnicodeDecodeError):
            return line.decode(each).encode()
    return line


def _clean(line: str, number: int, problems: Problems) -> str:
    """The line with eaten TeX escapes put back and other forbidden characters taken out."""
    cures: dict[str, str] = {}

    def put_back(match: re.Match[str]) -> str:
        character = match[0]
        name = re.match("[a-zA-Z]*", match.string[match.end() : match.end() + 20])
        cures[character] = f"read as \\{_EATEN_ESCAPES[character]}{name[0] if name else ''}"
        return "\\" + _EATEN_ESCAPES[character]

    def take_out(match: re.Match[str]) -> str:
        cures.setdefault(match[0], "left out")
        return ""

    line = _NUMBER_REFERENCE.sub(_referenced_character, line)
    line = _REPAIRABLE.sub(put_back, line)
    if "$" in line and "\t" in line:
        line = _EATEN_FORMULA.sub(lambda tex: _REPAIRABLE_IN_FORMULA.sub(put_back, tex[0]), line)
    line = _FORBIDDEN.sub(take_out, line)
    for character, cure in cures.items():
        valid = "TeX with its backslashes" if cure.startswith("read") else "plain text"
        problems.report(number, "control-character", number=ord(character), cure=cure, valid=valid)
    return line


def _referenced_character(match: re.Match[str]) -> str:
    """What a reference such as `&#8;` stands for, if that is not to be; else the reference."""
    number = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= number <= 0x9F:  # noqa: PLR2004 - there HTML means the signs of Windows-1252
        return html.unescape(match[0])
    is_forbidden = number <= sys.maxunicode and _FORBIDDEN.match(chr(number))
    return chr(number) if is_forbidden else match[0]
