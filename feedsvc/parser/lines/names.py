"""Authors: lists of names, what parts them, what hangs on them, and lines that are nothing else."""

from __future__ import annotations

import re

from msgspec import Struct

from feedsvc.parser.lines.inline import links_of, without_links
from feedsvc.parser.lines.titles import plain_title
from feedsvc.parser.source.text import decode_references, printable
from feedsvc.parser.vocabulary.labels import LAST_OF_OTHERS, OTHERS, names_link
from feedsvc.patterns import compile_later

_OTHERS_BEHIND = compile_later(
    r"(?:^|[\s,，、;；]|(?<=[\u3400-\u9fff\uac00-\ud7af])|(?<=\w)(?=等|ほか|他|ら|…))"
    rf"(?i:{OTHERS})\.?$"
)
_SLANTED_OTHERS = compile_later(r"[*_]{1,2}(et\.?\s?al\.?)[*_]{1,2}", re.IGNORECASE)
_QUOTED_LIST = re.compile(r"[\[(]\s*['\"\[]")
_QUOTED = r"'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\""
_QUOTED_NAME = compile_later(_QUOTED)
_LIST_OF_NAMES = compile_later(rf"(?:[\[\](),\s]|None|{_QUOTED})*")
_BETWEEN_NAMES = compile_later(r"['\"]\s?[,\[\]]")
_MARKDOWN_LINK = compile_later(r"\[([^\[\]]*)\]\([^()]*\)")
_EMOJI_BEFORE = re.compile(r"^[👥👤✍️\s]{1,8}")
_MARKUP = re.compile(r"[\[\\$&*_`<]")
_NOTHING = {"", "-", "–", "—", "?", "n/a", "none", "없음", "unknown", "null"}
MOST_WORDS_OF_A_NAME = 6

_INSTITUTION = compile_later(
    r"[(（](?:[^()（）]{0,200}?(?:[0-9,;，、&]|\b[A-Z]{2,}\b|(?i:univ|inst|lab\b|labs\b|college|school|research|cent[er]{2}"
    r"|department|corp|inc\b)|大学|大學|学院|研究|실험|대학|연구|公司|院|所)[^()（）]{0,200}|[0-9*†‡§¶#\s,]{0,12})[)）]"
)
_NOTED_NAME = compile_later(
    r"(?P<name>[^()（）]*[^()（）\s])\s?[(（](?P<note>[^()（）]{1,200})[)）]\s?"
)
WORDS_OF_A_PLACE = 3
"""Of a note behind a name; less may be another name of the same person."""
_NESTED_NOTE = compile_later(r"[(（]\s?[(（]")
_FOOTNOTE_SIGN = re.compile(r"[0-9¹²³⁴⁵⁶⁷⁸⁹⁰*†‡§¶✉♠♣♢♡<^]")
_FOOTNOTE = compile_later(
    r"(?<=[^\W\d_.])(?:[0-9¹²³⁴⁵⁶⁷⁸⁹⁰]{1,2}|[*†‡§¶✉♠♣♢♡]{1,3}|<sup>[^<>]{0,10}</sup>|\^\{?[0-9,*]{1,6}\}?)(?=$|[\s,])"
)
_ENDS_OF_A_PART = frozenset(" ,，、;；")
_AND_BEFORE = compile_later(r"^\s?(?:and|&)\s")
_FULL_STOP = compile_later(r"(?<=[^\W\d_A-Z]{3})\.$")
_AND = compile_later(
    r"\s(?:and|&)\s(?=[A-ZÀ-ÞĀ-Ž])"
    # Behind one of these a whole name stands, for families have them, too: Ortega y Gasset.
    r"|\s(?:y|e|et|und|и)\s"
    r"(?=[A-ZÀ-ÞĀ-Ž\u0400-\u042f][\w.'’-]{0,40}\s(?:[A-ZÀ-ÞĀ-Ž\u0400-\u042f]|d[ae]|v[ao]n))"
)
_MAY_HAVE_AND = re.compile(r"\s(?:and|&|y|e|et|und|и)\s")
_SEMICOLON = compile_later(r"[;；]")
_BETWEEN = re.compile(r"[,，、;；]|\s[·•|]\s")
_MARKS_BEHIND = compile_later(r"[*_]{1,3}$")
_BEFORE = compile_later(
    r"[\s>]{0,20}(?:[-*+]\s)?[\s\u2190-\u2bff\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d]{0,20}[*_]{0,3}(?:[Bb]y\s)?"
)
_SMALL = r"[a-z]{2,3}|della|y|e"

