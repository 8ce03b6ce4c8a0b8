from __future__ import annotations

import pytest

from app.enrich.callings import Said, said, unlikeness


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("British General", Said("general", "armed-forces", "GB")),
        ("Lt. Col.", Said("colonel", "armed-forces", None)),
        ("general in the British army", Said("general", "armed-forces", None)),
        ("former West German Foreign Minister", Said("minister", "state", "DE")),
        ("Indian PM", Said("pm", "state", "IN")),
        ("Russian President", Said("president", "state", "RU")),
        ("New Mexico Governor", Said("governor", "state", None)),
        ("pop star", Said("star", "arts", None)),
        ("tennis player", Said("player", "sport", None)),
        ("actor and director", Said("actor", "arts", None)),
        ("energy economist with Bankers Trust", Said("economist", "business", None)),
    ],
)
def test_what_a_role_says(role: str, expected: Said) -> None:
    assert said(role) == expected


@pytest.mark.parametrize(
    "role",
    [
        "President",  # of a country, a company or a club
        "PM",  # the hour
        "American Express president",
        "star",
        "Attorney General",
        "Senate Sergeant at Arms",
        "major",
        "Congressman Bishop",  # a name in a row of names
        "like Colombian Finance Minister Cesar Gaviria last week",
        "aide to the Minister",
        "sister of the singer",
    ],
)
def test_what_may_be_several_things_says_nothing(role: str) -> None:
    assert said(role) is None


def test_a_nation_that_is_no_more_says_nothing() -> None:
    assert said("Soviet Foreign Minister") == Said("minister", "state", None)


def test_some_callings_no_one_life_has_and_some_many_have() -> None:
    assert unlikeness("arts", "armed-forces") == unlikeness("armed-forces", "arts") == 2
    assert unlikeness("state", "arts") == unlikeness("arts", "state") == 1
    assert unlikeness("state", "armed-forces") == unlikeness("law", "law") == 0
