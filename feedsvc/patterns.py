"""Patterns that are compiled when they are needed: to compile all takes longer than to build a day.

What reads a plain digest is compiled at once, by `re.compile`, as its methods are found a little
sooner; all else that reads digests by `compile_later`.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import AnyStr, Generic, cast


def compile_later(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like `re.compile`, but a wrong pattern raises re.error when it is first used."""
    return cast("re.Pattern[AnyStr]", LatePattern(text, flags))


class LatePattern(Generic[AnyStr]):
    """Has what a pattern has, which it compiles when it is first asked for any of that."""

    def __init__(self, text: AnyStr, flags: int) -> None:
        self._text: AnyStr = text
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[AnyStr]:
        return re.compile(self._text, self._flags)

    def __getattr__(self, name: str) -> object:
        """Called once for each name, as it is kept."""
        value: object = getattr(self._compiled, name)
        setattr(self, name, value)
        return value
