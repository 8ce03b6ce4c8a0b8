"""The order of the hits: by score with the best reordered, or by date; one page of it after a given rank.

A rank is a key, descending, with ties by article id, ascending. For relevance the key is the score, and the best
`WINDOW` articles of a query of several bare words get a second look that would be too dear for all: a bonus for having
the very forms that were typed and for having neighbouring words near each other. The bonus is never negative, so the
window stays in front of the rest and one order holds over all pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.search.whoosh.cursor import Place
from app.search.whoosh.execute import B, Execution, Floats, Matches, saturated, slices
from app.search.whoosh.index import Snapshot, View
from app.search.whoosh.invert import Ints, Mask
from app.search.whoosh.plan import Plan, StemTerm, bare_words
from app.search.whoosh.segment import FIELDS, GAP, Segment

WINDOW = 200
_BLOCK = 128
EXACT_BONUS = 0.2
"""How much of a word's score an article earns once more for having the form that was typed."""
NEARNESS_BONUS = 0.25
"""How much of two neighbouring words' score it earns once more for having them close together."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Articles of any segments with the key they rank by: parallel arrays."""

    segment: Ints
    document: Ints
    id: npt.NDArray[np.uint64]
    key: Floats

    def __len__(self) -> int:
        return len(self.id)

    def take(self, chosen: Ints | Mask | slice) -> Rows:
        return Rows(self.segment[chosen], self.document[chosen], self.id[chosen], self.key[chosen])

    def place(self, row: int) -> Place:
        return Place(float(self.key[row]), int(self.id[row]))

    def sorted(self) -> Rows:
        return self.take(np.lexsort((self.id, -self.key)))


def by_date(snapshot: Snapshot, matches: Sequence[Matches], newest_first: bool) -> list[Matches]:
    """The same documents with days for values, so that descending is the order asked for; undated ones come last."""
    dated = []
    for view, m in zip(snapshot.views, matches, strict=True):
        days = view.segment["date"][m.documents].astype(np.float32)
        dated.append(Matches(m.documents, days if newest_first else np.where(days > 0, -days, np.float32(-np.inf))))
    return dated


def first(snapshot: Snapshot, matches: Sequence[Matches], count: int, after: Place | None = None) -> Rows:
    """The first `count` of all matches in rank order, or the first that rank behind `after`."""
    rows = [_of_segment(number, view, m, count, after) for number, (view, m) in enumerate(_paired(snapshot, matches))]
    return _joined(rows).sorted().take(slice(count))


def until(snapshot: Snapshot, matches: Sequence[Matches], floor: Place) -> Rows:
    """All matches that do not rank behind `floor`."""
    rows = []
    for number, (view, m) in enumerate(_paired(snapshot, matches)):
        near = np.flatnonzero(m.values >= np.float32(floor.key))
        rows.append(_rows(number, view, m.where(near[~_behind(view, m.where(near), floor)])))
    return _joined(rows)


def _paired(snapshot: Snapshot, matches: Sequence[Matches]) -> list[tuple[View, Matches]]:
    return list(zip(snapshot.views, matches, strict=True))


def _of_segment(number: int, view: View, m: Matches, count: int, after: Place | None) -> Rows:
    if after is not None:
        near = np.flatnonzero(m.values <= np.float32(after.key))
        m = m.where(near)
        m = m.where(_behind(view, m, after))
    if len(m) > count:
        bar = _bar(m.values, count)
        above, level = np.flatnonzero(m.values > bar), np.flatnonzero(m.values == bar)
        room = count - len(above)
        if len(level) > room:
            level = level[np.argpartition(view.segment["id"][m.documents[level]], room - 1)[:room]]
        m = m.where(np.concatenate((above, level)))
    return _rows(number, view, m)


def _behind(view: View, m: Matches, place: Place) -> Mask:
    key = np.float32(place.key)
    tied = (m.values == key) & (view.segment["id"][m.documents] > np.uint64(place.id))
    behind: Mask = (m.values < key) | tied
    return behind


def _rows(number: int, view: View, m: Matches) -> Rows:
    documents = m.documents.astype(np.int64)
    return Rows(np.full(len(m), number, np.int64), documents, view.segment["id"][documents], m.values)


def _joined(rows: Sequence[Rows]) -> Rows:
    if len(rows) == 1:
        return rows[0]
    empty = Rows(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.float32))
    parts = [empty, *rows]
    return Rows(
        np.concatenate([r.segment for r in parts]),
        np.concatenate([r.document for r in parts]),
        np.concatenate([r.id for r in parts]),
        np.concatenate([r.key for r in parts]),
    )


def _bar(values: Floats, count: int) -> np.float32:
    """The `count`-th largest value.

    Of many values only those are looked at that reach the `count`-th largest of the largest values of blocks: at least
    `count` values do, and seldom many more.
    """
    blocks = len(values) // _BLOCK
    if blocks > 2 * count:
        tops = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(tops, blocks - count)[blocks - count]
        values = values[values >= least]
    bar: np.float32 = np.partition(values, len(values) - count)[len(values) - count]
    return bar


