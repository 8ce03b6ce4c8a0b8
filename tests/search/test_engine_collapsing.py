"""Copies of one piece of news as one hit, in every engine behind the port: counts stay of all, and pages fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidCursor
from app.search.attributes import Filters
from app.search.engine import ArticleHit, Document, SearchEngine
from app.search.query import Clause, Query, Sort, Word, parse
from tests.search.asking import SORTS, Open, doc, numbers
from tests.search.generated import articles, bare_clauses, clauses, filters


def group_of(id: str) -> str:
    return f"{(int(id, 16) * 0x9E3779B97F4A7C15 >> 7) % 90 + 2**63:016x}"


def grouped(documents: list[Document]) -> list[Document]:
    return [replace(each, copy_group=group_of(each.id)) for each in documents]


@pytest.fixture(scope="module")
def held(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    engine = opened(tmp_path_factory.mktemp("collapsed"))
    for number in range(3):
        engine.put(grouped(list(articles(75, seed=number, longest=20))), sequence=number + 1)
    return engine


@settings(max_examples=40, deadline=None)
@given(
    clause=st.one_of(st.none(), clauses, bare_clauses),
    chosen=st.one_of(st.just(Filters()), filters),
    sort=st.sampled_from(SORTS),
    size=st.integers(3, 60),
)
def test_each_group_has_one_hit_and_pages_are_pieces_of_one_list(
    held: SearchEngine, clause: Clause | None, chosen: Filters, sort: Sort, size: int
) -> None:
    query = Query(clause, chosen, sort, limit=10_000, facets=("source",), dates=True)
    everything, whole = held.search(query), held.search(replace(query, collapse="copies"))
    assert (whole.total, whole.facets, whole.dates) == (everything.total, everything.facets, everything.dates)
    groups = [group_of(hit.id) for hit in whole.hits]
    assert len(groups) == len(set(groups)) == whole.collapsed
    assert set(groups) == {group_of(hit.id) for hit in everything.hits}
    if sort != "relevance" or isinstance(clause, Word):
        assert whole.hits == tuple(
            {group_of(hit.id): hit for hit in reversed(everything.hits)}[each] for each in groups
        )
    found, cursor = list[ArticleHit](), None
    while not found or cursor:
        page = held.search(replace(query, collapse="copies", limit=size, cursor=cursor))
        assert (page.total, page.collapsed) == (whole.total, whole.collapsed)
        found, cursor = [*found, *page.hits], page.cursor
        if not page.hits:
            break
    assert tuple(found) == whole.hits


def test_the_one_that_is_shown_is_among_what_matches(engine: SearchEngine) -> None:
    same = {"copy_group": f"{1:016x}"}
    engine.put(
        [doc(1, "oil oil", source="Wire", **same), doc(2, "oil", source="Post", **same), doc(3, "oil")], sequence=3
    )
    query = Query(parse("oil").clause, collapse="copies")
    found = engine.search(query)
    assert (sorted(numbers(found)), found.total, found.collapsed) == ([1, 3], 3, 2)
    found = engine.search(replace(query, filters=Filters(source=("Post",))))
    assert (numbers(found), found.total, found.collapsed) == ([2], 1, 1)
    assert engine.search(replace(query, collapse=None)).collapsed is None


def test_what_comes_meanwhile_takes_no_place_from_a_page(engine: SearchEngine) -> None:
    engine.put(
        [doc(n, "oil", copy_group=f"{n // 2 + 1:016x}", date=f"2019-01-{n + 1:02}") for n in range(12)], sequence=1
    )
    query = Query(parse("oil").clause, sort="-date", limit=2, collapse="copies")
    first = engine.search(query)
    assert (numbers(first), first.collapsed) == ([11, 9], 6)
    engine.put([doc(20, "oil", copy_group=f"{4:016x}", date="2019-02-01", revised=2)], sequence=2)
    second = engine.search(replace(query, cursor=first.cursor, limit=10))
    assert (numbers(second), second.collapsed) == ([7, 5, 3, 1], 6)


def test_a_cursor_is_of_a_search_that_collapses_or_of_one_that_does_not(engine: SearchEngine) -> None:
    engine.put([doc(n, "oil") for n in range(6)], sequence=1)
    query = Query(parse("oil").clause, limit=2)
    cursor = engine.search(query).cursor
    with pytest.raises(InvalidCursor):
        engine.search(replace(query, cursor=cursor, collapse="copies"))


def test_an_article_that_joined_others_collapses_after_a_merge(opened: Open, tmp_path: Path) -> None:
    engine = opened(tmp_path / "merged")
    engine.put([doc(n, "oil", copy_group=f"{n:016x}") for n in range(4)], sequence=1)
    engine.put([doc(3, "oil", copy_group=f"{1:016x}")], sequence=2)
    engine.compact(5)
    found = engine.search(Query(parse("oil").clause, collapse="copies"))
    assert (found.total, found.collapsed) == (4, 3)
