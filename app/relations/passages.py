"""What two texts have in common word for word, wherever it stands in either: passages, not what differs between them.

A text may quote another, or be put together of several; so its words need not come in the order of the other's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_SEED = 4
"""Words that are looked up; a shorter run is none."""
_MOST_PLACES = 16
"""Of one seed in a text: what is said over and over is set against some of it."""
_NEAR = 12
"""Words in either text between two runs of which one goes on where the other ends."""


class SharedRun(NamedTuple):
    """Words that stand in both texts one behind the other: where they begin in each, and how many they are."""

    one: int
    other: int
    length: int


def shared_runs(one: Sequence[str], other: Sequence[str], least: int) -> list[SharedRun]:
    """Return the runs of words of `other` that stand in `one`, in the order of `other` and disjoint there.

    A run counts that has `least` words by itself or with others beside it, where the two texts differ in little. None
    of `least` words is passed over for a shorter one.
    """
    seed = min(_SEED, least)
    kept = _disjoint(_whole_runs(one, other, seed), len(other), seed)
    return [run for chain in _chains(kept) if sum(each.length for each in chain) >= least for run in chain]


def _whole_runs(one: Sequence[str], other: Sequence[str], seed: int) -> Iterator[SharedRun]:
    """Yield every run that goes on in neither direction; of seeds that are often in `one`, some."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, words in enumerate(_seeds(one, seed)):
        known = places.setdefault(words, [])
        if len(known) < _MOST_PLACES:
            known.append(place)
    ends: dict[int, int] = {}
    for at, words in enumerate(_seeds(other, seed)):
        for place in places.get(words, ()):
            if ends.get(place - at, 0) <= at:
                run = _grown(one, other, SharedRun(place, at, seed))
                ends[place - at] = run.other + run.length
                yield run


def _seeds(words: Sequence[str], seed: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[shift:] for shift in range(seed)), strict=False)


def _grown(one: Sequence[str], other: Sequence[str], run: SharedRun) -> SharedRun:
    start, at, end = run.one, run.other, run.other + run.length
    while start and at and one[start - 1] == other[at - 1]:
        start, at = start - 1, at - 1
    shift = start - at
    most = min(len(one) - shift, len(other))
    while end < most and one[end + shift] == other[end]:
        end += 1
    return SharedRun(start, at, end - at)


def _disjoint(runs: Iterator[SharedRun], words: int, seed: int) -> list[SharedRun]:
    """Give each word of `other` to the longest run that has it; what is left of a shorter one is a run if it is long
    enough."""
    taken, kept = bytearray(words), list[SharedRun]()
    for run in sorted(runs, key=lambda run: (-run.length, run.other, run.one)):
        first, last = run.other, run.other + run.length
        while first < last and taken[first]:
            first += 1
        # What lies over its midst is longer, and ends behind it.
        end = taken.find(1, first, last)
        last = last if end < 0 else end
        if last - first >= seed:
            taken[first:last] = bytes([1]) * (last - first)
            kept.append(SharedRun(run.one + first - run.other, first, last - first))
    return sorted(kept, key=lambda run: run.other)


def _chains(runs: Sequence[SharedRun]) -> Iterator[list[SharedRun]]:
    """Gather runs of which each begins shortly behind the last in both texts."""
    chain = list(runs[:1])
    for last, run in pairwise(runs):
        if _goes_on(last, run):
            chain.append(run)
        else:
            yield chain
            chain = [run]
    if chain:
        yield chain


def _goes_on(last: SharedRun, run: SharedRun) -> bool:
    return all(0 <= gap <= _NEAR for gap in (run.one - last.one - last.length, run.other - last.other - last.length))
