"""Places by what stands beside them."""

from __future__ import annotations

import pytest

from app.enrich.passes import places
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("Protests in Lundby, Missouri, went on.", {"organization": "Lundby"}, ("Lundby", "place")),
        ("Unrest at Lund Creek, Ohio.", {"organization": "Lund Creek"}, ("Lund Creek", "place")),
        ("For Lundby, Ohio is nice.", {"organization": "Lundby"}, ("Lundby", "organization")),
        ("He told CNN, Georgia, and others.", {"organization": "CNN"}, ("CNN", "organization")),
    ],
)
def test_a_town_stands_before_its_state(text: str, found: dict[str, str], expected: tuple[str, str]) -> None:
    article = spanned(text, **found)
    run(article, places.towns_of_states)
    assert shown(article) == [expected]


def test_somebodys_surname_before_a_state_is_no_town() -> None:
    text = "Ask Lundby, Ohio, said Ann Lundby."
    article = spanned(text, organization="Lundby", person="Ann Lundby")
    run(article, places.towns_of_states)
    assert shown(article)[0] == ("Lundby", "organization")


def test_an_airport_has_the_name_of_its_patron() -> None:
    article = spanned(
        "At Ann B. Lund International Airport it rains.", person="Ann B. Lund", place="International Airport"
    )
    run(article, places.airports_of_people)
    assert shown(article) == [("Ann B. Lund International Airport", "place")]
