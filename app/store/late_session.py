"""A session over the file that is SQLAlchemy's only for who asks it for more than rows.

Most reads write their statements out (`plain.py`), and SQLite answers those sooner than a session is made. Whatever one
is asked, it is of one moment: SQLAlchemy goes on in the transaction that was begun for plain reads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    # It is used as one, and is none: a class of SQLAlchemy's would load it for those who never ask for more than rows.
    from sqlmodel import Session
else:
    Session = object

MakeSession = Callable[[sqlite3.Connection | None], Session]
"""Makes a session of SQLAlchemy, in the transaction of a connection where one is given."""

_MOST_IDLE = 8
"""As many as a pool keeps: each has pages of the file in memory."""


class LateSession(Session):
    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        idle: list[sqlite3.Connection],
        make: MakeSession,
        info: dict[str, Any],
    ) -> None:
        """`idle` are connections that no session has."""
        self.__dict__["info"] = info
        self._connect, self._idle, self._make = connect, idle, make
        self._lent: sqlite3.Connection | None = None
        self._made: Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        """Ask the session of SQLAlchemy, which has what this one lacks."""
        if self._made is None:
            self._made = self._make(self._lent)
        return getattr(self._made, name)

    def connected(self) -> sqlite3.Connection:
        """Return the connection of this session, in its transaction."""
        if self._lent is None:
            if self._made is not None:
                made: Any = self._made.connection().connection
                return made.driver_connection  # type: ignore[no-any-return]
            try:
                lent = self._idle.pop()
            except IndexError:
                lent = self._connect()
            self._lent = lent
            lent.execute("BEGIN")
        return self._lent

    def close(self) -> None:
        try:
            if self._made is not None:
                self._made.close()
        finally:
            lent, self._lent = self._lent, None
            if lent is not None:
                lent.rollback()
                if len(self._idle) < _MOST_IDLE:
                    self._idle.append(lent)
                else:
                    lent.close()
