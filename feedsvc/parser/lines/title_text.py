"""The words of a line that may be a title, apart from the link, the numbers and marks around."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from feedsvc.parser.lines.inline import InlineLink, links_of, without_links
from feedsvc.parser.lines.names import looks_like_authors
from feedsvc.parser.lines.records import read_record
from feedsvc.parser.vocabulary.labels import names_link, names_paper_link
from feedsvc.patterns import compile_later

WIDE = compile_later(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A letter of Chinese, Japanese or Korean."""

_ADDRESS = compile_later(
    r"\](?:\(| \((?=https?:))[ \t]*"
    r"(?:<(?P<angled>[^<>]*)>|(?P<plain>(?:[^\s()]++|\([^\s()]*\))*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*')\s*|\s(?P<words>[^()]*))?(?P<end>\)|$)"
)
_WORDS_OF_TITLE = compile_later(r"\w{3}.*\w{3}")
_CITATION = compile_later(
    r"(?P<names>[^\"“”*\[\]|]{4,1000}?)[.,:]?\s"
    r"(?:[\"“](?P<quoted>[^\"“”]{8,400})[\"”]|\*(?P<slanted>[^*]{8,400})\*"
    r"|(?<=[.,:]\s)\*\*(?P<bold>[^*]{4,400})\*\*)[.,]?\s?(?P<rest>.*)"
)
_EMPTY_BRACKETS = compile_later(r"[(\[<]\s?[)\]>]")
_EMPTY_LIST = compile_later(r"\s?[(（\[][\s,，、;|/·+&]*[)）\]]")
_BOLD_TITLE = compile_later(r"[^\w*]{0,8}(?:[0-9]{1,3}[.)]\s)?\*\*[^*]{8,400}\*\*")
_LINKS_IN_BRACKETS = compile_later(
    r"\[((?:[\s,|/·]{0,3}\[[^\[\]]{1,100}\]\([^\s()]{1,1000}\)){1,9})\s?\](?![(\[])"
)
_LINK_OPENED = compile_later(r"\]\s?\(")
_NAMES_BEHIND = compile_later(r"(?P<title>[^()（）].*\S)\s?[(（](?P<names>[^()（）]{3,1000})[)）]")
_BRACKET = compile_later(r"[\[\]]")
_MAY_BE_MARKUP = re.compile(r"[\[\]<]")
_ATTRIBUTES = compile_later(r"\s?\{:?\s?[#.][\w.-]{1,80}(?:\s[^{}]{0,100})?\}\s*$")
_PICTURE = compile_later(r"!\[[^\[\]]*\]\([^\s()]*\)")
_MARKUP = compile_later(
    r"<(?-i:[A-Z])[A-Za-z]{1,30}\s(?=[^<>]{0,30}=)[^<>]{1,300}/>"  # a component of a site's maker
    r"|</?(?:a|b|strong|i|em|h[1-6]|summary|details|sub|sup|font|code|u|p|div|center|span|small)"
    r"(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_BOLD_LEAD = compile_later(
    r"(?P<before>[^\w<]{0,8})<(?P<tag>b|strong)(?:\s[^<>]{0,100})?>"
    r"(?P<words>[^<>*]{4,400})</(?P=tag)\s?>(?=[^*]*\w)",
    re.IGNORECASE,
)
_HTML_LINK = compile_later(
    r"<a\s[^<>]{0,300}?href\s?=\s?[\"']?([^\"'\s<>]{1,1000})[^<>]{0,300}>"
    r"((?:[^<]|<(?!/?a\b)){0,1500})</a\s?>",
    re.IGNORECASE,
)


class TitleText(Struct, frozen=True):
    """A title as written, taken apart."""

    before: str
    """What stands before the link."""
    words: str
    """The words of the link, or all where there is no link."""
    address: str | None = None
    rest: str = ""
    """What stands behind the link, and the pictures."""
    is_closed: bool = True
    """Whether the link has its closing parenthesis."""
    is_linked: bool = False
    """Whether the title itself is the link, which is no name of a link such as `PDF`."""
    behind: str = ""
    """What bars part from a title that is no link: `Title | Names | [PDF](…)`."""


