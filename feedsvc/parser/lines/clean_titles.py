"""Titles without what stands around them: counters, scores, badges, votes, names of links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.parser.lines.inline import links_of, without_links
from feedsvc.parser.lines.title_text import WIDE, TitleText
from feedsvc.parser.vocabulary.labels import names_link
from feedsvc.patterns import compile_later

_EMOJI = (
    "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f\u200d\u20e3"
)
_COUNTER = re.compile(
    r"(?:\[#?(?P<square>[0-9]{1,4})\]|[(（【](?P<round>[0-9]{1,4})[)）】]|#(?P<hash>[0-9]{1,4})[.:：)]?(?=\s)"
    r"|(?:paper|论文|논문|論文|no\.|第|top|rank)\s?[#-]?(?P<named>[0-9]{1,4})(?:\s?/\s?[0-9]{1,4})?\s?(?:篇|편|位|名|本)?\s?[.:：)、|-]"
    r"|(?P<rank>[0-9]{1,3})(?:위|位)(?:\s?[.:：)、|-]|\s)"
    r"|(?P<plain>[0-9]{1,4})(?:/(?:[0-9]{0,4}(?=\s\*\*)|(?=\s)|[0-9]{1,4}[.:：)](?=\s))|[.)](?=\s|[^\d\s.])|[:：](?=\s)|、|．|\s[-–—|]\s|\ufe0f?\u20e3)"
    r"|(?P<circled>[①-⑳]))\s*",
    re.IGNORECASE,
)
_PAIR = re.compile(r"[0-9]{2}(?=\s)")
_SCORE_WORDS = (
    r"(?:score|scores|rating|relevance|rank|评分|得分|相关度|推荐|점수|평점|관련도|スコア|評価)"
)
_NUMBER = r"[0-9]{1,3}(?:\.[0-9]{1,3})?"
_LEADING_SCORE = compile_later(
    rf"[\[(（【]\s?(?:{_SCORE_WORDS}\s?[:：]?\s?)?(?:{_NUMBER}\s?(?:/\s?[0-9]{{1,3}}|%|分|점)?|{_NUMBER}\s?⭐|⭐{{1,5}}\s?(?:{_NUMBER})?)\s?[\])）】]\s*"
    rf"|[⭐★☆🌟🔥]{{1,10}}\s?(?:{_NUMBER}(?:/[0-9]{{1,3}})?)?\s?[-|:·]?\s?"
    rf"|{_SCORE_WORDS}\s?[:：]\s?{_NUMBER}(?:/[0-9]{{1,3}})?\s?[-|:·]\s?",
    re.IGNORECASE,
)
_LEADING_EMOJI = re.compile(rf"[{_EMOJI}·•◆◇■□▪▶►●○※]{{1,8}}\s*|(?:\*\*)(?=[{_EMOJI}])")
_LEADING_TIME = compile_later(
    r"[\[(]?(?:[0-9]{4}(?:[-./][0-9]{1,2}){2}|\*{2}[0-9]{1,2}[-./][0-9]{1,2}[:：]?\*{2})[\])]?\s?[:：|-]?\s*"
)
_DAY_BEFORE_LINK = compile_later(r"(?<![\w./-])[0-9]{1,2}[-./][0-9]{1,2}\s?[:：]\s*")
_LEADING_ID = compile_later(
    r"(?:\\?\[|`)?(?:arxiv\s?[:：]?\s?)?[0-9]{4}\.[0-9]{4,5}(?:v[0-9]{1,2})?(?:\\?\]|`)?"
    r"(?:\s?[·|:：–—-]\s?|\s)(?=\S)",
    re.IGNORECASE,
)
_LEADING_LABEL = compile_later(r"(?:title|标题|题目|제목|タイトル)\s?[:：]\s*", re.IGNORECASE)
_FIRST_WORD = re.compile(
    rf"(?!{_SCORE_WORDS}|title|arxiv|paper|no\.|top\s?[#-]?[0-9])[a-z]", re.IGNORECASE
)
"""What a title begins with where nothing stands before it: no number, no mark, no label."""
_VOTES = compile_later(
    r"[\s\-–—|·(（\[]{0,4}(?:(?:👍|⬆️?|🔺|🔼|❤️?|♥️?|▲)\s?(?P<emoji>[0-9][0-9,]{0,8})"
    r"|(?P<word>[0-9][0-9,]{0,8})\s?(?:up-?votes?|votes?|likes?|👍|추천|좋아요|투표|票|赞|点赞|いいね)"
    r"|(?:up-?votes?|votes?|likes?|추천|좋아요|투표|点赞|いいね)\s?[:：]\s?(?P<label>[0-9][0-9,]{0,8}))[)）\]]?\s*$",
    re.IGNORECASE,
)
_LEADING_VOTES = compile_later(
    r"(?:👍|⬆️?|🔺|🔼|❤️?|♥️?|▲)\s?(?P<number>[0-9][0-9,]{0,8})\s{0,3}(?:[·|:–—-]\s{0,3})?(?=\S|$)"
)
_TRAILERS = (
    compile_later(
        rf"\s*[(\[（【]\s?(?:{_SCORE_WORDS}\s?[:：]?\s?{_NUMBER}(?:\s?/\s?[0-9]{{1,3}}|%|分|점)?"
        rf"|{_NUMBER}\s?(?:/\s?[0-9]{{1,3}}|%|分|점)|⭐{{1,5}}\s?(?:{_NUMBER})?)\s?[)\]）】]\s*$",
        re.IGNORECASE,
    ),
    compile_later(
        rf"\s?[-–—|·]\s(?:{_SCORE_WORDS}\s?[:：]?\s?)?(?:{_NUMBER}\s?/\s?[0-9]{{1,3}}|{_NUMBER}%|{_NUMBER}\s?(?:分|점))\s*$"
        rf"|\s{_SCORE_WORDS}\s?[:：]\s?{_NUMBER}(?:/[0-9]{{1,3}})?\s*$",
        re.IGNORECASE,
    ),
    compile_later(rf"\s*[⭐★☆🌟🔥]{{1,10}}\s?(?:{_NUMBER}(?:/[0-9]{{1,3}})?)?\s*$"),
    compile_later(
        r"\s*`[^`]{0,4}[0-9.]{1,6}\s?(?:%|/\s?[0-9]{1,3})?`\s*$|\s*`[a-z-]{2,10}\.[A-Z]{2}`\s*$"
    ),
    compile_later(
        r"\s*[(\[（]?\s?(?:arxiv\s?[:：]\s?)?[0-9]{4}\.[0-9]{5}(?:v[0-9]{1,2})?\s?[)\]）]?\s*$",
        re.IGNORECASE,
    ),
    compile_later(r"\s*\[\[[^\[\]]{1,20}\]\]\([^()\s]{0,300}\)\s*$"),
    compile_later(rf"(?:\s*[{_EMOJI}]{{1,4}}[^\W\d_]{{0,6}}(?=\s|$|[{_EMOJI}])){{1,4}}\s*$"),
    compile_later(r"\s*(?:[-–—|·:：]|\s/)\s*$|\s*[(（\[【]\s?[)）\]】]\s*$"),
)
_SCORES = frozenset(_TRAILERS[:4])
"""Those that say how good or how near a paper is, or of which field."""
_AROUND_PIECES = " \t-–—|·:：`*\\()[]（）【】"
_FIELD = compile_later(r"[a-z-]{2,10}\.[A-Z]{2}")
_SAYS_SOMETHING = compile_later(r"[\w⭐★☆🌟]")
_WORDS_ALONE = re.compile(r"[A-Za-z ,.:&'’-]*[A-Za-z]")
"""A title behind which nothing stands: without digits, brackets, emoji and a mark at its end."""
_BOLD_LEAD = compile_later(
    r"(?:\*\*|__)(?P<bold>(?:[^*_]|\*(?!\*)|_(?!_)){2,}?)(?:\*\*|__)(?P<rest>.*)", re.DOTALL
)
_BOOK_MARKS = compile_later(r"[《「『【](?P<inner>[^《》「」『』【】]{4,})[》」』】]")
WORDS_OF_A_TITLE, WIDE_LETTERS = 3, 8
SHORTEST_TEXT, LONGEST_SUBTITLE = 60, 200
"""Characters behind a colon that are a text: behind whole titles, and behind shorter names."""
_SENTENCE_END = compile_later(r"[.!?](?:\s|$)|[。！？]")
_BRACKETS = re.compile(r"\[[^\[\]]{1,60}\]\s*")
_BRACKETS_BEFORE_BOLD = compile_later(r"(?:\[[^\[\]]{1,100}\]\s?){1,3}(?=\*\*)")
LONGEST_LEAD = 120
"""Characters in which brackets stand before a bold title: who wrote it, or of which topic it is."""
_WORD = compile_later(r"\w")


class Style(Struct, frozen=True):
    """What the titles of a file have in common."""

    counts_up: bool
    """Whether numbers before them only count them."""
    has_brackets: bool
    """Whether most have brackets before them, with a place or a topic."""
    has_pairs: bool = False
    """Whether all begin with two digits that count up: `01 …`, `02 …`."""


class CleanTitle(Struct, frozen=True):
    """A title, and what stood around it."""

    words: str
    rest: str = ""
    """What stands behind it and belongs to the text."""
    votes: int | None = None
    beside: str = ""
    """What says more of the paper, as written, without brackets: a score, a field, a place."""


def style_of(titles: Sequence[TitleText]) -> Style:
    """What a file's titles have in common."""
    wholes = [f"{title.before} {title.words}".strip() for title in titles]
    numbers = [number for whole in wholes if (number := counter(whole)) is not None]
    steps = sum(after in {before + 1, 1, 0} for before, after in pairwise(numbers))
    counts_up = (
        bool(numbers)
        and (len(titles) == 1 or steps >= 0.6 * (len(numbers) - 1))
        and (len(numbers) > 1 or numbers[0] <= 1 or len(titles) == 1)
    )
    has_pairs = all(
        (pair := _PAIR.match(whole)) is not None and int(pair[0]) == number
        for number, whole in enumerate(wholes, 1)
    )
    brackets = sum(
        bool(each.address and _BRACKETS.search(each.before)) or "] **" in each.words[:LONGEST_LEAD]
        for each in titles
    )
    return Style(counts_up, brackets > 0.5 * len(titles), has_pairs)


