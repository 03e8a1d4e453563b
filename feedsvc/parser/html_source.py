"""HTML as the lines that Markdown would have: headings, items, rows, links, with their numbers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from feedsvc.parser.titles import MATH

_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s<>/\"']*)"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>"
    r"|<(?P<end2>/?)(?P<name2>[a-zA-Z][^\s<>/\"']*)(?P<attributes2>[^<>]*)>"
    r"|<!--|<[!?][^<>]*>"
)
_ATTRIBUTE = re.compile(
    r"(?<![\w:-])(?P<name>[a-zA-Z][\w:-]*)\s?=\s?(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>]+))"
)
_SPACE = re.compile(r"\s+")
_SPECIAL = re.compile(r"[*`\[\]]|(?<![^\W_])_|_(?![^\W_])")
_LIKE_MARKUP = re.compile(r"(#{1,6}(?=\s|$)|[-+](?=\s)|>|~{3}|={3,}|-{3,}|\||:)")
_LIKE_NUMBER = re.compile(r"([0-9]{1,9})([.)])(?=\s)")
_PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "figure",
        "figcaption",
        "main",
        "center",
        "header",
        "footer",
        "aside",
        "address",
        "form",
        "fieldset",
        "dl",
        "dt",
        "dd",
        "details",
        "body",
        "html",
        "head",
        "hgroup",
        "template",
        "search",
        "menu",
    ]
)
_EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_KEPT = {"sub", "sup"}
_LINK = "]("
_SENTENCE_END = re.compile(r"\w[.!?。！？](?:\s|$)")
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_BREAKERS = frozenset(["p", "ul", "ol", "li", "table", "blockquote", "pre", "hr", "dl"])
"""What ends a heading that nobody closed."""
DEEPEST_LIST = 20
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


def html_to_lines(source: str) -> HtmlLines:
    """The lines of a page whose invisible parts are out already. Raises nothing, in linear time."""
    return _Writer().read(source)


class _Writer:
    """Writes lines while it goes over the tags once; no tag needs its end."""

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
        self.rows = 0
        self.after: list[str] = []  # media out of a heading
        self.is_title = False

    def read(self, source: str) -> HtmlLines:
        position = 0
        for token in _TOKEN.finditer(source):
            if token.start() > position:
                self._text(source[position : token.start()])
            name = (token["name"] or token["name2"] or "").lower()
            if name:
                is_end = bool(token["end"] or token["end2"])
                self._tag(name, token["attributes"] or token["attributes2"] or "", is_end, token[0])
            self.line += token[0].count("\n")
            position = token.end()
        if position < len(source):
            self._text(source[position:])
        self._end_row()
        self._flush()
        return self.page

    def _text(self, text: str) -> None:
        if self.is_title:
            self.page.title = self.page.title or " ".join(html.unescape(text).split())
        elif self.is_code:
            self._add(html.unescape(text) if "`" not in text else text)
        elif text.strip():
            line = self.line + text[: len(text) - len(text.lstrip())].count("\n")
            self._add(_escaped(_SPACE.sub(" ", text)), line)
        elif self.buffer:
            self.buffer.append(" ")
        self.line += text.count("\n")

    def _add(self, text: str, line: int = 0) -> None:
        if not self.buffer:
            self.buffer_line = line or self.line
        self.buffer.append(text)

    def _tag(self, name: str, attributes: str, is_end: bool, whole: str) -> None:
        self.is_title = name == "title" and not is_end
        if name in _HEADINGS:
            self._heading(int(name[1]), is_end)
        elif name in _EMPHASIS:
            self._emphasis(_EMPHASIS[name], is_end)
        elif name == "a":
            self._link(attributes, is_end)
        elif name in {"img", "video", "source"}:
            self._media(name, is_end, whole)
        elif name in _KEPT:
            self._add(f"<{'/' if is_end else ''}{name}>")
        elif name == "code" and not self.is_code:
            self._code(is_end)
        elif handler := _BLOCKS.get(name):
            if self.heading and name in _BREAKERS and not is_end:
                self._heading(0, is_end=True)
            handler(self, is_end)
        elif name in _PARAGRAPHS:
            self._paragraph(name, is_end)

    def _paragraph(self, name: str, is_end: bool) -> None:
        if self.heading and name not in _BREAKERS:
            self.buffer.append(" ")
            return
        if self.heading and not is_end:
            self._heading(0, is_end=True)
        if self.cells is not None:
            self.buffer.append(" ")
            return
        self._flush()
        self._blank()

    def _heading(self, level: int, is_end: bool) -> None:
        if self.cells is not None and not is_end:
            self._end_row()
        if not is_end or self.heading:
            self._flush()
            self._blank()
        self.heading = 0 if is_end else level
        self.lists, self.quotes = [], 0
        if is_end:
            for media in self.after:
                self._put(media, self.line)
                self._blank()
            self.after = []

    def _emphasis(self, mark: str, is_end: bool) -> None:
        if not is_end:
            if len(self.emphasis) < DEEPEST_EMPHASIS:
                self.emphasis.append((len(self.buffer), mark))
            return
        while self.emphasis:
            start, opened = self.emphasis.pop()
            if opened == mark:
                self._wrap(start, mark, mark)
                return

    def _link(self, attributes: str, is_end: bool) -> None:
        self._end_link()
        self.link = None
        if not is_end and (address := _attribute(attributes, "href")) is not None:
            self.link = (len(self.buffer), " ".join(address.split()))
            self.link_blocks = 0

    def _end_link(self) -> None:
        if self.link:
            start, address = self.link
            target = f"<{address}>" if re.search(r"[\s()]", address) else address
            self._wrap(start, "[", f"]({target})")

    def _wrap(self, start: int, before: str, after: str) -> None:
        text = "".join(self.buffer[start:])
        inner = text.strip()
        if not inner:
            return
        lead = " " if text[:1].isspace() else ""
        trail = " " if text[-1:].isspace() else ""
        self.buffer[start:] = [f"{lead}{before}{inner}{after}{trail}"]

    def _media(self, name: str, is_end: bool, whole: str) -> None:
        tag = f"</{name}>" if is_end else " ".join(whole.split())
        if self.heading:
            if name != "source" and not is_end:
                self.after.append(tag)
        elif name == "video" and is_end:
            self._add(tag)
        else:
            self._add(tag)

    def _code(self, is_end: bool) -> None:
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

    def break_tag(self, _is_end: bool) -> None:
        if self.heading:
            self.buffer.append(" ")
        elif self.cells is not None:
            self.buffer.append("<br>")
        elif self.is_code:
            self.buffer.append("\n")
        elif "".join(self.buffer).strip():
            self._flush("  ")

    def list_tag(self, number: int, is_end: bool) -> None:
        if self.cells is not None:
            self.buffer.append(" ")
            return
        self._flush()
        if not self.lists:
            self._blank()
        if is_end:
            if self.lists:
                self.lists.pop()
            if not self.lists:
                self._blank()
        elif len(self.lists) < DEEPEST_LIST:
            self.lists.append([number])
        self.marker = ""

    def item_tag(self, is_end: bool) -> None:
        if self.cells is not None:
            self.buffer.append("<br>" if not is_end and self.buffer else " ")
            return
        self._flush()
        if is_end:
            self.marker = ""
            return
        counting = self.lists[-1] if self.lists else [0]
        self.marker = f"{counting[0]}. " if counting[0] else "- "
        counting[0] += bool(counting[0])

    def quote_tag(self, is_end: bool) -> None:
        self._flush()
        self._blank()
        self.quotes = max(0, min(6, self.quotes + (-1 if is_end else 1)))

    def pre_tag(self, is_end: bool) -> None:
        if is_end and self.is_code:
            text = "".join(self.buffer)
            self.buffer = []
            fence = "~~~~" if "~~~" in text else "~~~"
            self._put(fence, self.buffer_line)
            for line in text.strip("\n").split("\n"):
                self._put(line, self.buffer_line)
            self._put(fence, self.line)
            self._blank()
            self.is_code = False
        elif not is_end and self.cells is None:
            self._flush()
            self._blank()
            self.is_code = True

    def table_tag(self, _is_end: bool) -> None:
        self._end_row()
        self._flush()
        self._blank()
        self.rows = 0

    def row_tag(self, is_end: bool) -> None:
        self._end_row()
        if not is_end:
            self._flush()
            self.cells = []
            self.buffer_line = self.line

    def cell_tag(self, is_end: bool) -> None:
        if self.cells is None:
            if not is_end:
                self._flush()
            return
        self._end_cell()

    def _end_cell(self) -> None:
        self._end_link()
        self.link = None
        self.emphasis = []
        text = " ".join("".join(self.buffer).split())
        self.buffer = []
        if text and self.cells is not None:
            self.cells.append(re.sub(r"(?<!\\)\|", r"\\|", text))

    def _end_row(self) -> None:
        if self.cells is None:
            return
        self._end_cell()
        cells, self.cells = self.cells, None
        if not cells:
            return
        if len(cells) == 1:  # a table for layout, or a row over all columns
            if self._belongs_to_row_before(cells[0]):
                self.page.lines[-1] += f" {cells[0]} |"
                return
            self._put(cells[0].replace("\\|", "|"), self.line)
            self._blank()
            return
        self._put(f"| {' | '.join(cells)} |", self.line)
        if self.rows == 0:
            self._put("|" + "---|" * len(cells), self.line)
        self.rows += 1

    def _belongs_to_row_before(self, text: str) -> bool:
        """Whether a cell over all columns goes on with the paper of the row before it."""
        is_below = self.rows > 1 and self.page.lines[-1].startswith("|")
        return is_below and (_LINK in text or _SENTENCE_END.search(text) is not None)

    def summary_tag(self, is_end: bool) -> None:
        if self.cells is not None:
            self.buffer.append(" ")
        elif is_end:
            text = "".join(self.buffer).strip()
            self.buffer = []
            self.emphasis, self.link = [], None
            if text:
                self._put(f"<summary>{text}</summary>", self.buffer_line)
                self._blank()
        else:
            self._flush()

    def rule_tag(self, _is_end: bool) -> None:
        self._flush()
        self._blank()

    def _flush(self, trail: str = "") -> None:
        """Ends the line that is being written; a link that is open goes on in the next one."""
        if self.cells is not None or self.is_code:
            return
        link = self.link
        if link and "".join(self.buffer[link[0] :]).strip():
            self.link_blocks += 1
        self._end_link()
        for start, mark in reversed(self.emphasis):
            if mark != "`":
                self._wrap(start, mark, mark)
        self.emphasis = []
        text = "".join(self.buffer).strip()
        self.buffer = []
        if text:
            self._put(self._marked(text) + trail, self.buffer_line)
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

    def _put(self, text: str, line: int) -> None:
        self.page.lines.append(text)
        self.page.numbers.append(line)

    def _blank(self) -> None:
        if self.page.lines and self.page.lines[-1]:
            self._put("", self.line)


_BLOCKS: Mapping[str, Callable[[_Writer, bool], None]] = {
    "br": _Writer.break_tag,
    "ul": lambda writer, is_end: writer.list_tag(0, is_end),
    "ol": lambda writer, is_end: writer.list_tag(1, is_end),
    "li": _Writer.item_tag,
    "blockquote": _Writer.quote_tag,
    "pre": _Writer.pre_tag,
    "table": _Writer.table_tag,
    "tr": _Writer.row_tag,
    "td": _Writer.cell_tag,
    "th": _Writer.cell_tag,
    "summary": _Writer.summary_tag,
    "hr": _Writer.rule_tag,
}


def _attribute(text: str, name: str) -> str | None:
    for found in _ATTRIBUTE.finditer(text):
        if found["name"].lower() == name:
            value = next(
                v for v in (found["double"], found["single"], found["bare"]) if v is not None
            )
            return html.unescape(value)
    return None


def _escaped(text: str) -> str:
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


def join_lines(lines: Sequence[str]) -> str:
    """The source again."""
    return "\n".join(lines)
