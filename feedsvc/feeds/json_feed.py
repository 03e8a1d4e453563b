"""JSON Feed 1.1 (jsonfeed.org): items, and documents around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from feedsvc.feeds.content import Content, item_address, rfc3339
from feedsvc.feeds.head import Head
from feedsvc.model import Item

JSON_TYPE = "application/feed+json"


def json_item(item: Item, content: Content, base_url: str) -> bytes:
    """An item as a JSON object on one line. What the format has no name for is in `_paper`."""
    paper = item.paper
    fields: dict[str, Any] = {
        "id": paper.id,
        "url": item_address(paper, base_url),
        "title": paper.title,
        "content_html": content.html,
        "summary": content.summary,
        "image": content.thumbnail,
        "date_published": rfc3339(item.published),
        "date_modified": rfc3339(item.updated),
        "authors": [{"name": name} for name in paper.authors],
        "tags": content.categories,
        "language": paper.language,
        "attachments": [{"url": media.url, "mime_type": media.type} for media in paper.media],
    }
    extension = {
        "day": paper.day.isoformat(),
        "votes": paper.votes,
        "more_authors": paper.more_authors,
    }
    # The specification asks for content even where there is none.
    kept = {name: value for name, value in fields.items() if value or name == "content_html"}
    return _encode(kept | {"_paper": extension})


def json_document(head: Head, items: Iterable[bytes]) -> Iterator[bytes]:
    """A JSON Feed around finished items, in pieces. Older ones follow through `next_url`."""
    fields = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.page_url,
        "feed_url": head.self_url,
        "description": head.subtitle,
        "next_url": head.links.get("prev-archive"),
        "icon": head.logo,
        "favicon": head.icon,
        "authors": [{"name": head.author}],
        "language": head.language,
    }
    start = _encode({name: value for name, value in fields.items() if value})
    yield start.removesuffix(b"}") + b',"items":[\n'
    for number, item in enumerate(items):
        yield b",\n" if number else b""
        yield item
    yield b"\n]}\n"


def _encode(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value)