def counter(text: str) -> int | None:
    """The number that a title begins with, in a form that counts; None where there is none."""
    text = text.lstrip(" *_")
    if _FIRST_WORD.match(text):
        return None
    if emoji := _LEADING_EMOJI.match(text):
        text = text[emoji.end() :].lstrip(" *_")
    found = _COUNTER.match(text)
    if not found:
        return None
    digits = next((value for value in found.groupdict().values() if value), "0")
    return ord(digits) - ord("①") + 1 if digits in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳" else int(digits)


def clean_title(title: TitleText, style: Style) -> CleanTitle:
    """The title alone, what is left around it, and the votes that stand beside it."""
    is_alone = title.is_linked and not title.before and not title.rest
    if is_alone and _FIRST_WORD.match(title.words):
        return CleanTitle(title.words.strip())
    if found := _LEADING_VOTES.match(title.before or title.words):
        if title.before:
            title = replace(title, before=title.before[found.end() :])
        else:
            title = replace(title, words=title.words[found.end() :])
        return replace(_clean(title, style), votes=int(found["number"].replace(",", "")))
    return _clean(title, style)


def _clean(title: TitleText, style: Style) -> CleanTitle:
    told: list[str] = []
    clean = _without_surroundings(title, style, told)
    return replace(clean, beside=_beside(told)) if told else clean


