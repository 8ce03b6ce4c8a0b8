"""Exact counts over the matches: facets and days.

Values are counted by number inside each segment, added up by a number common to all segments, and only the few that are
shown become text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.search.engine import Bucket, DateCounts, Facet
from app.search.query import FacetName
from app.search.whoosh.index import Snapshot
from app.search.whoosh.invert import Ints, ragged
from app.search.whoosh.segment import Documents, Period, Segment

_VIEW = {"source": "source", "dateline": "place", "language": "language"}
_ENTITY_TYPES = ("person", "organization", "place", "event")


def facet(snapshot: Snapshot, name: FacetName, documents: Sequence[Documents], limit: int) -> Facet:
    """Count the values of `documents` (one array a segment). The most frequent first, then by value."""
    if name == "year" or name == "month":
        labels, sums = _by_period(snapshot, documents, name)
        undated = int(sums[0]) if labels[:1] == [""] else 0
        sums[: 1 if labels[:1] == [""] else 0] = 0
        shown = [(labels[i], int(sums[i])) for i in _top(sums, limit)]
        return _facet(name, int(np.count_nonzero(sums)), undated, int(sums.sum()), shown)
    view, prefix = ("entity", f"{name}-") if name in _ENTITY_TYPES else (_VIEW[name], "")
    values = snapshot.values(view)
    totals, missing = np.zeros(len(values.terms), np.int64), 0
    for number, chosen in enumerate(documents):
        segment = snapshot.views[number].segment
        run = segment.terms(view).starting(prefix.encode())
        found = np.bincount(_forward(segment, view, chosen), minlength=run.stop)[run.start : run.stop]
        totals[values.numbers[number][run.start : run.stop]] += found
        missing += len(chosen) - int(np.count_nonzero(segment.having(view, run)[chosen]))
    best = _top(totals, limit)
    return _facet(
        name, int(np.count_nonzero(totals)), missing, int(totals.sum()),
        [(values.terms[i].decode("utf-8", "surrogatepass"), int(totals[i])) for i in best],
    )  # fmt: skip


def dates(snapshot: Snapshot, matching: Sequence[Documents], everything: Sequence[Documents]) -> DateCounts:
    labels, totals = _by_period(snapshot, everything, "day")
    counts = _by_period(snapshot, matching, "day")[1]
    undated = int(counts[0]) if labels[:1] == [""] else 0
    held = [i for i in np.flatnonzero(totals).tolist() if labels[i]]
    return DateCounts(
        days=tuple(labels[i] for i in held),
        counts=tuple(counts[held].tolist()),
        totals=tuple(totals[held].tolist()),
        undated=undated,
    )


def _facet(name: FacetName, distinct: int, missing: int, total: int, shown: Sequence[tuple[str, int]]) -> Facet:
    buckets = tuple(Bucket(value, count) for value, count in shown)
    return Facet(name, distinct, missing, total - sum(bucket.count for bucket in buckets), buckets)


def _top(totals: Ints, limit: int) -> list[int]:
    """The `limit` largest above zero, ties by number: terms are numbered in their own order."""
    held = np.flatnonzero(totals)
    if len(held) > limit > 0:
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


def _by_period(snapshot: Snapshot, documents: Sequence[Documents], period: Period) -> tuple[list[str], Ints]:
    """Labels of periods, "" for the undated first, and how many of the documents lie in each."""
    labels, places = snapshot.periods(period)
    totals = np.zeros(len(labels), np.int64)
    for view, chosen, place in zip(snapshot.views, documents, places, strict=True):
        of_document = view.segment.periods(period).of_document
        # All documents are usual here: then nothing has to be picked out.
        inside = of_document if len(chosen) == len(of_document) else of_document[chosen]
        totals[place] += np.bincount(inside, minlength=len(place))
    return labels, totals
