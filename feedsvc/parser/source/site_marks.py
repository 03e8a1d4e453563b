"""Marks that makers of sites and of notes add to Markdown, written in plain Markdown or left out.

Links between notes (`[[note|words]]`) become their words, and fields (`key:: value`) labels.
Containers, admonitions and tabs (`::: tip`, `!!! note`, `=== "Tab"`, `<TabItem label="…">`) become
bold labels, attributes and calls of templates go: they are no text of a paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from feedsvc.parser.source.text import have
from feedsvc.parser.vocabulary.labels import field_named
from feedsvc.patterns import compile_later

_SIGNS: Mapping[str, re.Pattern[str]] = {
    ":": re.compile(r":(?::|(?:material|fontawesome|octicons)-)"),
    "]": re.compile(r"\]\]"),
    "[": re.compile(r"\[TOC\]"),
    "{": compile_later(r"\{(?:[:%]|\{[<%]|(?<=\)\{))"),
    "!": re.compile("!!! "),
    "?": compile_later(r"\?\?\?"),
    "=": compile_later('=== "'),
    "<": compile_later("<Tab"),
}
"""Without one of these signs a file has no such marks. To look for one character is by far the
fastest, so that they are looked for only where that stands; and the patterns begin with it, as
then they are found faster than any text of two characters."""

_COMPONENT_SIGNS = ("<Tabs", "<TabItem")

_FENCE = compile_later(r" {0,3}(?:`{3}|~{3})")
_CONTAINER = compile_later(r" {0,3}:{3,}\s?(?P<kind>[a-z-]{0,20})(?P<title>(?:[\[\s{].*)?)")
_CONTAINER_TITLE = compile_later(r"\[(?P<inner>[^\[\]]{0,200})\].*")
_KINDS = {"info", "warn", "alert", "tip", "note", "warning", "danger", "caution", "important"}
_INDENTED = compile_later(
    r"(?P<indent>[ \t]*)(?:(?:!{3}|\?{3}\+?)\s?[a-z-]{1,20}(?:\s[a-z-]{1,20}){0,3}"
    r"(?:\s+\"(?P<title>[^\"]*)\")?"
    r"|={3}[+!]?\s\"(?P<tab>[^\"]*)\")\s*"
)
INDENT = 4
_COMPONENT = compile_later(
    r"\s*</?(?P<name>[A-Z][A-Za-z]{2,30})(?:\s[^<>]{0,300})?/?>\s*",
)
_LABEL = compile_later(r"\slabel=[\"'](?P<label>[^\"']{1,60})[\"']")
_IMPORT = compile_later(r"import\s[\w{}*, ]{1,200}\sfrom\s['\"][^'\"]{1,200}['\"];?\s*")
_TEMPLATE = compile_later(r"\{\{?[%<]-?\s{0,3}(?P<call>[^{}]{0,300}?)\s{0,3}-?[%>]\}\}?")
_QUOTED = compile_later(r"^[\w-]+\s+\"(?P<title>[^\"=]{1,80})\"$")
_BUTTON = compile_later(
    r"\{\{[<%]\s?\w+\s[^{}]{0,200}?(?:href|link|url)=\"(?P<address>https?://[^\"\s]{1,500})\"[^{}]{0,100}"
    r"[>%]\}\}(?P<words>[^{}]{1,80})\{\{[<%]\s?/\s?\w+\s?[>%]\}\}"
)
_BUTTON_OPENED = compile_later(
    r"\s*\{\{[<%]\s?\w+\s[^{}]{0,200}=\"https?://[^{}]{1,600}[>%]\}\}\s*"
)
LINES_OF_BUTTON = 3
_ATTRIBUTES_ALONE = compile_later(r"\s*\{:[^{}]{0,200}\}\s*|\s*\[\[?toc\]?\]\s*", re.IGNORECASE)
_ATTRIBUTES_BEHIND = compile_later(r"(?<=\))\{:?\s?[.#a-z][^{}]{0,100}\}")
_ICON = compile_later(
    r":(?:material|fontawesome|octicons|simple)-(?P<name>[a-z0-9-]{1,60}):(?:\{[^{}]{0,60}\})?\s?"
)
_PEOPLE = compile_later(r"user|people|person|account|group")
_NOTE_LINKS = compile_later(
    r"(?<![!\[`$])\[\[[^\[\]|#^`$]{0,100}[^\W\d_]{2}[^\[\]`$]{0,200}\]\](?![(\]])"
    r"(?:\s{1,3}\[\[[^\[\]`$]{1,300}\]\](?!\())*"
)
"""One, or several in a row."""
_NOTE_LINK = compile_later(
    r"\[\[(?P<note>[^\[\]|#^]{0,300})[^\[\]|]*(?:\|(?P<words>[^\[\]]+))?\]\]"
)
_NOTE_FIELD = compile_later(
    r"^(?P<label>(?:>\s)?\s{0,12}(?:[-*+]\s)?(?:\*\*)?[^\W\d_][\w -]{0,30}(?:\*\*)?)::\s"
)
_PROPERTY = compile_later(r"\s*(?:collapsed|id)::\s\S+\s*")


def may_have_site_marks(text: str) -> bool:
    """Whether a sign of such marks stands in a text."""
    return any(sign in text and form.search(text) for sign, form in _SIGNS.items())


def without_site_marks(lines: Sequence[str]) -> Sequence[str]:
    """The lines without such marks, each in its place; fenced code stays as it is."""
    lines = _with_buttons_on_one_line(lines) if have(lines, "{{<", "{{%") else lines
    written = list(lines)
    has_components = have(lines, *_COMPONENT_SIGNS)
    depth, is_code = 0, False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            is_code = not is_code
        if is_code or not line.strip():
            continue
        line, depth = _dedented(line, depth)  # noqa: PLW2901
        if indented := _INDENTED.fullmatch(line):
            title = indented["title"] or indented["tab"] or ""
            line, depth = _label(title), len(indented["indent"]) + INDENT  # noqa: PLW2901
        elif container := _CONTAINER.fullmatch(line) if ":::" in line else None:
            line = _label(_title_of(container))  # noqa: PLW2901
        else:
            line = _plain(line, has_components=has_components)  # noqa: PLW2901
        written[index] = line
    return _with_fields_on_one_line(written)


def _with_buttons_on_one_line(lines: Sequence[str]) -> Sequence[str]:
    """The lines; a button's opening, words and end, each on its own, are on the first of them."""
    written = list(lines)
    for index, line in enumerate(lines):
        if "{{" in line and _BUTTON_OPENED.fullmatch(line):
            whole = "".join(each.strip() for each in lines[index : index + LINES_OF_BUTTON])
            if _BUTTON.fullmatch(whole):
                written[index : index + LINES_OF_BUTTON] = [whole, *[""] * (LINES_OF_BUTTON - 1)]
    return written


