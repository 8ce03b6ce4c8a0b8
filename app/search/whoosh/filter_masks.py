"""Filters as boolean masks, one value per document: what else an article must be besides matching. Where one value
decides, its documents need not be made a mask of.

A facet asks for all of them but its own, so that a reader sees what the other values would give.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from app.search.attributes import EVERYTHING, FACETS, FILTERS, FacetName, Filters
from app.search.numbers import day_number, group_number
from app.search.whoosh.packed import Mask
from app.search.whoosh.segment import Documents
from app.search.whoosh.snapshot import Snapshot

_COMBINED = {"all": np.logical_and, "any": np.logical_or, "none": np.logical_or}

_FEW = 16
"""Of more than one in so many documents a mask is read in less time."""


class FilterMasks:
    """`sequence`: leave out what was revised after it (pages of an older cursor)."""

    def __init__(self, snapshot: Snapshot, filters: Filters, sequence: int | None = None) -> None:
        self._snapshot, self._filters, self._sequence = snapshot, filters, sequence

    @cached_property
    def _masks(self) -> dict[str, Mask]:
        snapshot, filters, sequence = self._snapshot, self._filters, self._sequence
        masks = {} if filters == EVERYTHING else dict(_key_masks(snapshot, filters))
        if snapshot.alive is not None:
            masks["alive"] = snapshot.alive
        if sequence is not None and sequence < snapshot.sequence:
            masks["revised"] = snapshot.column("revised") <= sequence
        if filters.date_from or filters.date_to:
            masks["date"] = _date_mask(snapshot, filters.date_from, filters.date_to)
        if filters.mentions_from or filters.mentions_to:
            masks["mentions"] = snapshot.speaking_of(filters.mentions_from or "", filters.mentions_to or "9999-12-31")
        if filters.story:
            masks["story"] = snapshot.column("story") == group_number(filters.story)
        return masks

    def listed(self) -> Documents | None:
        """Return the documents that pass, ascending, where one value alone decides and few have it; None elsewhere."""
        chosen = [(one, value) for one in FILTERS.values() for value in self._filters.of(one.name)]
        if len(chosen) != 1 or self._sequence is not None:
            return None
        [(one, value)] = chosen
        only: dict[str, Any] = {one.name: (value,)}
        if one.how == "none" or self._filters != Filters(**only):
            return None
        if self._snapshot.count_having(one.view, value) * _FEW > self._snapshot.held:
            return None
        documents, alive = self._snapshot.documents_having(one.view, value), self._snapshot.alive
        return documents if alive is None else documents[alive[documents]]

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
