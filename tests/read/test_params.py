from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidParameter
from app.read.params import SearchParams, date_bounds
from app.search.attributes import Filters
from app.search.query import Word


@given(st.dates())
def test_a_day_lies_within_its_month_and_year(day: date) -> None:
    text = day.isoformat()
    assert date_bounds(text) == (text, text)
    for part in (text[:7], text[:4]):
        first, last = date_bounds(part)
        assert first <= text <= last
        assert first.startswith(part)
        assert last.startswith(part)


@pytest.mark.parametrize(
    ("text", "last"), [("2024-02", "2024-02-29"), ("1900-02", "1900-02-28"), ("9999", "9999-12-31")]
)
def test_the_last_day(text: str, last: str) -> None:
    assert date_bounds(text)[1] == last


@pytest.mark.parametrize("text", ["0000", "2025-13", "2025-00", "2025-04-31"])
def test_what_the_calendar_does_not_have(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|month|day"):
        date_bounds(text)


def test_a_query_is_the_parameters_and_the_names_resolved() -> None:
    params = SearchParams.model_validate(
        {"date": "2025-05", "entity": ["place-a", "place-a"], "facet": ["person", "person"], "limit": 3}
    )
    query = params.to_query(Word("truce"), params.filters(["place-b", "place-a"]))
    assert query.filters.entity == ("place-a", "place-b")
    assert (query.filters.date_from, query.filters.date_to) == ("2025-05-01", "2025-05-31")
    assert query.facets == ("person",)
    assert query.limit == 3


@pytest.mark.parametrize(
    ("q", "sort", "clause", "expected"),
    [
        ("truce", None, Word("truce"), "relevance"),
        ("truce", "date", Word("truce"), "date"),
        ("", None, None, "-date"),
        ("...", None, None, "-date"),
        ("", "relevance", None, "-date"),
    ],
)
def test_order(q: str, sort: str | None, clause: Word | None, expected: str) -> None:
    assert SearchParams.model_validate({"q": q, "sort": sort}).to_query(clause, Filters()).sort == expected


def test_a_day_and_bounds_exclude_each_other() -> None:
    with pytest.raises(InvalidParameter):
        SearchParams.model_validate({"date": "2025", "date_from": "2024"}).filters()
