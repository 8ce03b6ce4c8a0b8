from __future__ import annotations

import pytest

from app.enrich.passes import appositions
from tests.enrich.conftest import Enrich
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "found", "kind", "becomes"),
    [
        ("told the business weekly Wirtschaftswoche that", "Wirtschaftswoche", "place", "organization"),
        ("rose as Conrac shares fell", "Conrac", "person", "organization"),
        ("in the Faw peninsula on Monday", "Faw", "person", "place"),
        ("in the southern town of Amarah on Monday", "Amarah", "person", "place"),
        ("a meeting of Amarah on Monday", "Amarah", "person", "person"),
        ("the company Robert Maxwell owns", "Robert Maxwell", "person", "person"),
    ],
)
def test_a_common_noun_says_what_the_name_beside_it_is(text: str, found: str, kind: str, becomes: str) -> None:
    article = spanned(text, **{kind: found})
    run(article, appositions.appositions)
    assert shown(article) == [(found, becomes)]


def test_what_is_said_once_holds_in_the_whole_article() -> None:
    text = "Qeshm is small. The quake hit Qeshm island."
    article = spanned(text, person="Qeshm; Qeshm")
    run(article, appositions.appositions)
    assert shown(article) == [("Qeshm", "place")] * 2
    text = "Dart rose. Later Dart shares fell."
    article = spanned(text, person="Dart; Dart")
    run(article, appositions.appositions)
    assert shown(article) == [("Dart", "organization")] * 2


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("the Ariane rocket, and Ariane again", "Ariane; Ariane"),
        ("the tanker Bridgeton was hit", "Bridgeton"),
        ("on the cruise ship Opal Lady there was", "Opal Lady"),
        ("the aircraft carrier Ann Lund sails", "Ann Lund"),
        ("a fishing vessel named Salaluddin fired", "Salaluddin"),
    ],
)
def test_ships_and_rockets_are_no_entities(text: str, person: str) -> None:
    article = spanned(text, person=person)
    run(article, appositions.appositions)
    assert not article.spans
    assert not article.is_free(text.index(person.split(";", maxsplit=1)[0]), len(text))


def test_a_portfolio_of_several_words_is_none_either() -> None:
    text = "Health and Human Services Secretary Ann Lee, Secretary of Homeland Security"
    article = spanned(text, organization="Health and Human Services; Homeland Security", person="Ann Lee")
    run(article, appositions.appositions)
    assert shown(article) == [("Ann Lee", "person")]


def test_a_portfolio_is_no_organization_but_the_treasury_is() -> None:
    text = "Transportation Secretary Elizabeth Dole, Treasury Secretary James Baker, Secretary of the Interior"
    article = spanned(text, organization="Transportation; Treasury; Interior", person="Elizabeth Dole; James Baker")
    run(article, appositions.appositions)
    assert [name for name, _ in shown(article)] == ["Elizabeth Dole", "Treasury", "James Baker"]


def test_the_letters_before_its_name_make_a_ship() -> None:
    text = "The INS Sukanya sailed. Pirates fled from Sukanya."
    article = spanned(text, organization="Sukanya; Sukanya")
    run(article, appositions.appositions)
    assert shown(article) == []
    article = spanned("The USS Ann S. McLund and Bo Lund met.", person="Ann S. McLund; Bo Lund")
    run(article, appositions.appositions)
    assert shown(article) == [("Bo Lund", "person")]


def test_a_gang_is_an_organisation() -> None:
    text = "Two of the Avenues gang were held. The Avenues deny it."
    article = spanned(text, place="Avenues; Avenues")
    run(article, appositions.appositions)
    assert shown(article) == [("Avenues", "organization")] * 2


def test_a_ship_that_is_a_portfolio_elsewhere_is_dropped_once() -> None:
    text = "The frigate Energy sank, said Energy Secretary Ann Lee."
    article = spanned(text, person="Energy; Energy")
    run(article, appositions.appositions)
    assert not article.spans


@pytest.mark.parametrize(
    ("body", "key", "rule"),
    [
        ("He reads the newspaper Mother Jones on Friday.", "organization-mother-jones", "apposition"),
        ("Sen. Kirsten Gillibrand spoke on Friday.", "person-kirsten-gillibrand", "title"),
        ("The Rockport Housing Authority moved on Friday.", "organization-rockport-housing-authority", "head-noun"),
    ],
)
def test_what_the_text_says_as_well_is_told(enrich: Enrich, body: str, key: str, rule: str) -> None:
    [found] = [entity for entity in enrich(body).entities if entity.key == key]
    assert [mention.rule for mention in found.mentions] == [rule]
