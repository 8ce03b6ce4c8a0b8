"""Entities as they are shown: a line of a list, a role, a page of the list."""

from __future__ import annotations

from typing import cast

from app.archive import Archive
from app.ids import EntityType
from app.read import cursors, naming
from app.read.models import EntitySummary, Role, ordered
from app.read.params import EntityParams
from app.store import entities as store
from app.store import tables


def role_view(role: store.Role) -> Role:
    shown: Role = {"text": role.text, "count": role.count}
    if role.first_date is not None:
        shown["first_date"] = role.first_date
    if role.last_date is not None:
        shown["last_date"] = role.last_date
    return shown


def entity_page(archive: Archive, params: EntityParams) -> tuple[store.Page[tables.Entity], str | None]:
    """Return what `params` ask for, and the cursor to go on."""
    asked = ("entities", params.name or "", params.type or "", params.sort)
    after = cursors.read(params.cursor, str if params.sort == "name" else int, *asked)
    with archive.database.reading() as session:
        page = store.list_entities(
            session,
            name=params.name,
            type=params.type,
            sort=params.sort,
            limit=params.limit,
            after=after,
        )
    return page, cursors.write(page.next, *asked) if page.next else None


def summary(entity: tables.Entity) -> EntitySummary:
    shown: EntitySummary = {
        "id": entity.id,
        "name": entity.name,
        "type": cast(EntityType, entity.type),
        "article_count": entity.article_count,
        "mention_count": entity.mention_count,
    }
    if (hint := naming.hint(entity)) is not None:
        shown["hint"] = hint
    if entity.country is not None:
        shown["country"] = entity.country
    if entity.first_date is not None:
        shown["first_date"] = entity.first_date
    if entity.last_date is not None:
        shown["last_date"] = entity.last_date
    return ordered(EntitySummary, shown)
