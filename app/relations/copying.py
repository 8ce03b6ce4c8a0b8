"""Whether two articles are the same piece of news: printed again, cut, continued, corrected.

How much of the words two texts share does not tell. Announcements that differ in the county alone share nine tenths and
are different news; a corrected report may share a third. What tells is where one text has a name or a figure and the
other has another in its place, and how far apart the two appeared: see docs/adr/0053.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import product
from typing import Literal

import numpy as np
from rapidfuzz.fuzz import ratio

from app.relations.difference import changed_words
from app.relations.shingles import SKETCH, Shingles, shingles_of, telling_words, words_of
from app.text import fold

CopyKind = Literal["copy", "excerpt", "expanded", "version"]
Relation = Literal["correction", "repeat", "update"]

DAYS = 30
"""Copies appear within so many of each other, but for texts that are the same word for word."""
FEWEST = 15
"""Shingles of a text that is compared: what is shorter says nothing that others do not."""
LEAST_SHARED, LEAST_SHARED_ON_ONE_DAY = 0.45, 0.25
"""Of the shingles of the shorter text: the least with which two may be copies."""
UNDATED = 0.95
"""The same, where one of the two has no date."""

_FEWEST_SHARED = 12
_NEAR_DAYS = 7
# Places where names or figures differ, in a hundred words of the shorter text: within a week, and later.
_NEAR_CHANGES, _FAR_CHANGES = 0.95, 0.6
_MISSPELT = 70
"""How alike, of 100, two names are that are one, which was put right."""
_SHORT = 50
"""Pairs of names in one place: where there are more, something else was written and nobody renamed."""
_SAME_HEADLINE = 0.85
_WHOLE, _NEARLY_WHOLE = 0.95, 0.9

_MARK_WORDS: dict[Relation, str] = {
    "correction": r"correct(?:ed|ion|s)?|clarifi(?:ed|cation)|refile[ds]?",
    "repeat": r"rpt|repeat(?:ed|ing|s)?|resend(?:ing|s)?",
    "update": r"update[ds]?|wrapup",
}
_MARK_FORMS = {
    relation: re.compile(
        rf"\W*(?:{words})(?:\s*\d+)?\s*(?:[\])]|:|[-–—]+(?-i:(?![a-z])))|.*[\[(](?:{words})(?:\s*\d+)?[\])]\s*$"
        rf"|.*\s[-–—]+\s*(?:{words})(?:\s*\d+)?\s*$",
        re.IGNORECASE | re.DOTALL,
    )
    for relation, words in _MARK_WORDS.items()
}


@dataclass(frozen=True, eq=False)
class Edition:
    """An article as it is compared. `text` is without page furniture, `day` a day number, 0 for none."""

    id: str
    headline: str
    day: int
    text: str

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.text)

    @cached_property
    def telling(self) -> frozenset[str]:
        return telling_words(self.text)

    @cached_property
    def shingles(self) -> Shingles:
        return shingles_of(self.words)

    @cached_property
    def sketch(self) -> Shingles:
        return self.shingles[:SKETCH]

    @cached_property
    def digest(self) -> int:
        """The same for texts that are the same word for word, which as a signed number of 64 bits tells them."""
        text = " ".join(self.words).encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(text, digest_size=8).digest(), signed=True)

    @property
    def is_comparable(self) -> bool:
        return len(self.shingles) >= FEWEST


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of each of two texts stands in the other."""

    of_one: float
    of_other: float

    @property
    def of_shorter(self) -> float:
        return max(self.of_one, self.of_other)


def overlap(one: Edition, other: Edition) -> Overlap:
    """Compare two texts; those that are the same overlap wholly, however short they are."""
    if one.digest == other.digest:
        return Overlap(1.0, 1.0)
    shared = _count_shared(one, other)
    return Overlap(shared / max(len(one.shingles), 1), shared / max(len(other.shingles), 1))


def are_copies(one: Edition, other: Edition) -> bool:
    """Return whether two articles are editions of one piece, whichever came first."""
    if not (one.is_comparable and other.is_comparable):
        return False
    if one.digest == other.digest:
        return True
    is_dated = bool(one.day and other.day)
    apart = abs(one.day - other.day)
    share = overlap(one, other).of_shorter
    if share < (LEAST_SHARED_ON_ONE_DAY if is_dated else UNDATED) or (is_dated and apart > DAYS):
        return False
    if _count_shared(one, other) < _FEWEST_SHARED:
        return False
    # The figures of a report that is put right are others, and its words may be few.
    may_be_put_right = is_dated and apart == 0 and _share_headline(one, other)
    if share < LEAST_SHARED and not may_be_put_right:
        return False
    changes = _Changes.between(one, other)
    if changes.renames:
        return False
    # Where nearly all is shared, one changed place is where one of them was cut off, in the midst of a name.
    allowed = _NEAR_CHANGES if apart <= _NEAR_DAYS or not is_dated else _FAR_CHANGES
    is_little = 100 * changes.places < allowed * min(len(one.words), len(other.words))
    if share >= LEAST_SHARED and (is_little or (changes.places == 1 and share >= _WHOLE)):
        return True
    return may_be_put_right and changes.names == 0


def copy_kind(one: Edition, other: Edition) -> CopyKind:
    """Return what `other` is to `one`."""
    shares = overlap(one, other)
    if min(shares.of_one, shares.of_other) >= _WHOLE:
        return "copy"
    if shares.of_shorter < _NEARLY_WHOLE:
        return "version"
    return "excerpt" if shares.of_other > shares.of_one else "expanded"


def relation_of(headline: str) -> Relation | None:
    """Return what a headline says of an earlier edition: `CORRECTED - …`, `(RPT) …`, `UPDATE 2-…`."""
    return next((relation for relation, form in _MARK_FORMS.items() if form.match(headline)), None)


def _count_shared(one: Edition, other: Edition) -> int:
    return len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))


@dataclass(frozen=True, slots=True)
class _Changes:
    """The places where each of two texts has a name or figure that the other lacks: all of them, and those where both
    have names. `renames`: a name stands in several of them for another, as in announcements made from one form."""

    places: int
    names: int
    renames: bool

    @classmethod
    def between(cls, one: Edition, other: Edition) -> _Changes:
        of_one, of_other = one.telling.difference(other.words), other.telling.difference(one.words)
        pairs = [
            (of_one.intersection(before), of_other.intersection(after))
            for before, after in changed_words(one.words, other.words)
        ]
        places = [(gone, come) for gone, come in pairs if gone and come and not _is_misprint(gone, come)]
        named = [(_names(gone), _names(come)) for gone, come in places]
        short = [(gone, come) for gone, come in named if len(gone) * len(come) <= _SHORT]
        swaps = Counter(pair for gone, come in short for pair in product(gone, come))
        renames = any(count > 1 and ratio(*pair) < _MISSPELT for pair, count in swaps.items())
        return cls(len(places), sum(bool(gone and come) for gone, come in named), renames)


def _is_misprint(gone: frozenset[str], come: frozenset[str]) -> bool:
    """Return whether a name was put right, and not replaced by another."""
    return len(gone) == len(come) == len(_names(gone)) == 1 and ratio(*gone, *come) >= _MISSPELT


def _names(words: frozenset[str]) -> list[str]:
    return [word for word in words if not word[0].isdigit()]


def _share_headline(one: Edition, other: Edition) -> bool:
    first, second = set(words_of(fold(one.headline))), set(words_of(fold(other.headline)))
    return bool(first and second) and len(first & second) >= _SAME_HEADLINE * min(len(first), len(second))
