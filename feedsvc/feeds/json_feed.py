"""JSON Feed 1.1 (jsonfeed.org): items, and the documents around them."""

from __future__ import annotations

from typing import Any

import msgspec

from feedsvc.feeds.entry import Entry
from feedsvc.feeds.feed_metadata import FeedMetadata
from feedsvc.feeds.frame import Frame
from feedsvc.feeds.times import rfc3339

JSON_NAME = "feed.json"
JSON_TYPE = "application/feed+json"


def json_item(entry: Entry) -> bytes:
    """An item as a JSON object on one line. `_paper` has what the format has no name for."""
    fields: dict[str, Any] = {
        "id": entry.id,
        "url": entry.address,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "image": entry.thumbnail,
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": entry.categories,
        "language": entry.language,
        "attachments": [{"url": media.url, "mime_type": media.type} for media in entry.media],
    }
    extension = {
        "day": entry.day.isoformat(),
        "votes": entry.votes,
        "more_authors": entry.more_authors,
    }
    # The specification requires content, even if it is empty.
    kept = {name: value for name, value in fields.items() if value or name == "content_html"}
    return _encode(kept | {"_paper": extension})


def json_frame(metadata: FeedMetadata) -> Frame:
    """A JSON Feed without its items. Older ones follow through `next_url`."""
    fields = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": metadata.title,
        "home_page_url": metadata.page_url,
        "feed_url": metadata.self_url,
        "description": metadata.subtitle,
        "next_url": metadata.archive_links.get("prev-archive"),
        "icon": metadata.logo,
        "favicon": metadata.icon,
        "authors": [{"name": metadata.author}],
        "language": metadata.language,
        "hubs": [{"type": "WebSub", "url": metadata.hub}] if metadata.hub else [],
        "_translations": [
            {"language": each.language, "feed_url": each.url} for each in metadata.translations
        ],
    }
    start = _encode({name: value for name, value in fields.items() if value})
    return Frame(start.removesuffix(b"}") + b',"items":[\n', b"\n]}\n", between=b",\n")


def _encode(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value)
