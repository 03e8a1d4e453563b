"""The SQLite file behind the index: its tables and every statement on them. Knows no format."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from feedsvc.index import hash_chain
from feedsvc.index.digest_folder import digest_order
from feedsvc.index.packing import unpack_papers, unpack_renderings, unpack_some
from feedsvc.index.pings import PING_TABLES, Pings
from feedsvc.index.search_table import SearchTable
from feedsvc.index.stages import UNREAD, Fingerprints, ItemRow, ReadFile, RenderedDay
from feedsvc.index.topic_keys import topic_key
from feedsvc.model import Paper, Problem, Severity

OPENING_SECONDS = 5
"""How long to wait for a file that another process has locked before it is opened."""

BUSY_SECONDS = 30
"""How long a statement waits for another process's transaction before it gives up."""

PAGE_BYTES = 32768
"""Large pages: most of the index are a day's renderings, each of which fills several."""

SMALL_CACHE_PAGES = 4
"""Of a reader that goes through days once, so that little of it is asked for again."""

WAL_BYTES = 64_000_000
"""What the log beside the file is cut down to when SQLite next begins it anew."""

_ASIDE = "aside"
"""The database that a store in memory has its full-text table in."""

_TABLES = """
CREATE TABLE state (
    reading TEXT NOT NULL,         -- the fingerprint that files and papers were made with
    items TEXT NOT NULL,           -- the fingerprint that days, items and renderings were made with
    documents TEXT NOT NULL,       -- the fingerprint that documents were last made with
    revision TEXT NOT NULL,        -- another one after each change of the archive or of that
    changed INTEGER NOT NULL       -- when that was, in seconds since 1970
);
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    signature TEXT NOT NULL,       -- empty where it is not to be trusted
    hash BLOB NOT NULL,            -- of the content, SHA-256
    errors INTEGER NOT NULL,       -- how many of the problems are
    warnings INTEGER NOT NULL,
    problems BLOB NOT NULL         -- JSON
) WITHOUT ROWID;
CREATE TABLE papers (
    path TEXT NOT NULL,
    day TEXT NOT NULL,
    papers BLOB NOT NULL,          -- that the file has of the day, packed
    introduction TEXT NOT NULL,    -- of the day, sanitised HTML
    PRIMARY KEY (path, day)
);
CREATE INDEX papers_of_day ON papers (day);
CREATE TABLE days (
    day TEXT PRIMARY KEY,
    papers INTEGER NOT NULL,
    new_papers INTEGER NOT NULL,   -- that no earlier day has
    version BLOB NOT NULL,         -- the last of its item hashes
    size INTEGER NOT NULL,         -- bytes of its items in the largest format
    errors INTEGER NOT NULL,       -- as of a file
    warnings INTEGER NOT NULL,
    problems BLOB NOT NULL,        -- JSON
    introduction TEXT NOT NULL     -- sanitised HTML, of all its digests
) WITHOUT ROWID;
CREATE TABLE item_hashes (
    day TEXT PRIMARY KEY,
    hashes BLOB NOT NULL           -- of the day's items, in order (feedsvc.index.hash_chain)
);
CREATE TABLE items (
    day TEXT NOT NULL,
    position INTEGER NOT NULL,     -- in the day
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    published TEXT NOT NULL,
    votes INTEGER,
    PRIMARY KEY (day, position)
) WITHOUT ROWID;
CREATE INDEX items_of_id ON items (id, day);
CREATE TABLE topics (
    key TEXT NOT NULL,             -- as in addresses (feedsvc.index.topic_keys)
    day TEXT NOT NULL,
    position INTEGER NOT NULL,     -- of an item that has the topic
    name TEXT NOT NULL,            -- as its digest writes it
    rank INTEGER NOT NULL,         -- of the topic among those of the item, from 0
    PRIMARY KEY (key, day, position)
) WITHOUT ROWID;
CREATE INDEX topics_of_day ON topics (day);
CREATE TABLE renderings (
    day TEXT NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,         -- usually one of each item, packed
    PRIMARY KEY (day, name)
);
CREATE TABLE IF NOT EXISTS built (
    folder TEXT NOT NULL,          -- that a build wrote to
    place TEXT NOT NULL,           -- its path
    built BLOB NOT NULL,           -- what the build left there (MessagePack)
    PRIMARY KEY (folder, place)
) WITHOUT ROWID;
"""

