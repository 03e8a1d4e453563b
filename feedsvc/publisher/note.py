"""What the last publisher noted in the bucket: what is there, and whether somebody is at work."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from feedsvc.storage.bucket import Headers

NOTE = ".feedsvc/note.json"
"""The path of the note."""

NOTE_HEADERS = Headers("application/json", "no-store")

_FORMAT = 1


class Noted(Struct, frozen=True, array_like=True):
    """An object that was uploaded."""

    mark: str
    """Of its bytes and headers, see `LocalObject`."""
    etag: str
    """As the store gave it."""


class Publisher(Struct, frozen=True):
    """Who is at work."""

    id: str
    """The same for all that publish from one folder, one after another."""
    since: str
    """When it began, as a time in UTC; shown only, as clocks differ."""
    beat: int = 0
    """How often it has said that it still is at work."""


class Note(Struct, frozen=True):
    """The note."""

    format: int = _FORMAT
    publisher: Publisher | None = None
    """None where nobody is at work."""
    objects: dict[str, Noted] = msgspec.field(default_factory=dict[str, Noted])
    """By path."""


def read_note(body: bytes) -> Note:
    """The note that an object holds; one without objects if it is damaged or of another form."""
    try:
        note = msgspec.json.decode(body, type=Note)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Note()
    return note if note.format == _FORMAT else Note(publisher=note.publisher)


def note_bytes(note: Note) -> bytes:
    """The content of the object; an object a line, for people."""
    plain: Any = msgspec.to_builtins(note)
    encoded: bytes = msgspec.json.format(msgspec.json.encode(plain, order="sorted"), indent=0)
    return encoded + b"\n"
