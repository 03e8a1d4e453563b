"""Texts as tokens, on both sides: what a paper says, and the phrases that a query's word means.

Korean, Chinese and Japanese don't part words as a dictionary would: 언어모델 and 언어 모델 are one
thing. So each run of their signs becomes its overlapping pairs and then its last sign alone:

    언어모델   ->  언어 어모 모델 델
    언어 모델  ->  언어 어 모델 델

A run is then found in any longer one by the phrase of its pairs. The last sign alone marks where a
run ends, so that 확산 산업 never answers to 확산업, and makes words of one sign findable.

Everything else is letters and digits between what is neither. A word with hyphens is its parts; at
the end of a text it stands again without them, so that GPT4 finds GPT-4 and `agent` multi-agent.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations, product
from operator import add

from msgspec import Struct

BARRIER = "¦"
"""A token between texts, so that no phrase goes from one to the next. No word has this sign."""

_SIGNS = (
    *((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xD7B0, 0xD7FB)),
    *((0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F)),
    *((0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF)),
)
"""What is written without spaces: Hangul, Han, Kana. Not the bar ・, which parts words."""

_BORDERS = sorted(border for first, last in _SIGNS for border in (first, last + 1))

_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_HYPHENS = re.compile("[\u2010\u2013]")
_ACCENTED = re.compile("[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_INNER_HYPHEN = re.compile(r"(?<=[^\W_])-(?=[^\W_])")

_TAG = re.compile(r'<(/?[a-z0-9]*)[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_INSIDE_WORDS = frozenset({"a", "b", "code", "del", "em", "i", "s", "strong", "sub", "sup"})
"""Tags that part no words."""
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|nbsp|#x27|#39);")
_REFERENCES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "nbsp": " "}

SHORTEST_PART = 2
"""Signs of each part of a run that may have gaps between its parts."""

MOST_GAPS = ((8, 3), (12, 2), (24, 1))
"""For words up to so many signs, how many gaps they may have; longer ones have none."""

FEWEST_SINGULAR = 4
"""Letters of a plural from which a singular is made: `gas` is none."""


class Phrase(Struct, frozen=True, order=True):
    """Tokens in a row."""

    tokens: tuple[str, ...]
    is_prefix: bool = False
    """Whether the last token is only the beginning of one."""


def text_of_html(html: str) -> str:
    """The words of sanitised HTML; what would part them in print does so here."""
    text = _TAG.sub(lambda tag: "" if tag[1].strip("/") in _INSIDE_WORDS else " ", html)
    return _REFERENCE.sub(lambda found: _REFERENCES.get(found[1], "'"), text)


def tokens_of(texts: Iterable[str]) -> str:
    """Texts as their tokens with spaces between; no phrase leads from one text into another."""
    streams = (stream for text in texts for stream in _streams(fold(text)))
    return f" {BARRIER} ".join(streams)


def fold(text: str) -> str:
    """A text as it is compared: NFKC, lower case, no accents, no unseen signs, hyphens alike."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).lower()
    text = _ACCENTED.sub(lambda letter: unicodedata.normalize("NFD", letter[0])[0], text)
    return _HYPHENS.sub("-", without_unseen(_ACCENTS.sub("", text)))


def without_unseen(text: str) -> str:
    """A text without signs that only say where a line may break or letters join."""
    return _UNSEEN.sub("", text)


def letters_in(word: str) -> int:
    """How many letters, digits and signs a word has."""
    return sum(map(len, _runs().findall(fold(word))))


def is_of_signs(word: str) -> bool:
    """Whether a word ends in a run of signs, which longer ones that begin so have in them."""
    runs = _runs().findall(fold(word))
    return bool(runs) and _is_signs(runs[-1])


def phrases_of_word(word: str, *, is_prefix: bool = False, has_forms: bool = True) -> list[Phrase]:
    """The phrases of which any is meant by a word; none if it has no letters.

    With `has_forms` its last part is also meant in singular and plural.
    """
    found: dict[Phrase, None] = {}
    for runs in _readings([word]):
        gaps = _gaps_of(runs)
        ways = [list(_ways(run, gaps, is_last=run_is_last)) for run, run_is_last in _marked(runs)]
        for way in product(*ways):
            if sum(gaps_used for gaps_used, _ in way) > gaps:
                continue
            tokens = tuple(token for _, some in way for token in some)
            found |= dict.fromkeys(_ends(tokens, is_prefix=is_prefix, has_forms=has_forms))
    return list(found)


