"""Facets and days of every engine behind the port, by hand; `test_reference.py` recounts them over many articles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.search.attributes import FACETS, FacetName, Filters
from app.search.engine import Bucket, DateCounts, FacetCounts, SearchEngine
from app.search.query import FacetWords, Query, parse
from app.text import folded_words
from tests.search.asking import doc, numbers


@pytest.fixture
def sorted_out(engine: SearchEngine) -> SearchEngine:
    engine.put(
        [
            doc(
                1,
                "oil",
                source="Wire",
                authors=("Jane Doe", "Oil Desk"),
                date="2001-05-05",
                place="New Delhi",
                entities=("person-a", "person-b"),
            ),
            doc(2, "oil", source="Wire", date="2001-06-05", place="NEW DELHI", entities=("person-a", "place-x")),
            doc(3, "oil", source="Post", date="2002-05-05", place="Zürich", entities=("person-b", "event-e")),
            doc(4, "oil", language="fr", entities=("organization-o",)),
            doc(5, "grain", source="Echo", entities=("person-a", "person-a")),
            doc(6, "barley", entities=("person-a", "person-b-unresolved")),
            doc(7, "barley", entities=("person-a-unresolved",)),
        ],
        sequence=5,
    )
    return engine


def test_the_articles_of_entities_are_counted_as_a_search_finds_them(sorted_out: SearchEngine) -> None:
    ids = ["person-a", "person-b", "place-x", "person-nobody", "person", "", "person-a"]
    sorted_out.delete(["0" * 15 + "2"], sequence=6)
    sorted_out.put([doc(8, "oil", entities=("place-x", "person-b"))], sequence=7)
    searched = [sorted_out.search(Query(filters=Filters(entity=(id,)), sort="-date")).total for id in ids]
    assert sorted_out.articles_naming(ids) == searched
    assert searched[:3] == [3, 3, 1]


def facet(engine: SearchEngine, name: FacetName, limit: int = 10, **filters: object) -> FacetCounts:
    chosen = Filters(**filters)  # type: ignore[arg-type]
    query = Query(parse("oil").clause, chosen, facets=(name,), facet_limit=limit, limit=0)
    return engine.search(query).facets[0]


@pytest.mark.parametrize(
    ("name", "missing", "buckets"),
    [
        ("source", 1, [("Wire", 2), ("Post", 1)]),
        ("author", 3, [("Jane Doe", 1), ("Oil Desk", 1)]),
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
    expected = FacetCounts(name, len(buckets), missing, 0, tuple(Bucket(value, count) for value, count in buckets))
    assert facet(sorted_out, name) == expected


def test_an_author_is_one_however_spelt(engine: SearchEngine) -> None:
    spelt = ("ZOË DOE", "Zoë Doe", "zoe doe", "Zoë Doe", "Jane")
    engine.put([doc(number, "oil", authors=(name,)) for number, name in enumerate(spelt, 1)], sequence=1)
    engine.put([doc(6, "oil", authors=("Zoe  Doe", "ZOË DOE"))], sequence=2)
    assert facet(engine, "author").buckets == (Bucket("Zoë Doe", 5), Bucket("Jane", 1))
    assert facet(engine, "author", limit=1) == FacetCounts("author", 2, 0, 1, (Bucket("Zoë Doe", 5),))
    for name in spelt[:4]:
        assert engine.search(Query(None, Filters(author=(name,)))).total == 5
        assert engine.search(Query(None, Filters(not_author=(name, "Nobody")))).total == 1
    engine.delete([f"{number:016x}" for number in (2, 4)], sequence=3)
    assert facet(engine, "author").buckets == (Bucket("ZOË DOE", 3), Bucket("Jane", 1))


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("source", "h", {"Harbour Wire": 2}),
        ("source", "WIRE", {"Harbour Wire": 2, "Wire (late edition)": 1}),
        ("source", "late ed", {"Wire (late edition)": 1}),
        ("source", "evening", {"The Évening Post": 1}),
        ("source", "Évening-p", {"The Évening Post": 1}),
        ("source", "bbc", {"www.bbc.example": 1}),
        ("source", "ire", {}),
        ("source", "wire harbour", {}),
        ("source", "?!", {}),
        ("author", "zoe", {"Zoë Doe": 3}),
        ("author", "doe", {"Zoë Doe": 3, "J. Doe-Smith": 1}),
        ("author", "smi", {"J. Doe-Smith": 1}),
        ("dateline", "delhi", {"NEW DELHI": 2}),
        ("language", "f", {"fr": 1}),
        ("year", "200", {"2001": 1}),
        ("month", "1998-0", {"1998-03": 1}),
    ],
)
def test_a_facet_is_searched(engine: SearchEngine, name: FacetName, typed: str, found: dict[str, int]) -> None:
    engine.put(
        [
            doc(1, "oil", source="Harbour Wire", authors=("Zoë Doe",), date="2001-05", place="New Delhi"),
            doc(2, "oil", source="The Évening Post", authors=("ZOE DOE", "J. Doe-Smith"), date="1998-03-05"),
        ],
        sequence=1,
    )
    late = doc(3, "oil", source="Wire (late edition)", authors=("Zoë Doe",), place="NEW DELHI", language="fr")
    others = [doc(4, "oil", source="www.bbc.example"), doc(5, "oil", source="Harbour Wire"), doc(6, "no", source="Hm")]
    engine.put([late, *others], sequence=2)
    query = Query(parse("oil").clause, facets=(name,), facet_words=FacetWords(folded_words(typed)), limit=0)
    [narrowed], [whole] = engine.search(query).facets, engine.search(replace(query, facet_words=None)).facets
    assert {bucket.value: bucket.count for bucket in narrowed.buckets} == found
    assert (narrowed.distinct, narrowed.other, narrowed.missing) == (len(found), 0, whole.missing)
    [first] = engine.search(replace(query, facet_limit=1)).facets
    assert (first.distinct, first.other) == (len(found), sum(found.values()) - sum(b.count for b in first.buckets))


def test_facets_of_nothing_are_searched(engine: SearchEngine) -> None:
    for found in engine.search(
        Query(facets=tuple(FACETS), facet_words=FacetWords("a", frozenset({"person-a"})))
    ).facets:
        assert found == FacetCounts(found.name, 0, 0, 0, ())


def test_entities_of_a_facet_are_narrowed_to_those_given(sorted_out: SearchEngine) -> None:
    words = FacetWords("whatever", frozenset({"person-b", "place-x", "person-unknown", "person-a-unresolved"}))
    query = Query(parse("oil").clause, facets=("person", "place", "event"), facet_words=words)
    found = {
        facet.name: [(bucket.value, bucket.count) for bucket in facet.buckets]
        for facet in sorted_out.search(query).facets
    }
    assert found == {"person": [("person-b", 2)], "place": [("place-x", 1)], "event": []}


def test_what_is_not_listed_is_counted_together(sorted_out: SearchEngine) -> None:
    assert facet(sorted_out, "month", limit=1) == FacetCounts("month", 3, 1, 2, (Bucket("2001-05", 1),))
    assert facet(sorted_out, "month", limit=0) == FacetCounts("month", 3, 1, 3, ())


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


@pytest.fixture
def vague(engine: SearchEngine) -> SearchEngine:
    dates = ("2001", "2001-02", "2001-02-03", "2001-02-28", "2000-02", "2002", None)
    # In two segments.
    engine.put([doc(number, "oil", date=day) for number, day in enumerate(dates[:3])], sequence=1)
    engine.put([doc(number, "oil", date=day) for number, day in enumerate(dates[3:], 3)], sequence=2)
    return engine


def test_a_year_has_no_month_to_be_counted_in(vague: SearchEngine) -> None:
    assert facet(vague, "year") == FacetCounts(
        "year", 3, 1, 0, (Bucket("2001", 4), Bucket("2000", 1), Bucket("2002", 1))
    )
    assert facet(vague, "month") == FacetCounts(
        "month", 2, 1, 0, (Bucket("2001-02", 3), Bucket("2000-02", 1)), imprecise=2
    )
    assert facet(vague, "source").imprecise == 0


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2001-01-01", "2001-12-31", [0, 1, 2, 3]),
        ("2001-01-01", "2001-01-31", []),
        ("2001-02-01", "2001-02-28", [1, 2, 3]),
        ("2001-02-02", "2001-12-31", [2, 3]),
        ("2001-01-01", "2001-02-27", [2]),
        ("2001-01-01", "2001-12-30", [1, 2, 3]),
        ("2000-02-01", "2000-02-28", []),
        ("2000-02-01", "2000-02-29", [4]),
        (None, "2001-12-31", [0, 1, 2, 3, 4]),
        (None, "2001-12-30", [1, 2, 3, 4]),
        ("2001-01-01", None, [0, 1, 2, 3, 5]),
        ("2001-01-02", None, [1, 2, 3, 5]),
        (None, "9999-12-31", [0, 1, 2, 3, 4, 5]),
        ("0001-01-01", "0001-12-31", []),
    ],
)
def test_a_date_is_in_a_range_where_all_of_its_days_are(
    vague: SearchEngine, first: str | None, last: str | None, found: list[int]
) -> None:
    hits = vague.search(Query(filters=Filters(date_from=first, date_to=last), dates=True))
    assert sorted(numbers(hits)) == found


def test_the_ends_of_the_calendar_have_dates_too(engine: SearchEngine) -> None:
    engine.put([doc(1, date="0001"), doc(2, date="9999"), doc(3, date="9999-12")], sequence=1)
    assert numbers(engine.search(Query(filters=Filters(date_from="9999-12-01", date_to="9999-12-31")))) == [3]
    assert numbers(engine.search(Query(filters=Filters(date_to="0001-12-31")))) == [1]
    hits = engine.search(Query(dates=True))
    assert hits.dates is not None
    assert hits.dates.days == ("0001", "9999", "9999-12")


def test_who_is_not_told_apart_is_in_no_facet_and_yet_found(sorted_out: SearchEngine) -> None:
    barley = Query(parse("barley").clause, facets=("person",))
    assert sorted_out.search(barley).facets == (FacetCounts("person", 1, 1, 0, (Bucket("person-a", 1),)),)
    named = Query(filters=Filters(entity=("person-a-unresolved",)))
    assert sorted_out.search(named).total == 1
