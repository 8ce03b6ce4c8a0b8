"""Sequence numbers: every changed row gets the next one, and the index says up to which it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store.plain import select_plain
from app.store.written import run_written

if TYPE_CHECKING:
    from sqlmodel import Session

_TAKE = (
    "INSERT INTO counter (name, value) VALUES ('sequence', ?) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)


def next_sequence(session: Session, count: int = 1) -> int:
    """The first of `count` new numbers in a row. Inside `writing()`: a number is never given twice."""
    last: int = run_written(session.connection(), _TAKE, (count,)).scalar_one()
    return last - count + 1


def newest(session: Session) -> int:
    """The number of the last change; 0 where there was none."""
    found = select_plain(session, "SELECT value FROM counter WHERE name = 'sequence'")
    return int(found[0][0]) if found else 0


def count_changed_after(session: Session, sequence: int) -> int:
    return int(select_plain(session, "SELECT count(*) FROM article WHERE sequence > ?", (sequence,))[0][0])
