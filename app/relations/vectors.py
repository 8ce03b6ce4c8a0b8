"""Texts as vectors: what each of their words tells, as numbers that two texts can be compared by.

Words that few articles have tell most, names three times as much, and what stands at the beginning twice. How common a
word is comes from a table that never changes by itself, so that a vector is a function of its text and of nothing else.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import Stemmer

from app.relations.shingles import RAW_WORDS
from app.text import fold_word

VERSION = 1
"""Raise it with whatever gives some text another vector, the table included, and write a migration that has all of them
made anew."""

UNIT = 1 << 15
"""The length of a vector. Its weights are whole numbers, so that sums of their products are the same in any order."""
FEWEST_WORDS = 20
"""Words, figures not counted, of a text that tells what it is about."""

_MOST_FIGURES = 0.25
"""Of all words: what has more is a table, and all tables of one kind have the same words."""
# Words of a brief, in which there is little but who acts: what it shares with others counts for less.
_BRIEF, _BRIEFEST = 80, 0.75
_MOST_TERMS = 120
_READ = 420
_OPENING, _OPENING_COUNTS = 80, 2
_NAME, _PAIR, _FIGURE = 3.0, 0.5, 1.5
_SHARE_OF_UNKNOWN, _SHARE_OF_UNKNOWN_NAME = 0.002, 0.0005
_MOST_SHARE = 0.3
_RARITY = 0.5
_SAME_BEGINNING = 40


class Vector(NamedTuple):
    """Numbers of terms, ascending, and what each weighs."""

    terms: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.uint16]

    def packed(self) -> bytes:
        return self.terms.astype("<u4").tobytes() + self.weights.astype("<u2").tobytes()

    @classmethod
    def unpacked(cls, packed: bytes) -> Vector:
        count = len(packed) // 6
        return cls(np.frombuffer(packed, "<u4", count), np.frombuffer(packed, "<u2", count, 4 * count))


def vector_of(headline: str, text: str) -> Vector | None:
    """Return the vector of a text without page furniture; None where that is too short to tell what it is about, or
    a table."""
    own = RAW_WORDS.findall(text)
    figures = sum(word[0].isdigit() for word in own)
    if len(own) - figures < FEWEST_WORDS or figures > _MOST_FIGURES * len(own):
        return None
    is_repeated = text.startswith(headline[:_SAME_BEGINNING])
    words = own if is_repeated else [*RAW_WORDS.findall(headline), *own]
    length = min(_BRIEFEST + (1 - _BRIEFEST) * (len(own) - figures) / _BRIEF, 1)
    return _as_vector(_weighed_terms(words[:_READ], _never_small(own[:_READ])), length)


def _never_small(words: list[str]) -> set[str]:
    """Return the stems of words with a capital that the text never writes without."""
    small = {word for word in words if word[0].islower()}
    return {_stemmed(word) for word in words if word[0].isupper() and fold_word(word) not in small}


def _weighed_terms(words: list[str], names: set[str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for term, place in _placed_terms(words, names):
        counts[term] += _OPENING_COUNTS if place < _OPENING else 1
    weighed = ((term, (1 + math.log(count)) * _telling(term, term in names)) for term, count in counts.items())
    return {term: weight for term, weight in weighed if weight}


def _placed_terms(words: list[str], names: set[str]) -> Iterator[tuple[str, int]]:
    """Yield the stems with their places, and names that follow one another also as one term."""
    stems = [_stemmed(word) for word in words]
    yield from ((stem, place) for place, stem in enumerate(stems) if len(stem) > 1)
    is_name = [word[0].isupper() and len(stem) > 1 and stem in names for word, stem in zip(words, stems, strict=True)]
    for place, (first, second) in enumerate(pairwise(is_name)):
        if first and second:
            yield f"{stems[place]} {stems[place + 1]}", place


@lru_cache(200_000)
def _telling(term: str, is_name: bool) -> float:
    """Return how much it tells that a text has a term at all."""
    is_pair = " " in term
    unknown = _SHARE_OF_UNKNOWN_NAME if is_name or is_pair else _SHARE_OF_UNKNOWN
    share = max(_commonness().get(term, 0), unknown)
    if share > _MOST_SHARE:
        return 0
    kind = _NAME * _PAIR if is_pair else _NAME if is_name else _FIGURE if term[0].isdigit() else 1
    return kind * math.pow(math.log(1 / share), _RARITY)


def _as_vector(weights: dict[str, float], length: float) -> Vector:
    chosen = heapq.nsmallest(_MOST_TERMS, weights, key=lambda term: (-weights[term], term))
    # Two terms with one number are one term.
    summed: defaultdict[int, float] = defaultdict(float)
    for term in chosen:
        summed[_term_number(term)] += weights[term]
    scale = UNIT * length / (math.sqrt(sum(weight * weight for weight in summed.values())) or 1)
    numbers = sorted(summed)
    whole = [round(scale * summed[number]) for number in numbers]
    return Vector(np.array(numbers, np.uint32), np.array(whole, np.uint16))


@lru_cache(200_000)
def _stemmed(word: str) -> str:
    folded = fold_word(word)
    return folded if folded[:1].isdigit() else _stemmer().stemWord(folded)


@lru_cache(200_000)
def _term_number(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest())


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@cache
def _commonness() -> dict[str, float]:
    """Return the share of articles that have a stem, of those stems that many have."""
    table = files("app.relations").joinpath("commonness.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in table.splitlines() if not line.startswith("#"))
    return {stem: int(share) / 10_000 for share, *stems in lines for stem in stems}
