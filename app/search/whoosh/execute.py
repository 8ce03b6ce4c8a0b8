"""A plan over a snapshot: the matching documents of every segment and their scores, by whole-array operations.

A leaf gives, for each segment, its documents in ascending order and a *weight* each: the counts of the word in each
field, divided by that field's length against the mean and multiplied by its boost, summed (BM25F). The score of a leaf
is idf * (k1 + 1) * weight / (weight + k1). And, or: scores add up, always in the order of the plan, so that equal
articles have equal scores in any segment. Not: adds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.cache import Cache
from app.errors import QueryTooComplex
from app.search.query import MAX_EXPANSION, Field
from app.search.whoosh.cursor import Statistics
from app.search.whoosh.index import Snapshot
from app.search.whoosh.invert import Ints, ragged
from app.search.whoosh.plan import (
    All,
    Any,
    ExactPhrase,
    FuzzyTerms,
    Leaf,
    Plan,
    PrefixTerms,
    StemTerm,
    Without,
    leaves,
)
from app.search.whoosh.segment import FIELDS, Documents, Segment

Floats = npt.NDArray[np.float32]

K1 = 1.2
B = 0.6
BOOST = {"headline": 3.0, "dateline": 1.0, "body": 1.0}
"""Chosen together on the Cranfield, CACM and NPL collections: docs/adr/0010."""
DERIVED_BOOST = 0.5
"""Of a headline made of the body's own words: they are counted in the body already."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents of one segment, ascending, and a number for each."""

    documents: Documents
    values: Floats

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def nbytes(self) -> int:
        return self.documents.nbytes + self.values.nbytes

    def where(self, keep: npt.NDArray[np.bool_] | Ints) -> Matches:
        return Matches(self.documents[keep], self.values[keep])


NOTHING = Matches(np.empty(0, np.int32), np.empty(0, np.float32))

# What a leaf gives in a segment depends on the segment, the leaf and the mean lengths alone, and those move in steps:
# a commit leaves almost all of it valid.
_kept: Cache[Matches] = Cache(96 << 20, lambda matches: matches.nbytes + 200)
_norms: Cache[Floats] = Cache(64 << 20, lambda norms: norms.nbytes)


