"""Searches that a site offers under names of their own, as its settings write them."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from feedsvc.errors import QueryError
from feedsvc.search.query import PARAMETERS, Query, parse_query

_KEYS = ("name", "title", *PARAMETERS)


class Saved(Struct, frozen=True):
    """A search with a name."""

    name: str
    """The last part of its address."""
    title: str
    query: Query
    limit: int | None = None
    """The most papers of its feeds; None for as many as a topic's have."""


def parse_saved(value: object) -> tuple[Saved, ...]:
    """The saved searches of a list of tables. Raises QueryError."""
    if not isinstance(value, list | tuple) or not all(isinstance(each, dict) for each in value):
        raise ValueError("tables that begin with [[saved]], each with name and q")
    saved = tuple(map(_saved, value))
    names = [each.name for each in saved]
    for name in names:
        if names.count(name) > 1:
            raise QueryError(
                f"There are {names.count(name)} searches called {name}; name each once."
            )
    return saved


def _saved(table: Mapping[str, object]) -> Saved:
    name = unicodedata.normalize("NFC", str(table.get("name", "")))
    if not name or not all(part.isalnum() for part in name.split("-")) or name != name.lower():
        raise QueryError(
            f"A search needs a name of small letters, digits and single hyphens, which will be in "
            f"its address, such as robots; {name!r} is none."
        )
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"; the nearest one is {near[0]}" if near else f"; there are {', '.join(_KEYS)}"
            raise QueryError(f"{name}: there is no {key}{hint}.")
        if isinstance(value, bool) or not isinstance(value, str | int | date):
            raise QueryError(f"{name}: {key} is a text, a number or a day; {value!r} is none.")
    try:
        query = parse_query({key: str(table.get(key, "")) for key in PARAMETERS})
    except QueryError as error:
        raise QueryError(f"{name}: {error}") from error
    if query.is_empty:
        raise QueryError(f'{name}: it looks for nothing; write what, such as q = "robots".')
    title = " ".join(str(table.get("title", "")).split()) or name
    return Saved(name, title, query, query.limit if "limit" in table else None)
