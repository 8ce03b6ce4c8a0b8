"""Exact counts over the matches: facets and days.

Values are counted by number inside each segment, added up by a number common to all segments, and only the few that are
shown become text.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import compress
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from app.effort import spend
from app.search.attributes import ENTITY, FACETS, FacetName, Grouping, ValueView
from app.search.engine import Bucket, DateCounts, FacetCounts
from app.search.query import FacetWords
from app.search.whoosh.packed import Ints
from app.search.whoosh.segment import Documents, Segment
from app.search.whoosh.snapshot import Calendar, Snapshot
from app.text import folded_words

_FEW = 16
"""A table of values is as wide as all but one document in so many need."""


def count_facet(
    snapshot: Snapshot, name: FacetName, documents: Documents, limit: int, words: FacetWords | None
) -> FacetCounts:
    """Count the values of `documents`, ascending: all, or those that have `words`. The most frequent first, then by
    value; one that is spelt in several ways counts as one, and shows as most of them have it."""
    spend(len(documents))
    view = FACETS[name].view
    if view is None:
        return _count_periods(snapshot.calendar, name, documents, limit, words)
    numbering = _numberings.setdefault(name, _Numbering(view))
    parts = [(snapshot.views[part].segment, inside) for part, inside, _ in snapshot.parts(documents)]
    values = [(_facet_values(segment, name, view.name), inside) for segment, inside in parts]
    numbers = [numbering.of(one) for one, _ in values]
    totals, missing = np.zeros(len(numbering), np.int64), 0
    for (one, inside), common in zip(values, numbers, strict=True):
        found, lacking = one.count(inside)
        held = np.flatnonzero(found)
        totals[common[held]] += found[held]
        missing += lacking
    label: Callable[[int], str] = numbering.text
    if view.spelt:
        label = numbering.usual_spelling(totals)
        totals = numbering.joined(totals)
    if words is not None:
        totals = numbering.having(words, totals)
    shown = [(label(i), count) for i, count in _top(totals, limit, label)]
    return _facet_counts(name, totals, missing, shown)


@dataclass(frozen=True)
class HeldValues:
    """Which of some documents have which values of a facet: for each that has one, its place among the documents and
    the value's number, below `distinct`. `text` tells a number's value."""

    places: Ints
    numbers: Ints
    distinct: int
    text: Callable[[int], str]

    @cached_property
    def totals(self) -> Ints:
        """Count the documents that have each value."""
        return np.bincount(self.numbers, minlength=self.distinct)


def held_values(snapshot: Snapshot, name: FacetName, documents: Documents) -> HeldValues:
    """Return the values of `documents`, ascending, as `count_facet` counts them."""
    spend(len(documents))
    view = FACETS[name].view
    if view is None:
        return _periods_held(snapshot.calendar, name, documents)
    numbering = _numberings.setdefault(name, _Numbering(view))
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for part, inside, where in snapshot.parts(documents):
        segment = snapshot.views[part].segment
        values = _facet_values(segment, name, view.name)
        places, numbers = values.pairs(inside)
        found.append((places + where.start, numbering.of(values)[numbers]))
    places, numbers = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
    spend(len(places))
    if not view.spelt:
        return HeldValues(places, numbers, len(numbering), numbering.text)
    spelt = np.bincount(numbers, minlength=len(numbering))
    return HeldValues(places, numbering.standing_for(numbers), len(numbering), numbering.usual_spelling(spelt))


def _periods_held(calendar: Calendar, name: FacetName, documents: Documents) -> HeldValues:
    periods = calendar.years if name == "year" else calendar.months
    numbers = periods.of_day[calendar.of_document[documents]]
    is_told = np.array([bool(label) for label in periods.labels], bool)
    is_told[periods.vague] = False
    places = np.flatnonzero(is_told[numbers]) if len(is_told) else np.empty(0, np.int64)
    return HeldValues(places, numbers[places], len(periods.labels), periods.labels.__getitem__)


def count_dates(snapshot: Snapshot, matching: Documents, everything: Ints | None) -> DateCounts:
    """`everything`: the documents that pass the filters, None for all."""
    spend(len(matching))
    days, of_document = snapshot.calendar.days, snapshot.calendar.of_document
    counts = np.bincount(of_document[matching], minlength=len(days))
    totals = np.bincount(of_document if everything is None else of_document[everything], minlength=len(days))
    undated = days[:1] == ("",)
    shown = np.flatnonzero(totals[undated:]) + undated
    return DateCounts(
        days=days if len(shown) == len(days) else tuple(days[i] for i in shown.tolist()),
        counts=tuple(counts[shown].tolist()),
        totals=tuple(totals[shown].tolist()),
        undated=int(counts[0]) if undated else 0,
    )


def _count_periods(
    calendar: Calendar, name: FacetName, documents: Documents, limit: int, words: FacetWords | None
) -> FacetCounts:
    periods = calendar.years if name == "year" else calendar.months
    by_day = np.bincount(calendar.of_document[documents], minlength=len(calendar.days))
    totals = np.bincount(periods.of_day, weights=by_day, minlength=len(periods.labels)).astype(np.int64)
    imprecise, missing = int(totals[periods.vague].sum()), 0
    totals[periods.vague] = 0
    if periods.labels[:1] == [""]:
        missing, totals[0] = int(totals[0]), 0
    if words is not None:
        totals *= np.array([words.begin_in(folded_words(label)) for label in periods.labels], bool)
    label = periods.labels.__getitem__
    shown = [(label(i), count) for i, count in _top(totals, limit, label)]
    return _facet_counts(name, totals, missing, shown, imprecise)


def _facet_counts(
    name: FacetName, totals: Ints, missing: int, shown: Sequence[tuple[str, int]], imprecise: int = 0
) -> FacetCounts:
    buckets = tuple(Bucket(value, count) for value, count in shown)
    other = int(totals.sum()) - sum(bucket.count for bucket in buckets)
    return FacetCounts(name, int(np.count_nonzero(totals)), missing, other, buckets, imprecise)


def _top(totals: Ints, limit: int, text: Callable[[int], str]) -> list[tuple[int, int]]:
    """The `limit` largest above zero with their totals, ties by text."""
    held = np.flatnonzero(totals)
    if len(held) > limit > 0:
        held = held[totals[held] >= np.partition(totals[held], len(held) - limit)[len(held) - limit]]
    counted = zip(held.tolist(), totals[held].tolist(), strict=True)
    return heapq.nsmallest(limit, counted, key=lambda pair: (-pair[1], text(pair[0])))


@dataclass(frozen=True, eq=False)
class _FacetValues:
    """The values that a segment's documents have for one facet, as numbers into `terms`.

    `table` has a row for each document, filled up with len(terms); what does not fit stands in `more`, beside the
    documents that have it (`more_of`, ascending).
    """

    terms: list[bytes]
    table: npt.NDArray[np.int32]
    more_of: npt.NDArray[np.int32]
    more: npt.NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        return self.table.nbytes + self.more_of.nbytes + self.more.nbytes + 60 * len(self.terms)

    def pairs(self, documents: Documents | Ints) -> tuple[Ints, Ints]:
        """Return which of some documents have which values: places among the documents, and a value for each."""
        rows = self.table[documents]
        places, columns = np.nonzero(rows < len(self.terms))
        at = np.minimum(np.searchsorted(documents, self.more_of), max(len(documents) - 1, 0))
        is_among = documents[at] == self.more_of if len(documents) else np.zeros(len(at), bool)
        numbers = np.concatenate([rows[places, columns], self.more[is_among]]).astype(np.int64)
        return np.concatenate([places, at[is_among]]), numbers

    def count(self, documents: Documents | Ints) -> tuple[Ints, int]:
        """Return how many of some documents have each value, and how many have none."""
        rows = self.table[documents] if len(documents) < len(self.table) else self.table
        totals = np.bincount(rows.ravel(), minlength=len(self.terms) + 1)
        if len(self.more):
            at = np.minimum(np.searchsorted(documents, self.more_of), len(documents) - 1)
            totals += np.bincount(self.more[documents[at] == self.more_of], minlength=len(totals))
        return totals[:-1], int(np.count_nonzero(rows[:, 0] == len(self.terms)))


def _facet_values(segment: Segment, name: FacetName, view: str) -> _FacetValues:
    return segment.kept.get(name, partial(_read_values, segment, view, FACETS[name]))


def _read_values(segment: Segment, view: str, grouping: Grouping) -> _FacetValues:
    table = segment.terms(view)
    run = table.starting(grouping.prefix.encode())
    without = grouping.without.encode()
    counts = np.array([not without or not table[number].endswith(without) for number in run], bool)
    forward, per_document = segment[f"{view}.forward"], np.diff(segment[f"{view}.forward_offsets"])
    wanted = (forward >= run.start) & (forward < run.stop)
    wanted[wanted] = counts[forward[wanted] - run.start]
    owner = np.repeat(np.arange(segment.documents, dtype=np.int32), per_document)[wanted]
    value = (np.cumsum(counts) - 1)[forward[wanted] - run.start].astype(np.int32)
    terms = [table[number] for number in compress(run, counts)]
    held = np.bincount(owner, minlength=segment.documents)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(held) - held, held)
    width = max(int(np.searchsorted(np.cumsum(np.bincount(held)), len(held) * (1 - 1 / _FEW))), 1)
    rows = np.full((segment.documents, width), len(terms), np.int32)
    fits = place < width
    rows[owner[fits], place[fits]] = value[fits]
    return _FacetValues(terms, rows, owner[~fits], value[~fits])


class _Numbering:
    """A number for each value of a facet that this process has met: one that all segments share and no commit moves.

    Each spelling of a value has its own. The first that was met stands for them all.
    """

    def __init__(self, view: ValueView) -> None:
        self._view = view
        self._numbers: dict[bytes, int] = {}
        self._values: list[bytes] = []
        self._standing_for: list[int] = []
        self._spellings: dict[str, list[int]] = {}
        self._words: dict[int, str] = {}
        self._of: WeakKeyDictionary[_FacetValues, Ints] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def of(self, values: _FacetValues) -> Ints:
        """The number of each of a segment's values."""
        with self._lock:
            found = self._of.get(values)
            if found is None:
                for term in values.terms:
                    if term not in self._numbers:
                        self._add(term)
                found = np.array([self._numbers[term] for term in values.terms], np.int64)
                self._of[values] = found
            return found

    def text(self, number: int) -> str:
        return self._values[number].decode("utf-8", "surrogatepass")

    def joined(self, totals: Ints) -> Ints:
        """Return the totals of values, each at the number that stands for its spellings."""
        return np.bincount(self._standing_for[: len(totals)], totals, len(totals)).astype(np.int64)

    def standing_for(self, numbers: Ints) -> Ints:
        """Return the numbers that stand for the spellings of some values."""
        return np.array(self._standing_for, np.int64)[numbers]

    def having(self, words: FacetWords, totals: Ints) -> Ints:
        """Return the totals of the values that have such words; the others are nothing."""
        numbers = self._numbers_of(words.entities) if self._view is ENTITY else self._numbers_with(words, totals)
        kept = np.fromiter((number for number in numbers if number < len(totals)), np.int64)
        narrowed = np.zeros_like(totals)
        narrowed[kept] = totals[kept]
        return narrowed

    def _numbers_of(self, ids: Iterable[str]) -> Iterator[int]:
        known = (self._numbers.get(id.encode("utf-8", "surrogatepass")) for id in ids)
        return (number for number in known if number is not None)

    def _numbers_with(self, words: FacetWords, totals: Ints) -> Iterator[int]:
        return (number for number in np.flatnonzero(totals).tolist() if words.begin_in(self._words_of(number)))

    def _words_of(self, number: int) -> str:
        if number not in self._words:
            self._words[number] = folded_words(self.text(number))
        return self._words[number]

    def usual_spelling(self, totals: Ints) -> Callable[[int], str]:
        """Return what tells how most of `totals` spell the value that a number stands for."""

        def spelt(number: int) -> str:
            known = self._spellings[self._view.key(self.text(number))]
            return min((-int(totals[each]), self.text(each)) for each in known if each < len(totals))[1]

        return spelt

    def _add(self, term: bytes) -> None:
        number = self._numbers[term] = len(self._values)
        if self._view.spelt:
            spellings = self._spellings.setdefault(self._view.key(term.decode("utf-8", "surrogatepass")), [])
            spellings.append(number)
            self._standing_for.append(spellings[0])
        # Last: other threads count as many as there are values.
        self._values.append(term)


_numberings: dict[FacetName, _Numbering] = {}
