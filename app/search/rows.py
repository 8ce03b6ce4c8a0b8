"""Ranked articles: a key, descending, with ties by article id, ascending."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.search.cursor import Place
from app.search.formula import Floats


class Rows(msgspec.Struct, frozen=True, eq=False):
    """Articles with the key they rank by: parallel arrays. `document` is where an engine finds each."""

    document: npt.NDArray[np.int64]
    id: npt.NDArray[np.uint64]
    key: Floats

    def __len__(self) -> int:
        return len(self.id)

    def take(self, chosen: npt.NDArray[Any] | slice) -> Rows:
        return Rows(self.document[chosen], self.id[chosen], self.key[chosen])

    def place(self, row: int) -> Place:
        return Place(float(self.key[row]), int(self.id[row]))

    def last(self) -> Place:
        """Return the place of the row that ranks last."""
        least = self.key.min()
        return Place(float(least), int(self.id[self.key == least].max()))

    def sorted(self) -> Rows:
        return self.take(np.lexsort((self.id, -self.key)))

    def and_then(self, rows: Rows) -> Rows:
        return Rows(
            np.concatenate((self.document, rows.document)),
            np.concatenate((self.id, rows.id)),
            np.concatenate((self.key, rows.key)),
        )


def further_behind(one: Place, other: Place) -> Place:
    """The rank further behind."""
    return max(one, other, key=lambda place: (-place.key, place.id))