def read_title(text: str) -> TitleText:
    """The parts of a title in Markdown; layout in HTML goes."""
    return _linked(text) or read_title_of_any_form(text)


def _linked(text: str) -> TitleText | None:
    """A title that is a link and nothing else, as most are."""
    links = links_of(text) if text.startswith("[") and text.endswith(")") else ()
    link = links[0] if len(links) == 1 else None
    if not link or text != f"[{link.words}]({link.address})":
        return None
    if _MAY_BE_MARKUP.search(link.words) or names_link(link.words):
        return None
    return TitleText("", _without_emphasis(link.words), link.address, is_linked=True)


def read_title_of_any_form(text: str) -> TitleText:
    """What `read_title` says, without its short way for links."""
    words = _without_emphasis(_without_closing_marks(text))
    if "<" in words:
        words = _BOLD_LEAD.sub(r"\g<before>**\g<words>**", words, count=1)
        words = _without_emphasis(_MARKUP.sub("", _HTML_LINK.sub(r"[\2](\1)", words)).strip())
    if "[[" in words:
        words = _LINKS_IN_BRACKETS.sub(r"\1", words)
    if " | " in words and (parted := _parted(words)):
        return parted
    if ("](" in words or "://" in words) and (cited := _recorded(words) or _cited(words)):
        return cited
    if "://" in words and (addressed := _addressed(words)):
        return addressed
    words, pictures = _without_pictures(words) if "![" in words else (words, "")
    start = words.find("[")
    links = [link for link in links_of(words) if link.words] if "](" in words else []
    is_simple = links and words.count("[", 0, links[0].start) == words.count("]", 0, links[0].start)
    if is_simple and (len(links) > 1 or links[0].start > start or names_link(links[0].plain_words)):
        return _among_links(words, links, pictures)
    for end in _ends_of_text(words, start) if start >= 0 else ():
        if target := _ADDRESS.match(words, end):
            address = target["angled"] if target["angled"] is not None else target["plain"]
            rest = f"{target['words'] or ''} {words[target.end() :]} {pictures}"
            title = _without_emphasis(words[start + 1 : end])
            before, rest = _without_emphasis_around(words[:start].strip(), rest.strip())
            return TitleText(
                before, title, address, rest, target["end"] == ")", not names_link(title)
            )
    return TitleText("", words, rest=pictures)


def _parted(text: str) -> TitleText | None:
    """The title of a record whose fields are apart by bars; None where bars are part of a title."""
    first, *others = text.split(" | ")
    rest = " | ".join(others)
    links = [link for link in links_of(rest) if link.words]
    named = [link for link in links if link.paper and names_link(link.plain_words)]
    if "](" in first or not named or not re.search(r"\w", without_links(rest, links)):
        return None
    return TitleText("", _without_emphasis(first), named[0].address, behind=rest)


def _recorded(text: str) -> TitleText | None:
    """The title of a text whose names and links stand behind commas."""
    if not (record := read_record(text)):
        return None
    return TitleText(record.before, record.title, record.address, behind=" | ".join(record.others))


def _cited(text: str) -> TitleText | None:
    """The title of a text that cites a paper: `Names. "Title." Journal. [PDF](…)`."""
    found = _CITATION.match(text)
    if not found or not looks_like_authors(f"*{found['names']}*"):
        return None
    links = links_of(found["rest"])
    link = next((link for link in links if link.paper), links[0] if links else None)
    if not link or not all(names_link(each.plain_words or "link") for each in links):
        return None
    title = found["quoted"] or found["slanted"] or found["bold"]
    shown = [each for each in links if (each.paper or each is link) and not each.is_id]
    rest = _EMPTY_BRACKETS.sub("", without_links(found["rest"], shown))
    behind = f"{found['names']} | {rest.strip(' ,;')}"
    return TitleText("", title.strip(" ,").removesuffix("."), link.address, behind=behind)


