"""`WhooshEngine`: the port's methods, each a short path through the files beside this one."""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from app.errors import IndexUnavailable
from app.search import cursor
from app.search.attributes import FacetName
from app.search.completion import Completion, misspelt_letters, nearest_spellings
from app.search.cursor import Cursor, Place, Statistics
from app.search.engine import (
    STALE_SECONDS,
    ArticleHit,
    Audit,
    AxisName,
    Card,
    Commit,
    CrossCounts,
    DateCounts,
    Document,
    FacetCounts,
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
from app.search.meaning.likeness import MeaningIndex, MeaningView
from app.search.plan import Plan, leaves, plan
from app.search.query import Clause, Query
from app.search.rows import Rows
from app.search.second_stage import RankedRows, WordsRanking, rank_by_words, rank_further, rank_question
from app.search.telling import telling_terms
from app.search.whoosh import count as counting
from app.search.whoosh import rank
from app.search.whoosh.any_words import leading_with_any
from app.search.whoosh.audit import audit, damaged_arrays
from app.search.whoosh.execute import Execution
from app.search.whoosh.filter_masks import FilterMasks
from app.search.whoosh.following import words_following
from app.search.whoosh.identifiers import articles_known_by
from app.search.whoosh.index import FINGERPRINT, MERGE_FACTOR, IndexFolder, Joined, Size, crowded
from app.search.whoosh.leading import Contenders, OneOfEach, Ranked, all_of
from app.search.whoosh.marked_word import MarkedWord
from app.search.whoosh.matches import Found, Matches, Spread, all_documents, documents_masked_by, masked_by
from app.search.whoosh.near import near_terms
from app.search.whoosh.packed import Mask, places_of
from app.search.whoosh.quoted import ranked_quotes
from app.search.whoosh.segment import Documents
from app.search.whoosh.shared import articles_sharing
from app.search.whoosh.snapshot import SegmentView, Snapshot
from app.search.whoosh.starting import words_starting
from app.search.whoosh.story_counts import stories_found
from app.search.whoosh.tally import crossed, tallied, usual_words
from app.search.whoosh.unweighed import Unweighed
from app.text import fold

_NEAR = 200
"""Articles that share words with one, of which those are chosen that are like it in meaning."""

_decode_card = msgspec.msgpack.Decoder(Card).decode


class WhooshEngine:
    """The embedded engine. One object serves all threads of a process."""

    def __init__(
        self, index: IndexFolder, snapshot: Snapshot | None = None, meaning: MeaningIndex | MeaningView | None = None
    ) -> None:
        self._index = index
        self._meaning = meaning
        self._refreshing = threading.Lock()
        self._unreadable = False
        self._checked = time.monotonic()
        self._snapshot = snapshot or index.snapshot()

    @classmethod
    def open(
        cls, folder: Path, *, allow_missing_index: bool = False, meaning: MeaningIndex | None = None
    ) -> WhooshEngine:
        """Raises `IndexUnavailable` where the folder holds an index that cannot be read. With `allow_missing_index` the
        engine then holds nothing, under no fingerprint, and `rebuild` puts a new index in place of the unreadable.
        Without `meaning`, questions are ranked by words alone."""
        index = IndexFolder(folder)
        try:
            return cls(index, meaning=meaning)
        except IndexUnavailable:
            if not allow_missing_index:
                raise
            return cls(index, Snapshot((), index.generation(), 0, ""), meaning)

    def search(self, query: Query, /) -> Hits:
        snapshot, meaning = self._current(), self._meaning_for(query)
        planned = plan(query.clause) if query.clause else None
        resumed = self._resumed(query, planned)
        masks = FilterMasks(snapshot, query.filters, resumed.sequence if resumed else None)
        given = resumed.statistics if resumed else None
        scored = query.sort == "relevance" and planned is not None
        execution = Execution(snapshot, planned, given) if planned else None
        matches = execution.matches() if execution else all_documents(snapshot.held)
        found = _passing(matches, masks) if scored else _unscored(matches, masks.mask())
        total = resumed.total if resumed else len(found)
        ranked = _keyed(snapshot, query, execution if scored else None, found, resumed)
        collapsed = _count_collapsed(ranked, resumed)
        rows = _ranked_rows(snapshot, query, execution if scored else None, ranked, resumed, meaning)
        reached = query.offset + query.limit
        page = rows.shown(query.offset, reached)
        after = rows.after(reached) if len(rows.rows) > reached and len(page) else None
        return Hits(
            total=total,
            hits=_hits(snapshot, page, scored),
            facets=tuple(_count_without_own(snapshot, matches, found, masks, query, name) for name in query.facets),
            cursor=_next_cursor(query, snapshot, execution, resumed, (total, collapsed), rows, after, reached),
            generation=snapshot.generation,
            sequence=snapshot.sequence,
            dates=_date_counts(snapshot, found, masks.mask()) if query.dates else None,
            collapsed=collapsed,
            ranked_by=("meaning" if rows.by_meaning else "words") if scored else None,
        )

    def matching(self, query: Query, ids: Iterable[str], /) -> set[str]:
        snapshot = self._current()
        places = {id: place for id in ids if (place := snapshot.find(id)) is not None}
        documents = np.fromiter(places.values(), np.int32, len(places))
        planned = plan(query.clause) if query.clause else None
        held = Execution(snapshot, planned).matches().holds(documents) if planned else np.ones(len(places), bool)
        passing = FilterMasks(snapshot, query.filters).mask()
        if passing is not None:
            held = held & passing[documents]
        return {id for id, is_held in zip(places, held.tolist(), strict=True) if is_held}

    def identified(self, by: Identifier, values: Iterable[str], /) -> dict[str, list[str]]:
        snapshot = self._current()
        found = {value: articles_known_by(snapshot, by, value) for value in values}
        return {value: ids for value, ids in found.items() if ids}

    def articles_naming(self, ids: Sequence[str], /) -> list[int]:
        snapshot = self._current()
        return [snapshot.count_naming(id) for id in ids]

    def ranking(self, query: Query, /) -> Ranking:
        snapshot, meaning = self._current(), self._meaning_for(query)
        planned = plan(query.clause) if query.clause else None
        resumed = self._resumed(query, planned)
        execution = Execution(snapshot, planned, resumed.statistics if resumed else None) if planned else None
        matches = execution.matches() if execution else all_documents(snapshot.held)
        found = _passing(matches, FilterMasks(snapshot, query.filters)).weighed()
        newer = np.empty(0, np.int64)
        if resumed and resumed.sequence < snapshot.sequence:
            found, newer = _known_at(snapshot, found, resumed.sequence)
        scored = execution if query.sort == "relevance" else None
        ranked = _keyed(snapshot, query, scored, found, resumed)
        every = replace(query, limit=len(found))
        rows = _ranked_rows(snapshot, every, scored, ranked, resumed, meaning)
        after = resumed.after if resumed else Place(math.inf, 0)
        total = resumed.total if resumed else len(found)
        collapsed = _count_collapsed(ranked, resumed)
        return Ranking(
            numbers=array("Q", rows.rows.id.tobytes()),
            cursor=_next_cursor(query, snapshot, execution, resumed, (total, collapsed), rows, after, 0) or "",
            sequence=resumed.sequence if resumed else snapshot.sequence,
            revised=frozenset(f"{id:016x}" for id in snapshot.column("id")[newer].tolist()),
        )

    def quotes(self, ranking: Ranking, clause: Clause | None, /) -> RankedQuotes | None:
        return ranked_quotes(self._current(), plan(clause) if clause else None, ranking)

    def stories(self, query: Query, order: StoryOrder, /) -> list[StoryFound]:
        snapshot = self._current()
        return stories_found(snapshot, _found_by(snapshot, query), order)

    def still(self) -> WhooshEngine:
        return _FixedSnapshot(self._index, self._current(), self._meaning.now() if self._meaning else None)

    def suggest(self, prefix: str, /, limit: int = 8) -> list[Suggestion]:
        following = partial(words_following, self._current())
        return Completion(self.search, self._terms_starting, following).suggest(prefix, limit)

    def spellings(self, word: str, /, limit: int = 5) -> list[str]:
        """The nearest first; of those as near with the same first letter, and then the most frequent."""
        term, views = fold(word), self._current().views
        if not (edits := misspelt_letters(term)):
            return []
        found = {text for view in views for text in _near_spellings(view, term, edits)} - {term}

        def count(group: list[str]) -> Counter[str]:
            return Counter({text: sum(_document_count(view, text.encode()) for view in views) for text in group})

        return nearest_spellings(term, found, count, limit)

    def similar(self, article_id: str, headline: str, body: str, /, limit: int = 10, by: RankedBy = "words") -> Hits:
        snapshot = self._current()
        terms = telling_terms(headline, body, snapshot.held, snapshot.frequencies)
        if not terms:
            return Hits(0, (), (), None, snapshot.generation, snapshot.sequence)
        view = self._meaning.now() if self._meaning and by == "meaning" else None
        most = max(limit, _NEAR) if view else limit
        total, leading = leading_with_any(snapshot, terms, snapshot.find(article_id), most)
        best = rank.first(snapshot, leading, most)
        nearest = _nearest(view, article_id, best) if view else None
        page = (nearest or best).take(slice(limit))
        ranked_by: RankedBy = "words" if nearest is None else "meaning"
        hits = _hits(snapshot, page, True)
        return Hits(total, hits, (), None, snapshot.generation, snapshot.sequence, ranked_by=ranked_by)

    def sharing(self, terms: Sequence[str], run: int, /, limit: int = 20) -> Sharing:
        return articles_sharing(self._current(), terms, run, limit)

    def tally(self, queries: Sequence[Query], name: TallyName, /, least: int = 1) -> Tally:
        snapshot = self._current()
        return tallied(snapshot, [_found_by(snapshot, query) for query in queries], name, least)

    def usual_words(self, values: Iterable[str], /) -> dict[str, str]:
        return usual_words(self._current(), values)

    def cross(self, query: Query, rows: AxisName, columns: AxisName, /, limits: tuple[int, int]) -> CrossCounts:
        snapshot = self._current()
        return crossed(snapshot, _found_by(snapshot, query), (rows, columns), limits)

    def put(
        self, documents: Iterable[Document], /, *, sequence: int, token: str = "", after: Commit | None = None
    ) -> None:
        self._index.write(documents, (), sequence, token, after)
        self._refresh()

    def delete(self, ids: Iterable[str], /, *, sequence: int, token: str = "", after: Commit | None = None) -> None:
        self._index.write((), ids, sequence, token, after)
        self._refresh()

    def rebuild(
        self, documents: Iterable[Document], /, *, sequence: int, token: str = "", after: Commit | None = None
    ) -> None:
        # Also where the folder was emptied, generations go on from the one that was promised.
        shown = self._snapshot.generation
        self._index.replace(documents, sequence, token, above=max(shown, after.generation if after else 0))
        self._refresh()

    @contextmanager
    def joining(self) -> Iterator[Swap | None]:
        with self._index.joining() as joined:
            yield None if joined is None else partial(self._swap, joined)

    def is_crowded(self) -> bool:
        return bool(crowded([_size(view) for view in self._current().views], MERGE_FACTOR, dead=True))

    def compact(self, documents: int, /, *, token: str = "", after: Commit | None = None) -> None:
        self._index.compact(documents, token, after)
        self._refresh()

    def expunge(self, *, token: str = "", after: Commit | None = None) -> None:
        self._index.expunge(token, after)
        self._refresh()

    def look(self) -> None:
        with self._refreshing:
            self._look()

    def status(self) -> IndexStatus:
        snapshot = self._current()
        return IndexStatus(
            snapshot.generation,
            snapshot.sequence,
            snapshot.documents,
            snapshot.fingerprint,
            snapshot.token,
            self._unreadable,
            self._meaning.now().vectors.header.edition if self._meaning else 0,
        )

    def damaged(self) -> tuple[str, ...]:
        return damaged_arrays(self._newest())

    def audit(self, *, deep: bool = False) -> Audit:
        return audit(self._newest(), deep=deep)

    @property
    def current_fingerprint(self) -> str:
        """Return what an index made by this code would carry; another one in `status` asks for a rebuild."""
        return FINGERPRINT

    def rest(self) -> None:
        for view in self._snapshot.views:
            view.segment.release()

    def close(self) -> None:
        """Mapped files go with the last snapshot that holds them."""

    def _swap(self, joined: Joined, *, token: str = "", after: Commit | None = None) -> None:
        self._index.swap(joined, token, after)
        self._refresh()

    def _current(self) -> Snapshot:
        age = time.monotonic() - self._checked
        is_due = self._unreadable or age > STALE_SECONDS
        # While another thread looks, the old snapshot serves; but nobody is told what is older than promised.
        if is_due and self._refreshing.acquire(blocking=age > 2 * STALE_SECONDS and not self._unreadable):
            try:
                self._look()
            finally:
                self._refreshing.release()
        return self._snapshot

    def _look(self) -> None:
        # From before the look: what another process commits in its midst must not wait for the one after the next.
        began = time.monotonic()
        try:
            if not self._index.holds(self._snapshot):
                self._snapshot = self._newest()
            self._unreadable = False
        except (IndexUnavailable, OSError):
            # Its files stay mapped: the old snapshot goes on until there is another.
            self._unreadable = True
        finally:
            self._checked = began

    def _refresh(self) -> None:
        with self._refreshing:
            self._snapshot = self._newest()
            self._unreadable = False
            self._checked = time.monotonic()

    def _newest(self) -> Snapshot:
        found = self._index.snapshot()
        if found.generation == 0 < self._snapshot.generation:
            raise IndexUnavailable(f"The index is gone from {self._index.folder}. Run: dateline reindex")
        return found

    def _meaning_for(self, query: Query) -> MeaningView | None:
        """Return what a query may be ranked with; None where words alone decide."""
        if self._meaning is None or query.question is None or query.sort != "relevance":
            return None
        view = self._meaning.now()
        if query.cursor is None:
            view.prepare(query.question)
        return view

    def _resumed(self, query: Query, planned: Plan | None) -> Cursor | None:
        if query.cursor is None:
            return None
        distinct = len(dict.fromkeys(leaves(planned))) if planned else 0
        return cursor.decode_cursor(query.cursor, query, distinct)

    def _terms_starting(self, prefix: str, limit: int) -> list[Suggestion]:
        found = words_starting(self._current(), prefix, limit)
        return [Suggestion("term", text, count) for text, count in found.items()]


def _size(view: SegmentView) -> Size:
    held = view.segment.documents
    return Size(held, 0 if view.alive is None else held - int(np.count_nonzero(view.alive)))


class _FixedSnapshot(WhooshEngine):
    """It never looks whether there is a newer generation."""

    def _current(self) -> Snapshot:
        return self._snapshot


def _found_by(snapshot: Snapshot, query: Query) -> Documents:
    """Return the documents that a search finds, ascending."""
    planned = plan(query.clause) if query.clause else None
    matches = Execution(snapshot, planned).matches() if planned else all_documents(snapshot.held)
    return _unscored(matches, FilterMasks(snapshot, query.filters).mask()).documents


def _passing(found: Found, masks: FilterMasks) -> Ranked:
    if isinstance(found, MarkedWord) and (listed := masks.listed()) is not None:
        documents = listed[found.holds(listed)]
        return Matches(documents, found.at(documents))
    mask = masks.mask()
    if mask is not None:
        return masked_by(found, mask)
    return found if isinstance(found, Spread | Unweighed) else found.weighed()


def _unscored(found: Found, mask: Mask | None) -> Matches:
    """Return the documents that pass, for who orders them by something else than their scores."""
    documents = documents_masked_by(found, mask)
    return Matches(documents, np.zeros(len(documents), np.float32))


def _known_at(snapshot: Snapshot, found: Matches, sequence: int) -> tuple[Matches, npt.NDArray[np.int64]]:
    """Leave out what was added after `sequence`; give also the documents of what was revised since, which stays."""
    is_known = snapshot.column("revised")[found.documents] <= sequence
    newer = found.documents[~is_known].astype(np.int64)
    is_revised = np.array([_revision_of(snapshot, document) > 1 for document in newer.tolist()], bool)
    is_known[~is_known] = is_revised
    return found.where(places_of(is_known)), newer[is_revised]


def _revision_of(snapshot: Snapshot, document: int) -> int:
    return _decode_card(snapshot.card(document)).revision


def _keyed(
    snapshot: Snapshot, query: Query, execution: Execution | None, found: Ranked, resumed: Cursor | None
) -> Contenders:
    """Return what is ranked, with what it is ranked by for values: scores where there is an execution, else times."""
    keyed = found if execution is not None else rank.by_time(snapshot, found.documents, query.sort)
    if not query.collapse:
        return keyed
    return OneOfEach(
        snapshot, keyed.weighed(), snapshot.groups(query.collapse), None if resumed else cursor.digest(query)
    )


def _count_collapsed(ranked: Contenders, resumed: Cursor | None) -> int | None:
    """Return how many hits there are where several documents may be one; None where each is one."""
    if not isinstance(ranked, OneOfEach):
        return None
    return resumed.collapsed if resumed else ranked.count()


def _ranked_rows(
    snapshot: Snapshot, query: Query, execution: Execution | None, found: Contenders, resumed: Cursor | None,
    meaning: MeaningView | None,
) -> RankedRows:  # fmt: skip
    """Return all rows up to one more than asked for, where there is one."""
    ranking, count = _words_ranking(snapshot, execution, found), query.offset + query.limit + 1
    if resumed is not None:
        return rank_further(ranking, count, partial(_places_among, snapshot, all_of(found)), resumed)
    if execution is None or meaning is None or query.question is None:
        return rank_by_words(ranking, count, None, None)
    return rank_question(ranking, count, query.question, meaning)


def _places_among(snapshot: Snapshot, found: Ranked, ids: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the documents of some articles, -1 of those that are not among what was found."""
    places = [snapshot.find(f"{id:016x}") for id in ids.tolist()]
    documents = np.array([-1 if place is None else place for place in places], np.int64)
    at = np.searchsorted(found.documents, documents.astype(found.documents.dtype))
    if not len(found):
        return np.full(len(ids), -1, np.int64)
    return np.where(found.documents.take(at, mode="clip") == documents, documents, -1)


def _words_ranking(snapshot: Snapshot, execution: Execution | None, found: Contenders) -> WordsRanking:
    if execution is not None:
        reordering = rank.Reordering(snapshot, execution)
        if reordering.applies:
            return partial(reordering.page, found)

    def plainly(count: int, _floor: Place | None, after: Place | None) -> tuple[Rows, Place | None]:
        return rank.first(snapshot, found, count, after), None

    return plainly


def _nearest(view: MeaningView, article_id: str, rows: Rows) -> Rows | None:
    """Return the rows in the order in which they are like an article; None where too little is known of that."""
    alike = view.to_article(int(article_id, 16), rows.id)
    return None if alike is None else Rows(rows.document, rows.id, alike).sorted()


def _next_cursor(
    query: Query, snapshot: Snapshot, execution: Execution | None, resumed: Cursor | None,
    totals: tuple[int, int | None], rows: RankedRows, after: Place | None, reached: int,
) -> str | None:  # fmt: skip
    """`totals`: of articles, and of those that stand for their copies. `reached`: rows that were shown."""
    if after is None:
        return None
    own = Statistics(snapshot.held, snapshot.mean_lengths, ())
    statistics = execution.statistics if execution else own
    sequence = resumed.sequence if resumed else snapshot.sequence
    total, collapsed = totals
    left = rows.left(reached)
    return cursor.encode_cursor(
        Cursor(cursor.digest(query), sequence, total, statistics, after, rows.floor, collapsed, left)
    )


def _hits(snapshot: Snapshot, page: Rows, scored: bool) -> tuple[ArticleHit, ...]:
    keys = page.key.tolist() if scored else [None] * len(page)
    cards = snapshot.cards(page.document.tolist())
    return tuple(
        [
            ArticleHit(f"{id:016x}", key, _decode_card(card))
            for id, key, card in zip(page.id.tolist(), keys, cards, strict=True)
        ]
    )


def _count_without_own(
    snapshot: Snapshot, matches: Found, found: Ranked, masks: FilterMasks, query: Query, name: FacetName
) -> FacetCounts:
    own = masks.own_filter(name)
    base = found if own is None else _unscored(matches, masks.mask(own))
    return counting.count_facet(snapshot, name, base.documents, query.facet_limit, query.facet_words)


def _date_counts(snapshot: Snapshot, found: Ranked, mask: Mask | None) -> DateCounts:
    return counting.count_dates(snapshot, found.documents, None if mask is None else places_of(mask))


def _near_spellings(view: SegmentView, term: str, edits: int) -> list[str]:
    table = view.segment.terms("exact")
    return [table[number].decode("utf-8", "surrogatepass") for number in near_terms(view.segment, term, edits)]


def _document_count(view: SegmentView, term: bytes) -> int:
    number = view.segment.terms("exact").find(term)
    return view.count(number) if number is not None else 0
