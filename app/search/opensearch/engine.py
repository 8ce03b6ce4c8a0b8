"""`OpenSearchEngine`: the port's methods, each a short path through the files beside this one."""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.effort import spend_unbounded
from app.errors import IndexUnavailable, SearchAway
from app.search import cursor
from app.search.completion import Completion, misspelt_letters, nearest_spellings
from app.search.cursor import Cursor, Place, Statistics
from app.search.engine import (
    STALE_SECONDS,
    Audit,
    AxisName,
    Commit,
    CrossCounts,
    Document,
    Hits,
    Identifier,
    IndexStatus,
    RankedBy,
    RankedQuotes,
    Ranking,
    Sharing,
    StoryFound,
    StoryOrder,
    Suggestion,
    Swap,
    Tally,
    TallyName,
)
from app.search.formula import WINDOW, curve_of, stepped
from app.search.meaning.likeness import MeaningIndex, MeaningView
from app.search.opensearch.audit import audit_moment
from app.search.opensearch.client import Cluster, Nodes, one_search
from app.search.opensearch.commits import Commits, Committed, Meta, Moment
from app.search.opensearch.compile import Compiler, Statistic, all_of, filter_queries, own_filter
from app.search.opensearch.count import Counting, CountsAsked, count_crossed, count_values, read_stories
from app.search.opensearch.mapping import FINGERPRINT, SHORT, bounded_key
from app.search.opensearch.ranking import Ranker
from app.search.opensearch.sharing import articles_with_runs
from app.search.opensearch.vocabulary import Query as Body
from app.search.opensearch.vocabulary import (
    count_articles,
    count_having,
    following_words,
    in_batches,
    lost_words,
    most_used_words,
    near_words,
    starting,
)
from app.search.plan import AnyOf, Leaf, Plan, StemTerm, leaves, plan
from app.search.plan import bare_words as bare
from app.search.query import Clause, Query
from app.search.rows import Rows
from app.search.second_stage import RankedRows, rank_by_words, rank_further, rank_question
from app.search.telling import telling_terms
from app.text import fold
from app.urls import url_key

_NEAR = 200
"""Articles that share words with one, of which those are chosen that are like it in meaning."""
_WORTH_COUNTING = 4
"""Of the words that came most often, so many times as are asked for are counted in the articles."""
_AT_ONCE = 5_000
_HELD_BACK = 30.0
"""Seconds that the moment before the last commit is kept for those who are still asking of it."""


@dataclass(frozen=True)
class _PreparedSearch:
    """One query over one moment, ready to be ranked and counted."""

    moment: Moment
    query: Query
    planned: Plan | None
    resumed: Cursor | None
    known: Statistic | None
    """None where the order is not by relevance."""
    statistics: Statistics
    conditions: dict[str, Body]

    @property
    def clause(self) -> Body:
        return Compiler(self.moment).matching(self.planned) if self.planned else all_of([])

    @property
    def found(self) -> Body:
        return all_of([self.clause, *self.conditions.values()])

    def told(self, frequency: int) -> _PreparedSearch:
        """Return the same with how many articles have its leaf, where that was waited for."""
        if self.known is None or self.known.is_whole:
            return self
        self.moment.keep(("frequency", self.known.alone), lambda: frequency)
        return replace(self, statistics=msgspec.structs.replace(self.statistics, frequencies=(frequency,)))

    def ranker(self, counting: Counting | None = None, *, shows: bool = True) -> Ranker:
        return Ranker(
            self.moment, self.planned, list(self.conditions.values()), self.query.sort, self.known, self.query.collapse,
            counting=counting, shows=shows,
        )  # fmt: skip


