"""What a feed document says of itself, in every format."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct, field

GENERATOR = "feedsvc"

EMPTY_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
"""`updated` of a feed without items: RFC 4287 asks for one, and a clock must not decide it."""


class FeedMetadata(Struct, frozen=True):
    """The metadata of one feed document. Addresses are absolute; an empty text means none."""

    id: str
    """Shared by all documents of one logical feed (RFC 5005 section 4)."""
    title: str
    subtitle: str
    updated: datetime
    """Of the newest item, in UTC."""
    self_url: str
    page_url: str
    """Of the page for people that shows the same papers."""
    language: str
    author: str
    rights: str
    licence: str
    icon: str
    logo: str
    archive_links: dict[str, str] = field(default_factory=dict)
    """Addresses by relation: `prev-archive`, `next-archive`, `current` (RFC 5005)."""
    is_archive: bool = False
    """An archive document: its set of items is that of the past."""
    is_complete: bool = False
    """A complete feed: what is not in it is no longer there. Never with archive links."""
