"""The SQLite file behind the index: its tables and every statement on them. Knows no format."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from feedsvc import chain
from feedsvc.index.folder import digest_order
from feedsvc.index.packing import unpack_papers, unpack_renderings
from feedsvc.index.work import UNREAD, ItemRow, ReadFile, RenderedDay
from feedsvc.model import Paper, Problem

OPENING_SECONDS = 5
"""How long to wait for a file that another process has locked before it is opened."""

BUSY_SECONDS = 30
"""How long a statement waits for another process's transaction before it gives up."""

PAGE_BYTES = 32768
"""The largest that is usual: most of the index are a day's renderings, which take many pages."""

_TABLES = """
CREATE TABLE state (
    fingerprint TEXT NOT NULL,     -- of the programme and settings the rest was made with
    revision TEXT NOT NULL,        -- another one after each change of the archive
    changed INTEGER NOT NULL       -- when that was, in seconds since 1970
);
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,           -- empty where it is not to be trusted
    hash BLOB NOT NULL,            -- of the content, SHA-256
    problems BLOB NOT NULL         -- JSON
) WITHOUT ROWID;
CREATE TABLE papers (
    path TEXT NOT NULL,
    day TEXT NOT NULL,
    papers BLOB NOT NULL,          -- that the file has of the day, packed
    PRIMARY KEY (path, day)
);
CREATE INDEX papers_of_day ON papers (day);
CREATE TABLE days (
    day TEXT PRIMARY KEY,
    papers INTEGER NOT NULL,
    new_papers INTEGER NOT NULL,   -- that no earlier day has
    version BLOB NOT NULL,         -- the last of its links
    problems BLOB NOT NULL         -- JSON
) WITHOUT ROWID;
CREATE TABLE links (
    day TEXT PRIMARY KEY,
    links BLOB NOT NULL            -- of the day's items, in order (feedsvc.chain)
);
CREATE TABLE items (
    day TEXT NOT NULL,
    position INTEGER NOT NULL,     -- in the day
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT NOT NULL,
    PRIMARY KEY (day, position)
) WITHOUT ROWID;
CREATE INDEX items_of_id ON items (id, day);
CREATE TABLE renderings (
    day TEXT NOT NULL,
    format TEXT NOT NULL,
    content BLOB NOT NULL,         -- one of each item, packed
    PRIMARY KEY (day, format)
);
CREATE TABLE built (
    folder TEXT NOT NULL,          -- that a build wrote to
    place TEXT NOT NULL,           -- its path
    built BLOB NOT NULL,           -- what the build left there (MessagePack)
    PRIMARY KEY (folder, place)
) WITHOUT ROWID;
"""

_encode = msgspec.json.encode
_decode_problems = msgspec.json.Decoder(list[Problem]).decode


class State(Struct, frozen=True):
    """Which state of the archive the tables hold."""

    fingerprint: str
    """Of the programme and the settings that made it."""
    revision: str
    """Never the same for two states, not even of two indexes."""
    changed: datetime
    """In UTC, whole seconds."""


class Day(Struct, frozen=True):
    """A day that has a digest with papers."""

    day: date
    papers: int
    new_papers: int
    """Those that no earlier day has."""
    version: bytes
    """Stands for all its items: the last link of their chain."""


class BuiltFile(Struct, frozen=True, array_like=True):
    """A file of a static site as the last build left it."""

    etag: str
    """Of the document in it."""
    stamp: str
    """Of the file."""


class BuiltPlace(Struct, frozen=True, array_like=True):
    """The folder of a place as the last build left it."""

    tag: bytes
    """Of all that its documents are made of."""
    stamp: str
    """Of the folder, which is another one when a file comes or goes."""
    files: dict[str, BuiltFile]
    """By name."""


_encode_built = msgspec.msgpack.encode
_decode_built = msgspec.msgpack.Decoder(BuiltPlace).decode


