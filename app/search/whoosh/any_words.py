"""Articles that have any of many words, with their scores: read in as many calls as one word takes.

Who asks what is like an article asks for thirty words at once, and for others than whoever asked before. So nothing is
kept of them: to keep each by itself takes longer than to read all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.effort import spend
from app.search.formula import Floats, curve_of, inverse_frequency
from app.search.plan import AnyOf, StemTerm
from app.search.whoosh.execute import Execution
from app.search.whoosh.matches import FREQUENT, NOTHING, Matches
from app.search.whoosh.packed import places_of
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
    factors = np.array([inverse_frequency(snapshot.held, frequency) for frequency in frequencies], np.float32)
    numbers = np.array(snapshot.stem_numbers(stems), np.int64)
    curve, documents, scores = curve_of(len(stems)), [NOTHING.documents], [NOTHING.values]
    for first, view, of_segment in zip(snapshot.firsts, snapshot.views, numbers.T, strict=False):
        held = of_segment >= 0
        found, earned, counts = earned_by_several(view.segment, of_segment[held], snapshot.mean_lengths, curve)
        documents.append(found + np.int32(first))
        scores.append(earned * np.repeat(factors[held], counts))
    return _summed(np.concatenate(documents), np.concatenate(scores), snapshot.held)


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
