"""What tells namesakes apart."""

from __future__ import annotations

import pytest

from app.read.naming import hint
from app.store.tables import Entity


@pytest.mark.parametrize(
    ("name", "country", "told"),
    [
        ("Bratislava", "CS", "Czechoslovakia"),
        ("Prague", "CZ", "Czech Republic"),
        ("Czechoslovakia", "CS", None),
        ("Lyon", "FR", "France"),
        ("Somewhere", "ZZ", None),
    ],
)
def test_a_country_is_called_as_the_entity_of_it_is(name: str, country: str, told: str | None) -> None:
    assert hint(Entity(id="place-x", type="place", name=name, folded=name, country=country)) == told
