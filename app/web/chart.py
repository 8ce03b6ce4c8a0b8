"""The timeline as bars: geometry alone, in units of its own that the page stretches to its width."""

from __future__ import annotations

from dataclasses import dataclass

from app.api.models import Interval, Timeline, TimelineBucket
from app.web.address import DATES, Address
from app.web.pages import civil

STEP = 10
"""Width of a bucket; a bar fills all but the gap."""
GAP = 2
WIDEST = 0.03
"""Of the chart: two bars are not two walls."""
HEIGHT = 100
LEAST = 4
"""Height of a bar for one article among thousands: it is to be seen and hit."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`url` is the search within this bucket; None where it is empty."""

    x: int
    y: int
    height: int
    start: str
    end: str
    label: str
    url: Address | None


@dataclass(frozen=True, slots=True)
class Chart:
    interval: Interval
    width: int
    thick: float
    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    """Labels from the left edge to the right one."""
    most: int
    undated: int


def chart(timeline: Timeline, here: Address) -> Chart | None:
    """`here` is the search that a bar narrows. None where there is nothing to compare."""
    buckets, interval = timeline["buckets"], timeline["interval"]
    most = max((bucket["count"] for bucket in buckets), default=0)
    if len(buckets) < 2 or not most:
        return None
    bars = tuple(_bar(number, bucket, interval, most, here) for number, bucket in enumerate(buckets))
    middle = [buckets[len(buckets) // 2]["start"]] if len(buckets) > 4 else []
    ticks = tuple(_tick(day, interval) for day in (buckets[0]["start"], *middle, buckets[-1]["end"]))
    width = len(bars) * STEP
    thick = round(min(STEP - GAP, width * WIDEST), 2)
    return Chart(interval, width, thick, bars, ticks, most, timeline["undated"])


def _bar(number: int, bucket: TimelineBucket, interval: Interval, most: int, here: Address) -> Bar:
    count, start, end = bucket["count"], bucket["start"], bucket["end"]
    height = max(round(HEIGHT * count / most), LEAST) if count else 0
    label = f"{_span(start, end, interval)}: {count:,} article{'' if count == 1 else 's'}"
    url = here.without(*DATES).having(date_from=start, date_to=end) if count else None
    return Bar(number * STEP, HEIGHT - height, height, start, end, label, url)


def _span(start: str, end: str, interval: Interval) -> str:
    match interval:
        case "day":
            return civil(start)
        case "week":
            return f"{civil(start)} to {civil(end)}"
        case _:
            return _tick(start, interval)


def _tick(day: str, interval: Interval) -> str:
    return civil({"year": day[:4], "month": day[:7]}.get(interval, day))
