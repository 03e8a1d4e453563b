"""The texts of the files that are written, with what is filled in. Writes none of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SOURCES = Path(__file__).parent / "files"


def text_of(name: str, **values: str) -> str:
    """A file of `files/` with each `{name}` of the values replaced."""
    return filled((SOURCES / name).read_text(encoding="utf-8"), values)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each `{name}` replaced; all other braces stay, as formulas have many."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
