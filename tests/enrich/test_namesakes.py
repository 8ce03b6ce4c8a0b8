"""Two of one name: each article as its letter, what it says of the person, and what else it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import permutations
from typing import NamedTuple

import pytest

from app.enrich.namesakes import may_differ, part_namesakes


class Told(NamedTuple):
    roles: str
    company: str
    name: str = "Michael Jackson"


def told_apart(articles: Mapping[str, Told]) -> dict[str, str]:
    def company(wanted: Collection[str]) -> dict[str, set[str]]:
        return {article: set(articles[article].company.split()) for article in wanted}

    roles = {article: set(filter(None, told.roles.split(", "))) for article, told in articles.items()}
    return part_namesakes({article: told.name for article, told in articles.items()}, roles, company)


SINGER = Told("pop singer", "organization-epic person-diana-ross place-london")
GENERAL = Told("British General", "event-kosovo-war person-wesley-clark place-london")


def test_a_singer_and_a_general_are_two() -> None:
    assert told_apart({"a": SINGER, "b": SINGER, "c": GENERAL}) == {"c": "general"}
    assert told_apart({"a": SINGER, "b": GENERAL, "c": GENERAL}) == {"a": "singer"}
    assert told_apart({"a": SINGER, "b": GENERAL}) == {"b": "general"}


@pytest.mark.parametrize(
    "other",
    [
        GENERAL._replace(company="person-diana-ross"),  # in the same company
        GENERAL._replace(roles=""),  # nothing said
        GENERAL._replace(roles="President"),
        GENERAL._replace(roles="pop singer, British General"),  # the article itself says both
    ],
)
def test_without_evidence_they_are_one(other: Told) -> None:
    assert told_apart({"a": SINGER, "b": SINGER, "c": other}) == {}


def test_what_any_article_names_does_not_join_them() -> None:
    seen = "place-london organization-united-nations organization-bbc"
    assert told_apart({"a": SINGER._replace(company=seen), "b": GENERAL._replace(company=seen)}) == {"b": "general"}


def test_an_article_between_them_joins_them() -> None:
    between = Told("", "person-diana-ross person-wesley-clark")
    assert told_apart({"a": SINGER, "b": GENERAL, "c": between}) == {}


def test_what_hardly_one_life_has_takes_more_than_one_article() -> None:
    actor, minister = Told("actor", "person-ann-lee"), Told("French Minister", "person-bo-ek")
    assert told_apart({"a": actor, "b": actor, "c": minister}) == {}
    assert told_apart({"a": actor, "b": actor, "c": minister, "d": minister}) == {"c": "minister", "d": "minister"}


def test_careers_are_one_life() -> None:
    for one, other in permutations(("General", "Foreign Minister", "lawyer"), 2):
        first, second = Told(one, "person-ann-lee"), Told(other, "person-bo-ek")
        assert told_apart({"a": first, "b": first, "c": second, "d": second}) == {}


def test_ministers_of_two_nations_are_two() -> None:
    french, greek = Told("French Minister", "person-ann-lee"), Told("Greek Minister", "person-bo-ek")
    told = told_apart({"a": french, "b": french, "c": greek, "d": greek})
    assert told == {"c": "minister-greece", "d": "minister-greece"}


def test_middle_initials_tell_two_where_each_stands_more_than_once() -> None:
    one, other = Told("", "person-ann-lee", "John B. Smith"), Told("", "person-bo-ek", "John R. Smith")
    plain = Told("", "person-bo-ek", "John Smith")
    assert told_apart({"a": one, "b": one, "c": other}) == {}
    assert told_apart({"a": one, "b": one, "c": other, "d": plain}) == {"c": "r", "d": "r"}


def test_who_says_nothing_goes_where_the_company_or_the_place_is_the_same() -> None:
    found = {"a": SINGER, "b": SINGER, "c": GENERAL, "d": Told("", "person-wesley-clark")}
    found |= {"e": Told("", ""), "f": Told("", "place-oslo")}
    assert told_apart(found) == {"c": "general", "d": "general"}
    found |= {"c": GENERAL._replace(company="person-wesley-clark place-oslo")}
    assert told_apart(found) == dict.fromkeys("cdf", "general")


def test_three_of_one_name() -> None:
    striker = Told("striker", "organization-chelsea")
    found = {"a": SINGER, "b": SINGER, "c": striker, "d": striker, "e": GENERAL}
    assert told_apart(found) == {"c": "striker", "d": "striker", "e": "general"}


def test_the_order_does_not_matter() -> None:
    found = {"a": SINGER, "b": GENERAL, "c": GENERAL, "d": SINGER, "e": Told("striker", "place-oslo")}
    expected = told_apart(found)
    for order in permutations(found):
        assert told_apart({article: found[article] for article in order}) == expected


def test_most_names_are_not_asked_further() -> None:
    assert may_differ({"John B. Smith", "John Smith", "John R. Smith"}, ())
    assert may_differ({"John Smith"}, {"actor", "Admiral"})
    assert not may_differ({"John B. Smith", "John Smith"}, {"Senator", "U.S. Senator", "chairman", "lawyer"})
