"""The language of searches: what is understood, what is said of the rest, the canonical form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.errors import QueryError
from feedsvc.pages.words import Words
from feedsvc.parser.vocabulary.homes import HOMES
from feedsvc.search.faults import FAULTS
from feedsvc.search.query import Field, Query, arxiv_id_in, parse_query, values_of


def _q(text: str) -> Query:
    return parse_query({"q": text})


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("  Large   Language\tMODELS ", "large language models"),
        ("언어모델", "언어모델"),
        ("\u1112\u1161\u11ab글", "한글"),
        ("“Language  Models”", '"language models"'),
        ("-Title:Survey OR review", "-title:survey OR review"),
        ("cat OR dog bird", "cat OR dog bird"),
        ("or", "or"),
        ("Trans*", "trans*"),
        ("arXiv:2411.06558v2", "2411.06558"),
        ("id:https://arxiv.org/abs/2411.06558", "2411.06558"),
        ("id:2411.06558 OR 2411.00001", "2411.06558 OR 2411.00001"),
        ("https://arxiv.org/abs/math.GT/0309136", "math.gt/0309136"),
        ("cat & dog -", "cat dog"),
        ('5" or', None),
        ("a\0b\ud800c", "a b c"),
        ("co\u00adoperate", "cooperate"),
        ("author:kim title:x", "author:kim title:x"),
    ],
)
def test_a_query_has_one_form(typed: str, canonical: str | None) -> None:
    if canonical is None:
        with pytest.raises(QueryError):
            _q(typed)
        return
    assert _q(typed).q == canonical
    assert _q(canonical) == _q(typed)


def test_parameters_stand_in_one_order_without_their_defaults() -> None:
    asked = "limit=50&until=2025-01-02&x=1&min_votes=07&q=B+%EC%96%B8&author=Kim++Min&since="
    query = parse_query(values_of(asked))
    assert query.canonical == "q=b%20%EC%96%B8&author=kim%20min&min_votes=7&until=2025-01-02"
    assert parse_query(values_of(query.canonical)) == query


def test_unknown_parameters_and_further_ones_are_ignored() -> None:
    assert parse_query(values_of("q=a&page=3&q=b&utm_source=x")).canonical == "q=a"


def test_nothing_asked_for_has_no_query() -> None:
    for asked in ("", "q=", "q=%20&min_votes=0&limit=50", "&&=&x"):
        query = parse_query(values_of(asked))
        assert query.canonical == ""
        assert query.is_empty


def test_a_field_holds_for_all_alternatives() -> None:
    (term,) = _q("author:kim OR lee").terms
    assert [item.field for item in term.items] == [Field.AUTHOR, Field.AUTHOR]


NOT_UNDERSTOOD: list[tuple[dict[str, str], str]] = [
    ({"q": "x" * 201}, "A search has at most 200 characters; there are 201."),
    ({"q": "a b c d e f g h i"}, "at most 8 terms; there are 9 in a b c d e f g h i."),
    ({"q": "a OR b OR c OR d OR e"}, "at most 4 alternatives with OR; there are 5"),
    ({"q": f'"{"a " * 11}"'}, "at most 10 words in a phrase; there are 11"),
    ({"q": "OR a"}, "In OR a, OR stands between two words or phrases, as in cat OR dog."),
    ({"q": "a OR"}, "OR stands between two words"),
    ({"q": "a OR OR b"}, "OR stands between two words"),
    ({"q": "a OR -b"}, "before the first alternative only"),
    ({"q": "author:a OR title:b"}, "before the first alternative only"),
    ({"q": '"a b'}, 'a quotation mark is not closed; write "words in a row".'),
    ({"q": 'a"'}, "a quotation mark is not closed"),
    ({"q": "author: kim"}, "author: has nothing right behind it"),
    ({"q": "-title:"}, "title: has nothing right behind it"),
    ({"q": "ab*"}, "a word of 3 letters or more, as in transform*; ab* is none."),
    ({"q": "a*bcd"}, "a*bcd is none."),
    ({"q": "*"}, "* is none."),
    ({"q": "abcd**"}, "abcd** is none."),
    ({"q": "id:cat"}, "id: takes the id of a paper on arXiv, as in id:2411.06558; 'cat' is"),
    ({"q": "& ?"}, "There are no letters or digits to look for in & ?."),
    ({"min_votes": "many"}, "min_votes is a whole number from 0 to 999999999; many is none."),
    ({"min_votes": "-1"}, "min_votes is a whole number"),
    ({"min_votes": "１"}, "min_votes is a whole number"),
    ({"since": "2025"}, "since is a day, such as 2024-11-18; 2025 is none."),
    ({"until": "2025-02-30"}, "until is a day"),
    ({"limit": "0"}, "limit is a whole number from 1 to 200; 0 is none."),
    ({"limit": "201"}, "limit is a whole number from 1 to 200"),
    ({"author": "!"}, "There is no name in author=!"),
    ({"author": "a " * 11}, "at most 10 words of a name"),
    ({"author": "a" * 201}, "at most 200 characters of a name; there are 201."),
]


@pytest.mark.parametrize(("asked", "said"), NOT_UNDERSTOOD)
def test_what_is_not_understood_is_told_with_what_would_be(
    asked: dict[str, str], said: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(asked)
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")


def test_each_fault_of_the_table_can_happen_and_is_told_in_each_language() -> None:
    told = {}
    for asked, said in NOT_UNDERSTOOD:
        with pytest.raises(QueryError) as caught:
            parse_query(asked)
        fault = caught.value
        assert said in Words("en").fault(fault)
        told[fault.fault] = Words("ko").fault(fault)
    assert told.keys() == FAULTS.keys() - {"nothing"}  # which only feeds without a query have
    assert told["star"].endswith("적은 것: abcd**")


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/abs/{}",
        "http://www.arxiv.org/pdf/{}v3.pdf",
        "https://export.arxiv.org/html/{}v1",
        "https://huggingface.co/papers/{}",
        "https://hf.co/papers/{}?ref=x",
        "https://www.alphaxiv.org/ko/overview/{}",
        "https://ar5iv.labs.arxiv.org/html/{}",
        "https://doi.org/10.48550/arXiv.{}",
        "arXiv:{}",
        "{}v2",
        "{}",
    ],
)
def test_each_address_of_a_paper_on_arxiv_means_its_id(address: str) -> None:
    assert HOMES[0][0] == "arxiv"
    for id_ in ("2411.06558", "0704.0001", "hep-th/9901001"):
        assert arxiv_id_in(address.format(id_).lower()) == id_


_PIECES = st.sampled_from(
    [
        *('"', "*", "-", "OR", " ", "author:", "title:", "id:", "2411.06558", "언어", "model", "("),
        *("AND", "NOT", "NEAR(", "{", "}", "+", ":", "\0", "\ud800", "¦", "'", ";", "ſ", "İ", "é"),
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join)))
def test_any_text_is_a_query_with_one_form_or_told_what_is_wrong(text: str) -> None:
    try:
        query = _q(text)
    except QueryError:
        return
    assert parse_query(values_of(query.canonical)) == query
    for term in query.terms:
        for item in term.items:
            for phrase in item.phrases:
                assert all(token.isalnum() for token in phrase.tokens)
