"""How people write days, weeks, months and years: one table for paths, two for text.

A new spelling is a row. Its groups are `year` (or `short`, of two digits), `month` (or `name`),
`day` and `week`; in a range those of the last day count, and the first day's have a 1 behind.
"""

from __future__ import annotations

import re
from enum import IntEnum

from feedsvc.parser.vocabulary.month_names import NUMBERS, WORDS
from feedsvc.patterns import compile_later

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Grain(IntEnum):
    """How exactly a text names a time."""

    YEAR = 1
    MONTH = 2
    WEEK = 3
    DAY = 4


class Spelling:
    """A way to write a time."""

    def __init__(
        self, words: str, grain: Grain, *, is_usual: bool = True, is_range: bool = False
    ) -> None:
        self.form = compile_later(words, re.IGNORECASE)
        self.grain = grain
        self.is_usual = is_usual
        """Whether nobody writes anything else so."""
        self.is_range = is_range
        """Whether it names a first and a last day, though no year, as hardly a title does."""


def _spelling(form: str, grain: Grain = Grain.DAY) -> Spelling:
    return Spelling(form, grain)


def _rare(form: str, grain: Grain = Grain.DAY) -> Spelling:
    return Spelling(form, grain, is_usual=False)


def _range(form: str) -> Spelling:
    return Spelling(form, Grain.DAY, is_usual=False, is_range=True)


MONTH_NAMES = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_NAME, _NAME1 = rf"(?P<name>{MONTH_NAMES})", rf"(?P<name1>{MONTH_NAMES})"
_ABROAD = rf"(?P<name>{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_ALONE = rf"(?P<name>{'|'.join(sorted(NUMBERS.keys() - WORDS, key=len, reverse=True))})"
_TH = "(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|–|—|~|〜|～|to|until|至|到)\s?"
_NO = "(?<![0-9])"
_END = "(?![0-9])"
_YEAR = f"{_NO}(?P<year>[0-9]{{4}})"
_MONTH = "(?P<month>[0-9]{1,2})"
_DAY = "(?P<day>[0-9]{1,2})"
_NO_MONTH = "(?P<day>1[3-9]|2[0-9]|3[01])"
_YMD = rf"{_YEAR}\s?(?:[-_./]|년|年)\s?{_MONTH}\s?(?:[-_./]|월|月)\s?{_DAY}{_END}(?:\s?[일日])?"
_FIRST = re.sub(r"P<(\w+)>", r"P<\g<1>1>", _YMD)
_PACKED = "(?P<year>20[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])"

