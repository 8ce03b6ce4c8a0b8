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
_SHARES = 256


def leading_with_any(snapshot: Snapshot, stems: Sequence[str], but: int | None, count: int) -> tuple[int, Matches]:
    """Return how many living documents but one have any of some different stems, and with their scores, equal to the
    last bit to those of a search for which any is enough, all of them that may be among the first `count`."""
    frequencies = snapshot.frequencies(stems)
    if sum(frequencies) > MOST_READ:
        found = Execution(snapshot, AnyOf(tuple(StemTerm(stem, stem, None) for stem in stems))).matches().weighed()
        return _with_total(_without(snapshot, found, but))
    spend(sum(frequencies))
    curve, kept = curve_of(len(stems)), snapshot.kept
    frequent = {
        stem: (leading_with_any, stem, curve)
        for stem, frequency in zip(stems, frequencies, strict=True)
        if frequency * FREQUENT > snapshot.held
    }
    found_by = {stem: matches for stem, key in frequent.items() if (matches := kept.find(key)) is not None}
    rest = [(stem, frequency) for stem, frequency in zip(stems, frequencies, strict=True) if stem not in found_by]
    for (stem, _), matches in zip(rest, _scored_together(snapshot, rest, curve), strict=True):
        found_by[stem] = kept.get(frequent[stem], matches.copied, spare=True) if stem in frequent else matches
    every = [cast(Matches, found_by[stem]) for stem in stems] or [NOTHING]
    documents = np.concatenate([matches.documents for matches in every])
    scores = np.concatenate([matches.values for matches in every])
    if len(documents) * FREQUENT < snapshot.held:
        return _with_total(_without(snapshot, _summed(documents, scores), but))
    # In the order in which the stems stand.
    values = np.zeros(snapshot.held, np.float32)
    np.add.at(values, documents, scores)
    if snapshot.alive is not None:
        values *= snapshot.alive
    if but is not None:
        values[but] = 0
    total = int(np.count_nonzero(values))
    spend(total)
    leading = _reaching(values, count)
    return total, Matches(leading, values[leading])


def _without(snapshot: Snapshot, found: Matches, but: int | None) -> Matches:
    if snapshot.alive is not None:
        found = found.where(snapshot.alive[found.documents])
    return found if but is None else found.where(found.documents != but)


def _with_total(found: Matches) -> tuple[int, Matches]:
    spend(len(found))
    return len(found), found


def _reaching(values: Floats, count: int) -> Documents:
    """Return the documents among which are the first `count` by their values. Most are ruled out by the best of each of
    some shares of all: the least of the `count` best of these is reached by as many."""
    size = len(values) // _SHARES
    best = values[: size * _SHARES].reshape(size, _SHARES).max(axis=0) if size else values[:0]
    bound = np.partition(best, -count)[-count] if len(best) >= count else np.float32(0)
    return places_of(values >= bound if bound > 0 else values > 0).astype(np.int32)


def _scored_together(snapshot: Snapshot, stems: Sequence[tuple[str, int]], curve: Curve) -> Iterator[Matches]:
    """Yield the documents of some stems, of each of which it is told how many it has, with their scores."""
    if not stems:
        return
    numbers = np.array(snapshot.numbers("stem", [stem for stem, _ in stems]), np.int64)
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


def _summed(documents: Documents, scores: Floats) -> Matches:
    """Return each document once, with its scores added in the order in which they stand."""
    distinct = np.unique(documents)
    values = np.zeros(len(distinct), np.float32)
    np.add.at(values, np.searchsorted(distinct, documents), scores)
    return Matches(distinct, values)
