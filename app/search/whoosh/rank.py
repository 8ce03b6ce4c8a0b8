"""The order of the hits: by score with the best reordered, by date or by arrival; one page of it after a given rank.

A rank is a key, descending, with ties by article id, ascending. For relevance the key is the score, and the best
`WINDOW` articles of a query of several bare words get a second look that would be too dear for all: a bonus for having
the very forms that were typed and for having neighbouring words near each other. The bonus is never negative, so the
window stays in front of the rest and one order holds over all pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.effort import spend
from app.search.cursor import Place
from app.search.formula import EXACT_BONUS, NEARNESS_BONUS, WINDOW, Floats, Means, saturated
from app.search.plan import Plan, bare_words
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

    def __init__(self, snapshot: Snapshot, plan: Plan, execution: Execution) -> None:
        self._snapshot, self._execution = snapshot, execution
        self._words = list(dict.fromkeys(bare_words(plan)))

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
        window = self._reordered(window)
        if after is not None:
            tied = (window.key == after.key) & (window.id > np.uint64(after.id))
            window = window.take((window.key < after.key) | tied)
        if len(window) >= count:
            return window.take(slice(count)), floor
        behind = floor if after is None or len(window) else further_behind(floor, after)
        return window.and_then(first(self._snapshot, matches, count - len(window), behind)), floor

    def _reordered(self, rows: Rows) -> Rows:
        rows = rows.take(np.argsort(rows.document))
        return Rows(rows.document, rows.id, rows.key + self._bonus(rows.document)).sorted()

    def _bonus(self, documents: Ints) -> Floats:
        """`documents` ascend."""
        window = _Window(self._snapshot, documents)
        statistics, idf = self._execution.statistics, self._execution.idf
        curve = self._execution.curve
        weight = window.norms(statistics.mean_lengths, curve.b)
        found = [window.find(word.exact) for word in self._words]
        bonus = np.zeros(len(documents), np.float32)
        for word, here in zip(self._words, found, strict=True):
            weights = np.bincount(here.owner, weights=weight[here.field, here.owner], minlength=len(documents))
            bonus += np.float32(EXACT_BONUS * idf(word)) * saturated(weights.astype(np.float32), curve)
        for (left, here), (right, there) in pairwise(zip(self._words, found, strict=True)):
            near = _nearness(here, there, len(documents)) * weight[FIELDS.index("body")]
            bonus += np.float32(NEARNESS_BONUS * min(idf(left), idf(right))) * saturated(near, curve)
        return bonus


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """Where the very form of a word stands: addresses, ascending; each one's field and its document's row."""

    address: Ints
    field: Ints
    owner: Ints


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
            kept = Norms(self._snapshot.views[part].segment, means, b)
            for number, name in enumerate(FIELDS):
                found[number, rows] = kept[name][inside]
        return found

    def find(self, term: str) -> _Occurrences:
        pieces = list[tuple[Ints, Ints]]()
        [numbers] = self._snapshot.numbers("exact", (term,))
        for part, _, rows in self._parts:
            line = part << 33
            if numbers[part] >= 0:
                start, end = self._start[rows] - line, self._end[rows] - line
                positions = self._snapshot.views[part].segment.positions_within(numbers[part], start, end)
                at, owner = _slices(positions, start, end)
                pieces.append((positions[at].astype(np.int64) + line, owner + rows.start))
        if len(pieces) == 1:
            address, owner = pieces[0]
        else:
            address, owner = map(np.concatenate, zip((_NONE, _NONE), *pieces, strict=True))
        field = (address >= self._dateline[owner]).astype(np.int64) + (address >= self._body[owner])
        return _Occurrences(address, field, owner)


def _slices(ascending: npt.NDArray[np.uint32], start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The members of an ascending array that lie in [start[i], end[i]): (their indices, i for each)."""
    # Of one type: NumPy would convert the whole of the longer array.
    low, high = (np.searchsorted(ascending, bound.astype(ascending.dtype)) for bound in (start, end))
    return concatenated_ranges(low, high - low), np.repeat(np.arange(len(start)), high - low)


def _nearness(here: _Occurrences, there: _Occurrences, documents: int) -> Floats:
    """Sum of 1/distance² from each `here` to the nearest `there` on either side, for each document."""
    if not len(there.address):
        return np.zeros(documents, np.float32)
    following = np.searchsorted(there.address, here.address, side="right")
    line = np.concatenate(([-_FAR], there.address, [_FAR]))
    behind, ahead = here.address - line[following], line[following + 1] - here.address
    near = _closeness[np.minimum(behind, GAP)] + _closeness[np.minimum(ahead, GAP)]
    return np.bincount(here.owner, weights=near, minlength=documents).astype(np.float32)


_NONE = np.empty(0, np.int64)
_FAR = 1 << 60
_closeness = np.concatenate(([0.0], 1 / np.arange(1.0, GAP) ** 2, [0.0]))
"""1/distance², from 0 to `GAP`; a word is not near itself."""
