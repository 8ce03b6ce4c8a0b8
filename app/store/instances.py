"""Rows as instances of their models, read as `plain.py` reads them.

They belong to no session: they are to be looked at, never changed.
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

from app.store.bulk import table_of
from app.store.plain import READ_JSON, chunks, placeholders, select_plain

Model = TypeVar("Model", bound=SQLModel)


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
