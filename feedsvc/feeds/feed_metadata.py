"""The metadata of a feed document, the same for every format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct, field

from feedsvc.model import Link

GENERATOR = "feedsvc"

EMPTY_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
"""`updated` of a feed without items: RFC 4287 requires one, and the clock must not decide it."""


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
    """The page for people with the same papers."""
    language: str
    author: str
    rights: str
    licence: str
    icon: str
    logo: str
    hub: str = ""
    """The address of the WebSub hub that tells of changes."""
    archive_links: dict[str, str] = field(default_factory=dict)
    """Addresses by relation: `prev-archive`, `next-archive`, `current` (RFC 5005)."""
    translations: Sequence[Link] = ()
    """The same feed in other languages."""
    is_archive: bool = False
    """Whether it is an archive document, whose set of items is past."""
    is_complete: bool = False
    """Whether it is a complete feed: what is not in it is gone. Never with archive links."""
