"""The SQLite file behind the index: its tables and every statement on them. Knows no format."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from feedsvc.index.folder import digest_order
from feedsvc.model import Item, Paper, Problem

OPENING_SECONDS = 5
"""How long to wait for a file that another process has locked before it is opened."""

BUSY_SECONDS = 30
"""How long a statement waits for another process's transaction before it gives up."""

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
    position INTEGER NOT NULL,     -- in the file
    day TEXT NOT NULL,
    id TEXT NOT NULL,
    paper BLOB NOT NULL,           -- JSON
    PRIMARY KEY (path, position)
);
CREATE INDEX papers_of_day ON papers (day);
CREATE INDEX papers_of_id ON papers (id, day);
CREATE TABLE days (
    day TEXT PRIMARY KEY,
    papers INTEGER NOT NULL,
    problems BLOB NOT NULL         -- JSON
) WITHOUT ROWID;
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
    position INTEGER NOT NULL,
    format TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (day, position, format)
);
"""

_encode = msgspec.json.encode
_decode_paper = msgspec.json.Decoder(Paper).decode
_decode_problems = msgspec.json.Decoder(list[Problem]).decode


@dataclass(frozen=True, slots=True)
class State:
    """Which state of the archive the tables hold."""

    fingerprint: str
    """Of the programme and the settings that made it."""
    revision: str
    """Never the same for two states, not even of two indexes."""
    changed: datetime
    """In UTC, whole seconds."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A digest as it was when it was last read."""

    stamp: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Day:
    """A day that has a digest with papers."""

    day: date
    papers: int


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
        # WAL lets readers go on while one process writes. Losing the last transaction in a power
        # cut is no loss: the digests are the truth.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        self._db.execute("PRAGMA mmap_size = 268435456")

    def __del__(self) -> None:
        # Nobody can say when the last thread is done with a connection but the last thread.
        if hasattr(self, "_db"):
            self._db.close()

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
        return self.state().fingerprint == fingerprint

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
            (uuid4().hex, int(now.timestamp())),
        )

    # --- files -------------------------------------------------------------------------------

    def files(self) -> dict[str, KnownFile]:
        """What is known of each digest, by path."""
        rows = self._db.execute("SELECT path, stamp, hash FROM files")
        return {path: KnownFile(stamp, digest) for path, stamp, digest in rows}

    def put_stamp(self, path: str, stamp: str) -> None:
        """Remembers a digest that was touched but not changed."""
        self._db.execute("UPDATE files SET stamp = ? WHERE path = ?", (stamp, path))

    def put_file(
        self, path: str, known: KnownFile, papers: Sequence[Paper], problems: Sequence[Problem]
    ) -> None:
        """Replaces all that came from one digest, but for the days' items."""
        self.remove_file(path)
        row = (path, known.stamp, known.hash, _encode(problems))
        self._db.execute("INSERT INTO files VALUES (?, ?, ?, ?)", row)
        self._db.executemany(
            "INSERT INTO papers VALUES (?, ?, ?, ?, ?)",
            (
                (path, position, paper.day.isoformat(), paper.id, _encode(paper))
                for position, paper in enumerate(papers)
            ),
        )

    def mark_unreadable(self, path: str, problems: Sequence[Problem]) -> None:
        """Replaces what is said of a digest; its papers stay."""
        self._db.execute(
            "UPDATE files SET stamp = '', hash = x'', problems = ? WHERE path = ?",
            (_encode(problems), path),
        )

    def remove_file(self, path: str) -> None:
        """Forgets a digest, but for the days' items."""
        self._db.execute("DELETE FROM files WHERE path = ?", (path,))
        self._db.execute("DELETE FROM papers WHERE path = ?", (path,))

    def problems(self) -> list[Problem]:
        """All problems, by path and line."""
        rows = self._db.execute("SELECT problems FROM files UNION ALL SELECT problems FROM days")
        found = [problem for (encoded,) in rows for problem in _decode_problems(encoded)]
        return sorted(found, key=lambda problem: (problem.path, problem.line, problem.code))

    # --- papers ------------------------------------------------------------------------------

    def days_of_file(self, path: str) -> set[date]:
        """The days that a digest has papers of."""
        rows = self._db.execute("SELECT DISTINCT day FROM papers WHERE path = ?", (path,))
        return {date.fromisoformat(day) for (day,) in rows}

    def later_days_of_same_papers(self, days: Collection[date]) -> set[date]:
        """The days after one of `days` that share a paper with it, now or in the items so far."""
        later: set[date] = set()
        for day in days:
            rows = self._db.execute(
                "SELECT DISTINCT later.day FROM papers AS later WHERE later.day > :day AND"
                " later.id IN (SELECT id FROM papers WHERE day = :day"
                "              UNION SELECT id FROM items WHERE day = :day)",
                {"day": day.isoformat()},
            )
            later.update(date.fromisoformat(found) for (found,) in rows)
        return later

    def papers_of_day(self, day: date) -> list[Paper]:
        """One day's papers as its digests have them, by name and place in the file."""
        rows = self._db.execute(
            "SELECT path, position, paper FROM papers WHERE day = ?", (day.isoformat(),)
        ).fetchall()
        rows.sort(key=lambda row: (digest_order(row[0]), row[1]))
        return [_decode_paper(encoded) for _, _, encoded in rows]

    # --- days and their items ----------------------------------------------------------------

    def first_published(self, id_: str, before: date) -> datetime | None:
        """When the first digest before that day had the paper; None where none had."""
        row = self._db.execute(
            "SELECT published FROM items WHERE id = ? AND day < ? ORDER BY day LIMIT 1",
            (id_, before.isoformat()),
        ).fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def remove_day(self, day: date) -> None:
        """Forgets a day's items."""
        for table in ("days", "items", "renderings"):
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", (day.isoformat(),))  # noqa: S608

    def put_day(
        self,
        day: date,
        items: Sequence[Item],
        problems: Sequence[Problem],
        renderings: Mapping[str, Iterable[bytes]],
    ) -> None:
        """Replaces a day's items and their renderings, one for each item in each format."""
        self.remove_day(day)
        name = day.isoformat()
        self._db.execute("INSERT INTO days VALUES (?, ?, ?)", (name, len(items), _encode(problems)))
        self._db.executemany(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?)",
            (
                (name, position, item.paper.id, item.paper.title, item.published.isoformat())
                for position, item in enumerate(items)
            ),
        )
        self._db.executemany(
            "INSERT INTO renderings VALUES (?, ?, ?, ?)",
            (
                (name, position, format_, content)
                for format_, contents in renderings.items()
                for position, content in enumerate(contents)
            ),
        )

    def days(self) -> list[Day]:
        """Every day that has papers, oldest first."""
        rows = self._db.execute("SELECT day, papers FROM days ORDER BY day")
        return [Day(date.fromisoformat(day), papers) for day, papers in rows]

    def renderings(self, format_: str, day: date) -> list[tuple[str, bytes]]:
        """Id and rendering of each item of a day, in order."""
        return self._db.execute(
            "SELECT items.id, content FROM items JOIN renderings USING (day, position)"
            " WHERE day = ? AND format = ? ORDER BY position",
            (day.isoformat(), format_),
        ).fetchall()

    def titles(self, day: date) -> list[str]:
        """The title of each item of a day, in order."""
        rows = self._db.execute(
            "SELECT title FROM items WHERE day = ? ORDER BY position", (day.isoformat(),)
        )
        return [title for (title,) in rows]

    def count_papers(self) -> int:
        """How many papers there are, each counted once."""
        return int(self._db.execute("SELECT count(DISTINCT id) FROM items").fetchone()[0])
