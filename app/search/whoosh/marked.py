"""The documents of the most frequent stems as marks: a bit for each document of a segment, where a list of them has to
be unpacked before anything can be looked up in it.

A stem that more than one in `SHARE` of the documents has is marked twice: in which documents it stands, and in which of
these otherwise than just once and in the body. So what several words have in common is found without any list, and
what counts of a document is where its mark stands among the others of its kind.

stem.frequent   uint32[f]   numbers of these stems
stem.marks      uint8       for each of them two rows of bits, each filled up to a multiple of `_WORD` bits
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.effort import spend
from app.search.whoosh.packed import Array, Ints, Mask, Packed, places_of

SHARE = 8
"""A list of one in so many packs as tightly as its bits do."""
LEAST = 2_000
"""Documents of a stem below which a list is read as fast: segments of a few commits have no marks."""
_SPARSE = 32
"""Looking up fewer than one in so many takes less time bit by bit."""
_AT_ONCE = 64
"""Documents of which the marked ones are listed in the time that one unit of `spend` stands for."""
_WORD = 64
_ROWS = 2


@dataclass(frozen=True, slots=True)
class Marks:
    """Which of so many documents are marked."""

    words: npt.NDArray[np.uint64]
    documents: int

    def mask(self) -> Mask:
        spend(self.documents // _AT_ONCE)
        bits = np.unpackbits(self.words.view(np.uint8), count=self.documents, bitorder="little")
        return bits.view(np.bool_)

    def holds(self, documents: Array) -> Mask:
        """Return whether each of some documents is marked."""
        if len(documents) * _SPARSE > self.documents:
            held: Mask = self.mask().take(documents)
            return held
        bits = self.words.view(np.uint8).take(documents >> 3) >> (documents & 7).astype(np.uint8)
        bits &= 1
        return bits.view(np.bool_)

    def ranks(self, documents: Array) -> Ints:
        """Return how many are marked before each of some documents that are."""
        reached = np.bitwise_count(self.words).cumsum(dtype=np.int32)
        at = documents // _WORD
        following = self.words.take(at) >> (documents & (_WORD - 1)).astype(np.uint64)
        ranks: Ints = reached.take(at) - np.bitwise_count(following)
        return ranks


@dataclass(frozen=True, slots=True)
class MarkedStem:
    """`held`: the documents that have it. `odd`: those of them that do not have it just once and in the body."""

    held: Marks
    odd: Marks


def mark_arrays(lists: Packed, is_odd: Mask, documents: int) -> Iterator[tuple[str, Array]]:
    """Yield the arrays of a segment's stems; `is_odd` of all postings, in order."""
    sizes = lists.counts(range(len(lists)))
    frequent = places_of(sizes > max(documents // SHARE, LEAST))
    rows = np.zeros((len(frequent), _ROWS, -(-documents // _WORD) * _WORD // 8), np.uint8)
    for row, number in zip(rows, frequent.tolist(), strict=True):
        held, start = lists.unpack(number), int(lists.bounds[number])
        for marks, marked in zip(row, (held, held[is_odd[start : start + len(held)]]), strict=True):
            mask = np.zeros(len(marks) * 8, np.uint8)
            mask[marked] = 1
            marks[:] = np.packbits(mask, bitorder="little")
    yield "stem.frequent", frequent.astype(np.uint32)
    yield "stem.marks", rows.reshape(-1)


class MarkedStems:
    """Those of a segment, by number."""

    def __init__(self, frequent: Array, marks: Array, documents: int) -> None:
        self._documents = documents
        self._rows = {number: row for row, number in enumerate(frequent.tolist())}
        self._words = marks.view("<u8").reshape(len(frequent), _ROWS, -1) if len(frequent) else marks

    def __contains__(self, stem: int) -> bool:
        return stem in self._rows

    def find(self, stem: int) -> MarkedStem | None:
        row = self._rows.get(stem)
        if row is None:
            return None
        held, odd = (Marks(words, self._documents) for words in self._words[row])
        return MarkedStem(held, odd)
