"""Whoosh's own searcher over the same files finds what the engine finds."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh import query as whoosh_query
from whoosh.reading import TermNotFound

from app.search import analysis
from app.search.attributes import Filters
from app.search.engine import Document
from app.search.query import And, Clause, Fuzzy, Not, Or, Phrase, Prefix, Query, Word
from app.search.whoosh.engine import WhooshEngine
from app.search.whoosh.segment import Segment
from tests.search.generated import article, revision


class Both:
    """One index, several segments with deletions, seen through both searchers."""

    def __init__(self, folder: Path) -> None:
        self.engine = WhooshEngine.open(folder)
        chance, held = random.Random(21), dict[str, Document]()
        for sequence, size in enumerate((60, 3, 20, 1, 30, 2), 1):
            fresh = [article(chance, f"{chance.getrandbits(64):016x}", sequence) for _ in range(size)]
            revised = chance.sample(sorted(held), min(len(held), size // 6))
            changed = [*fresh, *(revision(chance, held[id], sequence) for id in revised)]
            self.engine.put(changed, sequence=sequence)
            held |= {document.id: document for document in changed}
        self.engine.delete(chance.sample(sorted(held), 12), sequence=7)
        self.searcher: Any = whoosh_index.open_dir(str(folder)).searcher()
        segments = [Segment(folder / path) for path in sorted(folder.glob("*.seg"))]
        by_size = {segment.documents: segment for segment in segments}
        assert len(by_size) == len(segments)
        leaves = [reader for reader, _ in self.searcher.reader().leaf_readers()]
        self.ids = [id for leaf in leaves for id in by_size[leaf.doc_count_all()]["id"].tolist()]

    def ours(self, clause: Clause) -> set[str]:
        return {hit.id for hit in self.engine.search(Query(clause, limit=10_000)).hits}

    def theirs(self, query: Any) -> set[str]:
        """Deleted ones left out: Whoosh's `InverseMatcher` lets one through that follows the last match it turns."""
        reader = self.searcher.reader()
        found = self.searcher.search(query, limit=None).docs()
        return {f"{self.ids[docnum]:016x}" for docnum in found if not reader.is_deleted(docnum)}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return Both(tmp_path_factory.mktemp("index"))


_terms = st.sampled_from(
    [
        "the",
        "talks",
        "minister",
        "banking",
        "trade",
        "counter",
        "terrorism",
        "att",
        "us",
        "oil",
        "3.5",
        "cafe",
        "absent",
    ]
)
_prefixes = st.sampled_from(["tal", "ban", "uni", "coun", "zzz", "123"])
_leaves: st.SearchStrategy[Clause] = st.one_of(
    st.builds(Word, _terms),
    st.builds(Phrase, st.lists(_terms, min_size=1, max_size=3).map(" ".join)),
    st.sampled_from([Phrase("price of oil"), Phrase("oil in the us"), Phrase("counter terrorism talks")]),
    st.builds(Prefix, _prefixes),
)


