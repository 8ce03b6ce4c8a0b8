"""Filters as boolean masks, one value per document: what else an article must be besides matching.

A facet asks for all of them but its own, so that a reader sees what the other values would give.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.search.attributes import EVERYTHING, FACETS, FILTERS, FacetName, Filters
from app.search.numbers import day_number, group_number
from app.search.whoosh.packed import Mask
from app.search.whoosh.snapshot import Snapshot

_COMBINED = {"all": np.logical_and, "any": np.logical_or, "none": np.logical_or}


class FilterMasks:
    """`sequence`: leave out what was revised after it (pages of an older cursor)."""

    def __init__(self, snapshot: Snapshot, filters: Filters, sequence: int | None = None) -> None:
        self._filters = filters
        self._masks = {} if filters == EVERYTHING else dict(_key_masks(snapshot, filters))
        if snapshot.alive is not None:
            self._masks["alive"] = snapshot.alive
        if sequence is not None and sequence < snapshot.sequence:
            self._masks["revised"] = snapshot.column("revised") <= sequence
        if filters.date_from or filters.date_to:
            self._masks["date"] = _date_mask(snapshot, filters.date_from, filters.date_to)
        if filters.mentions_from or filters.mentions_to:
            self._masks["mentions"] = snapshot.speaking_of(
                filters.mentions_from or "", filters.mentions_to or "9999-12-31"
            )

        if filters.story:
            self._masks["story"] = snapshot.column("story") == group_number(filters.story)

    def mask(self, without: str | None = None) -> Mask | None:
        """Return which documents pass; None where all do."""
        chosen = [mask for name, mask in self._masks.items() if name != without]
        return None if not chosen else chosen[0] if len(chosen) == 1 else np.logical_and.reduce(chosen)

    def own_filter(self, facet: FacetName) -> str | None:
        """The filter that a facet leaves out, if it is in force; `entity_any` only where it names that type."""
        grouping = FACETS[facet]
        if grouping.own == "entity_any" and not any(id.startswith(grouping.prefix) for id in self._filters.entity_any):
            return None
        return grouping.own if grouping.own in self._masks else None


def _key_masks(snapshot: Snapshot, filters: Filters) -> Iterator[tuple[str, Mask]]:
    for one in FILTERS.values():
        masks = [snapshot.having(one.view, value) for value in filters.of(one.name)]
        if masks:
            mask = masks[0] if len(masks) == 1 else _COMBINED[one.how].reduce(masks)
            yield one.name, ~mask if one.how == "none" else mask


def _date_mask(snapshot: Snapshot, first: str | None, last: str | None) -> Mask:
    """A date that is a month or a year is between two days where all of its days are."""

    def made() -> Mask:
        days = snapshot.column("date")
        mask: Mask = days >= (day_number(first) or 1)
        if last:
            mask &= days <= day_number(last)
            mask[snapshot.imprecise.documents] &= snapshot.imprecise.last_days <= day_number(last)
        return mask

    return snapshot.kept.get(("date", first, last), made)
