"""Facets for the wire: labels for people, and a ready address that switches each value on or off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlencode

from sqlmodel import Session

from app.ids import TYPES
from app.read.conditions import Asked
from app.read.models import Facet, FacetValue
from app.read.params import SearchParams, date_bounds
from app.search import engine
from app.search.attributes import ENTITY, FACETS, FacetName
from app.search.query import FacetWords
from app.store import entities as store
from app.text import fold, folded_words, normalise

Items = list[tuple[str, str]]


def facet_words(session: Session, params: SearchParams) -> FacetWords | None:
    """Return what the facets are narrowed to; None where they are not."""
    typed = normalise(params.facet_query).strip()
    if not typed:
        return None
    types = [name for name in TYPES if name in params.facet]
    return FacetWords(folded_words(typed), store.ids_with_word(session, types, typed) if types else frozenset())


def facet_views(
    session: Session, path: str, given: Items, params: SearchParams, asked: Asked, facets: Sequence[engine.FacetCounts]
) -> list[Facet]:
    """Return facets with an address for each value: `path` with the parameters `given`, that value switched."""
    ids = entity_ids(facets)
    labels = store.labels(session, ids)
    views = [_facet_view(path, given, asked, facet, labels) for facet in facets]
    typed = normalise(params.facet_query).strip()
    if typed and ids:
        names, words = store.names_with_word(session, ids, typed), FacetWords(folded_words(typed))
        for value in (value for view in views for value in view["values"]):
            if value["value"] in names and not words.begin_in(folded_words(value["label"])):
                value["alias"] = names[value["value"]]
    return views


def _facet_view(path: str, given: Items, asked: Asked, facet: engine.FacetCounts, labels: Mapping[str, str]) -> Facet:
    items = [(name, value) for name, value in given if name not in ("cursor", "page")]
    parameter = _adding_parameter(facet.name, asked)
    values: list[FacetValue] = []
    for bucket in facet.buckets:
        selected = _is_selected(facet.name, bucket.value, asked)
        toggled = _items_without(items, facet.name, bucket.value, asked)
        if not selected:
            toggled.append((parameter, bucket.value))
        values.append(
            {
                "value": bucket.value,
                "label": labels.get(bucket.value, bucket.value),
                "count": bucket.count,
                "selected": selected,
                "url": f"{path}?{'&'.join(map(encoded_item, toggled))}",
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
def encoded_item(item: tuple[str, str]) -> str:
    """The addresses of a facet have all but one of their parameters in common, and facets their values."""
    return urlencode([item])


def entity_ids(facets: Sequence[engine.FacetCounts]) -> list[str]:
    return [bucket.value for facet in facets if FACETS[facet.name].view is ENTITY for bucket in facet.buckets]


def _adding_parameter(facet: FacetName, asked: Asked) -> str:
    """Return the parameter that adds a value, such that the count shown is what it adds.

    Entities narrow (`entity`), unless the reader already chooses among several of the type: that facet is counted
    without `entity_any`, so a further value joins it.
    """
    grouping = FACETS[facet]
    joined = any(id.startswith(grouping.prefix) for id in asked.filters.entity_any)
    return grouping.own if grouping.view is ENTITY and joined else grouping.filters[0]


def _is_selected(facet: FacetName, value: str, asked: Asked) -> bool:
    filters, grouping = asked.filters, FACETS[facet]
    if grouping.view is None:
        return filters.date_from is not None and (filters.date_from, filters.date_to) == date_bounds(value)
    chosen = [each for name in grouping.filters for each in filters.of(name)]
    return value in chosen if grouping.view is ENTITY else fold(value) in map(fold, chosen)


def _items_without(items: Items, facet: FacetName, value: str, asked: Asked) -> Items:
    """Return the parameters without this value; for dates, which exclude each other, without any."""
    grouping = FACETS[facet]
    if grouping.view is None:
        return [(name, given) for name, given in items if name not in grouping.filters]
    if grouping.view is ENTITY:
        return [
            (name, given)
            for name, given in items
            if not (name in grouping.filters and asked.merged.get(given, given) == value)
            and not (name == "entity_name" and asked.named.get(given) == value)
        ]
    return [(name, given) for name, given in items if not (name in grouping.filters and fold(given) == fold(value))]
