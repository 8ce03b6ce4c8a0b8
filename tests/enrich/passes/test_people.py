from __future__ import annotations

import pytest

from app.enrich.passes import legal_forms, people, whole
from app.enrich.resolve import AcronymPair
from tests.enrich.conftest import Enrich
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize("title", ["party chairman", "chief of staff", "RNC Chairman"])
def test_a_full_name_behind_a_title_is_whole(title: str) -> None:
    article = spanned(f"last week {title} Reince Priebus left", organization="Priebus")
    run(article, people.full_names_after_titles)
    assert shown(article) == [("Reince Priebus", "person")]


@pytest.mark.parametrize("name", ["Reince Priebus", "Mazie Hirono", "Kehinde Wiley"])
def test_a_rare_given_name_inside_a_sentence_makes_a_person_of_a_firm(name: str) -> None:
    article = spanned(f"He spoke to Ann Lee and {name} about it.", organization=name.split()[1])
    run(article, people.rare_given_names)
    assert shown(article) == [(name, "person")]


@pytest.mark.parametrize(
    ("text", "organization"),
    [
        ("Yesterday Congress met.", "Congress"),
        ("he read Opposing Views and left", "Views"),
        ("he saw the Hydra Truck and left", "Truck"),
        ("said Legal Insurrection of it", "Insurrection"),
        ("the sugary stuff, and Sugary Snax sold it", "Snax"),
        ("he left Fancy Reuters for it", "Reuters"),
    ],
)
def test_other_capitals_before_a_firm_are_no_given_names(text: str, organization: str) -> None:
    article = spanned(text, organization=organization)
    run(article, people.rare_given_names)
    assert shown(article) == [(organization, "organization")]


@pytest.mark.parametrize("text", ["last week chairman of Priebus left", "last week Reince Priebus left"])
def test_without_a_title_it_is_not(text: str) -> None:
    article = spanned(text, organization="Priebus")
    run(article, people.full_names_after_titles)
    assert shown(article) == [("Priebus", "organization")]


def test_a_handle_is_of_the_person_before_it(enrich: Enrich) -> None:
    found = enrich('He wrote: "They lost, very sad!" - Donald J. Trump (@realDonaldTrump) May 10, 2017. He left Ohio.')
    [trump] = [entity for entity in found.entities if entity.key == "person-donald-trump"]
    assert [mention.text for mention in trump.mentions] == ["Donald J. Trump", "realDonaldTrump"]
    assert found.acronyms == (AcronymPair("person-realdonaldtrump", "person-donald-trump"),)


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("I endorse @realDonaldTrump", "realDonaldTrump", []),
        ("From Big Fan (@BigFan) in May", "Big Fan; BigFan", ["Big Fan"]),
        ("From NBC Nightly News (@NBCNightlyNews) in May", "NBC Nightly News (@NBCNightlyNews", ["NBC Nightly News"]),
    ],
)
def test_any_other_handle_is_no_name(text: str, found: str, left: list[str]) -> None:
    article = spanned(text, organization=found)
    run(article, people.handles)
    assert [name for name, _ in shown(article)] == left
    assert not article.is_free(text.index("@") + 1, text.index("@") + 2)


def test_whom_a_campaign_is_for_is_no_employer() -> None:
    text = "chaired by Hillary Clinton campaign chairman John Podesta, and James Capel analyst Ann Lee"
    article = spanned(text, person="Hillary Clinton; John Podesta; James Capel; Ann Lee")
    run(article, people.employers)
    assert [kind for _, kind in shown(article)] == ["person", "person", "organization", "person"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("as Trump associates said", "person"), ("as Trump & Co. and Trump associates said", "organization")],
)
def test_whom_all_call_by_surname_is_no_firm(text: str, kind: str) -> None:
    article = spanned(text, organization="Trump & Co.; Trump" if "&" in text else "Trump")
    run(article, legal_forms.legal_forms, whole.bare_surnames)
    assert shown(article)[-1] == ("Trump", kind)


@pytest.mark.parametrize(
    ("text", "organization", "kind"),
    [
        ("The Fjord Post's Laura Zabala said so.", "Fjord Post; Laura Zabala", "person"),
        ("The Fjord Post's Laura Foundation said so.", "Fjord Post; Laura Foundation", "organization"),
        ("In the Post, Laura Zabala said so.", "Post; Laura Zabala", "organization"),
    ],
)
def test_whom_a_newspaper_has_is_somebody(text: str, organization: str, kind: str) -> None:
    article = spanned(text, organization=organization)
    run(article, people.people_of_papers)
    assert shown(article)[1][1] == kind