def _dedented(line: str, depth: int) -> tuple[str, int]:
    """A line without the indent that it has inside an admonition, and the indent that is left."""
    if not depth or line.startswith(" " * depth):
        return line[depth:], depth
    return line, 0


def _title_of(container: re.Match[str]) -> str:
    """What a container is called: `Abstract` of `::: details Abstract`."""
    title = container["title"].partition("{")[0].strip()
    if bracket := _CONTAINER_TITLE.fullmatch(title):
        title = bracket["inner"]
    return "" if title in _KINDS else title


def _label(title: str) -> str:
    return f"**{title.strip(' *:：')}:**" if title.strip(" *:：") else ""


def _plain(line: str, *, has_components: bool) -> str:
    """A line without what only a maker of sites reads."""
    if _ATTRIBUTES_ALONE.fullmatch(line) or _PROPERTY.fullmatch(line):
        return ""
    if has_components and (_IMPORT.fullmatch(line) or _COMPONENT.fullmatch(line)):
        label = _LABEL.search(line)
        return _label(label["label"]) if label else ""
    for sign, form, plain in _INLINE:
        if sign in line:
            line = form.sub(plain, line)
    return line


def _icon(found: re.Match[str]) -> str:
    return "👥 " if _PEOPLE.search(found["name"]) else ""


def _call(found: re.Match[str]) -> str:
    quoted = _QUOTED.match(found["call"])
    return _label(quoted["title"]) if quoted else ""


def _words_of_notes(found: re.Match[str]) -> str:
    """The words of links between notes, those in a row apart."""
    links = _NOTE_LINK.finditer(found[0])
    return " / ".join((link["words"] or link["note"]).strip() for link in links)


_INLINE: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str] | str], ...] = (
    ("){", _ATTRIBUTES_BEHIND, ""),
    (":", _ICON, _icon),
    ("{{", _BUTTON, r"[\g<words>](\g<address>)"),
    ("{", _TEMPLATE, _call),
    ("]]", _NOTE_LINKS, _words_of_notes),
    (":: ", _NOTE_FIELD, r"\g<label>: "),
)
"""What stands in a line: a sign that tells of it, its form, and what is written instead."""


def _with_fields_on_one_line(lines: list[str]) -> list[str]:
    """The lines; a label of a paper's field, alone on a line, is put before its value below."""
    for index, line in enumerate(lines[:-1]):
        value = lines[index + 1]
        is_label = line.startswith("**") and line.endswith(":**") and value.strip()
        if is_label and field_named(line.strip("*: ")) in {"authors", "votes", "link", "code"}:
            lines[index], lines[index + 1] = "", f"{line} {value.strip()}"
    return lines
