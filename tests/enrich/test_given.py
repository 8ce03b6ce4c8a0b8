from __future__ import annotations

import pytest

from app.enrich.given import variants


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
