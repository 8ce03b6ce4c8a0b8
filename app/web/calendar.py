"""The calendar: a month with the number of articles of each day, and what appeared on one day of the year."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.errors import InvalidParameter
from app.http.deps import ArchiveDep
from app.http.prefix import prefix_of
from app.read.params import Params, date_bounds
from app.search.attributes import Filters
from app.search.engine import ArticleHit, SearchEngine
from app.search.query import Query
from app.web.address import Address
from app.web.pages import Way, civil, render_page

YEARS = 12
"""Of a day of the year, the latest that have articles: each is a search."""
_LEAP_YEAR = 2000

router = APIRouter(include_in_schema=False)


class CalendarParams(Params):
    month: str | None = None
    day: str | None = None


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


@router.get("/calendar")
def show_calendar(request: Request, archive: ArchiveDep) -> Response:
    here = Address.of(request)
    params = CalendarParams.checked(dict(here.pairs))
    engine, root = archive.engine.still(), prefix_of(request.scope)
    counts = _counts_by_date(engine)
    day = _checked_day(params.day) if params.day else f"{datetime.now(UTC):%m-%d}"
    months = sorted({each[:7] for each in counts if len(each) == len("YYYY-MM-DD")})
    month = _checked_month(params.month) if params.month else (months[-1] if months else f"{datetime.now(UTC):%Y-%m}")
    return render_page(
        request, "calendar.html",
        here=here, month=month, months=month_links(here, months, month), years=_year_links(here, months, month),
        weeks=month_weeks(month, counts, root), total=sum(count for each, count in counts.items() if each[:7] == month),
        whole=Address(f"{root}/", (("date", month),)), names=calendar.day_abbr, chosen=params.day is not None,
        today=civil(f"{_LEAP_YEAR}-{day}").removesuffix(f" {_LEAP_YEAR}"), day=day,
        anniversaries=_anniversaries(engine, counts, day, root),
    )  # fmt: skip


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


def month_weeks(month: str, counts: Counter[str], root: str) -> list[list[DayCell | None]]:
    """Return the weeks of a month, Monday first; None stands for days of the months beside it."""
    year, number = map(int, month.split("-"))
    days = {day: counts[f"{month}-{day:02}"] for day in range(1, calendar.monthrange(year, number)[1] + 1)}
    most = max(days.values())
    return [
        [_day_cell(month, day, days[day], most, root) if day else None for day in week]
        for week in calendar.Calendar().monthdayscalendar(year, number)
    ]


def _day_cell(month: str, day: int, count: int, most: int, root: str) -> DayCell:
    whole = f"{month}-{day:02}"
    shade = -(-4 * count // most) if count else 0
    return DayCell(day, civil(whole), count, shade, Address(f"{root}/", (("date", whole),)))


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
