"""Digest text to papers and problems. Raises nothing on text, reads no file, knows no feed."""

from __future__ import annotations

from datetime import date

from feedsvc.model import Digest
from feedsvc.parser.problems import Problems
from feedsvc.parser.reading import Reading, read_digest
from feedsvc.parser.source import source_of
from feedsvc.parser.text import read_lines

LONGEST_PAPER = 200_000
"""Characters of a paper's text, as written; only a mistake makes one longer."""

READERS = {".md": False, ".markdown": False, ".html": True, ".htm": True}
"""The suffixes of digests in lower case, and whether they are HTML."""


def parse_digest(
    path: str,
    data: bytes,
    media_base: str = "",
    *,
    longest_paper: int = LONGEST_PAPER,
    today: date | None = None,
) -> Digest:
    """The papers of one digest and its problems.

    `path` is relative to the folder of digests and ends in a key of READERS; the date in it wins
    over the headings'. Relative pictures are resolved against `media_base`, if there is one. What
    the text of a paper has beyond `longest_paper` characters is left out and reported, and so are
    papers of a day later than the one after `today`, where that is given.
    """
    problems = Problems(path)
    lines = read_lines(data, problems)
    is_html = READERS["." + path.rpartition(".")[2].lower()]
    how = Reading(path, media_base, longest_paper, today)
    return read_digest(how, source_of(lines, problems, is_html=is_html), problems)
