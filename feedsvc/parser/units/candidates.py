"""Blocks to candidates: what each block would tell of a paper if a paper began there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.blocks.blocks import Block, Kind
from feedsvc.parser.blocks.page import Page, is_part, is_title_label
from feedsvc.parser.blocks.spans import Span, asides_of, spans_of
from feedsvc.parser.days.day_words import names_time, time_named
from feedsvc.parser.lines.addresses import is_page, is_relative
from feedsvc.parser.lines.inline import InlineLink, links_of, without_links
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.lines.title_text import WIDE, TitleText, read_title
from feedsvc.parser.units.evidence import FAIR, MEDIUM, NONE, STRONG, WEAK, Evidence, look_below
from feedsvc.parser.units.rows import row_evidence
from feedsvc.parser.vocabulary.homes import paper_at
from feedsvc.parser.vocabulary.labels import field_named, names_aside, names_link, names_part
from feedsvc.patterns import compile_later

LONGEST_TITLE = 400
LONGEST_PLAIN_TITLE = 200
"""Characters of an item's text that is a title though nothing marks it."""
LONGEST_REST = 160
"""Characters behind the link of a line that is a title and no prose."""
LINES_TO_TITLE = 5
"""Lines below the label `Title:` in which the title stands."""
WORDS_OF_A_TITLE, WIDE_LETTERS = 3, 6
WORDS_OF_A_NAME = 3
LINES_TO_TEXT = 3
"""Lines below a title in which its text begins."""

_WORD = re.compile(r"\w")
_SENTENCE = compile_later(r"\.(?:\s|$)|[。！？]|[:：]\s*$")
_BRACKET_LEAD = compile_later(
    r"(?:[^\w\s\[*]{1,4}\s*|[(\[]?[0-9]{4}(?:[-./][0-9]{1,2}){2}(?:\s?[:：,，]|[)\]])\s?"
    r"|\*{2}[0-9]{1,2}[-./][0-9]{1,2}[:：]?\*{2}[:：]?\s?|[0-9]{1,2}[-./][0-9]{1,2}\s?[:：]\s?"
    r"|\[[^\[\]]{1,60}\]\s*(?!\()|[0-9]{1,3}[.):、]\s*){1,4}"
)
_MARKED = ("**", "__", "[", "<a ", "<b>", "<strong>", "《", "【")
_TITLE_LABEL = re.compile(r"\s?(?:title|标题|제목|タイトル)\s?[:：]\s?", re.IGNORECASE)
_NUMBER_ALONE = re.compile(
    r"\W{0,4}(?:paper|论文|論文|논문|no\.?|第)?\s?[#:：]?\s?[0-9]{1,4}(?:\s?/\s?[0-9]{1,4})?\s?(?:篇|편|本)?\W{0,3}",
    re.IGNORECASE,
)
_COUNTER = compile_later(r"^\W{0,3}[0-9]{1,4}\W{1,3}")
_RATING = compile_later(r"[:：]\s?[(（]?[0-9]{1,3}(?:\.[0-9])?\s?/\s?[0-9]{1,3}[)）]?$")
_CHECKBOX = compile_later(r"\[[ x]\]\s")


class Candidate(Struct):
    """A block with the lines that would be its paper's."""

    block: Block
    span: Span
    evidence: Evidence
    has_text: bool = False
    """Whether a line with words stands below its title."""

    @property
    def shape(self) -> tuple[Kind, int]:
        """What candidates of one form have in common; tables are told apart by their heads."""
        return self.block.kind, self.block.table.kind if self.block.table else self.block.level

    @property
    def start(self) -> int:
        """The index of its first line."""
        return self.block.index

    @property
    def end(self) -> int:
        """The index behind its last line."""
        return self.span.end


def candidates(page: Page) -> list[Candidate]:
    """Every block that may begin a paper, with its lines and its evidence, in order."""
    asides = asides_of(page)
    found = []
    inner = len(page.lines)  # where the next block stands that is no heading and speaks for itself
    for block, span in zip(reversed(page.blocks), reversed(spans_of(page)), strict=True):
        if block.index in asides.sure:
            continue
        evidence = _evidence(page, block, span, inner)
        below = page.lines[block.last + 1 : min(span.end, block.last + 1 + LINES_TO_TEXT)]
        found.append(Candidate(block, span, evidence, any(map(str.strip, below))))
        if block.kind is not Kind.HEADING and evidence.weight >= MEDIUM:
            inner = block.index
    return _without_asides(found[::-1], asides.perhaps)


