"""Which other languages have a place, in one state of each. Pure.

A translation is the place at the same path in the site of another language. Whatever shows one
takes it from here, and so do ETags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from feedsvc.config import Config
from feedsvc.model import Link
from feedsvc.pages.language_names import language_name
from feedsvc.pages.page_metadata import LanguageLink
from feedsvc.site.kinds import EVERYTHING, HOME, Place, address, url_of

X_DEFAULT = "x-default"
"""The `hreflang` of the page for people of no language of the site's."""


class Shown(Struct, frozen=True):
    """What the others need to know of one state of the site in a language."""

    config: Config
    revision: str
    paths: Collection[str]
    """Of its places; none where it has no papers."""
    papers: int
    changed: datetime
    """When its archive last changed, in UTC."""

    def has_feeds(self, path: str) -> bool:
        """Whether it has a place whose feeds a build writes, as `documents.has_built_feeds`."""
        return path in self.paths and (path != EVERYTHING or self.papers <= self.config.all_size)


class Translations(Struct, frozen=True):
    """The site in a language among those in all others."""

    config: Config
    others: Sequence[Shown] = ()
    """In the order of the settings; those without a paper are among them."""

    @property
    def revision(self) -> str:
        """Another one where that of a site in another language is."""
        return " ".join(other.revision for other in self.others)

    @property
    def configs(self) -> list[Config]:
        """The settings of the site in each other language."""
        return [other.config for other in self.others]

    def facts(self, path: str) -> list[str]:
        """What decides what a document of a place says of other languages."""
        return [
            f"{other.config.language} {path in other.paths} {other.has_feeds(path)}"
            for other in self.others
            if other.paths
        ]

    def pages(self, path: str, own_address: str) -> dict[str, str]:
        """The addresses of a page by `hreflang`, itself among them; none where it has no other."""
        shown = [other for other in self.others if path in other.paths]
        if not shown:
            return {}
        found = {other.config.language: url_of(other.config, own_address) for other in shown}
        found[self.config.language] = url_of(self.config, own_address)
        ordered = {code: found[code] for code in self.config.language_codes if code in found}
        first = self.config.language_codes[0]
        return ordered | ({X_DEFAULT: found[first]} if first in found else {})

    def feeds(self, place: Place, name: str, type_: str) -> Iterator[Link]:
        """The feed of this name in other languages; none of a search, which has other words."""
        for other in self.others if not place.query else ():
            if other.has_feeds(place.path):
                url = url_of(other.config, address(place.path + name))
                yield Link("alternate", url, type_, other.config.language)

    def links(self, path: str) -> list[LanguageLink]:
        """To each language that has papers, this one among them: to the same place or its home."""
        shown = {other.config.language: other for other in self.others if other.paths}
        if not shown:
            return []
        up = "../" if self.config.folder else ""
        return [
            LanguageLink(
                language_name(code),
                code,
                up + shown[code].config.folder + _target(path, shown[code].paths)
                if code in shown
                else address(path)[1:],
                is_own=code not in shown,
            )
            for code in self.config.language_codes
            if code in shown or code == self.config.language
        ]


def _target(path: str, paths: Collection[str]) -> str:
    return address(path if path in paths else HOME)[1:]
