"""All rows from one database to another, as they are, and a comparison of both: a file into PostgreSQL, and back.

The source is written to meanwhile, and nobody waits. What is copied is one moment of it. A later one is then compared
with the copy, in the order of the keys; what differs is brought and read again, so that the copy is of that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Table, func, literal, text, true
from sqlalchemy import select as core_select
from sqlalchemy.exc import DataError
from sqlmodel import Session, SQLModel, select

from app.errors import SettingsInvalid, StorageFailed
from app.store.changes import lineage
from app.store.database import COMMITS, Database
from app.store.dialect import came, given_as, insert_pages, read_pages, upsert
from app.store.plain import read_json
from app.store.sequence import newest
from app.store.tables import Article, Counter, Lineage
from app.store.written import run_written

_COPIED = "copied"
"""The counter of a copy: how often had been written to it when it was one."""
_GOES_ON = "Somebody has written to the copy: it goes on by itself. Name an empty database."
_AT_ONCE = 1_000
"""Rows; a body may have a megabyte."""

_Row = tuple[Any, ...]
_Difference = tuple[_Row | None, _Row | None]
"""What the source has under a key, and what the copy has, which is another row or none."""


@dataclass(frozen=True, slots=True)
class MovedRows:
    """`copied` rows and those that `followed` them; `newest` is the last change that both have."""

    copied: int
    followed: int
    newest: int
    differing: list[str]


def move_rows(source: Database, target: Database) -> MovedRows:
    """Bring all rows to a database that has none, or what came since to one that was copied before, and compare both.

    Raises `SettingsInvalid` where the target is no copy of this archive, or somebody has written to it.
    """
    copied = 0 if _is_copy(source, target) else copy_rows(source, target)
    with source.scanning() as given:
        reached = newest(given)
        with target.scanning() as had:
            found = {table: list(_compare_table(given, had, table)) for table in _tables()}
        followed = sum(map(len, found.values()))
        return MovedRows(copied, followed, reached, _bring(given, target, found) if followed else [])


def copy_rows(source: Database, target: Database) -> int:
    """Write all rows of one moment to a database that has none, in one transaction. Returns how many.

    Numbers of changes, and the history that they are of, stay: a mirror of the one goes on with the other.
    """
    count = 0
    with source.scanning() as given, target.writing() as taken:
        _refuse_filled(taken)
        connection = taken.connection()
        for table in _tables():
            connection.execute(table.delete().where(_is_of_archive(table)))
            with closing(_pages(given, table, *_as_written(table))) as pages:
                count += _put_pages(connection, table, pages)
        _note_copied(taken, target)
    return count


def _bring(given: Session, target: Database, found: dict[Table, list[_Difference]]) -> list[str]:
    """Give the copy the rows in which it differs, in one transaction. Returns where it still does.

    Nobody else has written to the copy since it was compared, or `SettingsInvalid` is raised. So the rows that were the
    same are the same, if there are as many as in the source.
    """
    with target.writing() as taken:
        if target.is_shared and _commits_since(taken) != 1:
            raise SettingsInvalid(_GOES_ON)
        connection = taken.connection()
        for table in reversed(found):
            _delete_gone(connection, table, found[table])
        for table, differences in found.items():
            _update_changed(connection, table, differences)
            _put_pages(connection, table, iter([_to_insert(table, differences)]))
        _note_copied(taken, target)
        return list(_check_brought(given, taken, found))


def _check_brought(given: Session, taken: Session, found: dict[Table, list[_Difference]]) -> Iterator[str]:
    for table, differences in found.items():
        for difference in _still_differing(taken.connection(), table, differences):
            yield _name_place(table, difference)
        if _how_many(given, table) != _how_many(taken, table):
            yield f"Table {table.name} has other rows"


def _delete_gone(connection: Connection, table: Table, differences: list[_Difference]) -> None:
    """Delete what is gone. What changed goes too, to be inserted anew, but where others refer to it: they would go with
    it."""
    is_kept = _is_referred_to(table)
    gone = [had for row, had in differences if had is not None and not (row is not None and is_kept)]
    if gone:
        statement = f'DELETE FROM "{table.name}" WHERE ({_in_quotes(table.primary_key)}) = ({_marks(table)})'
        run_written(connection, statement, [*map(_take_key(table), gone)])


def _update_changed(connection: Connection, table: Table, differences: list[_Difference]) -> None:
    changed = [row for row, had in differences if row is not None and had is not None]
    if changed and _is_referred_to(table):
        values = ", ".join(f'"{column.name}" = {given_as(column)}' for column in table.columns)
        statement = f'UPDATE "{table.name}" SET {values} WHERE ({_in_quotes(table.primary_key)}) = ({_marks(table)})'
        key = _take_key(table)
        with _naming_refused(connection, table):
            run_written(connection, statement, [row + key(row) for row in changed])


def _to_insert(table: Table, differences: list[_Difference]) -> list[_Row]:
    """Return the rows that are new, or were deleted to be, articles as they came in."""
    is_kept = _is_referred_to(table)
    rows = [row for row, had in differences if row is not None and not (had is not None and is_kept)]
    if table.name == Article.__tablename__:
        added = table.columns.keys().index("added")
        rows.sort(key=lambda row: row[added] or 0)
    return rows


def _still_differing(connection: Connection, table: Table, differences: list[_Difference]) -> Iterator[_Difference]:
    """Read rows again that were brought or deleted, and yield those that are not as they should be."""
    key = _take_key(table)
    for begin in range(0, len(differences), _AT_ONCE):
        some = differences[begin : begin + _AT_ONCE]
        sought = ", ".join(f"({_marks(table)})" for _ in some)
        is_sought = " AND ".join(
            f'"{column.name}" = column{place}' for place, column in enumerate(table.primary_key, 1)
        )
        statement = (
            f'SELECT {_in_quotes(table.columns)} FROM (VALUES {sought}) AS sought JOIN "{table.name}" ON {is_sought} '
            f"ORDER BY {_in_quotes(table.primary_key)}"
        )
        values = [value for row, had in some for value in key(row or had or ())]
        there = read_pages(connection, statement, values, size=_AT_ONCE)
        yield from _merge_pages(table, iter([[row for row, _ in some if row is not None]]), there)


def _compare_table(given: Session, had: Session, table: Table) -> Generator[_Difference, None, None]:
    """Compare the rows of a table in the order of their keys."""
    with (
        closing(_pages(given, table, *table.primary_key)) as pages,
        closing(_pages(had, table, *table.primary_key)) as others,
    ):
        yield from _merge_pages(table, pages, others)


def _merge_pages(table: Table, pages: Iterator[list[_Row]], others: Iterator[list[_Row]]) -> Iterator[_Difference]:
    """Yield where rows differ from other rows, both in the order of their keys. Lists are compared whole, and looked at
    row by row only where they differ."""
    key = _take_key(table)
    rows, other_rows = next(pages, []), next(others, [])
    while rows or other_rows:
        size = min(len(rows), len(other_rows))
        if size and rows[:size] == other_rows[:size]:
            rows, other_rows = rows[size:], other_rows[size:]
        else:
            # As far as both are known: to the end of one of them, or of the other where that one has none left.
            reached = min(key(some[-1]) for some in (rows, other_rows) if some)
            by_key = {found: row for row in rows if (found := key(row)) <= reached}
            other_by_key = {found: row for row in other_rows if (found := key(row)) <= reached}
            rows, other_rows = rows[len(by_key) :], other_rows[len(other_by_key) :]
            for each in sorted(by_key.keys() | other_by_key.keys()):
                row, other = by_key.get(each), other_by_key.get(each)
                if row != other and not _say_the_same(table, row, other):
                    yield row, other
        rows, other_rows = rows or next(pages, []), other_rows or next(others, [])


def _say_the_same(table: Table, row: _Row | None, other: _Row | None) -> bool:
    """Return whether two rows differ in how their JSON is written alone: copies of before were written anew."""
    if row is None or other is None:
        return False
    pairs = zip(table.columns, row, other, strict=True)
    return all(
        value == other_value
        or (
            isinstance(column.type, JSON)
            and None not in (value, other_value)
            and read_json(value) == read_json(other_value)
        )
        for column, value, other_value in pairs
    )


def _name_place(table: Table, difference: _Difference) -> str:
    row, other = difference
    return f"Table {table.name} differs at {' '.join(map(str, _take_key(table)(row or other or ())))}"


def _take_key(table: Table) -> Callable[[_Row], tuple[Any, ...]]:
    """Return what takes the key out of a row."""
    places = [table.columns.keys().index(column.name) for column in table.primary_key]
    return lambda row: tuple([row[place] for place in places])


def _marks(table: Table) -> str:
    return ", ".join("?" * len(table.primary_key))


def _in_quotes(columns: Iterable[ColumnElement[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _is_referred_to(table: Table) -> bool:
    return any(key.column.table is table for other in _tables() for key in other.foreign_keys)


def _how_many(session: Session, table: Table) -> Any:
    counted = core_select(func.count()).select_from(table).where(_is_of_archive(table))
    return session.connection().execute(counted).scalar()


def _is_copy(source: Database, target: Database) -> bool:
    """Return whether the target was copied from the source and is as it was then. Raises `SettingsInvalid` where it was
    and is not."""
    if not target.is_shared:
        return False
    with source.reading() as given, target.reading() as taken:
        since = _commits_since(taken)
        if since is None or lineage(given) != lineage(taken):
            return False
    if since:
        raise SettingsInvalid(_GOES_ON)
    return True


def _commits_since(session: Session) -> int | None:
    """Return how often was written to a copy since it was one; None for what is no copy."""
    counted = dict(session.exec(select(Counter.name, Counter.value)).all())
    return counted[COMMITS] - counted[_COPIED] if _COPIED in counted else None


def _note_copied(session: Session, target: Database) -> None:
    """Note how often had been written to the target when it was a copy."""
    if target.is_shared:
        commits = select(literal(_COPIED), Counter.value).where(Counter.name == COMMITS)
        added = upsert(session, Counter).from_select(["name", "value"], commits)
        added = added.on_conflict_do_update(index_elements=["name"], set_={"value": added.excluded.value})
        session.connection().execute(added)


def _tables() -> list[Table]:
    """Return the tables, none before those that it refers to."""
    return SQLModel.metadata.sorted_tables


def _as_written(table: Table) -> tuple[Any, ...]:
    """Return the order in which rows are written: articles as they came in, for a file numbers them so, and others by
    their keys, each behind those before it."""
    return (came(), table.c.id) if table.name == Article.__tablename__ else tuple(table.primary_key)


def _is_of_archive(table: Table) -> ColumnElement[bool]:
    """Return what holds of rows that are the archive's: what a database counts for itself is not."""
    return table.c.name.not_in([COMMITS, _COPIED]) if table.name == Counter.__tablename__ else true()


def _pages(session: Session, table: Table, *order: Any) -> Generator[list[_Row], None, None]:
    """Return the rows in an order, many at a time."""
    connection = session.connection()
    wanted = core_select(*table.columns).where(_is_of_archive(table)).order_by(*order)
    written = str(wanted.compile(connection, compile_kwargs={"literal_binds": True}))
    return read_pages(connection, written, size=_AT_ONCE)


def _put_pages(connection: Connection, table: Table, pages: Iterator[list[_Row]]) -> int:
    with _naming_refused(connection, table):
        count = insert_pages(connection, table, pages)
    _go_on_counting(connection, table)
    return count


@contextmanager
def _naming_refused(connection: Connection, table: Table) -> Iterator[None]:
    """Raise `StorageFailed` where the table cannot hold a value."""
    try:
        yield
    except (DataError, connection.dialect.loaded_dbapi.DataError) as error:
        said = " ".join(str(getattr(error, "orig", error)).split())
        raise StorageFailed(f"A row of table {table.name} cannot be taken: {said}") from error


def _refuse_filled(session: Session) -> None:
    """Raise where there is anything but the name of a history, which every new archive has."""
    for table in _tables():
        if table.name != Lineage.__tablename__ and _how_many(session, table):
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
