"""Stories: articles that tell of one event, from whatever source.

An article's neighbours are those of a few days before and after that share telling words with it. How alike two must be
is measured by what is usual around them: where everything is alike, as in a long affair, they must be more so. Those
that hang together are then joined by how alike they are on average, the likest first. Nothing here depends on the order
of the articles: see docs/adr/0057.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.relations.vectors import UNIT, Vector

DAYS = 4
"""Articles further apart tell of another day of an affair."""
NEIGHBOURS = 60
"""The likest that are kept of an article: where it has more, those tell nothing apart."""
BOND = 0.46
"""How alike two articles of one story are, by what is usual around them: that they hang together, and on average."""
RELATED = 0.3
"""How alike two stories are on average that have to do with each other."""

_ONE = UNIT * UNIT
_LEAST = round(0.25 * _ONE)
# What is a copy in all but name says nothing of how alike articles are around here.
_NEARLY_SAME = round(0.85 * _ONE)
_LEAST_USUAL, _LEVELLED = 0.4, 0.35
_MOST_PULL = math.pow(_LEAST_USUAL, -_LEVELLED) * 1.001
_MOST_JOINED = 200
_MOST_AT_ONCE = 500_000
"""Pairs of a term in two articles, which take some fifty bytes each."""
_BARS = [BOND + step / 100 for step in range(0, 55, 4)]
# A day later the same words tell of something else more often.
_FADED = np.array([100, 90, 80, 70, 60])

Likenesses = npt.NDArray[np.float64]


class Neighbour(NamedTuple):
    """Another article, and the product of the two vectors: a whole number."""

    id: str
    likeness: int


class Bond(NamedTuple):
    """Another article, and how alike the two are by what is usual around them."""

    id: str
    strength: float


class Nearby(dict[str, Sequence[Neighbour]]):
    """The likest neighbours of each article that has a vector, by its id: the likest first."""

    def __missing__(self, id: str) -> Sequence[Neighbour]:
        return ()

    def fetch(self, ids: Iterable[str]) -> None:
        """Make ready what is kept of some articles: here all of it is."""


class Placed(NamedTuple):
    """An article where it is compared: the number of its day and its vector."""

    id: str
    day: int
    vector: Vector


class Surroundings:
    """The articles of some days, by their terms: whoever asks compares only with those that share one."""

    def __init__(self, articles: Iterable[Placed]) -> None:
        self.articles = sorted(articles, key=attrgetter("day", "id"))
        self._place = {each.id: place for place, each in enumerate(self.articles)}
        self._days = np.array([each.day for each in self.articles], np.int64)
        sizes = [len(each.vector.terms) for each in self.articles]
        terms = np.concatenate([np.empty(0, np.uint32), *(each.vector.terms for each in self.articles)])
        weights = np.concatenate([np.empty(0, np.uint16), *(each.vector.weights for each in self.articles)])
        order = np.argsort(terms, kind="stable")
        self._owners = np.repeat(np.arange(len(sizes)), sizes)[order]
        self._weights = weights[order].astype(np.float64)
        self._terms, starts = np.unique(terms[order], return_index=True)
        self._bounds = np.append(starts, len(terms))

    def likenesses(self, one: Placed) -> Likenesses:
        """Return how alike each of the articles is, in whole numbers: 0 for itself and what is too many days away."""
        if not self.articles:
            return np.empty(0)
        place = np.searchsorted(self._terms, one.vector.terms)
        known = np.flatnonzero(self._terms.take(place, mode="clip") == one.vector.terms)
        place, weights = place[known], one.vector.weights[known].astype(np.float64)
        counts = self._bounds[place + 1] - self._bounds[place]
        postings = np.arange(counts.sum()) + np.repeat(self._bounds[place] - np.cumsum(counts) + counts, counts)
        products = self._weights[postings] * np.repeat(weights, counts)
        found: Likenesses = np.bincount(self._owners[postings], products, len(self.articles)).astype(np.float64)
        apart = np.abs(self._days - one.day)
        found = np.floor(found * _FADED[np.minimum(apart, DAYS)] / 100)
        found[apart > DAYS] = 0
        if one.id in self._place:
            found[self._place[one.id]] = 0
        return found

    def all_likenesses(self) -> Likenesses:
        """Return the likenesses of every article, a row each; all at once, where they share few enough terms."""
        count, sizes = len(self.articles), np.diff(self._bounds)
        counts = np.repeat(sizes, sizes)
        if counts.sum() > _MOST_AT_ONCE:
            return np.array([self.likenesses(each) for each in self.articles])
        postings = np.arange(counts.sum()) + np.repeat(
            np.repeat(self._bounds[:-1], sizes) - np.cumsum(counts) + counts, counts
        )
        pairs = np.repeat(self._owners, counts) * count + self._owners[postings]
        products = np.repeat(self._weights, counts) * self._weights[postings]
        found: Likenesses = np.bincount(pairs, products, count * count).reshape(count, count).astype(np.float64)
        apart = np.abs(self._days[:, None] - self._days)
        found = np.floor(found * _FADED[np.minimum(apart, DAYS)] / 100)
        found[apart > DAYS] = 0
        np.fill_diagonal(found, 0)
        return found

    def neighbours(self, one: Placed) -> list[Neighbour]:
        """Return the articles that are near enough to count."""
        found = self.likenesses(one)
        near = np.flatnonzero(found >= _LEAST).tolist()
        return [Neighbour(self.articles[place].id, int(found[place])) for place in near]


def likest(neighbours: Iterable[Neighbour]) -> list[Neighbour]:
    """Return those that are kept of an article, the likest first."""
    return heapq.nsmallest(NEIGHBOURS, neighbours, key=lambda each: (-each.likeness, each.id))


class Parts:
    """Articles cut into parts that have nothing to do with each other: each is what hangs together at the lowest of the
    bars at which that is no more than is compared each with each. Where all of a flood is the same, it is in no part:
    it tells of nothing. Asked for one article, it looks at no more than that article's surroundings."""

    def __init__(self, near: Nearby) -> None:
        self._near = near
        self._found: dict[str, list[str]] = {}
        self._bonds: dict[str, list[Bond]] = {}
        self._in_crowds: defaultdict[float, set[str]] = defaultdict(set)

    def prepare(self, ids: Collection[str]) -> None:
        """Make ready, at once, what most of these and those beside them are asked for."""
        self._near.fetch(ids)
        self._near.fetch({each.id for id in ids for each in _bond_candidates(self._near[id])})

    def part_of(self, id: str) -> list[str]:
        """Return the ids of the part that an article is in, sorted."""
        if id not in self._found:
            together = (found for bar in _BARS if (found := self._hanging_together(id, bar)) is not None)
            part = sorted(next(together, [id]))
            self._found.update(dict.fromkeys(part, part))
        return self._found[id]

    def _hanging_together(self, id: str, bar: float) -> list[str] | None:
        """Return what hangs together with an article; None where that is too much."""
        crowd, seen, reached = self._in_crowds[bar], {id}, [id]
        for each in reached:
            if each in crowd or len(reached) > _MOST_JOINED:
                crowd.update(reached)
                return None
            new = [other for other, strength in self._bonds_of(each) if strength >= bar and other not in seen]
            seen.update(new)
            reached += new
        return reached

    def _bonds_of(self, id: str) -> list[Bond]:
        if id not in self._bonds:
            self._bonds[id] = bonds(self._near, id)
        return self._bonds[id]


