"""One guess of the recogniser by itself: its ends, its parts, its type."""

from __future__ import annotations

import pytest

from app.enrich.cleaning import clean, is_ordinary, starts_sentence, trim


def cleaned(name: str, label: str, text: str = "") -> list[str]:
    text = text or f"Today {name} came"
    start = text.index(name)
    return [
        f"{text[span.start : span.end]}: {span.type} by {span.rule}"
        for span in clean(text, start, start + len(name), label)
    ]


@pytest.mark.parametrize(
    ("name", "label", "found"),
    [
        ("President Emmanuel Macron", "PERSON", ["Emmanuel Macron: person by title"]),
        ("Athough Reagan", "PERSON", ["Athough Reagan: person by model"]),
        ("P. Simmons 108", "PERSON", ["P. Simmons: person by model"]),
        ("Merck and Co Inc MRK", "ORG", ["Merck and Co Inc: organization by model"]),
        ("MEA Spokesperson", "ORG", ["MEA: organization by model"]),
        ("Reagan Administration", "ORG", ["Reagan: person by model"]),
        ("U.S. Farmers", "ORG", ["U.S.: place by model"]),
        ("U.S. Government", "ORG", ["U.S.: place by model"]),
        ("Japan Government", "GPE", ["Japan: place by gazetteer"]),
        ("London-based", "GPE", ["London: place by model"]),
        ("Central Fire Department", "GPE", ["Central Fire Department: organization by head-noun"]),
        ("Leeds United", "PERSON", ["Leeds United: organization by head-noun"]),
        ("U.C.L.A.", "GPE", ["U.C.L.A.: organization by head-noun"]),
        ("Annual Rye Festival", "EVENT", ["Rye Festival: event by model"]),
        ("Pahalgam, Jammu and Kashmir", "GPE", ["Pahalgam: place by model", "Jammu and Kashmir: place by model"]),
        (
            "India's Ministry of External Affairs",
            "ORG",
            ["India: organization by model", "Ministry of External Affairs: organization by model"],
        ),
        ("Ann Lee and Bo Rand", "PERSON", ["Ann Lee: person by model", "Bo Rand: person by model"]),
        (
            "World Bank and International Monetary Fund",
            "ORG",
            ["World Bank: organization by model", "International Monetary Fund: organization by model"],
        ),
    ],
)
def test_a_guess_becomes_names_of_exact_ends(name: str, label: str, found: list[str]) -> None:
    assert cleaned(name, label) == found


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Monday", "ORG"),
        ("GECL.L", "ORG"),
        ("Export Enhancement Program", "ORG"),
        ("Prime Rate", "ORG"),
        ("Ukraine war", "EVENT"),
        ("President", "PERSON"),
        ("twelve", "CARDINAL"),
    ],
)
def test_what_is_no_name_is_left_out(name: str, label: str) -> None:
    assert cleaned(name, label) == []


def test_a_misprinted_opener_goes_at_the_head_of_a_sentence() -> None:
    assert cleaned("Athough Reagan", "PERSON", "Athough Reagan came.") == ["Reagan: person by model"]


def test_a_nickname_is_taken_whole() -> None:
    text = 'Then Anthony "Tony Ducks" Corallo came.'
    assert cleaned('Anthony "Tony', "PERSON", text) == ['Anthony "Tony Ducks" Corallo: person by model']


@pytest.mark.parametrize(
    ("name", "bare"),
    [("the 'Kremlin's", "Kremlin"), ("Moody's", "Moody's"), ("The Hague,", "The Hague"), ("Paxar Inc.", "Paxar Inc.")],
)
def test_what_clings_to_a_name_is_trimmed(name: str, bare: str) -> None:
    text = f"So {name} then"
    start, end = trim(text, 3, 3 + len(name))
    assert text[start:end] == bare


def test_a_sentence_starts_behind_a_stop_and_a_quote() -> None:
    text = 'It ended. "Paris said so in Paris'
    assert starts_sentence(text, text.index("Paris"))
    assert not starts_sentence(text, text.rindex("Paris"))


def test_ordinary_words_are_no_names() -> None:
    assert is_ordinary("Monday")
    assert is_ordinary("108")
    assert not is_ordinary("Reagan")


def test_a_common_noun_of_two_words_is_no_name() -> None:
    assert is_ordinary("Congressional District")


def test_who_is_called_by_initials_is_a_person_but_where_they_are_an_airport() -> None:
    assert cleaned("FDR", "ORG") == ["FDR: person by head-noun"]
    assert cleaned("JFK", "PERSON") == ["JFK: person by model"]
    assert cleaned("JFK", "ORG", "He landed at JFK today") == ["JFK: organization by model"]


@pytest.mark.parametrize(
    ("name", "label", "found"),
    [
        ("Lund Courage Award", "ORG", []),
        ("First Amendment Coalition", "ORG", ["First Amendment Coalition"]),
        ("14th Amendment", "ORG", []),
        ("Lund v. Strand", "PERSON", []),
        ("pic.twitter.com/x4y", "GPE", []),
        ("http://usat.ly/2x4y", "ORG", []),
        ("U.S.-bound", "GPE", ["U.S."]),
        ("Stow-upon", "GPE", ["Stow-upon"]),
    ],
)
def test_prizes_cases_addresses_and_compounds(name: str, label: str, found: list[str]) -> None:
    assert [name[span.start : span.end] for span in clean(name, 0, len(name), label)] == found
