"""Places and nationalities: which place a name means, by which id, in which country.

Cities come from GeoNames (`geonames`), the rest from our own word lists (`lexicon`). Everything is read on first use:
about 0.1 s and a few megabytes, which every worker process pays once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from app.enrich import geonames, lexicon
from app.text import fold, slug

PlaceKind = Literal["country", "capital", "city", "state", "region", "wide"]
Sense = Literal["country", "state", "city"]
_SENSES: Mapping[PlaceKind, Sense] = {
    "country": "country",
    "wide": "country",
    "state": "state",
    "region": "state",
    "capital": "city",
    "city": "city",
}

# First names, surnames and common words as well: their place needs more evidence than the name alone.
_DOUBTFUL = lexicon.terms("doubtful-places")
# Acronyms of countries: words unless in capitals.
_ACRONYMS = lexicon.terms("place-acronyms")
# Surnames, languages and words as well: only where the recogniser agrees.
_DOUBTFUL_DEMONYMS = lexicon.terms("doubtful-demonyms")
_STOPS = re.compile(r"[.]|(?<=\w)-(?=\w)")


@dataclass(frozen=True, slots=True)
class Place:
    """`country` is an ISO 3166 code, None for what belongs to no one country. `state` is a US postal code."""

    id: str
    name: str
    kind: PlaceKind
    country: str | None
    state: str | None = None
    population: int = 0


@dataclass(slots=True)
class _Gazetteer:
    """`by_key` holds, per folded name, the places of that name, the one usually meant first."""

    by_key: dict[str, list[Place]] = field(default_factory=dict)
    demonyms: dict[str, Place] = field(default_factory=dict)
    combining_forms: dict[str, Place] = field(default_factory=dict)
    countries: dict[str, Place] = field(default_factory=dict)
    cities: dict[str, list[geonames.City]] = field(default_factory=dict)
    states: dict[str, Place] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    first_words: set[str] = field(default_factory=set)

    def add(self, place: Place, *names: str) -> None:
        self.taken.add(place.id)
        for name in (place.name, *names):
            known = self.by_key.setdefault(_folded(name), [])
            if place not in known:
                known.append(place)


def find(name: str, within: str | None = None) -> Place | None:
    """The place that `name` usually means; with `within` (a country or state as written), the one that lies there."""
    places = places_called(name)
    if within is None:
        return places[0] if places else None
    outer = outer_place(within)
    return find_in(name, outer) if outer else next(iter(places), None)


def find_in(name: str, outer: Place) -> Place | None:
    """The place of that name that lies in `outer`."""
    return next((place for place in places_called(name) if _lies_in(place, outer)), None)


@lru_cache(maxsize=20_000)
def places_called(name: str) -> tuple[Place, ...]:
    """All places of that name, the one usually meant first."""
    index, key = _gazetteer(), _folded(name)
    # `La.` is no `L.A.`
    places = [] if key in _ACRONYMS and not name.isupper() else list(index.by_key.get(key, ()))
    seen = {place.id for place in places}
    for place in _city_places(index, key):
        if place.id not in seen and not any(_same_city(place, known) for known in places):
            places.append(place)
            seen.add(place.id)
    return tuple(places)


def state_abbreviation(name: str) -> Place | None:
    """`Calif.`, `W.Va.`, `NY`: a US state where such a word follows a comma; alone, `Miss` and `OR` are no states, and
    `Ms.` never is."""
    return _gazetteer().states.get(name.replace(".", "").replace(" ", ""))


@lru_cache(maxsize=20_000)
def demonym(word: str) -> Place | None:
    """`Russian`, `Russians`, `Sri Lankan` -> the country (or region)."""
    return _gazetteer().demonyms.get(_folded(word))


def combining_form(word: str) -> Place | None:
    """`Sino`, `Anglo` -> the country (or continent), before a hyphen and another one."""
    return _gazetteer().combining_forms.get(word)


def is_doubtful_demonym(word: str) -> bool:
    """`Pole`, `Scot`: words or names as well."""
    return word in _DOUBTFUL_DEMONYMS


@lru_cache(maxsize=20_000)
def is_certain(name: str) -> bool:
    """A country, capital or other well known place whose name hardly means anything else."""
    key = _folded(name)
    if key in _ACRONYMS and not name.isupper():
        return False
    return key not in _DOUBTFUL and any(
        place.kind in ("country", "capital", "region", "wide") for place in _gazetteer().by_key.get(key, ())
    )


def is_nation(name: str) -> bool:
    """Return whether it is a nation, also `Jordan` and `Chad`, which may be people."""
    return any(place.kind == "country" for place in _gazetteer().by_key.get(_folded(name), ()))


@lru_cache(maxsize=20_000)
def begins_long_name(word: str) -> bool:
    """Return whether a well known place of several words begins so; a cheap question before `is_certain`."""
    return _folded(word) in _gazetteer().first_words


def country(code: str) -> Place | None:
    return _gazetteer().countries.get(code)


def outer_place(name: str) -> Place | None:
    """The country or state that `name` means after a comma: `Texas`, `Calif.`, `NY`, `Afghanistan`."""
    return next(iter(outer_places(name)), None)


@lru_cache(maxsize=20_000)
def outer_places(name: str) -> tuple[Place, ...]:
    """All countries and states that `name` may mean after a comma: behind `Tbilisi`, Georgia is no state."""
    named = _gazetteer().by_key.get(_folded(name), ())
    short = state_abbreviation(name)
    states = [place for place in named if place.kind == "state"] or ([short] if short else [])
    return (*states, *(place for place in named if place.kind in ("country", "region")))


def is_territory(place: Place) -> bool:
    """Return whether it is a country or a part of one that towns lie in; Brooklyn is none."""
    return place.kind in ("country", "state") or (place.kind == "region" and place.state is None)


def is_part(place: Place, outer: Place) -> bool:
    """Return whether it lies in `outer`, and is no state or region beside it."""
    if outer.kind == "capital":
        return place.id == outer.id
    return place.kind not in ("country", "wide", outer.kind) and _lies_in(place, outer)


def sense(place: Place) -> Sense:
    return _SENSES[place.kind]


@lru_cache(maxsize=20_000)
def senses(name: str) -> Mapping[Sense, Place]:
    """Return what a name of several senses means in each, the usual one first: `Washington`, a city and a state.

    Empty where it has one sense. A city that lies elsewhere is none of them, as there are towns of every name.
    """
    places = places_called(name)
    territories = [place for place in places if is_territory(place)]
    found: dict[Sense, Place] = {}
    for place in places:
        if place is places[0] or place in territories or any(is_part(place, outer) for outer in territories):
            found.setdefault(sense(place), place)
    return found if len(found) > 1 else {}


def unlisted_id(name: str) -> str:
    """The id of a place that the gazetteer does not have."""
    return _id(name)


def qualified_id(name: str, outer: Place) -> str:
    """The id of a homonym that the text places in another country or state than the gazetteer's first one."""
    return f"place-{slug(name)}-{slug(outer.name)}"


