from __future__ import annotations

import pytest

from app.enrich import gazetteer, offices


@pytest.mark.parametrize(
    ("before", "name", "nation"),
    [
        ("the West German ", "Finance Ministry", "West Germany"),
        ("", "Israeli Foreign Ministry", "Israel"),
        ("Brazil's ", "Central Bank", "Brazil"),
        ("Brazil’s ", "Central Bank", "Brazil"),
        ("", "Japans Finance Ministry", "Japan"),
        ("", "U.S. Navy", "United States"),
        ("said the ", "Foreign Ministry", None),
        ("the ", "Reserve Bank of New Zealand", "New Zealand"),
        ("the ", "U.S. Department of Agriculture", "United States"),
        ("the ", "USDA", "United States"),
        ("the ", "US Department of Health & Human Services", "United States"),
        ("", "Homeland Security", "United States"),
        ("", "D.O.J.", "United States"),
        ("the Russian ", "Ministry of Foreign Affairs", "Russia"),
    ],
)
def test_an_office_is_of_the_country_before_it(before: str, name: str, nation: str | None) -> None:
    office = offices.office_named(name, before + name, len(before))
    assert office is not None
    assert (office.nation.name if office.nation else None) == nation


@pytest.mark.parametrize("name", ["Paxar Corp", "Deutsche Bank", "Bank of England", "World Bank"])
def test_a_name_of_its_own_is_no_such_office(name: str) -> None:
    assert offices.office_named(name, name, 0) is None


def test_departments_and_the_treasury_are_american_where_nothing_else_is_said() -> None:
    names = ("Agriculture Department", "Department of Agriculture", "U.S. Agriculture Department", "USDA")
    found = [office for name in names if (office := offices.office_named(name, name, 0))]
    assert {office.slug for office in found} == {"agriculture-department"}
    assert len(found) == len(names)
    assert offices.office_named("Treasury Department", "Treasury Department", 0) == offices.office_named(
        "Treasury", "Treasury", 0
    )
    treasury = offices.office_named("Treasury", "Treasury", 0)
    assert treasury is not None
    britain, japan = gazetteer.country("GB"), gazetteer.country("JP")
    assert [place and place.id for place in map(treasury.nation_at, (None, britain, japan))] == [
        "place-united-states",
        "place-united-kingdom",
        "place-united-states",
    ]


@pytest.mark.parametrize(
    ("names", "slug"),
    [
        (("Ministry of Defence", "Defence Ministry", "Defense Ministry", "Ministry of Defense"), "defense-ministry"),
        (("Foreign Ministry", "Ministry of Foreign Affairs", "Foreign Affairs Ministry"), "foreign-ministry"),
        (("Ministry of the Interior", "Interior Ministry"), "interior-ministry"),
        (
            ("Department of Homeland Security", "Dept. of Homeland Security", "Homeland Security Dept", "DHS"),
            "homeland-security-department",
        ),
    ],
)
def test_an_office_is_one_however_its_name_is_turned(names: tuple[str, ...], slug: str) -> None:
    found = [office for name in names if (office := offices.office_named(name, name, 0))]
    assert {office.slug for office in found} == {slug}
    assert len(found) == len(names)


@pytest.mark.parametrize("before", ["the state ", "Ohio's ", "the city's ", "New York "])
def test_what_a_state_has_is_no_office_of_the_country(before: str) -> None:
    body = f"{before}Department of Education"
    assert offices.office_named("Department of Education", body, len(before)) is None


@pytest.mark.parametrize("name", ["California Department of Justice", "Department of Motor Vehicles"])
def test_any_other_department_is_none(name: str) -> None:
    assert offices.office_named(name, name, 0) is None
