"""Related articles glued to a name."""

from __future__ import annotations

import pytest

from app.enrich.glued import glued_stretches, missing_blanks
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


def parted(text: str) -> str:
    for at in reversed(missing_blanks(text)):
        text = f"{text[:at]}|{text[at:]}"
    return text


@pytest.mark.parametrize(
    "text",
    [
        "Gov. Ann Lund met Bo Strand. Ann Lund|Senate passes the bill.",
        "Ann Marie Lund|GOP wins. Lund came.",
        "He told The Beacon|Strand that The Beacon and Bo Strand were wrong.",
        "Gov. Ann Lund Ann Marie Lund|Zabala said so.",
        "They won in Ohio and|Maryland, as in Maryland before.",
        "The law failed.|The governor sold a commodity.|More:|Lund said so.",
    ],
)
def test_a_blank_is_missing_where_both_sides_stand_alone(text: str) -> None:
    assert parted(text.replace("|", "")) == text


@pytest.mark.parametrize(
    "text",
    [
        "Mitch McConnell, Ava DuVernay, Ed FitzGerald and Dirk VanderHart met in MacArthur Park.",
        "President Barack Obama on YouTube: WikiLeaks, BuzzFeed News, PayPal and HealthCare.",
        "Follow @AnnLund and #LundSenate at https://example.org/AnnLund or Amazon.Com.",
        "Ann LundTech won. The firm Ann LundTech sold it; Lund and Tech stand alone.",
        "Repeal ObamaCare, says Barack Obama.",
        "The U.S.House and J.R.Lund at 9:Thirty p.m.",
    ],
)
def test_a_name_in_mixed_case_is_left_alone(text: str) -> None:
    assert missing_blanks(text) == []


def test_a_headline_that_is_glued_to_a_name_is_no_part_of_it(enrich: Enrich) -> None:
    body = "Sen. Orrin Hatch Orrin Grant HatchHouse rejects a bill in May, said that he would not run. Hatch left."
    found = {entity.key: [mention.text for mention in entity.mentions] for entity in enrich(body).entities}
    assert found == {"person-orrin-hatch": ["Orrin Hatch", "Hatch"]}
