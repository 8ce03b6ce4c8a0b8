"""The timeline as bars, in units of its own that the page stretches to its width."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.read.models import Interval, Timeline, TimelineBucket
from app.read.timeline import MOST_YEARS, build_timeline
from app.search.attributes import DATES, EVERYTHING, Filters
from app.search.engine import DateCounts
from app.web.address import Address
from app.web.pages import Way, civil

STEP = 10
"""Width of a bucket; a bar fills all but the gap."""
GAP = 2
WIDEST = 0.03
"""Of the chart: two bars are not two walls."""
HEIGHT = 100
LEAST = 4
"""Height of a bar for one article among thousands: it is to be seen and hit."""
LONELY = 100
"""Years without an article: no archive is silent for so long, but 0202 is soon typed for 2020."""
SPARED = 10
"""One article in so many may be told of in place of being drawn."""


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
    imprecise: int
    undated: int
    beyond: tuple[Way, ...] = ()
    """To the few articles that are too far away to be drawn."""


def search_chart(counts: DateCounts | None, here: Address, filters: Filters = EVERYTHING) -> Chart | None:
    """The chart of a search, `here` under `filters`: of its bulk, beside links to the few articles far away from it."""
    assert counts is not None, "the query asked for dates"
    near = _days_to_draw(counts, filters)
    shown = DateCounts(counts.days[near], counts.counts[near], counts.totals[near], counts.undated)
    drawn = build_timeline(shown, "auto", filters)
    made = timeline_chart(drawn, here)
    return made and replace(made, beyond=tuple(_links_beyond(counts.counts, near, drawn["buckets"], here)))


def _days_to_draw(counts: DateCounts, filters: Filters) -> slice:
    """Return which days to draw: all, unless they are too many for years and without the few that stand alone they are
    not."""
    years = [int(day[:4]) for day in counts.days]
    articles = Counter[int]()
    for year, count in zip(years, counts.counts, strict=True):
        articles[year] += count
    total = articles.total()
    for bound in filter(None, (filters.date_from, filters.date_to)):
        # It was asked for and stays: it weighs as much as all articles.
        articles[int(bound[:4])] += total
    # Of two articles, neither stands alone.
    bulk = _bulk(sorted(+articles), articles, max(total // SPARED, 1) if total > 2 else 0)
    return slice(bisect_left(years, bulk[0]), bisect_right(years, bulk[-1])) if bulk else slice(0, len(years))


def _bulk(years: list[int], articles: Counter[int], spare: int) -> list[int]:
    """Return as many of `years` as can be drawn, without at most `spare` articles; none where more would be lost."""
    if not years or years[-1] - years[0] < MOST_YEARS:
        return years
    at = max(range(1, len(years)), key=lambda n: years[n] - years[n - 1])
    few, many = sorted((years[:at], years[at:]), key=lambda part: sum(articles[year] for year in part))
    spare -= sum(articles[year] for year in few)
    return _bulk(many, articles, spare) if years[at] - years[at - 1] >= LONELY and spare >= 0 else []


def _links_beyond(counts: tuple[int, ...], near: slice, buckets: list[TimelineBucket], here: Address) -> Iterator[Way]:
    """No bucket reaches to what is left out, so the search beside the outer one finds just that."""
    first, last, step = buckets[0]["start"], buckets[-1]["end"], timedelta(days=1)
    if number := sum(counts[: near.start]):
        until = date.fromisoformat(first) - step
        yield Way(f"{number:,} earlier", here.without(*DATES).having(date_to=until.isoformat()))
    if number := sum(counts[near.stop :]):
        since = date.fromisoformat(last) + step
        yield Way(f"{number:,} later", here.without(*DATES).having(date_from=since.isoformat()))


def timeline_chart(timeline: Timeline, here: Address) -> Chart | None:
    """`here` is the search that a bar narrows. None where there is nothing to compare."""
    buckets, interval = timeline["buckets"], timeline["interval"]
    most = max((bucket["count"] for bucket in buckets), default=0)
    if len(buckets) < 2 or not most:
        return None
    bars = tuple(_bar(number, bucket, interval, most, here) for number, bucket in enumerate(buckets))
    middle = [buckets[len(buckets) // 2]["start"]] if len(buckets) > 4 else []
    ticks = tuple(_tick_label(day, interval) for day in (buckets[0]["start"], *middle, buckets[-1]["end"]))
    width = len(bars) * STEP
    thick = round(min(STEP - GAP, width * WIDEST), 2)
    return Chart(interval, width, thick, bars, ticks, most, timeline["imprecise"], timeline["undated"])


def _bar(number: int, bucket: TimelineBucket, interval: Interval, most: int, here: Address) -> Bar:
    count, start, end = bucket["count"], bucket["start"], bucket["end"]
    height = max(round(HEIGHT * count / most), LEAST) if count else 0
    label = f"{_bucket_label(start, end, interval)}: {count:,} article{'' if count == 1 else 's'}"
    url = here.without(*DATES).having(date_from=start, date_to=end) if count else None
    return Bar(number * STEP, HEIGHT - height, height, start, end, label, url)


def _bucket_label(start: str, end: str, interval: Interval) -> str:
    match interval:
        case "day":
            return civil(start)
        case "week":
            return f"{civil(start)} to {civil(end)}"
        case "decade" | "century":
            return f"{start[:4]} to {end[:4]}"
        case _:
            return _tick_label(start, interval)


def _tick_label(day: str, interval: Interval) -> str:
    match interval:
        case "day" | "week":
            return civil(day)
        case "month":
            return civil(day[:7])
        case _:
            return day[:4]
