"""Texts as vectors: what each of their words tells, as numbers that two texts can be compared by.

Words that few articles have tell most, names three times as much, figures more, and what stands at the beginning
twice. How common a word is comes from a table that never changes by itself, so that a vector is a function of its text
and of nothing else.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from operator import neg
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import Stemmer

from app.relations.shingles import RAW_WORDS
from app.text import fold_word

VERSION = 2
"""Raise it with whatever gives some text another vector, the table included, and write a migration that has all of them
made anew."""

UNIT = 1 << 15
"""The length of a vector. Its weights are whole numbers, so that sums of their products are the same in any order."""
FEWEST_WORDS = 20
"""Words, figures not counted, of a text that tells what it is about."""

_MOST_FIGURES = 0.25
"""Of all words: what has more is a table, and all tables of one kind have the same words."""
_MOST_TERMS = 120
_READ = 420
_OPENING, _OPENING_COUNTS = 80, 2
# Two events of one kind differ in who, and in how many.
_NAME, _FIGURE = 3.0, 4.5
_SHARE_OF_UNKNOWN, _SHARE_OF_UNKNOWN_NAME = 0.002, 0.0005
_MOST_SHARE = 0.3
_RARITY = 0.5
_SAME_BEGINNING = 40
_MOST_KEPT = 200_000
_OFTEN = [0.0, *(1 + math.log(count) for count in range(1, _READ + _OPENING + 1))]
"""How much more a term counts that stands there so often."""
_ASCII_FIGURES = re.compile(r"[0-9](?<![^\W_][0-9])")

T = TypeVar("T")


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
    figures = _count_figures(text, own)
    if len(own) - figures < FEWEST_WORDS or figures > _MOST_FIGURES * len(own):
        return None
    is_repeated = text.startswith(headline[:_SAME_BEGINNING])
    words = own if is_repeated else [*RAW_WORDS.findall(headline), *own]
    return _as_vector(_weighed_terms(words[:_READ], _never_small(own[:_READ])))


def _count_figures(text: str, words: list[str]) -> int:
    """Return how many words begin with a digit."""
    if text.isascii():
        return len(_ASCII_FIGURES.findall(text))
    return sum(word[0].isdigit() for word in words)


def _never_small(words: list[str]) -> set[str]:
    """Return the stems of words with a capital that the text never writes without."""
    distinct = set(words)
    return {_stems[word] for word in distinct if (small := _small_forms[word]) and small not in distinct}


def _weighed_terms(words: list[str], names: set[str]) -> dict[str, float]:
    """Return what each stem weighs."""
    stems = list(map(_stems.__getitem__, words))
    counts = Counter(stems[:_OPENING] * _OPENING_COUNTS)
    counts.update(stems[_OPENING:])
    return {
        term: _OFTEN[count] * telling
        for term, count in counts.items()
        if (telling := (_telling_names if term in names else _telling)[term])
    }


def _as_vector(weights: dict[str, float]) -> Vector:
    chosen = sorted(zip(map(neg, weights.values()), weights, strict=True))[:_MOST_TERMS]
    # Two terms with one number are one term.
    summed: defaultdict[int, float] = defaultdict(float)
    for weight, term in chosen:
        summed[_term_numbers[term]] -= weight
    scale = UNIT / (math.sqrt(sum([weight * weight for weight in summed.values()])) or 1)
    numbers = np.array(list(summed), np.uint32)
    whole = np.rint(np.array(list(summed.values())) * scale).astype(np.uint16)
    order = np.argsort(numbers)
    return Vector(numbers[order], whole[order])


class _Worked(dict[str, T]):
    """What is worked out of each word or term, when it is first met."""

    def __init__(self, work_out: Callable[[str], T]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, term: str) -> T:
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[term] = found = self._work_out(term)
        return found


def _stemmed(word: str) -> str:
    folded = fold_word(word)
    return folded if folded[:1].isdigit() else _stemmer().stemWord(folded)


def _small_form(word: str) -> str:
    """Return how a word with a capital is written without, "" for any other, and for one that cannot be so written what
    is no word."""
    if not word[0].isupper():
        return ""
    folded = fold_word(word)
    return folded if folded[:1].islower() else " "


def _rarity(term: str, unknown: float) -> float:
    """Return how much it tells that a text has a term at all, less than a name does; `unknown` is the share of articles
    that have one of which the table has none. A single letter tells nothing."""
    if len(term) < 2:
        return 0
    share = max(_commonness().get(term, 0), unknown)
    return 0 if share > _MOST_SHARE else math.pow(math.log(1 / share), _RARITY)


def _term_number(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest())


_stems = _Worked(_stemmed)
_small_forms = _Worked(_small_form)
_term_numbers = _Worked(_term_number)
_telling = _Worked(lambda term: (_FIGURE if term[:1].isdigit() else 1) * _rarity(term, _SHARE_OF_UNKNOWN))
_telling_names = _Worked(lambda term: _NAME * _rarity(term, _SHARE_OF_UNKNOWN_NAME))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@cache
def _commonness() -> dict[str, float]:
    """Return the share of articles that have a stem, of those stems that many have."""
    table = files("app.relations").joinpath("commonness.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in table.splitlines() if not line.startswith("#"))
    return {stem: int(share) / 10_000 for share, *stems in lines for stem in stems}
