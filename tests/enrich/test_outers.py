"""Which country or state an article puts its places in, by its own words."""

from __future__ import annotations

import pytest

from app.enrich.mentions import Mention
from app.enrich.resolve import resolve
from tests.enrich.conftest import Enrich


def places(marked: str) -> list[str]:
    """Return the ids of the places that a text marks with brackets."""
    body, mentions = "", []
    for number, piece in enumerate(marked.replace("]", "[").split("[")):
        if number % 2:
            mentions.append(Mention(len(body), len(body) + len(piece), piece, "place", "model", 0.8))
        body += piece
    by_start = {
        m.start: entity.key for entity in resolve("a1", body, mentions, None, "p").entities for m in entity.mentions
    }
    return [by_start[mention.start].removeprefix("place-") for mention in mentions]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Cases rose in [California], [Texas] and [Ohio].", "california texas ohio"),
        ("It is law in [Florida], [Ohio], and some others.", "florida ohio"),
        ("Five states, [Maine], [Vermont], [Utah], [Idaho] & [Iowa], agreed.", "maine vermont utah idaho iowa"),
        ("They met voters in [Delaware], [Ohio] or [Wyoming], [Michigan] and [Indiana].",
         "delaware ohio wyoming michigan indiana"),
        ("It grows in [Ontario], [Quebec] and [Manitoba].", "ontario quebec manitoba"),
        ("Voters in [Scotland], [England] and [Wales] agreed.", "scotland england wales"),
        ("They export to [Jordan], [Lebanon] and [Egypt].", "jordan lebanon egypt"),
        ("They sell [Mexico], [Brazil] and [Peru] maize.", "mexico brazil peru"),
        ("Storms hit [Chicago], [Texas] and [Ohio].", "chicago texas ohio"),
        ("They flew to [Moscow], [Texas], [Ohio] and home.", "moscow texas ohio"),
    ],
)  # fmt: skip
def test_a_list_of_states_is_no_town_in_a_state(text: str, ids: str) -> None:
    assert places(text) == ids.split(" ")


@pytest.mark.parametrize(
    "text",
    [
        "After leaving [Paris], U.S. negotiators went home.",
        "At talks in [Paris], Lebanon's government agreed.",
        "On a visit to [Paris], Texas Gov. Ann Lund spoke.",
        "The reporters of [Paris], Ms. Lund among them, wrote.",
    ],
)
def test_what_the_next_clause_begins_with_is_where_nothing_lies(text: str) -> None:
    assert places(text) == ["paris"]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("He was born in [Washington], Georgia, in 1920.", "washington-georgia"),
        ("He spoke at a rally in [Washington], Michigan.", "washington-michigan"),
        ("The senator visited [Peru], Indiana, on Tuesday.", "peru-indiana"),
        ("In its talks with [China], Washington, in concert with others, was slow.", "china"),
        ("The mill in [Nevada], Mo., has burned down.", "nevada-missouri"),
        ("The mill in [Nevada], Missouri, has burned down.", "nevada-missouri"),
        ("A shop in [Lebanon], Tennessee closed early.", "lebanon-tennessee"),
        ("A man from [Peru], Indiana, was found.", "peru-indiana"),
        ("The warehouses of [Ontario], California, are full.", "ontario-california"),
        ("They live in [Wyoming], Michigan.", "wyoming-michigan"),
        ("A farm in [Ontario], Canada, was sold.", "ontario"),
        ("A farm in [Georgia], U.S., was sold.", "georgia-state"),
        ("They marched in [Tripoli], Lebanon's second city.", "tripoli-lebanon"),
        ("A fire in [Paris], Texas killed two.", "paris-texas"),
        ("She moved to [Moscow], Idaho, and Washington, D.C., later.", "moscow-idaho"),
        ("They live in [Antioch], Tennessee. The town is small.", "antioch-tennessee"),
    ],
)  # fmt: skip
def test_a_town_of_that_name_needs_evidence(text: str, id: str) -> None:
    assert places(text) == [id]


def test_one_mention_says_where_the_others_lie() -> None:
    assert places("A fire in [Lebanon], Tennessee. Later [Lebanon] slept.") == ["lebanon-tennessee"] * 2
    assert places("A fire in [Springfield], Ohio. Later [Springfield] slept.") == ["springfield-ohio"] * 2


def test_a_famous_name_that_came_first_keeps_its_meaning() -> None:
    text = "[Paris] is far. He lives in [Paris], Texas. [Iowa] votes. He lives in [Iowa], Louisiana. [Iowa] has voted."
    assert places(text) == ["paris", "paris-texas", "iowa", "iowa-louisiana", "iowa"]


def test_a_quarter_is_one_place_with_and_without_its_city() -> None:
    assert places("They live in [Brooklyn], N.Y., and [Hollywood], Florida, not in [Brooklyn].") == [
        "brooklyn",
        "hollywood-florida",
        "brooklyn",
    ]


def test_the_head_of_an_article_says_where_its_town_lies(enrich: Enrich) -> None:
    found = enrich("WASHINGTON, Georgia, March 3 - The mayor of Washington spoke on Monday in Washington.")
    named = {entity.key: len(entity.mentions) for entity in found.entities}
    assert named == {"place-washington-georgia": 3, "place-georgia-state": 1}
    assert found.dateline_place == "place-washington-georgia"
