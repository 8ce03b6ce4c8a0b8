from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enrich.layout import Layout, is_in_capitals, is_table_row, lay_out, split_date_header


def blocks(body: str, headline: str | None = None) -> list[tuple[str, str]]:
    return [(block.kind, body[block.start : block.end]) for block in lay_out(body, headline).blocks]


@pytest.mark.parametrize(
    ("text", "date", "body"),
    [
        (" date 2025-05-05 New Delhi: Talks began.", "2025-05-05", "New Delhi: Talks began."),
        ("\ufeff date 1987-10-02 Rain fell.", "1987-10-02", "Rain fell."),
        ("date 1987-10-02\n    Rain fell.", "1987-10-02", "Rain fell."),
        (" date 2025-05-05", "2025-05-05", ""),
        (" date 2025-05-05T14:30:00+02:00 Rain fell.", "2025-05-05T14:30:00+02:00", "Rain fell."),
        (" date 2025-05-05 14:30 was the hour.", "2025-05-05", "14:30 was the hour."),
        (" date 2025-13-45 Rain fell.", "2025-13-45", "Rain fell."),
        ("Date palms line the road.", None, "Date palms line the road."),
        ("No header here.", None, "No header here."),
        ("", None, ""),
    ],
)
def test_a_date_header_is_split_off_as_it_stands(text: str, date: str | None, body: str) -> None:
    assert split_date_header(text) == (date, body)


@pytest.mark.parametrize(
    ("body", "text", "place"),
    [
        ("New Delhi: Talks began on Monday.", "New Delhi", "New Delhi"),
        ("SALVADOR, Feb 26 - Showers went on.", "SALVADOR, Feb 26", "SALVADOR"),
        ("LONDON (Reuters) - Shares rose.", "LONDON (Reuters)", "LONDON"),
        ("NEW YORK, March 3 - Shares fell.", "NEW YORK, March 3", "NEW YORK"),
        ("WASHINGTON -- The Senate met.", "WASHINGTON", "WASHINGTON"),
        ("PARIS, Oct. 2, 1987 (AP) -- The franc rose.", "PARIS, Oct. 2, 1987 (AP)", "PARIS"),
        ("Kabul, Afghanistan - A bridge opened.", "Kabul, Afghanistan", "Kabul"),
        ("Washington, D.C. -- The senator spoke.", "Washington, D.C.", "Washington"),
        ("SAN FRANCISCO — The bay was calm.", "SAN FRANCISCO", "SAN FRANCISCO"),
        ("ST. LOUIS, Mo., Monday, June 3 - Rain fell.", "ST. LOUIS, Mo., Monday, June 3", "ST. LOUIS"),
        ("  Oslo (NTB, AFP) - Snow fell.", "Oslo (NTB, AFP)", "Oslo"),
        ("ROME 1996-08-30\nA bus broke down in the old town.", "ROME 1996-08-30", "ROME"),
        ("Little Snoring (Reuters) - A cow escaped.", "Little Snoring (Reuters)", "Little Snoring"),
    ],
)
def test_a_dateline_is_found_at_the_head(body: str, text: str, place: str) -> None:
    dateline = lay_out(body).dateline
    assert dateline is not None
    assert (dateline.text, dateline.place) == (text, place)
    assert body[dateline.start : dateline.end].startswith(text)
    assert body[dateline.end :].lstrip()[:1].isupper()


@pytest.mark.parametrize(
    "body",
    [
        "Note: this is a correction.",
        "Update: The bridge has opened again.",
        "Q: what happened then?",
        "BREAKING: A bridge has fallen.",
        "He said: no more of this.",
        "Union: the members voted on Friday.",
        "RUGBY - WALES BEAT FRANCE IN CARDIFF",
        "India-Russia ties: what comes next",
        "The Hague is a city.",
        "A bridge fell. London: nobody was hurt.",
    ],
)
def test_an_ordinary_beginning_is_no_dateline(body: str) -> None:
    assert lay_out(body).dateline is None


def test_a_dateline_below_headline_and_byline_is_found() -> None:
    body = "RUGBY - WALES WIN AGAIN .\nBy Our Reporter\nCARDIFF , Wales 1996-12-06\nWales won again on Friday."
    dateline = lay_out(body).dateline
    assert dateline is not None
    assert dateline.place == "CARDIFF"


