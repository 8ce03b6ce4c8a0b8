"""The order of the hits: by our score with the best reordered, by date or by arrival; one page of it behind a rank.

Where few articles match, all of them are scored. Where many do, OpenSearch gathers some hundreds by its own ranking
over all stems of an article, and these are scored; the best of them are the window, and what else matches ranks behind
it. So the cost of a page does not grow with what matches, and every article still has one place.

The best `WINDOW` of a query of several bare words get the second look of the embedded engine: a bonus for the very
forms that were typed and for having neighbouring words near each other, from the positions of their terms.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from app.search.cursor import Place
from app.search.engine import ArticleHit, Card
from app.search.formula import BOOST, EXACT_BONUS, NEARNESS_BONUS, WINDOW, norms, saturated
from app.search.opensearch.commits import Moment
from app.search.opensearch.compile import Compiler, NearCounts, Statistic, all_of, capped, estimated
from app.search.opensearch.mapping import SHORT
from app.search.opensearch.vocabulary import Query
from app.search.plan import ExactPhrase, Leaf, Plan, StemTerm, bare_words, wanted_leaves
from app.search.query import Collapsed, Order
from app.search.rows import Rows, further_behind

SCORED_AT_ONCE = 2_000
"""Articles that are scored one by one, by scripts; where more may match, some are gathered first."""
GATHERED = 400
"""Twice what the window holds. On 13,000 newswire stories the first ten were those of the whole ranking in 200 of 200
queries, and in 198 with half as many."""
_AT_ONCE = 5_000
_TEXTS_AT_ONCE = 500
_GROUPED: dict[Collapsed, str] = {"copies": "copies", "stories": "stories"}
_REACH = 32
"""Words this far apart are not near each other."""

_ORDERS: dict[str, tuple[str, str, int]] = {
    "-date": ("moment", "desc", 1), "date": ("moment_back", "desc", 1), "-added": ("added", "desc", 1),
    "added": ("added", "asc", -1), "-revised": ("revised", "desc", 1),
}  # fmt: skip
"""The field that is sorted by, which way, and what makes a falling key of it."""


@dataclass(slots=True)
class _Candidate:
    """An article as it was found. `texts`: its terms, by field, where they were asked for."""

    key: float
    id: int
    group: str | None
    fields: dict[str, Any]

    @property
    def rank(self) -> tuple[float, int]:
        return -self.key, self.id


@dataclass
class Ranker:
    """Ranks what one query finds. `conditions` are its filters; `known` are the statistics of its scores, None where
    the order is not by relevance."""

    moment: Moment
    planned: Plan | None
    conditions: list[Query]
    sort: Order
    known: Statistic | None
    collapse: Collapsed | None = None
    reordering: bool = True
    _cards: dict[int, Card] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._compiler = Compiler(self.moment)
        scored = self.planned if self.known else None
        self._words = list(dict.fromkeys(bare_words(scored))) if scored else []
        self._near = [leaf for leaf in dict.fromkeys(wanted_leaves(scored)) if _is_near(leaf)] if scored else []
        if scored and self._near and not self.gathers:
            self._count_near(all_of([self._compiler.matching(scored), *self.conditions]))

    @property
    def reorders(self) -> bool:
        return self.reordering and len(self._words) > 1

    @property
    def gathers(self) -> bool:
        if self.planned is None or self.known is None:
            return False
        return estimated(self.planned, self.known.frequencies, self.known.documents) > SCORED_AT_ONCE

    def page(self, count: int, floor: Place | None, after: Place | None) -> tuple[Rows, Place | None]:
        """Return the first `count` rows behind `after`, and the floor: the last rank by plain score inside the window,
        where there is one. That of the first page holds for all later ones."""
        if not (self.reorders or self.gathers):
            return _as_rows(self._first(count, after)), None
        window = self._window(floor)
        if not window:
            return _as_rows([]), floor
        floor = floor or Place(window[-1].key, window[-1].id)
        rows = self._reordered(window) if self.reorders else _as_rows(window)
        if after is not None:
            tied = (rows.key == after.key) & (rows.id > np.uint64(after.id))
            rows = rows.take((rows.key < after.key) | tied)
        if len(rows) >= count:
            return rows.take(slice(count)), floor
        behind = floor if after is None or len(rows) else further_behind(floor, after)
        return rows.and_then(_as_rows(self._rest(count - len(rows), window, floor, behind))), floor

    def hits(self, rows: Rows, *, scored: bool) -> tuple[ArticleHit, ...]:
        """Return rows as hits, with what each shows."""
        ids, keys = rows.id.tolist(), rows.key.tolist()
        lacking = [id for id in ids if id not in self._cards]
        for start in range(0, len(lacking), _AT_ONCE):
            some = lacking[start : start + _AT_ONCE]
            self._learn(self.moment.search({**_SHOWN, "size": len(some), "query": _with_ids(some)}))
        return tuple(
            ArticleHit(f"{id:016x}", key if scored else None, self._cards[id])
            for id, key in zip(ids, keys, strict=True)
        )

    def _window(self, floor: Place | None) -> list[_Candidate]:
        if not self.gathers:
            found = self._first(WINDOW, None, with_texts=self.reorders)
        else:
            found = self._firsts_of_groups(self._gathered())[:WINDOW]
        if floor is None:
            return found
        return [each for each in found if each.rank <= (-floor.key, floor.id)]

    def _gathered(self) -> list[_Candidate]:
        """Return what OpenSearch ranks first, in the order of our scores."""
        assert self.planned is not None
        assert self.known is not None
        rescored = {
            "rescore_query": self._compiler.scoring(self.planned, self.known), "query_weight": 0,
            "rescore_query_weight": 1,
        }  # fmt: skip
        gathering = self._compiler.gathering(self.planned, self.known)
        body = {
            "size": GATHERED, "track_total_hits": False, "query": _within(gathering, self.conditions),
            "rescore": {"window_size": GATHERED, "query": rescored}, **self._columns(),
        }  # fmt: skip
        if self._near:
            return self._scored_of(self._found(hit, 0).id for hit in self.moment.search(body)["hits"]["hits"])
        found = [self._found(hit, hit["_score"]) for hit in self.moment.search(body)["hits"]["hits"]]
        return sorted(found, key=lambda each: each.rank)

    def _scored_of(self, ids: Iterable[int]) -> list[_Candidate]:
        """Return some of what is found in the order of our scores, with words that are near each other counted."""
        among = _with_ids(ids)
        self._count_near(among)
        body = {
            "size": GATHERED, "track_total_hits": False, "query": self._ranked(among=among), **self._sort(),
            **self._columns(),
        }  # fmt: skip
        return [self._found(hit, hit["sort"][0]) for hit in self.moment.search(body)["hits"]["hits"]]

    def _count_near(self, among: Query) -> None:
        """Count, in some articles, how often the words of each leaf that asks for it stand near each other."""
        counted = {leaf: self._near_in(leaf, all_of([among, self._compiler.matching(leaf)])) for leaf in self._near}
        self._compiler = Compiler(self.moment, counted)

    def _near_in(self, leaf: Leaf, query: Query) -> NearCounts:
        assert isinstance(leaf, ExactPhrase)
        counts: NearCounts = {}
        finder = _TermFinder(leaf.terms)
        wanted = [leaf.field in (None, name) for name in SHORT]
        body: dict[str, Any] = {
            "size": _TEXTS_AT_ONCE, "track_total_hits": False, "query": query, "sort": [{"id": "asc"}],
            "_source": False, "stored_fields": _TEXTS, "docvalue_fields": ["id"],
        }  # fmt: skip
        while True:
            hits = self.moment.search(body)["hits"]["hits"]
            for hit in hits:
                places = [finder.find(hit["fields"], each) for each in SHORT.values()]
                near = [_count_within(found, leaf) for found in places]
                counts[hit["fields"]["id"][0]] = [n if asked else 0 for n, asked in zip(near, wanted, strict=True)]
            if len(hits) < _TEXTS_AT_ONCE:
                return counts
            body["search_after"] = hits[-1]["sort"]

    def _rest(self, count: int, window: Sequence[_Candidate], floor: Place, behind: Place) -> list[_Candidate]:
        """Return what ranks behind the window, and behind a rank there."""
        if not self.gathers:
            return self._first(count, behind)
        # What was not gathered ranks behind the window, whatever its score: so every article has one place.
        least = float(np.nextafter(np.float32(floor.key), np.float32(0)))
        but = _with_ids([each.id for each in window])
        return self._first(count, None if behind == floor else behind, most=least, but=but)

    def _first(
        self, count: int, after: Place | None, *, most: float | None = None, but: Query | None = None,
        with_texts: bool = False,
    ) -> list[_Candidate]:  # fmt: skip
        """Return the first `count` behind a rank. With `most`, no score is higher; `but` are left out."""
        found: list[_Candidate] = []
        while len(found) < count:
            size = min(max(count - len(found), 2 * (count - len(found)) if self.collapse else 0), _AT_ONCE)
            some = self._sorted(size, after, most, but, with_texts=with_texts)
            found += self._firsts_of_groups(some)
            if len(some) < size:
                break
            after = Place(some[-1].key, some[-1].id)
        return found[:count]

    def _sorted(
        self, size: int, after: Place | None, most: float | None, but: Query | None, *, with_texts: bool
    ) -> list[_Candidate]:
        body: dict[str, Any] = {
            "size": size, "track_total_hits": False, "query": self._ranked(most, but), **self._sort(),
            **self._columns(with_texts=with_texts),
        }  # fmt: skip
        if after is not None and np.isfinite(after.key):
            body["search_after"] = [self._sorted_value(after.key), f"{after.id:016x}"]
        hits = self.moment.search(body)["hits"]["hits"]
        return [self._found(hit, self._sorted_value(hit["sort"][0])) for hit in hits]

    def _sorted_value(self, key: float) -> float:
        """Return the key of a value that is sorted by, and the value of a key."""
        return key if self.known is not None else _ORDERS[_timed(self.sort)][2] * key

    def _sort(self) -> dict[str, Any]:
        if self.known is not None:
            return {"sort": [{"_score": "desc"}, {"id": "asc"}], "track_scores": True}
        name, way, _ = _ORDERS[_timed(self.sort)]
        return {"sort": [{name: way}, {"id": "asc"}]}

    def _ranked(self, most: float | None = None, but: Query | None = None, among: Query | None = None) -> Query:
        """Return what finds, and scores where that is what is sorted by. `among`: of these alone."""
        conditions = [*self.conditions, *([among] if among else [])]
        refused = [but] if but else []
        if self.planned is None or self.known is None:
            wanted = [self._compiler.matching(self.planned)] if self.planned else []
            return {"bool": {"filter": [*wanted, *conditions], "must_not": refused}}
        scoring = self._compiler.scoring(self.planned, self.known)
        narrowed = {"bool": {"must": [scoring], "filter": conditions, "must_not": refused}}
        return narrowed if most is None else capped(narrowed, most)

    def _columns(self, *, with_texts: bool = False) -> dict[str, Any]:
        """Return what is told of each hit."""
        group = [_GROUPED[self.collapse]] if self.collapse else []
        if not with_texts:
            return {"_source": False, "stored_fields": "_none_", "docvalue_fields": ["id", *group]}
        lengths = [f"l{each}" for each in SHORT.values()]
        return {**_SHOWN, "stored_fields": _TEXTS, "docvalue_fields": ["id", "derived", *lengths, *group]}

    def _found(self, hit: dict[str, Any], key: float) -> _Candidate:
        fields = hit["fields"]
        id = int(fields["id"][0], 16)
        if "_source" in hit:
            self._cards[id] = msgspec.convert(hit["_source"]["card"], Card)
        group = fields.get(_GROUPED[self.collapse]) if self.collapse else None
        return _Candidate(key, id, group[0] if group else None, fields)

    def _learn(self, reply: dict[str, Any]) -> None:
        for hit in reply["hits"]["hits"]:
            self._cards[int(hit["fields"]["id"][0], 16)] = msgspec.convert(hit["_source"]["card"], Card)

    def _firsts_of_groups(self, found: list[_Candidate]) -> list[_Candidate]:
        """Leave out those before which another of their group ranks, among all that matches."""
        if not self.collapse:
            return found
        groups = list(dict.fromkeys(each.group for each in found if each.group is not None))
        first = {id for start in range(0, len(groups), _AT_ONCE) for id in self._tops(groups[start : start + _AT_ONCE])}
        return [each for each in found if each.group is None or each.id in first]

    def _tops(self, groups: Sequence[str | None]) -> Iterator[int]:
        assert self.collapse is not None
        name = _GROUPED[self.collapse]
        body = {
            "size": len(groups), "track_total_hits": False, "query": self._ranked(among={"terms": {name: groups}}),
            "collapse": {"field": name}, **self._sort(), "_source": False, "docvalue_fields": ["id"],
        }  # fmt: skip
        return (int(hit["fields"]["id"][0], 16) for hit in self.moment.search(body)["hits"]["hits"])

    def _reordered(self, window: list[_Candidate]) -> Rows:
        if "xb" not in window[0].fields and "lb" not in window[0].fields:
            ids = [each.id for each in window]
            reply = self.moment.search({**self._columns(with_texts=True), "size": len(ids), "query": _with_ids(ids)})
            texts = {found.id: found for found in (self._found(hit, 0) for hit in reply["hits"]["hits"])}
            window = [_Candidate(each.key, each.id, each.group, texts[each.id].fields) for each in window]
        rows = _as_rows(window)
        return Rows(rows.document, rows.id, rows.key + self._bonus(window)).sorted()

    def _bonus(self, window: Sequence[_Candidate]) -> Any:
        """Return what each of the window earns on top of its score."""
        assert self.known is not None
        known, words = self.known, self._words
        weights = _text_weights(window, known)
        places = _TermFinder(word.exact for word in words)
        found = [[places.find(each.fields, name) for name in SHORT.values()] for each in window]
        bonus = np.zeros(len(window), np.float32)
        for word in words:
            counts = np.array([[len(text.get(word.exact, ())) for text in texts] for texts in found], np.float32)
            earned = (counts * weights).sum(axis=1, dtype=np.float32)
            bonus += np.float32(EXACT_BONUS * known.idf(word)) * saturated(earned, known.curve)
        for left, right in pairwise(words):
            near = np.array([_nearness_of(texts, left, right) for texts in found], np.float32) * weights[:, -1]
            worth = NEARNESS_BONUS * min(known.idf(left), known.idf(right))
            bonus += np.float32(worth) * saturated(near, known.curve)
        return bonus


_TEXTS = [f"x{each}" for each in SHORT.values()]
_SHOWN: dict[str, Any] = {"_source": ["card"], "docvalue_fields": ["id"]}


def _as_rows(found: Sequence[_Candidate]) -> Rows:
    ids = np.array([each.id for each in found], np.uint64)
    return Rows(np.zeros(len(found), np.int64), ids, np.array([each.key for each in found], np.float64))


def _timed(sort: Order) -> str:
    """Return what is sorted by where nothing is more relevant than another."""
    return "-date" if sort == "relevance" else sort


def _within(query: Query, conditions: list[Query]) -> Query:
    return {"bool": {"must": [query], "filter": conditions}} if conditions else query


def _with_ids(ids: Iterable[int]) -> Query:
    return {"terms": {"id": [f"{id:016x}" for id in ids]}}


def _text_weights(window: Sequence[_Candidate], known: Statistic) -> Any:
    """Return what one occurrence weighs, an article a row and a text a column."""
    derived = np.array([each.fields["derived"][0] for each in window])
    columns = []
    for (name, short), mean in zip(SHORT.items(), known.means, strict=True):
        lengths = np.array([each.fields[f"l{short}"][0] for each in window])
        columns.append(norms(name, mean, known.curve.b, lengths, derived))
    return np.stack(columns, axis=1)


class _TermFinder:
    """Finds where some terms stand in texts that are written as a line a position."""

    def __init__(self, terms: Iterable[str]) -> None:
        wanted = "|".join(re.escape(term) for term in terms)
        self._pattern = re.compile(rf"(?<![^\n\t])(?:{wanted})(?![^\n\t])")

    def find(self, fields: dict[str, Any], name: str) -> dict[str, list[int]]:
        """Return the positions of each term in a text of an article."""
        text = fields.get(f"x{name}", [""])[0]
        found: dict[str, list[int]] = {}
        at = line = 0
        for match in self._pattern.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            found.setdefault(match[0], []).append(line)
        return found


def _is_near(leaf: Leaf) -> bool:
    return isinstance(leaf, ExactPhrase) and leaf.slop > 0 and len(leaf.terms) > 1


def _count_within(places: dict[str, list[int]], leaf: ExactPhrase) -> int:
    """Count from where the words of a phrase follow each other, with no more others between them than it allows."""
    following = [places.get(term, []) for term in leaf.terms]
    return sum(_reach(start, following[1:]) - len(leaf.terms) < leaf.slop for start in following[0])


def _reach(start: int, following: Sequence[Sequence[int]]) -> float:
    """Return how many words a stretch has that goes from each word to the nearest next."""
    last = start
    for places in following:
        at = bisect_right(places, last)
        if at == len(places):
            return math.inf
        last = places[at]
    return last - start


def _nearness_of(texts: Sequence[dict[str, list[int]]], left: StemTerm, right: StemTerm) -> float:
    return sum(_closeness(text.get(left.exact, []), text.get(right.exact, [])) for text in texts)


def _closeness(here: Sequence[int], there: Sequence[int]) -> float:
    """Sum of 1/distance² from each `here` to the nearest `there` on either side."""
    near, following = 0.0, 0
    for at in here:
        while following < len(there) and there[following] <= at:
            following += 1
        ahead = there[following] - at if following < len(there) else _REACH
        behind = at - there[following - 1] if following else _REACH
        near += sum(1 / distance**2 for distance in (ahead, behind) if 0 < distance < _REACH)
    return near


assert tuple(SHORT) == tuple(BOOST), "means stand in the order of the texts"