def bonds(near: Nearby, id: str) -> list[Bond]:
    """Return the articles that an article hangs together with: each is among the likest of the other."""
    near.fetch([id])
    pull = _pull(near[id])
    likely = _bond_candidates(near[id])
    near.fetch(each.id for each in likely)
    found = [Bond(each.id, min(each.likeness / _ONE * (pull * _pull(near[each.id])), 1)) for each in likely]
    return [each for each in found if each.strength >= BOND and any(one.id == id for one in near[each.id])]


def _bond_candidates(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    """Return those of an article's neighbours that it may have a bond with, whatever theirs are."""
    pull = _pull(neighbours)
    return [each for each in neighbours if each.likeness / _ONE * pull * _MOST_PULL >= BOND]


def stories_in(near: Nearby, part: Iterable[Placed]) -> list[list[str]]:
    """Cut a part into stories: the two that are likest on average become one, as long as they are like enough."""
    window = Surroundings(part)
    pulls = _pulls(near, window.articles)
    stories = [[each.id] for each in window.articles]
    sums = np.minimum(window.all_likenesses() / _ONE * np.outer(pulls, pulls), 1)
    sizes = np.ones(len(stories))
    means = sums.copy()
    np.fill_diagonal(means, -1)
    while True:
        one, other = divmod(int(means.argmax()), len(stories))
        if means[one, other] < BOND:
            return list(filter(None, stories))
        stories[one], stories[other] = stories[one] + stories[other], []
        sums[one] += sums[other]
        sums[:, one] = sums[one]
        sizes[one] += sizes[other]
        means[other], means[:, other] = -1, -1
        row = np.where(means[one] < 0, -1, sums[one] / (sizes[one] * sizes))
        means[one], means[:, one] = row, row


def mean_bond(near: Nearby, some: Sequence[Placed], others: Sequence[Placed]) -> float:
    """Return how alike two stories are on average, however far apart they are."""
    window = Surroundings(each._replace(day=0) for each in others)
    pulls = _pulls(near, window.articles)
    rows = [_bonds_of_row(window.likenesses(each._replace(day=0)), _pull(near[each.id]), pulls) for each in some]
    return float(np.mean(rows))


def _pull(neighbours: Sequence[Neighbour]) -> float:
    """Return what the likenesses of an article are multiplied by: less where what stands next to it is more alike."""
    likest = next((each.likeness for each in neighbours if each.likeness < _NEARLY_SAME), 0)
    return math.pow(max(likest / _ONE, _LEAST_USUAL), -_LEVELLED)


def _pulls(near: Nearby, articles: Iterable[Placed]) -> Likenesses:
    return np.array([_pull(near[each.id]) for each in articles])


def _bonds_of_row(likenesses: Likenesses, one: float, others: Likenesses) -> Likenesses:
    """Return the bonds of an article with others: the same number from either side."""
    return np.minimum(likenesses / _ONE * (one * others), 1)
