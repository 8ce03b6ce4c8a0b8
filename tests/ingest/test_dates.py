from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.dates import parse_date
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
    assert parse_date(written) == date


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
        parse_date(written)


def test_where_day_and_month_may_be_either_both_readings_are_told() -> None:
    with pytest.raises(Refused, match="is 2025-05-06 or 2025-06-05: '05/06/2025'; write it as YYYY-MM-DD"):
        parse_date("05/06/2025")


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        date = parse_date(text)
    except Refused:
        return
    assert date is None or len(date) in (4, 7, 10)
