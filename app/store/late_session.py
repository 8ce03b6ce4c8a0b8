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


class LateSession(Session):
    def __init__(self, engine: Engine, info: dict[str, Any]) -> None:
        self.__dict__["info"] = info
        self._unmade: Engine | None = engine
        self._lent: PoolProxiedConnection | None = None
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
            self._lent = self._unmade.raw_connection()
            _driver(self._lent).execute("BEGIN")
        return _driver(self._lent)

    def close(self) -> None:
        try:
            if self._unmade is None:
                super().close()
        finally:
            if self._lent is not None:
                # The pool takes it back, and ends the transaction.
                self._lent.close()


def _driver(connection: PoolProxiedConnection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.driver_connection)