class OpenSearchEngine:
    """One object serves all threads of a process."""

    def __init__(self, client: Nodes, meaning: MeaningIndex | MeaningView | None = None) -> None:
        self._client, self._meaning = client, meaning
        self._commits = Commits(client)
        self._refreshing = threading.Lock()
        self._checked = -math.inf
        self._failed = -math.inf, SearchAway("")
        self._moment: Moment | None = None
        self._former: list[tuple[float, Moment]] = []
        self._unreadable = False

    @classmethod
    def open(cls, cluster: Cluster, meaning: MeaningIndex | None = None) -> OpenSearchEngine:
        """Begin an empty index where there is none. A cluster that does not answer may do so later."""
        engine = cls(Nodes(cluster), meaning)
        with suppress(SearchAway):
            engine._commits.begin()
        return engine

    @one_search()
    def search(self, query: Query, /) -> Hits:
        moment, meaning = self._current(), self._meaning_for(query)
        reached = query.offset + query.limit
        asked = _searched(moment, query, waits=reached < WINDOW)
        counting = _counting(asked)
        ranker, resumed, scored = asked.ranker(counting), asked.resumed, asked.known is not None
        rows = _rank_page(asked, ranker, reached + 1, meaning)
        counts = counting.counted()
        asked = asked.told(counts.frequency)
        total = resumed.total if resumed else counts.total
        collapsed = (resumed.collapsed if resumed else counts.collapsed) if query.collapse else None
        page = rows.shown(query.offset, reached)
        after = rows.after(reached) if len(rows.rows) > reached and len(page) else None
        return Hits(
            total=total,
            hits=ranker.hits(page, scored=scored),
            facets=counts.facets,
            cursor=_cursor_behind(asked, (total, collapsed), rows, after, reached),
            generation=moment.meta.generation,
            sequence=moment.meta.sequence,
            dates=counts.dates,
            collapsed=collapsed,
            ranked_by=("meaning" if rows.by_meaning else "words") if scored else None,
        )

    def matching(self, query: Query, ids: Iterable[str], /) -> set[str]:
        asked, held = _searched(self._current(), replace(query, cursor=None)), set[str]()
        for some in in_batches(ids, _AT_ONCE):
            body = {"size": len(some), **_IDS, "query": all_of([asked.found, {"terms": {"id": some}}])}
            held.update(hit["fields"]["id"][0] for hit in asked.moment.search(body)["hits"]["hits"])
        return held

    def identified(self, by: Identifier, values: Iterable[str], /) -> dict[str, list[str]]:
        moment = self._current()
        keys = {value: bounded_key(url_key(value) if by == "url" else value) for value in values}
        field = "url_key" if by == "url" else by
        known = {value: key for value, key in keys.items() if key}
        found = {
            value: [f"{id:016x}" for id in _ids_found(moment, {"term": {field: key}})] for value, key in known.items()
        }
        return {value: ids for value, ids in found.items() if ids}

    def articles_naming(self, ids: Sequence[str], /) -> list[int]:
        return count_articles(self._current(), [{"term": {"v_entity": id}} for id in ids])

    def ranking(self, query: Query, /) -> Ranking:
        moment, meaning = self._current(), self._meaning_for(query)
        asked = _searched(moment, query)
        resumed, revised = asked.resumed, frozenset[str]()
        if resumed and resumed.sequence < moment.meta.sequence:
            asked, revised = _as_of(asked, resumed.sequence)
        counts = _counting(replace(asked, query=replace(query, facets=(), dates=False))).counted()
        rows = _rank_page(asked, asked.ranker(shows=False), counts.total + 1, meaning)
        after = resumed.after if resumed else Place(math.inf, 0)
        total = resumed.total if resumed else counts.total
        collapsed = (resumed.collapsed if resumed else counts.collapsed) if query.collapse else None
        return Ranking(
            numbers=array("Q", rows.rows.id.astype(np.uint64).tobytes()),
            cursor=_cursor_behind(asked, (total, collapsed), rows, after, 0) or "",
            sequence=resumed.sequence if resumed else moment.meta.sequence,
            revised=revised,
        )

    def quotes(self, _ranking: Ranking, _clause: Clause | None, /) -> RankedQuotes | None:
        # Positions are read by scripts alone, for more than a whole search costs.
        return None

    def stories(self, query: Query, order: StoryOrder, /) -> list[StoryFound]:
        asked = _searched(self._current(), replace(query, cursor=None))
        return read_stories(asked.moment, asked.found, order)

    def still(self) -> OpenSearchEngine:
        # Whatever is asked goes over the network: whoever serves many need not begin.
        spend_unbounded()
        return _FixedMoment(self._client, self._current(), self._meaning.now() if self._meaning else None)

    @one_search()
    def suggest(self, prefix: str, /, limit: int = 8) -> list[Suggestion]:
        moment = self._current()
        return Completion(self.search, self._terms_starting, partial(following_words, moment)).suggest(prefix, limit)

    @one_search()
    def spellings(self, word: str, /, limit: int = 5) -> list[str]:
        """The nearest first; of those as near with the same first letter, and then the most frequent."""
        term, moment = fold(word), self._current()
        if not (edits := misspelt_letters(term)):
            return []
        found = set(near_words(moment, term, edits)) - {term}
        return nearest_spellings(term, found, partial(count_having, moment), limit)

    @one_search()
    def similar(self, article_id: str, headline: str, body: str, /, limit: int = 10, by: RankedBy = "words") -> Hits:
        moment = self._current()
        documents, _ = _archive_sizes(moment)
        terms = telling_terms(headline, body, documents, partial(_count_stems, moment))
        meta = moment.meta
        if not terms:
            return Hits(0, (), (), None, meta.generation, meta.sequence)
        asked = _searched_for(moment, AnyOf(tuple(StemTerm(term, term, None) for term in terms)))
        asked.conditions["itself"] = {"bool": {"must_not": [{"term": {"id": article_id}}]}}
        # Telling words are rare: none of them is worth a second look.
        ranker = replace(asked.ranker(), reordering=False)
        view = self._meaning.now() if self._meaning and by == "meaning" else None
        best, _ = ranker.page(max(limit, _NEAR) if view else limit, None, None)
        nearest = _most_alike(view, article_id, best) if view else None
        page = (nearest or best).take(slice(limit))
        total, hits = _counting(asked).counted().total, ranker.hits(page, scored=True)
        ranked_by: RankedBy = "words" if nearest is None else "meaning"
        return Hits(total, hits, (), None, meta.generation, meta.sequence, ranked_by=ranked_by)

    def sharing(self, terms: Sequence[str], run: int, /, limit: int = 20) -> Sharing:
        return articles_with_runs(self._current(), terms, run, limit)

    def tally(self, queries: Sequence[Query], name: TallyName, /, least: int = 1) -> Tally:
        moment = self._current()
        return count_values(moment, [_searched(moment, query).found for query in queries], name, least)

    def usual_words(self, values: Iterable[str], /) -> dict[str, str]:
        return most_used_words(self._current(), values)

    def cross(self, query: Query, rows: AxisName, columns: AxisName, /, limits: tuple[int, int]) -> CrossCounts:
        asked = _searched(self._current(), replace(query, cursor=None))
        return count_crossed(asked.moment, asked.found, (rows, columns), limits)

    def put(
        self, documents: Iterable[Document], /, *, sequence: int, token: str = "", after: Commit | None = None
    ) -> None:
        self._commits.write(documents, (), sequence, token, after)
        self.look()

    def delete(self, ids: Iterable[str], /, *, sequence: int, token: str = "", after: Commit | None = None) -> None:
        self._commits.write((), ids, sequence, token, after)
        self.look()

    def rebuild(
        self, documents: Iterable[Document], /, *, sequence: int, token: str = "", after: Commit | None = None
    ) -> None:
        shown = self._moment.meta.generation if self._moment else 0
        self._commits.rebuild(documents, sequence, token, max(shown, after.generation if after else 0))
        self.look()

    @contextmanager
    def joining(self) -> Iterator[Swap | None]:
        """OpenSearch joins its pieces by itself."""
        yield None

    def is_crowded(self) -> bool:
        return False

    def compact(self, _documents: int, /, *, token: str = "", after: Commit | None = None) -> None:
        """Commit; what pieces there are is OpenSearch's own affair."""
        self._commits.again(token, after)
        self.look()

    def expunge(self, *, token: str = "", after: Commit | None = None) -> None:
        self.look()
        self._commits.expunge(partial(lost_words, self._current()), token, after)
        self.look()
        # What was erased stays on the disks as long as somebody may ask for it.
        while self._former:
            self._former.pop()[1].close()

    def look(self) -> None:
        with self._refreshing:
            self._look()

    @one_search()
    def status(self) -> IndexStatus:
        moment = self._looked()
        if moment is None or self._unreadable:
            meta = moment.meta if moment else Meta(fingerprint="")
            return IndexStatus(meta.generation, meta.sequence, 0, meta.fingerprint, meta.token, unreadable=True)
        vectors = self._meaning.now().vectors.header.edition if self._meaning else 0
        meta = moment.meta
        documents = _archive_sizes(moment)[0] if meta.fingerprint == FINGERPRINT else 0
        return IndexStatus(meta.generation, meta.sequence, documents, meta.fingerprint, meta.token, vectors=vectors)

    def damaged(self) -> tuple[str, ...]:
        """Return nothing: nodes see to their own files."""
        self.look()
        self._current()
        return ()

    def audit(self, *, deep: bool = False) -> Audit:
        self.look()
        return audit_moment(self._current(), deep=deep)

    @property
    def current_fingerprint(self) -> str:
        """Return what an index made by this code would carry; another one in `status` asks for a rebuild."""
        return FINGERPRINT

    def rest(self) -> None:
        """Do nothing: what is held here is small."""

    def close(self) -> None:
        for moment in (self._moment, *(each for _, each in self._former)):
            if moment is not None:
                moment.close()
        self._client.close()

    def remove(self) -> None:
        """Remove the index from the cluster."""
        self._commits.remove()

    def _current(self) -> Moment:
        """Return the newest commit, as it was a moment ago. Raises `IndexUnavailable` where there is no index."""
        moment = self._looked()
        if moment is None or self._unreadable:
            raise IndexUnavailable("There is no index in the search cluster. Run: dateline reindex")
        return moment

    def _looked(self) -> Moment | None:
        asked = time.monotonic()
        age = asked - self._checked
        is_due = self._moment is None or self._unreadable or age > STALE_SECONDS
        # While another thread looks, the old moment serves; but nobody is told what is older than promised.
        has_to = self._moment is None or age > 2 * STALE_SECONDS
        if is_due and self._refreshing.acquire(blocking=has_to):
            try:
                # Who looked in vain while this waited has waited for both.
                if self._failed[0] >= asked:
                    raise SearchAway(self._failed[1].trouble)
                self._look()
            finally:
                self._refreshing.release()
        return self._moment

    def _look(self) -> None:
        began = time.monotonic()
        try:
            newest = self._commits.newest()
        except SearchAway as error:
            self._failed = time.monotonic(), error
            raise
        self._unreadable = newest is None
        if newest is not None and (self._moment is None or self._moment.committed != newest):
            self._turn_to(newest)
        self._checked = began

    def _turn_to(self, newest: Committed) -> None:
        now = time.monotonic()
        if self._moment is not None:
            self._former.append((now, self._moment))
        self._moment = self._commits.moment(newest)
        while self._former and self._former[0][0] < now - _HELD_BACK:
            self._former.pop(0)[1].close()

    def _meaning_for(self, query: Query) -> MeaningView | None:
        """Return what a query may be ranked with; None where words alone decide."""
        if self._meaning is None or query.question is None or query.sort != "relevance":
            return None
        view = self._meaning.now()
        if query.cursor is None:
            view.prepare(query.question)
        return view

    def _terms_starting(self, prefix: str, limit: int) -> list[Suggestion]:
        moment = self._current()
        counts = count_having(moment, starting(moment, prefix, limit * _WORTH_COUNTING))
        best = sorted(counts, key=lambda text: (-counts[text], text))[:limit]
        return [Suggestion("term", text, counts[text]) for text in best]


