"""The documents of a frequent word that was seldom asked for: each is weighed when it is wanted.

Another word or a filter leaves few of them, and by itself the word is worth most where it stands several times or in a
headline: to weigh all takes longer than to find those. Nothing is kept. A word that is asked for more often is weighed
as a whole, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.search.formula import Curve, Floats
from app.search.whoosh.matches import NOTHING, Matches, joined_end_to_end
from app.search.whoosh.packed import Ints, Mask, places_of
from app.search.whoosh.segment import Documents, Segment
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.weights import most_for_one, odd_weights, weights_at, weights_of

WORTH_IT = 2_000
"""Documents of a word below which NumPy's calls take longer than what they do."""
_SPARSE = 8
"""Looking up fewer than one in so many takes less time by search."""
_MORE = 1.00001
"""Rounding may lift what is worth less above what is worth more, by far less than this."""


@dataclass(frozen=True, eq=False)
class Unweighed:
    """As `Matches`, to whoever joins them with others, leaves some out or ranks them. `factor` is the idf, `count` how
    many there are."""

    snapshot: Snapshot
    stem: str
    curve: Curve
    factor: np.float32
    count: int
    _sought: list[tuple[Documents, Ints]] = field(default_factory=list, init=False, repr=False)
    """Which documents were looked up last, and where they stand or would."""

    @cached_property
    def documents(self) -> Documents:
        found = [segment.documents_with("stem", number) for _, segment, number in self._held]
        if len(self.snapshot.views) == len(found) == 1:
            return found[0]
        shifted = (documents + np.int32(first) for documents, (first, _, _) in zip(found, self._held, strict=True))
        return np.concatenate([np.empty(0, np.int32), *shifted])

    def __len__(self) -> int:
        return self.count

    @property
    def dense(self) -> None:
        return None

    @property
    def mask(self) -> Mask | None:
        return None

    def weighed(self) -> Matches:
        return self._weighed

    @cached_property
    def _weighed(self) -> Matches:
        means, values = self.snapshot.mean_lengths, np.empty(len(self), np.float32)
        for segment, number, documents, run in self._parts():
            values[run] = weights_of(segment, number, documents, means, self.curve)
        values *= self.factor
        return Matches(self.documents, values)

    def where(self, keep: Mask | Ints) -> Matches:
        places = np.asarray(places_of(keep) if keep.dtype == np.bool_ else keep, np.int64)
        return Matches(self.documents[places], self.values_at(places))

    def holds(self, wanted: Documents) -> Mask:
        """Return, for each of some documents, whether it is among these."""
        if len(wanted) * _SPARSE < len(self):
            at = np.searchsorted(self.documents, wanted)
            held: Mask = self.documents.take(at, mode="clip") == wanted
            self._sought[:] = [(wanted[held], at[held])]
            return held
        # Marked are the fewer: to mark a document takes longer than to look whether it is.
        places = places_of(self._mask_of(wanted)[self.documents])
        found = self.documents[places]
        self._sought[:] = [(found, places)]
        return self._mask_of(found)[wanted]

    def at(self, wanted: Documents) -> Floats:
        """The values of ascending documents that are all among these."""
        for documents, places in self._sought:
            if np.array_equal(documents, wanted):
                return self.values_at(places)
        if len(wanted) * _SPARSE < len(self):
            return self.values_at(np.searchsorted(self.documents, wanted))
        return self.values_at(places_of(self._mask_of(wanted)[self.documents]))

    def values_at(self, places: Ints) -> Floats:
        """The values at some ascending places of `documents`."""
        values, means = np.empty(len(places), np.float32), self.snapshot.mean_lengths
        for segment, number, documents, run in self._parts():
            low, high = np.searchsorted(places, (run.start, run.stop)).tolist()
            if low < high:
                inside = places[low:high] - run.start
                values[low:high] = weights_at(segment, number, documents[inside], inside, means, self.curve)
        values *= self.factor
        return values

    def leading(self, count: int) -> Matches:
        """Return the first `count` by their values, all that are level with the last of these, and perhaps others.

        What has the word more than once, or in a headline, is weighed; where that is `count` documents which are worth
        more than any other can be, the others need not be.
        """
        means, least = self.snapshot.mean_lengths, 0.0
        for _, segment, _ in self._held:
            least = max(least, _MORE * float(self.factor) * most_for_one(segment, means, self.curve))
        odd = [NOTHING, *(Matches(documents, values * self.factor) for documents, values in self._odd())]
        leading = odd[1] if len(odd) == 2 else joined_end_to_end(odd)
        return leading if np.count_nonzero(leading.values > least) >= count else self.weighed()

    def _odd(self) -> Iterator[tuple[Documents, Floats]]:
        """Yield of each segment the documents that do not have the word just once and in the body, and what they are
        worth but for the idf."""
        for segment, number, documents, run in self._parts():
            places, values = odd_weights(segment, number, documents, self.snapshot.mean_lengths, self.curve)
            yield self.documents[run][places], values

    @cached_property
    def _held(self) -> list[tuple[int, Segment, int]]:
        """Segments that have the stem: the first document of each, and the number that the stem has there."""
        [numbers] = self.snapshot.numbers("stem", (self.stem,))
        views = zip(self.snapshot.firsts, self.snapshot.views, numbers, strict=False)
        return [(first, view.segment, number) for first, view, number in views if number >= 0]

    def _parts(self) -> Iterator[tuple[Segment, int, Documents, slice]]:
        """Yield each of these with its documents as it numbers them, and where they stand in `documents`."""
        end = 0
        for first, segment, number in self._held:
            run = slice(end, end := end + segment.lists("stem.docs").count(number))
            documents = self.documents[run]
            yield segment, number, documents - np.int32(first) if first else documents, run

    def _mask_of(self, documents: Documents) -> Mask:
        mask = np.zeros(self.snapshot.held, bool)
        mask[documents] = True
        return mask
