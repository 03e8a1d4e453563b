"""Texts as tokens: what a paper says and what a query's word means have tokens in common."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.search.tokens import (
    fold,
    phrases_of_word,
    phrases_of_words,
    text_of_html,
    tokens_of,
)


def _phrases(word: str, *, is_prefix: bool = False) -> set[str]:
    return {" ".join(each.tokens) for each in phrases_of_word(word, is_prefix=is_prefix)}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("언어 모델", "언어 어 모델 델"),
        ("언어모델", "언어 어모 모델 델"),
        ("뇌", "뇌"),
        ("LLM을", "llm 을"),
        ("語モデル", "語モ モデ デル ル"),
        ("カタカナ・テスト", "カタ タカ カナ ナ テス スト ト"),
        ("ｶﾀｶﾅ", "カタ タカ カナ ナ"),
        ("\u1112\u1161\u11ab글", "한글 글"),
        ("Café, naïve ﬁ", "cafe naive fi"),
        ("co\u00adop\u200bera\u2060te", "cooperate"),
        ("multi-agent", "multi agent ¦ multiagent"),
        ("multi‑agent multi–agent", "multi agent multi agent ¦ multiagent"),
        ("GPT-3.5는", "gpt 3 5 는 ¦ gpt3 5 는"),
        ("a - b -c d-", "a b c d"),
        ("snake_case", "snake case"),
        ("₂ ①", "2 1"),
        ("Ωμέγα", "ωμεγα"),
        ("?!", ""),
    ],
)
def test_a_text_has_these_tokens(text: str, tokens: str) -> None:
    assert tokens_of([text]) == tokens


def test_no_phrase_leads_from_one_text_into_another() -> None:
    assert tokens_of(["한국", "한국"]) == "한국 국 ¦ 한국 국"


def test_a_run_may_have_gaps_between_parts_of_two_signs_or_more() -> None:
    assert _phrases("언어모델") == {"언어 어모 모델", "언어 어 모델"}
    assert _phrases("언어를") == {"언어 어를"}
    assert _phrases("강화") == {"강화"}
    assert len(_phrases("가나다라마바사아")) == 1 + 5 + 6 + 1


def test_a_long_word_means_few_phrases() -> None:
    run = "".join(chr(ord("가") + number) for number in range(200))
    assert max(len(_phrases(run[:length])) for length in range(1, 201)) < 50
    assert max(len(_phrases("a가나다라" * length)) for length in range(1, 40)) < 50


def test_a_word_of_letters_is_also_its_plural_and_singular() -> None:
    assert _phrases("model") == {"model", "models"}
    assert _phrases("models") >= {"model", "models"}
    assert _phrases("box") == {"box", "boxes"}
    assert _phrases("boxes") >= {"box", "boxes"}
    assert _phrases("study") == {"study", "studies"}
    assert _phrases("studies") >= {"study", "studies"}
    assert _phrases("gas") == {"gas", "gases"}
    assert _phrases("class") == {"class", "classes"}
    assert _phrases("gpt4") == {"gpt4"}
    assert _phrases("언어") == {"언어"}


def test_only_the_last_word_of_a_phrase_has_other_forms() -> None:
    phrases = {" ".join(each.tokens) for each in phrases_of_words(["language", "model"])}
    assert phrases == {"language model", "language models"}
    exact = phrases_of_words(["language", "model"], has_forms=False)
    assert [each.tokens for each in exact] == [("language", "model")]


def test_hyphens_part_a_word_or_vanish() -> None:
    assert _phrases("gpt-4") == {"gpt 4", "gpt4"}
    assert {" ".join(each.tokens) for each in phrases_of_words(["fine-tune", "gpt-4"])} == {
        "fine tune gpt 4",
        "finetune gpt4",
    }


def test_html_is_read_as_it_is_shown() -> None:
    html = (
        "<p><strong>언어</strong>모델</p><p>H<sub>2</sub>O</p>"
        '<ul><li>a</li><li><a href="x?a=1&amp;b=%3E">b</a>c</li></ul>1&lt;2&nbsp;&amp;&#x27;'
    )
    assert text_of_html(html).split() == ["언어모델", "H2O", "a", "bc", "1<2", "&'"]


@given(st.text())
def test_tokens_of_any_text_have_no_sign_that_an_index_would_part_them_at(text: str) -> None:
    apart = {*string.punctuation, *string.whitespace, *string.ascii_uppercase, "\0"}
    assert not set(tokens_of([text])) & (apart - {" "})


@given(st.text(max_size=30))
def test_a_text_is_found_by_each_of_its_words(text: str) -> None:
    tokens = f" {tokens_of([text])} "
    for word in text.split():
        phrases = phrases_of_word(word)
        found = [f" {' '.join(each.tokens)} " in tokens for each in phrases]
        assert not found or any(found), word


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
