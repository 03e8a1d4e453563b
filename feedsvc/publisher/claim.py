"""The right to publish into a bucket, which one publisher has at a time.

It is a line in the note, written only in place of the note as it was read. Who has it says again
and again that it is still at work. No clocks are compared: who finds it taken watches the note for
as long as a publisher may keep silent, and takes the right over where nothing changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.errors import ConflictError
from feedsvc.publisher.note import NOTE, NOTE_HEADERS, Note, Noted, Publisher, note_bytes, read_note
from feedsvc.storage.bucket import NEW, Bucket, Version


class Lease(Struct, frozen=True):
    """How long a publisher may keep silent. In seconds."""

    beat: float = 15
    """After which it says that it still is at work."""
    silence: float = 60
    """After which it is taken for dead."""


class Claim:
    """One publisher's right to publish into a bucket, from the moment at which it looks."""

    def __init__(
        self,
        bucket: Bucket,
        publisher: str,
        lease: Lease,
        tell: Callable[[str], object],
    ) -> None:
        """`publisher` is its id. Waits for another one as long as that may keep silent.

        Raises ConflictError if another one is at work, and StorageError.
        """
        self._bucket = bucket
        self._lease = lease
        self._me = Publisher(publisher, datetime.now(UTC).isoformat(timespec="seconds"))
        self.note = Note()
        """As it was when this publisher began."""
        self._version: Version | None = NEW
        self._read()
        self._spoke = time.monotonic()
        other = self.note.publisher
        if other and other.id != publisher:
            tell(
                f"{bucket.address}: another publisher began at {other.since}. Waiting "
                f"{lease.silence:.0f} seconds at most, to see whether it is still at work."
            )
            self._watch(other)

    def is_due(self) -> bool:
        """Whether it is time to say that this publisher still is at work."""
        return time.monotonic() - self._spoke >= self._lease.beat

    @property
    def seconds_left(self) -> float:
        """Until then."""
        return max(0.0, self._spoke + self._lease.beat - time.monotonic())

    def say(self, objects: Mapping[str, Noted]) -> None:
        """Takes or keeps the right, and notes which objects are there.

        Raises ConflictError if another publisher has it now.
        """
        self._me = replace(self._me, beat=self._me.beat + 1)
        self._write(Note(publisher=self._me, objects=dict(objects)))

    def give_up(self, objects: Mapping[str, Noted]) -> None:
        """Leaves the right to others, and notes which objects are there."""
        self._write(Note(objects=dict(objects)))

    def _read(self) -> None:
        stored = self._bucket.read(NOTE)
        self.note = read_note(stored.body) if stored else Note()
        self._version = stored.version if stored else NEW

    def _watch(self, other: Publisher) -> None:
        """Waits until another publisher is done or has kept silent for too long."""
        until = time.monotonic() + self._lease.silence
        while time.monotonic() < until:
            time.sleep(self._lease.silence / 12)
            self._read()
            now = self.note.publisher
            if not now:
                return
            if now != other:
                raise self._taken(now.since)

    def _write(self, note: Note) -> None:
        self._spoke = time.monotonic()
        try:
            self._version = self._bucket.put(NOTE, note_bytes(note), NOTE_HEADERS, self._version)
        except ConflictError as error:
            raise self._taken("this moment") from error

    def _taken(self, since: str) -> ConflictError:
        return ConflictError(
            f"{self._bucket.address}: another publisher is at work since {since}, so this one "
            "stops. Run again when it is done."
        )