IN_PATHS = (
    _spelling(rf"{_YEAR}/[0-9]{{4}}[-_~](?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}}){_END}"),
    _spelling(rf"{_YEAR}/{_MONTH}/[0-9]{{1,2}}[-_~]{_DAY}(?=/|$)"),
    # In the folder of a month the file's name may say the month again.
    _spelling(rf"{_YEAR}[-_./]?(?P<month>[01][0-9])/(?P=month)[-_.]?(?P<day>[0-3][0-9]){_END}"),
    # Behind `18-11-`, the year of a day that stands first, a time may follow.
    _spelling(rf"(?<![0-9]{{2}}[-_.]){_YEAR}[-_./]{_MONTH}[-_./]{_DAY}{_END}"),
    _rare(rf"{_NO}{_PACKED}{_END}"),
    _rare(rf"{_NO}(?P<year>20[0-9]{{2}})(?P<month>[01][0-9])/(?P<day>[0-3]?[0-9])(?=/|$)"),
    _rare(rf"{_NO}{_DAY}{_TH}[-_. ]{_NAME}[-_. ](?P<year>[0-9]{{4}}){_END}"),
    _rare(rf"(?<![a-z]){_NAME}[-_. ]{_DAY}{_TH}[-_., ]{{1,2}}(?P<year>[0-9]{{4}}){_END}"),
    _rare(
        rf"{_YEAR}[-_./ ](?:[0-9]{{1,2}}[-_. ])?{_NAME}[-_./ ]?"
        rf"(?:(?:{MONTH_NAMES})[-_. ]?)?{_DAY}{_TH}(?=$|[-_./ ])"
    ),
    _rare(rf"(?<![a-z]){_NAME}[-_ ](?P<year>[0-9]{{4}})/{_DAY}{_TH}(?=$|[-_./ ])"),
    _rare(rf"{_NO}{_DAY}[-_.]{_MONTH}[-_.](?P<year>[0-9]{{4}}){_END}"),
    _rare(
        rf"{_YEAR}[年년]?[-_/. ]?(?:[0-9]{{1,2}}[月월]/)?{_MONTH}[月월][ _/]?{_DAY}"
        "(?![0-9月월])[日일]?"
    ),
    _rare(rf"{_YEAR}[-_/](?P<month>[01][0-9])(?P<day>[0-3][0-9])(?=$|[-_./ ])"),
    _rare(r"(?:^|/)(?P<short>[0-9]{2})(?P<month>[01][0-9])(?P<day>[0-3][0-9])(?=$|[ _./-])"),
    _rare(
        r"(?:^|/)(?P<short>2[0-9])([-_./])(?P<month>[01][0-9])\2(?P<day>[0-3][0-9])(?=$|[ _./-])"
    ),
    _rare(rf"{_YEAR}[-_./]{_MONTH}[-_./ ](?:w|wk|week)[-_ ]?(?P<week>[1-6])(?![0-9])", Grain.WEEK),
    _rare(rf"{_YEAR}[-/]{_MONTH}/[^/0-9]{{1,40}}{_DAY}(?=$|/)"),
    _rare(
        rf"{_YEAR}[-_/]?(?:[a-z]{{1,10}}[-_ /])?(?:w|wk|week)[-_ ]?(?P<week>[0-9]{{1,2}}){_END}",
        Grain.WEEK,
    ),
    _rare(rf"{_YEAR}[-_/](?P<week>[0-9]{{1,2}})[-_ ]?week(?![a-z])", Grain.WEEK),
    _rare(
        rf"(?<![a-z])(?:w|wk|week)[-_ ]?(?P<week>[0-9]{{1,2}})[-_ ](?P<year>[0-9]{{4}}){_END}",
        Grain.WEEK,
    ),
    _rare(rf"{_YEAR}(?:[年년][ _/]?|[-_/]){_MONTH}{_END}", Grain.MONTH),
    _rare(rf"{_YEAR}[-_/]{_NAME}(?![a-z])", Grain.MONTH),
    _rare(rf"(?<![a-z]){_NAME}[-_ ](?P<year>[0-9]{{4}}){_END}", Grain.MONTH),
    _rare(rf"{_NO}(?P<year>20[0-9]{{2}})(?P<month>[01][0-9]){_END}", Grain.MONTH),
    _rare(rf"{_NO}(?P<year>(?:19|20)[0-9]{{2}}){_END}", Grain.YEAR),
)
"""The spellings in paths, the most exact first."""

IN_TEXT = (
    _spelling(rf"{_FIRST}[^\w\n]{{0,3}}{_TO}{_YMD}"),
    _spelling(rf"{_FIRST}{_TO}{_MONTH}[-./月]{_DAY}{_END}日?"),
    _spelling(_YMD),
    _spelling(
        rf"\b{_NAME1}\.?\s(?P<day1>[0-9]{{1,2}}){_TH}{_TO}(?:{_NAME}\.?\s)?{_DAY}{_TH}"
        rf"(?:\)\s?)?(?:,\s?|\s?-\s?|\s)(?P<year>[0-9]{{4}})\b"
    ),
    _spelling(
        rf"\b{_NAME1}\.?\s(?P<day1>[0-9]{{1,2}}){_TH},?\s(?P<year1>[0-9]{{4}}){_TO}"
        rf"{_NAME}\.?\s{_DAY}{_TH}(?:,?\s(?P<year>[0-9]{{4}}))?\b"
    ),
    _spelling(rf"\b{_NAME}\.?\s{{1,4}}{_DAY}{_TH},?\s{{1,4}}(?P<year>[0-9]{{4}})\b"),
    _spelling(rf"\b{_DAY}{_TH}[\s-]{{1,4}}{_NAME}\.?,?[\s-]{{1,4}}(?P<year>[0-9]{{4}})\b"),
    _spelling(
        rf"\b{_DAY}(?:\.|er|º)?\s(?:de\s)?{_ABROAD}\.?,?\s(?:del?\s)?(?P<year>[0-9]{{4}})\b"
        r"(?:\s?г(?:\.|ода))?"
    ),
    _spelling(
        rf"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}},?\s{{1,4}}{_DAY}\s{_NAME}\s"
        rf"(?P<short>[0-9]{{2}})\b"
    ),
    _spelling(rf"{_NO}{_DAY}[-.]{_MONTH}[-.](?P<year>[0-9]{{4}}){_END}"),
    # Between slashes either may stand first, so one of them must be no month or be both.
    _spelling(rf"{_NO}{_NO_MONTH}/{_MONTH}/(?P<year>[0-9]{{4}}){_END}"),
    _spelling(rf"{_NO}{_MONTH}/{_NO_MONTH}/(?P<year>[0-9]{{4}}){_END}"),
    _spelling(rf"{_NO}{_DAY}/(?P<month>(?P=day))/(?P<year>[0-9]{{4}}){_END}"),
    _spelling(rf"(?<![0-9.]){_PACKED}(?![0-9.])"),
    _spelling(
        rf"{_YEAR}\s?[-年년]?\s?(?:w|week\s?|第)(?P<week>[0-9]{{1,2}})\s?(?:周|週|주|주차)?{_END}",
        Grain.WEEK,
    ),
    _spelling(r"\bweek\s(?P<week>[0-9]{1,2}),?\s(?:of\s)?(?P<year>[0-9]{4})\b", Grain.WEEK),
    _spelling(rf"{_YEAR}\s?[-./年년]\s?{_MONTH}{_END}\s?[월月]?", Grain.MONTH),
    _spelling(rf"\b{_NAME}\.?,?\s(?P<year>[0-9]{{4}})\b", Grain.MONTH),
    _spelling(rf"\b(?P<year>[0-9]{{4}})\s{_NAME}\b", Grain.MONTH),
    _spelling(rf"\b{_ALONE}\s(?:del?\s)?(?P<year>[0-9]{{4}})\b", Grain.MONTH),
)
"""The spellings in text that say the year, the most exact first."""

