from __future__ import annotations

import pytest

from app.enrich.passes import bodies, places
from tests.enrich.spanned import run, shown, spanned

ORGANIZATION = "organization"


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        (
            "the Senate Commerce, Science and Transportation Committee met",
            "Senate Commerce; Science and Transportation Committee",
            "Senate Commerce, Science and Transportation Committee",
        ),
        ("a Senate intelligence committee probe", "Senate", "Senate intelligence committee"),
        ("the House Foreign Affairs subcommittee on Asia", "House", "House Foreign Affairs subcommittee"),
        ("the House Budget Committee met", "", "House Budget Committee"),
    ],
)
def test_a_committee_of_a_chamber_is_whole(text: str, found: str, whole: str) -> None:
    article = spanned(text, organization=found)
    run(article, bodies.committees_of_chambers)
    assert shown(article) == [(whole, ORGANIZATION)]


def test_what_stands_before_another_chamber_is_no_part_of_its_committee() -> None:
    article = spanned("he asked the House, Ann Lee and the Senate Budget Committee", person="Ann Lee")
    run(article, bodies.committees_of_chambers)
    assert shown(article) == [("Ann Lee", "person"), ("Senate Budget Committee", ORGANIZATION)]


@pytest.mark.parametrize(
    ("text", "found", "names"),
    [
        (
            "the Washington Institute for Near East Policy said",
            "Washington Institute",
            ["Washington Institute for Near East Policy"],
        ),
        ("the Coast Guard Service of Lakeview, Iowa, said", "Coast Guard Service", ["Coast Guard Service"]),
        (
            "the Bureau of Alcohol, Tobacco, Firearms and Explosives said",
            "Bureau of Alcohol",
            ["Bureau of Alcohol, Tobacco, Firearms and Explosives"],
        ),
        (
            "the Centers for Medicare and Medicaid Services said",
            "Centers for Medicare; Medicaid Services",
            ["Centers for Medicare and Medicaid Services"],
        ),
        (
            "the Port Authority of New York and New Jersey said",
            "Port Authority",
            ["Port Authority of New York and New Jersey"],
        ),
        (
            "the Congressional Budget Office on the House GOP bill said",
            "Congressional Budget Office",
            ["Congressional Budget Office"],
        ),
        ("the Judiciary Committee on Tuesday said", "Judiciary Committee", ["Judiciary Committee"]),
        ("the Department of Justice and FBI said", "Department of Justice; FBI", ["Department of Justice", "FBI"]),
        (
            "the Department of Justice and Homeland Security said",
            "Department of Justice; Homeland Security",
            ["Department of Justice", "Homeland Security"],
        ),
        (
            "the Center for Health and Harvard College said",
            "Center for Health; Harvard College",
            ["Center for Health", "Harvard College"],
        ),
        ("the Center for Health and President Bush said", "Center for Health", ["Center for Health"]),
        ("the Center for Health, Ohio and Texas said", "Center for Health", ["Center for Health"]),
    ],
)
def test_what_a_body_is_for_is_part_of_its_name(text: str, found: str, names: list[str]) -> None:
    article = spanned(text, organization=found, place="Ohio; Texas" if "Ohio" in text else "")
    run(article, bodies.purposes)
    assert [name for name, kind in shown(article) if kind == ORGANIZATION] == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("at the University of California, Berkeley, he", "University of California, Berkeley"),
        ("at the University of California at Los Angeles he", "University of California at Los Angeles"),
        ("at the University of Virginia, Boston and", "University of Virginia"),
    ],
)
def test_a_town_of_the_state_is_part_of_the_university(text: str, name: str) -> None:
    article = spanned(text, organization=name.partition(",")[0].partition(" at ")[0])
    run(article, bodies.campuses)
    assert shown(article) == [(name, ORGANIZATION)]


def test_supporters_of_a_cause_are_no_nationality() -> None:
    article = spanned("said Americans for Tax Reform President Grover Norquist", place="Americans")
    run(article, places.nationalities, bodies.supporters)
    [(name, kind)] = shown(article)
    assert (name, kind) == ("Americans for Tax Reform", ORGANIZATION)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They asked the Fjord Campaign to Prevent Gun Violence for help.", "Fjord Campaign to Prevent Gun Violence"),
        ("They asked the Fjord Campaign to come to Oslo.", "Fjord Campaign"),
        ("They asked the Fjord Campaign to Oslo.", "Fjord Campaign"),
    ],
)
def test_what_a_body_is_to_do_is_a_part_of_its_name(text: str, expected: str) -> None:
    article = spanned(text, organization="Fjord Campaign")
    run(article, bodies.purposes)
    assert shown(article) == [(expected, "organization")]
