"""Papers to search in, what is known of them, and the scan that finds the same without index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from operator import eq
from pathlib import Path

from feedsvc.model import Paper
from feedsvc.search.query import Field, Item, Query, Term, arxiv_id_in
from feedsvc.search.tokens import BARRIER, Phrase, text_of_html, tokens_of
from tests.support.archive import digest

FIRST_DAY = date(2025, 3, 3)

PAPERS: dict[str, tuple[str, str, int, str]] = {
    "01": (
        "Scaling Language Models with Patience",
        "Ada Lovelace, Kim Min-su",
        3,
        "대규모 언어 모델을 천천히 키우는 방법을 다룹니다. Large language models grow slowly.",
    ),
    "02": (
        "A Vision-Language Model for Maps",
        "Grace Hopper, 이영희",
        12,
        "지도를 읽는 비전-언어 모델입니다. 거대언어모델보다 작습니다.",
    ),
    "03": (
        "강화학습으로 배우는 로봇 팔",
        "김철수, Ada Lovelace",
        40,
        "로봇은 강화 학습 신호로 팔을 움직입니다. RL에서 보상이 드뭅니다.",
    ),
    "04": (
        "Fine-Tuning Without Tears",
        "Jean-Pierre Serre",
        64,
        "미세조정(fine-tuning)을 다시 봅니다. Finetuning costs little.",
    ),
    "05": (
        "GPT-4o in the Classroom",
        "O'Neil, Cathy",
        100,
        "GPT-4o와 GPT-3.5를 교실에서 비교합니다.",
    ),
    "06": (
        "확산 모델의 산업 응용",
        "박지성",
        7,
        "확산 산업에 쓰이는 확산모델. Diffusion models for factories.",
    ),
    "07": (
        "Café Society: Naïve Agents",
        "Émile Zola",
        0,
        "다중 에이전트(multi-agent) 사회. 뇌 모형과 뇌파.",
    ),
    "08": (
        "A Survey of Surveys",
        "Kim Philby",
        31,
        "설문 조사를 조사합니다. **언어**와 *모델*을 함께 씁니다.",
    ),
    "09": (
        "H<sub>2</sub>O and Transformers",
        "Niels Bohr",
        32,
        "트랜스포머로 물 분자를 봅니다. Transforming water.",
    ),
    "10": ("日本語の言語モデル", "夏目漱石", 5, "大規模言語モデルの評価。カタカナ・テスト。"),
    "11": ("Boxes, Boxes", "Williams William", 1, "Studies of a box. A case study, many cases."),
}
"""By the last digits of its arXiv id: title, authors, votes and text in Markdown."""

KNOWN: dict[str, str] = {
    # Korean words, whatever parts them.
    "언어모델": "01 02",
    "언어 모델": "01 02 08",
    "거대언어모델": "02",
    "대규모언어모델": "01",
    '"언어 모델"': "01 02",
    "강화학습": "03",
    "강화 학습": "03",
    "학습": "03",
    "강화*": "03",
    "확산업": "",
    "확산모델": "06",
    "확산 산업": "06",
    "미세조정": "04",
    "비전언어": "02",
    "뇌": "07",
    "뇌파": "07",
    "로봇 -학습": "",
    "로봇 -확산": "03",
    # Japanese and Chinese.
    "言語モデル": "10",
    "規模": "10",
    "カタカナ": "10",
    "ｶﾀｶﾅ": "10",
    # English words, in singular and plural, in any case, with and without accents and hyphens.
    "model": "01 02 06",
    "MODELS": "01 02 06",
    "language model": "01 02",
    '"language models"': "01 02",
    '"models language"': "",
    "vision": "02",
    "visionlanguage": "02",
    "vision-language": "02",
    "finetuning": "04",
    "fine-tuning": "04",
    "fine tuning": "04",
    "gpt4o": "05",
    "GPT-4o": "05",
    "GPT-4": "",
    "gpt3.5": "05",
    "GPT-4o와": "05",
    "multiagent": "07",
    "agent": "07",
    "cafe naive": "07",
    "CAFÉ": "07",
    "cafe\u0301": "07",
    "survey": "08",
    "box": "11",
    "study": "11",
    "case": "11",
    "h2o": "09",
    "transform*": "09",
    "transform": "",
    # Fields, alternatives, what must not be there.
    "author:lovelace": "01 03",
    'author:"ada lovelace"': "01 03",
    'author:"lovelace ada"': "",
    "author:kim": "01 08",
    "author:minsu": "01",
    "author:김철수": "03",
    "author:william author:williams": "11",
    "author:survey": "",
    "title:survey": "08",
    "title:agents": "07",
    "title:언어": "",
    "kim -title:survey": "01",
    "hopper OR zola": "02 07",
    "hopper OR zola -maps": "07",
    "author:hopper OR zola": "02 07",
    "-author:kim OR lovelace OR hopper OR serre -확산 -gpt -zola": "09 10 11",
    # Ids.
    "2503.00004": "04",
    "arxiv:2503.00004v3": "04",
    "https://arxiv.org/pdf/2503.00004v1.pdf": "04",
    "https://huggingface.co/papers/2503.00004?x=1": "04",
    "id:2503.00004 OR 2503.00009": "04 09",
    "-2503.00004 tears": "",
    # What has no letters is left out.
    "survey & : -": "08",
}
"""Queries, and the papers that they find."""


def write_papers(folder: Path) -> Path:
    """A folder with a day for each of PAPERS, the last one the newest."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (key, (title, authors, votes, text)) in enumerate(PAPERS.items()):
        day = FIRST_DAY + timedelta(days=number)
        (folder / f"{day}.md").write_text(
            digest(day, [markdown(f"2503.000{key}", title, authors, votes, text)])
        )
    return folder


