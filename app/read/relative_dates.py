"""Dates that are told from today: `today`, `yesterday`, `-7d`, `-2w`, `-3m`, `-1y`."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

PATTERN = r"today|yesterday|-[1-9][0-9]{0,4}[dwmy]"
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "y": 12}


def today() -> date:
    """Return the day that it is where the server stands."""
    return date.today()  # noqa: DTZ011  # civil dates have no zone; people mean their own day


def is_relative(text: str) -> bool:
    return re.fullmatch(PATTERN, text) is not None


def settled_date(text: str) -> str:
    """Return the day that a relative date means now, and any other text as it is; `ValueError` where the calendar has
    no such day. A month that is too short has its last day instead."""
    if not is_relative(text):
        return text
    if text in ("today", "yesterday"):
        return (today() - timedelta(days=text == "yesterday")).isoformat()
    count, unit = int(text[1:-1]), text[-1]
    try:
        day = today() - timedelta(days=count * _DAYS[unit]) if unit in _DAYS else _months_ago(count * _MONTHS[unit])
    except OverflowError as error:
        raise ValueError(text) from error
    return day.isoformat()


def _months_ago(count: int) -> date:
    now = today()
    year, month = divmod(now.year * 12 + now.month - 1 - count, 12)
    if year < 1:
        raise OverflowError(count)
    return date(year, month + 1, min(now.day, calendar.monthrange(year, month + 1)[1]))
