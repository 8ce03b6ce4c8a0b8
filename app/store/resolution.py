"""Who is meant, over all articles: writes what `entities.py` reads.

Two steps. `replace_names` writes what one batch of articles says and follows what that changes elsewhere: a new
acronym pair joins the mentions of other articles. It leaves the sums alone and marks the entities it touched as
stale. `settle` sums those up again from the rows. Nothing here depends on the order in which articles came: every
value is a function of the rows.

The rules themselves (which long form a short one means, which of several names to show) are handed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, case, delete, func, insert, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlmodel import Session, SQLModel, col, select

from app.store.articles import chunks, touch
from app.store.tables import Acronym, Alias, Article, ArticleEntity, Entity, Mention
from app.text import fold

Link = Callable[[str, set[str]], str]
"""From a key and all long forms that articles give for it to the entity meant."""
DisplayName = Callable[[Mapping[str, int]], str]
"""From the full forms of a name and how many articles have each to the one to show."""


@dataclass(frozen=True, slots=True)
class Names:
    """The rows of a batch of articles, as dicts of the columns of their tables without `entity_id`."""

    entities: list[dict[str, Any]]
    mentions: list[dict[str, Any]]
    acronyms: list[dict[str, Any]]


def replace_names(session: Session, article_ids: Collection[str], names: Names, link: Link) -> None:
    """Inside `writing()`, after the article rows. Other articles whose entities change get a new sequence number."""
    stale, shorts = _forget(session, article_ids)
    if names.acronyms:
        session.connection().execute(insert(Acronym), list(names.acronyms))
        shorts |= {row["short"] for row in names.acronyms}
    targets = _targets(session, shorts | {row["key"] for row in names.entities}, link)
    _add_entities(session, names.entities, targets)
    for model, rows in ((ArticleEntity, names.entities), (Mention, names.mentions)):
        placed = [row | {"entity_id": targets[row["key"]]} for row in rows]
        if placed:
            session.connection().execute(insert(model), placed)
    stale |= {targets[row["key"]] for row in names.entities}
    relinked, moved = _relink(session, {short: targets[short] for short in shorts})
    touch(session, relinked - set(article_ids))
    for chunk in chunks(stale | moved):
        session.connection().execute(update(Entity).where(col(Entity.id).in_(chunk)).values(stale=True))


def settle(session: Session, display_name: DisplayName) -> int:
    """Sum up all stale entities; those that no article names any more go. How many were stale."""
    stale = select(col(Entity.id)).where(col(Entity.stale).is_(True))
    ids = list(session.exec(stale))
    if not ids:
        return 0
    names = _full_names(session, ids)
    sums = list(_sums(session, ids, names, display_name))
    surfaces = _surfaces(session, ids)
    connection = session.connection()
    for chunk in chunks(ids):
        connection.execute(delete(Alias).where(col(Alias.entity_id).in_(chunk)))
    if aliases := [row for id in ids if id in names for row in _aliases(id, names[id], surfaces[id])]:
        connection.execute(insert(Alias), aliases)
    for chunk in chunks(id for id in ids if id not in names):
        connection.execute(delete(Entity).where(col(Entity.id).in_(chunk)))
    if sums:
        table = _table(Entity)
        connection.execute(update(table).where(table.c.id == bindparam("entity_id")), sums)
    return len(ids)


def _forget(session: Session, article_ids: Collection[str]) -> tuple[set[str], set[str]]:
    """Drop what these articles said before: the entities they named and the acronyms they explained."""
    entities: set[str] = set()
    shorts: set[str] = set()
    for chunk in chunks(article_ids):
        entities.update(
            session.exec(select(ArticleEntity.entity_id).where(col(ArticleEntity.article_id).in_(chunk)).distinct())
        )
        shorts.update(session.exec(select(Acronym.short).where(col(Acronym.article_id).in_(chunk)).distinct()))
        for model in (ArticleEntity, Mention, Acronym):
            session.connection().execute(delete(model).where(_table(model).c.article_id.in_(chunk)))
    return entities, shorts


def _targets(session: Session, keys: Iterable[str], link: Link) -> dict[str, str]:
    """Which entity each key means, by what all articles say."""
    longs: dict[str, set[str]] = {key: set() for key in keys}
    for chunk in chunks(longs):
        for short, long in session.exec(select(Acronym.short, Acronym.long).where(col(Acronym.short).in_(chunk))):
            longs[short].add(long)
    return {key: link(key, forms) if forms else key for key, forms in longs.items()}


def _add_entities(session: Session, rows: Sequence[dict[str, Any]], targets: Mapping[str, str]) -> None:
    """Rows to refer to, with a name to show until they are summed up."""
    names = {targets[row["key"]]: row["name"] for row in rows}
    names |= {row["key"]: row["name"] for row in rows if targets[row["key"]] == row["key"]}
    if added := [_entity(id, name) for id, name in names.items()]:
        session.connection().execute(insert_or(Entity).on_conflict_do_nothing(), added)


def _entity(id: str, name: str) -> dict[str, Any]:
    return {
        "id": id,
        "type": id.partition("-")[0],
        "name": name,
        "folded": fold(name),
        "article_count": 0,
        "mention_count": 0,
        "stale": True,
    }


def _relink(session: Session, targets: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Let each key mean its target in every article. Returns the articles changed, and the entities lost and won."""
    articles: set[str] = set()
    moved: set[str] = set()
    for key, target in targets.items():
        elsewhere = select(ArticleEntity.article_id, ArticleEntity.entity_id, ArticleEntity.name).where(
            ArticleEntity.key == key, ArticleEntity.entity_id != target
        )
        rows = list(session.exec(elsewhere))
        if not rows:
            continue
        session.connection().execute(insert_or(Entity).on_conflict_do_nothing(), [_entity(target, rows[0][2])])
        for chunk in chunks(row[0] for row in rows):
            for model in (ArticleEntity, Mention):
                table = _table(model)
                here = update(table).where(table.c.article_id.in_(chunk), table.c.key == key)
                session.connection().execute(here.values(entity_id=target))
        articles.update(row[0] for row in rows)
        moved.update(row[1] for row in rows)
        moved.add(target)
    return articles, moved