def _beside(pieces: Sequence[str]) -> str:
    """The pieces that say something, without the marks around them."""
    plain = (piece.strip(_AROUND_PIECES) for piece in pieces)
    say = (each for each in plain if _SAYS_SOMETHING.search(each))
    return " · ".join(dict.fromkeys(each for each in say if not _is_name_of_link(each)))


def _is_name_of_link(text: str) -> bool:
    """Whether a text with letters says where a link leads; a field such as `cs.AI` doesn't."""
    return not _FIELD.fullmatch(text) and any(map(str.isalpha, text)) and names_link(text)


def _without_surroundings(title: TitleText, style: Style, told: list[str]) -> CleanTitle:
    """The title alone; `told` is added to."""
    if title.is_linked and _WORD.search(title.words):
        return _clean_link(title, style, told)
    words, rest = _leading(title.words, style, told), ""
    if style.has_brackets and (lead := _BRACKETS_BEFORE_BOLD.match(words)):
        told.append(lead[0])
        words = words[lead.end() :]
    bold = _BOLD_LEAD.match(words)
    if bold and (not bold["rest"].startswith((":", "：")) or _is_prose(bold["bold"], bold["rest"])):
        words, rest = bold["bold"], bold["rest"]
        words = words[:-1] if rest and words.endswith(".") and words[-2] != "." else words
    elif bold:
        words = f"{bold['bold']}{bold['rest']}"
    words, votes = _trailing(_leading(_without_book_marks(words), style, told), told)
    words = _without_book_marks(words)
    rest, more_votes = _trailing(f"{rest} | {title.behind}" if title.behind else rest, told)
    return CleanTitle(words, rest.strip(" |"), votes if votes is not None else more_votes)


