from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.enrich.resolve import Enrichment
from tests.enrich.conftest import Enrich


def names(enrichment: Enrichment, type: str) -> set[str]:
    return {mention.text for entity in enrichment.entities if entity.type == type for mention in entity.mentions}


def spans(enrichment: Enrichment) -> set[tuple[str, str]]:
    return {(mention.text, mention.type) for entity in enrichment.entities for mention in entity.mentions}


@pytest.mark.parametrize(
    ("body", "person"),
    [
        ("The talks were led by President Emmanuel Macron in Lyon.", "Emmanuel Macron"),
        ("On Friday PM Narendra Modi flew home from Tokyo.", "Narendra Modi"),
        ("A ministry spokesman, Randhir Jaiswal, said so on Monday.", "Randhir Jaiswal"),
        ("The prize went to Mr. Desmond Tutu of South Africa.", "Desmond Tutu"),
        ("The decision was Helmut Kohl's alone.", "Helmut Kohl"),
        ("“It is late,” said Angela Merkel’s deputy.", "Angela Merkel"),
    ],
)
def test_titles_and_possessives_are_no_part_of_a_person(enrich: Enrich, body: str, person: str) -> None:
    assert names(enrich(body), "person") == {person}


@pytest.mark.parametrize(
    ("body", "organization"),
    [
        ("Thermo-Print GmbH said on Monday it had been sold.", "Thermo-Print GmbH"),
        ("Shares of Paxar Corp <PXR> rose three pct on Friday.", "Paxar Corp"),
        ("The bill was passed by the Senate on Friday.", "Senate"),
        ("Nobody in the Kremlin answered the telephone.", "Kremlin"),
        ("The strike was called by the National Union of Teachers.", "National Union of Teachers"),
    ],
)
def test_organizations_are_found_whole(enrich: Enrich, body: str, organization: str) -> None:
    assert names(enrich(body), "organization") == {organization}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("Rain fell in Jammu and Kashmir and in the Netherlands.", {"Jammu and Kashmir", "Netherlands"}),
        ("The plant in Emeryville, Calif. will close.", {"Emeryville", "Calif."}),
        ("He lives in The Hague now.", {"The Hague"}),
        ("New Delhi: The river rose on Monday.", {"New Delhi"}),
        ("SALVADOR, Feb 26 - The river rose on Monday.", {"SALVADOR"}),
    ],
)
def test_places_are_found_whole(enrich: Enrich, body: str, places: set[str]) -> None:
    assert names(enrich(body), "place") == places


@pytest.mark.parametrize(
    ("body", "organization"),
    [
        ("The notes are rated A-1 by Standard and Poor's Corp.", "Standard and Poor's Corp"),
        ("On Monday Moody's said it cut the rating.", "Moody's"),
        ("The European Community's (EC) executive met in Brussels.", "European Community"),
        ("Shares fell two pct on the Paris Bourse on Friday.", "Paris Bourse"),
    ],
)
def test_a_possessive_is_kept_only_where_it_is_the_name(enrich: Enrich, body: str, organization: str) -> None:
    found = names(enrich(body), "organization")
    assert organization in found
    assert found <= {organization, "EC"}


def test_money_and_governments_are_their_countries(enrich: Enrich) -> None:
    found = spans(enrich("It lent 135 mln U.S. Dlrs and 240 mln H.K. Dlrs to the U.K. Government on Friday."))
    assert found == {("U.S.", "place"), ("H.K.", "place"), ("U.K.", "place")}


def test_somebody_who_was_met_is_a_person(enrich: Enrich) -> None:
    body = "Vladimir Putin spoke with Narendra Modi again on Monday."
    assert names(enrich(body), "person") == {"Vladimir Putin", "Narendra Modi"}
    assert names(enrich(body), "organization") == set()


def test_the_dateline_is_found_with_its_country(enrich: Enrich) -> None:
    body = "GOLF - LEADING SCORES .\nMILWAUKEE , Wisconsin 1996-08-29\nRain stopped play on Thursday ."
    assert {("MILWAUKEE", "place"), ("Wisconsin", "place")} <= spans(enrich(body))


def test_nationalities_are_marked(enrich: Enrich) -> None:
    entities = enrich("The Indian team met Russian officials. Two Swedes watched.").entities
    assert {(mention.text, mention.rule, entity.key) for entity in entities for mention in entity.mentions} == {
        ("Indian", "demonym", "place-india"),
        ("Russian", "demonym", "place-russia"),
        ("Swedes", "demonym", "place-sweden"),
    }


def test_a_nationality_inside_a_name_is_not_marked(enrich: Enrich) -> None:
    assert "British" not in names(enrich("She flew with British Airways from Oslo on Monday."), "place")