class _FixedMoment(OpenSearchEngine):
    """It never looks whether there is a newer commit."""

    def __init__(self, client: Nodes, moment: Moment, meaning: MeaningView | None) -> None:
        super().__init__(client, meaning)
        self._moment = moment

    def _looked(self) -> Moment | None:
        return self._moment

    def close(self) -> None:
        """The moment is the other's."""


def _searched(moment: Moment, query: Query, *, waits: bool = False) -> _PreparedSearch:
    """`waits`: how many articles have the only leaf of a query may be told with what it finds."""
    planned = plan(query.clause) if query.clause else None
    distinct = list(dict.fromkeys(leaves(planned))) if planned else []
    resumed = cursor.decode_cursor(query.cursor, query, len(distinct)) if query.cursor is not None else None
    if planned is not None:
        Compiler(moment).check(planned)
    scored = query.sort == "relevance" and planned is not None
    sequence = resumed.sequence if resumed and resumed.sequence < moment.meta.sequence else None
    conditions = filter_queries(query.filters, sequence)
    alone = planned if isinstance(planned, Leaf) else None
    if conditions and (query.collapse or any(own_filter(query.filters, name, conditions) for name in query.facets)):
        waits = False
    waits = waits and alone is not None and not resumed and moment.known(("frequency", alone)) is None
    wanted = distinct if scored and not waits else []
    statistics = resumed.statistics if resumed else _statistics(moment, wanted, len(distinct))
    known = None
    if scored and planned is not None:
        frequencies = {} if waits else dict(zip(distinct, statistics.frequencies, strict=True))
        curve = curve_of(len(set(bare(planned))))
        known = Statistic(statistics.documents, statistics.mean_lengths, frequencies, curve, alone)
    return _PreparedSearch(moment, query, planned, resumed, known, statistics, conditions)


