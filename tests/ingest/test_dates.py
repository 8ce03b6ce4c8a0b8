from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.dates import parse_published, time_on
from app.ingest.readers.record import Refused


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2025", "2025"),
        (2025, "2025"),
        ("2025-05", "2025-05"),
        ("2025-05-05", "2025-05-05"),
        ("2025/5/5", "2025-05-05"),
        ("1987-02-26T15:01:01.79", "1987-02-26"),
        ("2025-05-05T23:30:00-11:00", "2025-05-05"),
        ("2025-05-05T00:30Z", "2025-05-05"),
        ("2025-05-05 23:59:59", "2025-05-05"),
        ("Mon, 05 May 2025 23:30:00 -1100", "2025-05-05"),
        ("Mon, 5 May 2025 9:30:00 +0000 (UTC)", "2025-05-05"),
        ("2025-05-05T10:00:00.123456789+05:30", "2025-05-05"),
        ("2025-05-05T10:00:00+01:00[Europe/London]", "2025-05-05"),
        ("2025-05-05 10:00:00 +0000", "2025-05-05"),
        ("2025-05-05 10:00:00.5 UTC", "2025-05-05"),
        ("2025-05-05 9:05 PM EST", "2025-05-05"),
        ("2025-05-05T100000Z", "2025-05-05"),
        ("2016-12-31T23:59:60Z", "2016-12-31"),
        ("2025-05-05T24:00", "2025-05-05"),
        ("5 May 2025", "2025-05-05"),
        ("20250505", "2025-05-05"),
        ("20250505T101500Z", "2025-05-05"),
        ("20250505101500", "2025-05-05"),
        ("2025-05-00", "2025-05"),
        ("2025-00-00 00:00:00", "2025"),
        ("Wed, 01 Jul 15 00:00:00 +0200", "2015-07-01"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06"),
        ("Mon, May 25 2020 04:45:26 +0000", "2020-05-25"),
        ("Mon May 25 04:45:26 +0000 2020", "2020-05-25"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06"),
        ("May 5, 2025", "2025-05-05"),
        ("Monday, May 5th, 2025 at 10:00 a.m. EDT", "2025-05-05"),
        ("Sept. 5, 2025, 9 pm", "2025-09-05"),
        ("december 31, 2017 ", "2017-12-31"),
        ("5-May-2025", "2025-05-05"),
        ("5. May 2025", "2025-05-05"),
        ("May 2025", "2025-05"),
        ("05.05.2025", "2025-05-05"),
        ("5.6.2025 10:00", "2025-06-05"),
        ("5/5/2025", "2025-05-05"),
        ("25/05/2025 10:00", "2025-05-25"),
        ("05/25/2025", "2025-05-25"),
        (1746439200, "2025-05-05"),
        (1746439200.5, "2025-05-05"),
        ("1746439200000", "2025-05-05"),
        ("  ", None),
        (None, None),
    ],
)
def test_dates_are_civil_and_keep_their_precision(written: str | float | None, date: str | None) -> None:
    assert parse_published(written).date == date


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2025-05-05T14:30:00+02:00", "2025-05-05T14:30:00+02:00"),
        ("2025-05-05T14:30:00Z", "2025-05-05T14:30:00Z"),
        ("2025-05-05t14:30:00.250z", "2025-05-05T14:30:00.25Z"),
        ("2025-05-05T14:30:00-00:00", "2025-05-05T14:30:00-00:00"),
        ("2025-05-05T10:00:00.123456789+05:30", "2025-05-05T10:00:00.123456+05:30"),
        ("2025-05-05T10:00:00+01:00[Europe/London]", "2025-05-05T10:00:00+01:00"),
        ("2025-05-05 14:30", "2025-05-05T14:30"),
        ("2025/5/5 9:05", "2025-05-05T09:05"),
        ("2025-05-05 00:00:00", "2025-05-05T00:00:00"),
        ("1987-02-26T15:01:01.79", "1987-02-26T15:01:01.79"),
        ("20250505T101500Z", "2025-05-05T10:15:00Z"),
        ("20250505101500", "2025-05-05T10:15:00"),
        ("2025-05-05T23:30:00-11:00", "2025-05-05T23:30:00-11:00"),
        ("2025-05-05 10:00:00 +0000", "2025-05-05T10:00:00+00:00"),
        ("2025-05-05 10:00 +5", "2025-05-05T10:00+05:00"),
        ("2025-05-05 10:00 +530", "2025-05-05T10:00+05:30"),
        ("2025-05-05 10:00:00.5 UTC", "2025-05-05T10:00:00.5Z"),
        ("2025-05-05 10:00 GMT+2", "2025-05-05T10:00+02:00"),
        ("Mon, 05 May 2025 23:30:00 -1100", "2025-05-05T23:30:00-11:00"),
        ("Mon, 5 May 2025 9:30:00 +0000 (UTC)", "2025-05-05T09:30:00+00:00"),
        ("Mon, 05 May 2025 10:00:00 GMT", "2025-05-05T10:00:00Z"),
        ("Mon, 05 May 25 10:00 EDT", "2025-05-05T10:00-04:00"),
        ("Mon May 05 2025 14:30:00 GMT+0200 (CEST)", "2025-05-05T14:30:00+02:00"),
        ("Mon May 25 04:45:26 +0000 2020", "2020-05-25T04:45:26+00:00"),
        ("2025-05-05 9:05 PM EST", "2025-05-05T21:05-05:00"),
        ("May 5, 2025, 12:15 a.m.", "2025-05-05T00:15"),
        ("May 5, 2025 at 12:15 PM", "2025-05-05T12:15"),
        ("5 May 2025 5pm", "2025-05-05T17:00"),
        ("5.5.2025 18:00", "2025-05-05T18:00"),
        ("25/05/2025 10:00", "2025-05-25T10:00"),
        # Zones that say no offset, or another one to others.
        ("2025-05-05 10:00 IST", "2025-05-05T10:00"),
        ("2025-05-05 10:00 A", "2025-05-05T10:00"),
        ("2025-05-05 10:00 IST+2", "2025-05-05T10:00"),
        (1746455400, "2025-05-05T14:30:00Z"),
        (1746455400.5, "2025-05-05T14:30:00.5Z"),
        ("1746455400250", "2025-05-05T14:30:00.25Z"),
        ("1746455400000.0", "2025-05-05T14:30:00Z"),
        # Days, months and years alone, and what no clock shows.
        ("2025-05-05", None),
        ("2025-05", None),
        ("2025-05-00T10:00:00", None),
        ("5 May 2025", None),
        ("2025-05-05T24:00", None),
        ("2016-12-31T23:59:60Z", None),
        ("2025-05-05T10:00+24:00", None),
        (None, None),
    ],
)
def test_times_are_kept_as_given_on_the_day_given(written: str | float | None, at: str | None) -> None:
    published = parse_published(written)
    assert published.at == at
    assert at is None or at[:10] == published.date


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("14:30", "2025-05-05T14:30"),
        ("14:30:05 +0200", "2025-05-05T14:30:05+02:00"),
        ("2:30 PM", "2025-05-05T14:30"),
        ("2025-05-05T14:30:00Z", "2025-05-05T14:30:00Z"),
        ("1746455400", "2025-05-05T14:30:00Z"),
        ("2025-05-06T14:30:00Z", None),
        ("2025", None),
        (1430, None),
        ("noon", None),
        ({"hour": 14}, None),
        ("9" * 1000, None),
    ],
)
def test_another_field_may_say_the_time_of_the_day(given: object, at: str | None) -> None:
    assert time_on("2025-05-05", given) == at