class Execution:
    """One plan over one snapshot. `given` statistics, those of an earlier page, replace the snapshot's own."""

    def __init__(self, snapshot: Snapshot, plan: Plan, given: Statistics | None = None) -> None:
        self._snapshot = snapshot
        self._plan = plan
        self._means = dict(zip(FIELDS, (given or snapshot).mean_lengths, strict=True))
        found = {leaf: self._impacts(leaf) for leaf in leaves(plan)}
        self.statistics = given or Statistics(
            snapshot.held, snapshot.mean_lengths, tuple(sum(map(len, row)) for row in found.values())
        )
        frequencies = zip(found, self.statistics.frequencies, strict=True)
        self._idf = {leaf: inverse_frequency(self.statistics.documents, n) for leaf, n in frequencies}
        self._scores = {
            leaf: [Matches(m.documents, m.values * np.float32(self._idf[leaf])) for m in row]
            for leaf, row in found.items()
        }

    def idf(self, leaf: Leaf) -> float:
        return self._idf[leaf]

    def matches(self) -> list[Matches]:
        """For each segment; deleted documents are still among them."""
        return [self._evaluate(self._plan, number) for number in range(len(self._snapshot.views))]

    def weigh(self, segment: Segment, field: str, documents: Documents | Ints, counts: Ints) -> Floats:
        """What `counts` occurrences in `field` weigh in each of `documents`."""
        mean = self._means[field]
        norms = _norms.get((segment.path, field, mean), lambda: _norm(segment, field, mean))
        return norms[documents] * counts.astype(np.float32)

    def _evaluate(self, plan: Plan, number: int) -> Matches:
        match plan:
            case All(plans):
                wanted = [self._evaluate(p, number) for p in plans if not isinstance(p, Without)]
                refused = [self._evaluate(p.plan, number) for p in plans if isinstance(p, Without)]
                return _except(_every(wanted) if wanted else self._all(number), refused)
            case Any(plans):
                return _some([self._evaluate(p, number) for p in plans], self._size(number))
            case Without(child):
                return _except(self._all(number), [self._evaluate(child, number)])
            case leaf:
                return self._scores[leaf][number]

    def _size(self, number: int) -> int:
        return self._snapshot.views[number].segment.documents

    def _all(self, number: int) -> Matches:
        return everything(self._size(number))

    def _impacts(self, leaf: Leaf) -> list[Matches]:
        """For each segment the leaf's documents and how much of its idf each of them earns."""
        segments = [view.segment for view in self._snapshot.views]
        if isinstance(leaf, PrefixTerms | FuzzyTerms):
            _check_expansion(leaf, segments)
        means = tuple(self._means.values())
        return [_kept.get((s.path, leaf, means), lambda s=s: _saturated(self._weights(leaf, s))) for s in segments]  # type: ignore[misc]

    def _weights(self, leaf: Leaf, segment: Segment) -> Matches:
        match leaf:
            case StemTerm(stem, _, field):
                return self._stem(segment, stem.encode(), field)
            case ExactPhrase(terms, slop, field):
                return self._located(segment, phrase_addresses(segment, terms, slop), field)
            case PrefixTerms() | FuzzyTerms():
                addresses = [segment.positions(term) for term in _expanded(leaf, segment)]
                merged = np.sort(np.concatenate(addresses)) if addresses else _NO_ADDRESSES
                return self._located(segment, merged, leaf.field)

    def _stem(self, segment: Segment, stem: bytes, field: Field | None) -> Matches:
        number = segment.terms("stem").find(stem)
        if number is None:
            return NOTHING
        # A copy: what is kept of a segment must not keep the whole of it.
        documents = segment.documents_with("stem", number).copy()
        if field in (None, "body"):
            weights = self.weigh(segment, "body", documents, segment.counts("body", number))
        else:
            weights = np.zeros(len(documents), np.float32)
        for name in ("headline", "dateline"):
            if field in (None, name):
                counts = segment.counts(name, number)
                has = np.flatnonzero(counts)
                weights[has] += self.weigh(segment, name, documents[has], counts[has])
        found = Matches(documents, weights)
        return found.where(np.flatnonzero(weights)) if field else found

    def _located(self, segment: Segment, addresses: npt.NDArray[np.uint32], field: Field | None) -> Matches:
        """Weights of the documents in which `addresses` (ascending) lie, counted field by field."""
        if not len(addresses):
            return NOTHING
        owner = (np.searchsorted(segment["start"], addresses, side="right") - 1).astype(np.int32)
        place = addresses.astype(np.int64)
        names: Iterable[str] = (field,) if field else FIELDS
        first_of = np.diff(owner, prepend=-1) != 0
        documents, row = owner[first_of], np.cumsum(first_of) - 1
        weights = np.zeros(len(documents), np.float32)
        for name in names:
            first, end = segment.addresses[name]
            counts = np.bincount(row[(place >= first[owner]) & (place < end[owner])], minlength=len(documents))
            has = np.flatnonzero(counts)
            weights[has] += self.weigh(segment, name, documents[has], counts[has])
        return Matches(documents, weights).where(np.flatnonzero(weights))


_NO_ADDRESSES = np.empty(0, np.uint32)


def inverse_frequency(documents: int, frequency: int) -> float:
    return math.log1p((documents - min(frequency, documents) + 0.5) / (frequency + 0.5))


def saturated(weights: Floats) -> Floats:
    """The share of a word's idf that a weight earns: 0 to `K1` + 1."""
    return np.float32(K1 + 1) * weights / (weights + np.float32(K1))


def everything(size: int) -> Matches:
    return Matches(np.arange(size, dtype=np.int32), np.zeros(size, np.float32))


def _saturated(found: Matches) -> Matches:
    return Matches(found.documents, saturated(found.values))


def _norm(segment: Segment, field: str, mean: float) -> Floats:
    length = segment[f"length.{field}"].astype(np.float32)
    norms: Floats = np.float32(BOOST[field]) / (np.float32(1 - B) + np.float32(B / max(mean, 1e-9)) * length)
    if field == "headline":
        norms[segment["derived"] == 1] *= np.float32(DERIVED_BOOST / BOOST[field])
    return norms


def phrase_addresses(segment: Segment, terms: Sequence[str], slop: int) -> npt.NDArray[np.uint32]:
    """Where the words stand in this order with at most `slop` others between them in all: addresses of the first.

    No match leaves its field: the gap behind each is wider than the widest step.
    """
    table = segment.terms("exact")
    numbers = [table.find(term.encode()) for term in terms]
    if not numbers or any(number is None for number in numbers):
        return _NO_ADDRESSES
    positions = [segment.positions(number) for number in numbers if number is not None]
    return _near(positions, slop) if slop else _adjacent(positions)


