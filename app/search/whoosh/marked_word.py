"""A frequent word that was seldom asked for, and whose documents are marked: none is listed that is not wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.effort import spend
from app.search.formula import Floats
from app.search.whoosh.marked import MarkedStem
from app.search.whoosh.matches import Matches
from app.search.whoosh.packed import Ints, Mask, places_of
from app.search.whoosh.segment import Documents
from app.search.whoosh.unweighed import Unweighed
from app.search.whoosh.weights import marked_odd_weights, marked_weights, odd_weights, weights_at

_AT_ONCE = 4
"""Documents that are weighed in the time that one unit of `spend` stands for."""


@dataclass(frozen=True, eq=False)
class MarkedWord(Unweighed):
    """`Unweighed`, where at least one segment has marked the word. In the others its list is read."""

    @cached_property
    def mask(self) -> Mask:
        """Return whether each document there is is among these."""
        if len(self.snapshot.views) == 1 and (marked := self._marks[0]) is not None:
            return marked.held.mask()
        mask = np.zeros(self.snapshot.held, bool)
        for (first, segment, number), marked in zip(self._held, self._marks, strict=True):
            if marked is None:
                mask[segment.documents_with("stem", number) + first] = True
            else:
                mask[first : first + segment.documents] = marked.held.mask()
        return mask

    @cached_property
    def documents(self) -> Documents:
        return places_of(self.mask).astype(np.int32)

    @cached_property
    def _weighed(self) -> Matches:
        return Matches(self.documents, self.at(self.documents))

    def where(self, keep: Mask | Ints) -> Matches:
        documents = self.documents[keep]
        return Matches(documents, self.at(documents))

    def holds(self, wanted: Documents) -> Mask:
        if len(self.snapshot.views) == 1 and (marked := self._marks[0]) is not None:
            return marked.held.holds(wanted)
        held: Mask = self.mask.take(wanted)
        return held

    def at(self, wanted: Documents) -> Floats:
        spend(len(wanted) // _AT_ONCE)
        means, values = self.snapshot.mean_lengths, np.empty(len(wanted), np.float32)
        places = {first: place for place, (first, _, _) in enumerate(self._held)}
        for part, documents, rows in self.snapshot.parts(wanted):
            inside = documents.astype(np.int32, copy=False)
            place = places[self.snapshot.firsts[part]]
            _, segment, number = self._held[place]
            if (marked := self._marks[place]) is not None:
                values[rows] = marked_weights(segment, number, marked, inside, means, self.curve)
            else:
                at = segment.documents_with("stem", number).searchsorted(inside)
                values[rows] = weights_at(segment, number, inside, at, means, self.curve)
        values *= self.factor
        return values

    def values_at(self, places: Ints) -> Floats:
        return self.at(self.documents[places])

    def _odd(self) -> Iterator[tuple[Documents, Floats]]:
        means = self.snapshot.mean_lengths
        for (first, segment, number), marked in zip(self._held, self._marks, strict=True):
            if marked is not None:
                documents, values = marked_odd_weights(segment, number, marked, means, self.curve)
            else:
                listed = segment.documents_with("stem", number)
                odd, values = odd_weights(segment, number, listed, means, self.curve)
                documents = listed[odd]
            yield documents + np.int32(first) if first else documents, values

    @cached_property
    def _marks(self) -> list[MarkedStem | None]:
        """The marks of each segment that has the stem."""
        return [segment.marked.find(number) for _, segment, number in self._held]
