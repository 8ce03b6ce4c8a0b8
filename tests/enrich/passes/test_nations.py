from __future__ import annotations

import pytest

from app.enrich.passes import nations
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "organization", "found"),
    [
        ("the Turkish Foreign Ministry said", "Turkish Foreign Ministry", ["Turkish", "Foreign Ministry"]),
        ("the European Airbus is Airbus", "European Airbus; Airbus", ["European", "Airbus", "Airbus"]),
        ("the British Airways flight", "British Airways", ["British Airways"]),
        ("the Swiss National Bank said", "Swiss National Bank", ["Swiss National Bank"]),
        ("the U.S.-Greek accord", "U.S.-Greek", ["U.S.", "Greek"]),
        ("a joint U.S./Japan effort", "", ["U.S.", "Japan"]),
        ("the Hewlett-Packard printer", "Hewlett-Packard", ["Hewlett-Packard"]),
    ],
)
def test_a_nationality_is_parted_from_what_is_a_name_without_it(text: str, organization: str, found: list[str]) -> None:
    article = spanned(text, organization=organization)
    run(article, nations.pairs, nations.part_nationalities)
    assert [name for name, _ in shown(article)] == found


def test_a_place_behind_a_nationality_is_found_by_itself() -> None:
    text = "rains in Soviet Tadzhikistan, in Soviet Asia and in French Polynesia"
    article = spanned(text, place="Soviet Tadzhikistan; Soviet Asia; French Polynesia")
    run(article, nations.pairs, nations.part_nationalities)
    assert [name for name, _ in shown(article)] == ["Soviet", "Tadzhikistan", "Soviet Asia", "French Polynesia"]


@pytest.mark.parametrize(
    ("text", "person", "left"),
    [
        (
            "Then Georgian Jimmy Carter won.",
            "Georgian Jimmy Carter",
            [("Georgian", "demonym"), ("Jimmy Carter", "person")],
        ),
        ("Then German Lopez won.", "German Lopez", [("German Lopez", "person")]),
        ("Then Roman Zabala Lund won.", "Roman Zabala Lund", [("Roman Zabala Lund", "person")]),
    ],
)
def test_a_nationality_is_no_part_of_a_person(text: str, person: str, left: list[tuple[str, str]]) -> None:
    article = spanned(text, person=person)
    run(article, nations.nations_of_people)
    assert shown(article) == left
