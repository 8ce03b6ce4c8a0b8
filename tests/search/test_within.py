"""Passages that a query asks for, each by its own words."""

from __future__ import annotations

import pytest

from app.search.query import parse
from app.search.within import PassageQuery, widened

PASSAGES = [
    "The harbours are open.",
    "to all of us",
    "U.S. ships left Harbour",
    "",
    "Ünited we stand",
    "open to all",
]


@pytest.mark.parametrize(
    ("query", "met"),
    [
        ("harbour", {0, 2}),
        ("harbour open", {0}),
        ("harbour OR open", {0, 2, 5}),
        ("-harbour", {1, 3, 4, 5}),
        ("open -harbour", {5}),
        ('"open to all"', {5}),
        ('"open all"~3', {5}),
        ("unit* OR shipz~", {2, 4}),
        ("U.S.", {1, 2}),
        ("headline:harbour", set()),
        ("nothing", set()),
    ],
)
def test_a_passage_is_asked_by_its_own_words(query: str, met: set[int]) -> None:
    clause = parse(query).clause
    assert clause is not None
    asked = PassageQuery(clause)
    assert asked.met_by(PASSAGES) == met
    assert {number for number, each in enumerate(PASSAGES) if asked.is_met_by(each)} == met
    many = PassageQuery(clause).met_by(PASSAGES * 50)
    assert many == {number for number in range(len(PASSAGES) * 50) if number % len(PASSAGES) in met}


@pytest.mark.parametrize(
    ("query", "wider"),
    [("a b", "a b"), ("a -b", "a"), ("-b", None), ("a OR -b", None), ("a AND (b OR c)", "a AND (b OR c)")],
)
def test_articles_are_asked_for_what_a_passage_must_have(query: str, wider: str | None) -> None:
    clause = parse(query).clause
    assert clause is not None
    assert widened(clause) == (parse(wider).clause if wider else None)
