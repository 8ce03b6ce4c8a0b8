"""Which places the names of one article mean: by the country or state that the text puts them in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from app.enrich import gazetteer, organizations
from app.enrich.gazetteer import Place
from app.enrich.layout import FoundDateline
from app.enrich.mentions import Mention
from app.enrich.plain import plain
from app.enrich.resolve.meaning import Meaning, in_usual_case
from app.enrich.resolve.outers import Outers, outer_after
from app.enrich.resolve.senses import Senses

# States that are no more, where an article of their time is datelined in one that is.
_FORMER = {
    "DE": ("West Germany", "East Germany"),
    "RU": ("Soviet Union",),
    "CZ": ("Czechoslovakia",),
    "RS": ("Yugoslavia",),
}
# Names of a whole, which an article that speaks of one part and not of the other means for that part.
_PARTS = {"Germany": ("West Germany", "East Germany"), "Korea": ("South Korea", "North Korea")}
# Since 1990 a former West German is a German.
_SINCE = re.compile(r"\b[Ff]ormer (?:West|East) German|\b(?:[Rr]e-?)?unifi|\b[Rr]eunit")


class Places:
    """Names of places of one article, with the country or state that the text puts them in."""

    def __init__(self, body: str, mentions: Sequence[Mention]) -> None:
        self._body = body
        self._outers = Outers(body, mentions)
        self._named: set[str] = set()
        self._countries: Counter[str] = Counter()
        self._near: set[str | None] = set()
        self._near_states: set[str | None] = set()
        for mention in mentions:
            place = gazetteer.find(mention.text) or gazetteer.state_abbreviation(mention.text)
            known = gazetteer.demonym(mention.text) or place
            if known is not None:
                self._named.add(known.name)
                self._countries[known.country or ""] += 1
            if place is not None and place.kind in ("country", "capital", "region", "state"):
                self._near.add(place.country)
                self._near_states.add(place.state)
        self._senses = Senses(body, mentions, self._outers)

    def meaning(self, mention: Mention) -> Meaning:
        name = plain(mention.text)
        if mention.rule == "demonym" and (place := gazetteer.demonym(name) or gazetteer.combining_form(name)):
            place = self._senses.in_article(mention) or self._part_of(place)
            return Meaning(place.id, place.name, place.country)
        outer, meant = self._outers.behind(mention), self._senses.beside(mention)
        if outer is None and (meant is None or gazetteer.sense(meant) == "city"):
            outer = self._outers.of_name(name)
        return self._place(in_usual_case(name), outer, meant or self._senses.in_article(mention))

    def of_dateline(self, dateline: FoundDateline | None) -> str | None:
        if dateline is None or not dateline.place:
            return None
        name = in_usual_case(dateline.place)
        stated = outer_after(dateline.text, len(dateline.place))
        outer = stated.around(gazetteer.places_called(name)) if stated else self._outers.of_name(name)
        return self._place(name, outer, gazetteer.senses(name).get("city")).key

    def country_of_dateline(self, dateline: FoundDateline | None) -> Place | None:
        if dateline is None or not dateline.place:
            return None
        place = self._nearest(in_usual_case(dateline.place))
        return self._country(place.country) if place is not None and place.country is not None else None

    def country_of_most(self, institutions: Iterable[str]) -> Place | None:
        """Return the country of which the article speaks most, by its places and `institutions`, the names of
        organizations in it: more than of all others together, and but for the United States three times as much."""
        counted = self._countries + Counter(
            place.country
            for name in institutions
            if (country := organizations.country_of(name)) and (place := gazetteer.find(country)) and place.country
        )
        code, count = max(counted.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        share = 2 if code == "US" else 4 / 3
        return self._country(code) if code and count > 1 and share * count > counted.total() else None

    def _country(self, code: str) -> Place | None:
        """Return the country of this code, as it was called when the article was written."""
        former = (state for state in _FORMER.get(code, ()) if state in self._named)
        return gazetteer.find(next(former, "")) or gazetteer.country(code)

    def _place(self, name: str, outer: Place | None, meant: Place | None) -> Meaning:
        """Return the place of that name in `outer`, else the one that is `meant`, else the nearest to the article."""
        place = gazetteer.find_in(name, outer) if outer else meant or self._nearest(name)
        if place is None and outer is not None and outer.kind != "state":
            place = self._nearest(name)
        if place is not None:
            place = self._part_of(place)
            return Meaning(place.id, place.name, place.country)
        if (state := gazetteer.state_abbreviation(name)) is not None and ("." in name or name.isupper()):
            return Meaning(state.id, state.name, state.country)
        if outer is None:
            return Meaning(gazetteer.unlisted_id(name), name)
        id = gazetteer.qualified_id(name, outer) if gazetteer.find(name) else gazetteer.unlisted_id(name)
        return Meaning(id, name, outer.country)

    def _part_of(self, place: Place) -> Place:
        """`Germany` is West Germany in an article that speaks of West Germany and never of the East."""
        part, other = _PARTS.get(place.name, ("", ""))
        if part not in self._named or other in self._named or self._is_since:
            return place
        return gazetteer.find(part) or place

    @cached_property
    def _is_since(self) -> bool:
        return _SINCE.search(self._body) is not None

    def _nearest(self, name: str) -> Place | None:
        """Return, of several places of the name, the one usually meant, or one in a state or country of the article."""
        places = gazetteer.places_called(name)
        if len(places) < 2 or places[0].kind != "city" or places[0].country in self._near:
            return places[0] if places else None
        by_state = (place for place in places if place.state and place.state in self._near_states)
        by_country = (place for place in places if place.country in self._near)
        return next(by_state, None) or next(by_country, None) or places[0]
