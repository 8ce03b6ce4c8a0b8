from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidParameter
from app.read.kinds import Interval
from app.read.timeline import build_timeline
from app.search.attributes import Filters
from app.search.engine import DateCounts
from tests.served import Api


def test_gaps_are_filled(api: Api) -> None:
    answer = api.get("/v1/timeline", q="dockers", interval="week")
    assert [(b["start"], b["end"], b["count"]) for b in answer["buckets"]] == [
        ("1998-03-02", "1998-03-08", 1),
        ("1998-03-09", "1998-03-15", 0),
        ("1998-03-16", "1998-03-22", 0),
        ("1998-03-23", "1998-03-29", 1),
    ]


def test_counts_are_a_share_of_what_there_is(api: Api) -> None:
    answer = api.get("/v1/timeline", q="moscow", date="2025-05", interval="month")
    assert answer["buckets"] == [{"start": "2025-05-01", "end": "2025-05-31", "count": 1, "total": 2, "ratio": 0.5}]


def test_undated_articles_are_counted_apart(api: Api) -> None:
    assert api.get("/v1/timeline", q="lighthouses") == {
        "interval": "day",
        "buckets": [],
        "imprecise": 0,
        "undated": 1,
    }


@pytest.mark.parametrize("interval", ["auto", "day", "week", "month", "year", "decade", "century"])
def test_a_bucket_holds_what_a_search_between_its_ends_finds(api: Api, interval: str) -> None:
    answer = api.get("/v1/timeline", q="harbour", date_from="1998-03-04", date_to="2001-03", interval=interval)
    counted = [bucket for bucket in answer["buckets"] if bucket["count"]]
    assert answer["buckets"][0]["start"] == "1998-03-04"
    assert answer["buckets"][-1]["end"] == "2001-03-31"
    for bucket in counted:
        found = api.get("/v1/search", q="harbour", date_from=bucket["start"], date_to=bucket["end"], limit=1)
        assert found["total"] == bucket["count"]
    assert (
        sum(b["count"] for b in counted)
        == api.get("/v1/search", q="harbour", date_from="1998-03-04", date_to="2001-03")["total"]
    )


def test_too_many_buckets_are_refused(api: Api) -> None:
    problem = api.problem(api.http.get("/v1/timeline?interval=day&date_from=0001&date_to=9999"))
    assert problem["errors"][0]["parameter"] == "interval"
    assert problem["errors"][0]["suggestion"] == "decade"


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_what_is_suggested_in_place_of_too_many_buckets_is_served(interval: Any) -> None:
    found = counts(("0001-01-01", 1, 1), ("9999-12-31", 1, 1))
    with pytest.raises(InvalidParameter) as refused:
        build_timeline(found, interval)
    finer: Any = refused.value.suggestion
    assert finer != interval
    assert len(build_timeline(found, finer)["buckets"]) == 1_000


def test_a_decade_and_a_century_begin_in_round_years(api: Api) -> None:
    answer = api.get("/v1/timeline", q="harbour", interval="decade")
    assert [(b["start"], b["end"]) for b in answer["buckets"]] == [
        ("1990-01-01", "1999-12-31"),
        ("2000-01-01", "2009-12-31"),
    ]
    ends = [
        (b["start"], b["end"]) for b in build_timeline(counts(("0007", 1, 1), ("0100", 1, 1)), "century")["buckets"]
    ]
    assert ends == [("0001-01-01", "0099-12-31"), ("0100-01-01", "0199-12-31")]


def test_the_whole_calendar_fits_in_years(api: Api) -> None:
    answer = api.get("/v1/timeline", date_from="9990", date_to="9999", interval="week")
    assert answer["buckets"][-1]["end"] == "9999-12-31"


def counts(*days: tuple[str, int, int]) -> DateCounts:
    return DateCounts(tuple(d[0] for d in days), tuple(d[1] for d in days), tuple(d[2] for d in days), 0)


VAGUE = (("1987", 1, 2), ("1987-03", 2, 3), ("1987-03-09", 4, 5))


