"""The language of a digest: from its name, its front matter, or the letters of its text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from feedsvc.patterns import compile_later

_IN_NAME = re.compile(r"[._]([a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)$")
_CODES = frozenset(
    [
        "ar",
        "bg",
        "bn",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fa",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "ms",
        "nb",
        "nl",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sr",
        "sv",
        "th",
        "tr",
        "uk",
        "ur",
        "vi",
        "zh",
        "zh-cn",
        "zh-tw",
        "zh-hans",
        "zh-hant",
        "pt-br",
        "en-us",
        "en-gb",
    ]
)
_OTHER_NAMES = {"cn": "zh", "jp": "ja", "kr": "ko", "kor": "ko", "eng": "en", "chn": "zh"}

_SCRIPTS = (
    ("ko", compile_later(r"[\u1100-\u11ff\uac00-\ud7af]+")),
    ("ja", compile_later(r"[\u3040-\u30ff]+")),
    ("zh", compile_later(r"[\u3400-\u9fff]+")),
    ("ru", compile_later(r"[\u0400-\u04ff]+")),
    ("el", compile_later(r"[\u0370-\u03ff]+")),
    ("ar", compile_later(r"[\u0600-\u06ff]+")),
    ("he", compile_later(r"[\u0590-\u05ff]+")),
    ("th", compile_later(r"[\u0e00-\u0e7f]+")),
    ("hi", compile_later(r"[\u0900-\u097f]+")),
)
_UKRAINIAN = compile_later(r"[іїєґІЇЄҐ]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_LETTERS = compile_later(r"[^\W\d_]+")
_LOOKED_AT = 1500
_CLEAR = 0.12
"""Of the letters; papers in Korean or Chinese keep many words in English."""


def language_in_path(path: str) -> str | None:
    """The language that a digest's name ends in: `2024-11-18.en.md`, `2024-11-18_en.md`."""
    found = _IN_NAME.search(path.rpartition(".")[0])
    return language_code(found[1]) if found else None


def language_code(text: str) -> str | None:
    """A BCP 47 tag for what people write for a language; None where it is none."""
    tag = text.strip().replace("_", "-")
    tag = _OTHER_NAMES.get(tag.lower(), tag)
    return tag if tag.lower() in _CODES else None


def language_of_letters(texts: Iterable[str]) -> str | None:
    """The language that the letters of the texts tell; None where they tell none.

    Latin letters tell none: they are those of a hundred languages.
    """
    text = ""
    for each in texts:
        text += each[: _LOOKED_AT - len(text)]
        if len(text) == _LOOKED_AT:
            break
    if text.isascii():
        return None
    counts: dict[str, int] = {}
    # Without spaces a sentence is one run, and there is less to find.
    left = "".join(_NOT_ASCII.findall(text.replace(" ", "")))
    for name, script in _SCRIPTS:  # no letter is in two of them
        others = script.sub("", left) if left else ""
        counts[name], left = len(left) - len(others), others
    japanese = counts["ja"] + counts["zh"]
    if counts["ja"] >= 0.15 * japanese and _is_clear(japanese, text):
        return "ja"
    language = max(counts, key=lambda name: counts[name])
    if not _is_clear(counts[language], text):
        return None
    return "uk" if language == "ru" and _UKRAINIAN.search(text) else language


def _is_clear(count: int, text: str) -> bool:
    """Whether so many letters are enough of all in a text to tell its language."""
    # A text has no more letters than characters, which need no counting.
    return count > _CLEAR * len(text) or (
        count > 0 and count > _CLEAR * sum(map(len, _LETTERS.findall(text)))
    )
