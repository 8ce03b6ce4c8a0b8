"""The words of the archive that begin alike, those first that most articles have.

How many articles have a word is counted where it stands, which takes long for a frequent one. So the words that stand
most often are counted first, some in as many calls as one takes, until none of the others can be among the best.
"""

from __future__ import annotations

import heapq

import numpy as np

from app.search.whoosh.packed import Ints
from app.search.whoosh.snapshot import SegmentView, Snapshot

_LOOKED_AT = 4
"""How many times the words wanted are looked at in a segment, the most frequent there."""


def words_starting(snapshot: Snapshot, beginning: str, limit: int) -> dict[str, int]:
    """Return the `limit` words that most articles have, with how many have each; at a tie those first in the
    alphabet."""
    numbers = _frequent(snapshot, beginning.encode(), _LOOKED_AT * limit)
    occurring = sorted(((_occurrences(snapshot, row), term) for term, row in numbers.items()), reverse=True)
    counts: dict[str, int] = {}
    best: list[str] = []
    for start in range(0, len(occurring), limit):
        # No more documents have a word than it has places: those that are left cannot be among the first.
        if len(best) == limit and occurring[start][0] < counts[best[-1]]:
            break
        terms = [term for _, term in occurring[start : start + limit]]
        found = _count_documents(snapshot, np.array([numbers[term] for term in terms], np.int64))
        counts |= {term.decode(): count for term, count in zip(terms, found.tolist(), strict=True) if count}
        best = heapq.nsmallest(limit, counts, key=lambda text: (-counts[text], text))
    return {text: counts[text] for text in best}


def _frequent(snapshot: Snapshot, beginning: bytes, most: int) -> dict[bytes, list[int]]:
    """Return words that stand most often in a segment, with the number of each in every segment, -1 where it is not."""
    tables = [view.segment.terms("exact") for view in snapshot.views]
    found: dict[bytes, list[int]] = {}
    for place, (view, table) in enumerate(zip(snapshot.views, tables, strict=True)):
        run = table.starting(beginning)
        for row in np.argsort(-view.segment.sizes(run), kind="stable")[:most].tolist():
            found.setdefault(table[run[row]], [-1] * len(tables))[place] = run[row]
    for place, table in enumerate(tables if len(tables) > 1 else ()):
        for term, row in found.items():
            if row[place] < 0 and (number := table.find(term)) is not None:
                row[place] = number
    return found


def _occurrences(snapshot: Snapshot, numbers: list[int]) -> int:
    """Return how often a word stands in the archive."""
    held = zip(snapshot.views, numbers, strict=True)
    return sum(view.segment.size(number) for view, number in held if number >= 0)


def _count_documents(snapshot: Snapshot, numbers: Ints) -> Ints:
    """Return how many living documents have each of some words; `numbers` has a row for each, its number by segment."""
    counts = np.zeros(len(numbers), np.int64)
    for view, of_segment in zip(snapshot.views, numbers.T, strict=True):
        held = of_segment >= 0
        counts[held] += _counts_in(view, of_segment[held])
    return counts


def _counts_in(view: SegmentView, terms: Ints) -> Ints:
    """Return how many living documents have each of some exact terms, as `SegmentView.count` does of one."""
    if not len(terms):
        return np.empty(0, np.int64)
    positions, sizes = view.segment.lists("exact.positions").unpack_several(terms)
    owner = np.searchsorted(view.segment["start"], positions, side="right") - 1
    counted = np.empty(len(owner), bool)
    np.not_equal(owner[1:], owner[:-1], out=counted[1:])
    begins = np.cumsum(sizes) - sizes
    counted[begins] = True
    if view.alive is not None:
        counted &= view.alive[owner]
    counts: Ints = np.add.reduceat(counted, begins, dtype=np.int64)
    return counts
