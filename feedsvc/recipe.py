"""How this version of feedsvc, with these settings, turns digests into what the index keeps."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache, partial
from pathlib import Path

from feedsvc import pages
from feedsvc.config import Config
from feedsvc.feeds import atom_entry, content_of, json_item, rss_item
from feedsvc.index import Recipe
from feedsvc.model import Item
from feedsvc.parser import parse_digest

LOCAL = {"digests", "out", "index", "refresh", "precompress"}
"""The settings that no document depends on."""

LIBRARIES = ("beautifulsoup4", "comrak", "feedgen", "lxml", "msgspec", "nh3", "unicodeit")
"""Those whose next version may give other bytes for the same digest."""

_INSTALLED = re.compile(r"(\w+)-([^-]+)\.dist-info")
"""As https://packaging.python.org/specifications/recording-installed-packages/ names a folder."""


def recipe(config: Config) -> Recipe:
    """The recipe of a site with these settings."""
    return Recipe(
        parse=partial(
            parse_digest, media_base=config.media_base, longest_paper=config.longest_paper
        ),
        render=partial(_render, base_url=config.base_url, language=config.language),
        time_of_day=config.time_of_day,
        largest_file=config.largest_file,
        fingerprint=_fingerprint(config),
    )


def _render(items: Sequence[Item], base_url: str, language: str) -> dict[str, list[bytes]]:
    """The items in each format, by the name of the file that they are for."""
    told = [(item, content_of(item.paper)) for item in items]
    return {
        "feed.xml": [atom_entry(*each, base_url) for each in told],
        "rss.xml": [rss_item(*each, base_url) for each in told],
        "feed.json": [json_item(*each, base_url) for each in told],
        "index.html": [pages.article(item, language) for item in items],
    }


def _fingerprint(config: Config) -> str:
    settings = [getattr(config, field.name) for field in fields(config) if field.name not in LOCAL]
    return hashlib.sha256(f"{_programme()} {settings}".encode()).hexdigest()


@cache
def _programme() -> str:
    """Of our own source, so that no change of it needs a version number to be thought of."""
    folder = Path(__file__).parent
    sources = sorted([*folder.rglob("*.py"), *folder.glob("static/*")])
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.relative_to(folder).as_posix().encode() + source.read_bytes())
    digest.update(" ".join(_versions()).encode())
    return digest.hexdigest()


def _versions() -> list[str]:
    """The version of each library, from the name of the folder that an installer leaves beside it.

    importlib.metadata, which knows other ways to install, takes longer to load than the parser.
    """
    found = {}
    for folder in reversed(sys.path):
        with suppress(OSError):  # as a zip file may be there
            for name in os.listdir(folder or "."):  # noqa: PTH208 - on which Path is slow
                if match := _INSTALLED.fullmatch(name):
                    found[match[1].lower()] = match[2]
    if found.keys() >= set(LIBRARIES):
        return [found[library] for library in LIBRARIES]
    from importlib import metadata  # noqa: PLC0415

    return [metadata.version(library) for library in LIBRARIES]
