"""Receipts of index commits: which generation of the index holds all changes up to which sequence number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store.plain import select_plain
from app.store.written import run_written

if TYPE_CHECKING:
    from sqlmodel import Session

# The one on disk, the one to come, and a few in case an older state of the folder comes back.
_KEPT = 8


OF_ONE_INDEX = 16
"""With so many characters begin the tokens of one index, where there are several of the same rows."""


def add_receipt(session: Session, token: str, generation: int, sequence: int, *, of_one_index: bool = False) -> None:
    """A promise of this or a later generation that was made before is dead: a crash came first. `of_one_index`: those
    of other machines stay."""
    beginning = token[:OF_ONE_INDEX] if of_one_index else ""
    run_written(session.connection(), _FORGET, (len(beginning), beginning, generation - _KEPT, generation - 1))
    run_written(session.connection(), _PROMISE, (token, generation, sequence))


def find_receipt(session: Session, token: str, generation: int) -> int | None:
    """The sequence number that this commit holds; None where none was promised under that token."""
    found = select_plain(session, _PROMISED, (token, generation))
    return int(found[0][0]) if found else None


def has_receipts(session: Session) -> bool:
    """Return whether the index ever held anything."""
    return bool(select_plain(session, "SELECT 1 FROM index_commit LIMIT 1"))


_PROMISE = 'INSERT INTO index_commit ("index", generation, sequence) VALUES (?, ?, ?)'
_PROMISED = 'SELECT sequence FROM index_commit WHERE "index" = ? AND generation = ?'
_FORGET = 'DELETE FROM index_commit WHERE substr("index", 1, ?) = ? AND NOT generation BETWEEN ? AND ?'
