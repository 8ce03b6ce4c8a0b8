"""The calendar: a month with the number of articles of each day, and what appeared on one day of the year; or with the
number of those that speak of each day, and what was to happen in one week."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response

from app.archive import Archive
from app.days import days_of
from app.enrich.dates.spans import as_week
from app.errors import InvalidParameter
from app.http.deps import ArchiveDep
from app.http.prefix import prefix_of
from app.read.params import Params, date_bounds
from app.search.attributes import Filters
from app.search.engine import ArticleHit, SearchEngine
from app.search.query import Query
from app.store.mentioned import mentioned_days, mentioned_months
from app.web.address import Address
from app.web.pages import Way, civil, render_page

YEARS = 12
"""Of a day of the year, the latest that have articles: each is a search."""
_LEAP_YEAR = 2000

router = APIRouter(include_in_schema=False)


class CalendarParams(Params):
    """`of`: the days on which articles are published, or those that they speak of."""

    of: Literal["published", "mentioned"] = "published"
    month: str | None = None
    day: str | None = None
    week: str | None = None


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the month shown, and how many articles it has; `shade` is 0 without any, else 1 to 4."""

    number: int
    label: str
    count: int
    shade: int
    url: Address


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A day of the year in one year: the number of its articles, and the newest of them."""

    year: str
    count: int
    url: Address
    hit: ArticleHit


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day of a week, the number of articles that spoke of it before it came, and the newest of them."""

    day: str
    count: int
    url: Address
    hit: ArticleHit | None


@router.get("/calendar")
def show_calendar(request: Request, archive: ArchiveDep) -> Response:
    here = Address.of(request)
    params = CalendarParams.checked(dict(here.pairs))
    engine, root = archive.engine.still(), prefix_of(request.scope)
    if params.of == "mentioned":
        return _show_mentioned(request, archive, engine, here, params)
    counts = _counts_by_date(engine)
    day = _checked_day(params.day) if params.day else f"{datetime.now(UTC):%m-%d}"
    months = sorted({each[:7] for each in counts if len(each) == len("YYYY-MM-DD")})
    month = _checked_month(params.month) if params.month else (months[-1] if months else f"{datetime.now(UTC):%Y-%m}")
    return render_page(
        request, "calendar.html",
        here=here, month=month, months=month_links(here, months, month), years=_year_links(here, months, month),
        weeks=month_weeks(month, counts, root), total=sum(count for each, count in counts.items() if each[:7] == month),
        whole=Address(f"{root}/", (("date", month),)), names=calendar.day_abbr, chosen=params.day is not None,
        kinds=_kind_links(here, params), ahead=None,
        today=civil(f"{_LEAP_YEAR}-{day}").removesuffix(f" {_LEAP_YEAR}"), day=day,
        anniversaries=_anniversaries(engine, counts, day, root),
    )  # fmt: skip


def _show_mentioned(
    request: Request, archive: Archive, engine: SearchEngine, here: Address, params: CalendarParams
) -> Response:
    root = prefix_of(request.scope)
    dates = _counts_by_date(engine)
    newest = max((each for each in dates if len(each) == len("YYYY-MM-DD")), default=f"{datetime.now(UTC):%Y-%m-%d}")
    month = _checked_month(params.month) if params.month else newest[:7]
    day = newest if newest[:7] == month else f"{month}-01"
    week = _checked_week(params.week) if params.week else as_week(date.fromisoformat(day))
    with archive.database.reading() as session:
        counts, months = mentioned_days(session, month), mentioned_months(session)
        spoken = engine.search(Query(filters=_speaking_of(*date_bounds(month)), sort="-date", limit=1)).total
    return render_page(
        request, "calendar.html",
        here=here, month=month, months=month_links(here, months, month), years=_year_links(here, months, month),
        weeks=month_weeks(month, Counter(counts), root, "mentions_date"), total=spoken,
        whole=Address(f"{root}/", (("mentions_date", month),)), names=calendar.day_abbr, chosen=False,
        kinds=_kind_links(here, params), ahead=_days_ahead(engine, week, root), week=week,
        turns=_week_links(here, week),
    )  # fmt: skip


def _speaking_of(first: str, last: str) -> Filters:
    return Filters(mentions_from=first, mentions_to=last)


def _kind_links(here: Address, params: CalendarParams) -> list[Way]:
    """Return the ways between the days of publication and those that are spoken of."""
    kinds = (("published", "Published"), ("mentioned", "Spoken of"))
    return [Way(label, here.without("day", "week").having(of=kind), kind == params.of) for kind, label in kinds]


