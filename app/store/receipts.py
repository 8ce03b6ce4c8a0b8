"""Receipts of index commits: which generation of an index holds all changes up to which sequence number."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, col, select

from app.store.tables import IndexCommit

# The one on disk, the one to come, and a few in case an older state of the folder comes back.
_KEPT = 8


def write(session: Session, index: str, generation: int, sequence: int) -> None:
    statement = insert(IndexCommit).values(index=index, generation=generation, sequence=sequence)
    changed = {"sequence": statement.excluded.sequence}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["index", "generation"], set_=changed))
    old = delete(IndexCommit).where(col(IndexCommit.index) == index, col(IndexCommit.generation) < generation - _KEPT)
    session.connection().execute(old)


def read(session: Session, index: str, generation: int) -> int | None:
    """The sequence number that this generation holds; None where it was never promised one."""
    receipt = session.get(IndexCommit, (index, generation))
    return receipt.sequence if receipt is not None else None


def are_there(session: Session, index: str) -> bool:
    """Whether this index ever held anything."""
    return session.exec(select(IndexCommit.generation).where(IndexCommit.index == index).limit(1)).first() is not None
