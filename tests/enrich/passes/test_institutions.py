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
    ("body", "party", "chamber"),
    [
        ("The GOP Senate passed the bill on Friday.", ("GOP", "republican-party"), ("Senate", "us-senate")),
        (
            "In Washington the Republican House passed the bill.",
            ("Republican", "republican-party"),
            ("House", "house-of-representatives"),
        ),
        (
            "Not even the Democratic-controlled House passed the bill.",
            ("Democratic", "democratic-party"),
            ("House", "house-of-representatives"),
        ),
        (
            "The Democratic House Intelligence Committee chairman spoke on Friday.",
            ("Democratic", "democratic-party"),
            ("House Intelligence Committee", "house-intelligence-committee"),
        ),
    ],
)
def test_a_party_and_its_chamber_are_two(
    enrich: Enrich, body: str, party: tuple[str, str], chamber: tuple[str, str]
) -> None:
    found = [(text, key) for text, key in names(enrich, body) if key.startswith("organization-")]
    assert found == [(text, f"organization-{key}") for text, key in (party, chamber)]


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


def test_an_adjective_is_no_party_elsewhere(enrich: Enrich) -> None:
    found = names(enrich, "The Republican Senate met on Friday. Some Republican voters and Republican donors left.")
    assert [text for text, _ in found] == ["Republican", "Senate"]
