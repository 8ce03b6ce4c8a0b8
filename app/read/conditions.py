"""Conditions of a search: read from the parameters with the store's help, and told back to the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from app.read import naming
from app.read.models import FilterInForce, QueryRead, QueryWarning
from app.read.params import Conditions, SearchParams
from app.search.answer import Answer
from app.search.attributes import ENTITY, FILTERS, Filters
from app.search.query import Parsed, parse
from app.store import entities as store
from app.store.database import Database
from app.store.decisions import survivor
from app.store.story_lists import story_of_article
from app.store.tables import Entity

# A text that may be a name: words alone, perhaps in quotation marks, and no longer than names are.
_PLAIN = re.compile(r"""(?P<mark>"?)(?P<name>\w[\w\s.,'’&-]{1,80})(?P=mark)""")
_OF_ENTITIES = [each.name for each in FILTERS.values() if each.view is ENTITY]


@dataclass(frozen=True, slots=True)
class Asked:
    """`named` maps each `entity_name` to its id, `merged` each id that was given and is part of another now to that
    one's. `entities` are those that the filters name, by id; `called` id and name of those that the query text names.
    """

    parsed: Parsed
    filters: Filters
    named: dict[str, str]
    merged: dict[str, str]
    entities: dict[str, Entity]
    called: list[tuple[str, str]]
    warnings: list[QueryWarning]


def read_conditions(database: Database, session: Session, params: Conditions) -> Asked:
    parsed = parse(params.q)
    named = {name: naming.entity_named(session, name).id for name in params.entity_name}
    filters = params.filters(named.values())
    ids = [id for name in _OF_ENTITIES for id in filters.of(name)]
    entities = store.load_entities(session, ids) if ids else {}
    merged = _merged_ids(session, [id for id in ids if id not in entities])
    if merged:
        filters = _with_survivors(filters, merged)
        entities |= store.load_entities(session, list(merged.values()))
    warnings: list[QueryWarning] = [
        {"code": warning.code, "message": warning.message, "position": warning.position} for warning in parsed.warnings
    ]
    # No failure: a saved search stays good although its entity is not in this archive, or not any more.
    warnings += [
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
    if isinstance(params, SearchParams) and params.sort == "relevance" and parsed.clause is None:
        message = "Without words in q nothing is more relevant than another; the newest come first."
        warnings.append({"code": "sort_without_query", "message": message})
    words = _PLAIN.fullmatch(params.q.strip())
    called = naming.named_by(database, words["name"]) if words else []
    return Asked(parsed, filters, named, merged, entities, called, warnings)


def _merged_ids(session: Session, unknown: Iterable[str]) -> dict[str, str]:
    """Return, of ids that no entity has, those that are part of another, with that one's."""
    survivors = {id: survivor(session, id) for id in unknown}
    return {id: taken for id, taken in survivors.items() if taken != id}


def _with_survivors(filters: Filters, merged: Mapping[str, str]) -> Filters:
    replaced = {name: dict.fromkeys(merged.get(id, id) for id in filters.of(name)) for name in _OF_ENTITIES}
    values: dict[str, Any] = {name: tuple(ids) for name, ids in replaced.items()}
    return replace(filters, **values)


def query_read(params: Conditions, asked: Asked, found: Answer) -> QueryRead:
    read: QueryRead = {
        "q": params.q,
        "match": params.match,
        "relaxed": found.relaxed,
        "interpreted": asked.parsed.interpreted,
        "filters": filters_in_force(asked.filters),
        "warnings": asked.warnings,
    }
    if found.hits.ranked_by is not None:
        read["ranking"] = found.hits.ranked_by
    if found.did_you_mean is not None:
        read["did_you_mean"] = found.did_you_mean
    if asked.called:
        read["entities"] = [{"id": id, "name": name} for id, name in asked.called]
    if found.terms:
        read["terms"] = [{"text": term.text, "count": term.count} for term in found.terms]
    return read


def filters_in_force(filters: Filters) -> list[FilterInForce]:
    bounds = (
        ("date_from", filters.date_from), ("date_to", filters.date_to),
        ("mentions_date_from", filters.mentions_from), ("mentions_date_to", filters.mentions_to),
        ("story", filters.story),
    )  # fmt: skip
    given = [(name, value) for name, value in bounds if value is not None]
    given += [(name, value) for name in FILTERS for value in filters.of(name)]
    return [{"name": name, "value": value} for name, value in given]