def _addressed(text: str) -> TitleText | None:
    """The title of a text that ends in the bare address of its paper: `Title (Names) https://…`."""
    links = links_of(text) if not _LINK_OPENED.search(text) else ()
    link = links[0] if len(links) == 1 else None
    if not link or link.words or not link.paper or text[link.end :].strip(" >)]."):
        return None
    title = text[: link.start].rstrip(" <([-–—|:：")
    named = _NAMES_BEHIND.fullmatch(title)
    if named and looks_like_authors(f"*{named['names']}*"):
        return TitleText("", named["title"], link.address, behind=named["names"])
    return TitleText("", title, link.address) if _WORDS_OF_TITLE.search(title) else None


def _among_links(words: str, links: Sequence[InlineLink], pictures: str) -> TitleText:
    """The title of a text with several links: one that is no name of a link, or the rest."""
    named = [link for link in links if link.paper] or list(links)
    # A line whose first link names the paper says its title before that, or in bold before all.
    is_told = (
        named[0].paper
        and names_paper_link(named[0].plain_words)
        and (
            _WORDS_OF_TITLE.search(words[: links[0].start])
            if named[0] is links[0]
            else _BOLD_TITLE.match(words, 0, links[0].start)
        )
    )
    titled = (
        []
        if is_told
        else [link for link in links if link.words and not names_link(link.plain_words)]
    )
    if titled:
        link = titled[0]
        before, rest = _without_emphasis_around(
            words[: link.start].strip(), words[link.end :].strip()
        )
        return TitleText(
            before,
            _without_emphasis(link.words),
            link.address,
            f"{rest} {pictures}".strip(),
            is_linked=True,
        )
    others = [
        link
        for link in links
        if link is named[0] or (link.words and not (is_told and _is_of_text(link)))
    ]
    around = _EMPTY_LIST.sub("", without_links(words, others)).strip()
    return TitleText("", _without_emphasis(around), named[0].address, pictures)


def _is_of_text(link: InlineLink) -> bool:
    """Whether a link behind a title has words of a sentence."""
    return not link.paper and not names_link(link.plain_words)


def _without_emphasis_around(before: str, rest: str) -> tuple[str, str]:
    """The text around a link without a pair of stars that encloses the link alone."""
    for mark in ("***", "**", "__"):
        if before.endswith(mark) and rest.startswith(mark) and before.count(mark) == 1:
            return before.removesuffix(mark).strip(), rest.removeprefix(mark).strip()
    return before, rest


def _without_pictures(words: str) -> tuple[str, str]:
    """The words without pictures, and these; a title's `![` that is none of a picture stays."""
    left = _PICTURE.sub("", words)
    if left.count("[") != left.count("]"):
        return words, ""
    return re.sub(r"\[\s?\]\([^()]*\)", "", left).strip(), " ".join(_PICTURE.findall(words))


def _ends_of_text(words: str, start: int) -> list[int]:
    """Where the text of the link that opens at `start` may end, the likeliest first.

    That is the bracket that balances the first one, if an address follows; a title's brackets need
    not balance, so otherwise the last bracket that an address follows.
    """
    ends, depth = [], 0
    for bracket in _BRACKET.finditer(words, start):
        depth += 1 if bracket[0] == "[" else -1
        if depth == 0:
            ends.append(bracket.start())
            break
    last = max(words.rfind("]("), words.rfind("] (http"))
    return [*ends, last] if last > start else ends


def _without_closing_marks(words: str) -> str:
    """The words without the marks that may close a heading (CommonMark section 4.2), and its id."""
    words = _ATTRIBUTES.sub("", words.strip()) if words.rstrip().endswith("}") else words.strip()
    unmarked = words.rstrip("#")
    return unmarked.rstrip() if not unmarked or unmarked[-1] in " \t" else words


def _without_emphasis(words: str) -> str:
    """The words without stars or underscores that enclose all of them."""
    if not words.startswith(("**", "__")):
        return words.strip()
    for mark in ("***", "**", "__"):
        inner = words[len(mark) : -len(mark)]
        if inner and words == mark + inner + mark and mark[0] not in inner:
            return inner.strip()
    return words.strip()
