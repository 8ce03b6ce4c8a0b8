from __future__ import annotations

import pytest

from app.enrich.diminutives import agree, variants

BANK, CLUB, ANN, OSLO = "organization-bank", "organization-club", "person-ann-li", "place-oslo"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("person-jim-wright", {("person-jim-wright", "person-james-wright")}),
        (
            "person-ted-de-boer-jr",
            {("person-ted-de-boer-jr", f"person-{n}-de-boer-jr") for n in ("edward", "theodore")},
        ),
        ("person-fred", set()),
        ("person-olga-wright", set()),
        ("person-jean-sen", set()),
    ],
)
def test_a_short_name_may_be_of_some(key: str, expected: set[tuple[str, str]]) -> None:
    assert set(variants(key)) == expected
    assert expected <= {pair for _, whole in expected for pair in variants(whole)}


def test_no_name_is_both_short_and_whole() -> None:
    shorts, wholes = zip(
        *(pair for name in ("jim", "ted", "al", "james", "edward") for pair in variants(f"person-{name}-x")),
        strict=True,
    )
    assert not set(shorts) & set(wholes)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({BANK: 1.0, ANN: 1.0}, {BANK: 0.5, ANN: 0.5}, True),
        ({BANK: 1.0, ANN: 0.1}, {BANK: 0.5, ANN: 0.5}, False),  # in few of the articles
        ({BANK: 1.0, OSLO: 1.0}, {BANK: 1.0, OSLO: 1.0}, False),  # whoever is written about there
        ({BANK: 1.0, ANN: 1.0}, {CLUB: 1.0}, False),
        ({BANK: 1.0, ANN: 0.1, CLUB: 0.9}, {BANK: 0.3, ANN: 0.3, CLUB: 0.6}, True),
        ({}, {}, False),
    ],
)
def test_two_names_are_of_one_who_keeps_the_same_company(
    one: dict[str, float], other: dict[str, float], expected: bool
) -> None:
    assert agree(one, other) is agree(other, one) is expected