def _searched_for(moment: Moment, planned: Plan) -> _PreparedSearch:
    """Return the search for a plan that no clause says."""
    distinct = list(dict.fromkeys(leaves(planned)))
    statistics = _statistics(moment, distinct, len(distinct))
    frequencies = dict(zip(distinct, statistics.frequencies, strict=True))
    known = Statistic(
        statistics.documents, statistics.mean_lengths, frequencies, curve_of(len(set(bare(planned))))
    )  # fmt: skip
    return _PreparedSearch(moment, Query(), planned, None, known, statistics, {})


def _statistics(moment: Moment, wanted: Sequence[Leaf], count: int) -> Statistics:
    """Return what scores are made of, and 0 for how many articles have each leaf where nobody asks."""
    documents, means = _archive_sizes(moment)
    return Statistics(documents, means, _frequencies(moment, wanted) if wanted else (0,) * count)


def _archive_sizes(moment: Moment) -> tuple[int, tuple[float, ...]]:
    """Return how many articles there are, and how many words each text has on average."""

    def read() -> tuple[int, tuple[float, ...]]:
        sums = {each: {"sum": {"field": f"l{each}"}} for each in SHORT.values()}
        reply = moment.search({"size": 0, "track_total_hits": True, "aggs": sums})
        documents = reply["hits"]["total"]["value"]
        told = reply["aggregations"]
        return documents, tuple(stepped(told[each]["value"] / max(documents, 1)) for each in SHORT.values())

    return moment.keep("sizes", read)


