"""Cursors of every engine behind the port: pages are pieces of one list, whatever happens between them."""

from __future__ import annotations

import base64
import random
from array import array
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidCursor
from app.search.attributes import Filters
from app.search.engine import ArticleHit, Document, Ranking, SearchEngine
from app.search.query import Clause, Query, Sort, parse
from tests.search.asking import SORTS, Open, doc, pages
from tests.search.generated import article, articles, bare_clauses, clauses, filters, revision


@pytest.fixture(scope="module")
def held(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    engine = opened(tmp_path_factory.mktemp("paged"))
    for number in range(4):
        engine.put(articles(75, seed=number, longest=20), sequence=number + 1)
    return engine


@settings(max_examples=40, deadline=None)
@given(
    clause=st.one_of(st.none(), clauses, bare_clauses),
    chosen=st.one_of(st.just(Filters()), filters),
    sort=st.sampled_from(SORTS),
    sizes=st.lists(st.integers(1, 130), min_size=1, max_size=4),
)
def test_pages_together_are_the_unpaged_list(
    held: SearchEngine, clause: Clause | None, chosen: Filters, sort: Sort, sizes: list[int]
) -> None:
    query = Query(clause, chosen, sort, limit=10_000, facets=("source",), dates=True)
    whole = held.search(query)
    found: list[ArticleHit] = []
    cursor, turn = None, 0
    while True:
        page = held.search(replace(query, limit=max(sizes[turn % len(sizes)], 3), cursor=cursor))
        found += page.hits
        assert (page.total, page.facets, page.dates) == (whole.total, whole.facets, whole.dates)
        cursor, turn = page.cursor, turn + 1
        if cursor is None:
            break
    assert tuple(found) == whole.hits
    assert len(found) == whole.total


def test_a_page_ends_exactly_at_the_end(engine: SearchEngine) -> None:
    engine.put([doc(n, "oil") for n in range(6)], sequence=1)
    assert [len(page.hits) for page in pages(engine, Query(parse("oil").clause, limit=3))] == [3, 3]
    assert [len(page.hits) for page in pages(engine, Query(parse("oil").clause, limit=4))] == [4, 2]
    assert [len(page.hits) for page in pages(engine, Query(parse("zzz").clause, limit=4))] == [0]


def test_of_one_score_ids_decide_whichever_came_first(engine: SearchEngine) -> None:
    engine.put([doc(n, "oil") for n in reversed(range(30))], sequence=1)
    for text in ("oil", '"oil"', "oil*"):
        found = [hit.id for page in pages(engine, Query(parse(text).clause, limit=7)) for hit in page.hits]
        assert found == [f"{n:016x}" for n in range(30)]


@settings(max_examples=15, deadline=None)
@given(
    clause=st.one_of(st.none(), bare_clauses, clauses),
    sort=st.sampled_from(SORTS),
    size=st.integers(4, 25),
    seed=st.integers(0, 10_000),
    reopen=st.booleans(),
)
def test_pages_hold_while_the_archive_moves_under_them(
    opened: Open, tmp_path_factory: pytest.TempPathFactory,
    clause: Clause | None, sort: Sort, size: int, seed: int, reopen: bool,
) -> None:  # fmt: skip
    """What was there and stays comes in its old order; what came or changed since does not come again."""
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("moving")
    engine, sequence = opened(folder), 1
    held = {document.id: document for document in articles(60, seed, longest=12)}
    engine.put(held.values(), sequence=1)
    query = Query(clause, sort=sort, limit=size)
    before = [hit.id for hit in engine.search(replace(query, limit=1000)).hits]
    found: list[str] = []
    touched: set[str] = set()
    page = engine.search(query)
    while True:
        found += [hit.id for hit in page.hits]
        assert page.total == len(before)
        if page.cursor is None:
            break
        for _ in range(chance.randrange(1, 5)):
            sequence += 1
            touched |= _move(engine, held, chance, sequence)
        engine = opened(folder) if reopen else engine
        page = engine.search(replace(query, cursor=page.cursor))
    assert len(found) == len(set(found))
    assert [id for id in found if id not in touched] == [id for id in before if id not in touched]
    assert set(found) <= set(before)


def test_a_cursor_outlives_a_merge_of_many_segments(opened: Open, tmp_path: Path) -> None:
    engine = opened(tmp_path)
    for number in range(1, 8):
        engine.put([replace(document, revised=number) for document in articles(20, seed=number)], sequence=number)
    query = Query(parse("talks OR oil OR the").clause, limit=7)
    whole = [(hit.id, hit.score) for hit in engine.search(replace(query, limit=1000)).hits]
    first = engine.search(query)
    engine.delete([f"{n:016x}" for n in range(3)], sequence=8)
    for number in range(9, 40):
        engine.put([replace(document, revised=number) for document in articles(20, seed=number)], sequence=number)
    rest = opened(tmp_path).search(replace(query, limit=1000, cursor=first.cursor))
    assert [(hit.id, hit.score) for hit in (*first.hits, *rest.hits)] == whole


@pytest.mark.parametrize(
    "garbage", ["", "x", "garbage", "AAAA", "====", "💥", "a b", "../../etc/passwd", "A" * 5000, "-_-_-_-_", "\x00"]
)
def test_garbage_is_no_cursor(held: SearchEngine, garbage: str) -> None:
    with pytest.raises(InvalidCursor):
        held.search(Query(parse("oil").clause, cursor=garbage))


@pytest.mark.parametrize("sort", SORTS)
def test_a_damaged_cursor_is_refused(held: SearchEngine, sort: Sort) -> None:
    query = Query(parse("oil talks").clause, sort=sort, limit=5)
    cursor = held.search(query).cursor
    assert cursor is not None
    for place in range(len(cursor)):
        for damaged in (cursor[:place], cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]):
            if _bytes(damaged) != _bytes(cursor):
                with pytest.raises(InvalidCursor):
                    held.search(replace(query, cursor=damaged))