def _without_asides(found: list[Candidate], sections: Sequence[set[int]]) -> list[Candidate]:
    """The candidates without those of sections that hold no papers of the file's own form.

    A section holds such papers where candidates in it speak as those elsewhere do, if any, and
    name papers that are named nowhere else: statistics tell of papers that stand in the digest.
    """
    inside = set[int]().union(*sections)
    if not inside:
        return found
    outside = [each for each in found if each.evidence.weight > NONE and each.start not in inside]
    shapes = {each.shape for each in outside if each.evidence.weight == STRONG}
    papers = {each.evidence.paper for each in outside}
    own = {
        each.start
        for each in found
        if each.evidence.weight == STRONG
        and (each.shape in shapes or not outside)
        and each.evidence.paper not in papers
    }
    mute = set[int]().union(*(section for section in sections if not section & own))
    return [each for each in found if each.start not in mute]


def _evidence(page: Page, block: Block, span: Span, inner: int) -> Evidence:
    """What speaks for a paper at a block, whose own fields end where `inner` begins."""
    if block.kind is Kind.ROW:
        return row_evidence(block)
    text = _title_source(page, block)
    evidence = Evidence(read_title(_without_mark(block, text)))
    title = evidence.title
    if block.kind is Kind.HEADING and title.address and (title.is_linked or "[](" in text):
        evidence.paper = paper_at(title.address)
    if evidence.paper:
        evidence.weight = STRONG
    elif _is_none(page, block, title):
        evidence.is_none = True
    elif block.kind is Kind.HEADING or _may_be_title(block, text, title):
        _weigh(page, block, span, inner, evidence)
    return evidence


def _is_none(page: Page, block: Block, title: TitleText) -> bool:
    """Whether a block can't be a paper, whatever stands below it."""
    if title.is_linked:
        return (
            not _WORD.search(title.words)
            or names_time(title.words)
            or (block.kind is Kind.LINK and _RATING.search(title.words) is not None)
        )
    words = f"{title.before} {title.words}".strip()
    names_no_paper = names_part(words) or names_aside(words) or _names_group(words)
    is_nothing = not _WORD.search(words) or names_no_paper or _is_time(block, words)
    is_person = block.kind is Kind.BOLD and block.text in page.people
    return is_nothing or is_person or is_part(block, page.repeated)


def _is_time(block: Block, words: str) -> bool:
    """Whether the words are hardly more than a time, and nothing more beside a paper's link."""
    has_paper = any(link.paper for link in links_of(block.text))
    return time_named(words, 0) is not None if has_paper else names_time(words)


def _names_group(text: str) -> bool:
    """Whether a heading is a label and a value, as `Keyword: SLAM`."""
    label, colon, value = text.partition(":") if ":" in text else text.partition("：")
    return bool(colon and value.strip()) and field_named(label) in {"tags", "date", "updated"}


def _title_source(page: Page, block: Block) -> str:
    """The text of a title.

    That is the next line's where a heading is the label `Title:` alone or an id that is a link,
    and that of the label `Title:` below a heading that only counts: `Paper 3`.
    """
    if block.kind is not Kind.HEADING:
        return block.text
    if _NUMBER_ALONE.fullmatch(block.text):
        return _labelled_title(page, block) or block.text
    link = _link_alone(block.text)
    first = block.index + 1
    if not link and not is_title_label(block.text):
        is_wrapped = first < len(page.lines) and page.lines[first][:2] == "  "
        return _wrapped_title(page, block) if is_wrapped else block.text
    for index, line in enumerate(page.lines[first : first + LINES_TO_TITLE], first):
        if line.strip():
            if not link:
                block.last = index
                return line.strip()
            if _is_plain_title(page, index):
                block.last = index
                return f"{line.strip()} [arXiv]({link.address})"
            break
    return block.text


def _wrapped_title(page: Page, block: Block) -> str:
    """A heading's text with the indented line that goes on with it, right above fields."""
    index = block.index + 1
    line, below = page.lines[index].strip(), page.lines[index + 1 : index + 2]
    if (
        not below
        or not (page.facts(index + 1).fields or page.facts(index + 1).links)
        or not line[:1].isalnum()
        or line[-1] in ".。!！:："
        or page.facts(index).fields
        or page.facts(index).links
        or names_part(block.text)
        or looks_like_authors(line, may_be_one=len(line.split()) <= WORDS_OF_A_NAME)
    ):
        return block.text
    block.last = index
    return f"{block.text.rstrip()} {line}"


def _labelled_title(page: Page, block: Block) -> str:
    """The title that a label names right below a heading."""
    first = block.index + 1
    for index, line in enumerate(page.lines[first : first + LINES_TO_TITLE], first):
        if line.strip():
            titled = next(
                (each for each in page.facts(index).fields if each.field == "title"), None
            )
            block.last = index if titled else block.last
            return titled.value if titled else ""
    return ""


