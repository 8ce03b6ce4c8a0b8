"""Changes as they are shown to whoever keeps a copy: what happened, and what the article or entity is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlmodel import Session

from app.ids import ChangedType
from app.read.articles import article_view
from app.read.entities import entity_summary
from app.read.kinds import ChangeKind
from app.read.models import ArchiveChange, ordered
from app.store import articles, changes, tables
from app.store import entities as named
from app.store.changes import Changed, LastWithdrawal
from app.store.decisions import survivors
from app.store.sequence import newest

_Told = Mapping[str, object]
"""Fields of a `ArchiveChange`; one that is None is left out."""
MOST_BYTES = 20_000_000
"""Of one answer, unless one article alone has more."""


@dataclass(frozen=True, slots=True)
class Changes:
    """`next_since` is the number from which to go on, `latest` that of the newest change; `more` is there already."""

    rows: list[ArchiveChange]
    next_since: int
    latest: int
    more: bool
    history: str


def changes_since(
    session: Session, since: int, *, limit: int, history: str | None = None, type: ChangedType | None = None
) -> Changes:
    """Return what changed after the number `since`, in order. Raises `HistoryUnknown` where that is not of `history`,
    or was not given yet."""
    changes.check_history(session, since, history)
    found = changes.changed_since(session, since, limit + 1, type)
    taken = _fitting(session, found[:limit])
    latest, more = newest(session), len(found) > len(taken)
    rows = list(_change_views(session, taken, since))
    return Changes(rows, taken[-1].sequence if more else latest, latest, more, changes.lineage(session))


def _fitting(session: Session, found: Sequence[Changed]) -> Sequence[Changed]:
    """Return the first of these, as many as an answer holds."""
    sizes = articles.sizes(session, _ids_of_type(found, "article"))
    size = 0
    for number, each in enumerate(found):
        size += sizes.get(each.id, 0) if each.type == "article" else 0
        if size > MOST_BYTES and number:
            return found[:number]
    return found


def _ids_of_type(found: Iterable[Changed], type: ChangedType) -> list[str]:
    return [each.id for each in found if each.type == type]


def _change_views(session: Session, found: Sequence[Changed], since: int) -> Iterator[ArchiveChange]:
    """Yield the rows of an answer. Articles are loaded one by one: a page of them may be long."""
    withdrawn = changes.last_withdrawals(session, _ids_of_type(found, "article"))
    ids = _ids_of_type(found, "entity")
    noted, known, became = (
        changes.entity_changes(session, ids),
        named.load_entities(session, ids),
        survivors(session, ids),
    )
    for sequence, type, id in found:
        if type == "article":
            told = _article_change(session, session.get_one(tables.Article, id), withdrawn.get(id), since)
        elif (entity := known.get(id)) is not None and entity.article_count:
            told = {
                "change": _entity_kind(noted[id], since),
                "added": noted[id].added,
                "entity": entity_summary(entity),
            }
        else:
            told = _entity_gone(session, id, became[id])
        view = {"sequence": sequence, "type": type, "id": id, **told}
        yield ordered(
            ArchiveChange, cast(ArchiveChange, {name: value for name, value in view.items() if value is not None})
        )


def _article_change(session: Session, row: tables.Article, last: LastWithdrawal | None, since: int) -> _Told:
    if row.status != "published":
        kind = "erased" if row.status == "erased" else "withdrawn"
        return {"change": kind, "reason": last.reason if last is not None else None}
    shown = article_view(session, row)
    session.expunge(row)
    return {"change": _article_kind(row, last, since), "added": _added(row), "article": shown}


def _added(row: tables.Article) -> int:
    """Return the number at which the article came; of one from before they were noted, the first that there is."""
    return row.added or 1


def _article_kind(row: tables.Article, last: LastWithdrawal | None, since: int) -> ChangeKind:
    if _added(row) > since:
        return "added"
    if last is not None and last.kind == "restore" and (last.sequence or 0) > since:
        return "restored"
    return "revised" if row.revised > since else "names"


def _entity_kind(noted: tables.EntityChange, since: int) -> ChangeKind:
    if noted.added > since:
        return "added"
    return "renamed" if noted.renamed > since else "counted"


def _entity_gone(session: Session, id: str, taken: str) -> _Told:
    if (hashed := changes.hash_of(id)) is not None:
        return {"change": "erased", "id": None, "id_sha256": hashed}
    if taken != id:
        return {"change": "moved", "moved_to": taken}
    entity = session.get(tables.Entity, id)
    return {"change": "hidden" if entity is not None and entity.hidden else "removed"}
