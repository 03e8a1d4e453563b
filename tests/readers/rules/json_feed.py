"""Rules for JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.readers.rules.common import (
    LANGUAGE,
    MEDIA_TYPE,
    Feed,
    addresses_in,
    is_absolute,
    repeated,
    rfc_3339_time,
    words,
    words_of_html,
)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_address(value: Any) -> bool:
    return _is_text(value) and is_absolute(value) and not value.startswith("tag:")


def _is_time(value: Any) -> bool:
    return _is_text(value) and rfc_3339_time(value) is not None


def _is_language(value: Any) -> bool:
    return _is_text(value) and bool(LANGUAGE.fullmatch(value))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _are_authors(value: Any) -> bool:
    allowed = {"name", "url", "avatar"}
    return isinstance(value, list) and all(
        author and set(author) <= allowed and all(map(_is_text, author.values()))
        for author in value
    )


def _are_attachments(value: Any) -> bool:
    return isinstance(value, list) and all(
        _is_address(one.get("url")) and MEDIA_TYPE.fullmatch(one.get("mime_type", ""))
        for one in value
    )


def _are_hubs(value: Any) -> bool:
    return isinstance(value, list) and all(
        set(hub) == {"type", "url"} and _is_text(hub["type"]) and _is_address(hub["url"])
        for hub in value
    )


FEED_FIELDS = {
    "version": lambda value: value == "https://jsonfeed.org/version/1.1",
    "title": _is_text,
    "home_page_url": _is_address,
    "feed_url": _is_address,
    "description": _is_text,
    "user_comment": _is_text,
    "next_url": _is_address,
    "icon": _is_address,
    "favicon": _is_address,
    "authors": _are_authors,
    "language": _is_language,
    "expired": lambda value: isinstance(value, bool),
    "hubs": _are_hubs,
    "items": lambda value: isinstance(value, list),
}

ITEM_FIELDS = {
    "id": _is_text,
    "url": _is_address,
    "external_url": _is_address,
    "title": _is_text,
    "content_html": lambda value: isinstance(value, str),
    "content_text": lambda value: isinstance(value, str),
    "summary": _is_text,
    "image": _is_address,
    "banner_image": _is_address,
    "date_published": _is_time,
    "date_modified": _is_time,
    "authors": _are_authors,
    "tags": _are_texts,
    "language": _is_language,
    "attachments": _are_attachments,
}


def has_fields_of_the_right_type(feed: Feed) -> Iterator[str]:
    for owner, fields in (
        (feed.root, FEED_FIELDS),
        *((item, ITEM_FIELDS) for item in feed.root["items"]),
    ):
        for name, value in owner.items():
            if name not in fields and not re.fullmatch(r"_[A-Za-z][^.]*", name):
                yield f"there is no field {name}"
            if name in fields and not fields[name](value):
                yield f"{name} is {value!r}"


def has_required_fields(feed: Feed) -> Iterator[str]:
    yield from (f"no {name}" for name in ("version", "title", "items") if name not in feed.root)
    for item in feed.root["items"]:
        if "id" not in item or not {"content_html", "content_text"} & set(item):
            yield f"an item with {list(item)} only"


def has_unique_item_ids(feed: Feed) -> Iterator[str]:
    for name in ("id", "date_modified"):
        values = [item.get(name, "") for item in feed.root["items"]]
        yield from (f"{name} {value} stands twice" for value in repeated(values))


def knows_its_address(feed: Feed) -> Iterator[str]:
    if feed.root.get("feed_url") != feed.url:
        yield f"feed_url is {feed.root.get('feed_url')}"
    if feed.root.get("next_url") == feed.url:
        yield "next_url is the feed's own"


def has_telling_summaries(feed: Feed) -> Iterator[str]:
    for item in feed.root["items"]:
        if "summary" in item and words(item["summary"]) == words_of_html(item["content_html"]):
            yield f"a summary that is the content: {item['summary']}"
        for address in addresses_in(item["content_html"]):
            if not is_absolute(address):
                yield f"{address} isn't absolute"