def _id(name: str) -> str:
    return f"place-{slug(name)}"


@lru_cache(maxsize=20_000)
def _folded(name: str) -> str:
    if "." in name or "-" in name:
        name = _STOPS.sub(lambda stop: " " if stop[0] == "-" else "", name)
    return fold(name).removeprefix("the ")


def _lies_in(place: Place, outer: Place) -> bool:
    if outer.kind == "state":
        return place.state == outer.state
    if outer.kind == "region":
        return place.country == outer.country
    return place.country == outer.country or (outer.country == "SU" and place.country in _SOVIET)


_SOVIET = lexicon.terms("soviet-republics")


def _same_city(one: Place, other: Place) -> bool:
    """Return whether one of them is the other; so is Brooklyn, which is a region of New York and has a mayor."""
    return _folded(one.name) == _folded(other.name) and one.country == other.country and one.state == other.state


def _city_places(index: _Gazetteer, key: str) -> Iterator[Place]:
    for rank, city in enumerate(index.cities.get(key, ())):
        state = index.states.get(city.state)
        outer = state or index.countries.get(city.country)
        first = rank == 0 and key not in index.by_key
        id = unlisted_id(city.name) if first or outer is None else qualified_id(city.name, outer)
        yield Place(id, city.name, "city", city.country, state.state if state else None, city.population)


