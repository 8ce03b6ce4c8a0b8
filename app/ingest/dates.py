"""Dates as publishers and programs write them, to a civil date in the precision given."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import date as civil_date

from app.ingest.readers.record import Refused

# A time is not kept, but one that cannot be says that the date is none either: 99:99, or a sentence after it.
_HOUR = r"(?:[01]?\d|2[0-4])"
_ZONE = rf"(?:[+-]{_HOUR}(?::?[0-5]\d)?|[A-Za-z]{{1,5}}(?:[+-]\d{{1,4}})?)"
_AFTERNOON = r"(?:\s*[AaPp]\.?[Mm]\.?)"
_SECONDS = r"(?::?(?:[0-5]\d|60)(?:[.,]\d+)?)"
_TIME = rf"{_HOUR}:?[0-5]\d{_SECONDS}?{_AFTERNOON}?(?:\s*{_ZONE})?(?:\s*[(\[][\w /]+[)\]])?"
_LATER = rf"(?:(?:,|\s+at|\s+-)?\s+(?:{_TIME}|{_HOUR}{_AFTERNOON}(?:\s*{_ZONE})?))?"
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


def parse_date(given: str | float | None) -> str | None:
    """A civil date as written, YYYY, YYYY-MM or YYYY-MM-DD: a zone is never applied. Seconds since 1970 are in UTC.

    Raises `Refused` for what cannot be read, and where day and month may be either way round.
    """
    text = " ".join(str(given).split()) if given is not None else ""
    if not text:
        return None
    year, month, day = _parts(text[:_LONGEST])
    try:
        civil_date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise Refused(f"has a date that cannot be: {text[:60]!r}") from None
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def _parts(text: str) -> tuple[str, str, str]:
    if _SECONDS_SINCE_1970.fullmatch(text):
        whole = text.partition(".")[0]
        moment = datetime.fromtimestamp(int(whole[:10]), UTC)
        return f"{moment.year:04}", str(moment.month), str(moment.day)
    if match := _EITHER(text):
        return _by_size(match, text)
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
    return _century(found["year"]), month, day


def _by_size(match: re.Match[str], text: str) -> tuple[str, str, str]:
    one, other = int(match["one"]), int(match["other"])
    if one <= 12 and other <= 12 and one != other:
        year = match["year"]
        raise Refused(
            f"has a date that is {year}-{one:02}-{other:02} or {year}-{other:02}-{one:02}: {text[:60]!r}; write it as "
            "YYYY-MM-DD"
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
