"""A plan over a snapshot: the matching documents and their scores, by whole-array operations.

The score of a leaf is its idf times what the document earns of it (`weights.py`). And, or: scores add up, always in the
order of the plan, so that equal articles have equal scores in any segment. Not: adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from app.search.cursor import Statistics
from app.search.formula import Curve, Means, curve_of, inverse_frequency
from app.search.plan import AllOf, AnyOf, Leaf, Plan, StemTerm, Without, bare_words, leaves
from app.search.whoosh.kept_scores import KeptScores
from app.search.whoosh.marked_word import MarkedWord
from app.search.whoosh.matches import (
    FREQUENT,
    Found,
    Matches,
    all_documents,
    difference,
    intersection,
    joined_end_to_end,
    union,
)
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.unweighed import WORTH_IT, Unweighed
from app.search.whoosh.weights import impacts, weigh_together


class Execution:
    """One plan over one snapshot. `given` statistics, those of an earlier page, replace the snapshot's own."""

    def __init__(self, snapshot: Snapshot, plan: Plan, given: Statistics | None = None) -> None:
        self._snapshot = snapshot
        self._plan = plan
        wanted = list(dict.fromkeys(leaves(plan)))
        self.words = list(dict.fromkeys(bare_words(plan)))
        self.curve = curve_of(len(self.words))
        met: dict[Leaf, Unweighed | None] = {leaf: self._unweighed(leaf) for leaf in _not_added(plan)}
        if len(wanted) - len(met) > 1:
            self._weigh_together([leaf for leaf in wanted if leaf not in met])
        rows = [self._row(leaf) if (found := met.get(leaf)) is None else found for leaf in wanted]
        own = Statistics(snapshot.held, snapshot.mean_lengths, tuple(map(len, rows)))
        self.statistics = given or own
        frequencies = zip(wanted, self.statistics.frequencies, strict=True)
        self._idf = {leaf: inverse_frequency(self.statistics.documents, n) for leaf, n in frequencies}
        if self.statistics != own:
            means = self.statistics.mean_lengths
            rows = list[Found](_scored(snapshot, leaf, self.curve, means, self._idf[leaf]) for leaf in wanted)
        self._scores = dict(zip(wanted, rows, strict=True))

    def idf(self, leaf: Leaf) -> float:
        return self._idf[leaf]

    def matches(self) -> Found:
        """Deleted documents are still among them."""
        return self._evaluate(self._plan)

    def _weigh_together(self, some: Sequence[Leaf]) -> None:
        """Weigh those bare words that nobody asked for before; frequent ones are read as whatever is wanted of them."""
        snapshot = self._snapshot
        fresh = [
            leaf
            for leaf in some
            if isinstance(leaf, StemTerm)
            and leaf.field is None
            and snapshot.frequency(leaf.stem) * FREQUENT <= snapshot.held
            and snapshot.kept.find((leaf, self.curve)) is None
        ]
        if len(fresh) > 1:
            weigh_together(fresh, [view.segment for view in snapshot.views], snapshot.mean_lengths, self.curve)

    def _unweighed(self, word: StemTerm) -> Unweighed | None:
        """Return the documents of a frequent word that was seldom asked for; None of any other word."""
        snapshot, key = self._snapshot, (word, self.curve)
        count = snapshot.frequency(word.stem)
        if count < WORTH_IT or self._kept(word, count).is_kept or not snapshot.is_seldom_asked(key):
            return None
        factor = np.float32(inverse_frequency(snapshot.held, count))
        kind = MarkedWord if snapshot.is_marked(word.stem) else Unweighed
        return kind(snapshot, word.stem, self.curve, factor, count)

    def _row(self, leaf: Leaf) -> Found:
        """Return the documents of a leaf with their scores."""
        snapshot = self._snapshot
        make = partial(_scored, snapshot, leaf, self.curve)
        if leaf is self._plan:
            return snapshot.kept.get((leaf, self.curve), make)
        if isinstance(leaf, StemTerm) and leaf.field is None:
            scores = self._kept(leaf, snapshot.frequency(leaf.stem))
            return scores if len(scores) * FREQUENT > snapshot.held else scores.listed
        found = snapshot.kept.get((leaf, self.curve), make)
        return self._kept(leaf, len(found)) if len(found) * FREQUENT > snapshot.held else found

    def _kept(self, leaf: Leaf, count: int) -> KeptScores:
        """`count`: of its documents."""
        snapshot = self._snapshot
        make = partial(_scored, snapshot, leaf, self.curve)
        return KeptScores(snapshot.kept, (leaf, self.curve), count, snapshot.held, make)

    def _evaluate(self, plan: Plan) -> Found:
        match plan:
            case AllOf(plans):
                wanted = [self._evaluate(p) for p in plans if not isinstance(p, Without)]
                refused = [self._evaluate(p.plan) for p in plans if isinstance(p, Without)]
                return difference(intersection(wanted) if wanted else all_documents(self._snapshot.held), refused)
            case AnyOf(plans):
                return union([self._evaluate(p) for p in plans], self._snapshot.held)
            case Without(child):
                return difference(all_documents(self._snapshot.held), [self._evaluate(child)])
            case leaf:
                return self._scores[leaf]


def _not_added(plan: Plan) -> frozenset[StemTerm]:
    """Return the bare words of a plan that stand by themselves, or are only ever joined with something else that an
    article must have: of others all documents have to be weighed at once."""
    parts = plan.plans if isinstance(plan, AllOf) else (plan,)
    nested = {leaf for part in parts if isinstance(part, AllOf | AnyOf | Without) for leaf in leaves(part)}
    return frozenset(part for part in parts if isinstance(part, StemTerm) and part.field is None) - nested


def _scored(
    snapshot: Snapshot, leaf: Leaf, curve: Curve, means: Means | None = None, idf: float | None = None
) -> Matches:
    """Score by the snapshot's own statistics where no others are given."""
    rows = impacts(leaf, [view.segment for view in snapshot.views], means or snapshot.mean_lengths, curve)
    frequency = sum(map(len, rows))
    factor = np.float32(inverse_frequency(snapshot.held, frequency) if idf is None else idf)
    if len(rows) > 1:
        rows = [
            Matches(row.documents + np.int32(first), row.values)
            for first, row in zip(snapshot.firsts, rows, strict=False)
        ]
    [found] = rows if len(rows) == 1 else [joined_end_to_end(rows)]
    return Matches(found.documents, found.values * factor)
