"""A session over the file that is SQLAlchemy's only for who asks it for more than rows.

Most reads write their statements out (`plain.py`), and SQLite answers those sooner than a session is made. Whatever one
is asked, it is of one moment: SQLAlchemy goes on in the transaction that was begun for plain reads.
"""

from __future__ import annotations

import sqlite3
from typing import Any, cast

from sqlalchemy import Connection, Engine, Pool
from sqlalchemy.pool import PoolProxiedConnection
from sqlmodel import Session

_MOST_IDLE = 8
"""As many as a pool keeps: each has pages of the file in memory."""


class LateSession(Session):
    def __init__(self, engine: Engine, idle: list[PoolProxiedConnection], info: dict[str, Any]) -> None:
        """`idle` are connections that no session has. The pool need not be asked for each read: it takes longer to lend
        one than SQLite does to answer."""
        self.__dict__["info"] = info
        self._unmade: Engine | None = engine
        self._idle, self._lent = idle, cast("PoolProxiedConnection | None", None)
        self.pool: Pool = engine.pool
        """The connections to the file."""

    def __getattr__(self, name: str) -> Any:
        """Make the session of SQLAlchemy, which has what this one lacks."""
        engine, self._unmade = self._unmade, None
        if engine is None:
            raise AttributeError(name)
        super().__init__(engine if self._lent is None else Connection(engine, self._lent), expire_on_commit=False)
        return getattr(self, name)

    def connected(self) -> sqlite3.Connection:
        """Return the connection of this session, in its transaction."""
        if self._lent is None:
            if self._unmade is None:
                return _driver(self.connection().connection)
            try:
                self._lent = self._idle.pop()
            except IndexError:
                self._lent = self._unmade.raw_connection()
            _driver(self._lent).execute("BEGIN")
        return _driver(self._lent)

    def close(self) -> None:
        try:
            if self._unmade is None:
                super().close()
        finally:
            lent, self._lent = self._lent, None
            if lent is not None:
                _driver(lent).rollback()
                if len(self._idle) < _MOST_IDLE:
                    self._idle.append(lent)
                else:
                    lent.close()


def _driver(connection: PoolProxiedConnection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.driver_connection)
