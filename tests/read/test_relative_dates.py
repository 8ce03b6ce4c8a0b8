from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from app.read import relative_dates
from app.read.params import SearchParams
from app.read.relative_dates import settled_date


@pytest.fixture(autouse=True)
def _on_a_thirty_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relative_dates, "today", lambda: date(2024, 5, 31))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("today", "2024-05-31"),
        ("yesterday", "2024-05-30"),
        ("-1d", "2024-05-30"),
        ("-31d", "2024-04-30"),
        ("-2w", "2024-05-17"),
        ("-1m", "2024-04-30"),
        ("-3m", "2024-02-29"),
        ("-5m", "2023-12-31"),
        ("-15m", "2023-02-28"),
        ("-1y", "2023-05-31"),
        ("-2023y", "0001-05-31"),
        ("2024-05", "2024-05"),
    ],
)
def test_what_it_means_today(told: str, meant: str) -> None:
    assert settled_date(told) == meant
    assert SearchParams.checked({"date": told}).date == meant


def test_bounds_are_those_days() -> None:
    filters = SearchParams.checked({"date_from": "-7d", "date_to": "yesterday"}).filters()
    assert (filters.date_from, filters.date_to) == ("2024-05-24", "2024-05-30")


@pytest.mark.parametrize(
    "text", ["-0d", "7d", "-d", "-7", "-7h", "+7d", "-7D", "tomorrow", "Today", "-7d ", "-99999999d"]
)
def test_nothing_else_is_one(text: str) -> None:
    with pytest.raises(ValidationError, match="today, yesterday, or so long ago"):
        SearchParams.model_validate({"date_from": text})


@pytest.mark.parametrize("text", ["-2024y", "-99999y", "-99999m"])
def test_there_was_no_day_before_the_calendar(text: str) -> None:
    with pytest.raises(ValidationError, match="The calendar has no"):
        SearchParams.model_validate({"date_from": text})
