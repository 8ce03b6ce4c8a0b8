from __future__ import annotations

from app.enrich import lists
from tests.enrich.spanned import shown, spanned


def test_the_sure_members_of_a_list_decide_and_a_missed_one_is_added() -> None:
    text = "Irving Trust Co, Chemical Bank, Marine Midland, Sanwa Bank and Security Bank rose."
    spans = spanned(text, organization="Chemical Bank; Sanwa Bank; Security Bank", place="Marine Midland")
    lists.agree(text, spans)
    assert {kind for _, kind in shown(text, spans)} == {"organization"}
    text = "in Khon Kaen, Chaiyaphum, Nakhon Ratchasima and Mahasarakam."
    spans = spanned(text, person="Khon Kaen; Mahasarakam", place="Nakhon Ratchasima")
    lists.agree(text, spans)
    assert shown(text, spans) == [
        ("Khon Kaen", "place"),
        ("Chaiyaphum", "place"),
        ("Nakhon Ratchasima", "place"),
        ("Mahasarakam", "place"),
    ]


def test_a_list_of_two_kinds_stays_as_it_is() -> None:
    text = "He saw George Shultz, Japan, Chemical Bank and Sanwa."
    spans = spanned(text, person="George Shultz; Sanwa", place="Japan", organization="Chemical Bank")
    before = shown(text, spans)
    lists.agree(text, spans)
    assert shown(text, spans) == before