@pytest.mark.parametrize(
    "written",
    [
        "2025-02-30", "2025-13", "0000-01-01", "yesterday", "05/06/2025", 541350061, "2025-05-05x", "20250",
        "2024-05-05T99:99:99+99:99", "2024-05-05 25:00", "2024-05-05 10:60", "2024-05-05T10:00:61",
        "2024-05-05T10:00+99:00", "2024-05-05 10:00 and more nonsense", "5 May 2024 10:00 or so", "5 May 2024 99:00",
        "Mayo 5, 2025", "May 32, 2025", "2025-00-05", "20259905", 9999999999, 17464392001, "12/13", "5 Ma 2025",
        "5/5/25",
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_is_refused_with_the_text_seen(written: str | float) -> None:
    with pytest.raises(Refused, match=re.escape(str(written))):
        parse_published(written)


def test_where_day_and_month_may_be_either_both_readings_are_told() -> None:
    with pytest.raises(Refused, match="is 2025-05-06 or 2025-06-05: '05/06/2025'; write it as YYYY-MM-DD"):
        parse_published("05/06/2025")


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        published = parse_published(text)
    except Refused:
        return
    assert published.date is None or len(published.date) in (4, 7, 10)
    assert (published.at or "")[:10] in ("", published.date)


@given(
    st.datetimes(datetime.fromisoformat("1600-01-01"), datetime.fromisoformat("2026-12-31")),
    st.one_of(st.none(), st.integers(-23 * 60, 23 * 60)),
    st.sampled_from(["auto", "minutes", "seconds", "milliseconds"]),
)
def test_what_is_in_iso_8601_stays_the_moment_it_is(at: datetime, offset: int | None, precision: str) -> None:
    if offset is not None:
        at = at.replace(tzinfo=timezone(timedelta(minutes=offset)))
    written = at.isoformat(timespec=precision)
    found = parse_published(written)
    assert found.at is not None
    assert datetime.fromisoformat(found.at) == datetime.fromisoformat(written)
    assert found.date == written[:10]
