from __future__ import annotations

import pytest

from app.enrich import offices


@pytest.mark.parametrize(
    ("before", "name", "nation"),
    [
        ("the West German ", "Finance Ministry", "West Germany"),
        ("", "Israeli Foreign Ministry", "Israel"),
        ("Brazil's ", "Central Bank", "Brazil"),
        ("Brazil’s ", "Central Bank", "Brazil"),
        ("", "Japans Finance Ministry", "Japan"),
        ("", "U.S. Navy", "United States"),
        ("said the ", "Foreign Ministry", None),
    ],
)
def test_an_office_is_of_the_country_before_it(before: str, name: str, nation: str | None) -> None:
    office = offices.find(name, before + name, len(before))
    assert office is not None
    assert (office.nation.name if office.nation else None) == nation


@pytest.mark.parametrize("name", ["Paxar Corp", "Deutsche Bank", "Bank of England", "World Bank"])
def test_a_name_of_its_own_is_no_such_office(name: str) -> None:
    assert offices.find(name, name, 0) is None