def _is_prose(words: str, rest: str) -> bool:
    """Whether what follows bold words and a colon is a text, and no subtitle."""
    is_whole = len(words.split()) >= WORDS_OF_A_TITLE or len(WIDE.findall(words)) >= WIDE_LETTERS
    longest = SHORTEST_TEXT if is_whole else LONGEST_SUBTITLE
    return len(rest) > longest and _SENTENCE_END.search(rest) is not None


def _without_book_marks(words: str) -> str:
    """The words without the marks that Chinese sets around a title."""
    book = _BOOK_MARKS.fullmatch(words.strip())
    return book["inner"] if book else words


def _clean_link(title: TitleText, style: Style, told: list[str]) -> CleanTitle:
    words = title.words
    if style.counts_up or _COUNTER.match(words) is None:
        words = _leading(words, style, told, with_emoji=False) or words
    before = _before_link(title.before, style, told) if title.before else ""
    rest, votes = _trailing(title.rest, told)
    return CleanTitle(f"{before} {words}".strip(), rest.strip(), votes)


def _before_link(text: str, style: Style, told: list[str]) -> str:
    """What stands before the link of a title and belongs to it."""
    before = _leading(f"{_without_names_of_links(text)} ", style, told)
    if style.has_brackets:
        told += _BRACKETS.findall(before)
        before = _BRACKETS.sub("", before)
    before = _DAY_BEFORE_LINK.sub("", f"{before} ", count=1).strip()
    before = before if _WORD.search(_LEADING_TIME.sub("", before)) else ""
    is_count = counter(f"{before} x") is not None
    return "" if is_count and not _WORD.search(_COUNTER.sub("", f"{before} ")) else before


def _leading(words: str, style: Style, told: list[str], *, with_emoji: bool = True) -> str:
    """The words without what stands before a title; `told` is added to."""
    for _ in range(5):
        start = words
        words = words.lstrip()
        if _FIRST_WORD.match(words):
            break
        if style.counts_up and (number := _COUNTER.match(words)):
            words = words[number.end() :]
        elif style.has_pairs and words == start.lstrip() and (pair := _PAIR.match(words)):
            words = words[pair.end() :].lstrip()
        for form in (
            _LEADING_LABEL,
            _LEADING_ID,
            _LEADING_TIME,
            _LEADING_SCORE,
            *((_LEADING_EMOJI,) if with_emoji else ()),
        ):
            if (found := form.match(words)) and _WORD.search(words[found.end() :]):
                words = words[found.end() :]
                if form is _LEADING_SCORE:
                    told.append(found[0])
        if words == start:
            break
    return words.strip()


def _trailing(words: str, told: list[str]) -> tuple[str, int | None]:
    """The words without what stands behind a title, and the votes there; `told` is added to."""
    votes: int | None = None
    if not words or _WORDS_ALONE.fullmatch(words):
        return words, votes
    for _ in range(6):
        start = words
        if (found := _VOTES.search(words[-80:])) and found[0].strip():
            cut = max(0, len(words) - 80) + found.start()
            if _WORD.search(words[:cut]) or cut == 0:
                number = found["emoji"] or found["word"] or found["label"]
                votes, words = int(number.replace(",", "")), words[:cut]
        for form in _TRAILERS:
            if (found := form.search(words[-200:])) is not None and found[0]:
                words = words[: max(0, len(words) - 200) + found.start()]
                if form in _SCORES:
                    told.append(found[0])
        links = links_of(words[-400:]) if "](" in words[-400:] else ()
        if (
            links
            and names_link(links[-1].plain_words)
            and not words[-400:][links[-1].end :].strip()
        ):
            words = words[: max(0, len(words) - 400) + links[-1].start]
        words = words.rstrip()
        if words == start:
            break
    return words, votes


def _without_names_of_links(text: str) -> str:
    """The text without links that say where they lead: `[#3](…)`."""
    links = [link for link in links_of(text) if link.words and names_link(link.plain_words)]
    return without_links(text, links) if links else text