def phrases_of_words(words: Sequence[str], *, has_forms: bool = True) -> list[Phrase]:
    """The phrases of which any is meant by words in a row; of its last word as of a single one."""
    found: dict[Phrase, None] = {}
    for runs in _readings(words):
        tokens = tuple(
            token for run, is_last in _marked(runs) for token in _tokens(run, is_open=is_last)
        )
        found |= dict.fromkeys(_ends(tokens, is_prefix=False, has_forms=has_forms))
    return list(found)


def _streams(text: str) -> Iterator[str]:
    """A folded text, and each of its words with hyphens again without them."""
    yield " ".join(map(_closed, _runs().findall(text)))
    if "-" not in text:
        return
    for chunk in dict.fromkeys(text.split()):
        if "-" in chunk and _INNER_HYPHEN.search(chunk):
            yield " ".join(map(_closed, _runs().findall(_INNER_HYPHEN.sub("", chunk))))


def _readings(words: Sequence[str]) -> list[list[str]]:
    """The runs of words: with their parts apart, and with all hyphens gone; often the same."""
    folded = " ".join(map(fold, words))
    readings = [_runs().findall(folded), _runs().findall(_INNER_HYPHEN.sub("", folded))]
    return [runs for number, runs in enumerate(readings) if runs and runs not in readings[:number]]


def _marked(runs: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each run, and whether it is the last."""
    return ((run, number == len(runs)) for number, run in enumerate(runs, 1))


def _is_signs(run: str) -> bool:
    return bisect(_BORDERS, ord(run[0])) % 2 == 1


@cache
def _runs() -> re.Pattern[str]:
    """Finds runs; made when first needed, as that takes longer than all else of loading this."""
    signs = "".join(f"{chr(first)}-{chr(last)}" for first, last in _SIGNS)
    return re.compile(rf"[{signs}]+|[^\W_{signs}]+")


def _tokens(run: str, *, is_open: bool) -> Sequence[str]:
    """The tokens of a run; one that is open may go on in the text."""
    if not _is_signs(run) or len(run) == 1:
        return [run]
    pairs = [*map(add, run, run[1:])]
    return pairs if is_open else [*pairs, run[-1]]


@lru_cache(1 << 16)
def _closed(run: str) -> str:
    """The tokens of a run in a text. Texts use few different ones again and again."""
    return " ".join(_tokens(run, is_open=False))


def _gaps_of(runs: Sequence[str]) -> int:
    """How many gaps there may be in all: fewer in long words, of which there are many ways."""
    signs = sum(len(run) for run in runs if _is_signs(run))
    return next((gaps for most, gaps in MOST_GAPS if signs <= most), 0)


def _ways(run: str, gaps: int, *, is_last: bool) -> Iterator[tuple[int, Sequence[str]]]:
    """The tokens of a run with up to so many gaps, and how many each way has."""
    places = range(SHORTEST_PART, len(run) - SHORTEST_PART + 1) if _is_signs(run) else ()
    for count in range(gaps + 1):
        for chosen in combinations(places, count):
            ends = [*chosen, len(run)]
            if all(
                end - start >= SHORTEST_PART for start, end in zip(chosen, ends[1:], strict=True)
            ):
                parts = [run[start:end] for start, end in zip([0, *chosen], ends, strict=True)]
                tokens = [token for part in parts[:-1] for token in _tokens(part, is_open=False)]
                yield count, [*tokens, *_tokens(parts[-1], is_open=is_last)]


def _ends(tokens: tuple[str, ...], *, is_prefix: bool, has_forms: bool) -> Iterator[Phrase]:
    """The phrase, and with other forms of its last token."""
    if is_prefix:
        yield Phrase(tokens, not _is_signs(tokens[-1]))
        return
    yield Phrase(tokens)
    for form in _forms(tokens[-1]) if has_forms else ():
        yield Phrase((*tokens[:-1], form))


def _forms(word: str) -> Iterator[str]:
    """The plural of an English word, and what it may be the plural of."""
    if not re.fullmatch(r"[a-z0-9]*[a-z]", word) or len(word) < SHORTEST_PART:
        return
    if word.endswith(("s", "x", "z", "ch", "sh")):
        yield word + "es"
    elif re.search(r"[^aeiou]y$", word):
        yield word[:-1] + "ies"
    else:
        yield word + "s"
    if len(word) < FEWEST_SINGULAR or not re.search(r"[^su]s$", word):
        return
    yield word[:-1]
    if word.endswith("ies"):
        yield word[:-3] + "y"
    elif re.search(r"(?:[sxz]|ch|sh)es$", word):
        yield word[:-2]
