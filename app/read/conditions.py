"""Conditions of a search: read from the parameters with the store's help, and told back to the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.read.called import named_by
from app.read.params import Conditions, SearchParams
from app.search.answer import Answer
from app.search.attributes import ENTITY, FILTERS, Filters
from app.search.query import Parsed, parse
from app.store.database import Database

if TYPE_CHECKING:
    from sqlmodel import Session

    from app.read.models import FilterInForce, QueryRead, QueryWarning
    from app.store.tables import Entity

# A text that may be a name: words alone, perhaps in quotation marks, and no longer than names are.
_PLAIN = re.compile(r"""(?P<mark>"?)(?P<name>\w[\w\s.,'’&-]{1,80})(?P=mark)""")
OF_ENTITIES = [each.name for each in FILTERS.values() if each.view is ENTITY]


@dataclass(frozen=True, slots=True)
class GivenFilters:
    """Filters as they are in force; the rest as in `Asked`."""

    filters: Filters
    named: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    warnings: list[QueryWarning] = field(default_factory=list)


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
    given = _given_filters(session, params)
    warnings: list[QueryWarning] = [
        {"code": warning.code, "message": warning.message, "position": warning.position} for warning in parsed.warnings
    ]
    warnings += given.warnings
    if isinstance(params, SearchParams) and params.sort == "relevance" and parsed.clause is None:
        message = "Without words in q nothing is more relevant than another; the newest come first."
        warnings.append({"code": "sort_without_query", "message": message})
    words = _PLAIN.fullmatch(params.q.strip())
    called = named_by(database, words["name"]) if words else []
    return Asked(parsed, given.filters, given.named, given.merged, given.entities, called, warnings)


def _given_filters(session: Session, params: Conditions) -> GivenFilters:
    filters = params.filters(())
    if not params.entity_name and filters.story is None and not any(map(filters.of, OF_ENTITIES)):
        return GivenFilters(filters)
    # With the tables, which take longer to load than a search for words takes.
    from app.read.named_filters import settle_filters

    return settle_filters(session, params)


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
