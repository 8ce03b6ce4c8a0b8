"""Whose a surname is that an article uses without saying: by what else the article names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import fsum

# What an article and a person must have in common. Countries and cities alone say too little.
_AGREED = 2
# How much better than the next one the context must agree.
_TIMES = 2.0


def owner(context: Collection[str], candidates: Mapping[str, Mapping[str, float]], unseen: int = 0) -> str | None:
    """`context` are the keys of what else the article names; `candidates` the persons of that surname, with the share
    of their articles in which each other key stands. None where the context does not tell.

    Where not all persons of the surname are among the candidates, `unseen` is in how many keys of the context any of
    the others agrees at most; the answer is "" where that could make it another.
    """
    scores = {id: fsum(shares.get(key, 0.0) for key in context) for id, shares in candidates.items()}
    ranked = sorted(scores, key=lambda id: (-scores[id], id))
    best, next_best = (*(scores[id] for id in ranked[:2]), 0.0, 0.0)[:2]
    if best >= _TIMES * next_best and ranked and _agrees(context, candidates[ranked[0]]):
        return ranked[0] if best >= _TIMES * unseen else ""
    return None if unseen < max(_TIMES * best, _AGREED) else ""


def _agrees(context: Collection[str], shares: Mapping[str, float]) -> bool:
    agreed = [key for key in context if key in shares]
    return len(agreed) >= _AGREED and not all(key.startswith("place-") for key in agreed)
