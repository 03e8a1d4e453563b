"""Titles as plain Unicode: TeX is turned into characters, everything else stays as written."""

from __future__ import annotations

import re
import unicodedata

from unicodeit.data import REPLACEMENTS, SUBSUPERSCRIPTS

from feedsvc.parser.source.formulas import MATH
from feedsvc.parser.source.text import decode_references
from feedsvc.patterns import compile_later

_LONE_COMMAND = compile_later(r"(?<![\\$])\$\s?(\\[a-zA-Z]{1,20})\s?\$")
r"""`$ \sim $20`: one command is a formula even with spaces around it."""

_SYMBOLS: dict[str, str] = {
    **dict(REPLACEMENTS),
    **{rf"\{name}": name for name in ("arg", "exp", "lim", "log", "max", "min", "mod")},
    r"\dots": "…",
    r"\i": "ı",
    r"\j": "ȷ",
    r"\langle": "⟨",
    r"\rangle": "⟩",
}
_SCRIPTS: dict[str, str] = dict(SUBSUPERSCRIPTS)
_ACCENTS = dict(
    zip(
        "`'^~\"=.cvuHkrd",
        "\u0300\u0301\u0302\u0303\u0308\u0304\u0307\u0327\u030c\u0306\u030b\u0328\u030a\u0323",
        strict=True,
    )
)

# Braces to be seen, while the others are worked off; no digest's text holds these two.
_LEFT_BRACE, _RIGHT_BRACE = "\ufdd0", "\ufdd1"

_FONT = compile_later(
    r"\\(?:text(?:bf|it|sc|tt|rm|sf|up|sl|md|normal)?|emph|mbox|bm|boldsymbol|ensuremath"
    r"|math(?:bf|it|rm|sf|tt|cal|bb|frak|scr|normal)|operatorname\*?|underline)\s*\{([^{}]*)\}"
)
_FONT_SWITCH = compile_later(
    r"\\(?:bf|it|sc|tt|rm|sf|em|cal|bfseries|itshape|scshape|ttfamily|textstyle|displaystyle"
    r"|left|right|limits)(?![a-zA-Z])\s*"
)
_FRACTION = compile_later(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SPACE = compile_later(r"\\(?: |q?quad(?![a-zA-Z]))")
_MATH_SPACE = compile_later(r"\\[,;:!>\\]")
_ACCENT = (
    r"\\(?:[`'^~\"=.]\s*(?:\\[ij](?![a-zA-Z])|[a-zA-Z])"
    r"|[`'^~\"=.cvuHkrd]\s*\{(?:\\[ij]|[a-zA-Z])\})"
)
_ACCENTED = compile_later(rf"\{{{_ACCENT}\}}|{_ACCENT}")
_SCRIPT = compile_later(r"([\^_])(?:\{([^{}]*)\}|([^\s{}\\^_]))")
_COMMAND = compile_later(r"\\[a-zA-Z]+")
_BRACES = compile_later(r"\{([^{}]*)\}")
_LETTER_IN_BRACES = compile_later(r"\{(\\[a-zA-Z]+)\}")
_BRACES_WITH_COMMAND = compile_later(r"\{(\\[^{}]*)\}")
_ESCAPED = compile_later(r"\\([!-/:-@\[-`{-~])")


def plain_title(source: str) -> str:
    r"""A title's source as one line of plain text, never markup.

    `M$^{2}$UGen` becomes `M²UGen`, `\textsc{X}` becomes `X`; `AtP*`, `L_2` and `S^2R` stay.
    Character references (`&amp;`) and escapes (`\_`) are what they stand for. TeX that has no
    Unicode form stays as it is: nothing of a title is lost.
    """
    title = decode_references(source)
    if "$" in title:
        title = MATH.sub(_math, _LONE_COMMAND.sub(r"$\1$", title))
    if "\\" in title:
        title = _text(title)
    return " ".join(title.split())


def _math(match: re.Match[str]) -> str:
    """Unicode for what stands between dollars; all of it unchanged where a command has none."""
    tex = match["formula"].replace(r"\{", _LEFT_BRACE).replace(r"\}", _RIGHT_BRACE)
    tex = _FRACTION.sub(r"\1/\2", _common(_MATH_SPACE.sub(" ", tex)))
    tex = _repeatedly(_BRACES, r"\1", _SCRIPT.sub(_script, _COMMAND.sub(_symbol, tex)))
    if _COMMAND.search(tex):
        return match[0]
    return _ESCAPED.sub(r"\1", tex).replace(_LEFT_BRACE, "{").replace(_RIGHT_BRACE, "}")


def _text(tex: str) -> str:
    """Unicode for the commands of running text. Braces that hold no command stay."""
    text = _LETTER_IN_BRACES.sub(_symbol_in_braces, _common(tex))
    text = _COMMAND.sub(_symbol, _BRACES_WITH_COMMAND.sub(r"\1", text))
    return _ESCAPED.sub(r"\1", text)


def _common(tex: str) -> str:
    """What means the same in formulas and in running text: fonts go, accents are put on."""
    tex = _repeatedly(_FONT, r"\1", tex)
    tex = re.sub(r"\{(?=\\(?:bf|it|sc|tt|rm|sf|em)\s)([^{}]*)\}", r"\1", tex)
    return _SPACE.sub(" ", _ACCENTED.sub(_accented, _FONT_SWITCH.sub("", tex)))


def _repeatedly(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    """Replaces from the innermost braces outwards, to a depth no title needs."""
    for _ in range(8):
        text, count = pattern.subn(replacement, text)
        if not count:
            break
    return text


def _symbol(match: re.Match[str]) -> str:
    return _SYMBOLS.get(match[0], match[0])


def _symbol_in_braces(match: re.Match[str]) -> str:
    return _SYMBOLS.get(match[1], match[0])


def _accented(match: re.Match[str]) -> str:
    command = re.sub(r"[{}\s]|\\(?=[ij])", "", match[0]).removeprefix("\\")
    return unicodedata.normalize("NFC", command[1] + _ACCENTS[command[0]])


def _script(match: re.Match[str]) -> str:
    """`^{2}` as `²`; as `^2` or `^(x,y)` where Unicode has no such superscript."""
    mark, inner = match[1], match[2] if match[2] is not None else match[3]
    if all(mark + character in _SCRIPTS for character in inner):
        return "".join(_SCRIPTS[mark + character] for character in inner)
    if mark == "^" and inner in {"†", "‡", "∗", "⋆", "′", "∘", "°"}:
        return inner
    return f"{mark}{inner}" if inner.isalnum() else f"{mark}({inner})"
