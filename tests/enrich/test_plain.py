"""Names as they are printed, with what no reader sees."""

from __future__ import annotations

import pytest

from app.enrich.plain import plain
from tests.enrich.conftest import Enrich


@pytest.mark.parametrize(
    "name",
    [
        "Anna\u00a0Berg-Lund", "An\u00adna Berg-Lund", "Anna Be\u200brg-Lund", "\u202aAnna Berg-Lund\u202c",
        "\u2067Anna Berg-Lund\u2069", "Anna Berg\u2010Lund", "Anna Berg\u2011Lund", "An\u200c\u200dna Berg-\u0640Lund",
        "Anna\n Berg-Lund", "\ufeffAnna\u2060 Berg-Lund",
    ],
)  # fmt: skip
def test_all_are_one(name: str) -> None:
    assert plain(name) == "Anna Berg-Lund"


@pytest.mark.parametrize("mark", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\u0640", "\ufeff"])
def test_a_mark_in_the_midst_of_a_name_hides_nobody(enrich: Enrich, mark: str) -> None:
    body = f"John Dow{mark}ner and Maria Orte{mark}ga met in Gene{mark}va, and {mark}Downer{mark} agreed."
    found = enrich(body)
    assert [(entity.key, entity.name) for entity in found.entities] == [
        ("person-john-downer", "John Downer"),
        ("person-maria-ortega", "Maria Ortega"),
        ("place-geneva", "Geneva"),
    ]
    assert [m.text for m in found.entities[0].mentions] == [f"John Dow{mark}ner", "Downer"]


@pytest.mark.parametrize("hyphen", ["-", "\u2010", "\u2011"])
def test_every_hyphen_joins(enrich: Enrich, hyphen: str) -> None:
    body = "Anne-Marie Dubonnet met Kim Jong-un in Geneva. Jean-Luc Berger paid Rolls-Royce Plc.".replace("-", hyphen)
    assert [entity.name for entity in enrich(body).entities] == [
        "Anne-Marie Dubonnet",
        "Kim Jong-un",
        "Geneva",
        "Jean-Luc Berger",
        "Rolls-Royce Plc",
    ]
