"""A line of Markdown while it is written from HTML: its text, links, emphasis and marks."""

from __future__ import annotations

import html
import re

from msgspec import Struct, field

from feedsvc.parser.source.formulas import MATH
from feedsvc.parser.source.html_row import Row
from feedsvc.patterns import compile_later

_ATTRIBUTE = compile_later(
    r"(?<![\w:-])(?P<name>[a-zA-Z][\w:-]*)\s?=\s?(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>]+))"
)
_SPECIAL = compile_later(r"[*`\[\]]|(?<![^\W_])_|_(?![^\W_])")
_LABELLED = compile_later(r"[^,;()\[\]]{0,20}[:：]|\W*by\s|\W*[👥👤✍]", re.IGNORECASE)
_LIKE_MARKUP = compile_later(r"(#{1,6}(?=\s|$)|[-+](?=\s)|>|~{3}|={3,}|-{3,}|\||:)")
_LIKE_NUMBER = compile_later(r"([0-9]{1,9})([.)])(?=\s)")
DEEPEST_EMPHASIS = 10
MOST_BLOCKS_OF_A_LINK = 3
"""A link around more of them lost its end."""


class HtmlLines(Struct):
    """A page as lines of Markdown."""

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """The line of the page that each began in."""
    title: str = ""
    """What the page's `<title>` says."""


class LineWriter:
    """What is known of the line that is being written, and where it stands."""

    def __init__(self) -> None:
        self.page = HtmlLines()
        self.line = 1
        self.buffer: list[str] = []
        self.buffer_line = 1
        self.heading = 0
        self.lists: list[list[int]] = []  # of each open list the next number, 0 for bullets
        self.marker = ""
        self.quotes = 0
        self.is_code = False
        self.link: tuple[int, str] | None = None
        self.link_blocks = 0
        self.emphasis: list[tuple[int, str]] = []
        self.cells: list[str] | None = None
        self.parts: list[str] = []  # the paragraphs of the last cell
        self.rows = 0
        self.columns = 0
        self.row = Row()
        self.says_authors = False  # whether the paragraph's class says so
        self.lists_authors = False  # whether the list's class says so
        self.is_bold_cell = False  # whether the last cell's style says so
        self.attributes = ""  # of the tag that was met last
        self.after: list[str] = []  # media and badges out of a heading
        self.badge = -1  # where the badge that is open in a heading begins
        self.is_title = False
        self.is_joined = False  # whether the next block goes on with the line: a label's value
        self.takes_more = False  # whether more values may follow

    def add(self, text: str, line: int = 0) -> None:
        """Goes on with the line; `line` is where the page has it, if not here."""
        if not self.buffer:
            self.buffer_line = line or self.line
        self.buffer.append(text)

    def emphasis_tag(self, mark: str, is_end: bool) -> None:
        """Begins or ends bold or italic words."""
        if not is_end:
            if len(self.emphasis) < DEEPEST_EMPHASIS:
                self.emphasis.append((len(self.buffer), mark))
            return
        while self.emphasis:
            start, opened = self.emphasis.pop()
            if opened == mark:
                self.wrap(start, mark, mark)
                return

    def link_tag(self, attributes: str, is_end: bool) -> None:
        """Begins or ends a link."""
        self.end_link()
        self.link = None
        if not is_end and (address := attribute(attributes, "href")):
            self.link = (len(self.buffer), " ".join(address.split()))
            self.link_blocks = 0

    def end_link(self) -> None:
        """Writes the link that is open."""
        if self.link:
            start, address = self.link
            target = f"<{address}>" if re.search(r"[\s()]", address) else address
            self.wrap(start, "[", f"]({target})")

    def wrap(self, start: int, before: str, after: str) -> None:
        """Puts marks around what the line has from piece `start` on."""
        text = "".join(self.buffer[start:])
        inner = text.strip()
        if not inner:
            return
        lead = " " if text[:1].isspace() else ""
        trail = " " if text[-1:].isspace() else ""
        self.buffer[start:] = [f"{lead}{before}{inner}{after}{trail}"]

    def code_tag(self, is_end: bool) -> None:
        """Begins or ends code among words."""
        if not is_end:
            self.emphasis.append((len(self.buffer), "`"))
        else:
            while self.emphasis:
                start, mark = self.emphasis.pop()
                if mark == "`":
                    text = html.unescape("".join(self.buffer[start:])).replace("\\", "")
                    self.buffer[start:] = [
                        f"`{text}`" if text.strip() and "`" not in text else text
                    ]
                    return

    def flush(self, trail: str = "") -> None:
        """Ends the line that is being written; a link that is open goes on in the next one."""
        if self.cells is not None or self.is_code:
            return
        self.is_joined = self.takes_more = False
        link = self.link
        if link and "".join(self.buffer[link[0] :]).strip():
            self.link_blocks += 1
        self.end_link()
        for start, mark in reversed(self.emphasis):
            if mark != "`":
                self.wrap(start, mark, mark)
        self.emphasis = []
        text = "".join(self.buffer).strip()
        self.buffer = []
        if text:
            if self.says_authors and not self.heading:
                text = text if _LABELLED.match(text) else f"Authors: {text}"
                self.says_authors = False
            self.put(self._marked(text) + trail, self.buffer_line)
        self.link = (0, link[1]) if link and self.link_blocks < MOST_BLOCKS_OF_A_LINK else None

    def _marked(self, text: str) -> str:
        text = " ".join(text.split())
        if self.heading:
            return f"{'#' * self.heading} {text}"
        if found := _LIKE_MARKUP.match(text):
            text = f"\\{text}" if found[1] != ":" else text
        elif found := _LIKE_NUMBER.match(text):
            text = f"{found[1]}\\{text[found.start(2) :]}"
        quote = "> " * self.quotes
        if not self.lists and not self.marker:
            return quote + text
        indent = "    " * (max(len(self.lists), 1) - 1)
        marker, self.marker = self.marker or "    ", ""
        return f"{quote}{indent}{marker}{text}"

    def put(self, text: str, line: int) -> None:
        """Adds a finished line."""
        self.page.lines.append(text)
        self.page.numbers.append(line)

    def blank(self) -> None:
        """Adds an empty line where none is above."""
        if self.page.lines and self.page.lines[-1]:
            self.put("", self.line)


def attribute(text: str, name: str) -> str | None:
    """The value of an attribute among those of a tag; None where the tag has none of that name."""
    for found in _ATTRIBUTE.finditer(text):
        if found["name"].lower() == name:
            value = next(
                v for v in (found["double"], found["single"], found["bare"]) if v is not None
            )
            return html.unescape(value)
    return None


def escaped(text: str) -> str:
    """Text that Markdown takes for text; formulas stay as they are."""
    if not _SPECIAL.search(text):
        return text.replace("<", "&lt;")
    parts: list[str] = []
    position = 0
    for formula in MATH.finditer(text) if "$" in text else ():
        parts += [_SPECIAL.sub(r"\\\g<0>", text[position : formula.start()]), formula[0]]
        position = formula.end()
    parts.append(_SPECIAL.sub(r"\\\g<0>", text[position:]))
    return "".join(parts).replace("<", "&lt;")
