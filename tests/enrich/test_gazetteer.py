from __future__ import annotations

import subprocess
import sys

import pytest

from app.enrich import gazetteer


@pytest.mark.parametrize(
    ("name", "within", "id", "country"),
    [
        ("India", None, "place-india", "IN"),
        ("New Delhi", None, "place-new-delhi", "IN"),
        ("Jammu and Kashmir", None, "place-jammu-and-kashmir", "IN"),
        ("United States", None, "place-united-states", "US"),
        ("U.S.", None, "place-united-states", "US"),
        ("Britain", None, "place-united-kingdom", "GB"),
        ("Holland", None, "place-netherlands", "NL"),
        ("Burma", None, "place-myanmar", "MM"),
        ("the Soviet Union", None, "place-soviet-union", "SU"),
        ("West Germany", None, "place-west-germany", "DE"),
        ("New York", None, "place-new-york-city", "US"),
        ("New York state", None, "place-new-york", "US"),
        ("Washington", None, "place-washington", "US"),
        ("L.A.", None, "place-los-angeles", "US"),
        ("Washington state", None, "place-washington-state", "US"),
        ("Georgia", None, "place-georgia", "GE"),
        ("Georgia", "United States", "place-georgia-state", "US"),
        ("Kiev", None, "place-kyiv", "UA"),
        ("Zürich", None, "place-zurich", "CH"),
        ("Sao Paulo", None, "place-sao-paulo", "BR"),
        ("St. Louis", None, "place-st-louis", "US"),
        ("Birmingham", None, "place-birmingham", "GB"),
        ("Birmingham", "Ala.", "place-birmingham-alabama", "US"),
        ("Calif.", None, "place-california", "US"),
        ("Middle East", None, "place-middle-east", None),
        ("Europe", None, "place-europe", None),
        ("Palmetto State", None, "place-south-carolina", "US"),
        ("Gitmo", None, "place-guantanamo-bay", "US"),
    ],
)
def test_a_name_means_a_place(name: str, within: str | None, id: str, country: str | None) -> None:
    place = gazetteer.find(name, within)
    assert place is not None
    assert (place.id, place.country) == (id, country)


@pytest.mark.parametrize(("name", "within"), [("Erewhon", None), ("Oslo", "Texas"), ("", None)])
def test_what_is_not_listed_is_not_found(name: str, within: str | None) -> None:
    assert gazetteer.find(name, within) is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Indian", "India"),
        ("Russians", "Russia"),
        ("Sri Lankan", "Sri Lanka"),
        ("British", "United Kingdom"),
        ("Scots", "Scotland"),
        ("Soviets", "Soviet Union"),
        ("Yugoslav", "Yugoslavia"),
        ("West German", "West Germany"),
        ("European", "Europe"),
        ("Dutchmen", "Netherlands"),
    ],
)
def test_a_nationality_leads_to_its_country(word: str, name: str) -> None:
    place = gazetteer.demonym(word)
    assert place is not None
    assert place.name == name


@pytest.mark.parametrize("name", ["us", "Chad", "Jordan", "Victoria", "Springfield", "Nice"])
def test_a_doubtful_name_is_not_certain(name: str) -> None:
    assert not gazetteer.is_certain(name)


def test_ids_are_unique_among_the_places_of_a_name() -> None:
    for name in ("Springfield", "Florence", "Athens", "San Jose", "Hamilton", "Córdoba"):
        ids = [place.id for place in gazetteer.places_called(name)]
        assert len(ids) == len(set(ids)) > 1, name


def test_every_nationality_of_the_table_has_a_place() -> None:
    missing = [word for _, word in gazetteer.demonym_words() if gazetteer.demonym(word) is None]
    assert missing == []


def test_the_import_reads_no_table() -> None:
    code = "import app.enrich.gazetteer as g; print(g._gazetteer.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize(
    ("word", "state"),
    [("Miss.", "Mississippi"), ("MS", "Mississippi"), ("Ms.", None), ("Al", None), ("W.Va.", "West Virginia")],
)
def test_an_abbreviation_of_a_state_is_written_as_one(word: str, state: str | None) -> None:
    found = gazetteer.state_abbreviation(word)
    assert (found.name if found else None) == state
