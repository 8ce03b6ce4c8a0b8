from __future__ import annotations

import pytest

from app.days import days_of


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-05-05", "2025-05-05", "2025-05-05"),
        ("2025-W01", "2024-12-30", "2025-01-05"),
        ("2025-Q2", "2025-04-01", "2025-06-30"),
    ],
)
def test_a_name_of_the_calendar_has_its_days(name: str, first: str, last: str) -> None:
    assert days_of(name) == (first, last)


@pytest.mark.parametrize(
    "name", ["", "20", "2025-13", "2025-02-30", "2025-W54", "9999-W52", "2025-Q5", "2025-5-5", "0000", "٢٠٢٥"]
)
def test_what_the_calendar_has_not_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        days_of(name)
