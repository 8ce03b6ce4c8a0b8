"""What an article says of a name elsewhere."""

from __future__ import annotations

import pytest

from app.enrich import grounds
from app.enrich.context import Context, Span
from app.enrich.passes import repeats, whole
from tests.enrich.spanned import run, shown, spanned


def test_a_surname_stands_before_its_suffix() -> None:
    article = spanned(
        "Otto Berg Jr. sued Lund Bank. Those who know Berg say so, and Berg said so.",
        person="Otto Berg Jr.",
        organization="Lund Bank; Berg",
    )
    run(article, whole.bare_surnames, repeats.repeats)
    assert shown(article)[2:] == [("Berg", "person"), ("Berg", "person")]


def test_who_has_a_title_once_is_no_firm_elsewhere() -> None:
    text = "Voters liked Mr. Berg. Then Berg had to respond."
    assert shown(_titled(text)) == [("Berg", "person")] * 2
    assert shown(_titled(f"{text} Berg Motor Co agreed.", firm="Berg Motor Co"))[1] == ("Berg", "organization")


def _titled(text: str, firm: str = "") -> Context:
    """Return an article whose first Berg is a titled person, and whose second may be anything."""
    article = spanned(text, person="Berg")
    article.spans[0].rule = "title"
    second = text.index("Berg", article.spans[0].end)
    article.add(Span(second, second + len("Berg"), "organization", "model", 0.8))
    if firm:
        article.add(Span(text.index(firm), text.index(firm) + len(firm), "organization", *grounds.LEGAL_FORM))
    run(article, whole.bare_surnames)
    return article


@pytest.mark.parametrize(
    ("text", "person", "kind"),
    [
        ("At Sandy Hook they wept. Sandy Hook Elementary School is closed.", "Sandy Hook", "place"),
        ("The Sandy Hook families came to Sandy Hook Elementary School.", "Sandy Hook", "place"),
        ("They met Sandy Hook, for whom Sandy Hook Elementary School is named.", "Sandy Hook", "person"),
        ("At Sandy Hook they wept.", "Sandy Hook", "person"),
        ("They met at Ann Lund Park Avenue. After Ann Lund they left.", "Ann Lund", "person"),
    ],
)
def test_who_shares_a_name_with_a_school_may_be_the_place(text: str, person: str, kind: str) -> None:
    site = next((name for name in ("Sandy Hook Elementary School", "Ann Lund Park Avenue") if name in text), "")
    alone = text.replace(site, "#" * len(site)) if site else text
    article = Context(text)
    at = alone.index(person)
    article.add(Span(at, at + len(person), "person", "model", 0.8))
    if site:
        article.add(Span(text.index(site), text.index(site) + len(site), "place", "model", 0.8))
    run(article, whole.namesake_sites)
    assert dict(shown(article))[person] == kind


@pytest.mark.parametrize(
    ("person", "expected"), [("Chris Christie", ("Christie", "person")), ("Ann Lund", ("Christie's", "organization"))]
)
def test_a_possessive_is_a_firm_only_where_the_article_has_nobody_of_the_name(
    person: str, expected: tuple[str, str]
) -> None:
    article = spanned(f"{person} left. At last Christie's team won.", person=person, organization="Christie's")
    run(article, whole.possessives_of_people)
    assert shown(article)[1] == expected
