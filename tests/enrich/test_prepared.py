from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.enrich.layout import lay_out
from app.enrich.prepared import Prepared, prepare


def prepared(body: str) -> Prepared:
    return prepare(body, lay_out(body).blocks)


def test_wraps_quotes_and_tickers_are_smoothed() -> None:
    text = prepared("Bank of\nAmerica <BAC>, said “no” — it’s late.").text
    assert text.strip() == 'Bank of America, said "no"   it\'s late.'


def test_rows_of_figures_are_left_out() -> None:
    text = prepared(
        "Prices in dollars a tonne rose to a\nrecord this week.\nWheat  210.5  211.0\nTraders were glad."
    ).text
    assert "Wheat" not in text
    assert "Traders" in text


def test_a_headline_in_capitals_is_lowered_and_read_as_a_subhead() -> None:
    ready = prepared("THE MAYOR OF OSLO OPENS NEW BRIDGE OVER THE AKER RIVER.\n\nThe mayor opened a bridge on Monday.")
    assert ready.text.startswith("the Mayor of Oslo opens NEW Bridge over the")
    assert [block.kind for block in ready.blocks] == ["subhead", "paragraph"]


@given(st.text(alphabet="aB é\n\t<>.—“ŁİXYZ09 \u2003", max_size=200))
def test_every_character_leads_back_to_the_body(body: str) -> None:
    ready = prepared(body)
    for block in ready.blocks:
        for at in range(block.start, block.end):
            source = body[ready.at(at)]
            assert ready.text[at].lower() in (source.lower(), " ", "'", '"') or len(source.lower()) > 1


def test_a_text_in_capitals_is_read_as_text() -> None:
    ready = prepared("BOB DALE OF NEW DELHI, SHE SAID, HAD EXPLAINED THE IBM DEAL.\n\nMR. AHMED AGREED.")
    assert ready.text == "Bob Dale of New Delhi, she said, had explained the IBM deal.\n\nMr. Ahmed agreed.\n\n"
    assert [block.kind for block in ready.blocks] == ["paragraph", "paragraph"]


def test_what_nobody_sees_parts_no_word() -> None:
    ready = prepared("Anna\u200f Be\u00adrg\u200d met \u2067Bo\u2069  \u200eLund.")
    assert ready.text == "Anna Berg met Bo Lund.\n\n"
    assert ready.span(5, 9) == (6, 11)
