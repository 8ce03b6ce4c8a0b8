"""Texts as sets of shingles: each run of five words, as a number. What two texts have in common is counted in these.

A sketch is the smallest few of a text's numbers. Two texts that share many shingles share some of their smallest, so a
table of sketches finds whatever may be a copy without reading any text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from app.text import fold_word, signs_of_ascii

Shingles = npt.NDArray[np.uint64]
"""Ascending, each once."""

SKETCH = 32
"""Numbers in a sketch: of pairs that share half of their shingles 99 in 100 share two of these."""
_RUN = 5
_RAW_WORDS = re.compile(r"[^\W_]+")
# ASCII, with a space for each sign.
_WITHOUT_SIGNS = re.sub(rb"[\W_]", b" ", bytes(range(128))).ljust(256)
_SPELT = {
    word: str(number)
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_as_figure: Callable[[str, str], str] = _SPELT.get
_SENTENCE_STARTS = re.compile(r"(?:[.!?][\"'”’)]*\s+|\n\s*\n\s*|\n {4,})[\"'“‘(]*([^\W\d_]+)")
_MULTIPLIER, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_HIGH, _HIGHER = np.uint64(29), np.uint64(32)
_FIRST = np.ones(1, bool)


def raw_words(text: str, most: int | None = None) -> list[str]:
    """Return the words as they stand, `most` of them at most."""
    # Texts of ASCII are taken apart so in half the time.
    text = signs_of_ascii(text)
    if not text.isascii():
        return _RAW_WORDS.findall(text)[:most]
    return text.encode().translate(_WITHOUT_SIGNS).decode().split(None, most or -1)[:most]


def words_of(text: str) -> list[str]:
    """Return the words, folded, and small numbers as figures."""
    words = raw_words(fold_word(text))
    return list(map(_as_figure, words, words))


def telling_words(text: str) -> frozenset[str]:
    """Return the folded words that may be names or figures: those with a capital and digits.

    A capital tells nothing where a sentence begins, but for the first, and where most words have one.
    """
    counts = Counter(raw_words(text))
    figures = [word for word in counts if word[0].isdigit() or word.lower() in _SPELT]
    with_capital = [word for word in counts if word[0].isupper()]
    if 2 * sum(counts[word] for word in with_capital) > counts.total():
        return frozenset(words_of(" ".join(figures)))
    first = Counter(_SENTENCE_STARTS.findall(text))
    return frozenset(words_of(" ".join([*figures, *(word for word in with_capital if counts[word] > first[word])])))


def shingles_of(words: list[str]) -> Shingles:
    """Return the shingles of a text; of one that is shorter than a run there are none."""
    count = len(words) - _RUN + 1
    if count < 1:
        return np.empty(0, np.uint64)
    numbers = np.fromiter(map(_word_numbers.__getitem__, words), np.uint64, len(words))
    runs = numbers[:count].copy()
    for place in range(1, _RUN):
        runs *= _MULTIPLIER
        runs += numbers[place : place + count]
    # Sums of products are even where their terms are: what is smallest must be so by chance.
    runs ^= runs >> _HIGH
    runs *= _MIXER
    runs ^= runs >> _HIGHER
    runs.sort()
    each: Shingles = runs[np.concatenate((_FIRST, runs[1:] != runs[:-1]))]
    return each


def estimated_containment(one: Shingles, other: Shingles, sizes: tuple[int, int]) -> float:
    """Return about how much of the smaller of two sets is in the other, by their sketches and sizes."""
    both = np.concatenate((one, other))
    both.sort()
    twice = np.flatnonzero(both[1:] == both[:-1])
    # Of all that are in either, each stands before as many fewer as are in both before it.
    shared = np.count_nonzero(twice - np.arange(len(twice)) < SKETCH)
    likeness = int(shared) / max(min(len(both) - len(twice), SKETCH), 1)
    return likeness * sum(sizes) / ((1 + likeness) * max(min(sizes), 1))


class _WordNumbers(dict[str, int]):
    """A number for each word, worked out when it is first met."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[word] = number = int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        return number


_word_numbers = _WordNumbers()
_MOST_KEPT = 200_000