_CAPITAL = r"[A-ZÀ-ÞĀ-Ž\u0400-\u042f][\w'’.\u0300-\u036f-]*"
_LATIN_NAME = compile_later(
    rf"(?:{_CAPITAL}|(?:{_SMALL}|[a-z]['’][\w-]+))(?:[\s-](?:{_CAPITAL}|{_SMALL}|[a-z]['’][\w-]+)){{1,5}}"
)
_PLACE = compile_later(
    r"\b(?:University|Universit[àéä]t?|Universidad|Institute|Institut|College|Laborator(?:y|ies)"
    r"|Labs?|Research|Academy|Corporation|Inc)\b"
)
_WIDE_NAME = compile_later(
    r"[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]{2,6}(?:[\s·][\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]{1,4})?"
)
_NOTE_BEHIND = compile_later(r"\s?[(（\[][^()（）\[\]]{0,80}[)）\]]\s?")
_EMPHASISED = compile_later(r"[\s>-]{0,6}(?:[*_](?![*_\s])|[👥👤✍]|[Bb]y\s|<(?:sub|small|i|em)>)")
_IN_TAGS = compile_later(
    r"<(?P<tag>sub|small|i|em|p|span)(?:\s[^<>]{0,200})?>(?P<inner>.*)</(?P=tag)\s?>"
)
_BREAK_AT_END = compile_later(r"<br\s?/?>\s{0,9}$", re.IGNORECASE)
_RAISED = compile_later(r"<sup>[^<>]{0,20}</sup>")
_LONGEST_LINE = 20_000

_WORD = (
    r"(?:(?![AEO](?i:l|t\.?al|thers|tros|utros|utres)\b)[A-ZÀ-ÖØ-Þ][a-zA-ZÀ-ÖØ-öø-ɏ.'’-]*+"
    r"|d[aei]|v[ao]n|de[lnr])"
)
_PLAIN_NAMES = re.compile(rf"{_WORD}(?:(?: |(?<!\.), ){_WORD})+(?<!\.)")
"""Names on which nothing hangs, which commas part: most lists are no more, and are read at once."""


class Authors(Struct, frozen=True):
    """The names in order, none twice, and whether the digest says that there are more."""

    names: tuple[str, ...] = ()
    more: bool = False


def read_authors(value: str) -> Authors:
    """The authors of `A, B, +` or of a Python list written as text (`['A', "B C"]`).

    Institutions in parentheses, footnotes and `et al.` go. Raises ValueError where no name can be
    read.
    """
    if _PLAIN_NAMES.fullmatch(value):
        return Authors(tuple(dict.fromkeys(value.split(", "))))
    return read_authors_of_any_form(value)


def read_authors_of_any_form(value: str) -> Authors:
    """What `read_authors` says, without its short way for plain names."""
    value = printable(decode_references(value)).replace("\\[", "[").replace("\\]", "]")
    value = _SLANTED_OTHERS.sub(r"\1", value) if "*" in value or "_" in value else value
    value = _BREAK_AT_END.sub("", _RAISED.sub("", value)) if "<" in value else value
    value = _EMOJI_BEFORE.sub("", value).strip()
    if value.startswith("[") and value.endswith("]") and "](" not in value:
        value = value if _QUOTED_LIST.match(value) else value[1:-1].strip()
    if value.lower() in _NOTHING:
        return Authors()
    is_list = _QUOTED_LIST.match(value) is not None
    is_plain = not _MARKUP.search(value)
    if not is_list and not is_plain:
        value = re.sub(r"^(\*{1,2}|_{1,2}|`)(.*)\1$", r"\2", _MARKDOWN_LINK.sub(r"\1", value))
        is_plain = not _MARKUP.search(value)
    names = _names_of_list(value) if is_list else _split(value)
    named = dict[str, None]()
    more = False
    has_notes = not is_list and _FOOTNOTE_SIGN.search(value) and _FOOTNOTE.search(value)
    for name in names:
        plain = " ".join((name if is_plain else printable(plain_title(name))).split())
        alone = _without_others(plain)
        more = more or alone != plain
        alone = _FOOTNOTE.sub("", alone).strip() if has_notes and " " in alone else alone
        alone = _FULL_STOP.sub("", alone) if alone.endswith(".") else alone
        if alone:
            named[alone] = None
    if not named and not more:
        raise ValueError(value)
    return Authors(tuple(named), more)


def look_like_names(authors: Authors) -> bool:
    """Whether these are rather names than the words of a sentence."""
    small = sum(re.match(r"[a-z]", name) is not None for name in authors.names)
    return small <= len(authors.names) / 5 and all(
        len(name.split()) <= MOST_WORDS_OF_A_NAME and not name[0].isdigit()
        for name in authors.names
    )


