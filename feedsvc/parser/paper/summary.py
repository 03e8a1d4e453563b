"""A paper's summary: Markdown to clean HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import comrak
import nh3

from feedsvc.parser.paper.shield import shield, unshield
from feedsvc.parser.source.text import printable
from feedsvc.patterns import compile_later

DEEPEST_INDENT = 24
"""Columns. Lists nested deeper are shown at this depth: many readers parse with libxml2, which
drops what is 256 levels deep."""

_VOID = {"br", "hr"}
_NESTED = {
    *("p", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code"),
    *("em", "strong", "b", "i", "del", "sub", "sup", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_CLEANER = nh3.Cleaner(
    tags={"a", *_VOID, *_NESTED},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    clean_content_tags={"script", "style"},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)

_TAG = re.compile(r"<[^>]*>?")
_REFERENCE = compile_later(r"&[^;]*;?")
"""Where the end of one of these is missing, what follows belongs to it."""
_VOID_TAGS = {"<br>", "<br />", "<hr>", "<hr />"}
_OPENED_BY = {f"</{name}>": f"<{name}>" for name in _NESTED}
"""The tags that end what others begin."""
_SPELLINGS = {"<br />": "<br>", "<hr />": "<hr>", "&quot;": '"', "&#x27;": "'"}
"""What the cleaner spells otherwise than the renderer."""
_HARMLESS = {
    *_SPELLINGS,
    *("&lt;", "&gt;", "&amp;"),
    *(f"<{name}>" for name in _VOID | _NESTED),
    *(f"</{name}>" for name in _NESTED),
}
"""What the cleaner lets pass: the tags have no attributes."""

_EXTENSIONS = comrak.ExtensionOptions()
_EXTENSIONS.cjk_friendly_emphasis = True  # `**만화(Comics)**를` is bold, as Koreans mean it
_EXTENSIONS.table = True
_PARSING = comrak.ParseOptions()
_PARSING.ignore_setext = True  # a line of dashes below text is no heading in a digest
_RENDERING = comrak.RenderOptions()
_RENDERING.escape = True

_INDENT = compile_later(r"[ \t]*")
_SIX_MARKERS = re.compile(
    r"(?=[\s>*+.)0-9-]{6})"  # tells most lines apart at once
    r"\s*(?:>[ \t]*|(?:[-*+]|[0-9]{1,2}[.)])[ \t]+){6}"
)
_MARKER_SIGN = compile_later(r"([0-9]{0,2})([->*+.)])")
_DOUBLE_EMPHASIS = re.compile(r"<em>(<strong>[^<]*</strong>)</em>")
_LINK_TO_NOWHERE = compile_later(
    r'<a(?: href="(?!https?://|mailto:)[^"]*")?>(.*?)</a>', re.DOTALL | re.IGNORECASE
)
_DEAD_LINK = compile_later(
    r'<a\s(?:[^<>]*?\s)?href="(?!(?:https?:)?//|mailto:)([^"]*)"[^<>]*>([^<>]*)', re.IGNORECASE
)
_PICTURE = compile_later(r'<img [^>]*?alt="([^"]*)"[^>]*>')
_CALLOUT = compile_later(
    r"(?<=<blockquote>\n<p>)\[!\w{1,20}\][-+]?[ \t]{0,9}(?P<words>[^\n]*?)(?P<end>\n|</p>)"
)
_FENCE = compile_later(
    r"(?P<before>(?:[ \t]|>|[-*+][ \t]|[0-9]{1,9}[.)][ \t])*)"
    r"(?P<mark>`{3,}|~{3,})\s*(?P<words>\S.*)"
)
_SIGNS_BELOW_HEADER = frozenset("|-: \t>")
"""All signs of the line below the header of a table."""
_BETWEEN_CELLS = compile_later(r"(?<!\\)\|")
_LANGUAGE = compile_later(r"[\w+#./{}:-]{1,30}", re.ASCII)
"""What may stand on a fence's line and says nothing to who reads the text."""
_MARKER = compile_later(r"[^\s>]")
_CODE = compile_later(r"(<code.*?</code>)", re.DOTALL)
_TAG_OR_LINK = compile_later(r"(<a [^>]*>.*?</a>|<[^>]*>)", re.DOTALL)
_BARE_ADDRESS = compile_later(r"https?://(?:[!#-%'-;=?-Z_a-z~]|&amp;)*[#-%+/-9=@-Z_a-z~]")
_LINE_BREAK = compile_later(r"&lt;br ?/?&gt;")
_SCRIPT = compile_later(r"&lt;(sub|sup)&gt;([^<>&]{1,80})&lt;/\1&gt;")


def render_markdown(lines: Sequence[str]) -> str:
    """The HTML of a summary in Markdown. All tags come from Markdown: HTML stays visible text.

    But for `<br>`, `<sub>` and `<sup>`, which carry meaning and can do no harm.
    """
    text = "\n".join(lines)  # a sign that isn't in it needs no look at each line
    even = _with_words_of_fences(lines) if "`" in text or "~" in text else lines
    even = _with_even_tables(even) if "|" in text else even
    shielded = [shield(line) if line else line for line in even]
    rendered = comrak.render_markdown(
        "\n".join([_flattened(line) if line else line for line in shielded]),
        extension_options=_EXTENSIONS,
        parse_options=_PARSING,
        render_options=_RENDERING,
    )
    if shielded != list(lines):
        rendered = unshield(rendered)
    if "<em><" in rendered:
        rendered = _DOUBLE_EMPHASIS.sub(r"\1", rendered)
    if "!" in text:
        rendered = _CALLOUT.sub(_callout, rendered) if "[!" in rendered else rendered
        rendered = _PICTURE.sub(r"\1", rendered)
    if "<" in text or "&" in text or ("/" in text and "://" in rendered):
        rendered = "".join(_outside_code(rendered))
    return rendered


