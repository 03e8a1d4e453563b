"""Plain text as markup, in the very bytes that templates escape it to. Pure."""

from __future__ import annotations

from markupsafe import Markup


def as_markup(html: str) -> Markup:
    """HTML in which all text is escaped or sanitised; templates leave it as it is."""
    return Markup(html)  # noqa: S704 - that is what calling this says


def escaped(text: str) -> str:
    """A text as the content of an element or between the quotes of an attribute."""
    return (
        text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace('"', "&#34;")
    )


def lang_attribute(language: str | None) -> Markup:
    """The attribute of an element whose text is in another language than the page's, if it is."""
    return as_markup(f' lang="{escaped(language)}"' if language else "")
