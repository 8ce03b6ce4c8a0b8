"""The documents of a frequent word that was never asked for before: each is weighed when it is wanted.

Another word or a filter leaves few of them, and to weigh all takes longer than to find them. A word that is asked for
again is weighed as a whole, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.search.formula import Curve, Floats
from app.search.whoosh.matches import Matches
from app.search.whoosh.packed import Ints, Mask, places_of
from app.search.whoosh.segment import Documents
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.weights import weights_at

WORTH_IT = 2_000
"""Documents of a word below which NumPy's calls take longer than what they do."""
_SPARSE = 16
"""Looking up fewer than one in so many takes less time by search."""


@dataclass(frozen=True)
class Unweighed:
    """As `Matches`, to whoever joins them with others or leaves some out. `factor` is the idf."""

    snapshot: Snapshot
    stem: bytes
    curve: Curve
    factor: np.float32

    @cached_property
    def documents(self) -> Documents:
        found = [np.empty(0, np.int32)]
        for first, view, number in zip(self.snapshot.firsts, self.snapshot.views, self._numbers, strict=False):
            if number >= 0:
                found.append(view.segment.documents_with("stem", number) + np.int32(first))
        return found[1] if len(found) == 2 and not self.snapshot.firsts[1:-1] else np.concatenate(found)

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def dense(self) -> None:
        return None

    def weighed(self) -> Matches:
        return self.where(np.arange(len(self)))

    def where(self, keep: Mask | Ints) -> Matches:
        places = np.asarray(places_of(keep) if keep.dtype == np.bool_ else keep, np.int64)
        return Matches(self.documents[places], self.values_at(places))

    def holds(self, wanted: Documents) -> Mask:
        """Return, for each of some documents, whether it is among these."""
        if len(wanted) * _SPARSE < len(self):
            at = np.searchsorted(self.documents, wanted)
            held: Mask = self.documents.take(at, mode="clip") == wanted
            return held
        return self._mask_of(self.documents)[wanted]

    def at(self, wanted: Documents) -> Floats:
        """The values of ascending documents that are all among these."""
        if len(wanted) * _SPARSE < len(self):
            return self.values_at(np.searchsorted(self.documents, wanted))
        return self.values_at(places_of(self._mask_of(wanted)[self.documents]))

    @property
    def _numbers(self) -> list[int]:
        numbers: list[int] = self.snapshot.numbers("stem", self.stem).tolist()
        return numbers

    def _mask_of(self, documents: Documents) -> Mask:
        mask = np.zeros(self.snapshot.held, bool)
        mask[documents] = True
        return mask

    def values_at(self, places: Ints) -> Floats:
        """The values at some ascending places of `documents`."""
        values, numbers, begin = np.empty(len(places), np.float32), self._numbers, 0
        means = self.snapshot.mean_lengths
        for first, view, number in zip(self.snapshot.firsts, self.snapshot.views, numbers, strict=False):
            if number < 0:
                continue
            segment = view.segment
            end = begin + segment.lists("stem.docs").count(number)
            low, high = np.searchsorted(places, (begin, end)).tolist()
            if low < high:
                inside = self.documents[places[low:high]] - np.int32(first)
                values[low:high] = weights_at(segment, number, inside, places[low:high] - begin, means, self.curve)
            begin = end
        return values * self.factor