class Reordering:
    """The best of one execution, reordered."""

    def __init__(self, snapshot: Snapshot, plan: Plan, execution: Execution) -> None:
        self._snapshot, self._execution = snapshot, execution
        self._words = list(dict.fromkeys(bare_words(plan)))

    @property
    def applies(self) -> bool:
        return len(self._words) > 1

    def page(
        self, matches: Sequence[Matches], count: int, floor: Place | None, after: Place | None
    ) -> tuple[Rows, Place | None]:
        """The first `count` rows behind `after`, and the floor: the last rank by plain score inside the window.

        The floor of the first page holds for all later ones, so that the window stays what it was.
        """
        if floor is None:
            best = first(self._snapshot, matches, WINDOW)
            if not len(best):
                return best, None
            floor = best.place(-1)
            window = best
        else:
            window = until(self._snapshot, matches, floor)
        window = self._reordered(window).sorted()
        if after is not None:
            tied = (window.key == np.float32(after.key)) & (window.id > np.uint64(after.id))
            window = window.take((window.key < np.float32(after.key)) | tied)
        if len(window) >= count:
            return window.take(slice(count)), floor
        behind = floor if after is None or len(window) else _later(floor, after)
        rest = first(self._snapshot, matches, count - len(window), behind)
        return _joined([window, rest]), floor

    def _reordered(self, rows: Rows) -> Rows:
        key = rows.key.copy()
        for number in np.unique(rows.segment).tolist():
            chosen = rows.segment == number
            key[chosen] += self._bonus(self._snapshot.views[number].segment, rows.document[chosen])
        return Rows(rows.segment, rows.document, rows.id, key)

    def _bonus(self, segment: Segment, documents: Ints) -> Floats:
        order = np.argsort(documents)
        chosen = documents[order]
        found = [_found(segment, word, chosen) for word in self._words]
        bonus = np.zeros(len(chosen), np.float32)
        for word, here in zip(self._words, found, strict=True):
            weights = self._weights(segment, chosen, here)
            bonus += np.float32(EXACT_BONUS * self._execution.idf(word)) * saturated(weights)
        mean = max(self._execution.statistics.mean_lengths[FIELDS.index("body")], 1e-9)
        norm = np.float32(1 - B) + np.float32(B / mean) * segment["length.body"][chosen].astype(np.float32)
        for (left, here), (right, there) in pairwise(zip(self._words, found, strict=True)):
            idf = min(self._execution.idf(left), self._execution.idf(right))
            near = _nearness(here, there, len(chosen))
            bonus += np.float32(NEARNESS_BONUS * idf) * saturated(near / norm)
        unordered = np.empty_like(bonus)
        unordered[order] = bonus
        return unordered

    def _weights(self, segment: Segment, documents: Ints, found: _Found) -> Floats:
        weights = np.zeros(len(documents), np.float32)
        for field, (start, end) in segment.addresses.items():
            inside = (found.addresses >= start[documents][found.owner]) & (
                found.addresses < end[documents][found.owner]
            )
            if inside.any():
                counts = np.bincount(found.owner[inside], minlength=len(documents))
                weights += self._execution.weigh(segment, field, documents, counts)
        return weights


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the very form of a word stands in some documents: addresses, ascending, and each one's document's row."""

    addresses: Ints
    owner: Ints


def _found(segment: Segment, word: StemTerm, documents: Ints) -> _Found:
    """`documents` ascend, so that the addresses do."""
    number = segment.terms("exact").find(word.exact.encode())
    if number is None:
        return _Found(np.empty(0, np.int64), np.empty(0, np.int64))
    positions = segment.positions(number)
    inside, owner = slices(
        positions, segment.addresses["headline"][0][documents], segment.addresses["body"][1][documents]
    )
    return _Found(positions[inside].astype(np.int64), owner)


def _later(one: Place, other: Place) -> Place:
    """The rank further behind."""
    return max(one, other, key=lambda place: (-place.key, place.id))


def _nearness(here: _Found, there: _Found, documents: int) -> Floats:
    """Sum of 1/distance² from each `here` to the nearest `there` on either side, for each document."""
    if not len(here.addresses) or not len(there.addresses):
        return np.zeros(documents, np.float32)
    following = np.searchsorted(there.addresses, here.addresses, side="right")
    near = np.zeros(len(following))
    for neighbour in (following, following - 1):
        known = (neighbour >= 0) & (neighbour < len(there.addresses))
        distance = np.abs(there.addresses[np.where(known, neighbour, 0)] - here.addresses)
        near += np.where(known & (distance > 0) & (distance < GAP), 1 / np.maximum(distance, 1) ** 2, 0.0)
    summed: Floats = np.bincount(here.owner, weights=near, minlength=documents).astype(np.float32)
    return summed
