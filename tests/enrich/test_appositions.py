from __future__ import annotations

import pytest

from app.enrich import appositions
from tests.enrich.spanned import shown, spanned


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
    spans = spanned(text, **{kind: found})
    appositions.weigh(text, spans)
    assert shown(text, spans) == [(found, becomes)]


def test_what_is_said_once_holds_in_the_whole_article() -> None:
    text = "Qeshm is small. The quake hit Qeshm island."
    spans = spanned(text, person="Qeshm; Qeshm")
    appositions.weigh(text, spans)
    assert shown(text, spans) == [("Qeshm", "place")] * 2
    text = "Dart rose. Later Dart shares fell."
    spans = spanned(text, person="Dart; Dart")
    appositions.weigh(text, spans)
    assert shown(text, spans) == [("Dart", "organization")] * 2


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("the Ariane rocket, and Ariane again", "Ariane; Ariane"),
        ("the tanker Bridgeton was hit", "Bridgeton"),
        ("a fishing vessel named Salaluddin fired", "Salaluddin"),
    ],
)
def test_ships_and_rockets_are_no_entities(text: str, person: str) -> None:
    spans = spanned(text, person=person)
    appositions.weigh(text, spans)
    assert not spans.all
    assert not spans.is_free(text.index(person.split(";", maxsplit=1)[0]), len(text))


def test_a_portfolio_is_no_organization_but_the_treasury_is() -> None:
    text = "Transportation Secretary Elizabeth Dole, Treasury Secretary James Baker, Secretary of the Interior"
    spans = spanned(text, organization="Transportation; Treasury; Interior", person="Elizabeth Dole; James Baker")
    appositions.weigh(text, spans)
    assert [name for name, _ in shown(text, spans)] == ["Elizabeth Dole", "Treasury", "James Baker"]


def test_the_letters_before_its_name_make_a_ship() -> None:
    text = "The INS Sukanya sailed. Pirates fled from Sukanya."
    spans = spanned(text, organization="Sukanya; Sukanya")
    appositions.weigh(text, spans)
    assert shown(text, spans) == []


def test_a_gang_is_an_organisation() -> None:
    text = "Two of the Avenues gang were held. The Avenues deny it."
    spans = spanned(text, place="Avenues; Avenues")
    appositions.weigh(text, spans)
    assert shown(text, spans) == [("Avenues", "organization")] * 2


def test_a_ship_that_is_a_portfolio_elsewhere_is_dropped_once() -> None:
    text = "The frigate Energy sank, said Energy Secretary Ann Lee."
    spans = spanned(text, person="Energy; Energy")
    appositions.weigh(text, spans)
    assert not spans.all