def _callout(found: re.Match[str]) -> str:
    """What a callout (`> [!note] Its Name`) is called, in bold."""
    words, end = found["words"], found["end"]
    return f"<strong>{words}</strong>{end}" if words else end.strip()


def _with_words_of_fences(lines: Sequence[str]) -> Sequence[str]:
    """The lines; words behind a fence's mark, which no browser shows, on a line of their own."""
    parted: list[str] = []
    for line in lines:
        fence = _FENCE.fullmatch(line)
        words = fence["words"].strip() if fence else ""
        if not fence or _LANGUAGE.fullmatch(words) or (fence["mark"][0] == "`" and "`" in words):
            parted.append(line)
        else:
            inside = _MARKER.sub(" ", fence["before"])
            parted += [f"{fence['before']}{fence['mark']}", f"{inside}{words}"]
    return parted


def _with_even_tables(lines: Sequence[str]) -> Sequence[str]:
    """The lines; headers of tables with as many cells as the longest row has.

    Cells that stand below no header are left out by CommonMark's tables.
    """
    below = [
        number
        for number in range(1, len(lines))
        if _is_below_header(lines[number]) and "|" in lines[number - 1]
    ]
    evened = list(lines)
    for number in below:
        rows = takewhile(lambda row: "|" in row, lines[number - 1 :])
        counts = [len(_BETWEEN_CELLS.findall(row.strip().strip("|"))) for row in rows]
        if missing := max(counts) - counts[0]:
            evened[number - 1] = lines[number - 1].rstrip().rstrip("|") + "| " * missing + "|"
            evened[number] = lines[number].rstrip().rstrip("|") + "|-" * missing + "|"
    return evened


def _is_below_header(line: str) -> bool:
    """Whether a line has only the signs of the one below a table's header."""
    return "|" in line and "-" in line and _SIGNS_BELOW_HEADER.issuperset(line)


def sanitise(rendered: str) -> str:
    """HTML in which nothing is active, and nothing XML forbids. Text survives, tags may not."""
    clean = plain_html(rendered)
    if clean is None:
        clean = cleaned(rendered).replace('<a href="//', '<a href="https://')
        clean = _LINK_TO_NOWHERE.sub(r"\1", clean)
    return printable(clean).strip()


def cleaned(rendered: str) -> str:
    """HTML without tags, attributes and addresses that aren't known to be harmless."""
    return _CLEANER.clean(rendered)


def plain_html(rendered: str) -> str | None:
    """`cleaned` for HTML from `render_markdown` in which all is harmless already; else None.

    Most summaries are so, and to see it is much faster than to parse them. Each `<` is looked at,
    so that nothing but the tags of a list gets through, whatever the renderer does.
    """
    tags = _TAG.findall(rendered)
    markup = set(tags)
    if "&" in rendered:
        markup.update(_REFERENCE.findall(rendered))
    if not markup <= _HARMLESS or "\r" in rendered or not _are_nested(tags):
        return None
    for mark in markup & _SPELLINGS.keys():
        rendered = rendered.replace(mark, _SPELLINGS[mark])
    return rendered.replace("\xa0", "&nbsp;") if "\xa0" in rendered else rendered


def _are_nested(tags: Sequence[str]) -> bool:
    """Whether each harmless tag is closed where it should be: what becomes bold may cut others."""
    opened: list[str] = []
    for tag in tags:
        if tag in _OPENED_BY:
            if not opened or opened.pop() != _OPENED_BY[tag]:
                return False
        elif tag not in _VOID_TAGS:
            opened.append(tag)
    return not opened


def dead_links(rendered: str) -> list[str]:
    """The addresses of links that `sanitise` takes away; the words where the renderer did."""
    # The address stands between quotation marks, which the renderer escapes in text.
    may_have = '"' in rendered and "<a" in rendered
    found = _DEAD_LINK.finditer(rendered) if may_have else ()
    return [html.unescape(link[1].strip() or link[2]) for link in found]


def _flattened(line: str) -> str:
    """The line with its nesting, by indent or by markers, cut to a depth every parser takes."""
    if line.startswith((" ", "\t")):
        indent = _INDENT.match(line)[0].expandtabs(4)  # type: ignore[index]  # matches always
        line = indent[:DEEPEST_INDENT] + line.lstrip(" \t")
    if markers := _SIX_MARKERS.match(line):
        rest = line[markers.end() :]
        line = markers[0] + _MARKER_SIGN.sub(r"\1\\\2", rest, count=1)
    return line


def _outside_code(rendered: str) -> Iterator[str]:
    """The HTML with bare addresses linked and `<sub>` and its like alive, but not in code."""
    for piece in _CODE.split(rendered):
        if piece.startswith("<code"):
            yield piece
        else:
            with_tags = _SCRIPT.sub(r"<\1>\2</\1>", _LINE_BREAK.sub("<br>\n", piece))
            for text in _TAG_OR_LINK.split(with_tags):
                yield text if text.startswith("<") else _BARE_ADDRESS.sub(_link, text)


def _link(address: re.Match[str]) -> str:
    return f'<a href="{address[0]}">{address[0]}</a>'
