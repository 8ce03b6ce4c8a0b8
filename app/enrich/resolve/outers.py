"""The country or state that an article puts behind its places: `Paris, Texas`, but not `Iowa, Ohio and Texas`.

A comma and a state behind a name say where it lies, or go on with a list, or begin the next clause. A town is taken at
its word unless something speaks against it. A name that is a country or state itself needs evidence: such names mostly
stand in lists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.enrich import gazetteer
from app.enrich.gazetteer import Place
from app.enrich.mentions import Mention
from app.enrich.plain import plain
from app.text import fold

_COMMA = re.compile(r" ?,\s?")
_NAME = re.compile(r"[A-Z][\w.]*(?: [A-Z][\w.]*){0,2}")
_NAME_BEFORE = re.compile(r"([A-Z][\w.]*(?: [A-Z][\w.]*){0,2})(?:,|,?\s(?:and|or|&))\s$")
# How a list goes on.
_AND = re.compile(r"\.?,?\s(?:and|or|nor|&|as well as|plus)\s(?:the )?")
_ANOTHER = re.compile(r"\.?,\s(the )?")
_PLACED = re.compile(r"(?:^|[^\w-])(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]utside|[Ff]rom|[Tt]o)\s$")
_OF = re.compile(r"(?:^|[^\w-])of\s$")
_CLOSED = re.compile(r"\.?(?:[,.;:)\]!?\"”]| ?[—–]| - |$)", re.MULTILINE)
# `in Lebanon, Tennessee killed two`, but `from Cuba, Florida was far`
_GOES_ON_SMALL = re.compile(r"\s(?!(?:is|was|has|had|will|would|did|does|can|could|state)\b)[a-z]")
# `After leaving Paris, Texas Gov. Ann Lee ...`, `in Washington, Yemen's government ...`: the comma ends a clause. But
# `Tripoli, Lebanon's second city`, `in Paris, Texas Sunday`.
_OF_THE_NEXT = re.compile(
    r"['’](?!s (?:\w+[- ]){0,2}(?:largest|biggest|capital|city|town|port)\b)"
    r"| (?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)[A-Z]"
)
# `U.S.` and `UK` are adjectives too: `leaving Paris, U.S. negotiators`.
_SET_OFF = re.compile(r"\.?(?:[,;:)\]]|$)", re.MULTILINE)
# `Union Station, Washington`: sites lie in cities.
_SITE = re.compile(
    r"(?: (?:Station|Center|Centre|Hall|Square|Airport|Hotel|Stadium|Arena|Theater|Theatre|Park|Avenue|Street|Church"
    r"|Tower|University|College|School|Hospital|Court|House|Museum|Plaza|Gardens?|Building|Library|Cathedral)"
    r"|^[A-Z]{3,})$"
)
_REACH = 45


class Outer(NamedTuple):
    """A country or state as it is written at `start`; several, for `Georgia`."""

    name: str
    start: int
    end: int
    places: tuple[Place, ...]

    def around(self, places: Sequence[Place]) -> Place:
        """Return which of them is meant behind the name of `places`."""
        likely = (outer for outer in self.places if any(gazetteer.is_part(place, outer) for place in places))
        return next(likely, self.places[0])


def outer_at(body: str, start: int) -> Outer | None:
    """Return the country or state of the longest name at `start`."""
    match = _NAME.match(body, start)
    words = match[0].split(" ") if match else []
    for count in range(len(words), 0, -1):
        name = _without_full_stop(" ".join(words[:count]))
        if places := gazetteer.outer_places(name):
            return Outer(name, start, start + len(name.rstrip(".")), places)
    return None


def _without_full_stop(name: str) -> str:
    """`Iowa`, at the end of a sentence; the stop belongs to `Calif.` and `U.S.`"""
    bare = name.removesuffix(".")
    return bare if "." not in bare and gazetteer.find(bare) is not None else name


def outer_after(body: str, end: int) -> Outer | None:
    """Return the country or state behind a comma at `end`."""
    comma = _COMMA.match(body, end)
    return outer_at(body, comma.end()) if comma else None


class Outers:
    """What the places of one article lie in, by its own words."""

    def __init__(self, body: str, mentions: Sequence[Mention]) -> None:
        self._body = body
        self._behind: dict[int, Place] = {}
        self._elsewhere: dict[str, Place] = {}
        self._stated: dict[int, Place] = {}
        seen: set[str] = set()
        for mention in mentions:
            name = plain(mention.text)
            outer = outer_after(body, mention.end) if mention.rule != "demonym" else None
            if outer and (place := self._read(mention, name, outer)):
                self._behind[mention.start] = place
                if mention.rule == "dateline" or not _SITE.search(name):
                    self._stated[outer.start] = place
                if fold(name) not in seen or not _is_famous(name):
                    self._elsewhere.setdefault(fold(name), place)
            seen.add(fold(name))

    def behind(self, mention: Mention) -> Place | None:
        """Return what is written behind the mention."""
        return self._behind.get(mention.start)

    def of_name(self, name: str) -> Place | None:
        """Return what is written behind some mention of the name, where it says the same of all."""
        return self._elsewhere.get(fold(name))

    def stated_at(self, start: int) -> Place | None:
        """Return what is meant by the name at `start`, if the town before it lies there."""
        return self._stated.get(start)

    def _read(self, mention: Mention, name: str, outer: Outer) -> Place | None:
        places = gazetteer.places_called(name)
        place = outer.around(_likely(places))
        if not places or any(gazetteer.is_part(each, place) for each in _likely(places)):
            return place
        stated = self._is_town if any(map(gazetteer.is_territory, places)) else self._is_homonym
        return place if stated(mention, gazetteer.find_in(name, place) is not None, outer, place) else None

    def _is_homonym(self, _: Mention, known: bool, outer: Outer, place: Place) -> bool:
        """`Paris, Texas`; `Moscow, China and India` is a list, for the gazetteer has no Moscow in China."""
        if not known and (place.kind != "state" or "city" in gazetteer.senses(outer.name)):
            return False
        if self._goes_on(outer):
            return False
        if _is_short(outer):
            return place.kind == "state" or _SET_OFF.match(self._body, outer.end) is not None
        return not _OF_THE_NEXT.match(self._body, outer.end)

    def _is_town(self, mention: Mention, known: bool, outer: Outer, place: Place) -> bool:
        """`in Lebanon, Tennessee`: a town that has the name of a country or state."""
        body = self._body
        if _AND.match(body, outer.end) or self._goes_on(outer) or self._follows_in_list(mention):
            return False
        if mention.rule == "dateline" or _is_short(outer):
            return place.kind == "state"
        # `In talks with Iran, Washington, ...`
        if not known and (place.kind != "state" or "city" in gazetteer.senses(outer.name)):
            return False
        is_abroad = all(each.kind != "state" for each in gazetteer.places_called(mention.text))
        closed = _CLOSED.match(body, outer.end) is not None
        if self._before(_PLACED, mention):
            return closed or ((known or is_abroad) and _GOES_ON_SMALL.match(body, outer.end) is not None)
        return closed and (is_abroad or (known and self._before(_OF, mention) is not None))

    def _goes_on(self, outer: Outer) -> bool:
        """Return whether a list goes on behind `outer` with another country or state."""
        if joint := _ANOTHER.match(self._body, outer.end):
            return outer_at(self._body, joint.end()) is not None
        joint = _AND.match(self._body, outer.end)
        following = outer_at(self._body, joint.end()) if joint else None
        # `Moscow, Idaho, and Washington, D.C.`
        return following is not None and outer_after(self._body, following.end) is None

    def _follows_in_list(self, mention: Mention) -> bool:
        before = self._before(_NAME_BEFORE, mention)
        words = before[1].split(" ") if before else []
        return any(gazetteer.outer_place(" ".join(words[first:])) is not None for first in range(len(words)))

    def _before(self, pattern: re.Pattern[str], mention: Mention) -> re.Match[str] | None:
        return pattern.search(self._body, max(0, mention.start - _REACH), mention.start)


def _likely(places: Sequence[Place]) -> list[Place]:
    """Return the place usually meant, and countries and states of the name."""
    return [place for place in places if place is places[0] or gazetteer.is_territory(place)]


def _is_short(outer: Outer) -> bool:
    """`Mo.`, `N.H.`: nobody writes them in a list behind a whole name."""
    return "." in outer.name or (outer.name.isupper() and len(outer.name) < 4)


def _is_famous(name: str) -> bool:
    """Return whether the name alone says enough: what one mention of it lies in is not where the others do."""
    place = gazetteer.find(name)
    return place is not None and (place.kind == "capital" or gazetteer.is_territory(place))