_KEPT_TABLES = ("built", "pinged", "pinging")
"""Tables that tell what was done, not what digests say, and so outlive an index."""

_TABLES_OF_DAYS = ("days", "item_hashes", "items", "topics", "renderings")
"""Tables that are made from papers, not read from digests."""

_IS_NEWEST = (
    "NOT EXISTS (SELECT 1 FROM items AS later WHERE later.id = items.id AND later.day > items.day"
)
"""Begins the condition that no later day has the paper of an item."""

_encode = msgspec.json.encode
_decode_problems = msgspec.json.Decoder(list[Problem]).decode


def decode_problems(encoded: Iterable[bytes]) -> list[Problem]:
    """Problems as `Store.encoded_problems` gives them, by path and line."""
    found = [problem for each in encoded for problem in _decode_problems(each)]
    return sorted(found, key=lambda problem: (problem.path, problem.line, problem.code))


def _columns(problems: Sequence[Problem]) -> tuple[int, int, bytes]:
    """Problems as the last columns of a table have them."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return errors, len(problems) - errors, _encode(problems)


class State(Struct, frozen=True):
    """The identity of a state of the archive."""

    revision: str
    """Never the same for two states, not even of two indexes."""
    changed: datetime
    """When the archive, or what its documents are made with, last changed; UTC, whole seconds."""


class Day(Struct, frozen=True):
    """A day that has a digest with papers."""

    day: date
    papers: int
    new_papers: int
    """The number of papers that no earlier day has."""
    version: bytes
    """Changes if any of its items does: the last hash of their chain."""
    size: int
    """Bytes of its items in the largest format."""


class Topic(Struct, frozen=True):
    """What digests call a group of papers."""

    key: str
    """As in addresses."""
    name: str
    """As the newest digest writes it."""
    papers: int
    """Each counted once."""


class BuiltFile(Struct, frozen=True, array_like=True):
    """A file of a static site as the last build left it."""

    etag: str
    """The ETag of the document in it."""
    signature: str
    """The signature of the file, see `feedsvc.index.digest_folder.signature_of`."""


class BuiltPlace(Struct, frozen=True, array_like=True):
    """The folder of a place as the last build left it."""

    version: bytes
    """Changes if any of its files must."""
    signature: str
    """The signature of the folder, which changes when a file is added or removed."""
    files: dict[str, BuiltFile]
    """By name."""


_encode_built = msgspec.msgpack.encode
_decode_built = msgspec.msgpack.Decoder(BuiltPlace).decode


class Store:
    """One connection to the index file; `None` as its path keeps the index in memory.

    Raises sqlite3.Error from every method.
    """

    def __init__(self, path: Path | None, *, is_small: bool = False) -> None:
        """A small one takes little memory, as there may be hundreds of it."""
        self._db = sqlite3.connect(
            path or ":memory:",
            timeout=OPENING_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        # Only the last thread that uses a connection knows that it is the last. Unlike __del__,
        # finalize also works if the store is part of a cycle. Not at the end of the process, when
        # daemon threads may still use the connection.
        self._finalizer = weakref.finalize(self, self._db.close)
        self._finalizer.atexit = False
        self._db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # affects new files only
        if is_small:  # before the first page is read, which takes room for twenty otherwise
            self._db.execute(f"PRAGMA cache_size = {SMALL_CACHE_PAGES}")
        # WAL lets readers go on while one process writes. The last transaction may be lost in a
        # power cut, which does no harm: the digests are the truth.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
        self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        self.pings = Pings(self._db)
        if not path:  # apart, so that a copy may do without it
            self._db.execute(f"ATTACH ':memory:' AS {_ASIDE}")
        self.search = SearchTable(self._db, "main" if path else _ASIDE)

    def close(self) -> None:
        """Gives back what it takes, where its owner knows that nobody is at it any more."""
        self._finalizer()

    def copy(self, *, searchable: bool = False) -> Store:
        """Another store of the same content, in memory, of one in memory.

        Only a `searchable` one has the full-text table, which is as large as the rest.
        """
        store = Store(None)
        self._db.backup(store._db)
        if searchable and self.search.exists():
            store._db.deserialize(self._db.serialize(name=_ASIDE), name=_ASIDE)
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
        """All that is written inside is seen by others at once, or not at all if it raises."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def start_afresh(self, fingerprints: Fingerprints) -> None:
        """Empties the index, but for the time of its last change and what tells of things done.

        Only while writing.
        """
        try:
            changed = int(self._db.execute("SELECT changed FROM state").fetchone()[0])
        except (sqlite3.Error, TypeError, ValueError):  # tables of another version, or none
            changed = 0
        self.search.drop()
        tables = self._db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in tables:
            if name not in _KEPT_TABLES:
                self._db.execute(f'DROP TABLE "{name}"')
        for statement in f"{_TABLES}{PING_TABLES}".split(";"):
            self._db.execute(statement)
        row = (fingerprints.reading, fingerprints.items, changed)
        self._db.execute("INSERT INTO state VALUES (?, ?, '', '', ?)", row)

    def borrow(self, lender: Store, fingerprints: Fingerprints) -> None:
        """Takes over what tells of things done from another index of the same digests.

        And what it read of them, where that was read with the same fingerprint. Only after
        `start_afresh`.
        """
        copied = [table for table in _KEPT_TABLES if lender._columns(table)]
        if lender.was_read_with(fingerprints):
            copied += ["papers", "files"]
        for table in copied:
            rows = lender._db.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from above
            places = ", ".join("?" * len(rows.description))
            self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({places})", rows)  # noqa: S608

    def forget_renderings(self, items: str) -> None:
        """Keeps what was read from digests only; `items` is the new fingerprint of the rest.

        Only while writing.
        """
        self.search.drop()
        for table in _TABLES_OF_DAYS:
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from this file
        self._db.execute("UPDATE state SET items = ?", (items,))

    def is_of(self, fingerprints: Fingerprints) -> bool:
        """Whether there is a state that was read and rendered with these."""
        return self._made_with() == (fingerprints.reading, fingerprints.items)

    def is_of_others(self, fingerprints: Fingerprints) -> bool:
        """Whether there is a state that was made with other ones."""
        return self._made_with() not in {("", ""), (fingerprints.reading, fingerprints.items)}

    def empty_log(self) -> bool:
        """Moves the log into the file and empties it; False where a reader still needs it."""
        self._db.execute("PRAGMA busy_timeout = 0")  # readers may take as long as they like
        try:
            (is_busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return not is_busy

    def was_read_with(self, fingerprints: Fingerprints) -> bool:
        """Whether there is a state that was read with these, however it was rendered."""
        return self._made_with()[0] == fingerprints.reading

    def _made_with(self) -> tuple[str, str]:
        """The fingerprints of reading and of items; empty if there is no state of ours."""
        if not {"reading", "items"} <= self._columns("state"):
            return "", ""
        row = self._db.execute("SELECT reading, items FROM state").fetchone()
        return row or ("", "")

    def _columns(self, table: str) -> set[str]:
        """The columns of a table; none if there is no such table."""
        rows = self._db.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return {name for (name,) in rows}

    def made_documents_with(self, fingerprints: Fingerprints) -> bool:
        """Whether documents were last made with these, as far as anybody noted."""
        (documents,) = self._db.execute("SELECT documents FROM state").fetchone()
        return bool(documents == fingerprints.documents)

    def state(self) -> State:
        """The state that the other methods read from. There is one after `start_afresh`."""
        revision, changed = self._db.execute("SELECT revision, changed FROM state").fetchone()
        return State(revision, datetime.fromtimestamp(changed, UTC))

    def advance(self, fingerprints: Fingerprints, now: datetime) -> None:
        """Makes the changes since the last call a new state. Only while writing.

        No two states have one time, not even within a second or when the clock goes back: a
        client may know the archive by its time alone (RFC 9110 section 8.8.2.2).
        """
        self._db.execute(
            "UPDATE state SET documents = ?, revision = ?, changed = max(changed + 1, ?)",
            (fingerprints.documents, os.urandom(16).hex(), int(now.timestamp())),
        )

    # --- files -------------------------------------------------------------------------------

    def signatures(self) -> dict[str, str]:
        """The signature of each known digest, by path."""
        return dict(self._db.execute("SELECT path, signature FROM files"))

    def hash_of(self, path: str) -> bytes:
        """The hash of a known digest's content; empty if it could not be read."""
        row = self._db.execute("SELECT hash FROM files WHERE path = ?", (path,)).fetchone()
        return bytes(row[0])

    def put_signature(self, path: str, signature: str) -> None:
        """Notes the signature of a digest that was touched but not changed."""
        self._db.execute("UPDATE files SET signature = ? WHERE path = ?", (signature, path))

    def put_file(self, path: str, signature: str, read: ReadFile) -> None:
        """Replaces all that came from one digest, except for the days' items."""
        self.remove_file(path)
        row = (path, signature, read.hash, *_columns(read.problems))
        self._db.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", row)
        self._db.executemany(
            "INSERT INTO papers VALUES (?, ?, ?, ?)",
            (
                (path, day.isoformat(), packed.papers, packed.introduction)
                for day, packed in read.papers.items()
            ),
        )

    def mark_unread(self, path: str, signature: str, problems: Sequence[Problem]) -> None:
        """Notes that a digest can't be read; its papers stay."""
        self._db.execute(
            "UPDATE files SET signature = ?, hash = ?, errors = ?, warnings = ?, problems = ?"
            " WHERE path = ?",
            (signature, UNREAD, *_columns(problems), path),
        )

    def remove_file(self, path: str) -> None:
        """Removes a digest, except for the days' items."""
        self._db.execute("DELETE FROM files WHERE path = ?", (path,))
        self._db.execute("DELETE FROM papers WHERE path = ?", (path,))

    def problems(self) -> list[Problem]:
        """All problems, by path and line."""
        return decode_problems(self.encoded_problems().values())

    def encoded_problems(self) -> dict[str, bytes]:
        """The same as they are kept, by the file or the day that has them."""
        return dict(
            self._db.execute(
                "SELECT path, problems FROM files WHERE errors + warnings > 0"
                " UNION ALL SELECT day, problems FROM days WHERE errors + warnings > 0"
            )
        )

    def count_problems(self) -> tuple[int, int]:
        """How many errors and how many warnings there are, without a look at them."""
        errors, warnings = self._db.execute(
            "SELECT ifnull(sum(errors), 0), ifnull(sum(warnings), 0) FROM"
            " (SELECT errors, warnings FROM files UNION ALL SELECT errors, warnings FROM days)"
        ).fetchone()
        return errors, warnings

    # --- papers ------------------------------------------------------------------------------

    def days_of_file(self, path: str) -> set[date]:
        """The days that a digest has papers of."""
        rows = self._db.execute("SELECT day FROM papers WHERE path = ?", (path,))
        return {date.fromisoformat(day) for (day,) in rows}

    def files_without_papers(self) -> list[str]:
        """The paths of the digests that were read and have no paper, in order."""
        rows = self._db.execute(
            "SELECT path FROM files WHERE hash != ? AND path NOT IN (SELECT path FROM papers)"
            " ORDER BY path",
            (UNREAD,),
        )
        return [path for (path,) in rows]

    def days_with_papers(self) -> set[date]:
        """The days that any digest has papers of."""
        rows = self._db.execute("SELECT DISTINCT day FROM papers")
        return {date.fromisoformat(day) for (day,) in rows}

    def days_of_several_digests(self) -> set[date]:
        """The days of which more than one digest has papers."""
        rows = self._db.execute("SELECT day FROM papers GROUP BY day HAVING count(*) > 1")
        return {date.fromisoformat(day) for (day,) in rows}

    def papers_of_day(self, day: date) -> tuple[list[Paper], str]:
        """One day's papers as its digests have them, sorted by file name and place in the file.

        And what the digests say above and between them, as sanitised HTML.
        """
        rows = self._papers_of_day(day)
        papers = [paper for _, packed, _ in rows for paper in unpack_papers(packed)]
        return papers, "".join(introduction for _, _, introduction in rows)

    def packed_papers_of_day(self, day: date) -> list[bytes]:
        """The same papers as they are kept, for other processes: a pack for each digest."""
        return [packed for _, packed, _ in self._papers_of_day(day)]

    def _papers_of_day(self, day: date) -> list[tuple[str, bytes, str]]:
        rows = self._db.execute(
            "SELECT path, papers, introduction FROM papers WHERE day = ?", (day.isoformat(),)
        ).fetchall()
        return sorted(rows, key=lambda row: digest_order(row[0]))

    # --- days and their items ----------------------------------------------------------------

    def first_times(self, ids: Collection[str], day: date) -> dict[str, datetime]:
        """When the papers of these ids were first published, for those of days before `day`."""
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
        """Removes a day's items."""
        for table in _TABLES_OF_DAYS:
            self._db.execute(f"DELETE FROM {table} WHERE day = ?", (day.isoformat(),))  # noqa: S608

    def put_items(self, day: date, items: Sequence[ItemRow]) -> None:
        """Adds the items of a day that has none."""
        name = day.isoformat()
        self._db.executemany(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)",
            (
                (name, position, row.id, row.title, row.published, row.votes)
                for position, row in enumerate(items)
            ),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO topics VALUES (?, ?, ?, ?, ?)",
            (
                (topic_key(topic), name, position, topic, rank)
                for position, row in enumerate(items)
                for rank, topic in enumerate(row.topics)
            ),
        )

    def put_renderings(self, day: RenderedDay) -> None:
        """Adds the renderings of a day's items."""
        name = day.day.isoformat()
        hashes = day.item_hashes
        facts = (len(hashes), day.new_papers, hashes[-1], day.size)
        row = (name, *facts, *_columns(day.problems), day.introduction)
        self._db.execute("INSERT INTO days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._db.execute("INSERT INTO item_hashes VALUES (?, ?)", (name, b"".join(hashes)))
        self._db.executemany(
            "INSERT INTO renderings VALUES (?, ?, ?)",
            ((name, *rendering) for rendering in day.renderings.items()),
        )

    def days(self) -> list[Day]:
        """Every day that has papers, oldest first."""
        rows = self._db.execute(
            "SELECT day, papers, new_papers, version, size FROM days ORDER BY day"
        )
        return [Day(date.fromisoformat(day), *rest) for day, *rest in rows]

    def introduction(self, day: date) -> str:
        """What the digests of a day say above and between their papers, as sanitised HTML."""
        row = self._db.execute("SELECT introduction FROM days WHERE day = ?", (day.isoformat(),))
        return str(row.fetchone()[0])

    def item_hashes(self, day: date) -> list[bytes]:
        """The hash of each item of a day, in order."""
        (joined,) = self._db.execute(
            "SELECT hashes FROM item_hashes WHERE day = ?", (day.isoformat(),)
        ).fetchone()
        return [
            joined[at : at + hash_chain.LENGTH] for at in range(0, len(joined), hash_chain.LENGTH)
        ]

    def renderings(self, name: str, day: date) -> list[bytes]:
        """The renderings of a day under a name: usually one for each item, in order."""
        return unpack_renderings(self._packed_renderings(name, day))

    def some_renderings(self, name: str, day: date, positions: Sequence[int]) -> list[bytes]:
        """Those of the same that are at some positions."""
        return unpack_some(self._packed_renderings(name, day), positions)

    def _packed_renderings(self, name: str, day: date) -> bytes:
        row: tuple[bytes] = self._db.execute(
            "SELECT content FROM renderings WHERE day = ? AND name = ?",
            (day.isoformat(), name),
        ).fetchone()
        return row[0]

    def ids(self, day: date) -> list[str]:
        """The id of each item of a day, in order."""
        rows = self._db.execute(
            "SELECT id FROM items WHERE day = ? ORDER BY position", (day.isoformat(),)
        )
        return [id_ for (id_,) in rows]

    def titles(self, first: date, last: date) -> dict[date, list[tuple[str, str]]]:
        """The id and the title of each item of the days from `first` to `last`, in order."""
        rows = self._db.execute(
            "SELECT day, id, title FROM items WHERE day BETWEEN ? AND ? ORDER BY day, position",
            (first.isoformat(), last.isoformat()),
        )
        by_day = groupby(rows, key=itemgetter(0))
        return {
            date.fromisoformat(day): [(id_, title) for _, id_, title in of_day]
            for day, of_day in by_day
        }

    def most_voted(self, first: date, last: date, most: int) -> list[tuple[date, int]]:
        """Day and position of the most voted items from `first` to `last`, each paper once.

        Without votes, and among as many, the earlier day and the higher place come first.
        """
        rows = self._db.execute(
            "SELECT day, position FROM items WHERE day BETWEEN ?1 AND ?2"  # noqa: S608
            f" AND {_IS_NEWEST} AND later.day <= ?2)"
            " ORDER BY ifnull(votes, 0) DESC, day, position LIMIT ?3",
            (first.isoformat(), last.isoformat(), most),
        )
        return [(date.fromisoformat(day), position) for day, position in rows]

    def has_votes(self, first: date, last: date) -> bool:
        """Whether any item from `first` to `last` has a vote."""
        rows = self._db.execute(
            "SELECT 1 FROM items WHERE day BETWEEN ? AND ? AND votes > 0 LIMIT 1",
            (first.isoformat(), last.isoformat()),
        )
        return rows.fetchone() is not None

    def topics(self) -> list[Topic]:
        """Every topic, by its key."""
        rows = self._db.execute(
            # SQLite takes the name from the row with the maximum.
            "SELECT key, name, count(*), max(day || printf('%09d', 999999999 - position))"  # noqa: S608
            " FROM topics JOIN items USING (day, position)"
            f" WHERE {_IS_NEWEST}) GROUP BY key ORDER BY key"
        )
        return [Topic(key, name, papers) for key, name, papers, _ in rows]

    def first_topics(self, day: date) -> dict[int, tuple[str, str]]:
        """The key and the name of the first topic of each item of a day that has one."""
        rows = self._db.execute(
            "SELECT position, key, name FROM topics WHERE day = ? AND rank = 0",
            (day.isoformat(),),
        )
        return {position: (key, name) for position, key, name in rows}

    def has_topics(self) -> bool:
        """Whether there is any topic."""
        return self._db.execute("SELECT 1 FROM topics LIMIT 1").fetchone() is not None

    def items_of_topic(self, key: str, first: date, last: date) -> Iterator[tuple[date, int]]:
        """Each item of the days from `first` to `last` that has a topic, newest first.

        Gives its day and its position; of a paper in several days the newest.
        """
        rows = self._db.execute(
            "SELECT day, position FROM topics JOIN items USING (day, position)"  # noqa: S608
            f" WHERE key = ? AND day BETWEEN ? AND ? AND {_IS_NEWEST})"
            " ORDER BY day DESC, position",
            (key, first.isoformat(), last.isoformat()),
        )
        return ((date.fromisoformat(day), position) for day, position in rows)

    def name_of_topic(self, key: str, day: date, position: int) -> str:
        """What the digest of an item calls a topic of it."""
        (name,) = self._db.execute(
            "SELECT name FROM topics WHERE key = ? AND day = ? AND position = ?",
            (key, day.isoformat(), position),
        ).fetchone()
        return str(name)

    # --- static sites ------------------------------------------------------------------------

    def manifest(self, folder: str) -> dict[str, BuiltPlace]:
        """What the last build left in a folder, by the path of the place."""
        rows = self._db.execute("SELECT place, built FROM built WHERE folder = ?", (folder,))
        try:
            return {place: _decode_built(built) for place, built in rows}
        except msgspec.MsgspecError:  # of another version
            return {}

    def update_manifest(
        self, folder: str, places: Mapping[str, BuiltPlace], gone: Collection[str]
    ) -> None:
        """Notes places that a build wrote, and removes those that are gone."""
        self._db.executemany(
            "DELETE FROM built WHERE folder = ? AND place = ?", ((folder, place) for place in gone)
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO built VALUES (?, ?, ?)",
            ((folder, place, _encode_built(built)) for place, built in places.items()),
        )