def _frequencies(moment: Moment, wanted: Sequence[Leaf]) -> tuple[int, ...]:
    """Return how many articles have each leaf, over all shards."""
    known: dict[Leaf, int] = {}
    lacking = []
    for leaf in wanted:
        found = moment.known(("frequency", leaf))
        if found is None:
            lacking.append(leaf)
        else:
            known[leaf] = found
    compiler = Compiler(moment)
    counts = count_articles(moment, [compiler.matching(leaf) for leaf in lacking])
    for leaf, count in zip(lacking, counts, strict=True):
        known[leaf] = moment.keep(("frequency", leaf), partial(int, count))
    return tuple(known[leaf] for leaf in wanted)


def _count_stems(moment: Moment, stems: Sequence[str]) -> list[int]:
    return count_articles(moment, [{"term": {"w": stem}} for stem in stems])


def _counting(asked: _PreparedSearch) -> Counting:
    query = asked.query
    wanted = CountsAsked(
        clause=asked.clause,
        conditions=asked.conditions,
        own={name: own_filter(query.filters, name, asked.conditions) for name in query.facets},
        words=query.facet_words,
        limit=query.facet_limit,
        dates=query.dates,
        collapse=query.collapse,
    )
    waits = asked.known is not None and not asked.known.is_whole
    return Counting(asked.moment, wanted, asked.clause if waits and asked.conditions else None)


