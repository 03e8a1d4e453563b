"""Names that share a line with links, ids and fields, and what the line says besides."""

from __future__ import annotations

import re

from msgspec import Struct

from feedsvc.parser.lines.inline import links_of, without_links_in_brackets
from feedsvc.parser.lines.labelled import LONGEST_LINE, read_segment
from feedsvc.parser.lines.names import author_text, looks_like_authors, says_more_authors
from feedsvc.parser.vocabulary.homes import address_of_id
from feedsvc.parser.vocabulary.labels import names_link
from feedsvc.patterns import compile_later

_BETWEEN = compile_later(r"(\s[·•|]\s|　)")
_BETWEEN_FIELDS = (
    ("|", compile_later(r"(\s\|\s)")),
    ("·", compile_later(r"(\s·\s)")),
    ("　", compile_later(r"(　+)")),
)
_EMPTY_EMPHASIS = compile_later(r"\*{2,6}|_{2,6}")
_IN_BRACKETS = compile_later(
    r"[(（](?P<inner>(?:[^()（）\]]|\](?:\([^()\s]{0,1000}\))?){0,1000})[)）]"
)
_BULLET = compile_later(r"[\s>]{0,6}(?:[-*+]\s)?")
_SLANTED_VENUE, _VENUE_OF_A_YEAR = (
    re.compile(rf"(?P<names>[^*\[\]<>|]{{4,2000}}?){form}")
    for form in (
        r"\.\s(?P<venue>[*_][^*_]{2,60}[*_][\s0-9,.;:()–-]{0,40})",
        r"\s[-–—]\s(?P<venue>[^|]{2,100}?\b(?:19|20)[0-9]{2}\W{0,5})",
    )
)
_MARKS = " |·•-–—,."


class Byline(Struct, frozen=True):
    """A line of names and more."""

    names: str
    left: str
    """The line without the names."""


def byline_of(line: str, *, may_be_one: bool = False) -> Byline | None:
    """The names of a line that says more; None where it has none, or nothing but names."""
    if len(line) >= LONGEST_LINE:
        return None
    found = _among_parts(line, may_be_one=may_be_one)
    found = found or _beside_links(line, may_be_one=may_be_one)
    return found or _before_venue(line, may_be_one=may_be_one)


def labelled_byline_of(line: str) -> Byline | None:
    """The names behind a label on a line of several fields: `Authors: A, B | Date: 2025`."""
    form = next((form for sign, form in _BETWEEN_FIELDS if sign in line), None)
    if form is None or len(line) >= LONGEST_LINE:
        return None
    pieces = form.split(line)
    for at in range(0, len(pieces) if len(pieces) > 1 else 0, 2):
        field = read_segment(_BULLET.sub("", pieces[at], count=1))
        beside = [*pieces[max(0, at - 2) : at : 2], *pieces[at + 2 : at + 3]]
        if field and field[0] == "authors" and all(map(_says_other, beside)):
            bullet = _BULLET.match(line)
            before = "".join(pieces[: at - 1]) if at else bullet[0] if bullet else ""
            left = before + "".join(pieces[at + 1 if at else at + 2 :])
            return Byline(field[1], left)
    return None


def _before_venue(line: str, *, may_be_one: bool) -> Byline | None:
    """The names behind which a venue stands: `Ada Lovelace, Charles Babbage. *Notes*, 1843`."""
    is_slanted, has_year = "*" in line or "_" in line, "19" in line or "20" in line
    for form, may_fit in ((_SLANTED_VENUE, is_slanted), (_VENUE_OF_A_YEAR, has_year)):
        found = form.fullmatch(line) if may_fit else None
        if found and looks_like_authors(found["names"], may_be_one=may_be_one):
            return Byline(author_text(found["names"]), found["venue"].lstrip())
    return None


def _among_parts(line: str, *, may_be_one: bool) -> Byline | None:
    """The one list of names among parts of a line of which another is a link, an id or a field.

    Names in emphasis that end in `et al.` need no such company.
    """
    if "|" not in line and "·" not in line and "•" not in line and "　" not in line:
        return None
    pieces = _BETWEEN.split(line)
    parts = pieces[::2]
    if len(parts) <= 1 or not (any(map(_says_other, parts)) or _are_first_names(parts[0])):
        return None
    lists = [number for number, part in enumerate(parts) if looks_like_authors(part)]
    if not lists and may_be_one:
        lists = [n for n, part in enumerate(parts) if looks_like_authors(part, may_be_one=True)]
    if len(lists) != 1:
        return None
    at = 2 * lists[0]
    bullet = _BULLET.match(line)
    left = [*pieces[:at], *pieces[at + 2 :]] if at else [bullet[0] if bullet else "", *pieces[2:]]
    return Byline(author_text(pieces[at]), "".join(left[:-1] if at + 1 == len(pieces) else left))


def _are_first_names(part: str) -> bool:
    part = part.strip()
    return part[:1] in {"*", "_"} and part[-1:] == part[0] and says_more_authors(part)


def _says_other(part: str) -> bool:
    """Whether a piece of a line is a field, an id or links that say where they lead."""
    links = links_of(part)
    if links:
        return all(names_link(link.plain_words) for link in links)
    return bool(address_of_id(part.strip("`*_ "))) or read_segment(part) is not None


def _beside_links(line: str, *, may_be_one: bool) -> Byline | None:
    """The names of a line that has links, too, which say where they lead."""
    links = links_of(line)
    if not links or not all(names_link(link.plain_words or "link") for link in links):
        return None
    text = without_links_in_brackets(line, links).strip(" |·•-–—,")
    text = text.removesuffix(" .").rstrip(" ,")
    if not looks_like_authors(text, may_be_one=may_be_one):
        return None
    names = author_text(text)
    before, found, behind = line.partition(names)
    left = _EMPTY_EMPHASIS.sub("", before + behind).strip(_MARKS)
    inside = _IN_BRACKETS.fullmatch(left)
    return Byline(names, (inside["inner"].strip() if inside else left) if found else line)
