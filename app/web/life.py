"""The life of an entity in the archive: what it was called when, and who it was named with when, drawn small."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.read.models import RelatedEntity
from app.read.params import date_bounds
from app.search.attributes import Filters
from app.search.engine import DateCounts, SearchEngine
from app.search.query import Query
from app.store.entities import StatedRole
from app.web.address import Address
from app.web.chart import Chart

TALL = 20
"""Height of a small chart, in units of its own; a bucket of the large one is 1 wide."""
NARROWEST = 1.5
"""Hundredths: what was said once is to be seen, too."""


@dataclass(frozen=True, slots=True)
class Company:
    """`path` are the bars of the articles that name both, over the buckets of the large chart; "" without one."""

    related: RelatedEntity
    together: Address
    path: str


@dataclass(frozen=True, slots=True)
class ToldWhen:
    """A role, and from where to where in the life it was told, in hundredths of that; None of each without dates."""

    role: StatedRole
    x: float | None
    width: float | None


def company(
    engine: SearchEngine, id: str, related: Sequence[RelatedEntity], chart: Chart | None, articles: Address
) -> list[Company]:
    """Return with each name when it was there, too. `articles` are all that name the entity."""
    starts = [bar.start for bar in chart.bars] if chart else []
    return [
        Company(
            each,
            Address(articles.path, (*articles.pairs, ("entity", each["id"]))),
            _bars(_dates_of_both(engine, id, each["id"]), starts) if starts else "",
        )
        for each in related
    ]


def _dates_of_both(engine: SearchEngine, id: str, other: str) -> DateCounts:
    found = engine.search(Query(filters=Filters(entity=(id, other)), sort="-date", limit=1, dates=True)).dates
    assert found is not None, "the query asked for dates"
    return found


def _bars(dates: DateCounts, starts: Sequence[str]) -> str:
    """Draw counts as one path; what is dated to a month or a year is drawn where that begins."""
    sums = [0] * len(starts)
    for day, count in zip(dates.days, dates.counts, strict=True):
        if count and (at := bisect_right(starts, date_bounds(day)[0]) - 1) >= 0:
            sums[at] += count
    most = max(sums)
    return "".join(
        f"M{n + 0.1:g} {TALL}v-{max(round(TALL * count / most), 2)}h.8V{TALL}z" for n, count in enumerate(sums) if count
    )


def roles_over_time(roles: Sequence[StatedRole], first: str | None, last: str | None) -> list[ToldWhen]:
    """Place roles in the life from `first` to `last`, the earliest first; those without a date come last."""
    if not first or not last:
        return [ToldWhen(role, None, None) for role in roles]
    begun, ended = _ordinal(first, 0), _ordinal(last, 1)
    placed = [_placed(role, begun, max(ended - begun, 1)) for role in roles]
    return sorted(placed, key=lambda each: (each.x is None, each.x))


def _placed(role: StatedRole, begun: int, days: int) -> ToldWhen:
    if role.first_date is None or role.last_date is None:
        return ToldWhen(role, None, None)
    start = 100 * (_ordinal(role.first_date, 0) - begun) / days
    width = max(100 * (_ordinal(role.last_date, 1) - begun) / days - start, NARROWEST)
    return ToldWhen(role, round(min(max(start, 0), 100 - NARROWEST), 2), round(min(width, 100), 2))


def _ordinal(day: str, end: int) -> int:
    return date.fromisoformat(date_bounds(day)[end]).toordinal()
