"""Entities summed up over all articles: names, counts, dates, roles, and the forms under which articles name them.

All of it is computed from the rows of articles, and only where these changed: `mark_stale` notes which entities that
concerns, `sum_up` computes them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import case, exists, func, or_, update
from sqlmodel import Session, col, select

from app.ids import is_person
from app.store.bulk import delete_in, insert_rows, select_in
from app.store.changes import noting_entities
from app.store.decisions import Rulings, load_rulings
from app.store.dialect import is_day
from app.store.identity import EVERYWHERE
from app.store.plain import chunks
from app.store.tables import Alias, Article, ArticleEntity, Entity, Identity, Mention
from app.store.written import run_written
from app.text import fold

DisplayName = Callable[[Mapping[str, int]], str]
"""From the full forms of a name and how many articles have each to the one to show."""

# Others would be counted over and over. In 4,900 press releases they are 212 of 32,000, with 45 of 100 mentions.
_FEW = 100
_STALE = select(col(Entity.id)).where(col(Entity.stale).is_(True))


def mark_stale(session: Session, ids: Iterable[str]) -> None:
    """Mark these entities for `sum_up`."""
    for chunk in chunks(ids):
        session.connection().execute(update(Entity).where(col(Entity.id).in_(chunk)).values(stale=True))


def mark_all_stale(session: Session) -> None:
    session.connection().execute(update(Entity).values(stale=True))


def are_summed_up(session: Session) -> bool:
    """Return whether no entity is stale."""
    return session.exec(_STALE.limit(1)).first() is None


def count_stale(session: Session) -> int:
    """Return how many entities wait to be summed up."""
    return session.exec(select(func.count()).select_from(_STALE.subquery())).one()


def sum_up(session: Session, display_name: DisplayName, *, meanwhile: bool = False) -> int:
    """Sum up all stale entities; those that no article names any more go. Returns how many that were.

    `meanwhile`, in the midst of a long run, only entities with few mentions are: the rest would be done over and over.
    """
    ids = list(session.exec(_STALE.where(col(Entity.mention_count) <= _FEW) if meanwhile else _STALE))
    if not ids:
        return 0
    with noting_entities(session, ids):
        _sum_up_these(session, ids, display_name)
    return len(ids)


def _sum_up_these(session: Session, ids: Sequence[str], display_name: DisplayName) -> None:
    decided = load_rulings(session)
    names = _full_names(session, ids)
    surfaces = _surfaces(session, ids)
    shown = {id: _shown_name(id, names[id], surfaces[id], decided, display_name) for id in ids if id in surfaces}
    forms = {id: names[id].keys() | ({name} if id in decided.names else set()) for id, name in shown.items()}
    pinned = decided.pinned
    delete_in(session, Alias, Alias.entity_id, ids)
    aliases = (_alias_rows(id, forms[id], surfaces[id], pinned.get(id, ())) for id in shown)
    insert_rows(session, Alias, [alias for of_one in aliases for alias in of_one])
    delete_in(session, Entity, Entity.id, (id for id in ids if id not in shown))
    _update_entities(session, shown)


def count_aliases(session: Session, entity: Entity, upto: int | None = None) -> list[Alias]:
    """Count the forms of a name without storing them: in all articles, or in those unchanged since `upto`."""
    decided, id = load_rulings(session), entity.id
    names = _full_names(session, [id])[id].keys() | ({entity.name} if id in decided.names else set())
    surfaces = _surfaces(session, [id], upto).get(id, {})
    return [Alias(**alias) for alias in _alias_rows(id, names, surfaces, decided.pinned.get(id, ()))]


def _update_entities(session: Session, names: Mapping[str, str]) -> None:
    """Write the sums of each entity, and the name to show."""
    roles = _usual_roles(session, list(names))
    rows = [row | {"role": roles.get(row["entity_id"])} for row in _sums(session, list(names), names)]
    if rows:
        columns = [column for column in rows[0] if column != "entity_id"]
        assigned = ", ".join(f"{column} = ?" for column in columns)
        values = list(map(itemgetter(*columns, "entity_id"), rows))
        run_written(session.connection(), f"UPDATE entity SET {assigned} WHERE id = ?", values)


def _shown_name(
    id: str,
    names: Mapping[str, int],
    surfaces: Mapping[str, tuple[int, bool]],
    decided: Rulings,
    display_name: DisplayName,
) -> str:
    """Choose the name to show: an editor's, else of the full forms, else (all of it was split off another) of those in
    the texts."""
    if id in decided.names:
        return decided.names[id]
    return display_name(names or {text: count for text, (count, _) in surfaces.items()})


def _full_names(session: Session, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Count how many articles have each full form of each entity's name, short given names among them; what another
    article joined to it (an acronym) only where there is nothing else, and what was split off another not at all."""
    own: dict[str, dict[str, int]] = defaultdict(dict)
    joined: dict[str, dict[str, int]] = defaultdict(dict)
    has_the_name = exists().where(
        col(Identity.key) == col(ArticleEntity.key),
        col(Identity.article_id).in_((EVERYWHERE, col(ArticleEntity.article_id))),
        col(Identity.rule).in_(("namesake", "diminutive")),
        col(Identity.entity_id) == col(ArticleEntity.entity_id),
    )
    is_own = case((or_(col(ArticleEntity.entity_id) == col(ArticleEntity.key), has_the_name), 1), else_=0)
    wanted = (
        select(ArticleEntity.entity_id, is_own, ArticleEntity.name, func.count())
        .where(~col(ArticleEntity.split))
        .group_by(col(ArticleEntity.entity_id), is_own, col(ArticleEntity.name))
    )
    for id, mine, name, count in select_in(session, wanted, ArticleEntity.entity_id, ids):
        (own if mine else joined)[id][name] = count
    return defaultdict(dict, {**joined, **own})


