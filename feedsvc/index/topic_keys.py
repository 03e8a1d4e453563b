"""What a topic is called in addresses. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

TOPICS = "topic"
"""The folder of the topics' places."""

LONGEST = 60
"""Characters; file systems allow 255 bytes, and a sign may take four."""

_KEPT = "+#"
"""So that C++ and C# are not C."""

_HYPHENS = re.compile("-+")


@lru_cache(1000)
def topic_key(name: str) -> str:
    """The name of a topic's folder: its letters of any script and its digits, in lower case.

    All else but `+` and `#` becomes a hyphen, so that spellings of one topic meet. It is in public
    addresses, so it must not change.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
    signs = (
        sign if unicodedata.category(sign)[0] in "LMN" or sign in _KEPT else "-" for sign in folded
    )
    key = _HYPHENS.sub("-", "".join(signs)).strip("-")
    if not key or len(key) > LONGEST:
        suffix = hashlib.sha256(folded.encode()).hexdigest()[:8]
        key = f"{key[:LONGEST]}-{suffix}".strip("-")
    return key


def topic_path(key: str) -> str:
    """The path of a topic's place, unquoted."""
    return f"/{TOPICS}/{key}/"