def _rank_page(asked: _PreparedSearch, ranker: Ranker, count: int, meaning: MeaningView | None) -> RankedRows:
    """Return all rows up to one more than asked for, where there is one."""
    resumed, question = asked.resumed, asked.query.question
    if resumed is not None:
        return rank_further(ranker.page, count, partial(_still_found, asked), resumed)
    if asked.known is None or meaning is None or question is None:
        return rank_by_words(ranker.page, count, None, None)
    return rank_question(ranker.page, count, question, meaning)


def _still_found(asked: _PreparedSearch, ids: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return 0 for articles that are among what is found, -1 for the others."""
    wanted = [f"{id:016x}" for id in ids.tolist()]
    found = set(_ids_found(asked.moment, all_of([asked.found, {"terms": {"id": wanted}}])))
    return np.array([0 if id in found else -1 for id in ids.tolist()], np.int64)


def _cursor_behind(
    asked: _PreparedSearch, totals: tuple[int, int | None], rows: RankedRows, after: Place | None, reached: int
) -> str | None:
    """`totals`: of articles, and of those that stand for their copies. `reached`: rows that were shown."""
    if after is None:
        return None
    total, collapsed = totals
    sequence = asked.resumed.sequence if asked.resumed else asked.moment.meta.sequence
    left = rows.left(reached)
    return cursor.encode_cursor(
        Cursor(cursor.digest(asked.query), sequence, total, asked.statistics, after, rows.floor, collapsed, left)
    )


def _as_of(asked: _PreparedSearch, sequence: int) -> tuple[_PreparedSearch, frozenset[str]]:
    """Leave out what was added after `sequence`; give also the articles that were revised since, which stay."""
    others = {name: condition for name, condition in asked.conditions.items() if name != "revised"}
    since = {"range": {"revised": {"gt": sequence}}}
    newer = all_of([since, {"range": {"revision": {"gt": 1}}}])
    known = {"bool": {"should": [newer, {"bool": {"must_not": [since]}}], "minimum_should_match": 1}}
    kept = replace(asked, conditions={**others, "revised": known})
    return kept, frozenset(f"{id:016x}" for id in _ids_found(asked.moment, all_of([kept.found, newer])))


def _ids_found(moment: Moment, query: Body) -> list[int]:
    """Return the ids of all articles that a query finds, ascending."""
    found: list[int] = []
    body: dict[str, Any] = {"size": _AT_ONCE, **_IDS, "query": query, "sort": [{"id": "asc"}]}
    while True:
        hits = moment.search(body)["hits"]["hits"]
        found += [int(hit["sort"][0], 16) for hit in hits]
        if len(hits) < _AT_ONCE:
            return found
        body["search_after"] = hits[-1]["sort"]


def _most_alike(view: MeaningView, article_id: str, rows: Rows) -> Rows | None:
    """Return the rows in the order in which they are like an article; None where too little is known of that."""
    alike = view.to_article(int(article_id, 16), rows.id)
    return None if alike is None else Rows(rows.document, rows.id, alike).sorted()


_IDS: dict[str, Any] = {
    "_source": False, "stored_fields": "_none_", "docvalue_fields": ["id"], "track_total_hits": False,
}  # fmt: skip
