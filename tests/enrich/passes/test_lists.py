from __future__ import annotations

from app.enrich.passes import lists
from tests.enrich.spanned import run, shown, spanned


def test_the_sure_members_of_a_list_decide_and_a_missed_one_is_added() -> None:
    text = "Irving Trust Co, Chemical Bank, Marine Midland, Sanwa Bank and Security Bank rose."
    article = spanned(text, organization="Chemical Bank; Sanwa Bank; Security Bank", place="Marine Midland")
    run(article, lists.agree_in_lists)
    assert {kind for _, kind in shown(article)} == {"organization"}
    text = "in Khon Kaen, Chaiyaphum, Nakhon Ratchasima and Mahasarakam."
    article = spanned(text, person="Khon Kaen; Mahasarakam", place="Nakhon Ratchasima")
    run(article, lists.agree_in_lists)
    assert shown(article) == [
        ("Khon Kaen", "place"),
        ("Chaiyaphum", "place"),
        ("Nakhon Ratchasima", "place"),
        ("Mahasarakam", "place"),
    ]


def test_a_list_of_two_kinds_stays_as_it_is() -> None:
    text = "He saw George Shultz, Japan, Chemical Bank and Sanwa."
    article = spanned(text, person="George Shultz; Sanwa", place="Japan", organization="Chemical Bank")
    before = shown(article)
    run(article, lists.agree_in_lists)
    assert shown(article) == before


def test_what_has_one_meaning_keeps_it_in_a_list() -> None:
    text = "Joy Zabala, Ann Lund and Jake Strand and The Associated Press contributed."
    article = spanned(text, person="Joy Zabala; Ann Lund; Jake Strand", organization="The Associated Press")
    run(article, lists.agree_in_lists)
    assert dict(shown(article))["The Associated Press"] == "organization"
