"""From the parameters of a request to what the engine is asked, with the store's help, and back for the reader."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.api import naming
from app.api.models import FilterInForce, QueryRead, QueryWarning
from app.api.params import Conditions, SearchParams
from app.search.answer import Answer
from app.search.query import Filters, Parsed, parse
from app.store import entities as store
from app.store.tables import Entity


@dataclass(frozen=True, slots=True)
class Asked:
    """`named` maps each `entity_name` to its id; `entities` are those that the filters name, by id."""

    parsed: Parsed
    filters: Filters
    named: dict[str, str]
    entities: dict[str, Entity]
    warnings: list[QueryWarning]


def read_conditions(session: Session, params: Conditions) -> Asked:
    parsed = parse(params.q)
    named = {name: naming.resolve(session, name).id for name in params.entity_name}
    filters = params.filters(named.values())
    ids = (*filters.entity, *filters.entity_any, *filters.not_entity)
    entities = store.names(session, ids) if ids else {}
    warnings: list[QueryWarning] = [
        {"code": warning.code, "message": warning.message, "position": warning.position} for warning in parsed.warnings
    ]
    # No failure: a saved search stays good although its entity is not in this archive, or not any more.
    warnings += [
        {"code": "unknown_entity", "message": f"No article names an entity {id!r}."} for id in ids if id not in entities
    ]
    if isinstance(params, SearchParams) and params.sort == "relevance" and parsed.clause is None:
        message = "Without words in q nothing is more relevant than another; the newest come first."
        warnings.append({"code": "sort_without_query", "message": message})
    return Asked(parsed, filters, named, entities, warnings)


def query_read(params: Conditions, asked: Asked, found: Answer) -> QueryRead:
    read: QueryRead = {
        "q": params.q,
        "match": params.match,
        "relaxed": found.relaxed,
        "interpreted": asked.parsed.interpreted,
        "filters": _in_force(asked.filters),
        "warnings": asked.warnings,
    }
    if found.did_you_mean is not None:
        read["did_you_mean"] = found.did_you_mean
    if found.terms:
        read["terms"] = [{"text": term.text, "count": term.count} for term in found.terms]
    return read


def _in_force(filters: Filters) -> list[FilterInForce]:
    listed: list[FilterInForce] = []
    if filters.date_from is not None:
        listed.append({"name": "date_from", "value": filters.date_from})
    if filters.date_to is not None:
        listed.append({"name": "date_to", "value": filters.date_to})
    for name in ("entity", "entity_any", "not_entity", "source", "not_source", "dateline", "language"):
        listed += [{"name": name, "value": value} for value in getattr(filters, name)]
    return listed
