from __future__ import annotations

import pytest

from app.enrich.passes import freight
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("They sold Saffron (268,038 dwt) and Zabala (91,000 tonnes dwt). Saffron sails.",
         {"person": "Saffron; Zabala; Saffron"}, []),
        ("Iron Kestrel - 120,000 tonnes coal, and Cape Lund, built 1989, 149,500 dwt, were fixed.",
         {"person": "Iron Kestrel", "place": "Cape Lund"}, []),
        ("Zabala, 63, sold 120,000 tonnes.", {"person": "Zabala"}, ["Zabala"]),
    ],
)  # fmt: skip
def test_what_has_a_tonnage_is_a_ship(text: str, found: dict[str, str], left: list[str]) -> None:
    article = spanned(text, **found)
    run(article, freight.ships_by_tonnage)
    assert [name for name, _ in shown(article)] == left


FREIGHT = "Freight rates rose. Vessels were chartered, and a cargo of coal was fixed for a voyage. "


@pytest.mark.parametrize(
    ("text", "found", "kinds"),
    [
        (f"{FREIGHT}They paid $7 from Zabaleta to Brandovo.", {"organization": "Zabaleta; Brandovo"}, ["place"] * 2),
        (f"{FREIGHT}Delivery Zabaleta, redelivery Skaw.", {"person": "Zabaleta; Skaw"}, ["place"] * 2),
        (f"{FREIGHT}They sold it to Zabaleta for $7.", {"organization": "Zabaleta"}, ["organization"]),
        (f"{FREIGHT}They had it from Ann Lund.", {"person": "Ann Lund"}, ["person"]),
        ("They drove from Zabaleta to Brandovo.", {"person": "Zabaleta; Brandovo"}, ["person"] * 2),
    ],
)
def test_a_cargo_goes_between_ports(text: str, found: dict[str, str], kinds: list[str]) -> None:
    article = spanned(text, **found)
    run(article, freight.ports)
    assert [kind for _, kind in shown(article)] == kinds
