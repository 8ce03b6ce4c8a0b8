"""Articles out of sight and back, from the one who asks for it to rows and index. One function for all ways in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.archive import Archive
from app.ingest.indexing import PATIENCE, index_in_time
from app.store import withdrawals
from app.store.changes import forget_ids
from app.store.linking import settle_entities
from app.store.tables import Withdrawal
from app.store.withdrawals import Kind


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """`indexed`: searches show it, and of what was erased nothing is left, but in the pages of a shared database, which
    are written anew later (`erasing`); else who holds the index will see to it."""

    taken: list[Withdrawal]
    indexed: bool


def change_status(
    archive: Archive, kind: Kind, ids: Sequence[str], reason: str | None, by: str, patience: float = PATIENCE
) -> Withdrawing:
    """Withdraw, restore or erase all of these articles, or none. Raises as `withdrawals` does, before anything is
    changed; waits so many seconds for the index."""
    from app.ingest.rules import RULES  # loads the resolver, which who only reads does without

    at = datetime.now(UTC).isoformat(timespec="seconds")
    with archive.database.writing() as session:
        taken = [_ACTS[kind](session, id, reason, by, at) for id in dict.fromkeys(ids)]
        settle_entities(session, RULES)
        if kind == "erase":
            forget_ids(session)
    return Withdrawing(taken, index_in_time(archive, patience))


_ACTS = {"withdraw": withdrawals.withdraw, "restore": withdrawals.restore, "erase": withdrawals.erase}
