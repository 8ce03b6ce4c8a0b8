"""The documents of a leaf with their scores, as a snapshot keeps them: a list, and of a frequent one an array besides
that has a place for every document.

Searches for one word or for all of several read the list, searches for any of several the array. Each is kept by
itself, goes where nobody asks for it any more, and is made again where somebody does. Who looks up many documents of a
list makes an array of it for that one search: kept, it would push out lists, and to make one of these again takes
six times as long or more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import cast

import numpy as np

from app.search.formula import Floats
from app.search.whoosh.array_cache import ArrayCache
from app.search.whoosh.matches import Matches
from app.search.whoosh.packed import Ints, Mask
from app.search.whoosh.segment import Documents

_WORTH = 32
"""Looking up fewer than one in so many takes less time by search."""


class KeptScores:
    """As `Matches`, to whoever joins them with others. `make` makes the list, of `count` documents of all that are
    `held`."""

    def __init__(self, kept: ArrayCache, key: Hashable, count: int, held: int, make: Callable[[], Matches]) -> None:
        self.kept, self.key, self.count, self.held, self.make = kept, key, count, held, make

    @cached_property
    def listed(self) -> Matches:
        return self.kept.get(self.key, self.make)

    @cached_property
    def dense(self) -> Floats:
        """The score of every document there is, 0 where it is not among these: a look-up is one step, not a search."""
        return self.kept.get(self._dense_key, self._spread)

    @property
    def documents(self) -> Documents:
        return self.listed.documents

    @property
    def mask(self) -> None:
        return None

    @property
    def is_kept(self) -> bool:
        """Return whether either form is there."""
        return self.kept.find(self.key) is not None or self.kept.find(self._dense_key) is not None

    def __len__(self) -> int:
        return self.count

    def weighed(self) -> Matches:
        return self.listed

    def where(self, keep: Mask | Ints) -> Matches:
        return self.listed.where(keep)

    def holds(self, wanted: Documents) -> Mask:
        """Return, for each of some documents, whether it is among these."""
        dense = self._dense_for(wanted)
        return self.listed.holds(wanted) if dense is None else dense.take(wanted, mode="clip") > 0

    def at(self, wanted: Documents) -> Floats:
        """The scores of documents that are all among these."""
        dense = self._dense_for(wanted)
        return self.listed.at(wanted) if dense is None else dense.take(wanted, mode="clip")

    def values_at(self, places: Ints) -> Floats:
        """The scores at some places of `documents`."""
        return self.listed.values[places]

    @property
    def _dense_key(self) -> Hashable:
        return "dense", self.key

    def _dense_for(self, wanted: Documents) -> Floats | None:
        """The array where it is there already, or so many are wanted that it is worth making."""
        kept = cast("Floats | None", self.kept.find(self._dense_key))
        return self._passing if kept is None and len(wanted) > len(self) // _WORTH else kept

    @cached_property
    def _passing(self) -> Floats:
        """The same as `dense`, for this search alone."""
        return self._spread_out(self.listed)

    def _spread(self) -> Floats:
        kept = cast("Matches | None", self.kept.find(self.key))
        return self._spread_out(self.make() if kept is None else kept)

    def _spread_out(self, listed: Matches) -> Floats:
        dense = np.zeros(self.held, np.float32)
        # NumPy takes two and a half times as long for numbers that it has to widen one by one.
        dense[listed.documents.astype(np.intp)] = listed.values
        return dense
