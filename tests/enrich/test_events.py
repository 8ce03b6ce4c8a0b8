from __future__ import annotations

import pytest

from app.enrich import events


@pytest.mark.parametrize(
    "name",
    ["World Cup", "1998 World Cup", "Gulf War", "Battle of Hastings", "Hurricane Katrina", "Uruguay Round of GATT"],
)
def test_events_have_a_noun_of_events(name: str) -> None:
    assert events.is_event(name)


@pytest.mark.parametrize("name", ["April 12", "Shr 2.17", "February 21 to 28", "Super Pad", "Volendam 3-0", ""])
def test_dates_prices_and_results_are_no_events(name: str) -> None:
    assert not events.is_event(name)


@pytest.mark.parametrize("name", ["the Second World War", "World War Two", "WORLD WAR II"])
def test_a_war_of_several_names_is_one(name: str) -> None:
    assert events.event_name(name) == "World War II"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("of breaching the 1976 Berne Agreement", ["Berne Agreement"]),
        ("won the Davis Cup on Sunday", ["Davis Cup"]),
        ("the World Cup Organising Committee", []),
        ("The Agreement was signed", []),
    ],
)
def test_a_noun_makes_the_words_before_it_a_name(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in events.headed_names(text)] == names


def test_holidays_are_well_known() -> None:
    assert events.is_well_known("Easter")
    assert events.event_name("Christmas Day") == "Christmas"
