"""All rows of a database as SQLAlchemy reads them, for a comparison with those of another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select
from sqlmodel import SQLModel

from app.store.database import Database
from app.store.tables import Counter

_OWN = ("commits", "copied")
"""What a shared database counts for itself."""

Rows = list[tuple[tuple[type, Any], ...]]


def all_rows(database: Database) -> dict[str, Rows]:
    """Return the rows by table, in the order of their keys: of each value its type, and itself."""
    with database.scanning() as session:
        return {
            table.name: [
                tuple((type(value), value) for value in row)
                for row in session.connection().execute(select(table).order_by(*table.primary_key))
                if not _is_own(table, row)
            ]
            for table in SQLModel.metadata.sorted_tables
        }


def _is_own(table: Table, row: Any) -> bool:
    return table.name == Counter.__tablename__ and row.name in _OWN


def differing_tables(one: Database, other: Database) -> list[str]:
    """Return the names of tables that have other rows in the one than in the other."""
    rows, others = all_rows(one), all_rows(other)
    return [name for name in rows if rows[name] != others[name]]
