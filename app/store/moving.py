"""All rows from one database to another, as they are, and a comparison of both: a file into PostgreSQL, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Select, Table, func, text
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel

from app.errors import SettingsInvalid
from app.store.database import COMMITS, Database
from app.store.dialect import came
from app.store.tables import Article, Counter, Lineage

_AT_ONCE = 1_000
"""Rows; a body may have a megabyte."""


def copy_rows(source: Database, target: Database) -> int:
    """Write all rows of one moment to a database that has none, in one transaction. Returns how many.

    Numbers of changes, and the history that they are of, stay: a mirror of the one goes on with the other.
    """
    count = 0
    with source.scanning() as given, target.writing() as taken:
        connection = taken.connection()
        _refuse_filled(connection)
        for table in _tables():
            connection.execute(table.delete())
            for rows in _rows(given, table).mappings().partitions(_AT_ONCE):
                connection.execute(table.insert(), [dict(row) for row in rows])
                count += len(rows)
            _go_on_counting(connection, table)
    return count


def differing_rows(one: Database, other: Database) -> Iterator[str]:
    """Yield in which tables the rows of two databases differ, and with which rows they begin to."""
    with one.scanning() as first, other.scanning() as second:
        for table in _tables():
            with (
                closing(_rows(first, table, ordered=True)) as rows,
                closing(_rows(second, table, ordered=True)) as others,
            ):
                for row, other_row in zip_longest(rows, others):
                    if row is None or other_row is None or tuple(row) != tuple(other_row):
                        found = (other_row if row is None else row)._mapping
                        place = " ".join(str(found[column.name]) for column in table.primary_key)
                        yield f"Table {table.name} differs at {place}"
                        break


def _tables() -> list[Table]:
    """Return the tables, none before those that it refers to."""
    return SQLModel.metadata.sorted_tables


def _archive_rows(table: Table) -> Select[Any]:
    """Select the rows that are the archive's: what a database counts for itself is not."""
    wanted = core_select(*table.columns)
    return wanted.where(table.c.name != COMMITS) if table.name == Counter.__tablename__ else wanted


def _rows(session: Session, table: Table, *, ordered: bool = False) -> Any:
    """Return the rows, articles as they came in: a file numbers them as they are written. Ordered, they are by key."""
    wanted = _archive_rows(table)
    if ordered:
        wanted = wanted.order_by(*table.primary_key)
    elif table.name == Article.__tablename__:
        wanted = wanted.order_by(came(), table.c.id)
    streamed = {"stream_results": True, "yield_per": _AT_ONCE}
    return session.connection().execute(wanted, execution_options=streamed)


def _refuse_filled(connection: Connection) -> None:
    """Raise where there is anything but the name of a history, which every new archive has."""
    for table in _tables():
        if table.name != Lineage.__tablename__ and connection.execute(_archive_rows(table).limit(1)).first():
            raise SettingsInvalid(f"There is an archive already: its table {table.name} has rows. Name an empty one.")


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Have PostgreSQL go on with the numbers that it gives to rows of the table behind those that were copied."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name == "sqlite":
        return
    highest = connection.execute(core_select(func.max(column))).scalar()
    name = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
    ).scalar()
    if name and highest:
        connection.execute(text("SELECT setval(:name, :value)"), {"name": name, "value": highest})
