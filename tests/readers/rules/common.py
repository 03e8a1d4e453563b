"""What rules are made of: a parsed feed, and readings of its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import lxml.html

from tests.support.feeds import NAMESPACES

RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
ABSOLUTE = {"http", "https", "tag"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed document."""

    url: str
    """Where it is published."""
    root: Any
    """The feed, the channel or the object of JSON Feed."""

    def find(self, path: str) -> list[Any]:
        """What an XPath finds, from the feed or the channel."""
        return self.root.xpath(path, namespaces=NAMESPACES)


Rule = Callable[[Feed], Iterable[str]]


def is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    is_whole = bool(parts.hostname) if parts.scheme != "tag" else bool(parts.path)
    return parts.scheme in ABSOLUTE and is_whole and not re.search(r"\s", address)


def repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def addresses_in(html: str) -> list[str]:
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    return tree.xpath(".//@src | .//@href | .//@poster")


def rfc_3339_time(text: str) -> datetime | None:
    if not RFC_3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def words(text: str | None) -> str:
    return " ".join((text or "").split())


def words_of_html(html: str | None) -> str:
    tree = lxml.html.fragment_fromstring(html or "", create_parent="div")
    has_media = tree.xpath(".//img | .//video")
    return words(tree.text_content()) + ("(media)" if has_media else "")
