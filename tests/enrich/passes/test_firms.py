from __future__ import annotations

import pytest

from app.enrich.context import Span
from app.enrich.passes import firms
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "person", "firm"),
    [
        ("Peter Fellner, of brokers James Capel, cautioned", "Peter Fellner; James Capel", "James Capel"),
        ("an economist at James Capel said", "James Capel", "James Capel"),
        ("Lewis of Phillips and Drew said", "Lewis; Drew", "Phillips and Drew"),
        ("said Phillips and Drew analyst Stephen Lewis", "Drew; Stephen Lewis", "Phillips and Drew"),
        ("The bid of AFG and Wagner and Brown failed.", "Wagner; Brown", "Wagner and Brown"),
        ("Wagner and Brown bid. Later Wagner and Brown won.", "Wagner; Wagner", "Wagner and Brown"),
    ],
)
def test_firms_that_read_like_people(text: str, person: str, firm: str) -> None:
    article = spanned(text, person=person)
    for name in filter(text.__contains__, ("Phillips", "AFG")):
        article.add(Span(start := text.index(name), start + len(name), "organization", "model", 0.7))
    run(article, firms.brokers, firms.romance_firms)
    assert (firm, "organization") in shown(article)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("broker James Smith said", "James Smith"),
        ("the mother of James Smith said", "James Smith"),
        ("owned by Reagan and Gorbachev", "Reagan; Gorbachev"),
        ("a spokeswoman for Hillary Clinton said", "Hillary Clinton"),
        ("Wagner and Brown left. Brown said so. Wagner and Brown came back.", "Wagner; Brown; Brown; Wagner; Brown"),
        ("Anne Wagner met Joe Brown. Wagner and Brown spoke. Wagner and Brown left.", "Anne Wagner; Joe Brown; Wagner"),
    ],
)
def test_people_stay_people(text: str, person: str) -> None:
    article = spanned(text, person=person)
    run(article, firms.brokers, firms.romance_firms)
    assert {kind for _, kind in shown(article)} == {"person"}


def test_two_companies_are_no_firm() -> None:
    text = "Ford and Chrysler fell. Then Ford and Chrysler rose."
    article = spanned(text, organization="Ford; Chrysler; Ford; Chrysler")
    run(article, firms.brokers, firms.romance_firms)
    assert len(shown(article)) == 4


def test_a_name_of_a_romance_language_is_found_whole() -> None:
    text = "credits of the state-owned Banco do Brasil on Monday"
    article = spanned(text, organization="Banco; Brasil")
    run(article, firms.brokers, firms.romance_firms)
    assert shown(article) == [("Banco do Brasil", "organization")]


@pytest.mark.parametrize(
    ("text", "found", "kind"),
    [
        ("Piedmont Aviation Inc rose. Piedmont said so.", "Piedmont", "organization"),
        ("USAir bought Piedmont common shares.", "Piedmont", "organization"),
        ("Piedmont Aviation Inc flies in Piedmont. Piedmont said so.", "Piedmont; Piedmont", "place"),
        ("Tokyo shares rose.", "Tokyo", "place"),
        ("Japan Airlines Co rose. Japan said so.", "Japan", "place"),
    ],
)
def test_a_town_may_be_the_company_that_is_called_by_it(text: str, found: str, kind: str) -> None:
    whole = text.split(" rose", maxsplit=1)[0].split(" flies", maxsplit=1)[0]
    article = spanned(text, organization=whole if whole.endswith(("Inc", "Co")) else "")
    at = len(whole) if whole.endswith(("Inc", "Co")) else 0
    for name in found.split("; "):
        at = text.index(name, at)
        article.add(Span(at, at + len(name), "place", "gazetteer", 0.9))
        at += len(name)
    run(article, firms.firms_of_towns)
    assert shown(article)[-1] == (found.rsplit("; ", maxsplit=1)[-1], kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("He holds Taft common stock.", "organization"),
        ("They may acquire Taft for cash.", "organization"),
        ("On Monday Taft said it was pleased.", "organization"),
        ("On Monday Taft said he was pleased.", "person"),
        ("Mr. Taft said it.", "person"),
        ("Among them was Taft, 54, of Ohio.", "person"),
        ("They met Taft on Monday.", "person"),
    ],
)
def test_a_founder_is_not_the_firm_that_has_his_name(text: str, kind: str) -> None:
    text = f"Taft Broadcasting Co named Dudley Taft. {text}"
    article = spanned(text, organization="Taft Broadcasting Co", person="Dudley Taft")
    at = text.rindex("Taft")
    article.add(Span(at, at + len("Taft"), "person", "surname", 0.8))
    run(article, firms.firms_of_founders)
    assert shown(article)[-1] == ("Taft", kind)
    assert shown(article)[-2] == ("Dudley Taft", "person")