def _link_alone(text: str) -> InlineLink | None:
    """The link to a paper that a heading is and that says no title: `[2411.00001](…)`."""
    links = links_of(text) if "](" in text else ()
    link = next((link for link in links if link.paper), None)
    is_alone = link and all(names_link(each.plain_words) for each in links)
    return (
        link
        if is_alone and not _WORD.search(_COUNTER.sub("", without_links(text, links)))
        else None
    )


def _is_plain_title(page: Page, index: int) -> bool:
    """Whether a line may be a title: a bold line, or words that are no names and no field."""
    line = page.lines[index]
    if (
        page.facts(index).links
        or page.facts(index).fields
        or (line[0] in "#|>-*+ " and line[:2] != "**")
    ):
        return False
    return len(line) <= LONGEST_TITLE and not looks_like_authors(line.strip("* "), may_be_one=False)


def _without_mark(block: Block, text: str) -> str:
    """The text without a bullet and without the label of a title."""
    if block.kind is Kind.ITEM:
        mark, _, rest = text.partition(" ")
        return _CHECKBOX.sub("", rest, count=1) if mark in "-*+•" else text
    if label := _TITLE_LABEL.match(text):
        return text[label.end() :]
    return text.removeprefix(">").strip()


def _may_be_title(block: Block, text: str, title: TitleText) -> bool:
    """Whether the text of a block that is no heading looks like a title and no prose."""
    if block.kind in {Kind.BOLD, Kind.SUMMARY, Kind.LABEL}:
        plain, _, bold = title.words.partition("**")
        return len(bold.partition("**")[0] or plain) <= LONGEST_TITLE
    rest = _without_lead(_without_mark(block, text)) or text
    label = re.split(r"[:：]", rest.strip("*_ "), maxsplit=1)[0].strip("*_ ")
    if field_named(label) and not rest.startswith("["):
        return False
    if block.kind is Kind.LINK:
        links = links_of(text)
        # Links that say where they lead, `[pdf](…)`, may stand before it, and no words.
        number = next((n for n, each in enumerate(links) if not names_link(each.plain_words)), -1)
        link = links[number] if number >= 0 else None
        if link and number and _WORD.search(without_links(text[: link.start], links[:number])):
            return False
        is_titled = link is not None and not looks_like_authors(text)
        return is_titled and link is not None and len(text) - link.end < LONGEST_REST
    if rest.startswith(_MARKED):
        return True
    words = _COUNTER.sub("", title.words[:-1])
    longest = LONGEST_TITLE if block.kind is Kind.PLAIN else LONGEST_PLAIN_TITLE
    return len(title.words) <= longest and not _SENTENCE.search(words)


def _weigh(page: Page, block: Block, span: Span, inner: int, evidence: Evidence) -> None:
    """Fills in the weight and the paper, by the strongest of what speaks for one."""
    title, first = evidence.title, block.last + 1
    if in_title := next((link.paper for link in links_of(block.text) if link.paper), None):
        evidence.weight, evidence.paper = STRONG, in_title
        return
    below = look_below(page, first, min(span.own, inner))
    address = title.address if title.is_linked or title.behind else None
    if below.paper:
        is_own = address is not None and not is_relative(address)
        evidence.weight, evidence.paper = STRONG, address if is_own else below.paper
    elif address is not None:
        evidence.weight, evidence.paper = _weight_of_link(block, title, address), address
    elif below.fields & {"authors", "votes"} and (
        block.kind is Kind.HEADING or len(below.fields) > 1
    ):
        papers = page.papers(first, span.own)
        evidence.weight, evidence.paper = MEDIUM, papers[0] if len(papers) == 1 else None
    else:
        _weigh_sentences(page, first, span, evidence)


def _weight_of_link(block: Block, title: TitleText, address: str) -> float:
    """The weight of a title that leads elsewhere than to a home of papers."""
    if block.kind in {Kind.ITEM, Kind.LINK} and _WORD.search(_without_lead(title.before)):
        return NONE  # a sentence with a link
    if not is_relative(address):
        return MEDIUM
    return FAIR if is_page(address) and reads_like_title(title.words) else NONE


def reads_like_title(words: str) -> bool:
    """Whether a link to a page of the archive has the words of a title, and not of a section."""
    count = sum(_WORD.search(word) is not None for word in words.split())
    return count >= WORDS_OF_A_TITLE or len(WIDE.findall(words)) >= WIDE_LETTERS


def _weigh_sentences(page: Page, first: int, span: Span, evidence: Evidence) -> None:
    papers = page.papers(first, span.end)
    if len(papers) == 1 and page.papers(first, span.own) == papers:
        evidence.weight, evidence.paper = WEAK, papers[0]
    evidence.is_group = len(papers) > 1


def _without_lead(text: str) -> str:
    """The text without numbers, days, marks and brackets before it."""
    lead = _BRACKET_LEAD.match(text)
    return text[lead.end() :] if lead else text
