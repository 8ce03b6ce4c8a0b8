"""What clings to names on web pages."""

from __future__ import annotations

import pytest

from app.enrich import credits
from tests.enrich.conftest import Enrich
from tests.enrich.test_cleaning import cleaned


@pytest.mark.parametrize(
    ("guess", "names"),
    [
        ("Ann Lund/AFP/Getty Images", ["Ann Lund", "AFP", "Getty Images"]),
        ("Nurberg / Getty Images", ["Nurberg", "Getty Images"]),
        ("Washington Post/Lund Research Center", ["Washington Post", "Lund Research Center"]),
        ("HIV/AIDS", ["HIV/AIDS"]),
        ("JUST WATCHED Lund", ["Lund"]),
        ("Oslo Replay More Videos ... MUST WATCH Lund", ["Oslo", "Lund"]),
        ("Replay More Videos", []),
        ("CLOSE Ann Lund", ["Ann Lund"]),
        ("Facebook Twitter Pinterest", []),
        ("Facebook", ["Facebook"]),
        ("Twitter Lund", ["Twitter Lund"]),
        ("Oslo 03:48", ["Oslo"]),
        ("Just Watchedly", ["Just Watchedly"]),
    ],
)
def test_credits_are_parted_and_words_of_the_page_left_out(guess: str, names: list[str]) -> None:
    text = f"By {guess} today"
    assert [text[start:end].strip() for start, end in credits.parts(text, 3, 3 + len(guess))] == names


@pytest.mark.parametrize(
    ("guess", "label", "found"),
    [
        ("pro-Lund", "ORG", ["Lund: organization by model"]),
        ("anti-Washington", "ORG", ["Washington: organization by model"]),
        ("non-U.S.", "GPE", ["U.S.: place by model"]),
        ("non-Lund", "ORG", ["non-Lund: organization by model"]),
        ("Anti-Defamation League", "ORG", ["Anti-Defamation League: organization by model"]),
        ("pro-Lund Trusted Leadership", "ORG", ["pro-Lund Trusted Leadership: organization by model"]),
        ("Ann B. Lund-era", "PERSON", ["Ann B. Lund: person by model"]),
        ("SB 1070", "GPE", []),
        ("H.R. 45", "ORG", []),
        ("lund.jpg?id=1155", "GPE", []),
        ("PDF", "ORG", []),
    ],
)
def test_the_name_in_a_compound_is_found_and_laws_and_files_are_none(guess: str, label: str, found: list[str]) -> None:
    assert cleaned(guess, label) == found


def test_people_of_a_state_stand_for_it_and_a_newspaper_for_none(enrich: Enrich) -> None:
    found = enrich("Many Iowans and North Dakotans agreed, according to The Oregonian. Few Alaskans did so.")
    assert {entity.key: [mention.rule for mention in entity.mentions] for entity in found.entities} == {
        "place-iowa": ["demonym"],
        "place-north-dakota": ["demonym"],
        "organization-oregonian": ["head-noun"],
        "place-alaska": ["demonym"],
    }


@pytest.mark.parametrize(
    ("guess", "label", "found"),
    [
        ("Zabala Lund/EPA", "PERSON", ["Zabala Lund: person by model", "EPA: organization by model"]),
        ("Ann Lund/Zabala", "PERSON", ["Ann Lund: person by model", "Zabala: organization by model"]),
        ("AP Photo", "ORG", ["AP: organization by model"]),
        ("Lund Photo", "ORG", ["Lund Photo: organization by model"]),
        ("Premier League", "ORG", ["Premier League: organization by model"]),
    ],
)
def test_who_publishes_a_picture_is_no_person(guess: str, label: str, found: list[str]) -> None:
    assert cleaned(guess, label) == found


def test_a_guess_that_ends_in_a_phrase_of_the_page_is_cut_before_it() -> None:
    text = "Crunch for Lund Replay More Videos ... MUST WATCH"
    assert [text[start:end].strip() for start, end in credits.parts(text, 11, 22)] == ["Lund"]


@pytest.mark.parametrize(
    ("guess", "label", "found"),
    [
        ("Brady Bill", "PERSON", []),
        ("Tony Bill", "PERSON", ["Tony Bill: person by model"]),
        ("Superstorm Ann", "PERSON", ["Superstorm Ann: event by head-noun"]),
        ("Hurricane Ann Relief Fund", "ORG", ["Hurricane Ann Relief Fund: organization by model"]),
        ("Meet the Press", "ORG", []),
    ],
)
def test_bills_and_broadcasts_are_no_names_and_storms_are_events(guess: str, label: str, found: list[str]) -> None:
    assert cleaned(guess, label) == found