def _sums(session: Session, ids: Sequence[str], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for chunk in chunks(ids):
        wanted = (
            select(
                ArticleEntity.entity_id,
                func.count(func.distinct(ArticleEntity.article_id)),
                func.sum(ArticleEntity.count),
                func.max(case((~col(ArticleEntity.split), col(ArticleEntity.country)))),
            )
            .where(col(ArticleEntity.entity_id).in_(chunk))
            .group_by(col(ArticleEntity.entity_id))
        )
        spans = _months(session, chunk)
        for id, articles, mentions, country in session.exec(wanted):
            name = names[id]
            yield {
                "entity_id": id,
                "name": name,
                "folded": fold(name),
                "country": country,
                "article_count": articles,
                "mention_count": mentions,
                "first_date": min((first for first, _, _ in spans[id]), default=None),
                "last_date": max((last for _, last, _ in spans[id]), default=None),
                "prominence": prominence((last, count) for _, last, count in spans[id]),
                "stale": False,
            }


def prominence(months: Iterable[tuple[str, int]]) -> float | None:
    """Say how much an entity is in the news, lately and in all: the logarithm of the number of its articles, one of
    which counts half of one that is a year younger. On that scale time moves all entities alike, so that what is stored
    today still compares next year. None without a dated article. `months` are dates and how many articles have them.
    """
    terms = [(int(date[:4]) + int(date[5:7] or 1) / 12, count) for date, count in months]
    if not terms:
        return None
    newest = max(year for year, _ in terms)
    return round(newest + math.log2(sum(count * 2 ** (year - newest) for year, count in terms)), 4)


def _months(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[str, str, int]]]:
    """Return first date, last date and number of articles, by entity and month; a date that no calendar has counts as
    none."""
    found: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    month = func.substr(Article.date, 1, 7)
    day = func.substr(col(Article.date).concat("-01-01"), 1, 10)
    counted = (
        select(
            ArticleEntity.entity_id,
            func.min(Article.date),
            func.max(Article.date),
            func.count(func.distinct(Article.id)),
        )
        .join(Article, col(Article.id) == col(ArticleEntity.article_id))
        .where(col(ArticleEntity.entity_id).in_(ids), day >= "0001", is_day(day))
        .group_by(col(ArticleEntity.entity_id), month)
    )
    for id, first, last, count in session.exec(counted):
        found[id].append((first or "", last or "", count))
    return found


def _usual_roles(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return what each person is most often said to be."""
    best: dict[str, tuple[int, str]] = {}
    counted = (
        select(Mention.entity_id, Mention.role, func.count(func.distinct(Mention.article_id)))
        .where(col(Mention.role).is_not(None))
        .group_by(col(Mention.entity_id), col(Mention.role))
    )
    for id, role, count in select_in(session, counted, Mention.entity_id, filter(is_person, ids)):
        best[id] = max(best.get(id, (0, "")), (count, role or ""))
    return {id: role for id, (_, role) in best.items()}


def _surfaces(session: Session, ids: Sequence[str], upto: int | None = None) -> dict[str, dict[str, tuple[int, bool]]]:
    """Count how each entity is written, line breaks as spaces, and say whether it is a demonym there.

    With `upto`, only in articles unchanged since.
    """
    found: dict[str, dict[str, tuple[int, bool]]] = defaultdict(dict)
    demonym = func.max(case((col(Mention.rule) == "demonym", 1), else_=0))
    grouped = (col(Mention.entity_id), col(Mention.surface))
    wanted = select(Mention.entity_id, Mention.surface, func.count(), demonym).group_by(*grouped)
    if upto is not None:
        wanted = wanted.join(Article, col(Article.id) == col(Mention.article_id)).where(Article.sequence <= upto)
    for id, surface, count, is_demonym in select_in(session, wanted, Mention.entity_id, ids):
        text = " ".join(surface.split())
        before, was_demonym = found[id].get(text, (0, False))
        found[id][text] = (before + count, was_demonym or bool(is_demonym))
    return found


def _alias_rows(
    id: str, names: Collection[str], surfaces: Mapping[str, tuple[int, bool]], pinned: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Make rows of the forms in the texts, and of full forms that stand in none (India, where only Indians are spoken
    of)."""
    meant = {fold(text) for text in pinned}
    for text in sorted({*names, *surfaces, *pinned}):
        count, demonym = surfaces.get(text, (0, False))
        kind = "pinned" if fold(text) in meant else "demonym" if demonym else "name" if text in names else "short"
        yield {"entity_id": id, "text": text, "folded": fold(text), "kind": kind, "count": count}
