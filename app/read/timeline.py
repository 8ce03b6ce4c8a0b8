"""Counts over time: days of the index gathered into buckets, in order and without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from app.errors import InvalidParameter
from app.read import params as asking
from app.read.kinds import Interval
from app.read.models import Timeline, TimelineBucket
from app.search.attributes import EVERYTHING, Filters
from app.search.engine import DateCounts

# A chart of more bars than a wide screen has points shows nothing; it would only cost both ends memory.
MOST_BUCKETS = 5_000

MOST_YEARS = 300
"""Years, or decades, that `auto` makes a bucket of: as many bars can still be told apart."""
_YEAR = 365.2425
# The longest span, in days, that `auto` cuts so: about 50 to 90 buckets, and those of the longest some 300 at most.
_AUTO: tuple[tuple[float, Interval], ...] = (
    (62, "day"), (548, "week"), (2_740, "month"), (MOST_YEARS * _YEAR, "year"), (MOST_YEARS * 10 * _YEAR, "decade"),
)  # fmt: skip
# From the finest on; a month counts as its shortest.
_DAYS: dict[Interval, int] = {"day": 1, "week": 7, "month": 28, "year": 365, "decade": 3_652, "century": 36_524}


def build_timeline(
    counts: DateCounts | None, interval: Literal["auto"] | Interval, filters: Filters = EVERYTHING
) -> Timeline:
    """Gather counts from the first match to the last, or between the dates filtered by, which also cut the outer
    buckets: so each bucket counts what a search between its ends finds. Articles whose date says less than a bucket
    stand apart."""
    assert counts is not None, "the query asked for dates"
    chosen = _choose_interval(interval, counts, filters)
    precise = _precise(counts, chosen)
    imprecise = sum(counts.counts) - sum(precise.counts)
    span = _day_span(precise, filters)
    if span is None:
        return {"interval": chosen, "buckets": [], "imprecise": imprecise, "undated": counts.undated}
    _check_bucket_count(chosen, span)
    buckets = _fill_buckets(precise, chosen, *span)
    for bucket in (buckets[0], buckets[-1]):
        bucket["start"] = max(bucket["start"], filters.date_from or "")
        bucket["end"] = min(bucket["end"], filters.date_to or bucket["end"])
    return {"interval": chosen, "buckets": buckets, "imprecise": imprecise, "undated": counts.undated}


def as_share(part: DateCounts | None, whole: DateCounts | None) -> DateCounts:
    """The counts of one search as a share of those of another, of the same moment."""
    assert part is not None, "the query asked for dates"
    assert whole is not None, "the query asked for dates"
    counts, totals = dict(zip(part.days, part.counts, strict=True)), dict(zip(whole.days, whole.counts, strict=True))
    days = tuple(sorted(counts.keys() | totals.keys()))
    of_part, of_whole = (tuple(each.get(day, 0) for day in days) for each in (counts, totals))
    return DateCounts(days, of_part, of_whole, part.undated)


def _first_day(text: str) -> date:
    """The first day of a date that may be a month or a year."""
    return date.fromisoformat(asking.date_bounds(text)[0])


def _day_span(counts: DateCounts, filters: Filters) -> tuple[date, date] | None:
    """First and last day of what is filtered by, or else of what matches."""
    matched = [asking.date_bounds(day) for day, count in zip(counts.days, counts.counts, strict=True) if count]
    first = filters.date_from or min((first for first, _ in matched), default=None)
    last = filters.date_to or max((last for _, last in matched), default=None)
    return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def _precise(counts: DateCounts, interval: Interval) -> DateCounts:
    """Leave out the dates that say less than a bucket: a month is in no week of its own, a year in no month."""
    needed = {"day": 10, "week": 10, "month": 7}.get(interval, 4)
    chosen = [row for row in zip(counts.days, counts.counts, counts.totals, strict=True) if len(row[0]) >= needed]
    days, found, totals = zip(*chosen, strict=True) if chosen else ((), (), ())
    return DateCounts(days, found, totals, counts.undated)


def _choose_interval(interval: Literal["auto"] | Interval, counts: DateCounts, filters: Filters) -> Interval:
    """`auto` follows the span, but takes buckets so long that most dates can be told apart by them."""
    if interval != "auto":
        return interval
    span, total = _day_span(counts, filters), sum(counts.counts)
    days = (span[1] - span[0]).days + 1 if span else 0
    chosen: Interval = next((each for longest, each in _AUTO if days <= longest), "century")
    longer = (each for each in _DAYS if _DAYS[each] >= _DAYS[chosen])
    return next(each for each in longer if 2 * sum(_precise(counts, each).counts) >= total)


def _check_bucket_count(interval: Interval, span: tuple[date, date]) -> None:
    days = (span[1] - span[0]).days + 1
    if _is_too_fine(interval, days):
        message = f"{days:,} days are too many for buckets of a {interval}; {MOST_BUCKETS:,} buckets is the limit."
        finest = next(each for each in _DAYS if not _is_too_fine(each, days))
        raise InvalidParameter("interval", message, suggestion=finest)


def _is_too_fine(interval: Interval, days: int) -> bool:
    return days / _DAYS[interval] > MOST_BUCKETS


def _fill_buckets(counts: DateCounts, interval: Interval, first: date, last: date) -> list[TimelineBucket]:
    sums: dict[date, tuple[int, int]] = {}
    for text, count, total in zip(counts.days, counts.counts, counts.totals, strict=True):
        start = _bucket_start(_first_day(text), interval)
        counted, whole = sums.get(start, (0, 0))
        sums[start] = counted + count, whole + total
    buckets: list[TimelineBucket] = []
    for start, end in _bucket_spans(interval, first, last):
        count, total = sums.get(start, (0, 0))
        buckets.append(
            {
                "start": start.isoformat(),
                "end": end.isoformat(),
                "count": count,
                "total": total,
                "ratio": round(count / total, 4) if total else 0.0,
            }
        )
    return buckets


def _bucket_spans(interval: Interval, first: date, last: date) -> Iterator[tuple[date, date]]:
    start = _bucket_start(first, interval)
    while True:
        end = _bucket_end(start, interval)
        yield start, end
        if end >= last:
            return
        start = end + timedelta(days=1)


def _bucket_start(day: date, interval: Interval) -> date:
    match interval:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            # The calendar has no year 0: its first decade and century are a year short.
            return date(max(day.year - day.year % _YEARS[interval], 1), 1, 1)


def _bucket_end(start: date, interval: Interval) -> date:
    match interval:
        case "day":
            return start
        case "week":
            # The calendar ends in the middle of a week.
            return date.fromordinal(min(start.toordinal() + 6, date.max.toordinal()))
        case "month":
            return date.fromisoformat(asking.date_bounds(start.isoformat()[:7])[1])
        case _:
            years = _YEARS[interval]
            return date(start.year - start.year % years + years - 1, 12, 31)


_YEARS: dict[Interval, int] = {"year": 1, "decade": 10, "century": 100}
