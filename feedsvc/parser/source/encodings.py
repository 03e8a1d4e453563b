"""Which of the old encodings a file is in that is no UTF-8."""

from __future__ import annotations

import re

_PAIR = re.compile(rb"[\x81-\xfe][\x41-\x5a\x61-\x7a\x80-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_MOST_LOOKED_AT = 200_000
_CLEAR = 0.9


def likeliest_encoding(data: bytes) -> str | None:
    """`cp949`, `gb18030` or `cp1252`, in which Windows saves; None for what is damaged UTF-8."""
    if not _is_rather_another(data):
        return None
    strange = b"\n".join(line for line in data.split(b"\n") if not _is_utf8(line))
    strange = strange[:_MOST_LOOKED_AT]
    high = len(_HIGH.findall(strange))
    in_runs = sum(map(len, _HIGH_RUN.findall(strange)))
    if in_runs < high / 2:  # letters with accents and quotes stand alone among ASCII
        return "cp1252"
    leads = [pair[0] for pair in _PAIR.findall(strange) if pair[0] >= 0xB0]  # noqa: PLR2004
    hangul = sum(lead <= 0xC8 for lead in leads)  # noqa: PLR2004 - KS X 1001 has Hangul up to here
    return "cp949" if hangul >= _CLEAR * len(leads) else "gb18030"


def _is_rather_another(data: bytes) -> bool:
    """Whether `data` is rather in another encoding than damaged UTF-8."""
    as_utf8 = data.decode(errors="replace")
    broken = as_utf8.count("\ufffd")
    return broken > sum(character > "\x7f" for character in as_utf8) - broken


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
