"""Formulas in TeX as MathML, which browsers show by themselves."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

import nh3

from feedsvc.parser.source.formulas import MATH

if TYPE_CHECKING:
    from math_core import LatexToMathML

_OUTSIDE = re.compile(r"(<(code|pre)>.*?</\2>|<[^>]*>)", re.DOTALL)
"""What has no formulas: code and tags."""

_TEX = re.compile(r"[A-Za-z0-9]|.*[\\^_{}=<>+*/|].*", re.DOTALL)
"""What money and shell variables between dollars are not."""

_CLEANER = nh3.Cleaner(
    tags={
        *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot"),
        *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"),
        *("mprescripts", "mtable", "mtr", "mtd", "mpadded", "mphantom", "mstyle", "menclose"),
    },
    attributes={
        "*": set(),
        "math": {"display"},
        "mi": {"mathvariant"},
        "mo": {"accent", "form", "fence", "lspace", "rspace", "maxsize", "minsize", "stretchy"},
        "mspace": {"width"},
        "mover": {"accent"},
        "munder": {"accentunder"},
        "mfrac": {"linethickness"},
        "mtable": {"displaystyle"},
    },
    link_rel=None,
)


def with_formulas(html: str) -> str:
    """Sanitised HTML with its TeX as MathML; what is none, or isn't understood, stays as it is."""
    if "$" not in html:
        return html
    pieces = _OUTSIDE.split(html)
    # The pattern has two groups: between two texts are what it found, and the name of a tag.
    pieces[0::3] = [MATH.sub(_formula, text) for text in pieces[0::3]]
    return "".join(piece for number, piece in enumerate(pieces) if number % 3 != 2)  # noqa: PLR2004


def _formula(found: re.Match[str]) -> str:
    from math_core import LatexError  # noqa: PLC0415 - few papers need it

    tex = unescape(found["formula"])
    if not tex.isascii() or not _TEX.fullmatch(tex):
        return found[0]
    try:
        mathml = _converter().convert_with_local_state(tex, displaystyle=found["mark"] == "$$")
    except LatexError:
        return found[0]
    return _CLEANER.clean(mathml)


@cache
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML  # noqa: PLC0415 - as above

    return LatexToMathML()
