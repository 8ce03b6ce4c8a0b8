"""Filters by what they name: entities by a name or an id, a story by one of its articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from app.read import naming
from app.read.conditions import OF_ENTITIES, GivenFilters
from app.read.models import QueryWarning
from app.read.params import Conditions
from app.search.attributes import Filters
from app.store import entities as store
from app.store.decisions import survivor
from app.store.story_lists import story_of_article


def settle_filters(session: Session, params: Conditions) -> GivenFilters:
    """Return the filters as they are in force now: an entity may have become part of another, and an article of another
    story."""
    named = {name: naming.entity_named(session, name).id for name in params.entity_name}
    filters = params.filters(named.values())
    ids = [id for name in OF_ENTITIES for id in filters.of(name)]
    entities = store.load_entities(session, ids) if ids else {}
    merged = _merged_ids(session, [id for id in ids if id not in entities])
    if merged:
        filters = _with_survivors(filters, merged)
        entities |= store.load_entities(session, list(merged.values()))
    # No failure: a saved search stays good although its entity is not in this archive, or not any more.
    warnings: list[QueryWarning] = [
        {"code": "unknown_entity", "message": f"No article names an entity {id!r}."}
        for id in ids
        if id not in entities and id not in merged
    ]
    if filters.story is not None:
        story = story_of_article(session, filters.story)
        if story is None:
            warnings.append({"code": "unknown_story", "message": f"There is no story {filters.story!r}."})
        elif story != filters.story:
            warnings.append({"code": "moved_story", "message": f"{filters.story!r} is part of story {story!r} now."})
            filters = replace(filters, story=story)
    warnings += [
        {"code": "merged_entity", "message": f"{id!r} is part of {survivor!r} now."} for id, survivor in merged.items()
    ]
    return GivenFilters(filters, named, merged, entities, warnings)


def _merged_ids(session: Session, unknown: Iterable[str]) -> dict[str, str]:
    """Return, of ids that no entity has, those that are part of another, with that one's."""
    survivors = {id: survivor(session, id) for id in unknown}
    return {id: taken for id, taken in survivors.items() if taken != id}


def _with_survivors(filters: Filters, merged: Mapping[str, str]) -> Filters:
    replaced = {name: dict.fromkeys(merged.get(id, id) for id in filters.of(name)) for name in OF_ENTITIES}
    values: dict[str, Any] = {name: tuple(ids) for name, ids in replaced.items()}
    return replace(filters, **values)
