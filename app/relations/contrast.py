"""What tells two collections of articles apart: values that are more frequent in one than chance would have it.

How unlikely chance is, the log-likelihood ratio says (G², Dunning, "Accurate Methods for the Statistics of Surprise and
Coincidence", Computational Linguistics 19, 1993): what was counted is set against what both together would lead to
expect. Its root, with a sign, reads as standard deviations do. It holds where one side has a value and the other never
has, as with whatever is new in a span of time. For small numbers each count is brought nearer to what is expected by
half an article (Yates): what stands in three of three articles here and in none of five there may be chance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

TELLING = 3.0
"""The least score that is told: by chance alone one value in 370 has as much."""
_NEARER = 0.5

Ints = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]


def contrast_scores(one: Ints, other: Ints, totals: tuple[int, int]) -> Scores:
    """Return a score for each value, by how many articles of each of two collections have it; `totals` are the articles
    of each. Above zero: more frequent in the first."""
    if not all(totals):
        return np.zeros(len(one))
    share = (one + other) / sum(totals)
    surprise = np.zeros(len(one))
    for counts, total in ((one, totals[0]), (other, totals[1])):
        for counted, expected in ((counts, share * total), (total - counts, (1 - share) * total)):
            off = counted - expected
            nearer = expected + np.sign(off) * np.maximum(np.abs(off) - _NEARER, 0)
            # What nobody has and nobody was expected to have adds nothing.
            ratio = np.divide(nearer, expected, out=np.ones_like(share), where=(expected > 0) & (nearer > 0))
            surprise += nearer * np.log(ratio)
    scores: Scores = np.sign(one / totals[0] - other / totals[1]) * np.sqrt(2 * np.maximum(surprise, 0))
    return scores
