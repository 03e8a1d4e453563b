"""The words that pages have beside what digests and settings say, in English and Korean.

One table, so that no page is half in another language. Dates are written as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

LANGUAGES = ("en", "ko")
"""The columns of the table; a site in another language has the words of the first."""

INTERFACE_LANGUAGE = LANGUAGES[0]
"""Of pages where nobody says the language of the site."""

WORDS: dict[str, tuple[str, str]] = {
    # around every page
    "skip": ("Skip to the content", "본문으로 건너뛰기"),
    "site": ("Site", "사이트"),
    "archive": ("Archive", "지난 글"),
    "subscribe": ("Subscribe", "구독"),
    "subscribe now": ("Subscribe", "구독하기"),
    "search": ("Search", "검색"),
    "search papers": ("Search papers", "논문 검색"),
    "neighbours": ("Older and newer", "이전과 다음"),
    "neighbours below": ("Older and newer, again", "이전과 다음, 한 번 더"),
    "feeds of this page": ("Feeds of this page", "이 페이지의 피드"),
    "only these": ("A feed of these papers only:", "이 논문들만 담은 피드:"),
    # an article
    "votes": ("{} votes", "추천 {}회"),
    "votes, one": ("{} vote", "추천 {}회"),
    "others": ("and {} others", "외 {}명"),
    "others, one": ("and one other", "외 {}명"),
    "and more": ("and others", "외"),
    "permalink": ("Link to this paper", "이 논문의 주소"),
    "video": ("Video", "동영상"),
    # lists of papers
    "papers": ("{} papers", "논문 {}편"),
    "papers, one": ("{} paper", "논문 {}편"),
    "other papers": ("Other papers", "그 밖의 논문"),
    "days before": ("The days before", "지난 며칠"),
    "most voted": ("Most votes this week", "이번 주에 가장 많이 추천받은 논문"),
    "by day": ("By day", "날짜별"),
    "all days": ("Archive", "지난 글"),
    "all papers": ("A feed of everything:", "전체를 담은 피드:"),
    "behind day": (", {}", "일, {}"),
    "no digest": ("No digest yet.", "아직 글이 없습니다."),
    "older": ("All older days", "지난 글 모두 보기"),
    "copy": ("Copy", "복사"),
    "copied": ("Copied", "복사했습니다"),
    # nothing here
    "not found": ("Not found", "페이지가 없습니다"),
    "nothing here": ("There is no page at this address.", "이 주소에는 페이지가 없습니다."),
    "newest": ("Newest papers", "새 논문"),
    # days
    "day": ("{weekday}, {day} {month} {year}", "{year}년 {number}월 {day}일 {weekday}"),
    "day of year": ("{weekday}, {day} {month}", "{number}월 {day}일 {weekday}"),
    "date": ("{day} {month}", "{number}월 {day}일"),
    "date of another year": ("{day} {month} {year}", "{year}년 {number}월 {day}일"),
    "month": ("{month} {year}", "{year}년 {number}월"),
    "week": ("Week {week} of {year}", "{year}년 {week}주"),
    "span": ("{first} to {last}", "{first}부터 {last}까지"),
    "months": (
        "January February March April May June July August September October November December",
        "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
    ),
    "weekdays": (
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
    ),
    "short weekdays": ("Mo Tu We Th Fr Sa Su", "월 화 수 목 금 토 일"),
}
"""What pages say, by what it is for: in English and in Korean."""

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Words:
    """The words of one language; templates call it `say`."""

    def __init__(self, language: str) -> None:
        """`language` is that of the site, a BCP 47 tag."""
        primary = language.partition("-")[0].lower()
        self._column = LANGUAGES.index(primary) if primary in LANGUAGES else 0
        self.foreign = "" if primary in LANGUAGES else LANGUAGES[0]
        """The language of the words where it is another than the site's; else empty."""

    def __call__(self, name: str, *values: object, **named: object) -> str:
        """What the table has under a name, filled in. Raises KeyError for an unknown name."""
        return WORDS[name][self._column].format(*values, **named)

    def count(self, name: str, number: int) -> str:
        """A number of things, as `20 papers` or `1 paper`."""
        return self(f"{name}, one" if number == 1 else name, f"{number:,}")

    def day(self, day: date) -> str:
        """`Friday, 9 May 2025`."""
        return self._date("day", day)

    def day_of_year(self, day: date) -> str:
        """`Friday, 9 May`, where the year is clear."""
        return self._date("day of year", day)

    def month(self, day: date) -> str:
        """The month of a day: `May 2025`."""
        return self._date("month", day)

    def span(self, first: date, last: date) -> str:
        """`5 May to 11 May`."""
        return self("span", first=self._date("date", first), last=self._date("date", last))

    def behind_day(self, papers: int) -> str:
        """What a screen reader says behind the number of a day with so many papers."""
        return self("behind day", self.count("papers", papers))

    def weekdays(self) -> list[tuple[str, str]]:
        """Each day of a week from Monday on, in one or two letters and in full."""
        short, full = self("short weekdays").split(), self("weekdays").split()
        return list(zip(short, full, strict=True))

    def place(self, name: str) -> str:
        """What people call the place with this name: a day, a week, a month; else the name."""
        if _DAY.fullmatch(name):
            return self.day(date.fromisoformat(name))
        if week := _WEEK.fullmatch(name):
            return self("week", year=int(week[1]), week=int(week[2]))
        if month := _MONTH.fullmatch(name):
            return self.month(date(int(month[1]), int(month[2]), 1))
        return name

    def near(self, name: str, year: int) -> str:
        """The same in short, for a link from a page of a year."""
        if _DAY.fullmatch(name):
            day = date.fromisoformat(name)
            return self._date("date" if day.year == year else "date of another year", day)
        return self.place(name)

    def _date(self, form: str, day: date) -> str:
        return self(
            form,
            year=day.year,
            month=self("months").split()[day.month - 1],
            number=day.month,
            day=day.day,
            weekday=self("weekdays").split()[day.weekday()],
        )


words_in: Callable[[str], Words] = cache(Words)
"""The words for a site in a language."""
