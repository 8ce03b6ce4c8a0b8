"""Which is meant by a name that a city, a state and a country may share: `New York Gov.`, `the mayor of New York`.

What stands beside the name decides, and the row of names it stands in; where that says nothing, what the article says
at its other mentions. A name of which nothing is said has no sense here, and means what it usually does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from app.enrich import gazetteer, lexicon
from app.enrich.gazetteer import Place, Sense
from app.enrich.mentions import Mention
from app.enrich.plain import plain
from app.enrich.resolve.outers import Outers

_REACH = 60
_QUALIFIERS = (
    r"(?:(?:[Ff]ormer|[Tt]hen|[Aa]cting|[Ii]ncumbent|[Oo]utgoing|[Ll]ongtime|[Ff]irst-term|[Ff]reshman|[Jj]unior|[Ss]enior"
    r"|Democratic|Republican|Democrat|GOP|Independent|independent|moderate|conservative|liberal|progressive|new|current"
    r"|upcoming|presidential|statewide|\d+(?:st|nd|rd|th)) )"
)
# `Sen. Patty Murray of Washington`, `D-Washington`
_HOLDER = re.compile(
    r"\b(?:Gov|Sen|Rep|Govs|Sens|Reps|Governor|Senators?|Representatives?|Congressman|Congresswoman|Democrats?"
    r"|Republicans?|Leader|Whip|Speaker|Chairman|Chairwoman)\.?"
    r" (?:[A-Z][\w.'’-]* ){1,4}(?:\([DRI]\) )?(?:of|from) $|\b[DRI]-$|\((?:D|R|I)\.?, ?$"
)
# What stands between two names of a row: `Ann Lund of New York and Bob Berg of Idaho`, `Idaho (4), Texas 38`.
_JOINT = re.compile(
    r"(?: states?| \(?<?\d[\d.,]*%?\)?)?"
    r"(?:(?:,?\s(?:and|or|&|plus)|[,;])\s(?:the |(?:(?!University|College)[A-Z][\w.'’-]* ){2,5}(?:of|in|from) )?"
    r"|\n+(?:(?:\d+\.|[•*–-]) )?)"
    r"| \(?<?\d[\d.,]*%?\)? "
)
_BETWEEN = re.compile(r"\bbetween $")
# As many names of a row say of what kind it is.
_NEIGHBOURS = 3
_US_POLITICS = re.compile(
    r"\b(?:Republicans?|Democrats?|Democratic|GOP|Gov\.|Sen\.|Rep\.|Congress|congressional|Electoral College|midterms?"
    r"|runoffs?|Trump|Biden|Obama|Clinton|NCAA|SEC|Supreme Court)(?!\w)"
)
# Who speaks of these may mean the country in the Caucasus.
_NEAR_CAUCASUS = frozenset(("RU", "SU", "AM", "AZ", "UA", "MD", "TR", "BY", "KZ"))
_IN_CAUCASUS = frozenset(("Tbilisi", "Abkhazia", "South Ossetia", "Caucasus", "Batumi", "Gori", "Sukhumi"))


class Senses:
    """What the names of places of one article mean that have several senses."""

    def __init__(self, body: str, mentions: Sequence[Mention], outers: Outers) -> None:
        self._body = body
        self._mentions = mentions
        self._outers = outers
        self._beside: dict[int, Sense | None] = {}
        self._votes: dict[str, Counter[Sense]] = {}
        self._settled: dict[str, Sense | None] = {}
        for number, mention in enumerate(mentions):
            if senses := _senses_of(mention):
                said = self._said_of(mention, senses)
                officials = None if said else self._of_officials(mention, senses)
                row = None if said or officials else self._in_row(number, senses)
                self._beside[mention.start] = said or officials or (row[0] if row else None)
                if vote := said or (row[0] if row and row[1] > 1 else None):
                    self._votes.setdefault(_usual_place(senses).name, Counter())[vote] += 1

    def beside(self, mention: Mention) -> Place | None:
        """Return what the words beside the mention say that it means."""
        sense = self._beside.get(mention.start)
        return _senses_of(mention)[sense] if sense else None

    def in_article(self, mention: Mention) -> Place | None:
        """Return what the article's other mentions of the name mean, or all that it speaks of."""
        senses = _senses_of(mention)
        if not senses:
            return None
        name = _usual_place(senses).name
        if name not in self._settled:
            self._settled[name] = self._in_article(senses)
        sense = self._settled[name]
        return senses[sense] if sense else None

    def _said_of(self, mention: Mention, senses: Mapping[Sense, Place]) -> Sense | None:
        """Return what the words beside the name say that it is, here and elsewhere in the article."""
        if self._outers.stated_at(mention.start):
            return None
        if mention.rule == "dateline" and "city" in senses:
            return "city"
        said = {sense for sense in senses if any(self._matches(said, mention) for said in _signs(sense, senses))}
        return said.pop() if len(said) == 1 else None

    def _of_officials(self, mention: Mention, senses: Mapping[Sense, Place]) -> Sense | None:
        """`Buffalo, New York`, `New York Democrat`: the state here, but the city may be in the next sentence."""
        if stated := self._outers.stated_at(mention.start):
            return next((sense for sense, place in senses.items() if place == stated), None)
        is_theirs = "state" in senses and (self._before(_HOLDER, mention) or self._matches(_OFFICIALS, mention))
        return "state" if is_theirs else None

    def _in_row(self, number: int, senses: Mapping[Sense, Place]) -> tuple[Sense, int] | None:
        """Return what most of a row are, and how many: in `Oregon, Washington and Idaho` states, in `London, Washington
        and Tokyo` cities."""
        if self._before(_BETWEEN, self._mentions[number]):
            return None
        neighbours = [neighbour for step in (-1, 1) for neighbour in self._row(number, step)]
        if [joint for _, joint in neighbours] in ([", "], [",\n"]):
            # `In Washington, Oregon Sen. Ann Lund ...`: two names are no row with nothing but a comma.
            return None
        row: Counter[Sense] = Counter(sense for sense, _ in neighbours if sense and sense in senses)
        ranked = row.most_common(2)
        if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
            return None
        # A town beside a country says little of either.
        return ranked[0] if ranked[0] != ("city", 1) else None

    def _row(self, number: int, step: int) -> Iterator[tuple[Sense | None, str]]:
        """Yield what the nearest names mean of the row that goes on from a mention to one side, and what joins them."""
        mentions = self._mentions
        for _ in range(_NEIGHBOURS):
            here, number = mentions[number], number + step
            if not 0 <= number < len(mentions):
                return
            left, right = sorted((here, mentions[number]), key=lambda mention: mention.start)
            joint = _JOINT.fullmatch(self._body, left.end, right.start)
            if joint is None:
                return
            yield self._only_sense(mentions[number]), joint[0]

    def _only_sense(self, mention: Mention) -> Sense | None:
        name = plain(mention.text)
        if mention.rule == "demonym" or self._outers.stated_at(mention.start) or gazetteer.senses(name):
            return None
        place = gazetteer.find(name) or gazetteer.state_abbreviation(name)
        # The capital is in rows of states as well.
        if place is None or place.state == "DC":
            return None
        return gazetteer.sense(place) if gazetteer.is_territory(place) or place.kind == "wide" else "city"

    def _in_article(self, senses: Mapping[Sense, Place]) -> Sense | None:
        votes = self._votes.get(_usual_place(senses).name, Counter())
        if "country" in senses and "state" in senses:
            if votes["country"] != votes["state"]:
                return "state" if votes["state"] > votes["country"] else "country"
            return "state" if self._is_about_us else "country"
        usual = _usual_place(senses)
        if "state" not in senses or usual.kind != "city":
            return None
        # Who writes `New York City` may mean the state by `New York`.
        states = votes["state"] + any(plain(mention.text) == usual.name for mention in self._mentions)
        return "state" if states > 1 and votes["state"] > 2 * votes["city"] else None

    @cached_property
    def _is_about_us(self) -> bool:
        """Return whether the article names states and politics of the United States more than what is near Georgia."""
        at_home = len(_US_POLITICS.findall(self._body))
        abroad = 0
        for mention in self._mentions:
            name = plain(mention.text)
            place = gazetteer.demonym(name) or gazetteer.find(name) or gazetteer.state_abbreviation(name)
            if name in _IN_CAUCASUS:
                abroad += 5
            elif place is not None:
                at_home += place.country == "US" and place.state not in (None, "DC")
                abroad += 2 * (place.country in _NEAR_CAUCASUS)
        return at_home > abroad

    def _matches(self, said: tuple[re.Pattern[str], re.Pattern[str]], mention: Mention) -> bool:
        before, behind = said
        return behind.match(self._body, mention.end) is not None or self._before(before, mention) is not None

    def _before(self, pattern: re.Pattern[str], mention: Mention) -> re.Match[str] | None:
        return pattern.search(self._body, max(0, mention.start - _REACH), mention.start)