def test_a_cursor_is_safe_in_a_url(held: SearchEngine) -> None:
    for sort in SORTS:
        cursor = held.search(Query(parse("oil OR the").clause, sort=sort, limit=3)).cursor
        assert cursor is not None
        assert cursor.replace("-", "").replace("_", "").isalnum()
        assert cursor.isascii()


@pytest.mark.parametrize(
    "other",
    [
        Query(parse("oil OR talk").clause, limit=5),
        Query(parse("talks OR oil").clause, limit=5),
        Query(parse("oil talks").clause, limit=5),
        Query(None, limit=5),
        Query(parse("oil OR talks").clause, Filters(source=("Harbour Wire",)), limit=5),
        Query(parse("oil OR talks").clause, sort="date", limit=5),
    ],
)
def test_the_cursor_of_another_query_is_refused(held: SearchEngine, other: Query) -> None:
    own = Query(parse("oil OR talks").clause, limit=5)
    with pytest.raises(InvalidCursor):
        held.search(replace(other, cursor=held.search(own).cursor))
    with pytest.raises(InvalidCursor):
        held.search(replace(own, cursor=held.search(other).cursor))


def test_limit_and_facets_may_change_from_page_to_page(held: SearchEngine) -> None:
    query = Query(parse("oil OR talks").clause, limit=5)
    whole = held.search(replace(query, limit=1000)).hits
    other = replace(query, limit=11, facets=("year",), facet_limit=1, dates=True, cursor=held.search(query).cursor)
    assert held.search(other).hits == whole[5:16]


def _move(engine: SearchEngine, held: dict[str, Document], chance: random.Random, sequence: int) -> set[str]:
    """Add, revise or delete a few; returns the ids that are no longer what they were."""
    some = chance.sample(sorted(held), min(len(held), 2))
    what = chance.randrange(3)
    if what == 0:
        fresh = [article(chance, f"{chance.getrandbits(64):016x}", sequence, 12) for _ in range(chance.randrange(1, 9))]
        engine.put(fresh, sequence=sequence)
        return {document.id for document in fresh}
    if what == 1:
        engine.put([revision(chance, held[id], sequence) for id in some], sequence=sequence)
    else:
        engine.delete(some, sequence=sequence)
        for id in some:
            del held[id]
    return set(some)


def _bytes(cursor: str) -> bytes:
    """What a cursor says: its last letter has bits to spare."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        return b""


def test_a_ranking_tells_where_some_of_its_articles_stand() -> None:
    ranking = Ranking(array("Q", [5, 2**64 - 1, 3]), "", 0)
    asked = [f"{number:016x}" for number in (3, 2**64 - 1, 7)]
    assert ranking.places(asked) == [(1, "f" * 16), (2, f"{3:016x}")]
    assert ranking.places([]) == []
