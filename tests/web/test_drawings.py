"""What is drawn: bars that compare, and a picture whose labels stay inside it."""

from __future__ import annotations

import pytest

from app.api.models import Timeline
from app.store.entities import Related
from app.store.tables import Entity
from app.web.address import Address
from app.web.chart import HEIGHT, LEAST, Chart, chart
from app.web.picture import HEIGHT as TALL
from app.web.picture import MOST, WIDTH, picture


def timeline(*counts: int) -> Timeline:
    buckets = [
        {"start": f"{1990 + n}-01-01", "end": f"{1990 + n}-12-31", "count": count, "total": count, "ratio": 0.0}
        for n, count in enumerate(counts)
    ]
    return {"interval": "year", "buckets": buckets, "undated": 0}  # type: ignore[typeddict-item]


def drawn(*counts: int) -> Chart:
    made = chart(timeline(*counts), Address("/", (("q", "moon"), ("date", "1990"))))
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


@pytest.mark.parametrize("counts", [(), (7,), (0, 0, 0)])
def test_where_nothing_can_be_compared_nothing_is_drawn(counts: tuple[int, ...]) -> None:
    assert chart(timeline(*counts), Address("/")) is None


def test_few_bars_stay_narrow_and_many_keep_a_gap() -> None:
    assert drawn(1, 1).thick < 1
    assert drawn(*[1] * 200).thick == 8


@pytest.mark.parametrize("number", [3, 7, 10, 30])
def test_the_picture_keeps_its_dots_apart_and_its_labels_inside(number: int) -> None:
    related = [Related(Entity(id=str(n), type="person", name=f"N{n}", folded=""), 30 - n, 1.0) for n in range(number)]
    nodes = picture(related)
    assert [node.count for node in nodes] == [each.count for each in related[:MOST]]
    for node in nodes:
        assert 0 <= node.label_x <= WIDTH
        assert 0 < node.label_y < TALL
        apart = [(node.x - other.x) ** 2 + (node.y - other.y) ** 2 for other in nodes if other is not node]
        assert min(apart) > (2 * node.radius) ** 2
