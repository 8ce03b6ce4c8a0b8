"""What is drawn: bars that compare, and roles where they belong."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.read.kinds import Interval
from app.read.models import Timeline
from app.search.attributes import Filters
from app.search.engine import DateCounts
from app.store.entities import StatedRole
from app.web.address import Address
from app.web.axis import COARSE, FINE, axis_ticks
from app.web.chart import HEIGHT, LEAST, WIDEST, Chart, search_chart, timeline_chart
from app.web.life import roles_over_time


def timeline(*counts: int) -> Timeline:
    buckets = [
        {"start": f"{1990 + n}-01-01", "end": f"{1990 + n}-12-31", "count": count, "total": count, "ratio": 0.0}
        for n, count in enumerate(counts)
    ]
    return {"interval": "year", "buckets": buckets, "imprecise": 0, "undated": 0}  # type: ignore[typeddict-item]


def drawn(*counts: int) -> Chart:
    made = timeline_chart(timeline(*counts), Address("/", (("q", "moon"), ("date", "1990"))))
    assert made is not None
    return made


def test_heights_compare_and_one_among_thousands_is_seen() -> None:
    assert [bar.height for bar in drawn(5_000, 2_500, 1, 0).bars] == [HEIGHT, HEIGHT // 2, LEAST, 0]
    assert all(bar.y + bar.height == HEIGHT for bar in drawn(3, 1, 0).bars)


def test_a_bar_searches_within_its_time_in_place_of_another() -> None:
    bars = drawn(3, 0, 1).bars
    assert str(bars[0].url) == "/?q=moon&date_from=1990-01-01&date_to=1990-12-31"
    assert bars[1].url is None
    assert (bars[0].label, bars[2].label) == ("1990: 3 articles", "1992: 1 article")


def test_what_is_not_dated_to_a_bucket_is_told() -> None:
    assert over("1990", "1990-01-01", "1990-02-01", "1990-03-01").imprecise == 1


@pytest.mark.parametrize("counts", [(), (7,), (0, 0, 0)])
def test_where_nothing_can_be_compared_nothing_is_drawn(counts: tuple[int, ...]) -> None:
    assert timeline_chart(timeline(*counts), Address("/")) is None


def test_few_bars_stay_narrow_and_many_keep_a_gap() -> None:
    assert drawn(1, 1).thick == WIDEST
    many = drawn(*[1] * 200)
    assert many.thick == pytest.approx(0.8 * many.step)


def test_a_year_that_towers_over_the_others_is_broken_and_does_not_flatten_them() -> None:
    assert [(bar.height, bar.broken) for bar in drawn(10, 5_000, 8, 4).bars] == [
        (HEIGHT, False), (HEIGHT, True), (80, False), (40, False),
    ]  # fmt: skip
    assert [bar.value for bar in drawn(10, 5_000, 8).bars] == ["10", "5,000", "8"]
    assert not any(bar.broken for bar in drawn(50, 40, 30, 20).bars)
    assert not any(bar.broken for bar in drawn(900, 800, 3, 2).bars), "two of four are no exception"
    assert [bar.broken for bar in drawn(900, 800, *[3] * 20).bars].count(True) == 2


def test_a_share_is_of_all_articles_of_the_bucket() -> None:
    counts = DateCounts(("2019", "2020", "2021"), (5, 5, 0), (100, 50, 10), 0)
    made = search_chart(counts, Address("/"), share=True)
    assert made is not None
    assert [(bar.height, bar.value) for bar in made.bars] == [(50, "5.0%"), (100, "10.0%")]
    assert made.bars[0].label == "2019: 5 articles, 5.0% of all"


def labels(starts: list[str], interval: Interval, line: int) -> list[str]:
    return [tick.label for tick in axis_ticks(starts, interval) if tick.line == line]


def test_an_axis_has_a_line_of_buckets_and_a_line_of_what_they_are_parts_of() -> None:
    months = [f"{2014 + n // 12}-{n % 12 + 1:02}-01" for n in range(5, 30)]
    assert labels(months, "month", 1) == ["Jul", "Oct", "Jan", "Apr", "Jul", "Oct", "Jan", "Apr"]
    assert labels(months, "month", 2) == ["2014", "2015", "2016"]
    years = [f"{year}-01-01" for year in range(1988, 2012)]
    assert labels(years, "year", 1) == ["1990", "1995", "2000", "2005", "2010"]
    assert labels(years, "year", 2) == ["1990s", "2000s", "2010s"]
    days = [f"2025-05-{day:02}" for day in range(1, 32)]
    assert labels(days, "day", 1) == ["1", "6", "11", "16", "21", "26", "31"]
    assert labels(days, "day", 2) == ["May 2025"]


@given(st.integers(1, 300), st.integers(1, 60))
def test_labels_of_an_axis_stand_apart(first: int, number: int) -> None:
    starts = [f"{1000 + first + n}-01-01" for n in range(number)]
    for line, least in ((1, 100 / FINE / 2), (2, 100 / COARSE)):
        places = [tick.x for tick in axis_ticks(starts, "year") if tick.line == line]
        assert len(places) <= FINE
        assert all(b - a >= min(least, 100 / number) - 0.02 for a, b in itertools.pairwise(places))


def over(*days: str, filters: Filters = Filters()) -> Chart:  # noqa: B008  # it cannot be changed
    ones = (1,) * len(days)
    made = search_chart(DateCounts(days, ones, ones, 0), Address("/", (("q", "moon"), ("date", "1"))), filters)
    assert made is not None
    return made


MAYS = tuple(f"2020-05-{day:02}" for day in range(1, 21))


def test_one_date_mistyped_leaves_the_others_as_they_are_and_is_told() -> None:
    made, without = over("0202-05-01", *MAYS, "9999-12-31"), over(*MAYS)
    assert (made.interval, made.bars, without.beyond) == ("day", without.bars, ())
    assert [(way.label, str(way.url)) for way in made.beyond] == [
        ("1 earlier", "/?q=moon&date_to=2020-04-30"),
        ("1 later", "/?q=moon&date_from=2020-05-21"),
    ]


@pytest.mark.parametrize(
    ("days", "filters", "interval"),
    [
        (("0001", "9999-12-31"), Filters(), "century"),
        (("0202-05-01", *MAYS), Filters(date_from="0202-01-01"), "decade"),
        (("0202-05-01", "0202-05-02", "0202-05-03", *MAYS), Filters(), "decade"),
        (("1721", "1790", "1850", "1920", *MAYS), Filters(), "year"),
        (("1620", "1690", "1750", "1820", "1880", "1950", *MAYS), Filters(), "decade"),
    ],
    ids=["two alone", "asked for", "more than one in ten", "near enough", "no gap is wide"],
)
def test_what_is_no_lonely_mistake_is_drawn(days: tuple[str, ...], filters: Filters, interval: str) -> None:
    made = over(*days, filters=filters)
    assert (made.interval, made.beyond) == (interval, ())
    assert sum(bar.url is not None for bar in made.bars) > 1


def test_decades_and_centuries_say_their_years() -> None:
    [first, *_, last] = over("0001", "9999-12-31").bars
    assert (first.label, last.label) == ("0001 to 0099: 1 article", "9900 to 9999: 1 article")
    assert str(last.url) == "/?q=moon&date_from=9900-01-01&date_to=9999-12-31"


days_of_all_times = st.lists(st.dates().map(str), min_size=3, max_size=60, unique=True).map(sorted)


@given(days_of_all_times)
def test_no_article_is_lost_and_no_chart_has_too_many_bars(days: list[str]) -> None:
    ones = (1,) * len(days)
    made = search_chart(DateCounts(tuple(days), ones, ones, 0), Address("/"))
    assert made is not None
    assert len(made.bars) <= 302
    bounds = [dict(way.url.pairs) for way in made.beyond]
    for day in days:
        inside = [bar for bar in made.bars if bar.start <= day <= bar.end]
        outside = [each for each in bounds if each.get("date_from", "") <= day <= each.get("date_to", "9999-12-31")]
        assert len(inside) + len(outside) == 1, day


def role(text: str, first: str | None = None, last: str | None = None) -> StatedRole:
    return StatedRole(text, 1, first, last)


def test_roles_stand_where_in_a_life_they_were_told() -> None:
    told = [
        role("judge", "2011", "2015-12-31"),
        role("mayor"),
        role("clerk", "2006", "2006"),
        role("don", "2015-12-31", "2015-12-31"),
    ]
    placed = roles_over_time(told, "2006-01-01", "2015-12-31")
    assert [each.role.text for each in placed] == ["clerk", "judge", "don", "mayor"]
    assert [each.x and round(each.x) for each in placed] == [0, 50, 98, None]
    assert [each.width and round(each.width) for each in placed] == [10, 50, 2, None]


@given(days_of_all_times)
def test_no_role_reaches_out_of_the_life(days: list[str]) -> None:
    for each in roles_over_time(
        [role("x", min(pair), max(pair)) for pair in itertools.pairwise(days)], days[0], days[-1]
    ):
        assert each.x is not None
        assert each.width is not None
        assert 0 <= each.x <= 100
        assert each.width > 0
        assert each.x + each.width <= 101.51
