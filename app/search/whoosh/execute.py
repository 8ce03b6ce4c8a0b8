"""A plan over a snapshot: the matching documents and their scores, by whole-array operations.

A leaf gives, for each segment, its documents in ascending order and a *weight* each: the counts of the word in each
field, divided by that field's length against the mean and multiplied by its boost, summed (BM25F). The score of a leaf
is idf * (k1 + 1) * weight / (weight + k1). And, or: scores add up, always in the order of the plan, so that equal
articles have equal scores in any segment. Not: adds nothing.

What a leaf gives is kept twice: for each segment without idf, which a commit leaves valid, and for the snapshot, where
all of it is one array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.cache import Cache
from app.errors import QueryTooComplex
from app.search.query import MAX_EXPANSION, Field
from app.search.whoosh.cursor import Statistics
from app.search.whoosh.invert import ragged
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
from app.search.whoosh.segment import FIELDS, GAP, Array, Documents, Segment
from app.search.whoosh.snapshot import Ints, Mask, Snapshot

Floats = npt.NDArray[np.float32]

K1 = 1.2
B = 0.6
BOOST = {"headline": 3.0, "dateline": 1.0, "body": 1.0}
"""Chosen together on the Cranfield, CACM and NPL collections: docs/adr/0010."""
DERIVED_BOOST = 0.5
"""Of a headline made of the body's own words: they are counted in the body already."""


@dataclass(frozen=True)
class Matches:
    """Documents, ascending, and a number for each."""

    documents: Documents
    values: Floats
    spread: int = 0
    """Of a frequent leaf: the size of the snapshot, so that it may be laid out by document."""

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def nbytes(self) -> int:
        return self.documents.nbytes + self.values.nbytes + self.values.itemsize * self.spread

    @cached_property
    def dense(self) -> Floats | None:
        """The value of every document of the snapshot, 0 where it does not match; None where that is not worth it."""
        if not self.spread:
            return None
        dense = np.zeros(self.spread, np.float32)
        dense[self.documents] = self.values
        return dense

    def where(self, keep: Mask | Ints) -> Matches:
        return Matches(self.documents[keep], self.values[keep])

    def holds(self, wanted: Documents) -> Mask:
        """For each of some documents whether it is among these."""
        held: Mask = self.dense[wanted] > 0 if self.dense is not None else self._places(wanted)[1]
        return held

    def at(self, wanted: Documents) -> Floats:
        """The values of documents that are all among these."""
        return self.dense[wanted] if self.dense is not None else self.values[self._places(wanted)[0]]

    def _places(self, wanted: Documents) -> tuple[Ints, Mask]:
        """Where each of `wanted` stands, and whether it does."""
        if not len(self):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
        at = np.searchsorted(self.documents, wanted)
        at[at == len(self)] = 0
        return at, self.documents[at] == wanted


NOTHING = Matches(np.empty(0, np.int32), np.empty(0, np.float32))

_DENSE = 32
"""A leaf that one in so many documents has is laid out by document once others are looked up in it: that is then one
step, not a search."""

# What a leaf gives in a segment depends on the segment, the leaf and the mean lengths alone, and those move in steps:
# a commit leaves almost all of it valid.
_kept: Cache[Matches] = Cache(64 << 20, lambda matches: matches.nbytes + 200)
_norms: Cache[Floats] = Cache(64 << 20, lambda norms: norms.nbytes)


class Execution:
    """One plan over one snapshot. `given` statistics, those of an earlier page, replace the snapshot's own."""

    def __init__(self, snapshot: Snapshot, plan: Plan, given: Statistics | None = None) -> None:
        self._snapshot = snapshot
        self._plan = plan
        wanted = list(dict.fromkeys(leaves(plan)))
        rows = [snapshot.keep(leaf, partial(_scored, snapshot, leaf)) for leaf in wanted]
        own = Statistics(snapshot.held, snapshot.mean_lengths, tuple(map(len, rows)))
        self.statistics = given or own
        frequencies = zip(wanted, self.statistics.frequencies, strict=True)
        self._idf = {leaf: inverse_frequency(self.statistics.documents, n) for leaf, n in frequencies}
        if self.statistics != own:
            means = self.statistics.mean_lengths
            rows = [_scored(snapshot, leaf, means, self._idf[leaf]) for leaf in wanted]
        self._scores = dict(zip(wanted, rows, strict=True))

    def idf(self, leaf: Leaf) -> float:
        return self._idf[leaf]

    def matches(self) -> Matches:
        """Deleted documents are still among them."""
        return self._evaluate(self._plan)

    def _evaluate(self, plan: Plan) -> Matches:
        match plan:
            case All(plans):
                wanted = [self._evaluate(p) for p in plans if not isinstance(p, Without)]
                refused = [self._evaluate(p.plan) for p in plans if isinstance(p, Without)]
                return _except(_every(wanted) if wanted else everything(self._snapshot), refused)
            case Any(plans):
                return _some([self._evaluate(p) for p in plans], self._snapshot.held)
            case Without(child):
                return _except(everything(self._snapshot), [self._evaluate(child)])
            case leaf:
                return self._scores[leaf]


