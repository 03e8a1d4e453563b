"""Tables in Markdown: their columns by what the head names them, rows that run over lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from msgspec import Struct

from feedsvc.parser.source.text import have
from feedsvc.parser.vocabulary.labels import field_named, label_set, plain_label
from feedsvc.patterns import compile_later

_CODE_SPAN = compile_later(r"`[^`]{1,300}`")
_AND = compile_later(r"\s?[&/+]\s?|\s(?:and|with)\s|[与與和及및]")
"""What stands between the names of two things that a column holds, the title first."""
_TITLES = (
    "title paper papers paper_title paper_name name article title_&_link paper_&_link 论文"
    " 标题 题目 论文标题 论文题目 论文名称 文章 논문 제목 논문명 논문_제목 論文 タイトル 題名"
    " 論文名"
)
_TOPICS = (
    "topic topics category categories area field task track subject keyword keywords 方向"
    " 研究方向 类别 分类 领域 主题 分野 カテゴリ 분야 주제 카테고리 분류"
)
_DAYS = "when day week 주차 周次 週 일자 일시 何日 日時 日程"
TITLE_COLUMNS = label_set(_TITLES)
TOPIC_COLUMNS = label_set(_TOPICS)
DAY_COLUMNS = label_set(_DAYS)
"""What heads call the columns of titles, of topics and, besides the labels of `date`, of days."""
MOST_CELLS = 60
LABEL_AND_VALUE = 2
"""The cells of a row that names what it tells; a table of fewer rows tells nothing."""


class Row(Struct, frozen=True):
    """One row below a table's head."""

    start: int
    end: int
    """Index behind its last line."""
    cells: Sequence[str]


class Table(Struct, frozen=True):
    """A table with its head; indexes are of lines."""

    start: int
    end: int
    head: Sequence[str]
    roles: Sequence[str]
    """What each column holds: `title`, `topic`, a key of `vocabulary.labels.FIELDS`, or nothing."""
    rows: Sequence[Row]
    kind: int
    """The number of its head among the file's heads: tables of one head are of one kind."""

    def group_in(self, row: Row) -> str:
        """What a row names that has one cell of several and no link: a day, a topic; else nothing.

        Only the first cell names the rows below it.
        """
        filled = [cell for cell in row.cells if cell]
        is_name = len(filled) == 1 and row.cells[0] == filled[0] and len(self.head) > 1
        return filled[0] if is_name and "](" not in filled[0] and "<a " not in filled[0] else ""

    @property
    def is_record(self) -> bool:
        """Whether it has a label and a value in each row, and so tells of one thing."""
        if len(self.head) != LABEL_AND_VALUE or len(self.rows) < LABEL_AND_VALUE:
            return False
        labels = [row.cells[0] for row in self.rows if row.cells]
        return sum(field_named(label) is not None for label in labels) > len(self.rows) / 2


def read_tables(lines: Sequence[str], fenced: Collection[int]) -> list[Table]:
    """The tables outside fences."""
    tables = []
    kinds: dict[tuple[str, ...], int] = {}
    index = 1
    end = len(lines) if have(lines, "|") else 0
    while index < end:
        line = lines[index]
        if (
            "-" in line
            and "|" in line
            and "|" in lines[index - 1]
            and index not in fenced
            and _is_delimiter(line)
        ):
            table = _read(lines, index, kinds)
            tables.append(table)
            index = table.end
        index += 1
    return tables


def _is_delimiter(line: str) -> bool:
    return not set(line) - set("|:- \t>") and any("-" in cell for cell in line.split("|"))


def cells_of(line: str) -> list[str]:
    """The cells of a row; a bar behind a backslash or in code parts nothing."""
    text = line.strip().removeprefix(">").strip().removeprefix("|")
    if "`" in text:
        text = _CODE_SPAN.sub(lambda found: found[0].replace("|", "\\|"), text)
    cells = re.split(r"(?<!\\)\|", text)
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [cell.replace("\\|", "|").strip() for cell in cells[:MOST_CELLS]]


def _read(lines: Sequence[str], delimiter: int, kinds: dict[tuple[str, ...], int]) -> Table:
    head = cells_of(lines[delimiter - 1])
    rows: list[Row] = []
    begins_with_bar = lines[delimiter].lstrip("> ").startswith("|")  # so a line without goes on
    index = delimiter + 1
    while index < len(lines) and (line := lines[index]).strip():
        start, index = index, index + 1
        if "|" not in line and not rows:
            break
        text, cells = line, cells_of(line)
        while (
            begins_with_bar
            and len(cells) < len(head)
            and index < len(lines)
            and lines[index].strip()
            and not lines[index].lstrip("> ").startswith("|")
            and not lines[index].startswith("#")
        ):
            text += " " + lines[index].strip()
            cells = cells_of(text)
            index += 1
        if "|" not in text:
            index = start
            break
        rows.append(Row(start, index, cells))
    kind = kinds.setdefault(tuple(head), len(kinds))
    return Table(delimiter - 1, index, head, [_role(name) for name in head], rows, kind)


def _role(name: str) -> str:
    label = plain_label(name.replace("&nbsp;", " "))
    if label in TITLE_COLUMNS or plain_label(_AND.split(label, maxsplit=1)[0]) in TITLE_COLUMNS:
        return "title"
    if label in TOPIC_COLUMNS:
        return "topic"
    if label in DAY_COLUMNS:
        return "date"
    return field_named(label) or ""
