"""The language of searches: what a person typed to a `Query`, and its one canonical form.

    query = term { " " term }                     all must hold
    term  = ["-"] [field ":"] item { " OR " item }
    item  = word | word "*" | '"' words '"'
    field = author | title | id

A bare arXiv id, or the address of a paper there, means `id:`. What has no letters is left out, so
that a title can be pasted. The limits are in the language, as nothing stops a query under way in
time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from urllib.parse import parse_qsl, quote

from msgspec import Struct

from feedsvc.search.faults import fault
from feedsvc.search.tokens import (
    Phrase,
    is_of_signs,
    letters_in,
    phrases_of_word,
    phrases_of_words,
    without_unseen,
)

LONGEST_QUERY = 200
"""Characters."""

MOST_TERMS = 8
MOST_ITEMS = 4
MOST_WORDS = 10
"""In a phrase."""

SHORTEST_PREFIX = 3
"""Letters before a star."""

DEFAULT_LIMIT = 50
MOST_HITS = 200
"""The highest limit."""

PARAMETERS = ("q", "author", "min_votes", "since", "until", "limit")
"""In the order of the canonical form. Others are ignored."""


class Field(Enum):
    """Where an item is looked for."""

    ANYWHERE = ""
    AUTHOR = "author"
    TITLE = "title"
    ID = "id"


class Item(Struct, frozen=True):
    """A word, words in a row, or an id."""

    field: Field
    words: tuple[str, ...]
    """As typed, in lower case; of an id the one in its canonical form."""
    is_phrase: bool = False
    """Whether the words stand in quotation marks."""
    is_prefix: bool = False
    """Whether the word is only the beginning of one."""

    @property
    def phrases(self) -> list[Phrase]:
        """Any of these must be in the text. An id has none."""
        has_forms = self.field is not Field.AUTHOR
        if self.field is Field.ID:
            return []
        if self.is_phrase:
            return phrases_of_words(self.words, has_forms=has_forms)
        return phrases_of_word(self.words[0], is_prefix=self.is_prefix, has_forms=has_forms)

    def __str__(self) -> str:
        words = " ".join(self.words)
        return f'"{words}"' if self.is_phrase else words + "*" * self.is_prefix


class Term(Struct, frozen=True):
    """Items of which any must hold, or none if the term is negated."""

    items: tuple[Item, ...]
    is_negated: bool = False

    def __str__(self) -> str:
        # An id is known as one without its field.
        field = next((item.field for item in self.items if item.field is not Field.ID), Field.ID)
        named = f"{field.value}:" if field in {Field.AUTHOR, Field.TITLE} else ""
        return "-" * self.is_negated + named + " OR ".join(map(str, self.items))


class Query(Struct, frozen=True):
    """What is asked for. All must hold; nothing asked for is every paper."""

    terms: tuple[Term, ...] = ()
    author: tuple[str, ...] = ()
    """Words of a name, in a row."""
    min_votes: int = 0
    since: date | None = None
    until: date | None = None
    limit: int = DEFAULT_LIMIT
    """The most hits that are wanted, the newest."""

    @property
    def q(self) -> str:
        """The terms as a person may type them."""
        return " ".join(map(str, self.terms))

    @property
    def conditions(self) -> Sequence[Term]:
        """The terms and the author, which is one more."""
        if not self.author:
            return self.terms
        return [*self.terms, Term((Item(Field.AUTHOR, self.author, is_phrase=True),))]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Query(limit=self.limit)

    @property
    def values(self) -> dict[str, str]:
        """The parameters that are not their defaults, in canonical order."""
        found = {
            "q": self.q,
            "author": " ".join(self.author),
            "min_votes": str(self.min_votes or ""),
            "since": str(self.since or ""),
            "until": str(self.until or ""),
            "limit": "" if self.limit == DEFAULT_LIMIT else str(self.limit),
        }
        return {name: value for name, value in found.items() if value}

    @property
    def canonical(self) -> str:
        """The query string that all searches for the same are brought to; empty for nothing."""
        return "&".join(f"{name}={quote(value, safe='')}" for name, value in self.values.items())


def values_of(query_string: str) -> dict[str, str]:
    """The parameters that we know in the query of an address; of several the first."""
    pairs = parse_qsl(query_string, errors="replace")
    return {name: value for name, value in reversed(pairs) if name in PARAMETERS}


def parse_query(values: Mapping[str, str]) -> Query:
    """The query of parameters as they were given. Raises QueryError."""
    texts = {name: _plain(values.get(name, "")) for name in PARAMETERS}
    author = tuple(texts["author"].lower().split())
    if author and not phrases_of_words(author):
        raise fault("no name", text=texts["author"])
    _bound(author, MOST_WORDS, "words of a name", texts["author"])
    _bound(texts["author"], LONGEST_QUERY, "long name")
    return Query(
        terms=_terms(texts["q"]),
        author=author,
        min_votes=_number("min_votes", texts["min_votes"], 0, 0, 999_999_999),
        since=_day("since", texts["since"]),
        until=_day("until", texts["until"]),
        limit=_number("limit", texts["limit"], DEFAULT_LIMIT, 1, MOST_HITS),
    )


_QUOTES = re.compile("[\u201c-\u201f\uff02]")


def _plain(text: str) -> str:
    """A value in NFC, with single spaces, and of signs that every format can carry."""
    text = unicodedata.normalize("NFC", without_unseen(_QUOTES.sub('"', text)))
    shown = (letter if letter.isprintable() else " " for letter in text)
    return " ".join("".join(shown).split())


_FIELDS = "|".join(field.value for field in Field if field.value)
_ITEM = re.compile(
    rf' ?(?P<minus>-?)(?:(?P<field>{_FIELDS}):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^ "]+))',
    re.IGNORECASE,
)
_OR = re.compile(r" ?OR(?= |$)")
_BARE_FIELD = re.compile(rf"-?(?:{_FIELDS}):", re.IGNORECASE)


def _terms(text: str) -> tuple[Term, ...]:
    _bound(text, LONGEST_QUERY, "long query")
    terms, position, number = list[Term](), 0, 0
    while position < len(text):
        number += 1
        found = _item_at(text, position)
        minus, field = found["minus"], Field((found["field"] or "").lower())
        items, position = [_item(field, found)], found.end()
        while alternative := _OR.match(text, position):
            found = _item_at(text, alternative.end())
            if found["minus"] or found["field"]:
                raise fault("alternatives", text=text)
            items.append(_item(field, found))
            position = found.end()
        _bound(items, MOST_ITEMS, "many alternatives", text)
        if kept := tuple(item for item in items if item):
            terms.append(Term(kept, bool(minus)))
    if text and not terms:
        raise fault("no letters", text=text)
    _bound(terms, MOST_TERMS, "terms", text)
    return tuple(terms)


def _item_at(text: str, position: int) -> re.Match[str]:
    if _OR.match(text, position) or position >= len(text):
        raise fault("or", text=text)
    found = _ITEM.match(text, position)
    if not found:
        raise fault("quotation", text=text)
    if _BARE_FIELD.fullmatch(found["word"] or ""):
        raise fault("field", text=text, field=found["word"])
    return found


def _item(field: Field, found: re.Match[str]) -> Item | None:
    """What stands at a place; None if it has no letters."""
    phrase, word = found["phrase"], (found["word"] or "").lower()
    if field is Field.ID:
        id_ = arxiv_id_in((phrase or word).strip().lower())
        if not id_:
            raise fault("id", text=phrase or word)
        return Item(Field.ID, (id_,))
    if phrase is not None:
        words = tuple(phrase.lower().split())
        _bound(words, MOST_WORDS, "words of a phrase", phrase)
        item = Item(field, words, is_phrase=True)
        return item if item.phrases else None
    if field is Field.ANYWHERE and (id_ := arxiv_id_in(word)):
        return Item(Field.ID, (id_,))
    if "*" in word:
        return _prefix(field, word)
    item = Item(field, (word,))
    return item if item.phrases else None


def _prefix(field: Field, word: str) -> Item:
    start = word.removesuffix("*")
    # A run of signs is found at the beginning of longer ones anyway.
    fewest = SHORTEST_PREFIX - is_of_signs(start)
    if "*" in start or letters_in(start) < fewest:
        raise fault("star", fewest=SHORTEST_PREFIX, word=word)
    return Item(field, (start,), is_prefix=True)


_ARXIV = re.compile(
    r"(?:arxiv:|https?://(?:[a-z0-9-]+\.)*(?:arxiv\.org|huggingface\.co|hf\.co|alphaxiv\.org|doi\.org)"
    r"/(?:[a-z0-9.-]+/)*(?:arxiv\.)?)?"
    r"(?P<id>[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]+)?(?:\.pdf)?"
    r"[/.,;]?(?:[?#].*)?"
)


def arxiv_id_in(word: str) -> str | None:
    """The id that a word in lower case is, or is an address of; without its version."""
    found = _ARXIV.fullmatch(word)
    return found["id"] if found else None


def _number(name: str, text: str, default: int, lowest: int, highest: int) -> int:
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
        raise fault("number", name=name, lowest=lowest, highest=highest, text=text)
    return int(text)


def _day(name: str, text: str) -> date | None:
    try:
        if not text or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
            return date.fromisoformat(text) if text else None
    except ValueError:
        pass
    raise fault("day", name=name, text=text)


def _bound(found: Sequence[object], most: int, name: str, text: str = "") -> None:
    if len(found) > most:
        raise fault(name, most=most, count=len(found), text=text)