def everything(snapshot: Snapshot) -> Matches:
    return Matches(np.arange(snapshot.held, dtype=np.int32), np.zeros(snapshot.held, np.float32))


def _scored(
    snapshot: Snapshot, leaf: Leaf, means: tuple[float, ...] | None = None, idf: float | None = None
) -> Matches:
    """By the snapshot's own statistics where no others are given."""
    rows = _impacts(snapshot, leaf, means or snapshot.mean_lengths)
    frequency = sum(map(len, rows))
    factor = np.float32(inverse_frequency(snapshot.held, frequency) if idf is None else idf)
    if len(rows) == 1:
        documents, values = rows[0].documents, rows[0].values * factor
    else:
        documents = np.concatenate(
            [NOTHING.documents, *(m.documents + np.int32(f) for f, m in zip(snapshot.firsts, rows, strict=False))]
        )
        values = np.concatenate([NOTHING.values, *(m.values for m in rows)]) * factor
    return Matches(documents, values, snapshot.held if frequency * _DENSE > snapshot.held else 0)


def _impacts(snapshot: Snapshot, leaf: Leaf, means: tuple[float, ...]) -> list[Matches]:
    """For each segment the leaf's documents, by their numbers there, and how much of its idf each of them earns."""
    segments = [view.segment for view in snapshot.views]
    terms: list[Sequence[int]] = [()] * len(segments)
    if isinstance(leaf, PrefixTerms | FuzzyTerms):
        terms = [_expanded(leaf, segment) for segment in segments]
        _check_expansion(leaf, segments, terms)
    return [
        _kept.get((segment.path, leaf, means), partial(_saturated, segment, leaf, row, means))
        for segment, row in zip(segments, terms, strict=True)
    ]


def _saturated(segment: Segment, leaf: Leaf, terms: Sequence[int], means: tuple[float, ...]) -> Matches:
    found = _weights(segment, leaf, terms, means)
    return Matches(found.documents, saturated(found.values))


def _weights(segment: Segment, leaf: Leaf, terms: Sequence[int], means: tuple[float, ...]) -> Matches:
    match leaf:
        case StemTerm(stem, _, field):
            return _stem(segment, stem.encode(), field, means)
        case ExactPhrase(words, slop, field):
            return _located(segment, phrase_addresses(segment, words, slop), field, means)
        case PrefixTerms() | FuzzyTerms():
            addresses = [segment.positions(term) for term in terms]
            merged = np.sort(np.concatenate(addresses)) if addresses else _NO_ADDRESSES
            return _located(segment, merged, leaf.field, means)


def _stem(segment: Segment, stem: bytes, field: Field | None, means: tuple[float, ...]) -> Matches:
    number = segment.terms("stem").find(stem)
    if number is None:
        return NOTHING
    # A copy: what is kept of a segment must not keep the whole of it.
    documents = segment.documents_with("stem", number).copy()
    headline, dateline, body = means
    if field in (None, "body"):
        weights = _kept_norms(segment, "body", body)[documents] * segment.counts("body", number).astype(np.float32)
    else:
        weights = np.zeros(len(documents), np.float32)
    for name, mean in (("headline", headline), ("dateline", dateline)):
        if field in (None, name):
            counts = segment.counts(name, number)
            has = np.flatnonzero(counts)
            weights[has] += _kept_norms(segment, name, mean)[documents[has]] * counts[has].astype(np.float32)
    found = Matches(documents, weights)
    return found.where(np.flatnonzero(weights)) if field else found


def _located(
    segment: Segment, addresses: npt.NDArray[np.uint32], field: Field | None, means: tuple[float, ...]
) -> Matches:
    """Weights of the documents in which `addresses` (ascending) lie, counted field by field."""
    if not len(addresses):
        return NOTHING
    owner = (np.searchsorted(segment["start"], addresses, side="right") - 1).astype(np.int32)
    first_of = np.diff(owner, prepend=-1) != 0
    documents, row = owner[first_of], np.cumsum(first_of) - 1
    place = field_of(segment, documents, addresses, row)
    weights = np.zeros(len(documents), np.float32)
    for number, (name, mean) in enumerate(zip(FIELDS, means, strict=True)):
        if field in (None, name):
            counts = np.bincount(row[place == number], minlength=len(documents))
            has = np.flatnonzero(counts)
            weights[has] += _kept_norms(segment, name, mean)[documents[has]] * counts[has].astype(np.float32)
    found = Matches(documents, weights)
    return found.where(np.flatnonzero(weights)) if field else found


