"""Short names that an article explains: an acronym stands for one thing where all that explain it agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.ids import unscoped
from app.store.bulk import select_in
from app.store.contexts import Contexts
from app.store.identity import EVERYWHERE, Change, Meaning, RuleName, told_by
from app.store.tables import Acronym


@dataclass(frozen=True, slots=True)
class Stated:
    """Tells what a short name stands for. A bare name is told about without the article it is scoped to, once for
    all."""

    name: RuleName = "stated"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        session = contexts.session
        shorts = {unscoped(key) for key in change.touched} | _standing_for(session, change.moved)
        longs = _agreed(session, shorts)
        meant = told_by(session, "diminutive", longs.values()) | told_by(session, "type", longs.values())
        entities = {short: meant.get(long, {}).get(EVERYWHERE, long) for short, long in longs.items()}
        return {short: _meaning(short, entities.get(short, short)) for short in shorts}


def explained_in(session: Session, article_ids: Iterable[str]) -> set[str]:
    """Return the short names that these articles explain."""
    return set(select_in(session, select(Acronym.short).distinct(), Acronym.article_id, article_ids))


def _meaning(short: str, entity_id: str) -> Meaning:
    return {EVERYWHERE: entity_id} if entity_id != short else {}


def _agreed(session: Session, shorts: Iterable[str]) -> dict[str, str]:
    """Return the long form of each, where it is one in all articles."""
    longs = select(Acronym.short, func.min(Acronym.long)).group_by(col(Acronym.short))
    one = longs.having(func.min(Acronym.long) == func.max(Acronym.long))
    return dict(select_in(session, one, Acronym.short, shorts))


def _standing_for(session: Session, longs: Iterable[str]) -> set[str]:
    return set(select_in(session, select(Acronym.short).distinct(), Acronym.long, longs))
