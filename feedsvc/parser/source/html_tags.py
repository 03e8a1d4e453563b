"""Tags of HTML: how one is written, and what those without a handler of their own mean."""

from __future__ import annotations

from feedsvc.patterns import compile_later

TOKEN = compile_later(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s<>/\"']*)"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>"
    r"|<(?P<end2>/?)(?P<name2>[a-zA-Z][^\s<>/\"']*)(?P<attributes2>[^<>]*)>"
    r"|<!--|<[!?][^<>]*>"
)
PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "figure",
        "figcaption",
        "main",
        "center",
        "header",
        "footer",
        "aside",
        "address",
        "form",
        "fieldset",
        "dl",
        "dt",
        "dd",
        "details",
        "body",
        "html",
        "head",
        "hgroup",
        "template",
        "search",
        "menu",
    ]
)
EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
KEPT = {"sub", "sup"}
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
BREAKERS = frozenset(["p", "ul", "ol", "li", "table", "blockquote", "pre", "hr", "dl"])
"""What ends a heading that nobody closed."""
