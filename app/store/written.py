"""Statements that are written out, once for SQLite and PostgreSQL. Nothing here loads SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.ids import BARE_SURNAME_GLOB, SCOPED_GLOB, UNRESOLVED, UNRESOLVED_GLOB

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult


def run_written(connection: Connection, statement: str, values: Sequence[Any] = ()) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that is written out in SQLite's words, with a ? for each value: with one row of values, a tuple,
    of which some may be lists, or with a list of rows.

    Neither ? nor :name may stand in it for anything else, and no ?1. Of what PostgreSQL has other words for, only what
    `_WORDS` has may be used.
    """
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(statement, listed_as_json(values))
    return connection.exec_driver_sql(in_postgres(statement), values)


def listed_as_json(values: Sequence[Any]) -> Sequence[Any]:
    """Return values of one statement as SQLite takes them: its `json_each` makes rows of a list."""
    if type(values) is tuple and any(type(value) is list for value in values):
        return tuple(json.dumps(value) if type(value) is list else value for value in values)
    return values


_WORDS = (
    ("%", "%%"),
    ("IN (SELECT value FROM json_each(?))", "= ANY(?)"),
    ("json_each(?) AS numbers", "unnest(CAST(? AS bigint[])) AS numbers(value)"),
    ("json_each(?) AS texts", "unnest(CAST(? AS text[])) AS texts(value)"),
    (f"GLOB '{BARE_SURNAME_GLOB}'", "~ '^person-.*-[0-9a-f]{16}$'"),
    (f"GLOB '{SCOPED_GLOB}'", "~ '-[0-9a-f]{16}$'"),
    (f"GLOB '{UNRESOLVED_GLOB}'", f"~ '{UNRESOLVED}$'"),
    ("instr(", "strpos("),
    ("?", "%s"),
)
"""What SQLite says, and what PostgreSQL does."""


@lru_cache(maxsize=1 << 10)
def in_postgres(statement: str) -> str:
    """Return a statement that is written out, as `run_written` takes it, in PostgreSQL's words and for its driver."""
    for words, others in _WORDS:
        statement = statement.replace(words, others)
    return statement