@cache
def _gazetteer() -> _Gazetteer:
    index = _Gazetteer()
    read = geonames.load()
    # Two states that are no more; one has the code that Czechoslovakia had.
    countries = {row.code: row for row in read.countries if row.code not in ("CS", "AN")}
    for city in read.cities:
        index.cities.setdefault(_folded(city.name), []).append(city)
    _add_countries(index, countries)
    _add_wide(index)
    _add_regions(index)
    _add_capitals(index, countries)
    _add_renamed(index)
    _add_states(index, read.states)
    _add_demonyms(index)
    index.first_words = {key.split(" ")[0] for key in index.by_key if " " in key}
    return index


def _add_countries(index: _Gazetteer, rows: dict[str, geonames.Country]) -> None:
    ours = dict(lexicon.list_rows("countries"))
    theirs = {code: [row.name] for code, row in rows.items()}
    for code, (shown, *others) in sorted((theirs | ours).items()):
        place = Place(_id(shown), shown, "country", code, None, rows[code].population if code in rows else 0)
        index.countries[code] = place
        index.add(place, *others, *theirs.get(code, ()))


def _add_wide(index: _Gazetteer) -> None:
    for shown, others in lexicon.list_rows("wide-regions"):
        index.add(Place(_id(shown), shown, "wide", None), *others)


def _add_regions(index: _Gazetteer) -> None:
    for region, others in lexicon.list_rows("regions"):
        code, shown = region.split(" ", 1)
        country, _, state = code.partition("-")
        index.add(Place(_id(shown), shown, "region", country, state or None), *others)


def _add_capitals(index: _Gazetteer, rows: dict[str, geonames.Country]) -> None:
    for code, row in rows.items():
        name = row.capital
        namesakes = index.cities.get(_folded(name), [])
        here = next((city for city in namesakes if city.country == code), None)
        if here is None or _id(name) in index.taken:
            continue
        # San Jose and Victoria: where a capital is much smaller than its namesake, news rarely means the capital.
        if 2 * here.population >= namesakes[0].population:
            state = "DC" if code == "US" else None
            index.add(Place(_id(name), name, "capital", code, state, here.population))


def _add_renamed(index: _Gazetteer) -> None:
    """Cities with other names, as one place; their rows in `cities` are taken out, so that no second place appears."""
    for city, names in lexicon.list_rows("cities"):
        code, shown = city.split(" ", 1)
        known = next(
            (p for p in index.by_key.get(_folded(shown), ()) if p.country == code and p.kind == "capital"), None
        )
        rows = [row for name in (shown, *names) for row in index.cities.get(_folded(name), ()) if row.country == code]
        if rows:
            largest = max(rows, key=lambda row: row.population)
            index.cities[_folded(largest.name)].remove(largest)
            state = largest.state or None
            known = known or Place(_id(shown), shown, "city", code, state, largest.population)
        if known is not None:
            index.add(known, shown, *names)


def _add_states(index: _Gazetteer, rows: list[geonames.State]) -> None:
    short = dict(lexicon.list_rows("us-states"))
    for row in rows:
        id = _id(row.name)
        if id in index.taken:
            id += "-state"
        place = Place(id, row.name, "state", "US", row.code)
        index.add(place, f"{row.name} state")
        for name in (row.code, *short.get(row.code, ())):
            if name.endswith(" State"):
                index.add(place, name)
                continue
            written = name.replace(".", "")
            index.states[written] = index.states[written.upper()] = place
            if name.count(".") > 1 or (name.endswith(".") and len(name) > 4):
                index.add(place, name)
    index.states["DC"] = index.by_key["washington"][0]


def _add_demonyms(index: _Gazetteer) -> None:
    for code, word in demonym_words():
        if (place := _coded(index, code)) is not None:
            index.demonyms[_folded(word)] = place
    for code, words in lexicon.list_rows("combining-forms"):
        if (place := _coded(index, code)) is not None:
            index.combining_forms |= dict.fromkeys(words, place)


def _coded(index: _Gazetteer, code: str) -> Place | None:
    """Return what a list names by the code of a country or by a place's name."""
    named = index.by_key.get(_folded(code.replace("-", " ")), ())
    return index.countries.get(code) or next(iter(named), None)


def demonym_words() -> Iterator[tuple[str, str]]:
    for code, words in lexicon.list_rows("demonyms"):
        for word in words:
            yield code, word
