"""Which of several places of one name is meant: a city, a state, a country."""

from __future__ import annotations

import pytest

from app.enrich.mentions import Mention
from app.enrich.resolve import resolve
from tests.enrich.conftest import Enrich
from tests.enrich.test_outers import places


@pytest.mark.parametrize(
    "text",
    [
        "The bill was signed by [New York] Gov. Ann Lund.",
        "The bill was signed by [New York]’s Democratic governor.",
        "It was the idea of [New York] Sen. Ann Lund and of others.",
        "The suit of [New York] attorney general Ann Lund failed.",
        "She won the [New York] Democratic presidential primary.",
        "They farm in upstate [New York] and in the hills.",
        "Upstate [New York] farmers agreed.",
        "In a state like [New York] it is law.",
        "The attorney general of [New York] sued.",
        "They farm in western [New York] and in the hills.",
        "Workers of the [New York] state legislature struck.",
        "She asked Sen. Ann Lund of [New York] to come.",
        "She asked Ann Lund, a [New York] Democrat, to come.",
        "So said Rep. Ann Lund, D-[New York], on Monday.",
        "It rose in states such as [New York] last year.",
        "He lives in [Buffalo], [New York], with a dog.",
        "It is law in [New York], [Idaho] and [Ohio].",
        "It is law in [Ohio], [New York] and [Idaho].",
        "They met Ann Lund of [New York] and Bob Berg of [Ohio].",
        "Points: [Ohio] (14), [New York] (12), [Idaho] (9)",
        "[Ohio]\n[New York]\n[Idaho]",
    ],
)
def test_new_york_is_the_state_where_the_text_says_so(text: str) -> None:
    marked = [piece.split("]")[0] for piece in text.split("[")[1:]]
    assert places(text)[marked.index("New York")] == "new-york"


@pytest.mark.parametrize(
    "text",
    [
        "He flew to [New York] on Monday.",
        "So said [New York] Mayor Ann Lund.",
        "The [New York] police looked for him.",
        "He owns a [New York] hotel.",
        "It rose in cities such as [New York] last year.",
        "They have shops in [Chicago], [New York] and [Boston].",
        "They have shops in [London], [New York] and [Ohio], in [Paris] and [Rome].",
        "He left downtown [New York] early.",
        "He lives near Madison Hall, [New York], with a dog.",
    ],
)
def test_new_york_is_the_city_elsewhere(text: str) -> None:
    assert "new-york-city" in places(text)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("So said [Washington] Gov. Ann Lund.", "washington-state"),
        ("The first case came to [Washington] state in May.", "washington-state"),
        ("A farm in eastern [Washington] was sold.", "washington-state"),
        ("So said Ann Lund, a [Washington] Republican.", "washington-state"),
        ("So said [Washington] Republicans.", "washington"),
        ("So said the head of [Washington]'s delegation.", "washington"),
        ("They grow it in [Oregon], [Washington] and [Idaho].", "oregon washington-state idaho"),
        ("They grow it in [Tacoma], [Washington], and [Idaho].", "tacoma washington-state idaho"),
        ("They met in [London], [Washington] and [Tokyo].", "london washington tokyo"),
        ("In [Washington], [Oregon] Sen. Ann Lund spoke.", "washington oregon"),
        ("Talks between [Washington] and [California] failed.", "washington california"),
        ("He has friends on [Wall Street] and in [Washington].", "wall-street washington"),
        ("The court in [California] and one in [Washington], D.C., agreed.", "california washington"),
        ("[Washington] will never accept it.", "washington"),
        ("The premier of [Quebec] met [Quebec] Premier Ann Lund.", "quebec quebec"),
        ("The mayor of [Quebec] spoke.", "quebec-city"),
        ("They flew from [Boston], [Quebec] and [Chicago] to Rome.", "boston quebec-city chicago"),
        ("[Ontario], [Quebec] and [Manitoba] agreed.", "ontario quebec manitoba"),
        ("The mayor of [Luxembourg] spoke.", "luxembourg-city"),
        ("[Luxembourg] Prime Minister Ann Lund spoke.", "luxembourg"),
        ("Offices in [Brussels], [Luxembourg] and [Strasbourg] shut.", "brussels luxembourg-city strasbourg"),
        ("Banks of [Belgium], [Luxembourg] and [France] agreed.", "belgium luxembourg france"),
        ("They left downtown [Mexico] for northern [Mexico].", "mexico-city mexico"),
        ("They went to [Mexico] in May.", "mexico"),
        ("The mayor of [Panama] spoke, and the president of [Panama].", "panama-city panama"),
    ],
)  # fmt: skip
def test_a_name_of_several_senses_has_the_one_that_stands_beside_it(text: str, id: str) -> None:
    assert places(text) == id.split(" ")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("[Georgia] Gov. Ann Lund spoke.", "georgia-state"),
        ("[Georgia] President Ann Lund spoke.", "georgia"),
        ("They drove from [Atlanta], [Georgia], to Rome.", "atlanta georgia-state"),
        ("They drove from [Tbilisi], [Georgia], to Rome.", "tbilisi georgia"),
        ("It is law in [Alabama], [Georgia] and [Ohio].", "alabama georgia-state ohio"),
        ("It is law in [Ukraine], [Georgia] and [Moldova].", "ukraine georgia moldova"),
        ("Republicans fear for [Georgia].", "georgia-state"),
        ("[Russia] invaded [Georgia]. Trump was silent about [Georgia].", "russia georgia georgia"),
        ("In [Georgia] it rained. [Abkhazia] was dry, said Sen. Ann Lund.", "georgia abkhazia"),
        ("In [Georgia] it rained.", "georgia"),
    ],
)
def test_georgia_is_the_state_in_articles_about_the_united_states(text: str, ids: str) -> None:
    assert places(text) == ids.split(" ")


