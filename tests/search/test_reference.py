"""Matching, filters, facets and days over an index with a life behind it, against `reference.py`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.attributes import Filters
from app.search.engine import Document, SearchEngine
from app.search.query import Clause, FacetWords, Query, Sort, parse
from app.search.whoosh.engine import WhooshEngine
from tests.search import reference
from tests.search.asking import SORTS
from tests.search.generated import article, articles, bare_clauses, clauses, facet_words, filters, questions, revision
from tests.search.reference import FACETS, Bm25f, Expected


class Lived:
    def __init__(self, engine: SearchEngine, documents: list[Document]) -> None:
        self.engine = engine
        self.documents = documents


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Batches of all sizes, revisions and deletions: several segments with dead documents, and merges on the way."""
    engine = WhooshEngine.open(tmp_path_factory.mktemp("index"))
    chance, held, sequence = random.Random(7), dict[str, Document](), 0
    for size in (90, 40, 1, 2, 1, 3, 1, 1, 2, 1, 1, 30, 20, 1, 4, 2, 25, 1, 3, 1, 1, 2):
        sequence += 1
        fresh = [article(chance, f"{chance.getrandbits(64):016x}", sequence) for _ in range(size)]
        revised = [
            revision(chance, held[id], sequence) for id in chance.sample(sorted(held), min(len(held), size // 4))
        ]
        engine.put([*fresh, *revised], sequence=sequence)
        held |= {document.id: document for document in (*fresh, *revised)}
        sequence += 1
        gone = chance.sample(sorted(held), size // 8)
        engine.delete(gone, sequence=sequence)
        for id in gone:
            del held[id]
    yield Lived(engine, list(held.values()))
    engine.close()


def test_the_index_under_test_has_several_segments_and_dead_documents(lived: Lived) -> None:
    assert isinstance(lived.engine, WhooshEngine)
    snapshot = lived.engine._index.snapshot()
    assert 3 <= len(snapshot.views) < 22
    assert any(view.alive is not None for view in snapshot.views)
    assert snapshot.documents == len(lived.documents) < snapshot.held


@settings(max_examples=100, deadline=None)
@given(
    clause=st.one_of(st.none(), clauses, clauses, clauses),
    chosen=filters,
    sort=st.sampled_from(SORTS[1:]),
    words=facet_words,
)
def test_any_clause_and_filters_find_what_the_reference_finds(
    lived: Lived, clause: Clause | None, chosen: Filters, sort: Sort, words: FacetWords | None
) -> None:
    query = Query(clause, chosen, sort, limit=1000, facets=FACETS, facet_limit=3, facet_words=words, dates=True)
    expected = Expected(query, lived.documents)
    found = lived.engine.search(query)
    assert [hit.id for hit in found.hits] == expected.in_order()
    assert found.total == len(expected.hits)
    assert found.facets == tuple(expected.facet(name) for name in FACETS)
    assert found.dates == expected.dates()


@settings(max_examples=100, deadline=None)
@given(clause=clauses)
def test_relevance_finds_the_same_articles_in_descending_order(lived: Lived, clause: Clause) -> None:
    found = lived.engine.search(Query(clause, limit=1000))
    assert {hit.id for hit in found.hits} == Expected(Query(clause), lived.documents).ids
    ranks = [(-(hit.score or 0.0), hit.id) for hit in found.hits]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    "text",
    [
        "talks", "trading", "news", '"news"', "counter-terrorism", "counterterrorism", '"counter terrorism"', "AT&T",
        "att", "W-2", "w2", "U.S.", "us", "o'brien", "obrien", "3.5%", "$1,234.50", "1234.50", "cafe", "東京", "東",
        '"price of oil"', '"price oil"~1', '"oil price"~5', "bank*", "minster~", "univesrities~", "headline:oil",
        "dateline:zurich", "body:(oil OR grain) -headline:trade", "-the", "-oil -the", "(a OR the) -(oil OR trade)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("sort", ["relevance", "-date"])
def test_queries_as_people_type_them(lived: Lived, text: str, sort: Sort) -> None:
    query = Query(parse(text).clause, sort=sort, limit=1000)
    found = lived.engine.search(query)
    assert {hit.id for hit in found.hits} == Expected(query, lived.documents).ids
    assert found.total == len(found.hits) > 0


class Split:
    def __init__(self, whole: SearchEngine, parts: SearchEngine, scores: Bm25f) -> None:
        self.whole = whole
        self.parts = parts
        self.scores = scores


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """The same articles, more than a window of them, in one batch and in seven of any size."""
    documents = articles(260, seed=3)
    whole = WhooshEngine.open(tmp_path_factory.mktemp("whole"))
    whole.put(documents, sequence=1)
    parts = WhooshEngine.open(tmp_path_factory.mktemp("parts"))
    bounds = [0, 1, 2, 40, 100, 110, 200, 260]
    for start, end in itertools.pairwise(bounds):
        parts.put(documents[start:end], sequence=1)
    return Split(whole, parts, Bm25f(documents))


def test_the_split_index_has_as_many_segments_as_batches(split: Split) -> None:
    assert isinstance(split.parts, WhooshEngine)
    assert len(split.parts._index.snapshot().views) == 7


@settings(max_examples=60, deadline=None)
@given(clause=clauses)
def test_scores_are_those_of_the_reference(split: Split, clause: Clause) -> None:
    expected = split.scores.final(clause)
    found = split.whole.search(Query(clause, limit=1000))
    assert {hit.id: hit.score for hit in found.hits} == pytest.approx(expected, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(clause=st.one_of(bare_clauses, questions))
def test_scores_of_bare_words_are_those_of_the_reference(split: Split, clause: Clause) -> None:
    expected = split.scores.final(clause)
    found = split.whole.search(Query(clause, limit=1000))
    assert {hit.id: hit.score for hit in found.hits} == pytest.approx(expected, rel=1e-5)


@settings(max_examples=100, deadline=None)
@given(clause=clauses)
def test_scores_do_not_depend_on_the_segments_an_article_is_in(split: Split, clause: Clause) -> None:
    query = Query(clause, limit=1000)
    assert split.whole.search(query).hits == split.parts.search(query).hits


@settings(max_examples=30, deadline=None)
@given(clause=bare_clauses, size=st.integers(1, 300))
def test_a_page_is_the_head_of_the_whole_list(split: Split, clause: Clause, size: int) -> None:
    everything = split.whole.search(Query(clause, limit=1000)).hits
    assert split.parts.search(Query(clause, limit=size)).hits == everything[:size]


def test_the_reference_itself_by_hand() -> None:
    document = Document("0" * 16, "Oil talks", "The price of oil fell. Counter-terrorism talks.", place="Zürich")
    for text, holds in {
        "oil": True, "oils": True, '"oils"': False, '"oil fell"': True, '"price fell"~2': True, '"price fell"~1': False,
        '"oil price"': False, "counterterrorism": True, '"talks the"': False, "oli~": True, "pri*": True,
        "headline:price": False, "headline:talk -grain": True, "oil -talks": False,
    }.items():  # fmt: skip
        assert reference.matches(parse(text).clause, document) is holds, text
    assert reference.passes(Filters(dateline=("ZURICH",)), document)
    assert not reference.passes(Filters(date_from="1900-01-01"), document)
