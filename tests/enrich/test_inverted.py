"""Lists of people with the surname first."""

from __future__ import annotations

import pytest

from app.enrich import inverted
from tests.enrich.conftest import Enrich


def found(body: str) -> list[str]:
    return [body[start:end] for start, end in inverted.listed_people(body, lambda start, end: False)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("There were: Berg, Anna; Lund, Peter P.; Diaz, Maria.", ["Berg, Anna", "Lund, Peter P.", "Diaz, Maria"]),
        ("Signed:\nBERG, Anna\nLUND, Peter\n", ["BERG, Anna", "LUND, Peter"]),
        ("1. Berg, Anna\n2. Lund, Peter", ["Berg, Anna", "Lund, Peter"]),
        ("- Berg, Anna (NOR)\n- Lund, Peter (SWE)", ["Berg, Anna", "Lund, Peter"]),
        ("OKAFOR, Ngozi; and HADDAD, Samir", ["OKAFOR, Ngozi", "HADDAD, Samir"]),
        (
            "García Márquez, Gabriel; de Boer, Jan; O’Dea, Sean",
            ["García Márquez, Gabriel", "de Boer, Jan", "O’Dea, Sean"],
        ),
        ("Berg, Anna, 45; Lund, Peter, of Oslo; Diaz, Maria", ["Berg, Anna", "Lund, Peter", "Diaz, Maria"]),
        ("King, Martin Luther, Jr.; Lund, Peter", ["King, Martin Luther, Jr.", "Lund, Peter"]),
        ("by Berg, Anna, Lund, Peter, and Diaz, Maria", ["Berg, Anna", "Lund, Peter", "Diaz, Maria"]),
        ("Paris, Texas; Geneva, Switzerland; Springfield, Ohio", []),
        ("He met Berg, Anna Lund and Diaz, who left.", []),
        ("Rob Berg, R-Ohio; Ann Lund, D-Texas", []),
        ("the brokers Smith, Brown and Jones, Thomas and Harris", []),
        ("Acme, Inc; Apex, Ltd", []),
        ("Anna Berg, Director; Peter Lund, Manager", []),
    ],
)
def test_people_are_found_and_nothing_else(body: str, expected: list[str]) -> None:
    assert found(body) == expected


def test_names_that_the_recogniser_knows_need_not_be_common() -> None:
    body = "Okafor, Ngozi; Haddad, Samir"
    assert inverted.listed_people(body, lambda start, end: True) == [(0, 13), (15, 28)]
    assert inverted.listed_people(body, lambda start, end: start < 10) == [(0, 13), (15, 28)]
    assert inverted.listed_people(body, lambda start, end: False) == []


def test_they_are_who_is_meant_elsewhere(enrich: Enrich) -> None:
    body = "Those who spoke: BERG, Anna; Lund, Peter; King, Martin, Jr.\n\nBerg was glad. Anna Berg left."
    people = {entity.name: [mention.text for mention in entity.mentions] for entity in enrich(body).entities}
    assert people["Anna Berg"] == ["BERG, Anna", "Berg", "Anna Berg"]
    assert people["Peter Lund"] == ["Lund, Peter"]
    assert people["Martin King Jr."] == ["King, Martin, Jr."]
