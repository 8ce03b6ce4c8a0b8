"""Weights: what a leaf of a plan finds in one segment, and what it is worth there.

A leaf gives documents in ascending order and a *weight* each: the counts of the word in each field, divided by that
field's length against the mean and multiplied by its boost, summed (BM25F). Saturated, (k1 + 1) * weight / (weight +
k1), a weight is the share of the word's idf that the document earns. It depends on the segment, the leaf and the mean
lengths alone, and those move in steps: what is kept here stays good over almost all commits. `k1`, and how much length
counts, are those of the question's `Curve`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from app.errors import QueryTooComplex
from app.search.attributes import Field
from app.search.formula import FURNITURE, Curve, Floats, Means, norms, saturated
from app.search.plan import ExactPhrase, FuzzyTerms, Leaf, PrefixTerms, StemTerm, ValueWords
from app.search.query import MAX_EXPANSION
from app.search.whoosh.marked import MarkedStem
from app.search.whoosh.matches import NOTHING, Matches
from app.search.whoosh.near import near_terms
from app.search.whoosh.packed import Array, Ints, Mask, first_of_each, places_of
from app.search.whoosh.segment import FIELD_BITS, FIELD_MASK, FIELDS, Documents, Segment
from app.search.whoosh.values import documents_with

Addresses = npt.NDArray[np.uint32]

_SPARSE = 32
"""Where more than one of so many occurrences is looked up, nearly all blocks of a word are unpacked anyway."""


def impacts(leaf: Leaf, segments: Sequence[Segment], means: Means, curve: Curve) -> list[Matches]:
    """Return, for each segment, the leaf's documents and what share of its idf each of them earns. A commit asks for
    them again; while there is none, the snapshot has what it made of them."""
    terms: list[Sequence[int]] = [()] * len(segments)
    if isinstance(leaf, PrefixTerms | FuzzyTerms):
        terms = [expansion(leaf, segment) for segment in segments]
        _check_expansion(leaf, segments, terms)
    return [
        segment.kept.get((leaf, means, curve), partial(_earned, segment, leaf, row, means, curve), spare=True)
        for segment, row in zip(segments, terms, strict=True)
    ]


def weigh_together(leaves: Sequence[StemTerm], segments: Sequence[Segment], means: Means, curve: Curve) -> None:
    """Work out and keep what `impacts` gives for several stems in any field: each by itself takes as many calls."""
    for segment in segments:
        table = segment.terms("stem")
        found = ((leaf, table.find(leaf.stem.encode())) for leaf in leaves)
        numbers = {
            leaf: number
            for leaf, number in found
            if number is not None and segment.kept.find((leaf, means, curve)) is None
        }
        if len(numbers) < TOGETHER:
            continue
        terms = np.fromiter(numbers.values(), np.int64, len(numbers))
        documents, earned, counts = earned_by_several(segment, terms, means, curve)
        start = 0
        for leaf, count in zip(numbers, counts.tolist(), strict=True):
            part = slice(start, start + count)
            segment.kept.get((leaf, means, curve), partial(Matches, documents[part].copy(), earned[part].copy()))
            start += count


TOGETHER = 3
"""Stems from which on it takes less time."""


def earned_by_several(segment: Segment, stems: Ints, means: Means, curve: Curve) -> tuple[Documents, Floats, Ints]:
    """Return the documents of some stems in any field, one stem after the other, what share of its idf each of them
    earns, and how many documents each stem has."""
    values, counts = segment.lists("stem.docs").unpack_several(stems)
    documents = values.view(np.int32)
    odd = segment.odd_counts_of(stems, counts)
    weights = _counted_weights(documents, *odd, None, Norms(segment, means, curve.b))
    return documents, saturated(weights, curve), counts


def _earned(segment: Segment, leaf: Leaf, terms: Sequence[int], means: Means, curve: Curve) -> Matches:
    found = _weights(segment, leaf, terms, Norms(segment, means, curve.b))
    return Matches(found.documents, saturated(found.values, curve))


def _weights(segment: Segment, leaf: Leaf, terms: Sequence[int], norms: Norms) -> Matches:
    match leaf:
        case StemTerm(stem, _, field):
            return _stem_weights(segment, stem.encode(), field, norms)
        case ExactPhrase(words, slop, field):
            return _address_weights(segment, phrase_addresses(segment, words, slop), field, norms)
        case ValueWords():
            documents = documents_with(segment, leaf)
            return Matches(documents, np.ones(len(documents), np.float32))
        case PrefixTerms() | FuzzyTerms():
            return _address_weights(segment, segment.positions_of(terms), leaf.field, norms)


def _stem_weights(segment: Segment, stem: bytes, field: Field | None, norms: Norms) -> Matches:
    number = segment.terms("stem").find(stem)
    if number is None:
        return NOTHING
    documents = segment.documents_with("stem", number)
    weights = _counted_weights(documents, *segment.odd_counts(number), field, norms)
    found = Matches(documents, weights)
    return found.where(places_of(weights)) if field else found


def weights_of(segment: Segment, stem: int, documents: Documents, means: Means, curve: Curve) -> Floats:
    """Return what `impacts` does for all documents that have a stem."""
    odd, counts = segment.odd_counts(stem)
    return saturated(_counted_weights(documents, odd, counts, None, Norms(segment, means, curve.b)), curve)


def odd_weights(segment: Segment, stem: int, documents: Documents, means: Means, curve: Curve) -> tuple[Ints, Floats]:
    """Return, of the documents that have a stem, where those stand that do not have it just once and in the body, and
    what `impacts` does for these."""
    odd, counts = segment.odd_counts(stem)
    norms = Norms(segment, means, curve.b)
    return odd, saturated(_counted_weights(documents[odd], None, counts, None, norms), curve)


def marked_weights(
    segment: Segment, stem: int, marked: MarkedStem, documents: Documents, means: Means, curve: Curve
) -> Floats:
    """Return what `impacts` does for some of the documents that have a marked stem."""
    norms = Norms(segment, means, curve.b)
    odd, counts = segment.odd_counts_in(stem, marked, documents)
    earned = norms.earned_by_one(curve).take(documents)
    earned[odd] = saturated(_counted_weights(documents.take(odd), None, counts, None, norms), curve)
    return earned


def marked_odd_weights(
    segment: Segment, stem: int, marked: MarkedStem, means: Means, curve: Curve
) -> tuple[Documents, Floats]:
    """Return those documents of a marked stem that do not have it just once and in the body, and what `impacts` does
    for these."""
    odd, counts = segment.odd_counts_in(stem, marked)
    documents = odd.astype(np.int32)
    norms = Norms(segment, means, curve.b)
    return documents, saturated(_counted_weights(documents, None, counts, None, norms), curve)


def most_for_one(segment: Segment, means: Means, curve: Curve) -> float:
    """Return the most that a document earns which has a stem just once and in the body."""
    return float(saturated(Norms(segment, means, curve.b).most_in_body, curve)[0])


def weights_at(segment: Segment, stem: int, documents: Documents, places: Ints, means: Means, curve: Curve) -> Floats:
    """Return what `impacts` does for some of the documents that have a stem: those at `places` of its list."""
    odd, counts = segment.odd_counts(stem, places)
    return saturated(_counted_weights(documents, odd, counts, None, Norms(segment, means, curve.b)), curve)


def _counted_weights(
    documents: Documents, odd: Ints | None, counts: Mapping[str, Array], field: Field | None, norms: Norms
) -> Floats:
    """Return the weights of a stem in documents that have it; `odd` and `counts` are as `Segment.odd_counts` has
    them. None where all are odd."""
    if field in (None, "body"):
        weights = norms["body"].take(documents)
        often = counts["body"] + np.float32(FURNITURE) * counts["furniture"]
        weights[slice(None) if odd is None else odd] *= often
    else:
        weights = np.zeros(len(documents), np.float32)
    for name in ("headline", "dateline"):
        if field in (None, name):
            has = places_of(counts[name])
            if not len(has):
                continue
            where = has if odd is None else odd[has]
            weights[where] += norms[name].take(documents.take(where)) * counts[name].take(has)
    return weights


def _address_weights(segment: Segment, addresses: Addresses, field: Field | None, norms: Norms) -> Matches:
    """Weights of the documents in which `addresses` (ascending) lie, counted field by field."""
    at = segment.fields_at(addresses)
    number = at & FIELD_MASK
    if field:
        inside = places_of(number == FIELDS.index(field))
        at, number = at.take(inside), number.take(inside)
    if not len(at):
        return NOTHING
    owner = at >> FIELD_BITS
    number *= segment.documents
    number += owner
    weight = norms.by_field.take(number)
    is_first = first_of_each(owner)
    documents = owner.take(places_of(is_first))
    row = is_first.astype(np.int64)
    row[0] = 0
    row = row.cumsum()
    return Matches(documents, np.bincount(row, weights=weight).astype(np.float32))


class Norms:
    """What one occurrence weighs in each document of a segment: `by_field` has a row for each of `FIELDS`."""

    def __init__(self, segment: Segment, means: Means, b: float) -> None:
        self._segment, self._means, self._b = segment, means, b
        self.by_field: Floats = segment.kept.get(("norms", means, b), self._made)

    def __getitem__(self, field: str) -> Floats:
        row: Floats = self.by_field[FIELDS.index(field)]
        return row

    @property
    def most_in_body(self) -> Floats:
        """Return the most that one occurrence in a body weighs."""

        def made() -> Floats:
            most: Floats = self["body"].max(keepdims=True)
            return most

        return self._segment.kept.get(("most", self._means, self._b), made)

    def earned_by_one(self, curve: Curve) -> Floats:
        """Return what each document earns by one occurrence in its body."""
        return self._segment.kept.get(("earned", self._means, curve), lambda: saturated(self["body"], curve))

    def _made(self) -> Floats:
        made, derived = np.empty((len(FIELDS), self._segment.documents), np.float32), self._segment["derived"]
        for row, field, mean in zip(made, FIELDS, self._means, strict=True):
            row[:] = norms(field, mean, self._b, self._segment[f"length.{field}"], derived)
        return made


_NO_ADDRESSES = np.empty(0, np.uint32)


def phrase_addresses(segment: Segment, terms: Sequence[str], slop: int) -> Addresses:
    """Return where the words stand in this order with at most `slop` others between them in all: addresses of the
    first."""
    return phrase_stretches(segment, terms, slop)[0]


def phrase_stretches(segment: Segment, terms: Sequence[str], slop: int) -> tuple[Addresses, Addresses]:
    """Return of the same the addresses of the first word and of the last.

    No match leaves its field: the gap behind each is wider than the widest step.
    """
    table = segment.terms("exact")
    numbers = [table.find(term.encode()) for term in terms]
    if not numbers or any(number is None for number in numbers):
        return _NO_ADDRESSES, _NO_ADDRESSES
    known = [number for number in numbers if number is not None]
    if slop:
        return _within_slop([kept_positions(segment, number) for number in known], slop)
    first = _adjacent(segment, known)
    return first, first + np.uint32(len(known) - 1)


def kept_positions(segment: Segment, term: int) -> Array:
    """Kept: a query may name a frequent word in many of its phrases, and unpacking takes longer than looking. But first
    to go: to weigh as many bytes of a word takes more than twice as long as to unpack them."""
    return segment.kept.get(("positions", term), partial(segment.positions, term), spare=True)


def _adjacent(segment: Segment, terms: Sequence[int]) -> Addresses:
    """Start from the rarest word: the others are looked up where they should stand."""
    rarest, *others = sorted(range(len(terms)), key=lambda i: segment.size(terms[i]))
    positions = kept_positions(segment, terms[rarest])
    start = positions[positions >= rarest] - np.uint32(rarest)
    for i in others:
        start = start[stands_at(segment, terms[i], start + np.uint32(i))]
    return start


def stands_at(segment: Segment, term: int, addresses: Array) -> Mask:
    """Return whether a term stands at each of some ascending addresses."""
    if segment.size(term) > _SPARSE * len(addresses):
        return segment.standing(term, addresses)
    positions = kept_positions(segment, term)
    at = np.minimum(np.searchsorted(positions, addresses), len(positions) - 1)
    standing: Mask = positions[at] == addresses
    return standing


def _within_slop(positions: Sequence[Addresses], slop: int) -> tuple[Addresses, Addresses]:
    """Step from each first word to the nearest next word, while no more than `slop` others were stepped over."""
    start = last = positions[0]
    for step, following in enumerate(positions[1:], 1):
        at = np.searchsorted(following, last, side="right")
        inside = places_of(at < len(following))
        start, last = start[inside], following[at[inside]]
        near = places_of(last - start <= step + slop)
        start, last = start[near], last[near]
    return start, last


def expansion(leaf: PrefixTerms | FuzzyTerms, segment: Segment) -> Sequence[int]:
    """Return the exact terms that a leaf stands for."""
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