class Store:
    """One connection to the index file; `None` as its path keeps the index in memory.

    Raises sqlite3.Error from every method.
    """

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(
            path or ":memory:",
            timeout=OPENING_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        # Nobody can say when the last thread is done with a connection but the last thread. Unlike
        # __del__ this comes in time where the store is part of a cycle. Not at the end of the
        # process, where threads that nobody waits for may still be at it.
        weakref.finalize(self, self._db.close).atexit = False
        self._db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # which only a new file takes
        # WAL lets readers go on while one process writes. Losing the last transaction in a power
        # cut is no loss: the digests are the truth.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def copy(self) -> Store:
        """Another store of the same content, in memory."""
        store = Store(None)
        self._db.backup(store._db)
        return store

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read inside belongs to one state."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written inside is seen by others at once, or never when it raises."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def start_afresh(self, fingerprint: str) -> None:
        """Empties the index, but for the time of its last change. Only while writing."""
        try:
            changed = self.state().changed.timestamp()
        except (sqlite3.Error, TypeError, ValueError):  # tables of another version, or none
            changed = 0
        tables = self._db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in tables:
            self._db.execute(f'DROP TABLE "{name}"')
        for statement in _TABLES.split(";"):
            self._db.execute(statement)
        self._db.execute("INSERT INTO state VALUES (?, '', ?)", (fingerprint, int(changed)))

    def is_of(self, fingerprint: str) -> bool:
        """Whether there is a state that was made with this programme and these settings."""
        if not self._db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'state'").fetchone():
            return False
        try:
            return self.state().fingerprint == fingerprint
        except (TypeError, ValueError):  # a table of another version, or none of ours
            return False

    def state(self) -> State:
        """Which state the other methods answer from. There is one after `start_afresh`."""
        fingerprint, revision, changed = self._db.execute("SELECT * FROM state").fetchone()
        return State(fingerprint, revision, datetime.fromtimestamp(changed, UTC))

    def advance(self, now: datetime) -> None:
        """Makes the changes since the last call a new state. Only while writing.

        No two states have one time, not even within a second or when the clock goes back: a
        client may know the archive by its time alone (RFC 9110 section 8.8.2.2).
        """
        self._db.execute(
            "UPDATE state SET revision = ?, changed = max(changed + 1, ?)",
            (os.urandom(16).hex(), int(now.timestamp())),
        )

    # --- files -------------------------------------------------------------------------------

    def stamps(self) -> dict[str, str]:
        """The stamp of each known digest, by path."""
        return dict(self._db.execute("SELECT path, stamp FROM files"))

    def hash_of(self, path: str) -> bytes:
        """The hash of a known digest's content; empty where it could not be read."""
        row = self._db.execute("SELECT hash FROM files WHERE path = ?", (path,)).fetchone()
        return bytes(row[0])

    def put_stamp(self, path: str, stamp: str) -> None:
        """Remembers a digest that was touched but not changed."""
        self._db.execute("UPDATE files SET stamp = ? WHERE path = ?", (stamp, path))

    def put_file(self, path: str, stamp: str, read: ReadFile) -> None:
        """Replaces all that came from one digest, but for the days' items."""
        self.remove_file(path)
        row = (path, stamp, read.hash, _encode(read.problems))
        self._db.execute("INSERT INTO files VALUES (?, ?, ?, ?)", row)
        self._db.executemany(
            "INSERT INTO papers VALUES (?, ?, ?)",
            ((path, day.isoformat(), papers) for day, papers in read.papers.items()),
        )

    def mark_unread(self, path: str, stamp: str, problems: Sequence[Problem]) -> None:
        """Replaces what is said of a digest; its papers stay."""
        self._db.execute(
            "UPDATE files SET stamp = ?, hash = ?, problems = ? WHERE path = ?",
            (stamp, UNREAD, _encode(problems), path),
        )

    def remove_file(self, path: str) -> None:
        """Forgets a digest, but for the days' items."""
        self._db.execute("DELETE FROM files WHERE path = ?", (path,))
        self._db.execute("DELETE FROM papers WHERE path = ?", (path,))

    def problems(self) -> list[Problem]:
        """All problems, by path and line."""
        rows = self._db.execute(
            "SELECT problems FROM files WHERE problems != x'5b5d'"
            " UNION ALL SELECT problems FROM days WHERE problems != x'5b5d'"
        )
        found = [problem for (encoded,) in rows for problem in _decode_problems(encoded)]
        return sorted(found, key=lambda problem: (problem.path, problem.line, problem.code))

    # --- papers ------------------------------------------------------------------------------

    def days_of_file(self, path: str) -> set[date]:
        """The days that a digest has papers of."""
        rows = self._db.execute("SELECT day FROM papers WHERE path = ?", (path,))
        return {date.fromisoformat(day) for (day,) in rows}

    def days_of_several_digests(self) -> set[date]:
        """The days of which more than one digest has papers."""
        rows = self._db.execute("SELECT day FROM papers GROUP BY day HAVING count(*) > 1")
        return {date.fromisoformat(day) for (day,) in rows}

    def papers_of_day(self, day: date) -> list[Paper]:
        """One day's papers as its digests have them, by name and place in the file."""
        rows = self._db.execute(
            "SELECT path, papers FROM papers WHERE day = ?", (day.isoformat(),)
        ).fetchall()
        rows.sort(key=lambda row: digest_order(row[0]))
        return [paper for _, packed in rows for paper in unpack_papers(packed)]

    # --- days and their items ----------------------------------------------------------------

    def first_times(self, ids: Collection[str], day: date) -> dict[str, datetime]:
        """When the papers of these ids were first published, for those that came before `day`."""
        rows = self._db.execute(
            "SELECT id, published, min(day) FROM items"
            " WHERE id IN (SELECT value FROM json_each(?)) AND day < ? GROUP BY id",
            (_encode(list(ids)), day.isoformat()),
        )
        return {id_: datetime.fromisoformat(published) for id_, published, _ in rows}

    def later_days_of(self, ids: Collection[str], day: date) -> set[date]:
        """The days after `day` that have an item of one of these ids."""
        rows = self._db.execute(
            "SELECT DISTINCT day FROM items"
            " WHERE id IN (SELECT value FROM json_each(?)) AND day > ?",
            (_encode(list(ids)), day.isoformat()),
        )
        return {date.fromisoformat(later) for (later,) in rows}

    def remove_day(self, day: date) -> None:
        """Forgets a day's items."""
        for table in ("days", "links", "items", "renderings"):
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", (day.isoformat(),))  # noqa: S608

    def put_items(self, day: date, items: Sequence[ItemRow]) -> None:
        """Adds the items of a day that has none."""
        name = day.isoformat()
        self._db.executemany(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?)",
            ((name, position, *row) for position, row in enumerate(items)),
        )

    def put_renderings(self, day: RenderedDay) -> None:
        """Adds what became of a day's items."""
        name = day.day.isoformat()
        row = (name, len(day.links), day.new_papers, day.links[-1], _encode(day.problems))
        self._db.execute("INSERT INTO days VALUES (?, ?, ?, ?, ?)", row)
        self._db.execute("INSERT INTO links VALUES (?, ?)", (name, b"".join(day.links)))
        self._db.executemany(
            "INSERT INTO renderings VALUES (?, ?, ?)",
            ((name, format_, packed) for format_, packed in day.renderings.items()),
        )

    def days(self) -> list[Day]:
        """Every day that has papers, oldest first."""
        rows = self._db.execute("SELECT day, papers, new_papers, version FROM days ORDER BY day")
        return [Day(date.fromisoformat(day), *rest) for day, *rest in rows]

    def links(self, day: date) -> list[bytes]:
        """The link of each item of a day, in order."""
        (joined,) = self._db.execute(
            "SELECT links FROM links WHERE day = ?", (day.isoformat(),)
        ).fetchone()
        return [joined[at : at + chain.LENGTH] for at in range(0, len(joined), chain.LENGTH)]

    def renderings(self, format_: str, day: date) -> list[bytes]:
        """The rendering of each item of a day, in order."""
        (packed,) = self._db.execute(
            "SELECT content FROM renderings WHERE day = ? AND format = ?",
            (day.isoformat(), format_),
        ).fetchone()
        return unpack_renderings(packed)

    def ids(self, day: date) -> list[str]:
        """The id of each item of a day, in order."""
        rows = self._db.execute(
            "SELECT id FROM items WHERE day = ? ORDER BY position", (day.isoformat(),)
        )
        return [id_ for (id_,) in rows]

    def titles(self) -> dict[date, list[str]]:
        """The title of each item of each day, in order."""
        rows = self._db.execute("SELECT day, title FROM items ORDER BY day, position")
        by_day = groupby(rows, key=itemgetter(0))
        return {date.fromisoformat(day): [title for _, title in of_day] for day, of_day in by_day}

    # --- static sites ------------------------------------------------------------------------

    def built(self, folder: str) -> dict[str, BuiltPlace]:
        """What the last build left in a folder, by the path of the place."""
        rows = self._db.execute("SELECT place, built FROM built WHERE folder = ?", (folder,))
        return {place: _decode_built(built) for place, built in rows}

    def put_built(
        self, folder: str, places: Mapping[str, BuiltPlace], gone: Collection[str]
    ) -> None:
        """Remembers places that a build wrote, and forgets those that are gone."""
        self._db.executemany(
            "DELETE FROM built WHERE folder = ? AND place = ?", ((folder, place) for place in gone)
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO built VALUES (?, ?, ?)",
            ((folder, place, _encode_built(built)) for place, built in places.items()),
        )