def test_a_given_dateline_has_no_place_in_the_body() -> None:
    dateline = lay_out("Showers went on.", "RAIN", "SALVADOR, Feb 26 -").dateline
    assert dateline is not None
    assert (dateline.text, dateline.place, dateline.start, dateline.end) == ("SALVADOR, Feb 26", "SALVADOR", 0, 0)


def test_blank_lines_part_paragraphs_and_short_title_lines_are_subheads() -> None:
    body = (
        "The mayor opened the bridge on Monday, a year late.\n\nCost Twice the Estimate\n\n"
        "It cost twice the estimate.\n\nWHAT COMES NEXT\n\nNobody knows.\n\nThe End"
    )
    assert [kind for kind, _ in blocks(body)] == [
        "paragraph",
        "subhead",
        "paragraph",
        "subhead",
        "paragraph",
        "paragraph",
    ]


def test_newswire_paragraphs_begin_with_four_spaces() -> None:
    body = (
        "Showers went on through\nthe week in the zone.\n    The dry period is over,\na trader said.\n    Prices fell."
    )
    assert blocks(body) == [
        ("paragraph", "Showers went on through\nthe week in the zone."),
        ("paragraph", "The dry period is over,\na trader said."),
        ("paragraph", "Prices fell."),
    ]


def test_lines_that_each_end_a_sentence_are_paragraphs() -> None:
    assert len(blocks("A fire broke out on Monday.\nNobody was hurt.\nThe cause is not known.")) == 3


def test_wrapped_lines_are_one_paragraph() -> None:
    assert len(blocks("A fire broke out on Monday in\nthe old harbour, police said, and\nnobody was hurt.")) == 1


@pytest.mark.parametrize(
    "line", ["- First Point", "1. First Point", "Wheat  210.5  211.0", "Oper shr 23 cts vs 77 cts"]
)
def test_lists_and_tables_are_no_subheads(line: str) -> None:
    assert ("paragraph", line) in blocks(f"Prices rose on Monday.\n\n{line}\n\nThey fell on Tuesday.")


def test_the_headline_is_an_early_subhead() -> None:
    layout = lay_out("The mayor opened the bridge.\n\nBridge Opens a Year Late\n\nIt cost twice the estimate.")
    assert (layout.headline, layout.headline_derived) == ("Bridge Opens a Year Late", True)


def test_without_a_subhead_the_headline_is_the_first_sentence_after_the_dateline() -> None:
    assert lay_out("OSLO, March 3 - Snow fell. It was cold.").headline == "Snow fell."


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    headline = lay_out("The mayor " + "very " * 60 + "slowly opened the bridge.").headline
    assert len(headline) <= 120
    assert headline.endswith("very…")


def test_a_given_headline_is_kept() -> None:
    layout = lay_out("Snow fell.", " Snow  in\nOslo ")
    assert (layout.headline, layout.headline_derived) == ("Snow in Oslo", False)


def test_nothing_gives_nothing() -> None:
    assert lay_out(" \n ") == Layout("", True, None, ())


@pytest.mark.parametrize(("line", "row"), [("Wheat 210.5 211.0", True), ("It rose 3 pct to 210 dlrs a tonne.", False)])
def test_rows_of_figures(line: str, row: bool) -> None:
    assert is_table_row(line) is row


@pytest.mark.parametrize(("line", "capitals"), [("FED SETS RATES", True), ("The BBC and CNN", False)])
def test_lines_in_capitals(line: str, capitals: bool) -> None:
    assert is_in_capitals(line) is capitals


PIECES = [
    *(
        "New Delhi: ",
        "LONDON, Feb 26 - ",
        "(Reuters) - ",
        "Title Case Line",
        "FED SETS",
        "a. ",
        "He said so.",
        "1  2  3",
    ),
    *(
        "\n",
        "\n\n",
        "    ",
        "\t",
        "\u2003",
        "\u00a0",
        "\u2028",
        "\x0b",
        "<BAC>",
        "“Yes”",
        "—",
        "date 2025-01-01 ",
        "İ",
        "ß",
    ),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_blocks_are_trimmed_ordered_and_cover_all_text(body: str) -> None:
    split_date_header(body)
    layout = lay_out(body)
    end = 0
    for block in layout.blocks:
        text = body[block.start : block.end]
        assert text
        assert text == text.strip()
        assert not body[end : block.start].strip()
        end = block.end
    assert not body[end:].strip()
    assert bool(layout.headline) == bool(body.strip())
    if layout.dateline:
        assert 0 <= layout.dateline.start < layout.dateline.end <= len(body)
