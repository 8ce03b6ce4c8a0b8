"""Receipts of index commits: which generation of the index holds all changes up to which sequence number."""

from __future__ import annotations

from sqlalchemy import delete, insert, true
from sqlmodel import Session, col, select

from app.store.tables import IndexCommit

# The one on disk, the one to come, and a few in case an older state of the folder comes back.
_KEPT = 8


OF_ONE_INDEX = 16
"""With so many characters begin the tokens of one index, where there are several of the same rows."""


def add_receipt(session: Session, token: str, generation: int, sequence: int, *, of_one_index: bool = False) -> None:
    """A promise of this or a later generation that was made before is dead: a crash came first. `of_one_index`: those
    of other machines stay."""
    same = col(IndexCommit.index).startswith(token[:OF_ONE_INDEX]) if of_one_index else true()
    dead = delete(IndexCommit).where(same, ~col(IndexCommit.generation).between(generation - _KEPT, generation - 1))
    session.connection().execute(dead)
    session.connection().execute(insert(IndexCommit).values(index=token, generation=generation, sequence=sequence))


def find_receipt(session: Session, token: str, generation: int) -> int | None:
    """The sequence number that this commit holds; None where none was promised under that token."""
    receipt = session.get(IndexCommit, (token, generation))
    return receipt.sequence if receipt is not None else None


def has_receipts(session: Session) -> bool:
    """Return whether the index ever held anything."""
    return session.exec(select(IndexCommit.generation).limit(1)).first() is not None
