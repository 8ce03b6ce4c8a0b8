"""Quotes: which of them are by themselves what a query asks for, by where words stand.

A segment knows from which address to which each quote goes. A leaf of a plan has addresses too, and is met by a quote
where the first of these that is not before it is not behind it either: one look for each quote, whatever the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.search import analysis
from app.search.engine import RankedQuotes, Ranking
from app.search.highlight import common_start
from app.search.plan import (
    AllOf,
    AnyOf,
    ExactPhrase,
    FuzzyTerms,
    Leaf,
    Plan,
    PrefixTerms,
    StemTerm,
    ValueWords,
    Without,
)
from app.search.whoosh.packed import Array, Ints, Mask, concatenated_ranges, offsets_of, places_of
from app.search.whoosh.segment import QUOTE_WIDTH, Segment
from app.search.whoosh.snapshot import SegmentView, Snapshot
from app.search.whoosh.weights import Addresses, expansion, phrase_stretches


def ranked_quotes(snapshot: Snapshot, plan: Plan | None, ranking: Ranking) -> RankedQuotes:
    """Return the quotes of ranked articles that meet a plan, all of them without one."""
    found = [_found_in(view, plan) for view in snapshot.views]
    ids = np.concatenate([np.empty(0, np.uint64), *(ids for ids, _, _ in found)])
    counts = np.concatenate([np.empty(0, np.int64), *(counts for _, counts, _ in found)])
    starts = np.concatenate([np.empty(0, np.int64), *(starts for _, _, starts in found)])
    ranked = np.frombuffer(ranking.numbers, np.uint64)
    if not len(ranked) or not len(ids):
        return RankedQuotes.of({})
    by_id = np.argsort(ranked)
    places = by_id[np.minimum(np.searchsorted(ranked, ids, sorter=by_id), len(ranked) - 1)]
    held = places_of(ranked[places] == ids)
    in_order = held[np.argsort(places[held])]
    taken = concatenated_ranges(offsets_of(counts)[in_order], counts[in_order])
    return RankedQuotes(places[in_order], counts[in_order], starts[taken])


@dataclass(frozen=True, eq=False, slots=True)
class _Quotes:
    """All quotes of a segment, in the order of its documents: the document of each, where it begins in its body, its
    first address, and the one behind it."""

    document: Ints
    start: Ints
    first: Addresses
    end: Addresses

    @property
    def nbytes(self) -> int:
        return self.document.nbytes + self.start.nbytes + self.first.nbytes + self.end.nbytes


def _quotes_of(segment: Segment) -> _Quotes:
    bounds = segment["quotes.offsets"].astype(np.int64) // QUOTE_WIDTH
    counts = bounds[1:] - bounds[:-1]
    document = np.repeat(np.arange(segment.documents), counts)
    start, first, end = segment["quotes"].astype(np.int64).reshape(-1, QUOTE_WIDTH).T
    line = segment["start"][document].astype(np.int64)
    return _Quotes(document, start.copy(), (line + first).astype(np.uint32), (line + end).astype(np.uint32))


def _found_in(view: SegmentView, plan: Plan | None) -> tuple[Array, Ints, Ints]:
    """Return the ids of living documents with such quotes, how many each has, and where these begin."""
    segment = view.segment
    quotes = segment.kept.get(("quotes",), partial(_quotes_of, segment))
    met = np.ones(len(quotes.start), np.bool_) if plan is None else _met(segment, quotes, plan)
    if view.alive is not None:
        met = met & view.alive[quotes.document]
    counts = np.bincount(quotes.document[met], minlength=segment.documents)
    having = places_of(counts)
    return segment["id"][having], counts[having], quotes.start[met]


def _met(segment: Segment, quotes: _Quotes, plan: Plan) -> Mask:
    """Return, for each quote, whether it meets a plan."""
    match plan:
        case AllOf(plans):
            met = np.ones(len(quotes.start), np.bool_)
            for each in plans:
                met &= _met(segment, quotes, each)
            return met
        case AnyOf(plans):
            met = np.zeros(len(quotes.start), np.bool_)
            for each in plans:
                met |= _met(segment, quotes, each)
            return met
        case Without(child):
            return ~_met(segment, quotes, child)
        case leaf:
            return segment.kept.get(("quoted", leaf), partial(_meets, segment, quotes, leaf))


def _meets(segment: Segment, quotes: _Quotes, leaf: Leaf) -> Mask:
    if isinstance(leaf, ValueWords) or leaf.field not in (None, "body"):
        return np.zeros(len(quotes.start), np.bool_)
    first, last = _said_stretches(segment, leaf)
    if not len(first):
        return np.zeros(len(quotes.start), np.bool_)
    # Where one match begins behind another, it does not end before it.
    at = np.searchsorted(first, quotes.first)
    near = np.minimum(at, len(first) - 1)
    met: Mask = (at < len(first)) & (last[near] < quotes.end)
    return met


def _said_stretches(
    segment: Segment, leaf: StemTerm | ExactPhrase | PrefixTerms | FuzzyTerms
) -> tuple[Addresses, Addresses]:
    """Return where a leaf stands in a segment: addresses of the first words, ascending, and of the last."""
    match leaf:
        case ExactPhrase(words, slop):
            return phrase_stretches(segment, words, slop)
        case StemTerm(stem):
            terms: Sequence[int] = [one for one in _beginning(segment, stem) if _stem_at(segment, one) == stem]
        case PrefixTerms() | FuzzyTerms():
            terms = expansion(leaf, segment)
    addresses = segment.positions_of(terms)
    return addresses, addresses


def _beginning(segment: Segment, stem: str) -> range:
    return segment.terms("exact").starting(common_start(stem).encode("utf-8", "surrogatepass"))


def _stem_at(segment: Segment, term: int) -> str:
    return analysis.stem(segment.terms("exact")[term].decode("utf-8", "surrogatepass"))
