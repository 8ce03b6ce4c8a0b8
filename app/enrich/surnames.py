"""Whose a surname is that an article uses without saying: by what else the article names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import fsum

# What an article and a person must have in common. Countries and cities alone say too little.
_AGREED = 2
# How much better than the next one the context must agree.
_TIMES = 2.0


def owner(context: Collection[str], candidates: Mapping[str, Mapping[str, float]]) -> str | None:
    """`context` are the keys of what else the article names; `candidates` the persons of that surname, with the share
    of their articles in which each other key stands. None where the context does not tell."""
    scores = {id: fsum(shares.get(key, 0.0) for key in context) for id, shares in candidates.items()}
    ranked = sorted(scores, key=lambda id: (-scores[id], id))
    if not ranked:
        return None
    best = ranked[0]
    agreed = [key for key in context if key in candidates[best]]
    if len(agreed) < _AGREED or all(key.startswith("place-") for key in agreed):
        return None
    if len(ranked) > 1 and scores[best] < _TIMES * scores[ranked[1]]:
        return None
    return best
