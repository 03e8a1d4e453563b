"""Digest text to papers and problems. Raises nothing on text, reads no file, knows no feed.

The text of a digest passes these stages, each a folder that imports only those above it:

    vocabulary  the tables that people edit: labels, homes of papers, spellings of days, problems
    source      bytes to lines of Markdown with their numbers, also of a page in HTML
    days        times in paths, headings and fields; which day a paper is of
    lines       what one line says: links, labelled fields, names, titles
    blocks      lines to blocks, the places where a paper may begin, and where each ends
    units       blocks to candidates with their evidence; the choice of those that are papers; for
                each of them one unit: its lines and its topics
    paper       units to drafts (title, address, fields, media, text), and drafts to papers

`reading` leads a digest through them. Nothing is decided by the name of a publisher: what is a
paper is chosen file by file, by what speaks for each form (`units.choice`).
"""

from __future__ import annotations

from datetime import date

from feedsvc.model import Digest
from feedsvc.parser.blocks.blocks import UNITS
from feedsvc.parser.days.rules import DayRule

LONGEST_PAPER = 200_000
"""Characters of a paper's text, as written; only a mistake makes one longer."""

READERS = {".md": False, ".markdown": False, ".html": True, ".htm": True}
"""The suffixes of digests in lower case, and whether they are HTML."""

DAYS = {rule.value: rule for rule in DayRule}
"""What dates papers, by the names that the setting has for it."""

__all__ = ["DAYS", "LONGEST_PAPER", "READERS", "UNITS", "parse_digest"]


def parse_digest(  # noqa: PLR0913 - all but the first two are settings
    path: str,
    data: bytes,
    media_base: str = "",
    *,
    longest_paper: int = LONGEST_PAPER,
    today: date | None = None,
    unit: str = "",
    days: str = "",
) -> Digest:
    """The papers of one digest and its problems.

    `path` is relative to the folder of digests and ends in a key of READERS; the date in it wins
    over the headings'. Relative pictures are resolved against `media_base`, if there is one. What
    the text of a paper has beyond `longest_paper` characters is left out and reported, and so are
    papers of a day later than the one after `today`, where that is given. `unit`, a key of UNITS,
    lets only candidates of that kind be papers, and `days`, a key of DAYS, says what dates them;
    else evidence chooses.
    """
    # The patterns of all stages take longer to compile than a server to start, whose digests have
    # mostly been read before.
    from feedsvc.parser.reading import Reading, read_digest  # noqa: PLC0415
    from feedsvc.parser.source.source import source_of  # noqa: PLC0415
    from feedsvc.parser.source.text import read_lines  # noqa: PLC0415
    from feedsvc.parser.vocabulary.problems import Problems  # noqa: PLC0415

    problems = Problems(path)
    lines = read_lines(data, problems)
    is_html = READERS["." + path.rpartition(".")[2].lower()]
    how = Reading(path, media_base, longest_paper, today, UNITS.get(unit), DAYS.get(days))
    return read_digest(how, source_of(lines, problems, is_html=is_html), problems)
