from __future__ import annotations

import pytest

from app.enrich import gazetteer
from app.enrich.passes import peoples
from tests.enrich.conftest import Enrich
from tests.enrich.spanned import run, shown, spanned


def nations(enrich: Enrich, body: str) -> list[str]:
    """Return what is named of nations in a text, `Sino=China`."""
    found = [
        (mention.start, f"{mention.text}={entity.name}")
        for entity in enrich(body).entities
        if entity.type == "place"
        for mention in entity.mentions
    ]
    return [shown for _, shown in sorted(found)]


@pytest.mark.parametrize(
    "people",
    ["African-American", "African American", "Asian-American", "Native American", "American Indian", "Afro-American",
     "African–American", "Anglo-Saxon", "Asian Pacific American"],
)  # fmt: skip
def test_a_group_of_people_is_no_nationality(enrich: Enrich, people: str) -> None:
    assert nations(enrich, f"The first {people} governor spoke on Monday. Several {people}s laughed.") == []


@pytest.mark.parametrize("people", ["Mexican-American", "Irish American", "Chinese-American", "Puerto Rican-American"])
def test_of_those_who_came_from_elsewhere_the_nation_they_joined_is_left(enrich: Enrich, people: str) -> None:
    body = f"The judge, who is {people}, spoke on Monday. Many {people}s agreed."
    assert nations(enrich, body) == ["American=United States", "Americans=United States"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Guards closed the Mexican-American border again.", ["Mexican=Mexico", "American=United States"]),
        ("The Japanese-American semiconductor trade talks failed.", ["Japanese=Japan", "American=United States"]),
        ("They held a joint Israeli-American manoeuvre.", ["Israeli=Israel", "American=United States"]),
        ("A Soviet-American group of writers met.", ["Soviet=Soviet Union", "American=United States"]),
        ("A Chinese-Canadian writer spoke.", ["Canadian=Canada"]),
        ("The Franco-German plan was dropped.", ["Franco=France", "German=Germany"]),
        ("Sino-Indian tension grew, and the Anglo-Irish plan too.",
         ["Sino=China", "Indian=India", "Anglo=United Kingdom", "Irish=Ireland"]),
        ("They feared a Russo-Turkish conflict.", ["Russo=Russia", "Turkish=Turkey"]),
        ("Sino-U.S. trade fell, and U.S.–Greek trade rose.",
         ["Sino=China", "U.S.=United States", "U.S.=United States", "Greek=Greece"]),
        ("An Afro-Asian summit opened.", ["Afro=Africa", "Asian=Asia"]),
        ("An Afro-Cuban band played for Indo-Caribbean voters.", ["Cuban=Cuba", "Caribbean=Caribbean"]),
        ("The Franco-Americans of the town met.", ["Americans=United States"]),
    ],
)  # fmt: skip
def test_what_is_between_two_nations_names_both(enrich: Enrich, body: str, expected: list[str]) -> None:
    assert nations(enrich, body) == expected


@pytest.mark.parametrize("thing", ["German shepherds", "French fries", "Guinea pigs", "Canada geese", "Dutch oven"])
def test_what_is_only_called_after_a_nation_says_nothing_of_it(enrich: Enrich, thing: str) -> None:
    assert nations(enrich, f"The neighbours talked about {thing} all day.") == []


def test_a_name_that_a_people_is_a_part_of_stays_whole(enrich: Enrich) -> None:
    found = enrich("He works at the National Museum of African American History in Oslo.").entities
    assert "National Museum of African American History" in {entity.name for entity in found}


def test_a_combining_form_is_none_by_itself() -> None:
    assert gazetteer.demonym("Franco") is None


def test_no_word_of_a_speech_or_a_medal_is_a_name() -> None:
    article = spanned("In his State of the Union address, a Silver Star.", organization="Union; Silver Star")
    run(article, peoples.peoples)
    assert shown(article) == []