@pytest.mark.parametrize(
    ("interval", "buckets", "imprecise"),
    [
        ("day", [("1987-03-09", 4, 5)], 3),
        ("week", [("1987-03-09", 4, 5)], 3),
        ("month", [("1987-03-01", 6, 8)], 1),
        ("year", [("1987-01-01", 7, 10)], 0),
        ("decade", [("1980-01-01", 7, 10)], 0),
    ],
)
def test_what_a_date_does_not_say_is_counted_apart(
    interval: Any, buckets: list[tuple[str, int, int]], imprecise: int
) -> None:
    answer = build_timeline(counts(*VAGUE), interval)
    assert [(b["start"], b["count"], b["total"]) for b in answer["buckets"]] == buckets
    assert answer["imprecise"] == imprecise


def test_without_a_date_that_says_enough_there_is_no_bucket() -> None:
    expected = {"interval": "month", "buckets": [], "imprecise": 3, "undated": 0}
    assert build_timeline(counts(("1987", 3, 3)), "month") == expected


def test_auto_takes_buckets_that_most_dates_say() -> None:
    assert build_timeline(counts(("1987", 3, 3), ("1988-01-01", 2, 2)), "auto")["interval"] == "year"
    assert build_timeline(counts(("1987-02", 3, 3), ("1987-03-01", 2, 2)), "auto")["interval"] == "month"
    assert build_timeline(counts(("1987", 2, 2), ("1987-03-01", 3, 3)), "auto")["interval"] == "week"


@given(
    st.dictionaries(
        st.tuples(st.dates(date(1980, 1, 1), date(1989, 12, 31)), st.sampled_from((4, 7, 10))),
        st.integers(1, 9),
        max_size=20,
    ),
    st.sampled_from(["auto", "day", "week", "month", "year", "decade", "century"]),
)
def test_buckets_and_what_stands_apart_are_all_there_is(found: dict[tuple[date, int], int], interval: Any) -> None:
    by_date: dict[str, int] = {}
    for (day, length), count in found.items():
        by_date[day.isoformat()[:length]] = by_date.get(day.isoformat()[:length], 0) + count
    answer = build_timeline(counts(*((day, n, n) for day, n in sorted(by_date.items()))), interval)
    assert sum(b["count"] for b in answer["buckets"]) + answer["imprecise"] == sum(found.values())


DAYS = st.dates(date(1900, 1, 1), date(2030, 1, 1))


@given(
    st.dictionaries(DAYS, st.integers(1, 9), max_size=30),
    DAYS,
    DAYS,
    st.sampled_from(["auto", "day", "week", "month", "year", "decade", "century"]),
)
def test_buckets_tile_the_span_and_lose_nothing(found: dict[date, int], one: date, other: date, interval: Any) -> None:
    first, last = min(one, other), max(one, other)
    kept = {day.isoformat(): n for day, n in sorted(found.items()) if first <= day <= last}
    filters = Filters(date_from=first.isoformat(), date_to=last.isoformat())
    try:
        answer = build_timeline(counts(*((day, n, n + 1) for day, n in kept.items())), interval, filters)
    except InvalidParameter:
        assert (last - first).days > 5_000
        return
    edges = [(date.fromisoformat(b["start"]), date.fromisoformat(b["end"])) for b in answer["buckets"]]
    assert edges[0][0] == first
    assert edges[-1][1] == last
    assert all(start <= end for start, end in edges)
    assert all(edges[i][1] + timedelta(days=1) == edges[i + 1][0] for i in range(len(edges) - 1))
    assert sum(b["count"] for b in answer["buckets"]) == sum(kept.values())
    assert sum(b["total"] for b in answer["buckets"]) == sum(kept.values()) + len(kept)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2001-01-01", "day"),
        ("2001-06-01", "week"),
        ("2005-01-01", "month"),
        ("2020-01-01", "year"),
        ("2300-12-31", "year"),
        ("2301-01-01", "decade"),
        ("5001-01-01", "century"),
        ("9999-12-31", "century"),
    ],
)
def test_auto_follows_the_span(last: str, expected: Interval) -> None:
    assert build_timeline(counts(("2001-01-01", 1, 1), (last, 1, 1)), "auto")["interval"] == expected


@given(st.dates(), st.dates())
def test_auto_never_makes_more_buckets_than_can_be_drawn(one: date, other: date) -> None:
    first, last = (day.isoformat() for day in sorted((one, other)))
    assert len(build_timeline(counts((first, 1, 1), (last, 1, 1)), "auto")["buckets"]) <= 302
