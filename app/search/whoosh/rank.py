"""The order of the hits: by score with the best reordered, by date or by arrival; one page of it after a given rank.

A rank is a key, descending, with ties by article id, ascending. For relevance the key is the score, and the best
`WINDOW` articles of a query of several bare words get a second look that would be too dear for all: a bonus for having
the very forms that were typed and for having neighbouring words near each other. The bonus is never negative, so the
window stays in front of the rest and one order holds over all pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from app.effort import spend
from app.search.cursor import Place
from app.search.formula import EXACT_BONUS, NEARNESS_BONUS, WINDOW, Floats, Means, saturated
from app.search.query import Order
from app.search.rows import Rows, further_behind
from app.search.whoosh.execute import Execution
from app.search.whoosh.leading import Contenders, OneOfEach, behind, first_of
from app.search.whoosh.matches import Matches
from app.search.whoosh.packed import Ints, concatenated_ranges, places_of
from app.search.whoosh.segment import FIELDS, GAP, Documents
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.weights import Norms


def by_time(snapshot: Snapshot, documents: Documents, sort: Order) -> Matches:
    """Documents with times for values, so that descending is the order asked for; by date, also where nothing is more
    relevant than another, undated ones come last."""
    if sort in ("added", "-added"):
        arrivals = snapshot.arrivals[documents]
        return Matches(documents, arrivals if sort == "-added" else -arrivals)
    if sort == "-revised":
        return Matches(documents, snapshot.column("revised")[documents].astype(np.float64))
    moments = snapshot.moments_back if sort == "date" else snapshot.moments
    return Matches(documents, moments[documents])


def first(snapshot: Snapshot, matches: Contenders, count: int, after: Place | None = None) -> Rows:
    """The first `count` of all matches in rank order, or the first that rank behind `after`."""
    return _leading_rows(snapshot, matches, count, after).sorted()


def _leading_rows(snapshot: Snapshot, matches: Contenders, count: int, after: Place | None = None) -> Rows:
    """Return what `first` does, in no order."""
    if isinstance(matches, OneOfEach):
        return _leading_rows(snapshot, (matches if after is None else matches.behind(after)).leading(count), count)
    spend(len(matches))
    if after is not None:
        every = matches.weighed()
        matches = every.where(places_of(every.values <= after.key))
        matches = matches.where(behind(snapshot, matches, after))
    return _rows(snapshot, first_of(snapshot, matches, count))


def until(snapshot: Snapshot, matches: Contenders, floor: Place) -> Rows:
    """All matches that do not rank behind `floor`."""
    if isinstance(matches, OneOfEach):
        near = matches.reaching(floor.key)
    else:
        every = matches.weighed()
        near = every.where(places_of(every.values >= floor.key))
    return _rows(snapshot, near.where(~behind(snapshot, near, floor)))


def _rows(snapshot: Snapshot, matches: Matches) -> Rows:
    return Rows(matches.documents.astype(np.int64), snapshot.column("id")[matches.documents], matches.values)


class Reordering:
    """The best of one execution, reordered."""

    def __init__(self, snapshot: Snapshot, execution: Execution) -> None:
        self._snapshot, self._execution = snapshot, execution
        self._words = execution.words

    @property
    def applies(self) -> bool:
        return len(self._words) > 1

    def page(
        self, matches: Contenders, count: int, floor: Place | None, after: Place | None
    ) -> tuple[Rows, Place | None]:
        """The first `count` rows behind `after`, and the floor: the last rank by plain score inside the window.

        The floor of the first page holds for all later ones, so that the window stays what it was.
        """
        if floor is None:
            window = _leading_rows(self._snapshot, matches, WINDOW)
            if not len(window):
                return window, None
            floor = window.last()
        else:
            window = until(self._snapshot, matches, floor)
        window = self._reordered(window) if after is not None else self._first_reordered(window, count)
        if after is not None:
            tied = (window.key == after.key) & (window.id > np.uint64(after.id))
            window = window.take((window.key < after.key) | tied)
        if len(window) >= count:
            return window.take(slice(count)), floor
        behind = floor if after is None or len(window) else further_behind(floor, after)
        return window.and_then(first(self._snapshot, matches, count - len(window), behind)), floor

    def _first_reordered(self, rows: Rows, count: int) -> Rows:
        """Return the first `count` rows in their new order, and perhaps some that follow: those that lead by their
        scores are looked at, and of the others those that could come before one of the first with all that there is to
        earn."""
        if len(rows) <= count:
            return self._reordered(rows)
        most = self._most
        least = np.partition(rows.key, len(rows) - count)[len(rows) - count] - np.float32(_LIKELY * most)
        ahead = rows.key >= least
        if np.count_nonzero(ahead) * 2 > len(rows):
            return self._reordered(rows)
        first = self._reordered(rows.take(ahead))
        others = rows.take(~ahead & (rows.key + np.float32(_MORE * most) >= first.key[count - 1]))
        return first.and_then(self._reordered(others)).sorted() if len(others) else first

    @cached_property
    def _most(self) -> float:
        """Return what a bonus stays below."""
        idf = [self._execution.idf(word) for word in self._words]
        earned = EXACT_BONUS * sum(idf) + NEARNESS_BONUS * sum(map(min, pairwise(idf)))
        return earned * (self._execution.curve.k1 + 1)

    def _reordered(self, rows: Rows) -> Rows:
        rows = rows.take(rows.document.argsort())
        return Rows(rows.document, rows.id, rows.key + self._bonus(rows.document)).sorted()

    def _bonus(self, documents: Ints) -> Floats:
        """`documents` ascend."""
        window, words = _Window(self._snapshot, documents), self._words
        statistics, idf = self._execution.statistics, self._execution.idf
        curve = self._execution.curve
        weight = window.norms(statistics.mean_lengths, curve.b)
        found = window.find([word.exact for word in words])
        weights = np.bincount(
            found.word_and_owner, weights=weight[found.field, found.owner], minlength=len(words) * len(documents)
        )
        near = np.empty((len(words) - 1, len(documents)), np.float32)
        for number in range(len(words) - 1):
            here, there = found.run(number), found.run(number + 1)
            near[number] = _nearness(found.address[here], found.owner[here], found.address[there], len(documents))
        exact = saturated(weights.astype(np.float32).reshape(len(words), -1), curve)
        near = saturated(near * weight[FIELDS.index("body")], curve)
        bonus = np.zeros(len(documents), np.float32)
        for word, earned in zip(words, exact, strict=True):
            bonus += np.float32(EXACT_BONUS * idf(word)) * earned
        for (left, right), earned in zip(pairwise(words), near, strict=True):
            bonus += np.float32(NEARNESS_BONUS * min(idf(left), idf(right))) * earned
        return bonus


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """Where the very forms of some words stand, one word after the other: addresses, ascending; each one's field and
    its document's row, and that row of as many as there are documents for each word. `ends`: of each word."""

    address: Ints
    field: Ints
    owner: Ints
    word_and_owner: Ints
    ends: Sequence[int]

    def run(self, word: int) -> slice:
        return slice(self.ends[word - 1] if word else 0, self.ends[word])


