"""Related articles glued to a name."""

from __future__ import annotations

from app.enrich.glued import glued_stretches
from tests.enrich.conftest import Enrich

GLUED = "Sen. Orrin Hatch Orrin Grant HatchTrump to award Roger Penske a medal Ex-Senate staffer charged MORE"


def stretches(text: str) -> list[str]:
    return [text[start:end] for start, end in glued_stretches(text)]


def test_the_stretch_goes_from_the_name_to_the_word_that_ends_it() -> None:
    assert stretches(f"Then {GLUED} said so.") == [GLUED.removeprefix("Sen. Orrin Hatch")]
    assert stretches("President Trump Donald John TrumpTrump faces trial MORE went.")
    assert stretches("Bill Clinton William (Bill) Jefferson ClintonGraham: no MORE said")


def test_without_end_or_in_two_lines_there_is_none() -> None:
    assert not stretches(GLUED.removesuffix(" MORE"))
    assert not stretches(GLUED.replace(" a medal", "\na medal"))
    assert not stretches("Ann McLund Bo McLundgren MORE, and McDonald Mac McDonald MORE")


def test_no_name_in_it_is_found(enrich: Enrich) -> None:
    found = enrich(f"Then {GLUED} said on Monday that he would not run again. Hatch is a senator from Utah.")
    assert {entity.key: len(entity.mentions) for entity in found.entities} == {"person-orrin-hatch": 2, "place-utah": 1}
