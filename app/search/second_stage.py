"""The second stage: the best hits of a question in words, reordered by meaning.

The key of a hit is a share of its score by words and, for the rest, how alike its article and the question are, on the
scale of the best score. A hit outside the window has its share alone, which no hit inside has less of: so one falling
line of keys holds over all pages. Scores are mixed and not ranks: whoever looks for one article by its rarest words has
it far ahead of the others by score, and would lose it among their ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from app.search.cursor import Cursor, Place, Reordered
from app.search.meaning.likeness import MeaningView
from app.search.rows import Rows

BEST = 100
"""Hits that are reordered. What stands further behind by words is seldom an answer, whatever it means."""
MOST_WEIGHT, LEAST_WEIGHT, WEIGHT_OF_WORD = 0.6, 0.1, 0.1
"""Of meaning in the key. One word alone says little of what is meant; from five on they make a sentence."""


FindAgain = Callable[[npt.NDArray[np.uint64]], npt.NDArray[np.int64]]
"""Tells, by their ids, where an engine finds articles among what a search finds; -1 for those that it does not."""


class WordsRanking(Protocol):
    """Ranks by words: so many rows behind a place, and the floor of its own window (`rank.Reordering.page`)."""

    def __call__(self, count: int, floor: Place | None, after: Place | None, /) -> tuple[Rows, Place | None]: ...


class RankedRows(msgspec.Struct, frozen=True, eq=False):
    """The first rows of a ranking, or more. The keys of the first `reordered` are final; those of the others are their
    scores by words, of which `share` is shown, and begin `behind` that place. `by_meaning` also where none of the
    reordered is left."""

    rows: Rows
    floor: Place | None
    reordered: int = 0
    behind: Place | None = None
    share: float = 1.0
    by_meaning: bool = False

    def shown(self, start: int, stop: int) -> Rows:
        """Return rows with the keys to show."""
        shown = self.rows.take(slice(start, stop))
        if not self.by_meaning:
            return shown
        key = shown.key.copy()
        key[max(self.reordered - start, 0) :] *= self.share
        return Rows(shown.document, shown.id, key)

    def left(self, start: int) -> Reordered | None:
        """Return what a cursor keeps of the reordered rows from `start` on."""
        if not self.by_meaning:
            return None
        left = self.rows.take(slice(start, self.reordered))
        return Reordered(left.id.astype("<u8").tobytes(), left.key.astype("<f4").tobytes(), self.share)

    def after(self, stop: int) -> Place | None:
        """Return the place behind which ranking by words goes on, after so many rows."""
        return self.behind if stop <= self.reordered else self.rows.place(stop - 1)


def rank_by_words(ranking: WordsRanking, count: int, floor: Place | None, after: Place | None) -> RankedRows:
    return RankedRows(*ranking(count, floor, after))


def rank_question(ranking: WordsRanking, count: int, question: str, view: MeaningView) -> RankedRows:
    """Rank the first page of a question: by meaning where enough of the best hits have a vector."""
    best, floor = ranking(BEST, None, None)
    alike = view.to_question(question, best.id)
    if alike is None:
        return (
            RankedRows(best.take(slice(count)), floor) if count <= BEST else rank_by_words(ranking, count, None, None)
        )
    scale = float(best.key[0]) or 1.0
    weight = min(MOST_WEIGHT, LEAST_WEIGHT + WEIGHT_OF_WORD * len(question.split())) * _contest(best, scale)
    key = (1 - weight) * best.key + weight * scale * alike
    window = Rows(best.document, best.id, key.astype(np.float32)).sorted()
    return _with_rest(ranking, count, window, floor, best.place(-1), 1 - weight)


def _contest(best: Rows, scale: float) -> float:
    """Return how near the second of the best is to the first: words that one article alone has tell which is meant."""
    return float(best.key[1]) / scale if len(best) > 1 else 1.0


def rank_further(ranking: WordsRanking, count: int, find: FindAgain, resumed: Cursor) -> RankedRows:
    """Go on from a cursor, in the ranking that it belongs to."""
    if resumed.meaning is None:
        return rank_by_words(ranking, count, resumed.floor, resumed.after)
    left = _found_again(find, resumed.meaning)
    return _with_rest(ranking, count, left, resumed.floor, resumed.after, resumed.meaning.share)


def _with_rest(
    ranking: WordsRanking, count: int, window: Rows, floor: Place | None, behind: Place, share: float
) -> RankedRows:
    rows, reordered = window, len(window)
    if reordered < count:
        # A cursor that stands before all hits goes through them from the first; those of the window come only once.
        rest, _ = ranking(count, floor, behind)
        rows = window.and_then(rest.take(~np.isin(rest.id, window.id)).take(slice(count - reordered)))
    return RankedRows(rows, floor, reordered, behind, share, by_meaning=True)


def _found_again(find: FindAgain, kept: Reordered) -> Rows:
    """Return the rows that a cursor keeps, without those that were withdrawn or revised meanwhile."""
    ids, keys = np.frombuffer(kept.ids, "<u8").astype(np.uint64), np.frombuffer(kept.keys, "<f4")
    documents = find(ids)
    return Rows(documents, ids, keys.astype(np.float32)).take(documents >= 0)