def _checked_week(week: str) -> str:
    try:
        days_of(week)
    except ValueError:
        week = ""
    # There are links to the weeks beside it, which the calendar has to have.
    if "W" not in week or not "0002" <= week < "9999":
        raise InvalidParameter("week", "A week is YYYY-Www, as in 2025-W18.")
    return week


def _days_ahead(engine: SearchEngine, week: str, root: str) -> list[DayAhead]:
    """Return each day of a week as it was spoken of by articles that appeared before it."""
    monday = date.fromisoformat(days_of(week)[0])
    return [_day_ahead(engine, monday + timedelta(number), root) for number in range(7)]


def _day_ahead(engine: SearchEngine, day: date, root: str) -> DayAhead:
    whole, before = day.isoformat(), (day - timedelta(1)).isoformat()
    asked = replace(_speaking_of(whole, whole), date_to=before)
    found = engine.search(Query(filters=asked, sort="-date", limit=1))
    url = Address(f"{root}/", (("mentions_date", whole), ("date_to", before)))
    return DayAhead(whole, found.total, url, found.hits[0] if found.hits else None)


def _week_links(here: Address, week: str) -> list[Way]:
    monday = date.fromisoformat(days_of(week)[0])
    ways = (("Week before", -7), ("Week after", 7))
    return [Way(label, here.having(week=as_week(monday + timedelta(shift)))) for label, shift in ways]


def _counts_by_date(engine: SearchEngine) -> Counter[str]:
    found = engine.search(Query(sort="-date", limit=1, dates=True)).dates
    assert found is not None, "the query asked for dates"
    return Counter(dict(zip(found.days, found.counts, strict=True)))


def _checked_day(day: str) -> str:
    """Return a day of the year, `MM-DD`, if some year has it."""
    if not _is_in_calendar(f"{_LEAP_YEAR}-{day}", len("YYYY-MM-DD")):
        raise InvalidParameter("day", "A day of the year is MM-DD.")
    return day


def _checked_month(month: str) -> str:
    if not _is_in_calendar(month, len("YYYY-MM")):
        raise InvalidParameter("month", "A month is YYYY-MM.")
    return month


def _is_in_calendar(text: str, length: int) -> bool:
    if len(text) != length or not re.fullmatch("[0-9]+(-[0-9]{2}){1,2}", text):
        return False
    try:
        date_bounds(text)
    except ValueError:
        return False
    return True


def month_weeks(month: str, counts: Counter[str], root: str, condition: str = "date") -> list[list[DayCell | None]]:
    """Return the weeks of a month, Monday first; None stands for days of the months beside it. `condition` is the
    parameter of a search that finds what is counted of a day."""
    year, number = map(int, month.split("-"))
    days = {day: counts[f"{month}-{day:02}"] for day in range(1, calendar.monthrange(year, number)[1] + 1)}
    most = max(days.values())
    return [
        [_day_cell(month, day, days[day], most, Address(f"{root}/"), condition) if day else None for day in week]
        for week in calendar.Calendar().monthdayscalendar(year, number)
    ]


def _day_cell(month: str, day: int, count: int, most: int, search: Address, condition: str) -> DayCell:
    whole = f"{month}-{day:02}"
    shade = -(-4 * count // most) if count else 0
    return DayCell(day, civil(whole), count, shade, search.having(**{condition: whole}))


def month_links(here: Address, months: list[str], month: str) -> list[Way]:
    """Return the ways to the months with articles before and after this one, as far as there are any."""
    before, after = [each for each in months if each < month], [each for each in months if each > month]
    return [Way(civil(each), here.having(month=each)) for each in (*before[-1:], *after[:1])]


def _year_links(here: Address, months: list[str], month: str) -> list[Way]:
    """Return each year with articles, and the way to its last month that has any."""
    last = {each[:4]: each for each in months}
    return [Way(year, here.having(month=each), year == month[:4]) for year, each in last.items()]


def _anniversaries(engine: SearchEngine, counts: Counter[str], day: str, root: str) -> list[Anniversary]:
    dates = sorted((each for each in counts if each[4:] == f"-{day}" and counts[each]), reverse=True)[:YEARS]
    found = []
    for each in dates:
        [hit] = engine.search(Query(filters=Filters(date_from=each, date_to=each), sort="-date", limit=1)).hits
        found.append(Anniversary(each[:4], counts[each], Address(f"{root}/", (("date", each),)), hit))
    return found