def looks_like_authors(line: str, *, may_be_one: bool = False) -> bool:
    """Whether a line without a label is nothing but names; `may_be_one` lets one name do."""
    if len(line) > _LONGEST_LINE or line.startswith(("#", "|", "http", "![", "<sup>")):
        return False
    text = author_text(_without_searches(line))
    if (
        not text
        or ":" in text
        or "：" in text
        or "](" in text
        or "://" in text
        or text[-1] in ":：。!?！？"
    ):
        return False
    is_marked = _EMPHASISED.match(line) is not None
    has_more = _OTHERS_BEHIND.search(text) is not None
    text = _without_others(_NOTE_BEHIND.sub(" ", _NESTED_NOTE.split(text, maxsplit=1)[0])).rstrip(
        " .,…"
    )
    names = [name.strip() for name in _split(text) if name.strip()]
    if not names or (len(names) == 1 and not is_marked and not has_more and not may_be_one):
        return False
    good = sum(1 for name in names if _is_name(name))
    return good == len(names) or (len(names) > 3 and good >= 0.8 * len(names))  # noqa: PLR2004


def author_text(line: str) -> str:
    """The names of a line that `looks_like_authors`, without what stands around them."""
    text = decode_references(_without_searches(line)).strip().removesuffix("\\").rstrip()
    if "<" in text:
        text = _BREAK_AT_END.sub("", _RAISED.sub("", text)).rstrip()
        text = found["inner"] if (found := _IN_TAGS.fullmatch(text)) else text
    text = text[before.end() :] if (before := _BEFORE.match(text)) else text
    return (_MARKS_BEHIND.sub("", text) if text.endswith(("*", "_")) else text).strip()


def _without_searches(line: str) -> str:
    """The words of a line of links that lead to what else people have written."""
    links = links_of(line) if "](" in line else ()
    if not links or re.search(r"\w", without_links(line, links)):
        return line
    if any(link.paper or names_link(link.plain_words) for link in links):
        return line
    return _MARKDOWN_LINK.sub(r"\1", line)


def says_more_authors(text: str) -> bool:
    """Whether a text ends in what says that there are more authors: `Ada Lovelace et al.`."""
    return _OTHERS_BEHIND.search(author_text(text)) is not None


def _without_others(text: str) -> str:
    """The text without what says that there are more authors."""
    text = text.rstrip()
    if text[-1:] in LAST_OF_OTHERS:
        text = _OTHERS_BEHIND.sub("", text)
    return text.rstrip(" ,，、;；") if text[-1:] in _ENDS_OF_A_PART else text


def _is_name(text: str) -> bool:
    if _PLACE.search(text):
        return False
    return bool(_LATIN_NAME.fullmatch(text) or _WIDE_NAME.fullmatch(text))


def _split(value: str) -> list[str]:
    """The names of a text; what stands in parentheses parts none."""
    has_notes, places = "(" in value or "（" in value, 0
    if has_notes:
        value, places = _INSTITUTION.subn("", _NESTED_NOTE.split(value, maxsplit=1)[0])
    if ";" in value or "；" in value:
        parts = _SEMICOLON.split(value)
        if all(part.count(",") <= 1 for part in parts):
            return [_given_name_first(part) for part in parts]
    names = _BETWEEN.split(value)
    if _MAY_HAVE_AND.search(value):
        # Inside a list "&" is part of a name; only before its last name it stands for a comma.
        *first, last = names
        names = [_AND_BEFORE.sub("", part) for part in (*first, *_AND.split(last))]
    return _without_places(names, places) if has_notes else names


def _without_places(names: list[str], known: int) -> list[str]:
    """The names without the notes that stand behind all of them, which say where each works.

    Some of these are `known` already and out.
    """
    noted = {name: found for name in names if (found := _NOTED_NAME.fullmatch(name))}
    is_long = any(len(found["note"].split()) >= WORDS_OF_A_PLACE for found in noted.values())
    is_place = len(noted) + known >= len(names) and (len(names) > 1 or is_long)
    return [noted[name]["name"] if name in noted else name for name in names] if is_place else names


def _given_name_first(name: str) -> str:
    """`Lovelace, Ada` as `Ada Lovelace`."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and given.strip() else name


def _names_of_list(text: str) -> list[str]:
    """The names of a Python list, however deep. Raises ValueError for a list of other things."""
    if _LIST_OF_NAMES.fullmatch(text):
        found = (name["single"] or name["double"] for name in _QUOTED_NAME.finditer(text))
        # A backslash is TeX's, unless it stands before a quote.
        return [re.sub(r"\\(['\"])", r"\1", name) for name in found if name]
    # Names hold commas and apostrophes; what parts two of them stands between quotes.
    inner = text.strip("[]() ")
    names = [name.strip(" '\"") for name in re.split(r"(?<=['\"]),(?=\s?['\"])", inner)]
    if any(map(_BETWEEN_NAMES.search, names)):
        raise ValueError(text)
    return names
