"""What can be wrong with a search, said in each language of the interface."""

from __future__ import annotations

from feedsvc.errors import QueryError

FAULTS: dict[str, tuple[str, str]] = {
    "nothing": (
        "There is nothing to look for; give words, as in {path}?q=language+model.",
        "찾을 말이 없습니다. {path}?q=language+model처럼 적어 주세요.",
    ),
    "no letters": (
        "There are no letters or digits to look for in {text}.",
        "찾을 글자나 숫자가 없습니다: {text}",
    ),
    "no name": (
        "There is no name in author={text}; give words of one.",
        "이름이 없습니다: author={text}. 이름에 있는 낱말을 적어 주세요.",
    ),
    "or": (
        "In {text}, OR stands between two words or phrases, as in cat OR dog.",
        "OR는 cat OR dog처럼 두 낱말이나 이어진 말 사이에만 적습니다: {text}",
    ),
    "alternatives": (
        "In {text}, a minus or a field stands before the first alternative only, and holds for "
        "all of them, as in -title:survey OR review.",
        "빼기 표시와 title: 같은 말은 OR로 이은 것 가운데 첫째 앞에만 적고 모두에 적용됩니다. "
        "예: -title:survey OR review. 적은 것: {text}",
    ),
    "quotation": (
        'In {text}, a quotation mark is not closed; write "words in a row".',
        '따옴표가 닫히지 않았습니다. "이어진 말"처럼 적어 주세요: {text}',
    ),
    "field": (
        "In {text}, {field} has nothing right behind it; write a word or a phrase there, as in "
        'author:lovelace or title:"a survey".',
        '{field} 바로 뒤에 낱말이나 이어진 말이 있어야 합니다. 예: author:lovelace, title:"a '
        'survey". 적은 것: {text}',
    ),
    "id": (
        "id: takes the id of a paper on arXiv, as in id:2411.06558; {text!r} is none.",
        "id: 뒤에는 id:2411.06558처럼 arXiv 번호를 적습니다. 번호가 아닌 것: {text!r}",
    ),
    "star": (
        "A star stands at the end of a word of {fewest} letters or more, as in transform*; {word} "
        "is none.",
        "별표는 transform*처럼 {fewest}자 이상인 낱말 끝에만 적습니다. 적은 것: {word}",
    ),
    "number": (
        "{name} is a whole number from {lowest} to {highest}; {text} is none.",
        "{name}에는 {lowest}부터 {highest}까지의 정수를 적습니다. 적은 것: {text}",
    ),
    "day": (
        "{name} is a day, such as 2024-11-18; {text} is none.",
        "{name}에는 2024-11-18 같은 날짜를 적습니다. 적은 것: {text}",
    ),
    "long query": (
        "A search has at most {most} characters; there are {count}.",
        "검색어는 {most}자까지 적을 수 있습니다. 적은 글자는 {count}자입니다.",
    ),
    "long name": (
        "A search has at most {most} characters of a name; there are {count}.",
        "저자 이름은 {most}자까지 적을 수 있습니다. 적은 글자는 {count}자입니다.",
    ),
    "terms": (
        "A search has at most {most} terms; there are {count} in {text}.",
        "찾을 말은 {most}개까지 적을 수 있습니다. 적은 것은 {count}개입니다: {text}",
    ),
    "many alternatives": (
        "A search has at most {most} alternatives with OR; there are {count} in {text}.",
        "OR로는 {most}개까지 이을 수 있습니다. 이은 것은 {count}개입니다: {text}",
    ),
    "words of a phrase": (
        "A search has at most {most} words in a phrase; there are {count} in {text}.",
        "이어진 말은 낱말 {most}개까지입니다. 적은 낱말은 {count}개입니다: {text}",
    ),
    "words of a name": (
        "A search has at most {most} words of a name; there are {count} in {text}.",
        "저자 이름은 낱말 {most}개까지입니다. 적은 낱말은 {count}개입니다: {text}",
    ),
}
"""A sentence with what would be valid, by what it is about: in English and in Korean.

Pages have these among their own words (`feedsvc/pages/words.py`).
"""


def fault(name: str, /, **values: object) -> QueryError:
    """The error of a name in the table; its text is in English."""
    return QueryError(FAULTS[name][0].format(**values), name, values)