PARTS_IN_TEXT = (
    _range(rf"\b{_NAME1}\.?\s(?P<day1>[0-9]{{1,2}}){_TH}{_TO}(?:{_NAME}\.?\s)?{_DAY}{_TH}\b"),
    _range(
        rf"{_NO}(?P<month1>[0-9]{{1,2}})[월月]\s?[0-9]{{1,2}}[일日]?{_TO}{_MONTH}[월月]\s?{_DAY}[일日]"
    ),
    _range(rf"{_NO}{_MONTH}[월月]\s?[0-9]{{1,2}}[일日]?{_TO}{_DAY}[일日]"),
    _rare(rf"{_NO}{_MONTH}\s?[월月]\s?{_DAY}\s?[일日]"),
    _rare(r"(?<![0-9./-])(?P<month>[01]?[0-9])[-/.](?P<day>[0-3]?[0-9])(?![0-9./-])"),
    _rare(rf"\b{_NAME}\.?\s{_DAY}{_TH}\b"),
    _rare(rf"\b{_DAY}{_TH}\s{_NAME}\b"),
    _rare(rf"\b{_DAY}(?:\.|er|º)?\s(?:de\s)?{_ABROAD}\b"),
    _rare(rf"(?:{_NO}[0-9]{{1,2}}{_TH}{_TO})?{_NO}(?P<week>[1-6]){_TH}\sweek\b", Grain.WEEK),
    _rare(
        rf"第\s?(?P<week>[1-6一二三四五六])\s?[周週]|{_NO}(?P<week2>[1-6])\s?주차?(?!\w)"
        r"|\bweek\s(?P<week3>[1-6])\b",
        Grain.WEEK,
    ),
    _rare(rf"{_NO}{_MONTH}\s?[월月](?!\s?[0-9])", Grain.MONTH),
    _rare(rf"\b{_NAME}\b", Grain.MONTH),
    _rare(rf"\b{_ALONE}\b", Grain.MONTH),
    _rare(rf"{_NO}(?P<year>20[0-9]{{2}}){_END}\s?[년年]?", Grain.YEAR),
)
"""The spellings of a part of a time, which what stands above makes whole."""

NUMBER_OF_TIME = re.compile(
    r"[0-9](?:\s?[월月주]|[-/.][0-9])|[0-9]{4}\s{0,2}[-_./년年wW第]|20[0-9]{2}|第"
)
WORD_OF_TIME = compile_later(rf"\b(?:week|{MONTH_NAMES}|{'|'.join(NUMBERS)})\b")
"""Every spelling in text has one of these, the word in lower case.

Most titles have neither, and to look for these takes a tenth of the time for all spellings.
"""
