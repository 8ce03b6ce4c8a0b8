from __future__ import annotations

import pytest

from app.enrich import organizations


@pytest.mark.parametrize(
    ("text", "companies"),
    [
        ("it acquired Thermo-Print GmbH of Lohn.", ["Thermo-Print GmbH"]),
        ("sold to Samuel Montagu and Sons Ltd on Friday", ["Samuel Montagu and Sons Ltd"]),
        ("led by Goldman, Sachs and Co and others", ["Goldman, Sachs and Co"]),
        ("Paxar Corp and Sun Co merged", ["Paxar Corp", "Sun Co"]),
        ("he told Reuters. Asiavest Pty Ltd declined", ["Asiavest Pty Ltd"]),
        ("The Inc was crossed out", []),
        ("Apple, Inc. said", []),
    ],
)
def test_companies_end_with_a_legal_form(text: str, companies: list[str]) -> None:
    assert [text[start:end] for start, end in organizations.companies(text)] == companies


@pytest.mark.parametrize(
    ("name", "bare"),
    [("Paxar Corp", "Paxar"), ("Merck and Co Inc", "Merck"), ("Best Buy Co Inc", "Best Buy"), ("Limited", "Limited")],
)
def test_the_legal_form_is_no_part_of_the_bare_name(name: str, bare: str) -> None:
    assert organizations.without_form(name) == bare


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Department of Trade and Industry", "DTI"), ("World Health Organization", "WHO"), ("Tata Steel Ltd", "TS")],
)
def test_initials(name: str, letters: str) -> None:
    assert letters in organizations.initials(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("U.N.", "United Nations"), ("un", None), ("Kremlin", "Kremlin"), ("kremlin", None), ("WORLD BANK", "World Bank")],
)
def test_well_known_names(name: str, shown: str | None) -> None:
    assert organizations.canonical(name) == shown


@pytest.mark.parametrize(
    ("name", "team"),
    [
        ("North Carolina Tar Heels", True),
        ("Indianapolis Colts", True),
        ("Colorado Springs", False),
        ("Canary Islands", False),
        ("Los Angeles", False),
    ],
)
def test_a_place_and_a_plural_are_a_team(name: str, team: bool) -> None:
    assert organizations.is_team(name) is team


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Morgan Stanley Group Inc", "Morgan Stanley"),
        ("Dixons Group Plc", "Dixons"),
        ("Boston Group", "Boston Group"),
        ("Wagner Group", "Wagner Group"),
        ("General Electric Co Plc", "General Electric Company plc"),
        ("General Electric Co", "General Electric"),
        ("Citibank NA", "Citibank"),
    ],
)
def test_a_group_and_its_company_are_one(name: str, shown: str) -> None:
    assert organizations.usual_name(name) == shown


@pytest.mark.parametrize(
    ("short", "name", "abbreviates"),
    [
        ("ICCO", "International Cocoa Organization", True),
        ("IBS", "Brazilian Steel Institute", True),
        ("ICO", "International Cocoa Organization", True),
        ("ICXO", "International Cocoa Organization", False),
        ("ZICO", "International Cocoa Organization", False),
    ],
)
def test_what_abbreviates_a_name(short: str, name: str, abbreviates: bool) -> None:
    assert organizations.abbreviates(short, name) is abbreviates


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("LA Times", "Los Angeles Times"),
        ("L.A. Clippers", "Los Angeles Clippers"),
        ("N.Y. Post", "New York Post"),
        ("LA", "LA"),
        ("LAX Beacon", "LAX Beacon"),
        ("Beacon.com", "Beacon"),
        ("Independent Group", "Independent Group"),
        ("Fox News Channel", "Fox News"),
        ("HealthCare.gov", "HealthCare.gov"),
        ("Ninth Circuit", "9th Circuit Court of Appeals"),
        ("U.S. Court of Appeals for the D.C. Circuit", "D.C. Circuit Court of Appeals"),
        ("9th U.S. Circuit Court of Appeals", "9th Circuit Court of Appeals"),
        ("Fjord Circuit", "Fjord Circuit"),
        ("UN Human Rights Council", "United Nations Human Rights Council"),
        ("United Nations Security Council", "Security Council"),
        ("UN", "United Nations"),
    ],
)
def test_a_city_in_short_and_the_address_of_a_page_make_no_other_name(name: str, usual: str) -> None:
    assert organizations.usual_name(name) == usual