def _senses_of(mention: Mention) -> Mapping[Sense, Place]:
    name = plain(mention.text)
    if mention.rule != "demonym":
        return gazetteer.senses(name)
    # `Georgians` live in one of the two as well, and `Mexicans` in no city.
    place = gazetteer.demonym(name)
    senses = gazetteer.senses(place.name) if place else {}
    return senses if "country" in senses and "state" in senses else {}


def _usual_place(senses: Mapping[Sense, Place]) -> Place:
    return next(iter(senses.values()))


def _read_signs(list_name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds the terms of a list before a name, and behind it."""
    terms = sorted(lexicon.terms(list_name), key=len, reverse=True)
    before = "|".join(_of_either_case(term.removesuffix(" ~")) for term in terms if term.endswith(" ~"))
    behind = "|".join(re.escape(term.removeprefix("~ ")) for term in terms if term.startswith("~ "))
    return (
        re.compile(rf"(?<![\w-])(?:{before or '(?!)'})\s$"),
        re.compile(rf"(?:['’]s)?\s{_QUALIFIERS}{{0,3}}(?:{behind or '(?!)'})(?![\w])"),
    )


def _of_either_case(term: str) -> str:
    """Return a pattern for a term that may begin a sentence."""
    return f"[{term[0].upper()}{term[0].lower()}]{re.escape(term[1:])}"


_STATE, _COUNTRY, _CITY = map(_read_signs, ("said-of-states", "said-of-countries", "said-of-cities"))
_OFFICIALS = _read_signs("said-of-officials-of-states")
_STATE_OR_GOVERNMENT = _read_signs("said-of-states-or-governments")
_CITY_OR_STATE = _read_signs("said-of-cities-or-states")


def _signs(sense: Sense, senses: Mapping[Sense, Place]) -> Iterator[tuple[re.Pattern[str], re.Pattern[str]]]:
    """Yield what says of a name that it has the sense, of the senses that it may have."""
    if sense == "country":
        yield _COUNTRY
    elif sense == "state":
        yield _STATE
        if "city" not in senses or senses["city"].kind != "capital":
            yield _STATE_OR_GOVERNMENT
    else:
        yield _CITY
        if _usual_place(senses) is senses["city"]:
            yield _CITY_OR_STATE