def field_of(segment: Segment, documents: Documents | Ints, addresses: Array, row: Ints) -> Ints:
    """In which of `FIELDS` each address lies; `row` says in which of `documents`."""
    dateline = segment["start"][documents].astype(np.int64) + segment["length.headline"][documents] + GAP
    body = dateline + segment["length.dateline"][documents] + GAP
    return (addresses >= dateline[row]).astype(np.int64) + (addresses >= body[row])


def _kept_norms(segment: Segment, field: str, mean: float) -> Floats:
    def made() -> Floats:
        return norms(field, mean, segment[f"length.{field}"], segment["derived"])

    return _norms.get((segment.path, field, mean), made)


def norms(field: str, mean: float, lengths: Array, derived: Array) -> Floats:
    """What one occurrence in `field` weighs in documents of such lengths."""
    made: Floats = np.float32(BOOST[field]) / (
        np.float32(1 - B) + np.float32(B / max(mean, 1e-9)) * lengths.astype(np.float32)
    )
    if field == "headline":
        made[derived == 1] *= np.float32(DERIVED_BOOST / BOOST[field])
    return made


_NO_ADDRESSES = np.empty(0, np.uint32)


def inverse_frequency(documents: int, frequency: int) -> float:
    return math.log1p((documents - min(frequency, documents) + 0.5) / (frequency + 0.5))


def saturated(weights: Floats) -> Floats:
    """The share of a word's idf that a weight earns: 0 to `K1` + 1."""
    return np.float32(K1 + 1) * weights / (weights + np.float32(K1))


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


def _check_expansion(
    leaf: PrefixTerms | FuzzyTerms, segments: Sequence[Segment], terms: Sequence[Sequence[int]]
) -> None:
    if sum(map(len, terms)) <= MAX_EXPANSION:
        return
    distinct = {segment.terms("exact")[i] for segment, row in zip(segments, terms, strict=True) for i in row}
    if len(distinct) > MAX_EXPANSION:
        shown = f"{leaf.prefix}*" if isinstance(leaf, PrefixTerms) else f"{leaf.term}~"
        message = f"{shown} stands for {len(distinct)} words; {MAX_EXPANSION} is the limit. Add letters."
        raise QueryTooComplex("expansion_too_large", message)


def _every(rows: Sequence[Matches]) -> Matches:
    """The documents that all have, with their values added in the order given."""
    if len(rows) == 1:
        return rows[0]
    rarest, *others = sorted(rows, key=len)
    documents = rarest.documents
    for row in others:
        documents = documents[row.holds(documents)]
    values = np.zeros(len(documents), np.float32)
    for row in rows:
        values += row.at(documents)
    return Matches(documents, values)


def _some(rows: Sequence[Matches], size: int) -> Matches:
    """The documents that any has, with their values added in the order given."""
    if len(rows) == 1:
        return rows[0]
    if sum(map(len, rows)) * _DENSE < size:
        documents = np.unique(np.concatenate([row.documents for row in rows]))
        values = np.zeros(len(documents), np.float32)
        for row in rows:
            values[np.searchsorted(documents, row.documents)] += row.values
        return Matches(documents, values)
    total, silent = np.zeros(size, np.float32), []
    for row in rows:
        if row.dense is not None:
            total += row.dense
        else:
            total[row.documents] += row.values
            silent.append(row.documents[row.values == 0])
    seen = total > 0
    for documents in silent:
        # What only lacks a refused word matches without a score.
        seen[documents] = True
    documents = np.flatnonzero(seen).astype(np.int32)
    return Matches(documents, total[documents])


def _except(row: Matches, refused: Sequence[Matches]) -> Matches:
    for other in refused:
        row = row.where(~other.holds(row.documents))
    return row


def slices(ascending: npt.NDArray[np.uint32], start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The members of an ascending array that lie in [start[i], end[i]): (their indices, i for each)."""
    # Of one type: NumPy would convert the whole of the longer array.
    low, high = (np.searchsorted(ascending, bound.astype(ascending.dtype)) for bound in (start, end))
    return ragged(low, high - low), np.repeat(np.arange(len(start)), high - low)
