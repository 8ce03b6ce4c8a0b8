"""Many rows, or many values to look for, in as few statements as there may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar, TypeVarTuple, overload

from sqlalchemy import Table, delete
from sqlmodel import Session, SQLModel, col
from sqlmodel.sql.expression import Select, SelectOfScalar

from app.store.plain import chunks
from app.store.written import run_written

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@overload
def select_in(session: Session, wanted: Select[*Ts], column: object, values: Iterable[str]) -> Iterator[tuple[*Ts]]: ...
@overload
def select_in(session: Session, wanted: SelectOfScalar[T], column: object, values: Iterable[str]) -> Iterator[T]: ...
def select_in(session: Session, wanted: Any, column: object, values: Iterable[str]) -> Iterator[Any]:
    """Yield the wanted rows whose `column` has one of the values, those of some values at a time."""
    for chunk in chunks(values):
        yield from session.exec(wanted.where(col(column).in_(chunk)))


def table_of(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def delete_in(session: Session, model: type[SQLModel], column: object, values: Iterable[str]) -> None:
    """Delete the rows whose `column` has one of the values."""
    for chunk in chunks(values):
        session.connection().execute(delete(model).where(col(column).in_(chunk)))


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], conflict: str = "") -> None:
    """Insert rows that all have the same columns. The statement is written out: these are most of what an ingest
    writes, and to have each row's values bound by name would cost half as much again."""
    if rows:
        columns = list(rows[0])
        listed = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{model.__tablename__!s}" ({listed}) VALUES ({marks}) {conflict}'
        run_written(session.connection(), statement, list(map(itemgetter(*columns), rows)))
