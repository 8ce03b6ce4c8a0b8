"""Documents with a number each, and how such lists are joined: all of, any of, without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import msgspec
import numpy as np

from app.effort import spend
from app.search.formula import Floats
from app.search.whoosh.packed import Ints, Mask, places_of
from app.search.whoosh.segment import Documents


class Matches(msgspec.Struct, frozen=True, eq=False):
    """Documents, ascending, and a number for each."""

    documents: Documents
    values: Floats

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def nbytes(self) -> int:
        return self.documents.nbytes + self.values.nbytes

    @property
    def dense(self) -> None:
        return None

    @property
    def mask(self) -> None:
        return None

    def weighed(self) -> Matches:
        return self

    def copied(self) -> Matches:
        """Return the same in arrays of their own."""
        return Matches(self.documents.copy(), self.values.copy())

    def where(self, keep: Mask | Ints) -> Matches:
        return Matches(self.documents[keep], self.values[keep])

    def holds(self, wanted: Documents) -> Mask:
        """Return, for each of some documents, whether it is among these."""
        return self._places(wanted)[1]

    def at(self, wanted: Documents) -> Floats:
        """The values of documents that are all among these."""
        return self.values[self._places(wanted)[0]]

    def values_at(self, places: Ints) -> Floats:
        """The values at some places of `documents`."""
        return self.values[places]

    def _places(self, wanted: Documents) -> tuple[Ints, Mask]:
        """Return where each of `wanted` stands, and whether it does."""
        if not len(self):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
        at = np.searchsorted(self.documents, wanted)
        at[at == len(self)] = 0
        return at, self.documents[at] == wanted


@dataclass(frozen=True, eq=False)
class Spread:
    """As `Matches`, of many documents: `dense` has the value of every document there is, 0 where it is not among
    these. Who only ranks them need not list them."""

    dense: Floats

    @cached_property
    def count(self) -> int:
        return int(np.count_nonzero(self.dense))

    def __len__(self) -> int:
        return self.count

    @property
    def mask(self) -> None:
        return None

    @cached_property
    def documents(self) -> Documents:
        return places_of(self.dense != 0).astype(np.int32)

    @cached_property
    def _listed(self) -> Matches:
        return Matches(self.documents, self.dense[self.documents])

    def weighed(self) -> Matches:
        return self._listed

    def where(self, keep: Mask | Ints) -> Matches:
        documents = self.documents[keep]
        return Matches(documents, self.dense[documents])

    def holds(self, wanted: Documents) -> Mask:
        """Return, for each of some documents, whether it is among these."""
        held: Mask = self.dense[wanted] != 0
        return held

    def at(self, wanted: Documents) -> Floats:
        """The values of documents that are all among these."""
        return self.dense[wanted]

    def values_at(self, places: Ints) -> Floats:
        """The values at some places of `documents`."""
        return self.dense[self.documents[places]]


class Found(Protocol):
    """What `Matches` is to whoever joins it with others: documents, ascending, whose values may be yet to be found."""

    @property
    def documents(self) -> Documents: ...

    @property
    def dense(self) -> Floats | None:
        """The value of every document there is, 0 where it is not among these; None where nobody keeps that."""

    @property
    def mask(self) -> Mask | None:
        """For each document there is, whether it is among these; None where it takes less time to list them."""

    def __len__(self) -> int: ...

    def weighed(self) -> Matches:
        """Return all documents with their values."""

    def where(self, keep: Mask | Ints, /) -> Matches: ...

    def holds(self, wanted: Documents, /) -> Mask: ...

    def at(self, wanted: Documents, /) -> Floats: ...

    def values_at(self, places: Ints, /) -> Floats: ...


NOTHING = Matches(np.empty(0, np.int32), np.empty(0, np.float32))


def joined_end_to_end(rows: Sequence[Matches]) -> Matches:
    """Return the matches of all rows, each of which begins behind the one before."""
    documents, values = zip(*((row.documents, row.values) for row in (NOTHING, *rows)), strict=True)
    return Matches(np.concatenate(documents), np.concatenate(values))


FREQUENT = 32
"""What more than one in so many documents has is worth an array of all documents."""


def all_documents(size: int) -> Matches:
    return Matches(np.arange(size, dtype=np.int32), np.zeros(size, np.float32))


def intersection(rows: Sequence[Found]) -> Found:
    """The documents that all have, with their values added in the order given."""
    if len(rows) == 1:
        return rows[0]
    rarest, second, *others = sorted(rows, key=len)
    places = None
    if rarest.mask is not None and second.mask is not None:
        documents = places_of(rarest.mask & second.mask).astype(np.int32)
    else:
        places = places_of(second.holds(rarest.documents))
        documents = rarest.documents[places]
    for row in others:
        held = places_of(row.holds(documents))
        documents, places = documents[held], None if places is None else places[held]
    values = np.zeros(len(documents), np.float32)
    for row in rows:
        values += row.at(documents) if places is None or row is not rarest else rarest.values_at(places)
    return Matches(documents, values)


def union(rows: Sequence[Found], size: int) -> Found:
    """The documents that any has, with their values added in the order given."""
    if not rows:
        return NOTHING
    if len(rows) == 1:
        return rows[0].weighed()
    found = sum(map(len, rows))
    spend(found)
    if found * FREQUENT < size:
        lists = [row.weighed() for row in rows]
        documents = np.unique(np.concatenate([each.documents for each in lists]))
        values = np.zeros(len(documents), np.float32)
        for each in lists:
            values[np.searchsorted(documents, each.documents)] += each.values
        return Matches(documents, values)
    return _added_up(rows, size)


def _added_up(rows: Sequence[Found], size: int) -> Found:
    total, silent = np.zeros(size, np.float32), []
    for number, row in enumerate(rows):
        if row.dense is not None:
            total += row.dense
            continue
        listed = row.weighed()
        if number:
            total[listed.documents] += listed.values
        else:
            total[listed.documents] = listed.values
        if not listed.values.all():
            silent.append(listed.documents[listed.values == 0])
    if not silent:
        return Spread(total)
    seen = total > 0
    for documents in silent:
        # What only lacks a refused word matches without a score.
        seen[documents] = True
    documents = places_of(seen).astype(np.int32)
    return Matches(documents, total[documents])


def masked_by(found: Found, mask: Mask) -> Matches:
    """Return those that a mask of all documents lets through."""
    if found.mask is None:
        return found.where(mask[found.documents])
    documents = documents_masked_by(found, mask)
    return Matches(documents, found.at(documents))


def documents_masked_by(found: Found, mask: Mask | None) -> Documents:
    """Return the documents of the same; None lets all through."""
    if mask is None:
        return found.documents
    if found.mask is None:
        return found.documents[mask[found.documents]]
    return places_of(found.mask & mask).astype(np.int32)


def difference(row: Found, refused: Sequence[Found]) -> Found:
    for other in refused:
        row = row.where(~other.holds(row.documents))
    return row
