"""Dates as publishers and programs write them, to a civil date in the precision given, and to the time of that day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import date as civil_date
from typing import Literal, NamedTuple

from app.ingest.readers.record import Refused

# A time that cannot be says that the date is none either: 99:99, or a sentence after it.
_HOUR = r"(?:[01]?\d|2[0-4])"
_ZONE = rf"(?:[+-]{_HOUR}(?::?[0-5]\d)?|[A-Za-z]{{1,5}}(?:[+-]\d{{1,4}})?)"
_AFTERNOON = r"(?:\s*[AaPp]\.?[Mm]\.?)"
_SECONDS = r"(?::?(?:[0-5]\d|60)(?:[.,]\d+)?)"
_COMMENT = r"(?:\s*[(\[][\w /]+[)\]])"
_CLOCK = rf"{_HOUR}:?[0-5]\d{_SECONDS}?{_AFTERNOON}?(?:\s*{_ZONE})?{_COMMENT}?"
_TIME = rf"(?P<time>{_CLOCK})"
_LATER = rf"(?:(?:,|\s+at|\s+-)?\s+(?P<time>{_CLOCK}|{_HOUR}{_AFTERNOON}(?:\s*{_ZONE})?))?"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?,?\s+)?"
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
# Seconds, or milliseconds, since 1970, from 2001 to 2096: fewer digits, and more, may be anything.
_SECONDS_SINCE_1970 = re.compile(r"[1-3]\d{9}(?:\.\d+)?|[1-3]\d{12}(?:\.0+)?", re.ASCII)
_LONGEST = 100
_EARLIEST = "1600-01-01"
DateOrder = Literal["day", "month"]
"""Which comes first in 5/6/2025."""


def _notation(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE).fullmatch


_NOTATIONS = tuple(
    map(
        _notation,
        (
            # 2025, 2025-05, 2025-05-05, 2025-05-05T10:00:00Z
            rf"(?P<year>\d{{4}})(?:[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}})(?:(?:T|\s)\s*{_TIME})?)?)?",
            # 20250505, 20250505T101500Z, 20250505101500
            rf"(?P<year>(?:1[5-9]|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:(?:T|\s)?{_TIME})?",
            # 5 May 2025, Mon, 05 May 2025 10:00:00 GMT, 5-May-2025, 01 Jul 15
            rf"{_DAY}{_NUMBER}(?:\s+|-)(?:of\s+)?{_MONTH},?(?:\s+|-)(?P<year>\d{{4}}|\d\d){_LATER}",
            # May 5, 2025, Monday, May 5th, 2025, 10:00 a.m. EDT, Mon, May 25 2020 04:45:26 +0000
            rf"{_DAY}{_MONTH}\s*{_NUMBER}(?:,\s*|\s+)(?P<year>\d{{4}}){_LATER}",
            # Mon May 25 04:45:26 +0000 2020, as C and Twitter have it
            rf"{_DAY}{_MONTH}\s+{_NUMBER}\s+{_TIME}\s+(?P<year>\d{{4}})",
            # May 2025
            rf"{_MONTH},?\s+(?P<year>\d{{4}})",
            # 5.5.2025: with stops the day always comes first
            rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_LATER}",
        ),
    )
)
_EITHER = _notation(rf"(?P<one>\d{{1,2}})([-/])(?P<other>\d{{1,2}})\2(?P<year>\d{{4}}){_LATER}")


_PARTS_OF_CLOCK = re.compile(
    rf"(?P<hour>{_HOUR})(?::?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d|60)(?:[.,](?P<fraction>\d+))?)?)?"
    rf"(?:\s*(?P<half>[ap])\.?m\.?)?(?:\s*(?P<zone>{_ZONE}))?{_COMMENT}?",
    re.ASCII | re.IGNORECASE,
)
_PARTS_OF_ZONE = re.compile(r"(?P<name>[a-z]*)(?P<sign>[+-]?)(?P<hours>\d{1,2}?)?:?(?P<minutes>\d\d)?", re.IGNORECASE)
# The names that RFC 2822 gives a meaning. Any other is of several zones, or of none.
_ZONES = {
    "Z": "Z", "UT": "Z", "UTC": "Z", "GMT": "Z", "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00",
    "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00",
}  # fmt: skip
_FINEST = 6
"""Digits of a second that are kept: what Python and JSON readers know."""


class Published(NamedTuple):
    """`date` is civil, in the precision given. `at` is that day with the time and the offset that were given, in ISO
    8601: no offset where none was, None where there was no time, or none that a clock shows (24:00)."""

    date: str | None = None
    at: str | None = None


def parse_published(given: str | float | None, order: DateOrder | None = None) -> Published:
    """Read when something was published: a zone is never applied. Seconds since 1970 are in UTC.

    Raises `Refused` for what cannot be read, for a date before 1600 or more than a year ahead, and where day and month
    may be either way round and `order` does not say which comes first.
    """
    text = " ".join(str(given).split()) if given is not None else ""
    if not text:
        return Published()
    year, month, day, clock = _parts(text[:_LONGEST], order)
    try:
        civil_date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise Refused(f"has a date that cannot be: {text[:60]!r}") from None
    date = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
    _check_age(date, text)
    return Published(date, _at(date, clock) if day and clock else None)


def time_on(day: str, given: object) -> str | None:
    """Return the day with the time that another field says, alone (`14:30`) or with the same day; None where it does
    not."""
    if not isinstance(given, str | int | float) or len(text := " ".join(str(given).split())) > _LONGEST:
        return None
    # Bare digits are rather a number.
    if ":" in text and (at := _at(day, text)):
        return at
    try:
        published = parse_published(text)
    except Refused:
        return None
    return published.at if published.date == day else None


def order_shown(given: object) -> DateOrder | None:
    """Return which comes first in a date of digits that can only be one way round, None for any other."""
    match = _EITHER(" ".join(given.split())[:_LONGEST]) if isinstance(given, str) else None
    if match is None or int(match["one"]) <= 12 >= int(match["other"]):
        return None
    return "day" if int(match["one"]) > 12 else "month"


def _check_age(date: str, text: str) -> None:
    """Typing errors: there was no newspaper before 1605, and none is dated more than a year ahead."""
    latest = (datetime.now(UTC) + timedelta(days=366)).date().isoformat()
    if date < _EARLIEST[: len(date)]:
        raise Refused(f"has a date before {_EARLIEST[:4]}: {text[:60]!r}")
    if date > latest[: len(date)]:
        raise Refused(f"has a date more than a year ahead: {text[:60]!r}")


def _parts(text: str, order: DateOrder | None) -> tuple[str, str, str, str]:
    """Year, month, day and time, "" for those that are not said."""
    if _SECONDS_SINCE_1970.fullmatch(text):
        return _since_1970(*text.partition(".")[::2])
    if match := _EITHER(text):
        return (*_by_size(match, text, order), match["time"] or "")
    found = next((match.groupdict() for notation in _NOTATIONS if (match := notation(text))), None)
    if found is None or (found.get("name") and not _month(found["name"])):
        raise Refused(f"has a date that cannot be read: {text[:60]!r}")
    month = _month(found["name"]) if found.get("name") else found["month"] or ""
    day = found.get("day") or ""
    # Of a day or month that is not known, databases write zeros.
    if not int(day or 1):
        day = ""
    if not int(month or 1) and not day:
        month = ""
    return _century(found["year"]), month, day, found.get("time") or ""


def _since_1970(whole: str, fraction: str) -> tuple[str, str, str, str]:
    moment = datetime.fromtimestamp(int(whole[:10]), UTC)
    fraction = whole[10:] or fraction
    clock = f"{moment:%H:%M:%S}{'.' if fraction else ''}{fraction}Z"
    return f"{moment.year:04}", str(moment.month), str(moment.day), clock


def _at(day: str, clock: str) -> str | None:
    """The time of a day as a clock shows it."""
    found = _PARTS_OF_CLOCK.fullmatch(clock)
    if found is None:
        return None
    hour = int(found["hour"])
    if found["half"] and hour <= 12:
        hour = hour % 12 + 12 * (found["half"] in "pP")
    second = f":{found['second']}" if found["second"] else ""
    fraction = (found["fraction"] or "")[:_FINEST].rstrip("0")
    at = f"{day}T{hour:02}:{found['minute'] or '00'}{second}{'.' if fraction else ''}{fraction}{_offset(found['zone'])}"
    try:
        datetime.fromisoformat(at)
    except ValueError:
        return None
    return at


def _offset(zone: str | None) -> str:
    """`+0530` -> `+05:30`, `GMT+2` -> `+02:00`; "" where none is said, or by a name that says none to all."""
    found = _PARTS_OF_ZONE.fullmatch(zone or "")
    if found is None:
        return ""
    known = _ZONES.get(found["name"].upper(), "")
    if not found["sign"]:
        return known
    return (
        f"{found['sign']}{found['hours']:0>2}:{found['minutes'] or '00'}" if known == "Z" or not found["name"] else ""
    )


def _by_size(match: re.Match[str], text: str, order: DateOrder | None) -> tuple[str, str, str]:
    one, other = int(match["one"]), int(match["other"])
    if order is not None and one <= 12 and other <= 12:
        month, day = (other, one) if order == "day" else (one, other)
        return match["year"], str(month), str(day)
    if one <= 12 and other <= 12 and one != other:
        year = match["year"]
        raise Refused(
            f"has a date that is {year}-{one:02}-{other:02} or {year}-{other:02}-{one:02}: {text[:60]!r}; write it as "
            "YYYY-MM-DD, or say which comes first: --date-order day or month"
        )
    month, day = (one, other) if one <= 12 else (other, one)
    return match["year"], str(month), str(day)


def _month(name: str) -> str:
    """The number of a month by its name or the first three or four letters of it, "" where there is none."""
    name = name.lower()
    number = next((n for n, whole in enumerate(_MONTHS, 1) if whole.startswith(name)), 0)
    return str(number or "")


def _century(year: str) -> str:
    """Two digits as the standard for mail reads them: 50 to 99 are of the twentieth century."""
    return year if len(year) == 4 else f"{19 + (int(year) < 50)}{year}"
