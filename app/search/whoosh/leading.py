"""What leads among matches by their values, and of documents that are to be one hit, the one that ranks first.

A page shows few of the documents that a search finds. So which of a group ranks first is asked of those alone that can
be on it: all matches down to some rank. What ranks before one of them is among them too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.effort import spend
from app.search.cursor import Place
from app.search.formula import Floats
from app.search.whoosh.array_cache import S
from app.search.whoosh.matches import Matches, Spread
from app.search.whoosh.packed import Ints, Mask, places_of
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.unweighed import Unweighed

_GROUPS, _LEAST_GROUPS = 4, 256
"""Groups of values for each that is wanted, and the least number of them."""
_MORE = 2
"""How many times the documents wanted are looked at first: that many share a hit where news is told often."""
_FURTHER = 8
"""How many times as many are looked at where those were not enough."""


@dataclass(frozen=True, slots=True)
class OneOfEach:
    """Matches of which one of each group counts: the one that ranks first. `groups` has a number for each document of
    the snapshot, 0 for what is in no group. `key` names the search while the snapshot lasts, so that it is answered
    sooner the next time; None where it is of another moment."""

    snapshot: Snapshot
    matches: Matches
    groups: Ints
    key: Hashable | None = None

    def count(self) -> int:
        return int(self._kept("count", self._count))

    def leading(self, count: int) -> Matches:
        """Return the first `count`, if there are so many, and perhaps some that follow."""
        return self._kept(count, partial(self._leading, count))

    def whole(self) -> Matches:
        spend(len(self.matches))
        left = np.ones(len(self.matches), bool)
        left[self._further()] = False
        return self.matches.where(places_of(left))

    def reaching(self, value: float) -> Matches:
        """Return those that have such a value or a greater one."""
        near = self.matches.where(places_of(self.matches.values >= value))
        return OneOfEach(self.snapshot, near, self.groups).whole()

    def behind(self, place: Place) -> OneOfEach:
        """Return those that rank behind a place, but for groups that have one before it."""
        is_behind = behind(self.snapshot, self.matches, place)
        groups = self.groups[self.matches.documents]
        seen = np.zeros(int(groups.max(initial=0)) + 1, bool)
        seen[groups[~is_behind]] = True
        seen[0] = False
        left = self.matches.where(places_of(is_behind & ~seen[groups]))
        return OneOfEach(self.snapshot, left, self.groups)

    def _kept(self, what: Hashable, make: Callable[[], S]) -> S:
        return make() if self.key is None else self.snapshot.kept.get((OneOfEach, what, self.key), make)

    def _count(self) -> np.int64:
        groups = self.groups[self.matches.documents]
        seen = np.zeros(int(groups.max(initial=0)) + 1, bool)
        seen[groups] = True
        return np.int64(np.count_nonzero(seen[1:]) + len(groups) - np.count_nonzero(groups))

    def _leading(self, count: int) -> Matches:
        spend(len(self.matches))
        wanted = _MORE * count
        while wanted < len(self.matches):
            found = OneOfEach(self.snapshot, first_of(self.snapshot, self.matches, wanted), self.groups).whole()
            if len(found) >= count:
                return found
            wanted *= _FURTHER
        return self.whole()

    def _further(self) -> Ints:
        """Return the places of those before which another of the same group ranks."""
        numbers = self.groups[self.matches.documents]
        places = places_of(numbers)
        groups, values = numbers[places], self.matches.values[places]
        ids = self.snapshot.column("id")[self.matches.documents[places]]
        # Only what is read of these is filled: there are as many groups as the archive has, and few documents here.
        size = int(groups.max(initial=0)) + 1
        best, least = np.empty(size), np.empty(size, np.uint64)
        best[groups], least[groups] = -np.inf, np.iinfo(np.uint64).max
        np.maximum.at(best, groups, values)
        is_best = values == best[groups]
        np.minimum.at(least, groups[is_best], ids[is_best])
        further: Ints = places[~is_best | (ids != least[groups])]
        return further


Ranked = Matches | Spread | Unweighed
Contenders = Ranked | OneOfEach
"""What is ranked."""


def all_of(ranked: Contenders) -> Ranked:
    """Return all that match, whichever of them are hits."""
    return ranked.matches if isinstance(ranked, OneOfEach) else ranked


def behind(snapshot: Snapshot, matches: Matches, place: Place) -> Mask:
    """Return, for each match, whether it ranks behind a place."""
    tied = (matches.values == place.key) & (snapshot.column("id")[matches.documents] > np.uint64(place.id))
    is_behind: Mask = (matches.values < place.key) | tied
    return is_behind


def first_of(snapshot: Snapshot, matches: Ranked, count: int) -> Matches:
    """Return the `count` that rank first, in no order."""
    if isinstance(matches, Unweighed):
        return first_of(snapshot, matches.leading(count), count)
    if len(matches) <= count:
        return matches.weighed()
    # Of documents that are not listed, all others are worth 0, and these more.
    every = matches.values if isinstance(matches, Matches) else matches.dense
    places = _leading_places(every, count)
    if places is not None and len(places) == count:
        return _at_places(matches, places)
    values = every if places is None else every.take(places)
    bar = np.partition(values, len(values) - count)[len(values) - count]
    above, level = places_of(values > bar), places_of(values == bar)
    if places is not None:
        above, level = places[above], places[level]
    room = count - len(above)
    if len(level) > room:
        ids = snapshot.column("id")[matches.documents[level] if isinstance(matches, Matches) else level]
        level = level[np.argpartition(ids, room - 1)[:room]]
    return _at_places(matches, np.concatenate((above, level)))


def _at_places(matches: Matches | Spread, places: Ints) -> Matches:
    """Return those at some places: of its list, or of all documents."""
    if isinstance(matches, Matches):
        return Matches(matches.documents.take(places), matches.values.take(places))
    return Matches(places.astype(np.int32), matches.dense.take(places))


def _leading_places(values: Floats, count: int) -> Ints | None:
    """Return where the `count` largest values stand, those that are level with the last of them, and perhaps others;
    None where these are as good as all.

    Of many values only those are looked at that reach the `count`-th largest of the largest values of groups: at least
    `count` values do, and seldom many more.
    """
    groups = max(_GROUPS * count, _LEAST_GROUPS)
    each = len(values) // groups
    if each < 2:
        return None
    # Each group is a column: rows are compared at memory speed. What is left behind the last row is in no group.
    tops = values[: groups * each].reshape(each, groups).max(axis=0)
    tops.partition(groups - count)
    return places_of(values >= tops[groups - count])