def test_georgians_are_of_the_georgia_that_the_article_means() -> None:
    def country(body: str) -> str | None:
        start = body.index("Georgians")
        mention = Mention(start, start + 9, "Georgians", "place", "demonym", 0.9)
        return resolve("a1", body, [mention], None, "p").entities[0].country

    assert country("Many Georgians voted for the Democrats.") == "US"
    assert country("Many Georgians voted on Sunday.") == "GE"


def test_what_the_article_says_twice_it_means_everywhere() -> None:
    state = "[New York] Gov. Ann Lund spoke. The [New York] legislature sat. [New York] has 62 counties, said Bob Berg."
    assert places(state) == ["new-york"] * 3
    both = "[New York] Gov. Ann Lund spoke. The [New York] mayor did not. [New York] waits."
    assert places(both) == ["new-york", "new-york-city", "new-york-city"]
    senators = "[New York] Sen. Ann Lund and [New York] Sen. Bob Berg met at a hotel in [New York]."
    assert places(senators) == ["new-york", "new-york", "new-york-city"]


@pytest.mark.parametrize(
    ("dateline", "id"),
    [
        ("QUEBEC, March 3 - ", "place-quebec-city"),
        ("LUXEMBOURG, March 3 - ", "place-luxembourg-city"),
        ("MONTREAL, Quebec, March 3 - ", "place-montreal"),
        ("NEW YORK, March 3 - ", "place-new-york-city"),
        ("WASHINGTON, March 3 - ", "place-washington"),
    ],
)
def test_the_head_of_an_article_names_a_city(enrich: Enrich, dateline: str, id: str) -> None:
    found = enrich(f"{dateline}Rain fell on Monday, and the farmers were glad of it.")
    assert found.dateline_place == id


def test_what_a_dateline_says_of_its_town_is_no_city(enrich: Enrich) -> None:
    found = enrich("MURDOCHVILLE, Quebec, March 3 - Rain fell on Monday, and the farmers were glad of it.")
    assert "place-quebec" in {entity.key for entity in found.entities}


def test_a_line_that_ends_in_a_row_parts_no_names() -> None:
    text = "It rose in [Ohio], [Oregon] and\n[Washington] last year, and in [Texas],\n[New York] and [Idaho]."
    assert places(text) == ["ohio", "oregon", "washington-state", "texas", "new-york", "idaho"]
