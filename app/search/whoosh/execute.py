"""A plan over a snapshot: the matching documents and their scores, by whole-array operations.

The score of a leaf is its idf times what the document earns of it (`weights.py`). And, or: scores add up, always in the
order of the plan, so that equal articles have equal scores in any segment. Not: adds nothing.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from app.search.cursor import Statistics
from app.search.formula import Curve, Means, curve_of, inverse_frequency
from app.search.plan import AllOf, AnyOf, Leaf, Plan, StemTerm, Without, bare_words, leaves
from app.search.whoosh.kept_scores import KeptScores
from app.search.whoosh.matches import (
    FREQUENT,
    NOTHING,
    Found,
    Matches,
    all_documents,
    difference,
    intersection,
    union,
)
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.unweighed import WORTH_IT, Unweighed
from app.search.whoosh.weights import impacts, weigh_together


class Execution:
    """One plan over one snapshot. `given` statistics, those of an earlier page, replace the snapshot's own. `narrowed`:
    of what matches, few may be wanted."""

    def __init__(
        self, snapshot: Snapshot, plan: Plan, given: Statistics | None = None, *, narrowed: bool = False
    ) -> None:
        self._snapshot = snapshot
        self._plan = plan
        wanted = list(dict.fromkeys(leaves(plan)))
        self.curve = curve_of(len(set(bare_words(plan))))
        joined = _joined_alone(plan, narrowed) if given is None else frozenset[Leaf]()
        # Frequent ones are read as whatever is wanted of them.
        fresh = [
            leaf
            for leaf in wanted
            if isinstance(leaf, StemTerm)
            and leaf.field is None
            and leaf not in joined
            and snapshot.frequency(leaf.stem) * FREQUENT <= snapshot.held
            and snapshot.kept.find((leaf, self.curve)) is None
        ]
        if len(fresh) > 1:
            weigh_together(fresh, [view.segment for view in snapshot.views], snapshot.mean_lengths, self.curve)
        rows: list[Found] = [self._row(leaf, leaf in joined) for leaf in wanted]
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

    def _row(self, leaf: Leaf, is_joined: bool) -> Found:
        """Return the documents of a leaf with their scores, or without where those need not all be known."""
        key, kept, held = (leaf, self.curve), self._snapshot.kept, self._snapshot.held
        make = partial(_scored, self._snapshot, leaf, self.curve)
        if leaf is self._plan and not is_joined:
            return kept.get(key, make)
        if not isinstance(leaf, StemTerm) or leaf.field is not None:
            found = kept.get(key, make)
            return KeptScores(kept, key, len(found), held, make) if len(found) * FREQUENT > held else found
        count = self._snapshot.frequency(leaf.stem)
        scores = KeptScores(kept, key, count, held, make)
        if is_joined and count >= WORTH_IT and not scores.is_kept and self._snapshot.is_first_asked(key):
            factor = np.float32(inverse_frequency(held, count))
            return Unweighed(self._snapshot, leaf.stem.encode(), self.curve, factor)
        return scores if count * FREQUENT > held else scores.listed

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


def _joined_alone(plan: Plan, narrowed: bool) -> frozenset[Leaf]:
    """Return the bare words of a plan that are only ever joined with something else that an article must have."""
    parts = plan.plans if isinstance(plan, AllOf) else (plan,)
    wanted = [part for part in parts if not isinstance(part, Without)]
    if len(wanted) == 1 and not narrowed:
        return frozenset()
    nested = {leaf for part in parts if isinstance(part, AllOf | AnyOf | Without) for leaf in leaves(part)}
    return frozenset(part for part in wanted if isinstance(part, StemTerm) and part.field is None) - nested


def _scored(
    snapshot: Snapshot, leaf: Leaf, curve: Curve, means: Means | None = None, idf: float | None = None
) -> Matches:
    """Score by the snapshot's own statistics where no others are given."""
    rows = impacts(leaf, [view.segment for view in snapshot.views], means or snapshot.mean_lengths, curve)
    frequency = sum(map(len, rows))
    factor = np.float32(inverse_frequency(snapshot.held, frequency) if idf is None else idf)
    if len(rows) == 1:
        documents, values = rows[0].documents, rows[0].values * factor
    else:
        documents = np.concatenate(
            [NOTHING.documents, *(m.documents + np.int32(f) for f, m in zip(snapshot.firsts, rows, strict=False))]
        )
        values = np.concatenate([NOTHING.values, *(m.values for m in rows)]) * factor
    return Matches(documents, values)
