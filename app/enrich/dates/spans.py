"""Values of dates as ISO 8601 has them, and quarters (`2025-Q2`): made from days, and never beyond the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Granularity = Literal["day", "week", "month", "quarter", "year"]


def as_day(day: date) -> str:
    return day.isoformat()


def as_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def as_month(year: int, month: int) -> str:
    """Return a month; one beyond the year belongs to another."""
    return f"{year + (month - 1) // 12:04}-{(month - 1) % 12 + 1:02}"


def as_quarter(year: int, quarter: int) -> str:
    """Return a quarter; one beyond the year belongs to another."""
    return f"{year + (quarter - 1) // 4:04}-Q{(quarter - 1) % 4 + 1}"


def as_year(year: int) -> str:
    return f"{year:04}"


def quarter_of(day: date) -> int:
    return (day.month - 1) // 3 + 1


def granularity_of(value: str) -> Granularity:
    """Return how much of the calendar a value is."""
    if "W" in value:
        return "week"
    if "Q" in value:
        return "quarter"
    return "day" if len(value) > 7 else "month" if len(value) > 4 else "year"


def days_from(day: date, count: int) -> date:
    return day + timedelta(days=count)
