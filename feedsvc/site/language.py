"""What the interface says in the language of a site. Pure."""

from __future__ import annotations

from feedsvc.config import Config
from feedsvc.pages.words import INTERFACE_LANGUAGE, Words, words_in


def words_of(config: Config) -> Words:
    """The words of the site's own language, or of another one that there are words in."""
    return words_in(config.language or INTERFACE_LANGUAGE)


def subtitle_of(config: Config) -> str:
    """The sentence that describes the site; one of ours where nobody wrote any."""
    return config.subtitle or words_of(config)("subtitle")
