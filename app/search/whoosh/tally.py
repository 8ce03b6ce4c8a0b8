"""Counts of many values at once: of several searches side by side, and by two attributes.

Words are counted from their postings, all of them in one pass; values of attributes from what facets keep of each
segment. A table of two attributes has a count for each pair of values that a document has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from app.effort import spend
from app.ids import TYPES
from app.search import analysis
from app.search.engine import Axis, AxisName, CrossCounts, Tally, TallyName
from app.search.highlight import common_start
from app.search.whoosh.count import HeldValues, held_values
from app.search.whoosh.packed import Ints, Mask, concatenated_ranges
from app.search.whoosh.segment import Documents
from app.search.whoosh.snapshot import Snapshot

_PERIODS = ("year", "month")

Held = tuple[Ints, Ints]
"""Places of documents, ascending, and the number of a value of each; a document may stand there several times."""


def tallied(snapshot: Snapshot, found: Sequence[Documents], name: TallyName, least: int) -> Tally:
    """Count the values of the documents of several searches, each ascending."""
    values, counts = _tally_words(snapshot, found) if name == "word" else _tally_values(snapshot, found, name)
    held = np.flatnonzero(counts.sum(axis=0) >= least)
    return Tally(tuple(map(len, found)), [values(number) for number in held.tolist()], counts[:, held])


def usual_words(snapshot: Snapshot, stems: Iterable[str]) -> dict[str, str]:
    """Return the word with each stem that stands most often in the texts."""
    return {stem: word for stem in stems if (word := _usual_word(snapshot, stem)) is not None}


def crossed(
    snapshot: Snapshot, documents: Documents, names: tuple[AxisName, AxisName], limits: tuple[int, int]
) -> CrossCounts:
    """Count documents, ascending, by the values of two attributes."""
    axes, members = [], []
    for name, limit in zip(names, limits, strict=True):
        held = _types_held(snapshot, documents) if name == "type" else held_values(snapshot, name, documents)
        chosen = _told_values(held, limit, in_order=name in _PERIODS)
        axes.append(_axis(name, held, chosen, len(documents)))
        members.append(_members(held, chosen))
    cells = _joined_counts(members[0], members[1], len(documents), (len(axes[0].values), len(axes[1].values)))
    return CrossCounts(len(documents), axes[0], axes[1], tuple(map(tuple, cells.tolist())))


def _tally_words(snapshot: Snapshot, found: Sequence[Documents]) -> tuple[Callable[[int], str], Ints]:
    masks = [_membership(snapshot, documents) for documents in found]
    numbers: dict[bytes, int] = {}
    parts: list[tuple[Ints, Ints]] = []
    for first, view in zip(snapshot.firsts, snapshot.views, strict=False):
        inside = [mask[first : first + view.segment.documents] for mask in masks]
        lists, table = view.segment.lists("stem.docs"), view.segment.terms("stem").all()
        for run, documents in lists.chunks():
            ends = np.cumsum(lists.counts(run))
            counted = np.stack([_in_runs(mask[documents], ends) for mask in inside])
            held = np.flatnonzero(counted.any(axis=0))
            common = [numbers.setdefault(table[run.start + number], len(numbers)) for number in held.tolist()]
            parts.append((np.array(common, np.int64), counted[:, held]))
    counts = np.zeros((len(found), len(numbers)), np.int64)
    for columns, counted in parts:
        counts[:, columns] += counted
    terms = list(numbers)
    return lambda number: terms[number].decode("utf-8", "surrogatepass"), counts


def _membership(snapshot: Snapshot, documents: Documents) -> Mask:
    mask = np.zeros(snapshot.held, bool)
    mask[documents] = True
    return mask


def _in_runs(ones: Mask, ends: Ints) -> Ints:
    """Return how many are set in each of the runs that end there."""
    reached = np.concatenate([np.zeros(1, np.int64), np.cumsum(ones)])[ends]
    counts: Ints = np.diff(reached, prepend=0)
    return counts


def _tally_values(snapshot: Snapshot, found: Sequence[Documents], name: AxisName) -> tuple[Callable[[int], str], Ints]:
    whole = np.unique(np.concatenate([np.empty(0, np.int32), *found])).astype(np.int32)
    held = _types_held(snapshot, whole) if name == "type" else held_values(snapshot, name, whole)
    counts = np.zeros((len(found), held.distinct), np.int64)
    for row, documents in enumerate(found):
        is_among = np.zeros(len(whole), bool)
        is_among[np.searchsorted(whole, documents)] = True
        counts[row] = np.bincount(held.numbers[is_among[held.places]], minlength=held.distinct)
    return held.text, counts


def _types_held(snapshot: Snapshot, documents: Documents) -> HeldValues:
    """Return the types of the entities that documents name."""
    found = [held_values(snapshot, type, documents).places for type in TYPES]
    places = [np.flatnonzero(np.bincount(each, minlength=len(documents))) for each in found]
    numbers = [np.full(len(each), number, np.int64) for number, each in enumerate(places)]
    return HeldValues(np.concatenate(places), np.concatenate(numbers), len(TYPES), TYPES.__getitem__)


def _told_values(held: HeldValues, limit: int, *, in_order: bool) -> Ints:
    """Return the numbers of the values that are told: the last periods, in order; of others the most frequent, of
    these the first by name."""
    numbers = np.flatnonzero(held.totals)
    if in_order:
        return numbers[-limit:]
    totals = held.totals[numbers]
    if len(numbers) > limit:
        numbers = numbers[totals >= np.partition(totals, len(numbers) - limit)[len(numbers) - limit]]
    ordered = sorted(numbers.tolist(), key=lambda number: (-int(held.totals[number]), held.text(number)))
    return np.array(ordered[:limit], np.int64)


def _axis(name: AxisName, held: HeldValues, chosen: Ints, documents: int) -> Axis:
    return Axis(
        name=name,
        values=tuple(map(held.text, chosen.tolist())),
        totals=tuple(held.totals[chosen].tolist()),
        distinct=int(np.count_nonzero(held.totals)),
        missing=int(np.count_nonzero(np.bincount(held.places, minlength=documents) == 0)),
    )


def _members(held: HeldValues, chosen: Ints) -> Held:
    """Return what is held of the values chosen, these numbered as they were chosen, by place."""
    numbered = np.full(held.distinct, -1, np.int64)
    numbered[chosen] = np.arange(len(chosen))
    numbers = numbered[held.numbers]
    places, numbers = held.places[numbers >= 0], numbers[numbers >= 0]
    order = np.argsort(places, kind="stable")
    return places[order], numbers[order]


def _joined_counts(rows: Held, columns: Held, documents: int, shape: tuple[int, int]) -> Ints:
    """Return how many documents have each value of the rows and each of the columns; both are by place.

    Without a product of matrices: libraries for those keep all cores spinning for what takes one a millisecond.
    """
    places, numbers = columns
    bounds = np.searchsorted(places, np.arange(documents + 1))
    counts = np.diff(bounds)[rows[0]]
    spend(int(counts.sum()))
    beside = numbers[concatenated_ranges(bounds[rows[0]], counts)]
    cells = np.bincount(np.repeat(rows[1], counts) * shape[1] + beside, minlength=shape[0] * shape[1])
    return cells.reshape(shape)


def _usual_word(snapshot: Snapshot, stem: str) -> str | None:
    counts: Counter[str] = Counter()
    beginning = common_start(stem).encode("utf-8", "surrogatepass")
    for view in snapshot.views:
        table = view.segment.terms("exact")
        for number in table.starting(beginning):
            term = table[number].decode("utf-8", "surrogatepass")
            if analysis.stem(term) == stem and analysis.phrase_terms(term) == (term,):
                counts[term] += view.segment.size(number)
    return min(counts, key=lambda term: (-counts[term], term), default=None)
