"""The full-text table of an index: it is filled a day at a time, and gives the hits of a query.

Its rows can't be deleted: they have tokens only, and SQLite before 3.43 can't forget those without
the text. So each filling is a generation. A second table says which generation of a day holds; rows
of others are passed over, and all is made anew when they are the most.

A row's number is made of its day, its generation and its position backwards. So hits come newest
first by themselves, in the order of their digest, and a span of days is a span of numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import cache

from feedsvc.model import Paper
from feedsvc.search.query import Field, Item, Query, Term, arxiv_id_in
from feedsvc.search.tokens import BARRIER, text_of_html, tokens_of

_POSITION_BITS = 20
_GENERATION_BITS = 21
_LAST_POSITION = (1 << _POSITION_BITS) - 1
_LAST_GENERATION = (1 << _GENERATION_BITS) - 1
_DAY_SHIFT = _POSITION_BITS + _GENERATION_BITS
_DAYS_BEFORE_1970 = date(1970, 1, 1).toordinal()
_SECONDS_OF_A_DAY = 86_400

MOST_DEAD = 2
"""Rows may be so many times those that hold, before all is made anew."""

DEAD_ALLOWED = 1000
"""Rows; a small table is not made anew for each edit."""

# The text is tokens of our own, which FTS5 only parts at spaces; it keeps nothing else of it, nor
# what it would need to rank by. Marks are what is no text: votes, ids.
_TABLES = """
CREATE VIRTUAL TABLE {schema}.search USING fts5(
    title, authors, text, marks, content = '', columnsize = 0, prefix = 3, tokenize = 'ascii'
);
CREATE TABLE {schema}.search_days (
    day TEXT PRIMARY KEY,
    version BLOB NOT NULL,          -- of the day, as in `days`
    generation INTEGER NOT NULL,    -- whose rows hold
    papers INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE {schema}.search_state (
    generation INTEGER NOT NULL,    -- the last
    rows INTEGER NOT NULL           -- of all generations
);
INSERT INTO {schema}.search_state VALUES (0, 0);
"""

_NAMES = ("search", "search_days", "search_state")

_HITS = f"""
SELECT items.day, items.position FROM search AS s
CROSS JOIN search_days AS d
    ON d.day = date(((s.rowid >> {_DAY_SHIFT}) - {_DAYS_BEFORE_1970}) * {_SECONDS_OF_A_DAY},
                    'unixepoch')
    AND d.generation = (s.rowid >> {_POSITION_BITS}) & {_LAST_GENERATION}
CROSS JOIN items
    ON items.day = d.day AND items.position = {_LAST_POSITION} - (s.rowid & {_LAST_POSITION})
WHERE search MATCH ? AND s.rowid BETWEEN ? AND ?
    AND ifnull(items.votes, 0) >= ?
    AND NOT EXISTS (
        SELECT 1 FROM items AS later WHERE later.id = items.id AND later.day > items.day
    )
ORDER BY s.rowid DESC LIMIT ?
"""  # noqa: S608 - of numbers only

Words = tuple[str, str, str, str]
"""The tokens of a paper, a text for each column of the table."""

Hit = tuple[date, int]
"""The day and the position of a paper."""


WITHOUT_SEARCH = (
    "This Python's SQLite is made without FTS5, so there are no searches and no saved searches; "
    "all else is as it should be. Use a Python whose sqlite3 has FTS5."
)
"""What people are told where nobody can search."""


@cache
def can_search() -> bool:
    """Whether this SQLite can search in texts: custom ones may be made without FTS5."""
    try:
        with closing(sqlite3.connect(":memory:")) as db:
            db.execute("CREATE VIRTUAL TABLE search USING fts5(text)")
    except sqlite3.OperationalError:
        return False
    return True


class SearchTable:
    """The full-text table of one store, on the store's connection; in transactions of its own.

    Raises sqlite3.Error from every method.
    """

    def __init__(self, db: sqlite3.Connection, schema: str = "main") -> None:
        """`schema` is the database of the connection that the table is in."""
        self._db = db
        self._schema = schema

    def exists(self) -> bool:
        """Whether there is a table, perhaps without any day."""
        schema = f"SELECT 1 FROM {self._schema}.sqlite_schema WHERE name = 'search_state'"  # noqa: S608
        return self._db.execute(schema).fetchone() is not None

    def create(self) -> None:
        """Makes an empty table. Only while writing."""
        for statement in _TABLES.format(schema=self._schema).split(";\n"):
            self._db.execute(statement)

    def drop(self) -> None:
        """Removes the table, if there is one. Only while writing."""
        for name in _NAMES:
            self._db.execute(f"DROP TABLE IF EXISTS {self._schema}.{name}")

    def follow(self) -> None:
        """Takes out the days that are gone or have changed. Only while writing.

        Makes all anew if most rows hold no longer.
        """
        self._db.execute(
            "DELETE FROM search_days WHERE NOT EXISTS (SELECT 1 FROM days"
            " WHERE days.day = search_days.day AND days.version = search_days.version)"
        )
        rows, holding, generation = self._db.execute(
            "SELECT rows, (SELECT ifnull(sum(papers), 0) FROM search_days), generation"
            " FROM search_state"
        ).fetchone()
        if rows > MOST_DEAD * holding + DEAD_ALLOWED or generation >= _LAST_GENERATION:
            self.drop()
            self.create()

    def extent(self) -> int:
        """How many days are in the table."""
        if not self.exists():
            return 0
        return int(self._db.execute("SELECT count(*) FROM search_days").fetchone()[0])

    def is_complete(self) -> bool:
        """Whether every day is in the table. Only after `follow`."""
        days, searchable = self._db.execute(
            "SELECT (SELECT count(*) FROM days), (SELECT count(*) FROM search_days)"
        ).fetchone()
        return bool(days == searchable)

    def missing_days(self) -> dict[date, int]:
        """The days that are not in the table, newest first, and how many papers each has."""
        rows = self._db.execute(
            "SELECT day, papers FROM days WHERE day NOT IN (SELECT day FROM search_days)"
            " ORDER BY day DESC"
        )
        return {date.fromisoformat(day): papers for day, papers in rows}

    def fill(self, days: Iterable[tuple[date, Sequence[Words]]]) -> None:
        """Adds days that are missing, oldest first, each with the words of its papers in order.

        Only while writing. FTS5 collects what is added as long as numbers of rows grow.
        """
        self._db.execute("UPDATE search_state SET generation = generation + 1")
        (generation,) = self._db.execute("SELECT generation FROM search_state").fetchone()
        for day, papers in days:
            first = (day.toordinal() << _DAY_SHIFT) + (generation << _POSITION_BITS)
            rows = enumerate(papers[: _LAST_POSITION + 1])
            self._db.executemany(
                "INSERT INTO search (rowid, title, authors, text, marks) VALUES (?, ?, ?, ?, ?)",
                (
                    (first + _LAST_POSITION - position, *words)
                    for position, words in reversed([*rows])
                ),
            )
            self._db.execute(
                "INSERT INTO search_days SELECT day, version, ?, papers FROM days WHERE day = ?",
                (generation, day.isoformat()),
            )
            self._db.execute("UPDATE search_state SET rows = rows + ?", (len(papers),))

    def hits(self, query: Query, most: int = -1) -> Iterator[Hit]:
        """The papers that a query finds, newest first; of a paper in several days the newest.

        They are found while they are asked for.
        """
        first = query.since.toordinal() << _DAY_SHIFT if query.since else 0
        last = ((query.until or date.max).toordinal() + 1 << _DAY_SHIFT) - 1
        rows = self._db.execute(_HITS, (expression(query), first, last, query.min_votes, most))
        return ((date.fromisoformat(day), position) for day, position in rows)


def words_of(paper: Paper) -> Words:
    """What is searched of a paper."""
    return (
        tokens_of([paper.title]),
        tokens_of(paper.authors),
        tokens_of([paper.translated_title, text_of_html(paper.summary_html), *paper.topics]),
        " ".join(_marks(paper)),
    )


# Marks begin with the barrier, so that no word of a query is one.


def _marks(paper: Paper) -> Iterator[str]:
    yield _EVERY
    if id_ := arxiv_id_in(paper.id.lower()):
        yield _mark_of_id(id_)
    yield from map(_mark_of_votes, range(max(paper.votes or 0, 0).bit_length()))


_EVERY = f"{BARRIER}every"
"""The mark that each paper has."""


def _mark_of_id(id_: str) -> str:
    return f"{BARRIER}id{BARRIER}" + id_.replace(".", BARRIER).replace("/", BARRIER)


def _mark_of_votes(power: int) -> str:
    """The mark of at least so many votes, as a power of two."""
    return f"{BARRIER}votes{power}"


def expression(query: Query) -> str:
    """A query in the language of FTS5. Each token is our own, and stands in quotation marks."""
    wanted = [_any_of(term) for term in query.conditions if not term.is_negated]
    unwanted = [_any_of(term) for term in query.conditions if term.is_negated]
    if query.min_votes:
        wanted.append(f'"{_mark_of_votes(query.min_votes.bit_length() - 1)}"')
    found = " AND ".join(wanted or [f'"{_EVERY}"'])
    return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found


def _any_of(term: Term) -> str:
    return f"({' OR '.join(map(_expression, term.items))})"


def _expression(item: Item) -> str:
    if item.field is Field.ID:
        return f'"{_mark_of_id(item.words[0])}"'
    phrases = " OR ".join(
        f'"{" ".join(phrase.tokens)}"{" *" if phrase.is_prefix else ""}' for phrase in item.phrases
    )
    column = _COLUMNS.get(item.field)
    return f"{column} : ({phrases})" if column else phrases


_COLUMNS = {Field.AUTHOR: "authors", Field.TITLE: "title"}
