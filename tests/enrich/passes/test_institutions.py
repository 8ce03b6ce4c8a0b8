from __future__ import annotations

import pytest

from tests.enrich.conftest import Enrich


def names(enrich: Enrich, body: str) -> list[tuple[str, str]]:
    """Return the text and the key of each mention, in order."""
    found = [
        (mention.start, mention.text, entity.key) for entity in enrich(body).entities for mention in entity.mentions
    ]
    return [(text, key) for _, text, key in sorted(found)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "The GOP Senate passed the bill on Friday.",
            [("GOP", "organization-republican-party"), ("Senate", "organization-us-senate")],
        ),
        ("In Ohio the Republican House passed the bill.", [("House", "organization-house-of-representatives")]),
        ("Not even the Democratic-controlled House passed it.", [("House", "organization-house-of-representatives")]),
        ("Some House Republicans passed the bill on Friday.", [("House", "organization-house-of-representatives")]),
        (
            "The Democratic House Intelligence Committee chairman spoke on Friday.",
            [("House Intelligence Committee", "organization-house-intelligence-committee")],
        ),
        ("Aides of White House Democrats spoke on Friday.", [("White House", "organization-white-house")]),
    ],
)
def test_a_party_and_its_chamber_are_two(enrich: Enrich, body: str, expected: list[tuple[str, str]]) -> None:
    assert [(text, key) for text, key in names(enrich, body) if key.startswith("organization-")] == expected


@pytest.mark.parametrize(
    ("body", "person", "institution"),
    [
        (
            "The Obama Justice Department sued on Friday.",
            "person-barack-obama",
            "organization-justice-department-united-states",
        ),
        ("Aides of the George W. Bush White House spoke.", "person-george-bush", "organization-white-house"),
        ("Aides of the Tillery White House spoke on Friday.", "person-tillery-a1", "organization-white-house"),
    ],
)
def test_a_person_and_an_institution_are_two(enrich: Enrich, body: str, person: str, institution: str) -> None:
    assert [key for _, key in names(enrich, body)] == [person, institution]


@pytest.mark.parametrize(
    "name", ["Freedom House", "California Supreme Court", "Continental Congress", "US Senate", "Trump Organization"]
)
def test_a_name_of_its_own_stays_whole(enrich: Enrich, name: str) -> None:
    assert name in [text for text, _ in names(enrich, f"He spoke of the {name} on Friday.")]


def test_an_adjective_is_no_party(enrich: Enrich) -> None:
    found = names(enrich, "The Republican Senate met on Friday. Some Republican voters and Republican donors left.")
    assert [text for text, _ in found] == ["Senate"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("He spoke of Medicare and of Medicaid, and a PAC paid on Friday.", []),
        ("Many Latinos spoke of the ACA on Friday.", []),
        ("He came to the Oval Office on Friday.", [("Oval Office", "place-oval-office")]),
        ("Ships left NAFTA on Friday.", [("NAFTA", "event-north-american-free-trade-agreement")]),
        (
            "The Republican National Convention met in Tampa.",
            [("Republican National Convention", "event-republican-national-convention"), ("Tampa", "place-tampa")],
        ),
    ],
)
def test_programmes_groups_and_rooms_are_no_organizations(
    enrich: Enrich, body: str, expected: list[tuple[str, str]]
) -> None:
    assert names(enrich, body) == expected
