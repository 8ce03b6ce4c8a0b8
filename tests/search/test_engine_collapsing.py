"""Copies of one piece of news as one hit, in every engine behind the port: counts stay of all, and pages fit."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidCursor
from app.search.attributes import Filters
from app.search.engine import ArticleHit, Document, SearchEngine
from app.search.query import Clause, Collapsed, Query, Sort, Word, parse
from tests.growth import is_bounded
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


@pytest.fixture(scope="module")
def crowded(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    """Twelve hundred articles on oil: the best 700 are copies of one piece, the others come in threes."""
    engine = opened(tmp_path_factory.mktemp("crowded"))
    engine.put(
        [
            doc(
                n, "oil " * (5 if n < 700 else 1) + "price " * (n % 4), date=f"20{10 + n % 7}-01-{1 + n % 28:02}",
                copy_group=f"{1 if n < 700 else n // 3:016x}", story=f"{1 if n < 700 else n // 3:016x}",
            )
            for n in range(1200)
        ],
        sequence=1,
    )  # fmt: skip
    return engine


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("by", ["copies", "stories"])
def test_a_page_holds_what_is_left_where_one_piece_was_printed_everywhere(
    crowded: SearchEngine, sort: Sort, by: Collapsed
) -> None:
    def group(id: str) -> int:
        return 1 if (number := int(id, 16)) < 700 else number // 3

    query = Query(parse("oil").clause, sort=sort, limit=2_000)
    everything = crowded.search(query)
    wanted = [hit.id for hit in {group(hit.id): hit for hit in reversed(everything.hits)}.values()]
    best = [hit.id for hit in everything.hits if hit.id in set(wanted)]
    found, cursor = list[str](), None
    while not found or cursor:
        page = crowded.search(replace(query, limit=40, cursor=cursor, collapse=by))
        assert (page.total, page.collapsed) == (1200, len(best))
        found, cursor = [*found, *(hit.id for hit in page.hits)], page.cursor
    assert found == best
    assert [hit.id for hit in crowded.search(replace(query, limit=40, offset=80, collapse=by)).hits] == best[80:120]
    assert list(crowded.ranking(replace(query, collapse=by)).numbers) == [int(id, 16) for id in best]


def test_a_search_that_collapses_costs_little_more(opened: Open, tmp_path: Path) -> None:
    engine = opened(tmp_path / "many")
    engine.put(
        [doc(n, "oil", date=f"2010-{1 + n % 12:02}-{1 + n % 28:02}", story=f"{n // 3:016x}") for n in range(12_000)],
        sequence=1,
    )
    days = iter(product(range(1, 13), range(1, 29)))

    def cost(collapses: int) -> float:
        # What was asked before is remembered, so each is asked once.
        asked = [
            Query(parse("oil").clause, Filters(date_to=f"2010-12-{day:02}", date_from=f"2010-{month:02}-{day:02}"))
            for month, day in islice(days, 24)
        ]
        begun = time.thread_time()
        for query in asked:
            engine.search(replace(query, collapse="stories" if collapses else None))
        return time.thread_time() - begun

    engine.search(Query(parse("oil").clause, collapse="stories"))
    assert is_bounded(cost, 0, 1, times=2.5)
