"""All rows from one database to another, as they are, and a comparison of both: a file into PostgreSQL, and back.

The source is written to meanwhile. So what is copied is one moment of it, and then what came since is brought, row by
row by their keys, the last of it while nobody writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import zip_longest
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, bindparam, func, literal, text, true
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel, select

from app.errors import SettingsInvalid
from app.store.changes import lineage
from app.store.database import COMMITS, Database
from app.store.dialect import came, upsert
from app.store.sequence import newest
from app.store.tables import Article, Counter, Lineage

_COPIED = "copied"
"""The counter of a copy: how often had been written to it when it was one."""
_AT_ONCE = 1_000
"""Rows; a body may have a megabyte."""


_FEW = 1_000
"""Rows that are brought while all who write wait."""
_ROUNDS = 5
"""After which they wait, however many there are."""


@dataclass(frozen=True, slots=True)
class MovedRows:
    """`copied` rows and those that `followed` them; `newest` is the last change that both have."""

    copied: int
    followed: int
    newest: int
    differing: list[str]


def move_rows(source: Database, target: Database) -> MovedRows:
    """Bring all rows to a database that has none, or what came since to one that was copied before, and compare both.

    Whoever writes waits for the last of it, and the comparison. Raises `SettingsInvalid` where the target is no copy of
    this archive, or somebody has written to it.
    """
    copied = 0 if _is_copy(source, target) else copy_rows(source, target)
    followed = 0
    for _ in range(_ROUNDS):
        followed += (count := follow_rows(source, target))
        if count <= _FEW:
            break
    with nullcontext() if source.read_only else source.connecting():
        followed += follow_rows(source, target)
        with source.scanning() as session:
            reached = newest(session)
        return MovedRows(copied, followed, reached, list(differing_rows(source, target)))


def copy_rows(source: Database, target: Database) -> int:
    """Write all rows of one moment to a database that has none, in one transaction. Returns how many.

    Numbers of changes, and the history that they are of, stay: a mirror of the one goes on with the other.
    """
    count = 0
    with source.scanning() as given, target.writing() as taken:
        connection = taken.connection()
        _refuse_filled(connection)
        for table in _tables():
            connection.execute(table.delete().where(_is_of_archive(table)))
            for rows in _rows(given, table).mappings().partitions(_AT_ONCE):
                connection.execute(table.insert(), [dict(row) for row in rows])
                count += len(rows)
            _go_on_counting(connection, table)
        _note_copied(taken, target)
    return count


def follow_rows(source: Database, target: Database) -> int:
    """Bring to a copy what was written to the source since, in one transaction. Returns how many rows that were."""
    with source.scanning() as given, target.scanning() as had:
        found = [(table, _compare_rows(given, had, table)) for table in _tables()]
    count = sum(len(rows) for _, differences in found for rows in differences)
    if not count:
        return 0
    with target.writing() as taken:
        connection = taken.connection()
        for table, differences in reversed(found):
            if differences.gone:
                gone = [_as_sought(table, row) for row in differences.gone]
                connection.execute(table.delete().where(_has_key(table)), gone)
        for table, differences in found:
            if differences.changed:
                changed = [row | _as_sought(table, row) for row in differences.changed]
                connection.execute(table.update().where(_has_key(table)), changed)
            if differences.new:
                connection.execute(table.insert(), _as_they_came(table, differences.new))
                _go_on_counting(connection, table)
        _note_copied(taken, target)
    return count


class _RowDifferences(NamedTuple):
    new: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    gone: list[dict[str, Any]]


def _as_they_came(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Articles as they came in: a file numbers them as they are written."""
    return sorted(rows, key=itemgetter("added")) if table.name == Article.__tablename__ else rows


def _compare_rows(given: Session, had: Session, table: Table) -> _RowDifferences:
    """Compare the rows of a table in the order of their keys."""
    found = _RowDifferences([], [], [])
    with closing(_rows(given, table, ordered=True)) as rows, closing(_rows(had, table, ordered=True)) as others:
        row, other = next(rows, None), next(others, None)
        while row is not None or other is not None:
            if row is not None and (other is None or _primary_key(table, row) < _primary_key(table, other)):
                found.new.append(dict(row._mapping))
                row = next(rows, None)
            elif other is not None and (row is None or _primary_key(table, other) < _primary_key(table, row)):
                found.gone.append(dict(other._mapping))
                other = next(others, None)
            elif row is not None and other is not None:
                if tuple(row) != tuple(other):
                    found.changed.append(dict(row._mapping))
                row, other = next(rows, None), next(others, None)
    return found


def _primary_key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row._mapping[column.name] for column in table.primary_key)


def _as_sought(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return what `_has_key` looks for."""
    return {f"key_{column.name}": row[column.name] for column in table.primary_key}


def _has_key(table: Table) -> ColumnElement[bool]:
    return and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))


def _is_copy(source: Database, target: Database) -> bool:
    """Return whether the target was copied from the source and is as it was then. Raises `SettingsInvalid` where it was
    and is not."""
    if not target.is_shared:
        return False
    with source.reading() as given, target.reading() as taken:
        counted = dict(taken.exec(select(Counter.name, Counter.value)).all())
        if _COPIED not in counted or lineage(given) != lineage(taken):
            return False
    if counted[_COPIED] != counted[COMMITS]:
        raise SettingsInvalid("Somebody has written to the copy: it goes on by itself. Name an empty database.")
    return True


def _note_copied(session: Session, target: Database) -> None:
    """Note how often had been written to the target when it was a copy."""
    if target.is_shared:
        commits = select(literal(_COPIED), Counter.value).where(Counter.name == COMMITS)
        added = upsert(session, Counter).from_select(["name", "value"], commits)
        added = added.on_conflict_do_update(index_elements=["name"], set_={"value": added.excluded.value})
        session.connection().execute(added)


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
    return core_select(*table.columns).where(_is_of_archive(table))


def _is_of_archive(table: Table) -> ColumnElement[bool]:
    """Return what holds of rows that are the archive's: what a database counts for itself is not."""
    return table.c.name.not_in([COMMITS, _COPIED]) if table.name == Counter.__tablename__ else true()


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
