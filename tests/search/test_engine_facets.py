"""Facets and days of every engine behind the port, by hand; `test_reference.py` recounts them over many articles."""

from __future__ import annotations

import pytest

from app.search.engine import Bucket, DateCounts, Facet, SearchEngine
from app.search.query import FacetName, Filters, Query, parse
from tests.search.asking import doc


@pytest.fixture
def sorted_out(engine: SearchEngine) -> SearchEngine:
    engine.put(
        [
            doc(1, "oil", source="Wire", date="2001-05-05", place="New Delhi", entities=("person-a", "person-b")),
            doc(2, "oil", source="Wire", date="2001-06-05", place="NEW DELHI", entities=("person-a", "place-x")),
            doc(3, "oil", source="Post", date="2002-05-05", place="Zürich", entities=("person-b", "event-e")),
            doc(4, "oil", language="fr", entities=("organization-o",)),
            doc(5, "grain", source="Echo", entities=("person-a", "person-a")),
        ],
        sequence=5,
    )
    return engine


def facet(engine: SearchEngine, name: FacetName, limit: int = 10, **filters: object) -> Facet:
    chosen = Filters(**filters)  # type: ignore[arg-type]
    query = Query(parse("oil").clause, chosen, facets=(name,), facet_limit=limit, limit=0)
    return engine.search(query).facets[0]


@pytest.mark.parametrize(
    ("name", "missing", "buckets"),
    [
        ("source", 1, [("Wire", 2), ("Post", 1)]),
        ("dateline", 1, [("NEW DELHI", 2), ("ZURICH", 1)]),
        ("language", 0, [("en", 3), ("fr", 1)]),
        ("year", 1, [("2001", 2), ("2002", 1)]),
        ("month", 1, [("2001-05", 1), ("2001-06", 1), ("2002-05", 1)]),
        ("person", 1, [("person-a", 2), ("person-b", 2)]),
        ("organization", 3, [("organization-o", 1)]),
        ("place", 3, [("place-x", 1)]),
        ("event", 3, [("event-e", 1)]),
    ],
)
def test_counts(sorted_out: SearchEngine, name: FacetName, missing: int, buckets: list[tuple[str, int]]) -> None:
    expected = Facet(name, len(buckets), missing, 0, tuple(Bucket(value, count) for value, count in buckets))
    assert facet(sorted_out, name) == expected


def test_what_is_not_listed_is_counted_together(sorted_out: SearchEngine) -> None:
    assert facet(sorted_out, "month", limit=1) == Facet("month", 3, 1, 2, (Bucket("2001-05", 1),))
    assert facet(sorted_out, "month", limit=0) == Facet("month", 3, 1, 3, ())


def test_a_facet_leaves_its_own_filter_out(sorted_out: SearchEngine) -> None:
    assert facet(sorted_out, "source", source=("Post",)).buckets == (Bucket("Wire", 2), Bucket("Post", 1))
    assert facet(sorted_out, "year", date_from="2002-01-01").buckets == (Bucket("2001", 2), Bucket("2002", 1))
    assert facet(sorted_out, "dateline", dateline=("zurich",)).distinct == 2
    assert facet(sorted_out, "language", language=("fr",)).distinct == 2
    chosen = facet(sorted_out, "person", entity_any=("person-b",))
    assert chosen.buckets == (Bucket("person-a", 2), Bucket("person-b", 2))


def test_a_facet_keeps_every_other_filter(sorted_out: SearchEngine) -> None:
    assert facet(sorted_out, "source", date_from="2002-01-01").buckets == (Bucket("Post", 1),)
    assert facet(sorted_out, "source", not_source=("Wire",)).buckets == (Bucket("Post", 1),)
    assert facet(sorted_out, "person", entity=("person-b",)).buckets == (
        Bucket("person-b", 2),
        Bucket("person-a", 1),
    )
    assert facet(sorted_out, "event", entity_any=("person-b",)).buckets == (Bucket("event-e", 1),)
    assert facet(sorted_out, "place", entity_any=("person-b",)).missing == 2


def test_facets_come_in_the_order_asked_for(sorted_out: SearchEngine) -> None:
    hits = sorted_out.search(Query(None, facets=("year", "person", "source")))
    assert [facet.name for facet in hits.facets] == ["year", "person", "source"]


def test_days(sorted_out: SearchEngine) -> None:
    query = Query(parse("oil").clause, Filters(date_to="2001-12-31"), dates=True)
    assert sorted_out.search(query).dates == DateCounts(("2001-05-05", "2001-06-05"), (1, 1), (1, 1), 0)
    assert sorted_out.search(Query(parse("grain").clause, dates=True)).dates == DateCounts(
        ("2001-05-05", "2001-06-05", "2002-05-05"), (0, 0, 0), (1, 1, 1), 1
    )
    assert sorted_out.search(Query()).dates is None
