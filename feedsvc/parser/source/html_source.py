"""HTML as the lines that Markdown would have: headings, items, rows, links, with their numbers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

from feedsvc.parser.source.html_line import HtmlLines, LineWriter, attribute, escaped
from feedsvc.parser.source.html_row import Row
from feedsvc.parser.source.html_tags import (
    BREAKERS,
    EMPHASIS,
    HEADINGS,
    KEPT,
    PARAGRAPHS,
    TOKEN,
)
from feedsvc.parser.vocabulary.labels import field_named
from feedsvc.patterns import compile_later

_SPACE = compile_later(r"\s+")
DEEPEST_LIST = 20
BREAK = "\n"
"""Where a paragraph ends in a cell; no text has it, as all white space there is one space."""


def html_to_lines(source: str) -> HtmlLines:
    """The lines of a page whose invisible parts are out already. Raises nothing, in linear time."""
    return _Writer().read(source)


_HARMLESS = compile_later(
    r"&(?:nbsp|apos|quot|[lr][sd]quo|[nm]dash|hellip|middot|[a-zA-Z](?:acute|grave|uml|circ|tilde|cedil|caron)"
    r"|#(?:39|34|160|x27|x22|xa0));",
    re.IGNORECASE,
)
"""References to characters that Markdown takes for nothing else."""
_LINK = "]("
_AUTHORS_CLASS = compile_later(
    r"\bclass\s?=\s?[\"']?(?:[^\"'<>]{0,100}[\s_-])?(?:authors|byline)(?=[\"'\s>]|$)", re.IGNORECASE
)
_BADGE_CLASS = compile_later(
    r"\bclass\s?=\s?[\"']?(?:[^\"'<>]{0,100}[\s_-])?(?:badges?|tags?|chip|pill|category|score|rating)"
    r"(?=[\"'\s>_-]|$)",
    re.IGNORECASE,
)
_BOLD_STYLE = compile_later(r"font-weight\s?:\s?(?:bold|[6-9]00)", re.IGNORECASE)
_LISTS = frozenset({"authors", "tags"})
"""The fields that several descriptions below one term are values of."""
_SENTENCE_END = compile_later(r"\w[.!?。！？](?:\s|$)")


def _character(reference: re.Match[str]) -> str:
    return html.unescape(reference[0]).replace("\xa0", " ")


class _Writer(LineWriter):
    """Writes lines while it goes over the tags once; no tag needs its end."""

    def read(self, source: str) -> HtmlLines:
        position = 0
        for token in TOKEN.finditer(source):
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
        self.flush()
        return self.page

    def _text(self, text: str) -> None:
        if self.is_title:
            self.page.title = self.page.title or " ".join(html.unescape(text).split())
        elif self.is_code:
            self.add(html.unescape(text) if "`" not in text else text)
        elif text.strip():
            line = self.line + text[: len(text) - len(text.lstrip())].count("\n")
            self.add(escaped(_SPACE.sub(" ", _HARMLESS.sub(_character, text))), line)
        elif self.buffer:
            self.buffer.append(" ")
        self.line += text.count("\n")

    def _tag(self, name: str, attributes: str, is_end: bool, whole: str) -> None:
        self.is_title = name == "title" and not is_end
        self.attributes = attributes
        if name in HEADINGS:
            self._heading(int(name[1]), is_end)
        elif name in EMPHASIS:
            self.emphasis_tag(EMPHASIS[name], is_end)
        elif name == "a":
            self.link_tag(attributes, is_end)
        elif name in {"img", "video", "source"}:
            self._media(name, is_end, whole)
        elif name in KEPT:
            self.add(f"<{'/' if is_end else ''}{name}>")
        elif name == "code" and not self.is_code:
            self.code_tag(is_end)
        elif handler := _BLOCKS.get(name):
            if self.heading and name in BREAKERS and not is_end:
                self._heading(0, is_end=True)
            handler(self, is_end)
        elif name in PARAGRAPHS:
            self._paragraph(name, is_end)

    def _paragraph(self, name: str, is_end: bool) -> None:
        if self.heading and name not in BREAKERS:
            self.buffer.append(" ")
            return
        if self.heading and not is_end:
            self._heading(0, is_end=True)
        if self.cells is not None:
            self.buffer.append(BREAK)
            return
        self.flush()
        self.blank()
        if not is_end:
            self._begin_styled()

    def _begin_styled(self) -> None:
        """Takes note of what the attributes of a paragraph say of its text."""
        if _BOLD_STYLE.search(self.attributes):
            self.emphasis_tag("**", is_end=False)
        self.says_authors = _AUTHORS_CLASS.search(self.attributes) is not None

    def _heading(self, level: int, is_end: bool) -> None:
        if self.cells is not None and not is_end:
            self._end_row()
        self.badge = -1
        if is_end and self.after and not "".join(self.buffer).strip():
            self.buffer = [f"{each} " for each in self.after if not each.startswith("<")]
            self.after = [each for each in self.after if each.startswith("<")]
        if not is_end or self.heading:
            self.flush()
            self.blank()
        self.heading = 0 if is_end else level
        self.lists, self.quotes = [], 0
        self.marker = ""  # an item that begins with a heading is no more than that
        if is_end:
            for media in self.after:
                self.put(media, self.line)
                self.blank()
            self.after = []

    def badge_tag(self, is_end: bool) -> None:
        """What a heading's badge says stands below it, if the heading says more."""
        if not is_end:
            if self.heading and self.badge < 0 and _BADGE_CLASS.search(self.attributes):
                self.badge = len(self.buffer)
        elif self.badge >= 0:
            text = "".join(self.buffer[self.badge :]).strip()
            del self.buffer[self.badge :]
            self.buffer.append(" ")
            self.after += [text] if text else []
            self.badge = -1

    def _media(self, name: str, is_end: bool, whole: str) -> None:
        tag = f"</{name}>" if is_end else " ".join(whole.split())
        if self.heading:
            if name != "source" and not is_end:
                self.after.append(tag)
        elif name == "video" and is_end:
            self.add(tag)
        else:
            self.add(tag)

    def break_tag(self, _is_end: bool) -> None:
        if self.heading:
            self.buffer.append(" ")
        elif self.cells is not None:
            self.buffer.append("<br>")
        elif self.is_code:
            self.buffer.append("\n")
        elif "".join(self.buffer).strip():
            self.flush("  ")

    def list_tag(self, number: int, is_end: bool) -> None:
        if self.cells is not None:
            self.buffer.append(" ")
            return
        self.flush()
        if not self.lists:
            self.blank()
        self.lists_authors = not is_end and _AUTHORS_CLASS.search(self.attributes) is not None
        if is_end:
            if self.lists:
                self.lists.pop()
            if not self.lists:
                self.blank()
        elif len(self.lists) < DEEPEST_LIST:
            self.lists.append([number])
        self.marker = ""

    def item_tag(self, is_end: bool) -> None:
        if self.cells is not None:
            self.buffer.append("<br>" if not is_end and self.buffer else " ")
            return
        if is_end and self.is_joined:
            return
        if not is_end and (
            self.lists_authors or attribute(self.attributes, "itemprop") == "author"
        ):
            self._begin_author()
            return
        self.flush()
        if is_end:
            self.marker = ""
            return
        counting = self.lists[-1] if self.lists else [0]
        self.marker = f"{counting[0]}. " if counting[0] else "- "
        counting[0] += bool(counting[0])

    def _begin_author(self) -> None:
        """Begins an item that is one author, which goes on with the line of the one before."""
        if self.is_joined:
            self.add(", ")
            return
        self.flush()
        self.marker = "- "
        self.add("Authors: ")
        self.is_joined = True

    def term_tag(self, is_end: bool) -> None:
        """A term that is a label stands before its description on the same line."""
        label = field_named("".join(self.buffer).strip(" :：")) if is_end else None
        if label and not self.heading:
            self.add(": ")
            self.is_joined = True
            self.takes_more = label in _LISTS
        else:
            self._paragraph("dt", is_end)

    def description_tag(self, is_end: bool) -> None:
        is_list = self.is_joined and self.takes_more
        if is_list and not is_end and self.buffer:
            while len(self.buffer) > 1 and not self.buffer[-1].strip():
                self.buffer.pop()
            last = self.buffer[-1].rstrip()
            self.buffer[-1] = f"{last} " if last.endswith((":", ",")) else f"{last}, "
        elif not is_list and (is_end or not self.is_joined):
            self._paragraph("dd", is_end)

    def quote_tag(self, is_end: bool) -> None:
        self.flush()
        self.blank()
        self.quotes = max(0, min(6, self.quotes + (-1 if is_end else 1)))

    def pre_tag(self, is_end: bool) -> None:
        if is_end and self.is_code:
            text = "".join(self.buffer)
            self.buffer = []
            fence = "~~~~" if "~~~" in text else "~~~"
            self.put(fence, self.buffer_line)
            for line in text.strip("\n").split("\n"):
                self.put(line, self.buffer_line)
            self.put(fence, self.line)
            self.blank()
            self.is_code = False
        elif not is_end and self.cells is None:
            self.flush()
            self.blank()
            self.is_code = True

    def table_tag(self, _is_end: bool) -> None:
        self._end_row()
        self.flush()
        self.blank()
        self.rows = 0
        self.row = Row()

    def row_tag(self, is_end: bool) -> None:
        self._end_row()
        if not is_end:
            self.flush()
            self.cells = []
            self.buffer_line = self.line

    def cell_tag(self, is_end: bool, *, is_head: bool) -> None:
        if self.cells is None:
            if not is_end:
                self.flush()
            return
        self._end_cell()
        if not is_end:
            self.is_bold_cell = _BOLD_STYLE.search(self.attributes) is not None
            self.row.begin(self.cells, self.attributes, is_head=is_head)

    def _end_cell(self) -> None:
        self.end_link()
        self.link = None
        self.emphasis = []
        text = "".join(self.buffer)
        self.buffer = []
        if self.cells is None or not (text.strip() or self.row.is_open):
            return
        if text.strip():
            self.parts = [" ".join(part.split()) for part in re.split(rf"{BREAK}|<br>", text)]
        self.row.end(self.cells, re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split())))

    def _end_row(self) -> None:
        if self.cells is None:
            return
        self._end_cell()
        cells, self.cells = self.cells, None
        row, self.row = self.row, self.row.next(cells)
        if not any(cells[index] for index in row.own):
            return
        if row.is_one_cell(cells, self.rows):
            self._put_alone(next(cells[index] for index in row.own if cells[index]))
            return
        self.put(f"| {' | '.join(cells)} |", self.line)
        if self.rows == 0:
            self.columns = len(cells)
            self.put("|" + "---|" * len(cells), self.line)
        self.rows += 1

    def _put_alone(self, cell: str) -> None:
        """Writes the only cell of a row: a layout's, a group's name, or more of the row before."""
        if self.rows == 0:
            for part in filter(None, self.parts):
                is_bold = self.is_bold_cell and "*" not in part and _LINK not in part
                self.put(f"**{part}**" if is_bold else part, self.line)
            self.blank()
        elif self._belongs_to_row_before(cell):
            self.page.lines[-1] += f" {cell} |"
        else:
            self.put(f"| {cell} |{' |' * (self.columns - 1)}", self.line)
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
                self.put(f"<summary>{text}</summary>", self.buffer_line)
                self.blank()
        else:
            self.flush()

    def rule_tag(self, _is_end: bool) -> None:
        self.flush()
        self.blank()


_BLOCKS: Mapping[str, Callable[[_Writer, bool], None]] = {
    "br": _Writer.break_tag,
    "ul": lambda writer, is_end: writer.list_tag(0, is_end),
    "ol": lambda writer, is_end: writer.list_tag(1, is_end),
    "li": _Writer.item_tag,
    "dt": _Writer.term_tag,
    "dd": _Writer.description_tag,
    "blockquote": _Writer.quote_tag,
    "pre": _Writer.pre_tag,
    "table": _Writer.table_tag,
    "tr": _Writer.row_tag,
    "td": lambda writer, is_end: writer.cell_tag(is_end, is_head=False),
    "th": lambda writer, is_end: writer.cell_tag(is_end, is_head=True),
    "summary": _Writer.summary_tag,
    "span": _Writer.badge_tag,
    "hr": _Writer.rule_tag,
}