class _Window:
    """Some documents (ascending), to be looked into. Addresses of segment s are counted from s * 2**33 here, so that
    one line holds them all."""

    def __init__(self, snapshot: Snapshot, documents: Ints) -> None:
        self._snapshot, self._documents = snapshot, documents
        self._parts = list(snapshot.parts(documents))
        headline, dateline, body = (snapshot.column(f"length.{field}")[documents] for field in FIELDS)
        self._start = np.empty(len(documents), np.int64)
        for part, inside, rows in self._parts:
            self._start[rows] = snapshot.views[part].segment["start"][inside].astype(np.int64) + (part << 33)
        self._dateline = self._start + headline + GAP
        self._body = self._dateline + dateline + GAP
        self._end = self._body + body

    def norms(self, means: Means, b: float) -> Floats:
        """Return what one occurrence weighs, by field and document."""
        found = np.empty((len(FIELDS), len(self._documents)), np.float32)
        for part, inside, rows in self._parts:
            found[:, rows] = Norms(self._snapshot.views[part].segment, means, b).by_field.take(inside, axis=1)
        return found

    def find(self, terms: Sequence[str]) -> _Occurrences:
        size, numbers = len(self._documents), self._snapshot.numbers("exact", terms)
        counts = np.zeros((len(terms), size), np.int64)
        pieces: list[list[Ints]] = [[_NONE] for _ in terms]
        for part, _, rows in self._parts:
            segment, first = self._snapshot.views[part].segment, part << 33
            # Of the addresses' own type: NumPy would convert the whole of a longer array.
            ends = (np.array((self._start[rows], self._end[rows])) - first).astype(np.uint32)
            held = [word for word, of_word in enumerate(numbers) if of_word[part] >= 0]
            found = segment.positions_within([numbers[word][part] for word in held], *ends)
            for word, positions in zip(held, found, strict=True):
                low, high = positions.searchsorted(ends)
                counts[word, rows] = high - low
                pieces[word].append(positions[concatenated_ranges(low, high - low)].astype(np.int64) + first)
        address, each = np.concatenate([piece for of_word in pieces for piece in of_word]), counts.reshape(-1)
        word_and_owner = np.arange(len(each)).repeat(each)
        owner = word_and_owner % max(size, 1)
        field = (address >= self._dateline[owner]).astype(np.int64) + (address >= self._body[owner])
        return _Occurrences(address, field, owner, word_and_owner, counts.sum(axis=1).cumsum().tolist())


def _nearness(here: Ints, owner: Ints, there: Ints, documents: int) -> Floats:
    """Return the sum of 1/distance² from each address `here` to the nearest `there` on either side, for each document;
    `owner` is that of each address `here`."""
    if not len(there):
        return np.zeros(documents, np.float32)
    following = there.searchsorted(here, side="right")
    line = np.concatenate(([-_FAR], there, [_FAR]))
    behind, ahead = here - line[following], line[following + 1] - here
    near = _closeness[np.minimum(behind, GAP)] + _closeness[np.minimum(ahead, GAP)]
    return np.bincount(owner, weights=near, minlength=documents).astype(np.float32)


_LIKELY = 0.4
"""Of the greatest bonus there can be, by how much less one of the first rows earns than the others do, most often."""
_MORE = 1.001
"""For what rounding may add."""
_NONE = np.empty(0, np.int64)
_FAR = 1 << 60
_closeness = np.concatenate(([0.0], 1 / np.arange(1.0, GAP) ** 2, [0.0]))
"""1/distance², from 0 to `GAP`; a word is not near itself."""
