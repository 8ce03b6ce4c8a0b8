"""Rows as SQLite gives them, for reads that are asked all the time: to put a statement together and objects under
observation takes SQLAlchemy ten times as long as SQLite takes to answer.

They are read in the session's own transaction, and belong to no session: they are to be looked at, never changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import JSON, Boolean
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.instrumentation import manager_of_class
from sqlmodel import Session, SQLModel

from app.store.bulk import chunks, table_of
from app.store.dialect import in_postgres, listed_as_json
from app.store.late_session import LateSession

Model = TypeVar("Model", bound=SQLModel)

READ_JSON = "read_json"
"""Where the `info` of a session has what reads a JSON column."""


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


def load_plain(session: Session, model: type[Model], rest: str, values: Sequence[object] = ()) -> list[Model]:
    """Return the rows of a table as its model has them; `rest` is all that stands behind FROM and the table."""
    start, names, odd = _columns(model)
    rows = select_plain(session, f"{start} {rest}", values)
    readers = {JSON: session.info.get(READ_JSON, json.loads), Boolean: bool}
    converted = [(names[place], place, readers[kind]) for place, kind in odd]
    return [_instance(model, names, row, converted) for row in rows]


def load_plain_in(
    session: Session, model: type[Model], column: str, values: Iterable[str], condition: str = "TRUE"
) -> list[Model]:
    """Return the rows whose `column` has one of the values and that meet the condition."""
    found: list[Model] = []
    for chunk in chunks(values):
        found += load_plain(session, model, f"WHERE {condition} AND {column} IN ({placeholders(chunk)})", chunk)
    return found


def placeholders(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


@cache
def _columns(model: type[SQLModel]) -> tuple[str, tuple[str, ...], tuple[tuple[int, type], ...]]:
    """Return how a statement begins that selects them all, their names, and which are not as SQLite has them."""
    configure_mappers()
    table = table_of(model)
    kinds = [next((kind for kind in (JSON, Boolean) if isinstance(each.type, kind)), None) for each in table.columns]
    odd = tuple((place, kind) for place, kind in enumerate(kinds) if kind is not None)
    listed = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'SELECT {listed} FROM "{table.name}"', tuple(column.name for column in table.columns), odd


def _instance(
    model: type[Model],
    names: Sequence[str],
    row: Sequence[Any],
    converted: Sequence[tuple[str, int, Callable[[Any], Any]]],
) -> Model:
    made: Model = manager_of_class(model).new_instance()
    made.__dict__.update(zip(names, row, strict=True))
    for name, place, convert in converted:
        if row[place] is not None:
            made.__dict__[name] = convert(row[place])
    return made
