"""Whether two articles are the same piece of news: printed again, cut, continued, corrected.

How much of the words two texts share does not tell. Announcements that differ in the county alone share nine tenths and
are different news; a corrected report may share a third. What tells is where one text has a name or a figure and the
other has another in its place, and how far apart the two appeared: see docs/adr/0053.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import product
from operator import attrgetter
from typing import Literal

import numpy as np
from rapidfuzz.fuzz import ratio

from app.relations.difference import changed_words
from app.relations.shingles import SKETCH, Shingles, shingles_of, telling_words, words_of

Words = Sequence[str]
CopyKind = Literal["copy", "excerpt", "expanded", "version"]
Relation = Literal["correction", "repeat", "update"]

DAYS = 30
"""Copies appear within so many of each other, but for texts that are the same word for word."""
FEWEST = 15
"""Shingles of a text that is compared: what is shorter says nothing that others do not."""
_FEWEST_SHARED = 12
# Of the shingles of the shorter text: where the headlines have to do with each other, where they do not, and on another
# day; where it may be a report put right, where a week lies between, and where one of the two has no date.
_SHARED, _SHARED_ALONE, _SHARED_LATER = 0.45, 0.55, 0.85
_PUT_RIGHT, _FAR_SHARED, _UNDATED_SHARED = 0.4, 0.9, 0.95
_NEAR_DAYS = 7
_SHORT_WORDS, _SHORT_SHARED = 30, 0.75
# How much of the shorter headline stands in the other.
_RELATED_HEADLINE, _SAME_HEADLINE = 0.5, 0.7
# Places where names or figures are replaced, for each word of the shorter text.
_NEAR_PLACES, _FAR_PLACES, _MARKED_PLACES = 0.0095, 0.006, 0.03
_MISSPELT = 70
"""How alike, of 100, two names are that are one, which was put right."""
_FEW_NAMES = 2
_MOST_PAIRS = 50
"""Of names in one place: where there are more, something else was written and nobody renamed."""
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
    def distinct_words(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def headline_words(self) -> frozenset[str]:
        return frozenset(words_of(self.headline))

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
    # Words can be set against each other in several ways, and which way is taken depends on which text is the first.
    one, other = sorted((one, other), key=attrgetter("digest"))
    shared = _count_shared(one, other)
    share = shared / min(len(one.shingles), len(other.shingles))
    if shared < _FEWEST_SHARED or share < _demanded_share(one, other):
        return False
    replaced = _Replacements.between(one, other)
    if _may_be_put_right(one, other) and _is_put_right(one, other, replaced):
        return True
    # Where nearly all is shared, one place is where one of them was cut off, in the midst of a name.
    is_cut = replaced.places == replaced.names == 1 and share >= _WHOLE
    allowed = _FAR_PLACES if _days_apart(one, other) > _NEAR_DAYS else _NEAR_PLACES
    return not replaced.renames and (is_cut or replaced.places < allowed * _fewer_words(one, other))


def least_shared(one: int, other: int) -> float:
    """Return how much of the shorter of two texts must stand in the other, by the days when they appeared: the least
    with which they may be copies. After a week whoever writes on something writes it anew."""
    if 0 in (one, other):
        return _UNDATED_SHARED
    apart = abs(one - other)
    return math.inf if apart > DAYS else _FAR_SHARED if apart > _NEAR_DAYS else _PUT_RIGHT


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


def _demanded_share(one: Edition, other: Edition) -> float:
    """Return how much two articles must share, their headlines considered."""
    likeness = _headline_likeness(one, other)
    if _fewer_words(one, other) < _SHORT_WORDS:
        demanded = _SHORT_SHARED if likeness == 1 else math.inf
    elif _may_be_put_right(one, other):
        demanded = _PUT_RIGHT
    else:
        unrelated = _SHARED_LATER if _days_apart(one, other) else _SHARED_ALONE
        demanded = _SHARED if likeness >= _RELATED_HEADLINE else unrelated
    return max(demanded, least_shared(one.day, other.day))


def _may_be_put_right(one: Edition, other: Edition) -> bool:
    """Return whether one may be the other put right: its figures are others then, and its words may be few."""
    if not (one.day and other.day) or _headline_likeness(one, other) < _SAME_HEADLINE:
        return False
    return one.day == other.day or (_days_apart(one, other) <= _NEAR_DAYS and _is_marked(one, other))


def _is_put_right(one: Edition, other: Edition, replaced: _Replacements) -> bool:
    """Return whether no more is replaced than in a report that is put right: on its day any figures, and one name where
    the headlines are the same."""
    is_little = replaced.places < _MARKED_PLACES * _fewer_words(one, other)
    is_one_name = replaced.names == 1 and is_little and _headline_likeness(one, other) == 1
    is_no_name = replaced.names == 0 and not replaced.renames
    if one.day == other.day and (is_no_name or is_one_name):
        return True
    return is_little and _is_marked(one, other)


def _is_marked(one: Edition, other: Edition) -> bool:
    """Return whether a headline says that its article is another edition."""
    return relation_of(one.headline) is not None or relation_of(other.headline) is not None


def _days_apart(one: Edition, other: Edition) -> int:
    return abs(one.day - other.day) if one.day and other.day else 0


def _fewer_words(one: Edition, other: Edition) -> int:
    return min(len(one.words), len(other.words))


def _count_shared(one: Edition, other: Edition) -> int:
    return len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))


@dataclass(frozen=True, slots=True)
class _Replacements:
    """The places where each of two texts has a name or figure that the other lacks: all of them, and those where both
    have names. `renames`: a name stands in several of them for another, as in announcements made from one form."""

    places: int
    names: int
    renames: bool

    @classmethod
    def between(cls, one: Edition, other: Edition) -> _Replacements:
        of_one, of_other = one.telling - other.distinct_words, other.telling - one.distinct_words
        places = [
            (of_one.intersection(before), of_other.intersection(after))
            for before, after in changed_words(one.words, other.words)
            if _is_replaced(before, after, of_one, of_other)
        ]
        named = [(_without_figures(gone), _without_figures(come)) for gone, come in places]
        short = [(gone, come) for gone, come in places if len(gone) * len(come) <= _MOST_PAIRS]
        swaps = Counter(pair for gone, come in short for pair in product(gone, come))
        renames = any(count > 1 and _is_renamed(*pair) for pair, count in swaps.items())
        return cls(len(places), sum(bool(gone and come) for gone, come in named), renames)


def _is_renamed(one: str, other: str) -> bool:
    """Return whether one word stands for another that is no spelling of it. Figures may be put right in many places."""
    return not (one[0].isdigit() and other[0].isdigit()) and not _are_one_name(one, other)


def _is_replaced(before: Words, after: Words, of_one: frozenset[str], of_other: frozenset[str]) -> bool:
    """Return whether a name or figure stands in the place of another. Figures may both be in both texts: of what is
    told each day, that of today is told tomorrow for comparison."""
    gone, come = of_one.intersection(before), of_other.intersection(after)
    if gone and come:
        return not _is_misprint(gone, come)
    return all(word[0].isdigit() for word in (*before, *after))


def _is_misprint(gone: frozenset[str], come: frozenset[str]) -> bool:
    """Return whether names were put right or written otherwise, and not replaced by others."""
    fewer, more = sorted((gone, come), key=len)
    is_same = all(any(_are_one_name(one, each) for each in more) for one in fewer)
    return is_same and len(_without_figures(fewer)) == len(fewer) and len(more) <= _FEW_NAMES


def _are_one_name(one: str, other: str) -> bool:
    """Return whether two words are spellings of one name, or one is short for the other: Sens. and Senators."""
    short, long = sorted((one, other), key=len)
    return ratio(one, other) >= _MISSPELT or long.startswith(short.removesuffix("s"))


def _without_figures(words: frozenset[str]) -> list[str]:
    return [word for word in words if not word[0].isdigit()]


def _headline_likeness(one: Edition, other: Edition) -> float:
    """Return how much of the shorter headline stands in the other."""
    first, second = one.headline_words, other.headline_words
    return len(first & second) / max(min(len(first), len(second)), 1)
