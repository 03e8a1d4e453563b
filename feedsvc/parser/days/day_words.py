"""Whether a heading, bullet or bold line is hardly more than a time."""

from __future__ import annotations

import re
from functools import lru_cache

from feedsvc.parser.days.dates import ImpossibleDateError, Time, time_in_text
from feedsvc.parser.vocabulary.date_spellings import Grain
from feedsvc.parser.vocabulary.month_names import WEEKDAYS
from feedsvc.patterns import compile_later

LONGEST_HEADING = 200
WORDS_BESIDE_A_DAY = 4
"""As in `Daily Papers (2024-11-18)`; a heading with more words and a date may be a title."""

WORDS_BESIDE_A_NAMED_DAY = 1
"""Of a month by its name, which titles have too: `Report of March 3, 2024`."""

WORDS_BESIDE_A_RANGE = 8
"""Of days without a year, as in `Top ML Papers of the Week (April 21 - April 27)`."""

_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|[월화수목금토일]요일|(?:周|星期|週)[一二三四五六日天]"
    rf"|[月火水木金土日]曜日?|[(（][월화수목금토일月火水木金土日一二三四五六][)）]|\b(?:{'|'.join(WEEKDAYS.split())})\b,?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_WIDE = compile_later(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LETTERS_OF_A_WORD = 4
"""Of Chinese or Japanese, which put no space between words."""
_UPDATED = re.compile(r"updat|更新|업데이트|갱신|generated|生成", re.IGNORECASE)


@lru_cache(maxsize=4096)
def time_named(text: str, most_words: int = WORDS_BESIDE_A_DAY) -> Time | None:
    """The time, where the text is hardly more than that; else None.

    A day stands at the text's start or end; in its middle it is part of a title. Less than a
    whole day must stand alone.
    """
    if len(text) > LONGEST_HEADING:
        return None
    try:
        time = time_in_text(text)
    except ImpossibleDateError:
        return None
    if not time:
        return None
    before = _words(_WEEKDAY.sub(" ", text[: time.start]))
    behind = _words(_WEEKDAY.sub(" ", text[time.end :]))
    if time.is_range and most_words:
        return time if not (before and behind) and before + behind <= WORDS_BESIDE_A_RANGE else None
    if time.is_named:
        most_words = min(most_words, WORDS_BESIDE_A_NAMED_DAY)
    if time.grain is not Grain.DAY or not time.year:
        most_words = 0 if time.grain is Grain.YEAR or not time.year else most_words
    if (before and behind and time.grain is Grain.DAY) or before + behind > most_words:
        return None
    return time


def names_time(text: str) -> bool:
    """Whether the text is hardly more than a time."""
    return time_named(text) is not None


def names_day_alone(text: str, *, is_item: bool) -> bool:
    """Whether a line above papers names their time; a list item with more words is news."""
    return time_named(text, 0 if is_item else WORDS_BESIDE_A_DAY) is not None


def is_whole_day(text: str) -> bool:
    """Whether a text is a day with its year, and perhaps the day of the week, and nothing else."""
    time = time_named(text, 0)
    return time is not None and time.grain is Grain.DAY and bool(time.year)


def tells_update(text: str) -> bool:
    """Whether a text with a day in it says when the file was made, not of which day it is."""
    return _UPDATED.search(text) is not None


def _words(text: str) -> int:
    """About how many words the text has."""
    if text.isascii():
        return len(_WORD.findall(text))
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + -(-wide // LETTERS_OF_A_WORD)
