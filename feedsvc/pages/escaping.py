"""Plain text as markup, in the very bytes that templates escape it to. Pure."""

from __future__ import annotations


def escaped(text: str) -> str:
    """A text as the content of an element or between the quotes of an attribute."""
    return (
        text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace('"', "&#34;")
    )


def lang_attribute(language: str | None) -> str:
    """The attribute of an element whose text is in another language than the page's, if it is."""
    return f' lang="{escaped(language)}"' if language else ""