SUBHEADS = (
    "Emmanuel Macron met Giorgia Meloni in Lyon on Monday to speak about the railway through the mountains.\n\n"
    "Macron Dials Meloni, Backs Alpine Railway Against Delay\n\n"
    "The two also spoke about fishing, an official said.\n\n"
    "France Determined to Curb Cross Border Traffic Jams\n\n"
    "Work on the line is to end in 2032."
)


def test_subheads_give_only_names_that_the_text_has(enrich: Enrich) -> None:
    found = spans(enrich(SUBHEADS))
    assert found == {
        ("Emmanuel Macron", "person"),
        ("Giorgia Meloni", "person"),
        ("Lyon", "place"),
        ("Macron", "person"),
        ("Meloni", "person"),
        ("France", "place"),
    }


def test_a_line_in_capitals_gives_only_names_that_the_text_has(enrich: Enrich) -> None:
    body = "KOHL VISITS WARSAW AS WALL FALLS IN NIGHT OF JOY.\n\nHelmut Kohl flew home early from Warsaw on Friday."
    assert spans(enrich(body)) == {
        ("KOHL", "person"),
        ("WARSAW", "place"),
        ("Helmut Kohl", "person"),
        ("Warsaw", "place"),
    }


def test_the_given_headline_is_not_searched(enrich: Enrich) -> None:
    assert names(enrich("Rain fell all night.", headline="Putin Visits Oslo"), "person") == set()


@pytest.mark.parametrize(
    "body",
    [
        "    Oper shr 23 cts vs 77 cts\n    Revs 37.8 mln vs 73.7 mln",
        "Wheat futures rose to 210 dlrs a tonne, up three pct on Monday.",
        "It was the first time since March that the company had lost money.",
    ],
)
def test_words_of_the_trade_are_no_names(enrich: Enrich, body: str) -> None:
    assert spans(enrich(body)) == set()


def test_a_surname_that_the_recogniser_leaves_out_is_completed(enrich: Enrich) -> None:
    body = "Vladimir Putin telephoned Narendra Modi on Monday to wish him well."
    assert "Narendra Modi" in names(enrich(body), "person")


def test_offsets_hold_in_a_body_full_of_traps(enrich: Enrich) -> None:
    body = (
        "\n  LONDON, March 3 -\u00a0“Bank of\nAmerica <BAC>   and Deutsche Bank — both\n"
        "large — said İstanbul’s bourse\twould open,” Helmut\nKohl’s aide told Reuters.\n\n\n"
        "KOHL SPEAKS AT LAST ON BANKS\n\n    Mr. Kohl was in Warsaw."
    )
    enrichment = enrich(body)
    mentions = [mention for entity in enrichment.entities for mention in entity.mentions]
    assert {"LONDON", "Helmut\nKohl", "Warsaw", "Reuters"} <= {mention.text for mention in mentions}
    for mention in mentions:
        assert body[mention.start : mention.end] == mention.text == mention.text.strip()
        assert 0 < mention.confidence <= 1
        assert mention.rule


def test_a_text_in_tokens_is_read_like_any_other(enrich: Enrich) -> None:
    body = "Massoud Barzani 's men met the Patriotic Union of Kurdistan ( PUK ) , backed by the U.S. ."
    found = spans(enrich(body))
    assert ("Massoud Barzani", "person") in found
    assert ("PUK", "organization") in found
    assert ("U.S.", "place") in found


