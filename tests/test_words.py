"""The words of pages: whole in each language, and dates as people write them."""

from __future__ import annotations

import re
import string
from datetime import date

import pytest

from feedsvc.pages.templates import SOURCES
from feedsvc.pages.words import LANGUAGES, WORDS, Words
from tests.support.project import ROOT

HANGUL = re.compile(r"[\uac00-\ud7a3]")
WRITTEN = {path.name: path.read_text() for path in sorted(SOURCES.glob("*.html"))}


def _fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_there_in_each_language(name: str) -> None:
    assert len(WORDS[name]) == len(LANGUAGES)
    english, korean = WORDS[name]
    assert english.strip()
    assert not HANGUL.search(english)
    own = re.sub(r"\{.*?\}", "", korean)  # else only signs are between values
    assert HANGUL.search(own) or not re.search(r"\w", own)
    assert own.strip()
    if not name.endswith(", one"):  # where English may say the number in a word
        assert len(_fields(english)) <= len(_fields(korean))


@pytest.mark.parametrize("name", ["months", "weekdays", "short weekdays"])
def test_names_of_days_and_months_are_as_many_in_each_language(name: str) -> None:
    english, korean = WORDS[name]
    assert len(english.split()) == len(korean.split()) == (12 if name == "months" else 7)


def test_templates_say_only_what_the_table_has_and_leave_none_of_it_out() -> None:
    code = "".join(path.read_text() for path in (ROOT / "feedsvc").rglob("*.py"))
    written = "".join(WRITTEN.values())
    ways = r"(?:say(?:\.count|\.rate)?|neighbours|place_feeds)"
    said = set(re.findall(ways + r"""\(\s*["']([^"']+)["']""", written + code))
    assert said <= WORDS.keys()
    named = {name for name in WORDS if re.search(rf'[("]{name}"[,)\]]', code)}
    composed = {name for name in WORDS if name.startswith(("feed ", "fault "))}
    used = said | named | composed
    assert {name for name in WORDS if name.partition(",")[0] not in used} == set()


@pytest.mark.parametrize("name", WRITTEN.keys())
def test_templates_have_no_words_of_their_own(name: str) -> None:
    """But for names that are the same in every language."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", WRITTEN[name], flags=re.DOTALL)
    assert set(re.findall(r"\w{2,}", text)) <= {
        *("OPML", "opml", "xml", "arXiv", "PDF", "Hugging", "Face")
    }


@pytest.mark.parametrize(
    ("language", "day", "month", "week"),
    [
        ("ko", "2025년 5월 9일 금요일", "2025년 5월", "2025년 19주"),
        ("ko-KR", "2025년 5월 9일 금요일", "2025년 5월", "2025년 19주"),
        ("en-GB", "Friday, 9 May 2025", "May 2025", "Week 19 of 2025"),
        ("ja", "Friday, 9 May 2025", "May 2025", "Week 19 of 2025"),
    ],
)
def test_places_are_called_what_people_call_them(
    language: str, day: str, month: str, week: str
) -> None:
    say = Words(language)
    assert say.place("2025-05-09") == day
    assert say.place("2025-05") == month
    assert say.place("2025-W19") == week
    assert say.place("other") == "other"


def test_the_year_of_a_neighbour_is_said_where_it_is_another() -> None:
    korean, english = Words("ko"), Words("en")
    assert korean.near("2024-12-31", 2024) == "12월 31일"
    assert korean.near("2024-12-31", 2025) == "2024년 12월 31일"
    assert english.near("2024-12-31", 2024) == "31 December"
    assert english.near("2024-12-31", 2025) == "31 December 2024"
    assert [english.near("2024-W52", year) for year in (2024, 2025)] == [
        *("Week 52", "Week 52 of 2024")
    ]
    assert english.span(date(2024, 12, 30), date(2025, 1, 5)) == "30 December to 5 January"


def test_a_week_is_told_by_its_days() -> None:
    assert Words("ko").days_of("2025-W01") == "12월 30일~1월 5일"
    assert Words("en").days_of("2025-W01") == "30 December to 5 January"
    assert Words("en").days_of("2025-01-01") == ""


def test_one_is_not_counted_as_many() -> None:
    assert [Words("en").count("papers", number) for number in (0, 1, 2, 1234)] == [
        *("0 papers", "1 paper", "2 papers", "1,234 papers")
    ]
    assert Words("ko").count("papers", 1) == "논문 1편"


def test_words_of_another_language_than_the_sites_say_so() -> None:
    assert [Words(language).foreign for language in ("ko", "en-US", "ja", "pt-br")] == [
        *("", "", "en", "en")
    ]
