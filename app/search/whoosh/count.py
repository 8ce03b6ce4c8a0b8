"""Exact counts over the matches: facets and days.

Values are counted by number inside each segment, added up by a number common to all segments, and only the few that are
shown become text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.search.engine import Bucket, DateCounts, Facet
from app.search.query import FacetName
from app.search.whoosh.execute import Documents
from app.search.whoosh.index import Snapshot
from app.search.whoosh.invert import Ints, ragged
from app.search.whoosh.segment import Segment

_VIEW = {"source": "source", "dateline": "place", "language": "language"}
_ENTITY_TYPES = ("person", "organization", "place", "event")


def facet(snapshot: Snapshot, name: FacetName, documents: Sequence[Documents], limit: int) -> Facet:
    """Count the values of `documents` (one array a segment). The most frequent first, then by value."""
    if name == "year" or name == "month":
        counts = _by_period(snapshot, documents, name)
        missing = counts.pop("", 0)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return _facet(name, len(ranked), missing, sum(counts.values()), ranked[:limit])
    view, prefix = ("entity", f"{name}-") if name in _ENTITY_TYPES else (_VIEW[name], "")
    values = snapshot.values(view)
    totals, missing = np.zeros(len(values.terms), np.int64), 0
    for number, chosen in enumerate(documents):
        segment = snapshot.views[number].segment
        run = segment.terms(view).starting(prefix.encode())
        found = np.bincount(_forward(segment, view, chosen), minlength=run.stop)[run.start : run.stop]
        totals[values.numbers[number][run.start : run.stop]] += found
        missing += len(chosen) - int(np.count_nonzero(segment.having(view, run)[chosen]))
    shown = _top(totals, limit)
    return _facet(
        name, int(np.count_nonzero(totals)), missing, int(totals.sum()),
        [(values.terms[i].decode("utf-8", "surrogatepass"), int(totals[i])) for i in shown],
    )  # fmt: skip


def dates(snapshot: Snapshot, matching: Sequence[Documents], everything: Sequence[Documents]) -> DateCounts:
    counts, totals = _by_period(snapshot, matching, "day"), _by_period(snapshot, everything, "day")
    undated = counts.pop("", 0)
    totals.pop("", None)
    days = sorted(totals)
    return DateCounts(
        days=tuple(days),
        counts=tuple(counts.get(day, 0) for day in days),
        totals=tuple(totals[day] for day in days),
        undated=undated,
    )


def _facet(name: FacetName, distinct: int, missing: int, total: int, shown: Sequence[tuple[str, int]]) -> Facet:
    buckets = tuple(Bucket(value, count) for value, count in shown)
    return Facet(name, distinct, missing, total - sum(bucket.count for bucket in buckets), buckets)


def _top(totals: Ints, limit: int) -> list[int]:
    """The `limit` largest above zero, ties by number: terms are numbered in their own order."""
    held = np.flatnonzero(totals)
    if len(held) > limit:
        bar = np.partition(totals[held], len(held) - limit)[len(held) - limit]
        held = held[totals[held] >= bar]
    order: list[int] = held[np.lexsort((held, -totals[held]))][:limit].tolist()
    return order


def _forward(segment: Segment, view: str, documents: Documents) -> npt.NDArray[np.int32]:
    """Term numbers of all values of the documents."""
    offsets, forward = segment[f"{view}.forward_offsets"], segment[f"{view}.forward"]
    if len(documents) * 3 > segment.documents:
        chosen = np.zeros(segment.documents, bool)
        chosen[documents] = True
        some: npt.NDArray[np.int32] = forward[np.repeat(chosen, np.diff(offsets))]
        return some
    starts = offsets[documents]
    few: npt.NDArray[np.int32] = forward[ragged(starts, offsets[documents + 1] - starts)]
    return few


def _by_period(
    snapshot: Snapshot, documents: Sequence[Documents], period: Literal["day", "month", "year"]
) -> Counter[str]:
    """Articles by label of their period; "" holds the undated."""
    totals: Counter[str] = Counter()
    for view, chosen in zip(snapshot.views, documents, strict=True):
        periods = view.segment.periods(period)
        counts = np.bincount(periods.of_document[chosen], minlength=len(periods.labels))
        for place in np.flatnonzero(counts).tolist():
            totals[periods.labels[place]] += int(counts[place])
    return totals