def _adjacent(positions: Sequence[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """Start from the rarest word: the others are looked up, not merged."""
    order = sorted(range(len(positions)), key=lambda i: len(positions[i]))
    rarest = order[0]
    start = positions[rarest][positions[rarest] >= rarest] - np.uint32(rarest)
    for i in order[1:]:
        wanted = start + np.uint32(i)
        at = np.searchsorted(positions[i], wanted)
        at[at == len(positions[i])] = 0
        start = start[positions[i][at] == wanted]
    return start


def _near(positions: Sequence[npt.NDArray[np.uint32]], slop: int) -> npt.NDArray[np.uint32]:
    """From each first word step to the nearest next word; the earliest end decides."""
    start = positions[0].astype(np.int64)
    last = start
    for following in positions[1:]:
        at = np.searchsorted(following, last, side="right")
        inside = at < len(following)
        start, last = start[inside], following[at[inside]].astype(np.int64)
    return start[last - start - (len(positions) - 1) <= slop].astype(np.uint32)


def near_terms(segment: Segment, term: str, edits: int) -> list[int]:
    """Numbers of the exact terms at most `edits` insertions, deletions, changes or swaps away, ascending."""
    table = segment.terms("exact")
    likely = table.alike(term, edits)
    texts = [table[number].decode() for number in likely]
    found = process.extract(term, texts, scorer=OSA.distance, score_cutoff=edits, limit=None)
    return sorted(likely[place] for _, _, place in found)


def _expanded(leaf: PrefixTerms | FuzzyTerms, segment: Segment) -> Sequence[int]:
    if isinstance(leaf, PrefixTerms):
        return segment.terms("exact").starting(leaf.prefix.encode())
    return near_terms(segment, leaf.term, leaf.edits)


def _check_expansion(leaf: PrefixTerms | FuzzyTerms, segments: Sequence[Segment]) -> None:
    rows = [_expanded(leaf, segment) for segment in segments]
    if sum(map(len, rows)) <= MAX_EXPANSION:
        return
    distinct = {segment.terms("exact")[i] for segment, row in zip(segments, rows, strict=True) for i in row}
    if len(distinct) > MAX_EXPANSION:
        shown = f"{leaf.prefix}*" if isinstance(leaf, PrefixTerms) else f"{leaf.term}~"
        message = f"{shown} stands for {len(distinct)} words; {MAX_EXPANSION} is the limit. Add letters."
        raise QueryTooComplex("expansion_too_large", message)


def _every(rows: Sequence[Matches]) -> Matches:
    """The documents that all have, with their values added in the order given."""
    if len(rows) == 1:
        return rows[0]
    documents = min(rows, key=len).documents
    for row in sorted(rows, key=len)[1:]:
        documents = documents[_places(row.documents, documents)[1]]
    values = np.zeros(len(documents), np.float32)
    for row in rows:
        values += row.values[_places(row.documents, documents)[0]]
    return Matches(documents, values)


def _places(ascending: Documents, wanted: Documents) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where each of `wanted` stands in `ascending`, and whether it does."""
    if not len(ascending):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    at = np.searchsorted(ascending, wanted)
    at[at == len(ascending)] = 0
    return at, ascending[at] == wanted


def _some(rows: Sequence[Matches], size: int) -> Matches:
    """The documents that any has, with their values added in the order given."""
    if len(rows) == 1:
        return rows[0]
    values, seen = np.zeros(size, np.float32), np.zeros(size, bool)
    for row in rows:
        values[row.documents] += row.values
        seen[row.documents] = True
    documents = np.flatnonzero(seen).astype(np.int32)
    return Matches(documents, values[documents])


def _except(row: Matches, refused: Sequence[Matches]) -> Matches:
    for other in refused:
        row = row.where(~_places(other.documents, row.documents)[1])
    return row


def slices(ascending: npt.NDArray[np.uint32], start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The members of an ascending array that lie in [start[i], end[i]): (their indices, i for each)."""
    low, high = np.searchsorted(ascending, start), np.searchsorted(ascending, end)
    return ragged(low, high - low), np.repeat(np.arange(len(start)), high - low)
