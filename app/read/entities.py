"""Entities as they are shown: a line of a list, a page of the list, one of them, and those beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlmodel import Session

from app.archive import Archive
from app.effort import spend, spend_unbounded
from app.enrich.roles import introductions
from app.ids import TYPES, EntityType, type_of
from app.read import cursors, naming
from app.read.models import EntitySummary, RelatedEntity, Role, ordered
from app.read.params import EntityParams
from app.search.attributes import FacetName, Filters
from app.search.engine import ArticleHit, DateCounts, SearchEngine
from app.search.query import Query
from app.store import entities as store
from app.store import tables
from app.store.tables import Alias

_ALL = 1 << 30
_MENTION = 25
"""What it takes to read what a mention says of its entity, in the units of `spend`."""
_CANDIDATES = 30
"""Of each type, those in most of the same articles."""
_OFTEN, _RARELY = 2, 25
"""In as few articles together as the first, or in one of as many of its articles as the second, names are so by
chance."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """An entity as one generation of the index and one transaction of the rows know it."""

    entity: tables.Entity
    aliases: list[Alias]
    roles: list[store.StatedRole]
    latest: tuple[ArticleHit, ...]
    dates: DateCounts


def portrait(
    engine: SearchEngine, session: Session, entity: tables.Entity, *, roles: int = 20, latest: int = 1
) -> Portrait:
    """Count an entity for an answer; its own sums wait for the end of an ingest. So many roles and articles at most.

    Articles and their dates are those of `engine`, which the caller holds still; names and roles are counted in the
    articles that have not changed since.
    """
    found = engine.search(Query(filters=_naming(entity.id), sort="-date", limit=latest, dates=True))
    assert found.dates is not None, "the query asked for dates"
    days = [day for day, count in zip(found.dates.days, found.dates.counts, strict=True) if count]
    aliases = store.aliases_of(session, entity, upto=found.sequence)
    figures = {
        "article_count": found.total,
        # An article that is being read anew counts no alias, and yet names it.
        "mention_count": max(sum(alias.count for alias in aliases), found.total),
        "first_date": days[0] if days else None,
        "last_date": days[-1] if days else None,
    }
    counted = tables.Entity(**{**entity.model_dump(), **figures})
    spend(_MENTION * counted.mention_count)
    held = store.roles_of(session, entity.id, limit=roles, upto=found.sequence)
    return Portrait(counted, aliases, held, found.hits, found.dates)


def related(
    engine: SearchEngine, session: Session, id: str, *,
    type: EntityType | None = None, limit: int = 20, after: store.After | None = None,
) -> store.Page[RelatedEntity]:  # fmt: skip
    """Return who is named in the same articles, those in most first. lift = P(both) / (P(one) P(other))."""
    facets: tuple[FacetName, ...] = (type,) if type else TYPES
    # To go on needs the whole list; to begin, the first few and the entity itself.
    wanted = limit + 2 if after is None else _ALL
    if after is not None:
        spend_unbounded()
    found = engine.search(Query(filters=_naming(id), sort="-date", limit=1, facets=facets, facet_limit=wanted))
    counted = sorted((-bucket.count, bucket.value) for facet in found.facets for bucket in facet.buckets)
    beside = [pair for pair in counted if pair[1] != id]
    total = sum(facet.distinct for facet in found.facets) - (len(counted) - len(beside))
    if after is not None:
        beside = [pair for pair in beside if pair > (-cast(int, after[0]), after[1])]
    shown, names = beside[:limit], store.labels(session, [other for _, other in beside[:limit]])
    chance = found.total / max(engine.status().documents, 1)
    items: list[RelatedEntity] = [
        {
            "id": other,
            "name": names[other],
            "type": type_of(other),
            "count": -count,
            "lift": round(-count / (chance * articles), 3),
        }
        for (count, other), articles in zip(shown, engine.articles_naming([id for _, id in shown]), strict=True)
    ]
    return store.Page(items, total, (items[-1]["count"], items[-1]["id"]) if len(beside) > limit else None)


def companions(engine: SearchEngine, session: Session, id: str, *, limit: int = 8) -> list[RelatedEntity]:
    """Return who is named together with it more than chance would have it, the most telling first.

    Of those in the same articles often enough to be no chance: a name that stands in one article is always with whom
    that is about. Articles of each are those that the rows have summed up, which may be a moment behind.
    """
    found = engine.search(Query(filters=_naming(id), sort="-date", limit=1, facets=TYPES, facet_limit=_CANDIDATES))
    counts = {bucket.value: bucket.count for facet in found.facets for bucket in facet.buckets if bucket.value != id}
    least = max(found.total // _RARELY, _OFTEN)
    known = store.load_entities(session, [other for other, count in counts.items() if count >= least])
    chance = found.total / max(engine.status().documents, 1)
    items: list[RelatedEntity] = [
        {
            "id": other,
            "name": entity.name,
            "type": type_of(other),
            "count": counts[other],
            "lift": round(counts[other] / (chance * max(entity.article_count, counts[other])), 3),
        }
        for other, entity in known.items()
    ]
    together = [each for each in items if each["lift"] > 1]
    return sorted(together, key=lambda each: (-each["lift"], -each["count"], each["id"]))[:limit]


def _naming(id: str) -> Filters:
    return Filters(entity=(id,))


def role_view(role: store.StatedRole) -> Role:
    shown: Role = {"text": role.text, "count": role.count}
    if role.first_date is not None:
        shown["first_date"] = role.first_date
    if role.last_date is not None:
        shown["last_date"] = role.last_date
    return shown


def entity_page(archive: Archive, params: EntityParams) -> tuple[store.Page[tables.Entity], str | None]:
    """Return what `params` ask for, and the cursor to go on."""
    asked = ("entities", params.name or "", params.type or "", params.sort)
    after = cursors.decode_page_end(params.cursor, str if params.sort == "name" else int, *asked)
    with archive.database.reading() as session:
        page = entities_called(
            session, params.name, type=params.type, sort=params.sort, limit=params.limit, after=after
        )
    return page, cursors.encode_page_end(page.next, *asked) if page.next else None


def entities_called(session: Session, name: str | None, **how: Any) -> store.Page[tables.Entity]:
    """Return those called `name`, else the people called so behind an office; `how` as in `store.find_entities`."""
    page = store.find_entities(session, name=name, **how)
    people = how | {"type": "person"}
    if page.total == 0 and name is not None and how.get("type") in (None, "person"):
        pages = (store.find_entities(session, name=part, **people) for _, part in introductions(name))
        page = next((each for each in pages if each.total), page)
    return page


def entity_summary(entity: tables.Entity) -> EntitySummary:
    shown: EntitySummary = {
        "id": entity.id,
        "name": entity.name,
        "type": cast(EntityType, entity.type),
        "article_count": entity.article_count,
        "mention_count": entity.mention_count,
    }
    if (hint := naming.entity_hint(entity)) is not None:
        shown["hint"] = hint
    if entity.country is not None:
        shown["country"] = entity.country
    if entity.first_date is not None:
        shown["first_date"] = entity.first_date
    if entity.last_date is not None:
        shown["last_date"] = entity.last_date
    return ordered(EntitySummary, shown)
