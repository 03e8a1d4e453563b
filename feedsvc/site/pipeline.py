"""How this version of feedsvc, with these settings, turns digests into what the index keeps.

Three fingerprints, one above the other, limit what a change costs: the first covers what decides
how digests are read, the second how papers are rendered, the third all else that decides a
document's bytes. A change makes its own floor and those above it again: a new title or style makes
new documents, a new item format renders each paper again, and only a new parser reads digests
again.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

import feedsvc
from feedsvc.config import Affects, Config
from feedsvc.feeds.entry import paper_entry
from feedsvc.feeds.formats import FORMATS
from feedsvc.index.languages import Languages
from feedsvc.index.stages import Fingerprints, Pipeline, Searching
from feedsvc.model import Digest, Item
from feedsvc.pages.article import articles
from feedsvc.pages.words import INTERFACE_LANGUAGE
from feedsvc.parser import parse_digest
from feedsvc.site.kinds import PAGE

_PACKAGE = Path(feedsvc.__file__).parent

SOURCES = {
    Affects.READING: ("model.py", "patterns.py", "parser/", "search/", "index/"),
    Affects.ITEMS: (
        "feeds/",
        "pages/article.py",
        "pages/escaping.py",
        "pages/mathml.py",
        "pages/words.py",
        "site/pipeline.py",
    ),
    Affects.DOCUMENTS: ("",),
}
"""The files and folders of the package that each floor adds to those below it."""

_SUFFIXES = (".py", ".html", ".css", ".js", ".png")
"""The endings of source files."""

_GENERATED = "compiled"
"""A folder without sources: the templates as `feedsvc.pages.templates` compiles them."""

LIBRARIES = {
    Affects.READING: ("beautifulsoup4", "comrak", "lxml", "msgspec", "nh3", "unicodeit"),
    Affects.ITEMS: ("math-core",),
    Affects.DOCUMENTS: ("feedgen", "jinja2", "markupsafe"),
}
"""The libraries whose next version may give other bytes for the same digest."""

_INSTALLED = re.compile(r"(\w+)-([^-]+)\.dist-info")
"""A folder's name: https://packaging.python.org/specifications/recording-installed-packages/."""


def make_pipeline(config: Config, searching: Searching = Searching.NONE) -> Pipeline:
    """The pipeline of a site with these settings."""
    return Pipeline(
        parse=partial(_parse, config),
        render=partial(
            _render, base_url=config.base_url, language=config.language, mark=config.mark
        ),
        time_of_day=config.time_of_day,
        largest_file=config.largest_file,
        leave_out=config.folders_left_out,
        searching=searching,
        languages=languages_read(config),
        fingerprints=_fingerprints(config),
    )


def languages_read(config: Config) -> Languages | None:
    """Of which of several languages a site reads the digests; None where it reads all."""
    codes = config.language_codes
    return Languages(codes, config.language or codes[0]) if codes else None


def _parse(config: Config, path: str, data: bytes, today: date) -> Digest:
    return parse_digest(
        path,
        data,
        config.media_base,
        longest_paper=config.longest_paper,
        today=today,
        unit=config.unit,
        days=config.days,
    )


def _render(
    items: Sequence[Item], base_url: str, language: str, mark: str
) -> Mapping[str, Sequence[bytes]]:
    """A day's items in each format, and as articles."""
    entries = [paper_entry(item, base_url, language, mark) for item in items]
    feeds = {name: [format_.item(entry) for entry in entries] for name, format_ in FORMATS.items()}
    path = urlsplit(base_url).path
    return {**feeds, PAGE: articles(items, language or INTERFACE_LANGUAGE, path)}


def _fingerprints(config: Config) -> Fingerprints:
    languages = languages_read(config)
    reading = _extend(languages.own if languages else "", Affects.READING, config)
    items = _extend(f"{reading} {[*FORMATS]}", Affects.ITEMS, config)
    return Fingerprints(reading, items, _extend(items, Affects.DOCUMENTS, config))


def _extend(below: str, floor: Affects, config: Config) -> str:
    """The fingerprint of a floor, from that of the floor below."""
    settings = [
        getattr(config, setting.name)
        for setting in config.settings()
        if setting.metadata["affects"] is floor
    ]
    facts = f"{below} {_hash_of_sources(floor)} {_versions(LIBRARIES[floor])} {settings}"
    return hashlib.sha256(facts.encode()).hexdigest()


@cache
def _hash_of_sources(floor: Affects) -> str:
    """The hash of our own source, so that nobody has to remember to raise a version number.

    Without the sources of the floors below, which are in the fingerprint that this one extends.
    """
    floors = [*SOURCES]
    below = tuple(part for each in floors[: floors.index(floor)] for part in SOURCES[each])
    digest = hashlib.blake2b()
    for source in sources(SOURCES[floor]):
        if not source.startswith(below):
            digest.update(source.encode() + (_PACKAGE / source).read_bytes())
    return digest.hexdigest()


def sources(parts: Iterable[str]) -> list[str]:
    """The source files, as paths inside the package, that parts of it name as in SOURCES."""
    return [source for source in _all_sources() if source.startswith(tuple(parts))]


@cache
def _all_sources() -> list[str]:
    before = len(str(_PACKAGE)) + 1
    return sorted(
        os.path.join(folder, name)[before:]  # noqa: PTH118 - Path is slow here
        for folder, _, names in os.walk(_PACKAGE)
        for name in names
        if name.endswith(_SUFFIXES) and not folder.endswith(_GENERATED)
    )


@cache
def _versions(libraries: Sequence[str]) -> list[str]:
    """The version of each library, from the name of the folder that an installer puts beside it.

    importlib.metadata knows other ways to install, but takes longer to load than the parser.
    """
    installed = _installed()
    if installed.keys() >= set(libraries):
        return [installed[library] for library in libraries]
    from importlib import metadata  # noqa: PLC0415

    return [metadata.version(library) for library in libraries]


@cache
def _installed() -> dict[str, str]:
    found = {}
    for folder in reversed(sys.path):
        with suppress(OSError):  # sys.path may name a zip file
            for name in os.listdir(folder or "."):  # noqa: PTH208 - Path is slow here
                if match := _INSTALLED.fullmatch(name):
                    found[match[1].lower().replace("_", "-")] = match[2]
    return found
