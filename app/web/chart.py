"""The timeline as bars above an axis of two lines, placed in hundredths of its width and height."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.errors import InvalidParameter
from app.read.kinds import Interval
from app.read.models import Timeline, TimelineBucket
from app.read.timeline import MOST_YEARS, build_timeline
from app.search.attributes import DATES, EVERYTHING, Filters
from app.search.engine import DateCounts
from app.web.address import Address
from app.web.axis import Tick, axis_ticks
from app.web.pages import Way, civil

FILLED = 0.8
"""Of the room of a bucket: a bar leaves a gap."""
WIDEST = 5.0
"""Of the chart: two bars are not two walls."""
HEIGHT = 100
LEAST = 4
"""Height of a bar for one article among thousands: it is to be seen and hit."""
TOWERING = 2.5
"""Times as high as all others: such a bar is broken, or it would flatten them."""
TOWERS = 10
"""One bar in so many may tower, or one at all: more are no exception."""
LONELY = 100
"""Years without an article: no archive is silent for so long, but 0202 is soon typed for 2020."""
SPARED = 10
"""One article in so many may be told of in place of being drawn."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` is where its bucket begins. A `broken` one is higher than it is drawn. `url` is the search within the bucket;
    None where it is empty."""

    x: float
    y: int
    height: int
    broken: bool
    start: str
    end: str
    value: str
    label: str
    url: Address | None


@dataclass(frozen=True, slots=True)
class Chart:
    """`step` is the width of a bucket, `thick` that of a bar. With `share`, bars tell the share of all articles."""

    interval: Interval
    step: float
    thick: float
    bars: tuple[Bar, ...]
    axis: tuple[Tick, ...]
    share: bool
    imprecise: int
    undated: int
    beyond: tuple[Way, ...] = ()
    """To the few articles that are too far away to be drawn."""


def shows_share(here: Address) -> bool:
    """Return whether the address asks for shares of all articles in place of their number."""
    asked = here.value("bars")
    if asked not in ("", "share"):
        raise InvalidParameter("bars", "Bars tell the number of articles, or their share.", suggestion="share")
    return bool(asked)


def measure_links(here: Address) -> list[Way]:
    share = shows_share(here)
    return [
        Way("Number", here.without("bars"), not share),
        Way("Share of all articles", here.having(bars="share"), share),
    ]


def search_chart(
    counts: DateCounts | None, here: Address, filters: Filters = EVERYTHING, *, share: bool = False
) -> Chart | None:
    """The chart of a search, `here` under `filters`: of its bulk, beside links to the few articles far away from it.

    With `share`, the totals of `counts` are what the bars are a share of.
    """
    assert counts is not None, "the query asked for dates"
    near = _days_to_draw(counts, filters)
    shown = DateCounts(counts.days[near], counts.counts[near], counts.totals[near], counts.undated)
    drawn = build_timeline(shown, "auto", filters)
    made = timeline_chart(drawn, here, share=share)
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


def timeline_chart(timeline: Timeline, here: Address, *, share: bool = False) -> Chart | None:
    """`here` is the search that a bar narrows. None where there is nothing to compare."""
    buckets, interval = timeline["buckets"], timeline["interval"]
    if len(buckets) < 2 or not any(bucket["count"] for bucket in buckets):
        return None
    step = 100 / len(buckets)
    top = _whole_height([_measured(bucket, share) for bucket in buckets])
    undated = here.without(*DATES)
    bars = tuple(
        _bar(round(number * step, 3), bucket, interval, top, undated, share) for number, bucket in enumerate(buckets)
    )
    axis = axis_ticks([bucket["start"] for bucket in buckets], interval)
    thick = min(step * FILLED, WIDEST)
    return Chart(
        interval, round(step, 3), round(thick, 3), bars, axis, share, timeline["imprecise"], timeline["undated"]
    )


def _measured(bucket: TimelineBucket, share: bool) -> float:
    return bucket["ratio"] if share else bucket["count"]


def _whole_height(heights: list[float]) -> float:
    """Return what the highest bar stands for: the highest of all, but for a few that tower over the others."""
    falling = sorted(filter(None, heights), reverse=True)
    most = max(len(falling) // TOWERS, 1)
    towers = [n for n in range(1, min(most + 1, len(falling) - 1)) if falling[n - 1] >= TOWERING * falling[n]]
    return falling[towers[-1]] if towers else falling[0]


def _bar(x: float, bucket: TimelineBucket, interval: Interval, top: float, undated: Address, share: bool) -> Bar:
    count, start, end = bucket["count"], bucket["start"], bucket["end"]
    part = f"{bucket['ratio']:.1%}"
    of_top = _measured(bucket, share) / top
    height = max(round(HEIGHT * min(of_top, 1)), LEAST) if count else 0
    label = f"{_bucket_label(start, end, interval)}: {count:,} article{'' if count == 1 else 's'}"
    return Bar(
        x, HEIGHT - height, height, of_top > 1, start, end, part if share else f"{count:,}",
        f"{label}, {part} of all" if share else label,
        undated.having(date_from=start, date_to=end) if count else None,
    )  # fmt: skip


def _bucket_label(start: str, end: str, interval: Interval) -> str:
    match interval:
        case "day":
            return civil(start)
        case "week":
            return f"{civil(start)} to {civil(end)}"
        case "decade" | "century":
            return f"{start[:4]} to {end[:4]}"
        case _:
            return civil(start[: len("YYYY-MM") if interval == "month" else len("YYYY")])
