"""Surnames of several words."""

from __future__ import annotations

import pytest

from app.enrich import surnames
from app.enrich.passes import bounds
from tests.enrich.conftest import Enrich
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "person", "organization"),
    [
        ("Oscar de la Cruz left. De la Cruz said no; a friend of de la Cruz agreed.", "Oscar de la Cruz", "De la Cruz"),
        ("Ursula von der Leyen left. Von der Leyen agreed; von der Leyen knew.", "Ursula; Leyen", "Von der Leyen"),
        ("F.W. de Klerk left. De Klerk agreed.", "F.W. de Klerk", "De Klerk"),
        ("Vincent van Gogh's work. Van Gogh's brother.", "Vincent van Gogh", "Van Gogh"),
    ],
)
def test_who_has_the_full_name_is_meant_by_it(text: str, person: str, organization: str) -> None:
    article = spanned(text, person=person, organization=organization)
    run(article, bounds.long_surnames)
    assert {kind for _, kind in shown(article)} == {"person"}
    surname = surnames.last_name(shown(article)[0][0])
    assert [name[-len(surname) :].lower() for name, _ in shown(article)] == [surname.lower()] * len(article.spans)


def test_who_speaks_is_a_person_where_the_name_is_no_firms() -> None:
    text = "On Monday de Villepin said it was late. De la Rosa told him. De Beers said no, and La Scala said yes."
    article = spanned(text, organization="de Villepin; De la Rosa; De Beers; La Scala")
    run(article, bounds.long_surnames)
    assert [kind for _, kind in shown(article)] == ["person", "person", "organization", "organization"]


def test_towns_and_what_is_named_for_somebody_stay() -> None:
    text = "Rio de Janeiro grew. The Banco de la Nacion lent. Later di Caprio came."
    article = spanned(text, place="Rio de Janeiro", organization="Banco de la Nacion")
    before = shown(article)
    run(article, bounds.long_surnames)
    assert shown(article) == before


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Maria de la Cruz", "de la Cruz"), ("Jan van den Berg", "van den Berg"), ("Ann Lee", "Lee"), ("Pele", "Pele")],
)
def test_the_surname_has_its_particles(name: str, expected: str) -> None:
    assert surnames.last_name(name) == expected


def test_all_forms_are_one_person(enrich: Enrich) -> None:
    body = "Oscar de la Cruz spoke in Geneva. De la Cruz said no. A spokesman for de la Cruz agreed."
    people = [entity for entity in enrich(body).entities if entity.type != "place"]
    assert [(entity.key, len(entity.mentions)) for entity in people] == [("person-oscar-de-la-cruz", 3)]


@pytest.mark.parametrize(
    ("text", "organization", "person", "expected"),
    [
        ("Keith & Anna Marlow paid.", "Keith & Anna Marlow", "", [("Keith", "person"), ("Anna Marlow", "person")]),
        ("Cherif and Said Kouachi left.", "", "Said Kouachi", [("Said Kouachi", "person")]),
        (
            "The brothers Cherif and Said Kouachi left.",
            "Cherif",
            "Said Kouachi",
            [("Cherif", "person"), ("Said Kouachi", "person")],
        ),
        ("Nora and Peter Lund left.", "", "Peter Lund", [("Nora", "person"), ("Peter Lund", "person")]),
        ("Iowa and Peter Lund agreed.", "", "Peter Lund", [("Peter Lund", "person")]),
    ],
)
def test_both_of_a_couple_are_people(
    text: str, organization: str, person: str, expected: list[tuple[str, str]]
) -> None:
    article = spanned(text, organization=organization, person=person)
    run(article, bounds.part_couples)
    assert shown(article) == expected


@pytest.mark.parametrize(
    ("text", "person", "expected"),
    [
        ("Martin Luther King, Jr. spoke.", "Martin Luther King; Jr", ["Martin Luther King, Jr."]),
        ("Robert Mueller III spoke.", "Robert Mueller", ["Robert Mueller III"]),
        ("Eric Lund Sr., they said.", "Eric Lund", ["Eric Lund Sr."]),
        ("King, Jr. spoke.", "Jr", []),
        ("Ann Lund, Junior, spoke.", "Ann Lund", ["Ann Lund"]),
    ],
)
def test_what_follows_a_surname_is_a_part_of_the_name(text: str, person: str, expected: list[str]) -> None:
    article = spanned(text, person=person)
    run(article, bounds.complete_suffixes)
    assert [name for name, _ in shown(article)] == expected


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("DONALD QUILL: No.\nQUILL: No.", {}, ["DONALD QUILL", "QUILL"]),
        ("They met. DONALD LUND spoke.", {"organization": "LUND"}, ["DONALD LUND"]),
        ("Ann Quill came.\nQUILL: Yes.\nNOTE: Yes.", {"person": "Ann Quill"}, ["Ann Quill", "QUILL"]),
        ("GRACE PERIOD ends. A grace period is short.", {}, []),
        ("They saw MARK LUND ON TOP of it.", {}, []),
        ("He read VIRGINIA BEACH news, and the FBI agreed.", {}, []),
    ],
)
def test_people_in_capitals_in_a_text_that_is_not(text: str, found: dict[str, str], expected: list[str]) -> None:
    article = spanned(text, **found)
    run(article, bounds.names_in_capitals)
    assert [name for name, kind in shown(article) if kind == "person"] == expected


@pytest.mark.parametrize(
    ("text", "person", "expected"),
    [
        ("Prime Minister Theresa May spoke.", "Theresa", "Theresa May"),
        ("They met Theresa May 5.", "Theresa", "Theresa"),
        ("President Moon Jae-in spoke.", "Moon Jae", "Moon Jae-in"),
        ("An Ed Case-led vote.", "Ed Case", "Ed Case"),
        ("A Hillary Clinton-ish vote.", "Hillary Clinton", "Hillary Clinton"),
    ],
)
def test_the_end_of_a_name_is_no_date_and_may_stand_behind_a_hyphen(text: str, person: str, expected: str) -> None:
    article = spanned(text, person=person)
    run(article, bounds.cut_surnames)
    assert shown(article) == [(expected, "person")]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("Rep. Ann Lund-Berg of Oslo came.", {"person": "Ann Lund"}, ["Ann Lund-Berg"]),
        ("The Ann Lund-Bo Berg plan failed.", {"person": "Ann Lund"}, ["Ann Lund"]),
        ("The Lund-Berg plan failed.", {"person": "Lund"}, ["Lund"]),
        ("The Ann Lund-era plan failed.", {"person": "Ann Lund"}, ["Ann Lund"]),
    ],
)
def test_a_second_surname_may_stand_behind_a_hyphen(text: str, found: dict[str, str], expected: list[str]) -> None:
    article = spanned(text, **found)
    run(article, bounds.hyphenated_surnames)
    assert [name for name, _ in shown(article)] == expected


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("Like Justin Zabala of Oslo, they left.", {"organization": "Justin"}, [("Justin Zabala", "person")]),
        ("Like Justin Bank of Oslo, they left.", {"organization": "Justin"}, [("Justin", "organization")]),
        ("A copy of the Zabala Dossier came.", {"person": "Zabala"}, [("Zabala", "person")]),
    ],
)
def test_a_given_name_is_completed_whatever_it_was_taken_for(
    text: str, found: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    article = spanned(text, **found)
    run(article, bounds.complete_names)
    assert shown(article) == expected
