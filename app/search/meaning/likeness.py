"""How alike a question and some articles are, for whoever ranks them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.effort import spend_unbounded
from app.search.meaning.model import SentenceModel
from app.search.meaning.vectors import Ids, VectorFolder, Vectors

Likeness = npt.NDArray[np.float32]

ENOUGH_VECTORS = 0.95
"""The part of some articles that must have a vector; those without would rank by chance among the others."""


@dataclass(frozen=True, slots=True)
class MeaningIndex:
    """A model, and the vectors that it made for an archive."""

    model: SentenceModel
    folder: VectorFolder

    def now(self) -> MeaningView:
        return MeaningView(self.model, self.folder.now())


@dataclass(frozen=True, slots=True)
class MeaningView:
    """The same, of one moment."""

    model: SentenceModel
    vectors: Vectors

    def now(self) -> MeaningView:
        return self

    def prepare(self, question: str) -> None:
        """Announce what a question costs that was not asked lately."""
        if not self.model.knows(question) and len(self.vectors):
            spend_unbounded()

    def to_question(self, question: str, ids: Ids) -> Likeness | None:
        """Return from 0 to 1 how alike a question and each article are; None where too few of them have a vector."""
        return None if (rows := self._rows(ids)) is None else _cosines(*rows, self.model.question(question))

    def to_article(self, article: int, ids: Ids) -> Likeness | None:
        """Return the same for an article; None also where it has no vector itself."""
        own, held = self.vectors.gather(np.array([article], np.uint64))
        rows = self._rows(ids) if held[0] else None
        return None if rows is None else _cosines(*rows, own[0])

    def _rows(self, ids: Ids) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]] | None:
        if not len(ids) or self.vectors.header.model != self.model.fingerprint:
            return None
        rows, held = self.vectors.gather(ids)
        return (rows, held) if np.count_nonzero(held) >= ENOUGH_VECTORS * len(ids) else None


def _cosines(rows: npt.NDArray[np.float32], held: npt.NDArray[np.bool_], vector: npt.NDArray[np.float32]) -> Likeness:
    """Give the few without a vector the mean of the others: neither first nor last for that."""
    found: Likeness = np.maximum(rows @ vector, np.float32(0))
    found[~held] = found[held].mean()
    return found