PIECES = [
    *(
        "(ABC) ",
        "Inc ",
        ". ",
        "Helmut Kohl ",
        "President ",
        "’s ",
        "US ",
        "the ",
        "The ",
        "of ",
        "and ",
        "Jr. ",
        ", Calif. ",
    ),
    *(
        "\n",
        "\n\n",
        "    ",
        "<BAC> ",
        "“",
        "X. ",
        "İstanbul ",
        "-",
        "Russian ",
        "said ",
        "\u2028",
        "U.S. ",
        "KOHL ",
        "—",
        "(",
    ),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_spans_are_exact_in_any_text(enrich: Enrich, body: str) -> None:
    end = 0
    for mention in sorted((m for e in enrich(body).entities for m in e.mentions), key=lambda mention: mention.start):
        assert mention.start >= end
        assert body[mention.start : mention.end] == mention.text == mention.text.strip() != ""
        end = mention.end


def test_mentions_do_not_overlap(enrich: Enrich) -> None:
    mentions = sorted((m.start, m.end) for entity in enrich(SUBHEADS * 3).entities for m in entity.mentions)
    assert all(one[1] <= other[0] for one, other in pairwise(mentions))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Mannesmann wants a stake in a U.S. Company this year.", ("U.S.", "place")),
        ("The Senate voted on Friday. The House voted later.", ("House", "organization")),
        (
            "Roger Bootle spoke. Bootle of Lloyds said the expected base rate cut would come.",
            ("Lloyds", "organization"),
        ),
        ("Jordan is near Israel. Rifa'i said Jordan owed much. Zeid al-Rifa'i spoke for Jordan.", ("Rifa'i", "person")),
        ("The Reagan Administration wants it.", ("Reagan", "person")),
        ("On Monday it paid BOT International (HK) Ltd.", ("BOT International (HK) Ltd", "organization")),
        ("The Brazilian Steel Institute (IBS) said so.", ("IBS", "organization")),
        ("Thomas and Betts Corp sued. Thomas and Betts said it is right.", ("Thomas and Betts", "organization")),
        ("On Monday London-based NAWG officials met.", ("London", "place")),
        ("The plant is in Akron, Ohio. It will close.", ("Ohio", "place")),
        ("The U. S. medical center is in Ohio.", ("U. S.", "place")),
        ('John Gotti and Anthony "Tony Ducks" Corallo died there.', ('Anthony "Tony Ducks" Corallo', "person")),
        ("He shot Kathina Thomas. The bullet that struck Kathina Thomas was found.", ("Kathina Thomas", "person")),
        ("Police named Subryan. On Monday Subryan, 23, was charged.", ("Subryan", "person")),
        ("Prersident Jose Sarney spoke on Monday.", ("Jose Sarney", "person")),
        ("The Indian Navy sank it on Monday.", ("Indian Navy", "organization")),
        ("Gold Fields Corp of South Africa Ltd said so.", ("Gold Fields Corp of South Africa Ltd", "organization")),
        ("Officials of non-OPEC countries met.", ("OPEC", "organization")),
        ("Manchester United striker Ryan Giggs scored.", ("Manchester United", "organization")),
    ],
)
def test_what_the_article_says_corrects_the_recogniser(enrich: Enrich, body: str, found: tuple[str, str]) -> None:
    assert found in spans(enrich(body))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Mannesmann wants a stake in a U.S. Company this year.", "U.S. Company"),
        ("It costs a billion European Currency Units (ECU) to the bank.", "ECU"),
        ("Wheat was sold under the Export Enhancement Program on Monday.", "Export Enhancement Program"),
        ("Swissair bought ten DC-10 aircraft on Monday.", "DC"),
        ("The Tripoli raid, a U.S. Bombing, was condemned.", "U.S. Bombing"),
        ("Microsoft will mend Windows and Internet Explorer.", "Windows"),
        ("Qtrly div 17.5 cts vs 17.5 cts prior, paid by Paxar Corp.", "Qtrly"),
    ],
)
def test_what_is_no_name_is_not_found(enrich: Enrich, body: str, name: str) -> None:
    assert name not in {text for text, _ in spans(enrich(body))}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "JOHN DOWNER, THE MAYOR OF QUITO, SAID ON MONDAY THAT MARIA ORTEGA WOULD LEAD THE INQUIRY.",
            {("person", "John Downer"), ("place", "Quito"), ("person", "Maria Ortega")},
        ),
        (
            "POLICE ARRESTED THOMAS HALE IN CHICAGO AFTER HE ALLEGEDLY ROBBED A BANK.\n\nHALE WAS CHARGED.",
            {("person", "Thomas Hale"), ("place", "Chicago")},
        ),
        (
            "PRESIDENT VLADIMIR PUTIN MET NARENDRA MODI IN NEW DELHI ON TUESDAY. PUTIN TOLD REPORTERS SO.",
            {("person", "Vladimir Putin"), ("person", "Narendra Modi"), ("place", "New Delhi")},
        ),
        ("THE JURY FOUND HIM GUILTY, JUDGE KAREN WALSH ANNOUNCED. NOBODY APPEALED.", {("person", "Karen Walsh")}),
    ],
)
def test_a_text_in_capitals_has_its_names_and_no_more(
    enrich: Enrich, body: str, expected: set[tuple[str, str]]
) -> None:
    assert {(entity.type, entity.name) for entity in enrich(body).entities} == expected


def test_a_name_ends_where_a_column_of_a_table_does(enrich: Enrich) -> None:
    body = (
        "Prices in Ghana and Cameroun rose.\nCountry       Zabala Differential\nGhana \t Cameroun  12\nNobody knew why."
    )
    texts = [mention.text for entity in enrich(body).entities for mention in entity.mentions]
    assert "Ghana" in texts
    assert not [text for text in texts if "   " in text or "\t" in text]


def test_a_name_ends_at_its_ticker(enrich: Enrich) -> None:
    body = "Earnings rose at Volkswagen <VOWG.F> 3.4 billion, Daimler-Benz <DAIG.F> 3.4 billion, Hoechst <HFAG.F> 2.0."
    names = {mention.text for entity in enrich(body).entities for mention in entity.mentions}
    assert {"Volkswagen", "Daimler-Benz", "Hoechst"} <= names
