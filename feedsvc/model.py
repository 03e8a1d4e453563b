"""The types that travel through feedsvc. Frozen, and importing nothing of ours.

They are Structs, not dataclasses: thousands are made and packed into the index, at which Structs
are fast, and dataclasses are compiled at each start of the command.

Days are UTC dates, times are aware datetimes in UTC, text is Unicode that XML 1.0 allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How bad a problem is: an error means something of the digest could not be used."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True):
    """Something wrong in a digest, told so that its author can find and correct it."""

    path: str
    """The digest's path inside the folder, with forward slashes."""
    line: int
    """Counted from 1."""
    code: str
    """A key of `feedsvc.parser.vocabulary.problems.CODES`."""
    message: str
    """One sentence: what is wrong, what was done about it, and what would be valid."""
    severity: Severity


class Medium(StrEnum):
    """What a reader must do with a medium: show it or play it."""

    IMAGE = "image"
    VIDEO = "video"


class Media(Struct, frozen=True):
    """A picture or a video of a paper."""

    medium: Medium
    url: str
    """Absolute, http or https."""
    type: str
    """The media type, from the URL's extension."""
    poster: str | None = None
    """The still picture of a video, absolute; None if the digest names none."""
    description: str = ""
    """What a picture shows, in words; empty if the digest doesn't say."""


class Paper(Struct, frozen=True):
    """One paper as one digest describes it."""

    id: str
    """The canonical URL of the paper, or a `tag:` URI (RFC 4151) if it has no URL."""
    day: date
    title: str
    """Plain text: no markup, TeX already turned into Unicode."""
    link: str | None
    """The address the digest gives, http or https; None if it gives none."""
    authors: tuple[str, ...]
    """In the digest's order, none twice."""
    more_authors: bool
    """Whether the digest says "and others" (a `+` among the authors)."""
    votes: int | None
    """None if the digest gives no number."""
    media: tuple[Media, ...]
    """In the digest's order, none twice."""
    summary_html: str
    """The whole summary as sanitised HTML, without the media above; may be empty."""
    language: str | None
    """BCP 47 tag from the file's name, its front matter or the letters of its text; else None."""
    path: str
    line: int
    """The line of the heading, counted from 1."""
    topics: tuple[str, ...] = ()
    """What names the groups in which the digest has it, in the digest's order, without commas."""
    translated_title: str = ""
    """The title in another language, plain text; empty where the digest gives one title only."""


class Introduction(Struct, frozen=True):
    """What a digest says of a day above and between its papers."""

    day: date
    html: str
    """Sanitised HTML."""


class Digest(Struct, frozen=True):
    """What one file holds: usually one day's papers, in the order of the file."""

    path: str
    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    introductions: tuple[Introduction, ...] = ()
    """One a day at most, in the order of the file."""
    form: str = ""
    """How its papers were found, in a few words; empty where there are none."""
    has_future_days: bool = False
    """Whether papers were left out because their day is later than tomorrow."""


class Item(Struct, frozen=True):
    """A paper at its position in a day, with its times: what feeds and pages are made of."""

    paper: Paper
    published: datetime
    """Of the first digest that has this paper, in UTC."""
    updated: datetime
    """Of this digest, in UTC. Differs from that of every other item of the day."""


class Link(Struct, frozen=True):
    """A relation of a document to another one (RFC 8288)."""

    relation: str
    url: str
    """Absolute."""
    type: str = ""
    """The media type of the other document; empty if it doesn't matter."""
    language: str = ""
    """Of the other document, a BCP 47 tag; empty if it is that of this one."""


class Document(Struct, frozen=True):
    """What is at a path of the site; the same on the server and in the built folder."""

    path: str
    """Begins with a slash and is relative to the base URL: `/2024-11-18/feed.xml`."""
    type: str
    """The value of Content-Type, with its charset if the type has one."""
    pieces: Iterable[bytes]
    """The content. The pieces of a streamed document are made while they are read, once."""
    etag: str
    """Opaque, made from all that decides the content, without quotes (RFC 9110 section 8.8.3)."""
    modified: datetime
    """When the archive last changed as this machine saw it; whole seconds, UTC."""
    links: tuple[Link, ...] = ()
    last_day: date | None = None
    """The last day whose papers can be in the document; None if new papers are added for ever."""
    is_streamed: bool = False
    """Whether it is too long to be kept in memory."""
    has_deltas: bool = False
    """Whether a client that has an older version may ask only for what is new (RFC 3229)."""
    is_delta: bool = False
    """Whether it holds only what is new; its ETag is that of the whole document."""

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces)
