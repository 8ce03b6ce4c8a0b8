"""Filters as one truth value a document: what else an article must be besides matching.

Each filter is evaluated once for each segment. A facet asks for all of them but its own, so that a reader sees what the
other values would give.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.search.query import FacetName, Filters
from app.search.whoosh.index import Snapshot, View
from app.search.whoosh.invert import Mask, day_number, place_key
from app.search.whoosh.segment import Segment

_OWN_FILTER: dict[FacetName, str] = {
    "source": "source",
    "dateline": "dateline",
    "language": "language",
    "year": "date",
    "month": "date",
    "person": "entity_any",
    "organization": "entity_any",
    "place": "entity_any",
    "event": "entity_any",
}


class Narrowing:
    """`sequence`: leave out what was revised after it (pages of an older cursor)."""

    def __init__(self, snapshot: Snapshot, filters: Filters, sequence: int | None = None) -> None:
        self._filters = filters
        self._masks = [_masks(view, filters, sequence) for view in snapshot.views]

    def mask(self, number: int, without: str | None = None) -> Mask | None:
        """Which documents of segment `number` pass; None where all do."""
        chosen = [mask for name, mask in self._masks[number].items() if name != without]
        return np.logical_and.reduce(chosen) if chosen else None

    def own(self, facet: FacetName) -> str | None:
        """The filter that a facet leaves out, if it is in force; `entity_any` only where it names that type."""
        name = _OWN_FILTER[facet]
        if name == "entity_any" and not any(id.startswith(f"{facet}-") for id in self._filters.entity_any):
            return None
        return name


def _masks(view: View, filters: Filters, sequence: int | None) -> dict[str, Mask]:
    segment = view.segment
    masks: dict[str, Mask] = {}
    if view.alive is not None:
        masks["alive"] = view.alive
    if sequence is not None:
        masks["revised"] = segment["revised"] <= sequence
    if filters.date_from or filters.date_to:
        masks["date"] = _dated(segment, filters)
    if filters.entity:
        masks["entity"] = np.logical_and.reduce([_having(segment, "entity", [id]) for id in filters.entity])
    for name, view_name, values in (
        ("entity_any", "entity", filters.entity_any),
        ("source", "source", filters.source),
        ("dateline", "place", tuple(map(place_key, filters.dateline))),
        ("language", "language", filters.language),
    ):
        if values:
            masks[name] = _having(segment, view_name, values)
    for name, view_name, values in (
        ("not_entity", "entity", filters.not_entity),
        ("not_source", "source", filters.not_source),
    ):
        if values:
            masks[name] = ~_having(segment, view_name, values)
    return masks


def _dated(segment: Segment, filters: Filters) -> Mask:
    days = segment["date"]
    first = day_number(filters.date_from) or 1
    last = day_number(filters.date_to) or np.iinfo(np.int32).max
    return (days >= first) & (days <= last)


def _having(segment: Segment, view: str, values: Iterable[str]) -> Mask:
    mask = np.zeros(segment.documents, bool)
    for value in values:
        number = segment.terms(view).find(value.encode("utf-8", "surrogatepass"))
        if number is not None:
            mask[segment.documents_with(view, number)] = True
    return mask
