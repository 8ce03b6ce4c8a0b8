"""Stretches of the calendar by their names: a day, a week, a month, a quarter, a year, and the days that each has."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

PATTERN = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?|-W[0-9]{2}|-Q[1-4])?"
"""What names look like: `2025`, `2025-05`, `2025-05-05`, `2025-W18`, `2025-Q2`."""


@lru_cache(maxsize=1 << 16)  # asked of every date of an index
def days_of(name: str) -> tuple[str, str]:
    """Return the first and the last day. Raises `ValueError` where the calendar has no such, or it is no name."""
    if re.fullmatch(PATTERN, name) is None:
        raise ValueError(f"{name!r} is no date")
    year = int(name[:4])
    if name[5:6] == "W":
        # The Sunday, too: the calendar ends in the midst of a week.
        monday, sunday = (date.fromisocalendar(year, int(name[6:]), day) for day in (1, 7))
        return monday.isoformat(), sunday.isoformat()
    if name[5:6] == "Q":
        month = 3 * int(name[6]) - 2
        return _whole_months(year, month, month + 2)
    if len(name) > len("2025-05"):
        return (date.fromisoformat(name).isoformat(),) * 2
    return _whole_months(year, int(name[5:]), int(name[5:])) if len(name) > len("2025") else _whole_months(year, 1, 12)


def _whole_months(year: int, first: int, last: int) -> tuple[str, str]:
    return date(year, first, 1).isoformat(), date(year, last, calendar.monthrange(year, last)[1]).isoformat()
