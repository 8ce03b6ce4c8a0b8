"""Facets for the wire: labels for people, and a ready address that switches each value on or off."""

from __future__ import annotations

from functools import lru_cache
from typing import get_args
from urllib.parse import urlencode

from fastapi import Request

from app.api.conditions import Asked
from app.api.models import EntityType, Facet, FacetValue
from app.api.params import bounds
from app.search import engine
from app.search.query import FacetName
from app.store.tables import Entity
from app.text import fold

_ENTITY_TYPES = get_args(EntityType)
_DATES = ("date", "date_from", "date_to")

Items = list[tuple[str, str]]


def facet_view(request: Request, asked: Asked, facet: engine.Facet, names: dict[str, Entity]) -> Facet:
    """`names`: the entities among the values, by id."""
    items = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    parameter, path = _parameter(facet.name, asked), request.url.path
    values: list[FacetValue] = []
    for bucket in facet.buckets:
        selected = _is_selected(facet.name, bucket.value, asked)
        entity = names.get(bucket.value)
        toggled = _without(items, facet.name, bucket.value, asked)
        if not selected:
            toggled.append((parameter, bucket.value))
        values.append(
            {
                "value": bucket.value,
                "label": entity.name if entity is not None else bucket.value,
                "count": bucket.count,
                "selected": selected,
                "url": f"{path}?{'&'.join(map(_encoded, toggled))}",
            }
        )
    return {
        "name": facet.name,
        "distinct": facet.distinct,
        "missing": facet.missing,
        "imprecise": facet.imprecise,
        "other": facet.other,
        "values": values,
    }


@lru_cache(maxsize=2_000)
def _encoded(item: tuple[str, str]) -> str:
    """The addresses of a facet have all but one of their parameters in common, and facets their values."""
    return urlencode([item])


def entity_ids(facets: tuple[engine.Facet, ...]) -> list[str]:
    return [bucket.value for facet in facets if facet.name in _ENTITY_TYPES for bucket in facet.buckets]


def _parameter(facet: FacetName, asked: Asked) -> str:
    """The parameter that adds a value, such that the count shown is what it adds.

    Entities narrow (`entity`), unless the reader already chooses among several of the type: that facet is counted
    without `entity_any`, so a further value joins it.
    """
    if facet in ("year", "month"):
        return "date"
    if facet not in _ENTITY_TYPES:
        return facet
    of_type = (id for id in asked.filters.entity_any if id.startswith(f"{facet}-"))
    return "entity_any" if any(of_type) else "entity"


def _is_selected(facet: FacetName, value: str, asked: Asked) -> bool:
    filters = asked.filters
    if facet in ("year", "month"):
        return filters.date_from is not None and (filters.date_from, filters.date_to) == bounds(value)
    if facet in _ENTITY_TYPES:
        return value in filters.entity or value in filters.entity_any
    chosen: tuple[str, ...] = getattr(filters, facet)
    return fold(value) in map(fold, chosen)


def _without(items: Items, facet: FacetName, value: str, asked: Asked) -> Items:
    """The parameters without this value; for dates, which exclude each other, without any."""
    if facet in ("year", "month"):
        return [(name, given) for name, given in items if name not in _DATES]
    if facet in _ENTITY_TYPES:
        return [
            (name, given)
            for name, given in items
            if not (name in ("entity", "entity_any") and asked.merged.get(given, given) == value)
            and not (name == "entity_name" and asked.named.get(given) == value)
        ]
    return [(name, given) for name, given in items if not (name == facet and fold(given) == fold(value))]
