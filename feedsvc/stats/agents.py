"""What the name of a program says that polls a feed: for how many people, or that it is none."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_FIGURE = re.compile(rb"([0-9]{1,8})[ +](?:subscriber|reader)s?\b", re.IGNORECASE)
"""As in `Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)`."""

_VERSION = re.compile(rb"/[0-9][0-9.]{0,20}")
_NAME = re.compile(rb"[A-Za-z][A-Za-z.]{1,29}")

_NO_NAMES = {b"Mozilla", b"compatible"}

_CRAWLER = re.compile(rb"bot\b|crawl|spider|slurp|archiver|preview", re.IGNORECASE)
"""In the names of programs that read the whole web for nobody in particular."""


class Agent(NamedTuple):
    """What the name of a program says."""

    subscribers: int | None
    """For how many people it polls; None if it doesn't say."""
    key: bytes
    """The same whatever the figure and the version; a feed's number at an aggregator is in it."""
    name: str
    """Of an aggregator; its first word that tells anything."""
    is_crawler: bool


@lru_cache(10_000)
def agent_of(text: bytes) -> Agent:
    """What a User-Agent says."""
    figure = _FIGURE.search(text)
    if not figure:
        return Agent(None, text, "", _CRAWLER.search(text) is not None)
    key = _VERSION.sub(b"", _FIGURE.sub(b"", text))
    names = (name for name in _NAME.findall(key) if name not in _NO_NAMES)
    return Agent(int(figure[1]), key, next(names, b"?").decode(), is_crawler=False)
