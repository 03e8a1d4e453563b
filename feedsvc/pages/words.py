"""The words that pages have beside what digests and settings say, in English and Korean.

One table, so that no page is half in another language. Dates are written as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from feedsvc.errors import QueryError
from feedsvc.pages.escaping import lang_attribute
from feedsvc.search.faults import FAULTS

LANGUAGES = ("en", "ko")
"""The columns of the table; a site in another language has the words of the first."""

INTERFACE_LANGUAGE = LANGUAGES[0]
"""Of pages where nobody says the language of the site."""

WORDS: dict[str, tuple[str, str]] = {
    # around every page
    "subtitle": ("One item per paper, every day", "매일 나오는 논문을 한 편씩 소개합니다"),
    "skip": ("Skip to the content", "본문으로 건너뛰기"),
    "site": ("Site", "사이트"),
    "languages": ("Languages", "언어"),
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
    "most voted": ("Most votes of the week", "이 주에 가장 많이 추천받은 논문"),
    "first of week": ("From this week", "이 주의 논문"),
    "by day": ("Day by day", "날짜별로"),
    "all days": ("Archive", "지난 글"),
    "everything": ("A feed of everything:", "전체를 담은 피드:"),
    "behind day": (", {}", "일, {}"),
    "all of the day": ("All {} papers of this day", "이 날의 논문 {}편 모두 보기"),
    "no digest": ("No digest yet.", "아직 글이 없습니다."),
    "older": ("The whole archive", "지난 글 모두 보기"),
    "topics": ("Topics", "주제"),
    "all topics": ("All topics", "모든 주제"),
    # searching
    "search for": ("Search: {}", "검색: {}"),
    "words": ("Words", "찾을 말"),
    "more choices": ("More", "더 자세히"),
    "author": ("Author", "저자"),
    "votes from": ("Votes from", "추천 수 이상"),
    "since": ("Since", "이날부터"),
    "until": ("Until", "이날까지"),
    "found": ("{} papers found.", "논문 {}편을 찾았습니다."),
    "found, one": ("{} paper found.", "논문 {}편을 찾았습니다."),
    "more found": ("More than {} papers found.", "논문을 {}편 넘게 찾았습니다."),
    "shown": ("The newest {} are shown.", "최근 {}편을 보여 줍니다."),
    "none found": ("Nothing found.", "찾은 논문이 없습니다."),
    "unread": (
        "Papers up to {} can't be searched yet.",
        "{}까지의 논문은 아직 검색할 수 없습니다.",
    ),
    "only found": ("A feed of this search:", "이 검색의 피드:"),
    "votes only": ("Only with votes from", "추천 수로 좁히기"),
    "search older": ("Search older papers", "더 오래된 논문 검색"),
    "not understood": ("This is not understood.", "검색어를 이해하지 못했습니다."),
    "how to search": (
        'Write words, "words in a row", -without, one OR another, author:name, title:word, start* '
        "or an arXiv id.",
        '낱말, "이어진 말", -뺄말, 이것 OR 저것, author:이름, title:제목, start* 또는 arXiv 번호를 '
        "쓸 수 있습니다.",
    ),
    **{f"fault {name}": sentences for name, sentences in FAULTS.items()},
    "by author": ("author {}", "저자 {}"),
    "at least votes": ("{} votes or more", "추천 {}회 이상"),
    "at least votes, one": ("{} vote or more", "추천 {}회 이상"),
    "from day": ("from {}", "{}부터"),
    "to day": ("to {}", "{}까지"),
    "saved searches": ("Saved searches", "저장한 검색"),
    # how to follow
    "what a feed is": (
        "A feed is an address that an app such as NetNewsWire, Feedly or Inoreader looks at for "
        "you, again and again. Copy an address from here into such an app, and what is new "
        "arrives there by itself, without anybody learning your e-mail address.",
        "피드는 NetNewsWire, Feedly, Inoreader 같은 리더 앱이 대신 들여다봐 주는 주소입니다. "
        "아래 주소 하나를 복사해 리더에 붙여 넣으면 새 논문이 저절로 도착하고, "
        "이메일 주소는 아무에게도 알리지 않아도 됩니다.",
    ),
    "all papers": ("All papers", "모든 논문"),
    "daily": ("Once a day", "하루에 한 번"),
    "weekly": ("Once a week", "일주일에 한 번"),
    "entry a paper": ("An entry for each paper", "논문마다 글 하나"),
    "entry a day": ("An entry with all papers of a day", "하루의 논문을 모두 담은 글 하나"),
    "entry a week": (
        "An entry with the {} papers of a week that got the most votes",
        "한 주에 가장 많이 추천받은 논문 {}편을 담은 글 하나",
    ),
    "rate": ("about {} papers a week", "일주일에 약 {}편"),
    "rate, one": ("about one paper a week", "일주일에 약 {}편"),
    "rate, few": ("less than one paper a week", "일주일에 한 편 미만"),
    "rate of entries": ("{} entries a week", "일주일에 글 {}개"),
    "rate of entries, one": ("one entry a week", "일주일에 글 {}개"),
    "rate of entries, few": ("less than one entry a week", "일주일에 글 한 개 미만"),
    "other formats": ("Also as", "다른 형식"),
    "a topic": ("One topic", "주제 하나만"),
    "opml": ("For import into a reader, as OPML:", "리더에 가져오기 위한 OPML 파일:"),
    "editions": ("Editions so far", "지금까지 나온 글"),
    "no edition": ("The first comes when a week is over.", "한 주가 끝나면 첫 글이 나옵니다."),
    "copy": ("Copy", "복사"),
    "copied": ("Copied", "복사됨"),
    # titles of feeds
    "feed all": ("all days", "모든 논문"),
    "feed daily": ("daily", "하루에 한 번"),
    "feed weekly": ("weekly", "일주일에 한 번"),
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
    "week of this year": ("Week {week}", "{week}주"),
    "span": ("{first} to {last}", "{first}~{last}"),
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
        column = LANGUAGES.index(primary) if primary in LANGUAGES else 0
        self._words = {name: row[column] for name, row in WORDS.items()}
        self.foreign = "" if primary in LANGUAGES else LANGUAGES[0]
        """The language of the words where it is another than the site's; else empty."""
        self.lang = lang_attribute(self.foreign)
        """The attribute that tells it of an element with the words, as HTML; else empty."""

    def __call__(self, name: str, /, *values: object, **named: object) -> str:
        """What the table has under a name, filled in. Raises KeyError for an unknown name."""
        words = self._words[name]
        return words.format(*values, **named) if values or named else words

    def count(self, name: str, number: int) -> str:
        """A number of things, as `20 papers` or `1 paper`."""
        return self(f"{name}, one" if number == 1 else name, f"{number:,}")

    def rate(self, name: str, number: float) -> str:
        """How many things a week brings, about."""
        rounded = round(number)
        return self.count(name, rounded) if rounded else self(f"{name}, few")

    def fault(self, error: QueryError) -> str:
        """What is wrong with a search; as the error says it where the table has no such fault."""
        return self(f"fault {error.fault}", **error.values) if error.fault else str(error)

    def feed(self, folder: str, title: str) -> str:
        """What is added to the title of the feeds in a folder; `title` where the table has none."""
        name = f"feed {folder}"
        return self(name) if name in WORDS else title

    def day(self, day: date) -> str:
        """`Friday, 9 May 2025`."""
        return self._date("day", day)

    def bare_day(self, day: date) -> str:
        """`9 May 2025`."""
        return self._date("date of another year", day)

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
        """What people call the place with this name: a day, a week, a month or a word."""
        if _DAY.fullmatch(name):
            return self.day(date.fromisoformat(name))
        if week := _WEEK.fullmatch(name):
            return self("week", year=int(week[1]), week=int(week[2]))
        if month := _MONTH.fullmatch(name):
            return self.month(date(int(month[1]), int(month[2]), 1))
        return self(name) if name in WORDS else name

    def days_of(self, name: str) -> str:
        """From when to when the week with this name is; empty for a name of something else."""
        if not (week := _WEEK.fullmatch(name)):
            return ""
        first, last = (date.fromisocalendar(int(week[1]), int(week[2]), day) for day in (1, 7))
        return self.span(first, last)

    def near(self, name: str, year: int) -> str:
        """The same in short, for a link from a page of a year."""
        if _DAY.fullmatch(name):
            day = date.fromisoformat(name)
            return self._date("date" if day.year == year else "date of another year", day)
        if (week := _WEEK.fullmatch(name)) and int(week[1]) == year:
            return self("week of this year", week=int(week[2]))
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
