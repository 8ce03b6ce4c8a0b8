"""The formula by which every engine ranks: BM25F, and what the best hits earn on top of it.

A word's *weight* in an article is its counts in each field, divided by that field's length against the mean and
multiplied by its boost, summed. Saturated, (k1 + 1) * weight / (weight + k1), it is the share of the word's idf that
the article earns. The scores of words add up.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
"""Scores are of 32 bits, moments of 64."""


class Curve(NamedTuple):
    """How a word's occurrences are reckoned: the greater `k1`, the more is earned by having it often; the greater `b`,
    the less it weighs in a long text."""

    k1: float
    b: float


BRIEF, USUAL, LONG = Curve(0.9, 0.5), Curve(1.3, 0.6), Curve(2.2, 0.8)
"""In a brief question every word is meant, and having all of them tells more than having one often. In a long one most
words are beside the point: what it is about is what an article says again and again for its length."""
BOOST = {"headline": 3.0, "dateline": 1.0, "body": 1.0}
"""Chosen together with the curves on six collections, each left out in turn: docs/adr/0059."""
DERIVED_BOOST = 1.0
"""Of a headline made of the body's own words: they are counted in the body already."""

FURNITURE = 0.1
"""What a word counts that stands in page furniture, however often: it is found there, behind all that speak of it."""

Means = tuple[float, ...]
"""Words of a document on average, for each of `FIELDS`."""

WINDOW = 200
"""Of the best articles of a query of several bare words, which get a second look."""
EXACT_BONUS = 0.2
"""How much of a word's score an article earns once more for having the form that was typed."""
NEARNESS_BONUS = 0.15
"""How much of two neighbouring words' score it earns once more for having them close together."""


def curve_of(words: int) -> Curve:
    """Return the curve of a question of so many different words."""
    return BRIEF if words < 7 else USUAL if words < 12 else LONG


def norms(field: str, mean: float, b: float, lengths: npt.NDArray[Any], derived: npt.NDArray[Any]) -> Floats:
    """Return what one occurrence in `field` weighs in documents of such lengths."""
    made: Floats = np.float32(BOOST[field]) / (
        np.float32(1 - b) + np.float32(b / max(mean, 1e-9)) * lengths.astype(np.float32)
    )
    if field == "headline":
        made[derived == 1] *= np.float32(DERIVED_BOOST / BOOST[field])
    return made


def saturated(weights: Floats, curve: Curve) -> Floats:
    """Return the share of a word's idf that a weight earns: 0 to `k1` + 1."""
    # Each array that is made takes longer than what is done in it.
    earned = weights * np.float32(curve.k1 + 1)
    earned /= weights + np.float32(curve.k1)
    return earned


LEAST_IDF = 0.05
"""What every article has tells nearly nothing, but more than nothing: it finds."""


@lru_cache(10_000)
def inverse_frequency(documents: int, frequency: int) -> float:
    """Return the logarithm of the odds against a word, bent so that it never falls below nothing: a word in half of the
    articles is worth a twentieth of a rare one."""
    odds = (documents - min(frequency, documents) + 0.5) / (frequency + 0.5)
    return max(LEAST_IDF, math.log1p(odds**2) / 2)


def stepped(mean: float) -> float:
    return float(1.1 ** round(math.log(mean, 1.1))) if mean else 0.0
