"""Values of an attribute that are looked for by less than their bytes: `author=JANE DOE` asks for a name however it is
spelt, `author:smith` for every author who is called so.

An archive has far fewer values than texts, so they are read one by one, each taken apart once for a segment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from app.search import analysis
from app.search.attributes import ValueView
from app.search.plan import ValueWords
from app.search.value_words import holds
from app.search.whoosh.segment import Documents, Segment


@dataclass(frozen=True, eq=False)
class _WordsOfValues:
    """The words of each value of a view, by its number."""

    words: list[tuple[str, ...]]

    @property
    def nbytes(self) -> int:
        return sum(60 + 60 * len(words) for words in self.words)


@dataclass(frozen=True, eq=False)
class _Spellings:
    """The numbers of the values of a view that are the same but for how they are spelt, by their key."""

    numbers: dict[str, list[int]]

    @property
    def nbytes(self) -> int:
        return 200 * len(self.numbers)


def value_numbers(segment: Segment, view: ValueView, key: str) -> Sequence[int]:
    """Return the numbers of the values of a segment that have that key."""
    if view.spelt:
        known: _Spellings = segment.kept.get(("spellings", view.name), partial(_read_spellings, segment, view))
        return known.numbers.get(key, ())
    number = segment.terms(view.name).find(key.encode("utf-8", "surrogatepass"))
    return () if number is None else (number,)


def documents_with(segment: Segment, leaf: ValueWords) -> Documents:
    """Return the documents that have a value with the words of `leaf`, ascending."""
    values: _WordsOfValues = segment.kept.get(("words", leaf.view), partial(_read_words, segment, leaf.view))
    found = [number for number, words in enumerate(values.words) if holds(words, leaf)]
    rows = [segment.documents_with(leaf.view, number) for number in found]
    return np.unique(np.concatenate([np.empty(0, np.int32), *rows]))


def _read_spellings(segment: Segment, view: ValueView) -> _Spellings:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(_value_texts(segment, view.name)):
        numbers[view.key(text)].append(number)
    return _Spellings(dict(numbers))


def _read_words(segment: Segment, view: str) -> _WordsOfValues:
    return _WordsOfValues([analysis.phrase_terms(text) for text in _value_texts(segment, view)])


def _value_texts(segment: Segment, view: str) -> Iterator[str]:
    return (term.decode("utf-8", "surrogatepass") for term in segment.terms(view).all())