def _full_names(session: Session, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """The full forms of each entity's name and how many articles have them; what another article joined to it (an
    acronym) only where there is nothing else."""
    own: dict[str, dict[str, int]] = defaultdict(dict)
    joined: dict[str, dict[str, int]] = defaultdict(dict)
    is_own = case((col(ArticleEntity.key) == col(ArticleEntity.entity_id), 1), else_=0)
    for chunk in chunks(ids):
        wanted = (
            select(ArticleEntity.entity_id, is_own, ArticleEntity.name, func.count())
            .where(col(ArticleEntity.entity_id).in_(chunk))
            .group_by(col(ArticleEntity.entity_id), is_own, col(ArticleEntity.name))
        )
        for id, mine, name, count in session.exec(wanted):
            (own if mine else joined)[id][name] = count
    return {**joined, **own}


def _sums(
    session: Session, ids: Sequence[str], names: Mapping[str, Mapping[str, int]], display_name: DisplayName
) -> Iterator[dict[str, Any]]:
    for chunk in chunks(ids):
        wanted = (
            select(
                ArticleEntity.entity_id,
                func.count(func.distinct(ArticleEntity.article_id)),
                func.sum(ArticleEntity.count),
                func.max(ArticleEntity.country),
            )
            .where(col(ArticleEntity.entity_id).in_(chunk))
            .group_by(col(ArticleEntity.entity_id))
        )
        dates = (
            select(ArticleEntity.entity_id, func.min(Article.date), func.max(Article.date))
            .join(Article, col(Article.id) == col(ArticleEntity.article_id))
            .where(col(ArticleEntity.entity_id).in_(chunk))
            .group_by(col(ArticleEntity.entity_id))
        )
        spans = {id: (first, last) for id, first, last in session.exec(dates)}
        for id, articles, mentions, country in session.exec(wanted):
            name = display_name(names[id])
            yield {
                "entity_id": id,
                "name": name,
                "folded": fold(name),
                "country": country,
                "article_count": articles,
                "mention_count": mentions,
                "first_date": spans[id][0],
                "last_date": spans[id][1],
                "stale": False,
            }


def _surfaces(session: Session, ids: Sequence[str]) -> dict[str, dict[str, tuple[int, bool]]]:
    """How each entity is written, line breaks as spaces: count, and whether it is a demonym there."""
    found: dict[str, dict[str, tuple[int, bool]]] = defaultdict(dict)
    demonym = func.max(case((col(Mention.rule) == "demonym", 1), else_=0))
    for chunk in chunks(ids):
        wanted = (
            select(Mention.entity_id, Mention.surface, func.count(), demonym)
            .where(col(Mention.entity_id).in_(chunk))
            .group_by(col(Mention.entity_id), col(Mention.surface))
        )
        for id, surface, count, is_demonym in session.exec(wanted):
            text = " ".join(surface.split())
            before, was_demonym = found[id].get(text, (0, False))
            found[id][text] = (before + count, was_demonym or bool(is_demonym))
    return found


def _aliases(id: str, names: Mapping[str, int], surfaces: Mapping[str, tuple[int, bool]]) -> Iterator[dict[str, Any]]:
    """The forms in the texts, and the full forms that stand in none (India, where only Indians are spoken of)."""
    for text in sorted({*names, *surfaces}):
        count, demonym = surfaces.get(text, (0, False))
        kind = "demonym" if demonym else "name" if text in names else "short"
        yield {"entity_id": id, "text": text, "folded": fold(text), "kind": kind, "count": count}


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]
