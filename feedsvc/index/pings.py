"""What a WebSub hub was told of feeds, and whose turn it is to tell it: tables of the index.

They outlive an index that is made anew, as manifests of builds do, so that an upgrade is no reason
to tell a hub of everything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from msgspec import Struct

PING_TABLES = """
CREATE TABLE IF NOT EXISTS pinged (
    feed TEXT PRIMARY KEY,         -- its address
    version TEXT NOT NULL          -- that the hub was last told of
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pinging (
    site TEXT PRIMARY KEY,         -- its address
    revision TEXT NOT NULL,        -- the state that the hub was last told of, in so far as it could
    made_with TEXT NOT NULL,       -- the fingerprint that its items were made with
    turn REAL NOT NULL,            -- until when somebody is telling it, in seconds since 1970
    tried TEXT NOT NULL,           -- the revision of which that failed
    failures INTEGER NOT NULL,     -- how often
    pause REAL NOT NULL            -- until when servers don't try again, in seconds since 1970
) WITHOUT ROWID;
"""


class Progress(Struct, frozen=True):
    """How far somebody is with telling a hub; the columns of `pinging` but for the first."""

    revision: str
    made_with: str
    turn: float = 0.0
    tried: str = ""
    failures: int = 0
    pause: float = 0.0


class Pings:
    """The tables, over a connection to the index. Raises sqlite3.Error from every method."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def progress(self, site: str) -> Progress | None:
        """How far the hub of a site was told; None if nobody has looked at its feeds yet."""
        row = self._db.execute(
            "SELECT revision, made_with, turn, tried, failures, pause FROM pinging WHERE site = ?",
            (site,),
        ).fetchone()
        return Progress(*row) if row else None

    def put_progress(self, site: str, progress: Progress) -> None:
        """Notes how far the hub of a site was told. Only while writing."""
        self._db.execute(
            "INSERT OR REPLACE INTO pinging VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                site,
                progress.revision,
                progress.made_with,
                progress.turn,
                progress.tried,
                progress.failures,
                progress.pause,
            ),
        )

    def versions(self) -> dict[str, str]:
        """The version that the hub was last told of, by the address of the feed."""
        return dict(self._db.execute("SELECT feed, version FROM pinged"))

    def put_versions(self, versions: Mapping[str, str]) -> None:
        """Notes versions by the address of the feed. Only while writing.

        Feeds that are gone stay noted: one may come back, and its subscribers with it.
        """
        self._db.executemany("INSERT OR REPLACE INTO pinged VALUES (?, ?)", versions.items())