def _several(children: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    rows = st.lists(children, min_size=2, max_size=3).map(tuple)
    # Whoosh's `InverseMatcher` of one that has another in it also gives a document that it should turn.
    return st.one_of(st.builds(And, rows), st.builds(Or, rows), st.builds(Not, children.filter(_turns_nothing)))


def _turns_nothing(clause: Clause) -> bool:
    if isinstance(clause, And | Or):
        return all(map(_turns_nothing, clause.clauses))
    return not isinstance(clause, Not)


def _translated(clause: Clause) -> Any:
    match clause:
        case Word(text):
            return whoosh_query.Term("stem", analysis.stem(text).encode())
        case Phrase(text):
            words = text.split()
            if len(words) == 1:
                return whoosh_query.Term("exact", words[0])
            return whoosh_query.Phrase("exact", words)
        case Prefix(text):
            return whoosh_query.Prefix("exact", text)
        case And(clauses):
            return whoosh_query.And([_translated(child) for child in clauses])
        case Or(clauses):
            return whoosh_query.Or([_translated(child) for child in clauses])
        case Not(child):
            return whoosh_query.Not(_translated(child))
        case other:
            raise AssertionError(other)


def test_the_index_under_test_has_several_segments_and_deletions(both: Both) -> None:
    reader = both.searcher.reader()
    assert len(reader.leaf_readers()) > 2
    assert reader.has_deletions()
    assert reader.doc_count() == both.engine.status().documents


@settings(max_examples=80, deadline=None)
@given(clause=st.recursive(_leaves, _several, max_leaves=5))
def test_the_same_documents(both: Both, clause: Clause) -> None:
    assert both.theirs(_translated(clause)) == both.ours(clause)


@pytest.mark.parametrize("text", ["tals", "minster", "bnk", "counterterorism", "zzzzzz", "ministrs"])
def test_fuzzy_terms(both: Both, text: str) -> None:
    """None of these words has another one a swap away: Whoosh counts a swap as two edits."""
    edits = 2 if len(text) >= 8 else 1
    query = whoosh_query.FuzzyTerm("exact", text, maxdist=edits, prefixlength=0)
    assert both.theirs(query) == both.ours(Fuzzy(text))


@pytest.mark.parametrize("text", ["talks", b"talks"])
def test_terms_may_be_text_or_bytes(both: Both, text: str | bytes) -> None:
    assert both.theirs(whoosh_query.Term("exact", text)) == both.ours(Phrase("talks")) != set()


@pytest.mark.parametrize("slop", [1, 2, 4])
def test_a_phrase_in_order_with_words_between(both: Both, slop: int) -> None:
    query = whoosh_query.SpanNear2(
        [whoosh_query.Term("exact", "price"), whoosh_query.Term("exact", "oil")], slop=slop, ordered=True
    )
    assert both.theirs(query) == both.ours(Phrase("price oil", slop - 1))


def test_entities_are_terms_too(both: Both) -> None:
    found = both.engine.search(Query(None, Filters(entity=("person-p1",)), limit=1000)).hits
    assert both.theirs(whoosh_query.Term("entity", b"person-p1")) == {hit.id for hit in found} != set()


def test_the_readers_figures_agree_with_its_postings(both: Both) -> None:
    for reader, _ in both.searcher.reader().leaf_readers():
        for view in ("exact", "stem", "headline", "body", "entity", "source"):
            terms = [term for name, term in reader.terms_from(view, b"") if name == view]
            assert terms == sorted(terms)
            for term in terms[::7]:
                matcher, ids, weight = reader.postings(view, term), [], 0.0
                while matcher.is_active():
                    ids.append(matcher.id())
                    weight += matcher.weight()
                    matcher.next()
                info = reader.term_info(view, term)
                living = [id for id in range(reader.doc_count_all()) if not reader.is_deleted(id)]
                assert set(ids) <= set(living)
                assert info.doc_frequency() == reader.doc_frequency(view, term) >= len(ids)
                assert info.weight() == reader.frequency(view, term) >= weight


def test_a_term_that_is_not_there(both: Both) -> None:
    reader = both.searcher.reader()
    assert ("exact", b"absent") not in reader
    assert reader.doc_frequency("exact", b"absent") == 0
    assert reader.frequency("exact", b"absent") == 0
    with pytest.raises(TermNotFound):
        reader.leaf_readers()[0][0].postings("exact", b"absent")


def test_expanding_a_prefix_and_reading_all_terms(both: Both) -> None:
    reader = both.searcher.reader()
    everything = list(reader.all_terms())
    assert everything == sorted(set(everything))
    assert list(reader.expand_prefix("exact", "tal")) == [t for f, t in everything if f == "exact" and t[:3] == b"tal"]
    assert list(reader.field_terms("exact")) == [t.decode() for f, t in everything if f == "exact"]


def test_a_hit_of_whoosh_has_its_id(both: Both) -> None:
    hits = both.searcher.search(whoosh_query.Term("stem", "talk"), limit=None)
    assert {hit["id"] for hit in hits} == both.ours(Word("talk"))
