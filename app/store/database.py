"""The SQLite file: connections, pragmas, transactions, migrations. Many readers, one writer, and neither waits.

A transaction opens and closes in `reading()` or `writing()`; what is called inside takes the session and never commits.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlmodel import Session

# How long a writer waits for another: ingest batches and receipts hold the lock for well under a second.
_BUSY_SECONDS = 30


class Database:
    """Takes the path, makes no file before it is used. Call `migrate()` before anything else on a new one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            pool_size=8,
            max_overflow=-1,
        )
        # The same pool; only the way its transactions begin differs.
        self._writer = self._engine.execution_options(immediate=True)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        self._idle: list[sqlite3.Connection] = []
        # A connection that never writes: SQLite tells each one of the commits of all others.
        self._watch: sqlite3.Connection | None = None
        self._watching = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot: what is committed meanwhile is not seen."""
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Committed at the end of the block, rolled back where it raises.

        BEGIN IMMEDIATE: a transaction that reads first and writes later would fail at once when another one wrote.
        """
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def rows(self, statement: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Of one statement that reads, outside of any session: SQLAlchemy takes four times as long to fetch a page of
        texts as SQLite does."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            self._idle.append(connection)

    def migrate(self) -> None:
        """Bring the schema to the newest revision; safe to call from several processes at once."""
        from app.store.migrations import HEAD, upgrade

        with self._engine.connect() as connection:
            if _revision(connection) == HEAD:
                return
        with self.connecting() as connection:
            upgrade(connection)

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        """A writing transaction without a session, for the migrations: the tables may not be there yet."""
        self._use_write_ahead_log()
        with self._writer.begin() as connection:
            yield connection

    def version(self) -> int:
        """Moves when anyone has committed, in this process or another; says nothing about what. Takes microseconds."""
        with self._watching:
            if self._watch is None:
                self._watch = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, check_same_thread=False)
        _prepare(connection, None)
        return connection

    def _use_write_ahead_log(self) -> None:
        """Kept in the file itself, so once is enough; it cannot be set inside a transaction."""
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, never by the driver
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    # Address space, not memory: pages are read from the file's own cache.
    connection.execute("PRAGMA mmap_size = 1073741824")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _revision(connection: Connection) -> str | None:
    known = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
    if known is None:
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None