def markdown(id_: str, title: str, authors: str, votes: int, text: str) -> str:
    """A paper of a digest."""
    return (
        f"### [{title}](https://arxiv.org/abs/{id_})\n\n"
        f"Vote: {votes}\n\nAuthors: {authors}\n\n- **Summary**: {text}\n"
    )


class Scan:
    """Finds what queries ask for among papers, in their order: token by token, without index."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = [(paper, _columns(paper)) for paper in papers]

    def found(self, query: Query) -> list[Paper]:
        """The papers that a query finds, however many it wants."""
        return [paper for paper, columns in self._papers if _holds(query, paper, columns)]


_Columns = dict[Field, list[str]]
"""The tokens of a paper, by where they are looked for."""


def _columns(paper: Paper) -> _Columns:
    title, authors = tokens_of([paper.title]), tokens_of(paper.authors)
    text = tokens_of([paper.translated_title, text_of_html(paper.summary_html), *paper.topics])
    everything = f" {BARRIER} ".join([title, authors, text])
    columns = {Field.TITLE: title, Field.AUTHOR: authors, Field.ANYWHERE: everything}
    return {field: tokens.split() for field, tokens in columns.items()}


def _holds(query: Query, paper: Paper, columns: _Columns) -> bool:
    return (
        (paper.votes or 0) >= query.min_votes
        and (not query.since or paper.day >= query.since)
        and (not query.until or paper.day <= query.until)
        and all(_is_true(term, paper, columns) is not term.is_negated for term in query.conditions)
    )


def _is_true(term: Term, paper: Paper, columns: _Columns) -> bool:
    return any(_has(item, paper, columns) for item in term.items)


def _has(item: Item, paper: Paper, columns: _Columns) -> bool:
    if item.field is Field.ID:
        return arxiv_id_in(paper.id.lower()) == item.words[0]
    return any(_stands_in(phrase, columns[item.field]) for phrase in item.phrases)


def _stands_in(phrase: Phrase, tokens: Sequence[str]) -> bool:
    length, last = len(phrase.tokens), phrase.tokens[-1]
    for start in range(len(tokens) - length + 1):
        there = tokens[start + length - 1]
        is_end = there.startswith(last) if phrase.is_prefix else there == last
        if is_end and all(map(eq, tokens[start : start + length - 1], phrase.tokens)):
            return True
    return False


def as_signs(text: str) -> str:
    """A text as `pattern_of_run` is looked for in: as it is, and again without inner hyphens."""
    text = unicodedata.normalize("NFKC", text)
    return text + "\n\0\n" + re.sub(r"(?<=\w)-(?=\w)", "", text)


def pattern_of_run(run: str) -> re.Pattern[str]:
    """Where a run of Korean signs is in a text, told by the signs alone: no pairs, no tokens.

    It may be inside a longer one, and may have up to three gaps between parts of two or more.
    """
    return re.compile("|".join(_with_gaps(run, 3)))


def _with_gaps(run: str, gaps: int) -> set[str]:
    forms = {run}
    for at in range(2, len(run) - 1) if gaps else ():
        forms |= {run[:at] + r"[^\w\0]+" + rest for rest in _with_gaps(run[at:], gaps - 1)}
    return forms
