"""Whom an article is about stands first."""

from __future__ import annotations

from app.read.salience import by_salience
from app.store.articles import NamedEntity

PUTIN = NamedEntity("person-vladimir-putin", "person", "Vladimir Putin", 40, 3, 900)
ADVISORY = NamedEntity("organization-dc-advisory", "organization", "DC Advisory", 30, 1, 20)
COUNTRY = NamedEntity("place-united-states", "place", "United States", 900, 3, 10)
SMITH = NamedEntity("person-smith-unresolved", "person", "Smith", 5, 9, 0)


def order(headline: str, *named: NamedEntity) -> list[str]:
    return [entity.name for entity in by_salience(named, headline, 1_000)]


def test_who_is_in_the_headline_comes_before_what_is_named_first() -> None:
    for headline in ("Putin Meets Advisers", "Advisers: Putin’s Evening", "An Evening With “Putin”"):
        assert order(headline, ADVISORY, PUTIN._replace(mentions=1)) == ["Vladimir Putin", "DC Advisory"], headline


def test_of_names_as_often_named_the_rarer_comes_first() -> None:
    assert order("Talks Go On", COUNTRY, PUTIN) == ["Vladimir Putin", "United States"]


def test_a_surname_that_is_not_told_apart_comes_last() -> None:
    assert order("Smith", SMITH, COUNTRY) == ["United States", "Smith"]


def test_an_empty_archive_and_a_name_that_is_not_counted_yet_are_no_trouble() -> None:
    assert by_salience([PUTIN._replace(article_count=0)], "", 0)[0].name == "Vladimir Putin"
    assert by_salience([], "Putin", 5) == []
