"""Bulk inserts: many rows in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlmodel import Session, SQLModel


def insert_rows(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], conflict: str = "") -> None:
    """Insert rows that all have the same columns. The statement is written out: these are most of what an ingest
    writes, and to have each row's values bound by name would cost half as much again."""
    if rows:
        columns = list(rows[0])
        listed = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{model.__tablename__!s}" ({listed}) VALUES ({marks}) {conflict}'
        session.connection().exec_driver_sql(statement, list(map(itemgetter(*columns), rows)))
