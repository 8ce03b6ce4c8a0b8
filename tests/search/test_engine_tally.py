"""Counts of many values at once are what single searches count, in every engine behind the port."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ids import UNRESOLVED
from app.read.params import date_bounds
from app.search.attributes import FACETS, Filters
from app.search.engine import AxisName, SearchEngine
from app.search.query import And, Clause, Query, Word
from tests.search.asking import Open, doc
from tests.search.generated import ENTITIES, articles, clauses, filters

NAMES: tuple[AxisName, ...] = (*FACETS, "type")
COUNTED: tuple[Literal["word", "person", "source", "author"], ...] = ("word", "person", "source", "author")
OPEN = filters.map(lambda chosen: replace(chosen, entity_any=(), source=(), author=(), dateline=(), language=()))
"""Without those that choose among values: a search for a further value would widen them."""


@pytest.fixture(scope="module")
def held(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    engine = opened(tmp_path_factory.mktemp("tallied"))
    documents = [list(articles(60, seed=number, longest=20)) for number in range(3)]
    for number, some in enumerate(documents, 1):
        engine.put(some, sequence=number)
    engine.delete([each.id for each in documents[1][::9]], sequence=4)
    return engine


def with_value(query: Query, name: AxisName, value: str) -> Query:
    """Return the search for those of the articles that have a value, too."""
    chosen = query.filters
    if name == "type":
        named = tuple(id for id in ENTITIES if id.startswith(f"{value}-") and not id.endswith(UNRESOLVED))
        return replace(query, filters=replace(chosen, entity_any=named))
    if name in ("year", "month"):
        first, last = date_bounds(value)
        bounds = max(chosen.date_from or first, first), min(chosen.date_to or last, last)
        return replace(query, filters=replace(chosen, date_from=bounds[0], date_to=bounds[1]))
    parameter = FACETS[name].filters[0]
    wanted: dict[str, Any] = {parameter: (*chosen.of(parameter), value)}
    return replace(query, filters=replace(chosen, **wanted))


@settings(max_examples=25, deadline=None)
@given(clause=st.one_of(st.none(), clauses), chosen=OPEN, rows=st.sampled_from(NAMES), columns=st.sampled_from(NAMES))
def test_cells_and_totals_of_a_table_are_those_of_single_searches(
    held: SearchEngine, clause: Clause | None, chosen: Filters, rows: AxisName, columns: AxisName
) -> None:
    if rows == columns == "type" or {rows, columns} == {"year", "month"}:
        columns = "source"
    query = Query(clause, chosen, sort="-date", limit=1)
    table = held.cross(query, rows, columns, limits=(6, 5))
    assert table.total == held.search(query).total
    for axis in (table.rows, table.columns):
        assert axis.totals == tuple(held.search(with_value(query, axis.name, value)).total for value in axis.values)
        if axis.name in ("year", "month"):
            assert list(axis.values) == sorted(axis.values)
        else:
            ordered = list(zip(axis.totals, axis.values, strict=True))
            assert all(one[0] > other[0] or one[1] < other[1] for one, other in pairwise(ordered))
    for (row, value), (column, other) in product(enumerate(table.rows.values), enumerate(table.columns.values)):
        both = with_value(with_value(query, rows, value), columns, other)
        if rows == columns:
            both = with_value(query, rows, value) if value == other else both
            if value != other and FACETS[rows].filters[0] != "entity":  # type: ignore[index]
                continue
        assert table.cells[row][column] == held.search(both).total, (value, other)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.none(), clauses), OPEN), min_size=2, max_size=3), st.data())
def test_a_tally_counts_what_each_of_several_searches_finds(
    held: SearchEngine, asked: list[tuple[Clause | None, Filters]], data: st.DataObject
) -> None:
    queries = [Query(clause, chosen, sort="-date", limit=1) for clause, chosen in asked]
    name = data.draw(st.sampled_from(COUNTED))
    counted = held.tally(queries, name, 1)
    assert counted.totals == tuple(held.search(query).total for query in queries)
    assert list(counted.values) == list(dict.fromkeys(counted.values))
    if not counted.values:
        return
    place = data.draw(st.integers(0, len(counted.values) - 1))
    value = counted.values[place]
    if name == "word":
        label = held.usual_words([value]).get(value)
        if label is None:
            return
        narrowed = [replace(each, clause=_with_word(each.clause, label)) for each in queries]
    else:
        narrowed = [with_value(each, name, value) for each in queries]
    assert counted.counts[:, place].tolist() == [held.search(each).total for each in narrowed]
    frequent = held.tally(queries, name, 30)
    sums = dict(zip(counted.values, counted.counts.sum(axis=0).tolist(), strict=True))
    assert set(frequent.values) == {value for value, total in sums.items() if total >= 30}


def _with_word(clause: Clause | None, word: str) -> Clause:
    return Word(word) if clause is None else And((clause, Word(word)), explicit=True)


def test_what_has_no_value_is_told_and_periods_are_the_last(engine: SearchEngine) -> None:
    engine.put(
        [
            doc(1, "oil", date="1998-05-05", source="Wire", entities=("person-a", "place-x")),
            doc(2, "oil", date="1999-05", source="Wire", entities=("person-a", "person-b")),
            doc(3, "oil", date="2000", entities=("person-b-unresolved",)), doc(4, "oil"), doc(5, "grain", date="1990"),
        ],
        sequence=1,
    )  # fmt: skip
    query = Query(Word("oil"))
    table = engine.cross(query, "person", "year", limits=(10, 2))
    assert (table.rows.values, table.rows.totals, table.rows.missing) == (("person-a", "person-b"), (2, 1), 2)
    assert (table.columns.values, table.columns.distinct, table.columns.missing) == (("1999", "2000"), 3, 1)
    assert table.cells == ((1, 0), (1, 0))
    table = engine.cross(query, "type", "month", limits=(10, 10))
    assert (table.rows.values, table.cells) == (("person", "place"), ((1, 1), (1, 0)))
    empty = engine.cross(Query(Word("nowhere")), "source", "author", limits=(10, 10))
    assert (empty.total, empty.rows.values, empty.cells) == (0, (), ())
    assert engine.usual_words(["oil", "nothing"]) == {"oil": "oil"}
