"""What changed since: the numbers by which a copy of the archive is kept.

An article stands at the number of its last change, an entity at that of its own. So a reader that goes on from the last
number it saw is told of all that changed, each once and as it is now. Numbers are given inside of the transaction that
makes the change, and one writes at a time: their order is that of the commits, and none comes up below one that was
read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import delete, literal, text
from sqlmodel import Session, col, select

from app.errors import HistoryUnknown
from app.ids import ChangedType
from app.store.bulk import insert_rows, select_in
from app.store.decisions import survivors
from app.store.sequence import newest, next_sequence
from app.store.tables import Article, Entity, EntityChange, Lineage, Withdrawal

_HASHED = "sha256:"
_SHOWN: tuple[Any, ...] = (
    Entity.name, Entity.country, Entity.article_count, Entity.mention_count, Entity.first_date, Entity.last_date,
    Entity.role,
)  # fmt: skip
_LATER = "CASE WHEN excluded.{0} > entity_change.{0} THEN excluded.{0} ELSE entity_change.{0} END"
_IN_PLACE = (
    "ON CONFLICT (entity_id) DO UPDATE SET sequence = excluded.sequence, "
    f"added = {_LATER.format('added')}, renamed = {_LATER.format('renamed')}"
)
_HASH = text("UPDATE entity_change SET entity_id = :hash WHERE entity_id = :id")


class Changed(NamedTuple):
    """An article or entity, and the number of its last change."""

    sequence: int
    type: ChangedType
    id: str


class LastWithdrawal(NamedTuple):
    """As `Withdrawal`."""

    kind: str
    reason: str | None
    sequence: int | None


@contextmanager
def noting_entities(session: Session, ids: Collection[str]) -> Iterator[None]:
    """Number those of these entities that are shown otherwise after the block than before. Inside `writing()`."""
    before = _shown_values(session, ids)
    yield
    after = _shown_values(session, ids)
    differing = sorted(id for id in {*before, *after} if before.get(id) != after.get(id))
    if not differing:
        return
    rows = []
    for sequence, id in enumerate(differing, next_sequence(session, len(differing))):
        was, now = before.get(id), after.get(id)
        is_added = was is None
        is_renamed = is_added or (now is not None and was is not None and now[0] != was[0])
        added, renamed = sequence * is_added, sequence * is_renamed
        rows.append({"entity_id": id, "sequence": sequence, "added": added, "renamed": renamed})
    insert_rows(session, EntityChange, rows, _IN_PLACE)


def changed_since(session: Session, since: int, limit: int, type: ChangedType | None = None) -> list[Changed]:
    """Return what changed after the number `since`, in the order of the changes."""
    wanted: dict[ChangedType, Any] = {
        "article": select(Article.sequence, literal("article"), Article.id).where(Article.sequence > since),
        "entity": select(EntityChange.sequence, literal("entity"), EntityChange.entity_id).where(
            EntityChange.sequence > since
        ),
    }
    asked = [wanted[each] for each in wanted if type in (None, each)]
    found = (session.exec(each.order_by(each.selected_columns[0]).limit(limit)) for each in asked)
    return [Changed(*row) for row in islice(merge(*(map(tuple, rows) for rows in found)), limit)]


def entity_changes(session: Session, ids: Iterable[str]) -> dict[str, EntityChange]:
    """Return when these changed."""
    return {each.entity_id: each for each in select_in(session, select(EntityChange), EntityChange.entity_id, ids)}


def last_withdrawals(session: Session, ids: Iterable[str]) -> dict[str, LastWithdrawal]:
    """Return what was done last to those of the articles that were ever out of sight."""
    columns: tuple[Any, ...] = (
        Withdrawal.article_id, Withdrawal.number, Withdrawal.kind, Withdrawal.reason, Withdrawal.sequence,
    )  # fmt: skip
    found = sorted(select_in(session, select(*columns), Withdrawal.article_id, ids), key=itemgetter(1))
    return {id: LastWithdrawal(*values) for id, _, *values in found}


def lineage(session: Session) -> str:
    """Return the name of the history that the numbers are of."""
    return session.exec(select(Lineage.id)).one()


def check_history(session: Session, since: int, history: str | None) -> None:
    """Raise `HistoryUnknown` for a number that was not given yet, or in another history than this."""
    latest = newest(session)
    if since > latest:
        raise HistoryUnknown(f"The newest change has the number {latest}, and {since} was not given yet.")
    if history not in (None, lineage(session)):
        raise HistoryUnknown(f"The number {since} was given by another archive, or before a backup was restored.")


def forget_ids(session: Session) -> None:
    """Put the hash of its id in place of each entity that is gone and became no other: an id is made of a name, and
    those that an erased article alone had are to be nowhere."""
    gone = select(EntityChange.entity_id).where(
        col(EntityChange.entity_id).not_in(select(Entity.id)), ~col(EntityChange.entity_id).startswith(_HASHED)
    )
    for id, taken in survivors(session, session.exec(gone).all()).items():
        if taken == id:
            hashed = _HASHED + sha256(id.encode()).hexdigest()
            # One that came again and went again was hashed before.
            session.connection().execute(delete(EntityChange).where(col(EntityChange.entity_id) == hashed))
            session.connection().execute(_HASH, {"id": id, "hash": hashed})


def hash_of(id: str) -> str | None:
    """Return the hash that stands in place of an id, if one does."""
    return id.removeprefix(_HASHED) if id.startswith(_HASHED) else None


def _shown_values(session: Session, ids: Collection[str]) -> dict[str, tuple[Any, ...]]:
    shown = select(Entity.id, *_SHOWN).where(col(Entity.article_count) > 0, ~col(Entity.hidden))
    return {id: tuple(values) for id, *values in select_in(session, shown, Entity.id, ids)}
