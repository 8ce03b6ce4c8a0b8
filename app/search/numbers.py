"""What engines keep of an article as a number: when it was published, how exactly that is known, its group."""

from __future__ import annotations

from datetime import date, datetime, timedelta


def day_number(day: str | None) -> int:
    """``"2025-05-05"`` -> days since 0001-01-01; a year or a month counts as its first day, no date as 0."""
    if not day:
        return 0
    year, month, dom = (*map(int, day.split("-")), 1, 1)[:3]
    return date(year, month, dom).toordinal()


def time_number(published_at: str | None) -> int:
    """Return where in its day an article stands: 0 without a time, else the milliseconds since a day before it began in
    UTC, plus one. So times with different offsets compare as what they are; one without is taken for UTC."""
    if not published_at:
        return 0
    moment = datetime.fromisoformat(published_at)
    since = timedelta(days=1, hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    since += timedelta(microseconds=moment.microsecond) - (moment.utcoffset() or timedelta())
    return since // timedelta(milliseconds=1) + 1


def precision(day: str | None) -> int:
    """Return how many parts a date has: 1 for a year, 2 for a month, 3 for a day, 0 for none."""
    return day.count("-") + 1 if day else 0


def group_number(group: str | None) -> int:
    """Return an article's id as a number with a sign, which an array of them holds; 0 for none."""
    return int.from_bytes(bytes.fromhex(group), signed=True) if group else 0
