"""Articles that have any of many words, with their scores: read in as many calls as one word takes.

Who asks what is like an article asks for thirty words at once, and for others than whoever asked before; but a few of
them are frequent, are asked for again and again, and have most of the articles. Those are kept, as long as there is
room: to keep each of the others by itself takes longer than to read all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np

from app.effort import spend
from app.search.formula import Curve, Floats, curve_of, inverse_frequency
from app.search.plan import AnyOf, StemTerm
from app.search.whoosh.execute import Execution
from app.search.whoosh.matches import FREQUENT, NOTHING, Matches
from app.search.whoosh.packed import offsets_of, places_of
from app.search.whoosh.segment import Documents
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.weights import earned_by_several

MOST_READ = 200_000
"""Documents of all words together. Where there are more, what an earlier search has left of the frequent ones helps."""


def having_any(snapshot: Snapshot, stems: Sequence[str]) -> Matches:
    """Return what a search finds for which any of some different stems is enough, equal to the last bit."""
    frequencies = snapshot.frequencies(stems)
    if sum(frequencies) > MOST_READ:
        return Execution(snapshot, AnyOf(tuple(StemTerm(stem, stem, None) for stem in stems))).matches().weighed()
    spend(sum(frequencies))
    curve, kept = curve_of(len(stems)), snapshot.kept
    frequent = {
        stem: (having_any, stem, curve)
        for stem, frequency in zip(stems, frequencies, strict=True)
        if frequency * FREQUENT > snapshot.held
    }
    found = {stem: matches for stem, key in frequent.items() if (matches := kept.find(key)) is not None}
    rest = [(stem, frequency) for stem, frequency in zip(stems, frequencies, strict=True) if stem not in found]
    for (stem, _), matches in zip(rest, _scored_together(snapshot, rest, curve), strict=True):
        found[stem] = kept.get(frequent[stem], matches.copied, spare=True) if stem in frequent else matches
    every = [cast(Matches, found[stem]) for stem in stems] or [NOTHING]
    return _summed(
        np.concatenate([matches.documents for matches in every]),
        np.concatenate([matches.values for matches in every]),
        snapshot.held,
    )


def _scored_together(snapshot: Snapshot, stems: Sequence[tuple[str, int]], curve: Curve) -> Iterator[Matches]:
    """Yield the documents of some stems, of each of which it is told how many it has, with their scores."""
    if not stems:
        return
    numbers = np.array(snapshot.stem_numbers([stem for stem, _ in stems]), np.int64)
    factors = np.array([inverse_frequency(snapshot.held, frequency) for _, frequency in stems], np.float32)
    parts: list[tuple[Documents, Floats, list[int]]] = []
    for first, view, of_segment in zip(snapshot.firsts, snapshot.views, numbers.T, strict=False):
        held = of_segment >= 0
        found, earned, some = earned_by_several(view.segment, of_segment[held], snapshot.mean_lengths, curve)
        counts = np.zeros(len(stems), np.int64)
        counts[held] = some
        scores = earned * np.repeat(factors, counts)
        parts.append((found + np.int32(first) if first else found, scores, offsets_of(counts).tolist()))
    for number in range(len(stems)):
        pieces = [
            (documents[ends[number] : ends[number + 1]], scores[ends[number] : ends[number + 1]])
            for documents, scores, ends in parts
        ]
        yield Matches(*pieces[0]) if len(pieces) == 1 else Matches(*map(np.concatenate, zip(*pieces, strict=True)))


def _summed(documents: Documents, scores: Floats, size: int) -> Matches:
    """Return each document once, with its scores added in the order in which they stand."""
    if len(documents) * FREQUENT < size:
        distinct = np.unique(documents)
        values = np.zeros(len(distinct), np.float32)
        np.add.at(values, np.searchsorted(distinct, documents), scores)
        return Matches(distinct, values)
    values = np.zeros(size, np.float32)
    np.add.at(values, documents, scores)
    distinct = places_of(values).astype(np.int32)
    return Matches(distinct, values[distinct])
