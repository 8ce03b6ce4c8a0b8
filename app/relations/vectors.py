"""Texts as vectors: what each of their words tells, as numbers that two texts can be compared by.

Words that few articles have tell most, names three times as much, figures more, and what stands at the beginning
twice. How common a word is comes from a table that never changes by itself, so that a vector is a function of its text
and of nothing else.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from threading import RLock
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import Stemmer

from app.relations.shingles import raw_words
from app.text import fold_word, signs_of_ascii

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
_OFTEN = np.array([0.0, *(1 + math.log(count) for count in range(1, _READ + _OPENING + 1))])
"""How much more a term counts that stands there so often."""
# Digits and letters of ASCII by their kinds, and all else as what is between words.
_KINDS = bytes(ord("1" if chr(code).isdigit() else "a" if chr(code).isalpha() else " ") for code in range(128)) * 2

D = TypeVar("D", bound=np.generic)
Numbers = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float64]


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
    count, figures = _words_and_figures(text)
    if count - figures < FEWEST_WORDS or figures > _MOST_FIGURES * count:
        return None
    known = _known_words()
    own = known.numbers(raw_words(text, _READ))
    is_repeated = text.startswith(headline[:_SAME_BEGINNING])
    read = own if is_repeated else np.concatenate((known.numbers(raw_words(headline)), own))[:_READ]
    terms, counts = _counted_terms(known.term.values[read])
    names = _are_among(terms, known.term.values[_never_small(own, known)])
    weights = _OFTEN[counts] * np.where(names, known.telling_names.values[terms], known.telling.values[terms])
    return _as_vector(terms[weights > 0], weights[weights > 0], known)


def _words_and_figures(text: str) -> tuple[int, int]:
    """Return how many words a text has, and how many of them begin with a digit."""
    text = signs_of_ascii(text)
    if not text.isascii():
        words = raw_words(text)
        return len(words), sum(word[0].isdigit() for word in words)
    kinds = b" " + text.encode().translate(_KINDS)
    figures = kinds.count(b" 1")
    return kinds.count(b" a") + figures, figures


def _counted_terms(terms: Numbers) -> tuple[Numbers, Numbers]:
    """Return the terms, ascending, each once, and how often they stand there; what stands first counts more."""
    standing: Numbers = np.concatenate((terms, *[terms[:_OPENING]] * (_OPENING_COUNTS - 1)))
    standing.sort()
    first = np.flatnonzero(np.concatenate(([True], standing[1:] != standing[:-1])))
    return standing[first], np.diff(first, append=len(standing))


def _never_small(words: Numbers, known: _KnownWords) -> Numbers:
    """Return the words with a capital that a text never writes without."""
    small = known.small.values[words]
    is_capital = small != words
    never: Numbers = words[is_capital][~_are_among(small[is_capital], words)]
    return never


def _are_among(some: Numbers, others: Numbers) -> npt.NDArray[np.bool_]:
    """Return which of some numbers are among the others."""
    if not len(others):
        return np.zeros(len(some), bool)
    ascending = np.sort(others)
    found: npt.NDArray[np.bool_] = ascending.take(np.searchsorted(ascending, some), mode="clip") == some
    return found


def _as_vector(terms: Numbers, weights: Weights, known: _KnownWords) -> Vector:
    chosen = _by_telling(terms, weights, known)[:_MOST_TERMS]
    numbers, weights = known.hash.values[terms[chosen]], weights[chosen]
    if len(set(numbers.tolist())) < len(numbers):
        numbers, weights = _each_number(numbers, weights)
    # One after the other, as any other order gives another sum.
    squares = np.add.accumulate(weights * weights)
    scale = UNIT / math.sqrt(squares[-1]) if len(squares) else UNIT
    whole = np.rint(weights * scale).astype(np.uint16)
    order = np.argsort(numbers)
    return Vector(numbers[order], whole[order])


def _each_number(numbers: npt.NDArray[np.uint32], weights: Weights) -> tuple[npt.NDArray[np.uint32], Weights]:
    """Return each number once: two terms with one are one term."""
    summed: defaultdict[int, float] = defaultdict(float)
    for number, weight in zip(numbers.tolist(), weights.tolist(), strict=True):
        summed[number] += weight
    return np.array([*summed], np.uint32), np.array([*summed.values()])


def _by_telling(terms: Numbers, weights: Weights, known: _KnownWords) -> npt.NDArray[np.intp]:
    """Return the places of the terms by their weights, the most telling first, of one weight by their letters."""
    heads = known.head.values[terms]
    order = np.lexsort((heads, -weights))
    weighed, heads = weights[order], heads[order]
    if ((weighed[1:] == weighed[:-1]) & (heads[1:] == heads[:-1])).any():
        names = known.terms
        by_letters = sorted(range(len(terms)), key=lambda at: (-weights[at], names[terms[at]]))
        return np.array(by_letters, np.intp)
    return order


class _Growing(Generic[D]):
    """An array that grows with the numbers under which something is put."""

    def __init__(self, type: type[D]) -> None:
        self.values: npt.NDArray[D] = np.zeros(1 << 12, type)

    def put(self, number: int, value: float) -> None:
        if number == len(self.values):
            # Another array: who looks at this one has what it knows of.
            self.values = np.concatenate((self.values, np.zeros_like(self.values)))
        self.values[number] = value


class _KnownWords(dict[str, int]):
    """A number for each word, given when it is first met, and by these numbers what is worked out of it.

    Of each word: its `term`, by number, and the `small` word, without a capital; itself where it has none, and what is
    no word where it cannot be so written. Of each term: its letters, of which `head` has the first eight, the `hash`
    that stands for it in vectors, and how much it tells.
    """

    def __init__(self) -> None:
        super().__init__()
        self.term, self.small = _Growing(np.int32), _Growing(np.int32)
        self.terms: list[str] = []
        self.head, self.hash = _Growing(np.uint64), _Growing(np.uint32)
        self.telling, self.telling_names = _Growing(np.float64), _Growing(np.float64)
        self._number_of_term: dict[str, int] = {}
        self._adding = RLock()

    def numbers(self, words: list[str]) -> Numbers:
        return np.fromiter(map(self.__getitem__, words), np.int32, len(words))

    def __missing__(self, word: str) -> int:
        with self._adding:
            if (known := self.get(word)) is not None:
                return known
            of_small = self[small] if (small := _small_form(word)) else None
            number = len(self)
            self.term.put(number, self._term(_stemmed(word)))
            self.small.put(number, number if of_small is None else of_small)
            # Last: who finds it asks for the rest at once.
            self[word] = number
            return number

    def _term(self, term: str) -> int:
        if (known := self._number_of_term.get(term)) is not None:
            return known
        number, letters = len(self._number_of_term), term.encode("utf-8", "surrogatepass")
        self.terms[number:] = [term]
        self.head.put(number, int.from_bytes(letters[:8].ljust(8, b"\0")))
        self.hash.put(number, int.from_bytes(blake2b(letters, digest_size=4).digest()))
        factor = _FIGURE if term[:1].isdigit() else 1
        self.telling.put(number, factor * _rarity(term, _SHARE_OF_UNKNOWN))
        self.telling_names.put(number, _NAME * _rarity(term, _SHARE_OF_UNKNOWN_NAME))
        self._number_of_term[term] = number
        return number


_words = _KnownWords()


def _known_words() -> _KnownWords:
    """Return the words that are known; where these are many, they are forgotten for who asks next."""
    global _words  # noqa: PLW0603  # what one process has met
    if len(_words) >= _MOST_KEPT:
        _words = _KnownWords()
    return _words


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


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@cache
def _commonness() -> dict[str, float]:
    """Return the share of articles that have a stem, of those stems that many have."""
    table = files("app.relations").joinpath("commonness.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in table.splitlines() if not line.startswith("#"))
    return {stem: int(share) / 10_000 for share, *stems in lines for stem in stems}
