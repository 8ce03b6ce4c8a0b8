from __future__ import annotations

import pytest

from app.enrich.resolve import AcronymPair
from tests.enrich.conftest import Enrich


@pytest.mark.parametrize(
    ("stated", "short", "key"),
    [
        ("Center on Budget and Policy Priorities (CBPP)", "CBPP", "center-on-budget-and-policy-priorities"),
        ("European Centre for a Modern Ukraine (ECMU)", "ECMU", "european-centre-for-a-modern-ukraine"),
        ("Council on American–Islamic Relations (CAIR)", "CAIR", "council-on-american-islamic-relations"),
        ('Immigration Reform Law Institute ("IRLI")', "IRLI", "immigration-reform-law-institute"),
        ("Hawar News Agency (ANHA)", "ANHA", "hawar-news-agency"),
        ("Rural Housing Trust, or RHT,", "RHT", "rural-housing-trust"),
        ("Non-Governmental Organizations (NGOs)", "NGOs", "non-governmental-organizations"),
    ],
)
def test_letters_behind_a_name_stand_for_it(enrich: Enrich, stated: str, short: str, key: str) -> None:
    found = enrich(f"He works for the {stated} in Boston. Nobody at the {short} said more on Friday.")
    whole = next(entity for entity in found.entities if entity.key == f"organization-{key}")
    assert [mention.text for mention in whole.mentions][1:] == [short, short]
    assert [pair.long for pair in found.acronyms] == [f"organization-{key}"]


def test_a_plural_stands_for_what_one_does(enrich: Enrich) -> None:
    found = enrich("The Non-Governmental Organizations (NGOs) left Kabul. Later the NGO of Ann Smith returned.")
    assert AcronymPair("organization-ngo", "organization-non-governmental-organizations") in found.acronyms
    assert "organization-ngo" not in {entity.key for entity in found.entities}


@pytest.mark.parametrize(
    "stated", ["Clean Power Plan (CPP)", "Migrant Protection Protocols (MPP)", "Tax Cuts and Jobs Act (TCJA)"]
)
def test_letters_of_a_law_or_a_plan_are_no_organization(enrich: Enrich, stated: str) -> None:
    letters = stated.partition("(")[2].removesuffix(")")
    found = enrich(f"The {stated} was signed in Washington. Critics of the {letters} said that {letters} was bad.")
    assert not [entity.name for entity in found.entities if entity.type == "organization"]


def test_the_name_before_what_letters_stand_for_is_another(enrich: Enrich) -> None:
    found = enrich("Congress gave President Obama Trade Promotion Authority (TPA) on Friday. TPA was his wish.")
    keys = {entity.key for entity in found.entities}
    assert {"person-barack-obama", "organization-trade-promotion-authority"} <= keys


@pytest.mark.parametrize(
    "body",
    [
        "RICHMOND, Va. (AP) - The governor of Virginia said so.",
        "Rep. Mark Amodei (R-Nev.) said so in Reno.",
        "The investor-state dispute settlement, or ISDS, lets firms sue in Geneva.",
    ],
)
def test_what_else_stands_behind_a_name_is_not_short_for_it(enrich: Enrich, body: str) -> None:
    assert enrich(body).acronyms == ()
