"""Rows as SQLite gives them, for reads that are asked all the time: to put a statement together and objects under
observation takes SQLAlchemy ten times as long as SQLite takes to answer.

They are read in the session's own transaction. Whoever asks for nothing else never loads SQLAlchemy, which takes longer
than a search does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.store.late_session import LateSession
from app.store.written import in_postgres, listed_as_json

if TYPE_CHECKING:
    from sqlmodel import Session

READ_JSON = "read_json"
"""Where the `info` of a session has what reads a JSON column."""
KEPT = "kept"
"""Where it has a dictionary of what is kept of the database from session to session."""
# Well under the 32,766 values that SQLite binds in one statement.
_CHUNK = 5_000


def select_plain(session: Session, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Run a statement that is written out, as `run_written` does, and return its rows."""
    if isinstance(session, LateSession):
        return session.connected().execute(statement, listed_as_json(values)).fetchall()
    session.flush()
    opened = session.connection()
    connection: Any = opened.connection.driver_connection
    if opened.dialect.name == "sqlite":
        written, given = statement, listed_as_json(values)
    else:
        written, given = in_postgres(statement), tuple(values)
    rows: list[tuple[Any, ...]] = connection.execute(written, given).fetchall()
    return rows


def placeholders(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The values without repeats, few enough at a time for one IN (…)."""
    remaining = iter(dict.fromkeys(values))
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


class JsonUnreadable(ValueError):
    """A column that holds no JSON. Which file it is in is known where the transaction is."""


def read_json(column: str) -> Any:
    try:
        return json.loads(column)
    except ValueError as error:
        raise JsonUnreadable(error) from error
