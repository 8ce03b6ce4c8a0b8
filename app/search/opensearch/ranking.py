"""The order of the hits: by our score with the best reordered, by date or by arrival; one page of it behind a rank.

Where few articles match, all of them are scored. Where many do, OpenSearch gathers some hundreds by its own ranking
over all stems of an article, and these are scored; the best of them are the window, and what else matches ranks behind
it. So the cost of a page does not grow with what matches, and every article still has one place.

Where copies or stories are one hit, it is the one that ranks first. For first pages OpenSearch finds it; later, what is
found is compared with the first of its group, which may stand on a page before.

The best `WINDOW` of a query of several bare words get the second look of the embedded engine: a bonus for the very
forms that were typed and for having neighbouring words near each other. A script makes it where the articles are.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from app.search.cursor import Place
from app.search.engine import ArticleHit, Card
from app.search.formula import BOOST, WINDOW
from app.search.opensearch.commits import Moment
from app.search.opensearch.compile import Compiler, Statistic, bonus_query, bonus_script, capped, estimated
from app.search.opensearch.count import Counting
from app.search.opensearch.mapping import GROUP_FIELDS, SHORT
from app.search.opensearch.vocabulary import Query
from app.search.plan import Plan, bare_words
from app.search.query import Collapsed, Order
from app.search.rows import Rows, further_behind

SCORED_AT_ONCE = 400
"""Articles that are scored one by one, by scripts; where more may match, some are gathered first."""
GATHERED = 400
"""Twice what the window holds. On 13,000 newswire stories the first ten were those of the whole ranking in 200 of 200
queries, and in 198 with half as many."""
_BESIDE = 9
"""Hits that are asked for besides a first page, to tell whether one with the score of its last is left out."""
_AT_ONCE = 5_000

_ORDERS: dict[str, tuple[str, str, int]] = {
    "-date": ("moment", "desc", 1), "date": ("moment_back", "desc", 1), "-added": ("added", "desc", 1),
    "added": ("added", "asc", -1), "-revised": ("revised", "desc", 1),
}  # fmt: skip
"""The field that is sorted by, which way, and what makes a falling key of it."""


@dataclass(slots=True)
class _Candidate:
    """An article as it was found."""

    key: float
    id: int
    group: str
    bonus: float

    @property
    def rank(self) -> tuple[float, int]:
        return -self.key, self.id


@dataclass
class Ranker:
    """Ranks what one query finds. `conditions` are its filters; `known` are the statistics of its scores, None where
    the order is not by relevance. What is counted beside (`counting`) is told by the first request that finds it all.
    `shows`: whether hits are to be shown, and not ranked alone."""

    moment: Moment
    planned: Plan | None
    conditions: list[Query]
    sort: Order
    known: Statistic | None
    collapse: Collapsed | None = None
    reordering: bool = True
    counting: Counting | None = None
    shows: bool = True
    _cards: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._compiler = Compiler(self.moment)
        scored = self.planned if self.known else None
        self._words = list(dict.fromkeys(bare_words(scored))) if scored else []
        self._group = GROUP_FIELDS[self.collapse] if self.collapse else "id"

    @property
    def reorders(self) -> bool:
        return self.reordering and len(self._words) > 1

    @property
    def gathers(self) -> bool:
        if self.planned is None or self.known is None:
            return False
        if not self.known.is_whole:
            return True
        return estimated(self.planned, self.known.frequencies, self.known.documents) > SCORED_AT_ONCE

    def page(self, count: int, floor: Place | None, after: Place | None) -> tuple[Rows, Place | None]:
        """Return the first `count` rows behind `after`, and the floor: the last rank by plain score inside the window,
        where there is one. That of the first page holds for all later ones."""
        if self.gathers and not (self.collapse or floor or after) and (not self.reorders or self.moment.shards == 1):
            # They are the first of any window, whose end is found with the next page. Each of several shards would give
            # the second look to a window of its own.
            first = self._surely_first(count)
            if first is not None:
                return _as_rows(first), None
        if not (self.reorders or self.gathers):
            return _as_rows(self._first(count, after)), None
        window = self._window(floor)
        if not window:
            return _as_rows([]), floor
        is_all = floor is None and len(window) < min(WINDOW, GATHERED) and not self.collapse
        floor = floor or Place(window[-1].key, window[-1].id)
        rows = self._reordered(window) if self.reorders else _as_rows(window)
        if after is not None:
            tied = (rows.key == after.key) & (rows.id > np.uint64(after.id))
            rows = rows.take((rows.key < after.key) | tied)
        if len(rows) >= count or is_all:
            return rows.take(slice(count)), floor
        behind = floor if after is None or len(rows) else further_behind(floor, after)
        return rows.and_then(_as_rows(self._rest(count - len(rows), window, floor, behind))), floor

    def hits(self, rows: Rows, *, scored: bool) -> tuple[ArticleHit, ...]:
        """Return rows as hits, with what each shows."""
        ids, keys = rows.id.tolist(), rows.key.tolist()
        lacking = [id for id in ids if id not in self._cards]
        for start in range(0, len(lacking), _AT_ONCE):
            some = lacking[start : start + _AT_ONCE]
            for hit in self._ask({**_SHOWN, "size": len(some), "query": _with_ids(some)}):
                self._cards[int(hit["fields"]["id"][0], 16)] = hit["fields"]["card"][0]
        return tuple(
            ArticleHit(f"{id:016x}", key if scored else None, _card(self._cards[id]))
            for id, key in zip(ids, keys, strict=True)
        )

    def _surely_first(self, count: int) -> list[_Candidate] | None:
        """Return the first `count` of what is gathered and was looked at again, where some more tell that none with the
        score of the last is left out; None where they do not, for of those with one score ids decide."""
        asked = min(count + _BESIDE, WINDOW, GATHERED)
        if count >= asked:
            return None
        found = self._gathered(asked, is_reordered=self.reorders)
        is_sure = len(found) < asked or found[count - 1].key > found[-1].key
        return found[:count] if is_sure else None

    def _window(self, floor: Place | None) -> list[_Candidate]:
        found = self._gathered(WINDOW) if self.gathers else self._first(WINDOW, None, with_bonus=self.reorders)
        if floor is None:
            return found
        return [each for each in found if each.rank <= (-floor.key, floor.id)]

    def _gathered(self, count: int, *, is_reordered: bool = False) -> list[_Candidate]:
        """Return the first of what OpenSearch ranks first, in the order of our scores, one of each group.
        `is_reordered`: what the second look gives is added to them there, and not told with each."""
        assert self.planned is not None
        assert self.known is not None
        rescored = {
            "rescore_query": self._compiler.scoring(self.planned, self.known, found=True), "query_weight": 0,
            "rescore_query_weight": 1,
        }  # fmt: skip
        stages = [{"window_size": GATHERED, "query": rescored}]
        if is_reordered:
            looked_at = {"rescore_query": bonus_query(self._words, self.known), "query_weight": 1}
            stages.append({"window_size": WINDOW, "query": {**looked_at, "rescore_query_weight": 1}})
        gathering = self._compiler.gathering(self.planned, self.known)
        body = {
            "size": GATHERED if self.collapse else min(count, GATHERED), "query": _within(gathering, self.conditions),
            "rescore": stages,
            **self._columns(with_bonus=self.reorders and not is_reordered),
        }  # fmt: skip
        firsts: dict[str, dict[str, Any]] = {}
        for hit in sorted(self._ask_for_all(body), key=lambda hit: (-hit["_score"], hit["fields"]["id"][0])):
            firsts.setdefault(hit["fields"][self._group][0], hit)
        # Of a sum the very bits are told, which make the same key as where it is added here.
        told = np.float32 if is_reordered else float
        return [self._found(hit, self._scaled(float(told(hit["_score"])))) for hit in islice(firsts.values(), count)]

    def _ask_for_all(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Return hits of a request that finds all that matches; what is to be counted is, if nobody has yet."""
        if self.counting is None or not self.counting.goes_with_hits:
            return self._ask(body)
        hits = list(self.counting.ask(body)["hits"]["hits"])
        if self.known is not None and not self.known.is_whole:
            assert self.known.alone is not None
            self.known = replace(self.known, frequencies={self.known.alone: self.counting.counted().frequency})
        return hits

    def _ask(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self.moment.search({**body, "track_total_hits": False})["hits"]["hits"])

    def _rest(self, count: int, window: Sequence[_Candidate], floor: Place, behind: Place) -> list[_Candidate]:
        """Return what ranks behind the window, and behind a rank there."""
        if not self.gathers:
            return self._first(count, behind)
        # What was not gathered ranks behind the window, whatever its score: so every article has one place.
        least = float(np.nextafter(np.float32(self._told(floor.key)), np.float32(0)))
        but = {"terms": {self._group: list({each.group for each in window})}}
        return self._first(count, None if behind == floor else behind, most=least, but=but)

    def _first(
        self, count: int, after: Place | None, *, most: float | None = None, but: Query | None = None,
        with_bonus: bool = False,
    ) -> list[_Candidate]:  # fmt: skip
        """Return the first `count` behind a rank. With `most`, no score is higher; `but` are left out."""
        found: list[_Candidate] = []
        while len(found) < count:
            is_later = after is not None and bool(np.isfinite(after.key))
            size = min((count - len(found)) * (2 if self.collapse and is_later else 1), _AT_ONCE)
            some = self._sorted(size, after if is_later else None, most, but, with_bonus=with_bonus)
            found += self._firsts_of_groups(some, most, but) if is_later else some
            if len(some) < size:
                break
            after = Place(some[-1].key, some[-1].id)
        return found[:count]

    def _sorted(
        self, size: int, after: Place | None, most: float | None, but: Query | None, *, with_bonus: bool
    ) -> list[_Candidate]:
        body: dict[str, Any] = {
            "size": size,
            "query": self._ranked(most, but),
            **self._sort(),
            **self._columns(with_bonus=with_bonus),
        }
        if after is not None:
            body["search_after"] = [self._sorted_value(after.key), f"{after.id:016x}"]
        elif self.collapse:
            body["collapse"] = {"field": self._group}
        hits = self._ask_for_all(body) if most is None and but is None else self._ask(body)
        return [self._found(hit, self._key(hit["sort"][0])) for hit in hits]

    def _scaled(self, score: float) -> float:
        return score * self.known.scale if self.known is not None else score

    def _told(self, key: float) -> float:
        """Return the score that was told, of 32 bits, of which a key was made."""
        return float(np.float32(key / self.known.scale)) if self.known is not None else key

    def _key(self, value: float) -> float:
        """Return the key of a value that is sorted by."""
        return self._scaled(value) if self.known is not None else _ORDERS[_timed(self.sort)][2] * value

    def _sorted_value(self, key: float) -> float:
        """Return the value that a key was made of."""
        return self._told(key) if self.known is not None else _ORDERS[_timed(self.sort)][2] * key

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

    def _columns(self, *, with_bonus: bool) -> dict[str, Any]:
        """Return what is told of each hit. What it shows is read at once where the first that are found are shown."""
        shown = ["card"] if self.shows else []
        columns: dict[str, Any] = {**_BRIEF, "docvalue_fields": list(dict.fromkeys(("id", self._group, *shown)))}
        if with_bonus and self.known is not None:
            columns["script_fields"] = {"bonus": bonus_script(self._words, self.known)}
        return columns

    def _found(self, hit: dict[str, Any], key: float) -> _Candidate:
        fields = hit["fields"]
        id = int(fields["id"][0], 16)
        if "card" in fields:
            self._cards[id] = fields["card"][0]
        bonus = fields["bonus"][0] if "bonus" in fields else 0.0
        return _Candidate(key, id, fields[self._group][0], bonus)

    def _firsts_of_groups(self, found: list[_Candidate], most: float | None, but: Query | None) -> list[_Candidate]:
        """Leave out those before which another of their group ranks, among all that matches."""
        if not self.collapse:
            return found
        groups = list({each.group for each in found})
        first = set(self._tops(groups, most, but)) if groups else set()
        return [each for each in found if each.id in first]

    def _tops(self, groups: Sequence[str], most: float | None, but: Query | None) -> Iterator[int]:
        body = {
            "size": len(groups), "docvalue_fields": ["id"], **_BRIEF, **self._sort(),
            "query": self._ranked(most, but, among={"terms": {self._group: groups}}),
            "collapse": {"field": self._group},
        }  # fmt: skip
        return (int(hit["fields"]["id"][0], 16) for hit in self._ask(body))

    def _reordered(self, window: list[_Candidate]) -> Rows:
        rows = _as_rows(window)
        # As nodes add them, so that a key is the same where it is told and where it is made.
        bonus = np.array([each.bonus for each in window], np.float32)
        return Rows(rows.document, rows.id, (rows.key.astype(np.float32) + bonus).astype(np.float64)).sorted()


_BRIEF: dict[str, Any] = {"_source": False, "stored_fields": "_none_"}
_SHOWN: dict[str, Any] = {**_BRIEF, "docvalue_fields": ["id", "card"]}
_decode_card = msgspec.json.Decoder(Card).decode


def _card(encoded: str) -> Card:
    # OpenSearch leaves out what base64 is filled up with.
    return _decode_card(a2b_base64(encoded + "=="))


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


assert tuple(SHORT) == tuple(BOOST), "means stand in the order of the texts"
