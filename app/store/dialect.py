"""What SQLite and PostgreSQL say in different words, so that a statement is put together once for both. Those that are
written out: `written.py`.

What is PostgreSQL's own is imported where a connection speaks it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, MetaData, Table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, SQLModel

from app.store.written import in_postgres

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""A number that may pass 31 bits. SQLite has one type for all numbers, and its tables stay as they are."""


def upsert(session: Session, model: type[SQLModel]) -> Any:
    """Return an INSERT that can be told what to do with a row that is there: `on_conflict_do_nothing` or `…_update`."""
    if session.connection().dialect.name == "sqlite":
        return sqlite.insert(model)
    # Here, as it costs a start that has no use for it.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(model)


def read_pages(
    connection: Connection, statement: str, values: Sequence[Any] = (), *, size: int
) -> Generator[list[tuple[Any, ...]], None, None]:
    """Yield rows as the driver gives them, so many at a time: SQLite has numbers for booleans, and JSON is its text.
    The statement is written out as `run_written` takes it; one is read at a time."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        with closing(driver.execute(statement, values)) as cursor:
            while page := cursor.fetchmany(size):
                yield page
        return
    from psycopg.types.string import TextBinaryLoader

    with driver.cursor("pages") as cursor:
        cursor.adapters.register_loader("json", TextBinaryLoader)
        cursor.execute(in_postgres(statement), values, binary=True)
        while page := cursor.fetchmany(size):
            yield page


def insert_pages(connection: Connection, table: Table, pages: Iterable[list[tuple[Any, ...]]]) -> int:
    """Insert rows of all columns, as `read_pages` has them. Returns how many; raises the driver's `DataError` at a
    value that the table cannot hold."""
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        insert = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'
        return sum(driver.executemany(insert, page).rowcount for page in pages)
    from psycopg.types.string import StrDumper

    with driver.cursor() as cursor:
        # Its own, which refuses NUL, in place of the one that bears it.
        cursor.adapters.register_dumper(str, StrDumper)
        # As text: of numbers in binary form the driver cuts off what a column has no room for.
        with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
            for page in pages:
                for row in page:
                    copy.write_row(row)
        return int(cursor.rowcount)


def given_as(column: Column[Any]) -> str:
    """Return the ? of a statement that is written out, for a value as `read_pages` has it."""
    return "CAST(CAST(? AS INTEGER) AS BOOLEAN)" if isinstance(column.type, Boolean) else "?"


_ON_POSTGRES = "where_on_postgres"


def partial(condition: str, postgres: str | None = None) -> dict[str, Any]:
    """Return the options of an index of the rows that meet the condition, where PostgreSQL has other words for it.

    SQLAlchemy loads all of PostgreSQL's words as soon as it reads an option of that name: see `partial_on_postgres`.
    """
    return {"sqlite_where": text(condition), "info": {_ON_POSTGRES: postgres or condition}}


def partial_on_postgres(metadata: MetaData) -> None:
    """Make the indexes of some rows what `partial` says, before they are made in PostgreSQL."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if _ON_POSTGRES in index.info:
                index.dialect_options["postgresql"]["where"] = text(index.info[_ON_POSTGRES])


class byte_length(FunctionElement[int]):  # noqa: N801 -- called as the functions of SQL are
    """How many bytes a text or a JSON column takes; `length` counts characters."""

    type = Integer()
    inherit_cache = True
    name = "byte_length"


@compiles(byte_length, "sqlite")
def _byte_length_on_sqlite(element: byte_length, compiler: SQLCompiler, **options: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"


@compiles(byte_length, "postgresql")
def _byte_length_on_postgres(element: byte_length, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length(CAST({compiler.process(element.clauses, **options)} AS TEXT))"


class later_of(FunctionElement[str]):  # noqa: N801 -- called as the functions of SQL are
    """The greater of two values in one row. SQLite's `max` does both this and the greatest of all rows."""

    inherit_cache = True
    name = "later_of"


@compiles(later_of, "sqlite")
def _later_of_on_sqlite(element: later_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


@compiles(later_of, "postgresql")
def _later_of_on_postgres(element: later_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **options)})"


WITH_INITIAL = partial(
    "surname IS NOT NULL AND name GLOB '* [A-Z]. *'", postgres=r"surname IS NOT NULL AND name ~ ' [A-Z]\. '"
)
"""Of `ArticleEntity`: people with a middle initial."""


class has_initial(FunctionElement[bool]):  # noqa: N801 -- called as the functions of SQL are
    """Whether the row is in the index of `WITH_INITIAL`: in the very words of the index, or it is not found."""

    type = Boolean()
    inherit_cache = True
    name = "has_initial"


@compiles(has_initial)
def _has_initial(_element: has_initial, compiler: SQLCompiler, **options: Any) -> str:
    on_sqlite = compiler.dialect.name == "sqlite"
    return compiler.process(
        WITH_INITIAL["sqlite_where"] if on_sqlite else text(WITH_INITIAL["info"][_ON_POSTGRES]), **options
    )


class instr(FunctionElement[int]):  # noqa: N801 -- called as the functions of SQL are
    """Where the second text stands in the first, from 1; 0 where it does not."""

    type = Integer()
    inherit_cache = True
    name = "instr"


@compiles(instr, "postgresql")
def _instr_on_postgres(element: instr, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


@compiles(instr, "sqlite")
def _instr_on_sqlite(element: instr, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


class is_day(FunctionElement[bool]):  # noqa: N801 -- called as the functions of SQL are
    """Whether a text is a day of the calendar, `2024-02-29`."""

    type = Boolean()
    inherit_cache = True
    name = "is_day"


@compiles(is_day, "sqlite")
def _is_day_on_sqlite(element: is_day, compiler: SQLCompiler, **options: Any) -> str:
    day = compiler.process(element.clauses, **options)
    return f"date({day}) = {day}"


@compiles(is_day, "postgresql")
def _is_day_on_postgres(element: is_day, compiler: SQLCompiler, **options: Any) -> str:
    """A day that there cannot be would be an error, and no false."""
    day = compiler.process(element.clauses, **options)
    last = f"CAST(substr({day}, 1, 7) || '-01' AS date) + CAST('1 month -1 day' AS interval)"
    form = "'^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'"
    within = f"CAST(substr({day}, 9) AS integer) <= date_part('day', {last})"
    return f"CASE WHEN {day} ~ {form} THEN {within} ELSE false END"


class came(FunctionElement[int]):  # noqa: N801 -- called as the functions of SQL are
    """Of `Article`: a number that grows as they came in. SQLite numbers rows as they are inserted, and archives of
    before have no number of their own; a revision updates its row, and none is ever deleted."""

    type = BIG
    inherit_cache = True
    name = "came"


@compiles(came, "sqlite")
def _came_on_sqlite(_element: came, _compiler: SQLCompiler, **_options: Any) -> str:
    return "article.rowid"


@compiles(came, "postgresql")
def _came_on_postgres(_element: came, _compiler: SQLCompiler, **_options: Any) -> str:
    return "coalesce(article.added, 0)"
