"""Sequence numbers: every changed row gets the next one, and the index says up to which it has come."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

_TAKE = text(
    "INSERT INTO counter (name, value) VALUES ('sequence', :count) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + :count RETURNING value"
)


def next_sequence(session: Session, count: int = 1) -> int:
    """The first of `count` new numbers in a row. Inside `writing()`: a number is never given twice."""
    last: int = session.connection().execute(_TAKE, {"count": count}).scalar_one()
    return last - count + 1


def newest(session: Session) -> int:
    """The number of the last change; 0 where there was none."""
    value = session.connection().execute(text("SELECT value FROM counter WHERE name = 'sequence'")).scalar()
    return int(value or 0)
