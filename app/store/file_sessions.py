"""SQLAlchemy over the file: its engines, how transactions begin, and sessions. Loaded by the first who asks for more
than rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel import Session

from app.store.compiled import COMPILED, DRIVER

Connect = Callable[[], sqlite3.Connection]


class FileSessions:
    def __init__(self, path: Path, connect: Connect, connect_to_scan: Connect, info: dict[str, Any]) -> None:
        self._engine = _new_engine(path, connect, pool_size=8, max_overflow=-1)
        # The same pool; only the way its transactions begin differs.
        self._writer = self._engine.execution_options(immediate=True)
        self._scanner = _new_engine(path, connect_to_scan, poolclass=NullPool)
        self._info = info
        # What SQLAlchemy learns of a database it learns from the first connection of the pool.
        self._engine.connect().close()

    def read(self, begun: sqlite3.Connection | None) -> Session:
        """Make a session that reads; it goes on in the transaction of `begun`, where one was."""
        source = self._engine if begun is None else Connection(self._engine, _Lent(begun))
        return Session(source, expire_on_commit=False, info=self._info)

    def scan(self) -> Session:
        return Session(self._scanner, expire_on_commit=False, info=self._info)

    def write(self) -> Session:
        return Session(self._writer, expire_on_commit=False, info=self._info)

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        """A writing transaction without a session."""
        with self._writer.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()


class _Lent(PoolProxiedConnection):
    """A connection of whoever goes on with it afterwards: no pool has it."""

    is_valid = True

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.dbapi_connection: Any = driver
        self.driver_connection: Any = driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.dbapi_connection, name)

    def close(self) -> None:
        """Leave it open."""


def _new_engine(path: Path, connect: Connect, **pool: Any) -> Engine:
    engine = create_engine(
        f"{DRIVER}:///{path}",
        creator=connect,
        execution_options={"compiled_cache": COMPILED},
        hide_parameters=True,  # they are what people search for, and would stand in logs
        **pool,
    )
    event.listen(engine, "begin", _begin_transaction)
    return engine


def _begin_transaction(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:
        return  # begun for plain reads
    immediate = connection.get_execution_options().get("immediate", False)
    if immediate:
        # 64 MB keep a batch of an ingest from being written out in its midst. Who only reads needs none, and is many.
        connection.exec_driver_sql("PRAGMA cache_size = -65536")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
