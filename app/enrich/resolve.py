"""Which mentions mean the same one: inside an article, and across articles.

An id is made of type and canonical name alone, so that the same articles give the same ids in any order of ingest.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from app.enrich import (
    diminutives,
    events,
    gazetteer,
    given,
    offices,
    organizations,
    particles,
    roles,
    statesmen,
)
from app.enrich.cleaning import Rule
from app.enrich.gazetteer import Place
from app.enrich.layout import Dateline
from app.enrich.mentions import EntityType, Mention
from app.enrich.offices import Office
from app.enrich.plain import plain
from app.ids import entity_id, name_of, scoped
from app.text import fold


@dataclass(frozen=True, slots=True)
class LocalEntity:
    """One entity as one article knows it.

    `key` is the entity id that the article alone gives it (`person-vladimir-putin`, `place-india`,
    `organization-trf`; a bare surname is scoped: `person-jones-4733ca42cb406978`). `name` is the fullest form the
    article has. `country` is an ISO 3166 code, for places. `mentions` in order of `start`.
    """

    key: str
    type: EntityType
    name: str
    mentions: tuple[Mention, ...]
    country: str | None = None


@dataclass(frozen=True, slots=True)
class AcronymPair:
    """The article says that `short` stands for `long`, an acronym or another name of a person; both are keys as in
    `LocalEntity.key`, a bare name without the article."""

    short: str
    long: str


@dataclass(frozen=True, slots=True)
class Enrichment:
    """All that recognition and resolution say of one article. A pure function of its text, id and `pipeline`."""

    entities: tuple[LocalEntity, ...]
    acronyms: tuple[AcronymPair, ...]
    dateline_place: str | None
    pipeline: str
    roles: Mapping[int, str] = field(default_factory=dict)
    """By the start of a mention: what the text beside it says that the person is."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    key: str
    name: str
    country: str | None = None


# States that are cities too: `Brussels, Washington and Tokyo` is a list.
_ALSO_CITIES = frozenset(("Washington", "New York"))
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
_NICKNAME = re.compile(r"\s[\"“(]([^\"”)]*)[\"”)]\s")
# `Edson Arantes do Nascimento, better known as Pele`.
_KNOWN_AS = re.compile(
    r",? (?:(?:who )?(?:is|was) )?(?:(?:better|also|widely|popularly|formerly) )?(?:known as|nicknamed) [\"“]?"
)
_AND = re.compile(r"\.? (?:and|&) ")
_FAMILY = re.compile(rf"\b[Tt]he ((?:{particles.PARTICLE} ){{0,3}}[^\W\d_a-z][\w'’-]*s)\b")
# A list, of which the last alone may have the surname; and who goes by the first name.
_NO_COUPLE = re.compile(
    r"(?:,|\b(?:[Pp]rince|[Pp]rincess|[Kk]ing|[Qq]ueen|[Pp]ope|[Ss]aints?|St\.?|[Ss]ister|[Bb]rother)) $"
)
_LONGEST_SURNAME = 4
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_AFTER_COMMA = re.compile(r" ?, ?((?:[A-Z][\w.]*)(?: [A-Z][\w.]*){0,2})")
_ACRONYM_AFTER = re.compile(r"(?:\s?['’]s?)?\s?\(\s?([A-Z][A-Za-z&.-]{1,9})\s?\)")
_LONG_AFTER = re.compile(r"\s?\(\s?(?:the\s)?")


def resolve(
    article_id: str, body: str, mentions: Sequence[Mention], dateline: Dateline | None, pipeline: str
) -> Enrichment:
    people = _People(article_id, body, [m for m in mentions if m.type == "person"])
    places = _Places(body, [m for m in mentions if m.type == "place"])
    home = places.country_of_dateline(dateline)
    bodies = _Organizations(body, [m for m in mentions if m.type == "organization"], home)
    meanings: dict[str, _Meaning] = {}
    members: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        meaning, rule, confidence = _meaning_of(mention, people, bodies, places)
        known = meanings.get(meaning.key)
        if known is None or (len(meaning.name), meaning.name) > (len(known.name), known.name):
            meanings[meaning.key] = meaning
        members[meaning.key].append(replace(mention, rule=rule, confidence=confidence))
    entities = tuple(
        LocalEntity(key, members[key][0].type, meaning.name, tuple(members[key]), meaning.country)
        for key, meaning in meanings.items()
    )
    pairs = (*bodies.pairs(), *people.pairs())
    return Enrichment(entities, pairs, places.of_dateline(dateline), pipeline, roles.beside(body, mentions))


def display_name(candidates: Mapping[str, int]) -> str:
    """The name to show, of those that articles use, with their counts; the same for any order of them."""
    return max(candidates, key=lambda name: (not _shouts(name), candidates[name], len(name), name))


def _shouts(name: str) -> bool:
    return name.isupper() and (" " in name or len(name) > 6)


def _meaning_of(
    mention: Mention, people: _People, bodies: _Organizations, places: _Places
) -> tuple[_Meaning, Rule, float]:
    if mention.type == "person":
        return people.meaning(mention)
    if mention.type == "organization":
        return bodies.meaning(mention)
    if mention.type == "place":
        return places.meaning(mention), mention.rule, mention.confidence
    name = events.canonical(plain(mention.text))
    return _Meaning(entity_id("event", name), name), mention.rule, mention.confidence


class _People:
    """Full names of one article; two that share a surname stay two."""

    def __init__(self, article_id: str, body: str, mentions: Sequence[Mention]) -> None:
        self._article_id = article_id
        self._full: dict[tuple[str, ...], str] = {}
        self._seen: list[tuple[int, tuple[str, ...]]] = []
        self._couples = dict(_couples(body, mentions))
        for mention in mentions:
            name = self._couples.get(mention.start) or _in_order(plain(mention.text))
            words = _person_words(name)
            if len(words) > 1:
                known = self._full.get(words, "")
                self._full[words] = max(known, _cased(name), key=lambda form: (len(form), form))
                self._seen.append((mention.start, words))
        self._having: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for words in self._full:
            for word in dict.fromkeys(words):
                self._having[word].append(words)
        self._same = {words: self._fullest(words) for words in self._full}
        self._stated = dict(self._also_called(body, mentions))

    def pairs(self) -> tuple[AcronymPair, ...]:
        found = sorted(
            (entity_id("person", " ".join(a)), entity_id("person", " ".join(b))) for a, b in self._stated.items()
        )
        return tuple(AcronymPair(short, long) for short, long in found)

    def _also_called(self, body: str, mentions: Sequence[Mention]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Other names that the text gives a person of full name: as said, and the nickname in the middle of it."""
        starts = {mention.start: mention for mention in mentions}
        for mention in mentions:
            name = plain(mention.text)
            words = self._same.get(_person_words(name))
            if words is None:
                continue
            if (nickname := _NICKNAME.search(name)) is not None and _person_words(nickname[1]):
                yield (*_person_words(nickname[1]), words[-1]), words
            said = _KNOWN_AS.match(body, mention.end)
            other = starts.get(said.end()) if said is not None else None
            called = _person_words(plain(other.text)) if other is not None else ()
            # `John Smith, known as Smith`, is no news: there are others.
            if not set(called) <= set(words):
                yield called, words

    def meaning(self, mention: Mention) -> tuple[_Meaning, Rule, float]:
        name = self._couples.get(mention.start) or _cased(_in_order(plain(mention.text)))
        words = _person_words(name)
        words = self._stated.get(words, words)
        if words in self._same:
            words = self._same[words]
            return _Meaning(entity_id("person", " ".join(words)), self._full[words]), mention.rule, mention.confidence
        owner, sure = self._owner(words, mention.start)
        if owner is None and (known := statesmen.full_name(name)) is not None:
            return _Meaning(entity_id("person", known), known), "surname", min(mention.confidence, 0.9)
        if owner is None:
            return _Meaning(scoped(entity_id("person", name), self._article_id), name), mention.rule, mention.confidence
        meaning = _Meaning(entity_id("person", " ".join(owner)), self._full[owner])
        return meaning, "surname", min(mention.confidence, 0.95 if sure else 0.6)

    def _fullest(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """`J. Smith` is the one `John Smith` of the article; `Lula da Silva` the one whose name ends so."""
        # Whoever is fuller has all these words; an initial may be a word of his.
        shared = words[1:] if len(words[0]) == 1 else words
        fewest = min((self._having[word] for word in shared), key=len)
        longer = list(islice((other for other in fewest if other != words and _is_fuller(other, words)), 2))
        return longer[0] if len(longer) == 1 else words

    @cached_property
    def _called(self) -> dict[tuple[str, ...], _Bearers]:
        """Group persons by what they may be called for short."""
        bearers: defaultdict[tuple[str, ...], _Bearers] = defaultdict(_Bearers)
        for start, words in self._seen:
            for ending in _endings(words):
                bearers[ending].add(start, self._same[words])
        return bearers

    @cached_property
    def _with(self) -> dict[str, _Bearers]:
        """Group persons by each of their words."""
        bearers: defaultdict[str, _Bearers] = defaultdict(_Bearers)
        for start, words in self._seen:
            for word in {*words, words[-1].removeprefix("al-")}:
                bearers[word].add(start, self._same[words])
        return bearers

    def _owner(self, words: tuple[str, ...], start: int) -> tuple[tuple[str, ...] | None, bool]:
        """Return, of the full names that end so (or begin so), the only one, or else the last one named before."""
        if not words:
            return None, False
        bearers = self._called.get(words) or (self._with.get(words[0]) if len(words) == 1 else None)
        if bearers is None:
            return None, True
        return bearers.before(start), len(bearers.names) < 2


@dataclass(slots=True)
class _Bearers:
    """Of a short name: where the article has the full names that it may stand for, in order."""

    starts: list[int] = field(default_factory=list)
    full: list[tuple[str, ...]] = field(default_factory=list)
    names: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, start: int, full: tuple[str, ...]) -> None:
        self.starts.append(start)
        self.full.append(full)
        self.names.add(full)

    def before(self, start: int) -> tuple[str, ...]:
        """The last one named before, or else the first."""
        return self.full[max(0, bisect_left(self.starts, start) - 1)]


class _Organizations:
    """Names of organisations of one article, their acronyms and short forms."""

    def __init__(self, body: str, mentions: Sequence[Mention], home: Place | None) -> None:
        self._body = body
        self._home = home
        self._nations: defaultdict[str, set[Place]] = defaultdict(set)
        self._names: dict[str, str] = {}
        self._complete: set[str] = set()
        self._longer_of: dict[str, str | None] = {}
        for mention in mentions:
            name = plain(mention.text)
            key = _organization_key(name)
            self._names[key] = max(self._names.get(key, ""), name, key=lambda form: (len(form), form))
            if organizations.has_form(name):
                self._complete.add(key)
            office = offices.find(name, body, mention.start)
            if office is not None and office.nation is not None:
                self._nations[office.slug].add(office.nation)
        self._stated = _stated_pairs(body, mentions)
        self._by_initials: defaultdict[str, set[str]] = defaultdict(set)
        for key, name in self._names.items():
            if " " in name:
                for form in _forms(name):
                    for letters in organizations.initials(form):
                        self._by_initials[letters].add(key)

    def meaning(self, mention: Mention) -> tuple[_Meaning, Rule, float]:
        name = plain(mention.text)
        key = _organization_key(name)
        rule, confidence = mention.rule, mention.confidence
        if (office := self._office(offices.find(name, self._body, mention.start))) is not None:
            return office, rule, confidence
        target = self._stated.get(key)
        if target is not None:
            rule, confidence = "acronym", 0.95
        elif (target := self._expansion(mention.text, key)) is not None:
            rule, confidence = "initials", 0.85
        elif (target := self._longer(key)) is not None:
            rule, confidence = "short-form", min(confidence, 0.8)
        return self._whole(target or key, name), rule, confidence

    def _whole(self, key: str, name: str) -> _Meaning:
        """Return what a key of this article means, which may be an office; `name` where the article has no longer
        one."""
        name = self._names.get(key, name)
        return self._office(offices.find(name, "", 0)) or _Meaning(key, name)

    def _office(self, office: Office | None) -> _Meaning | None:
        nation = self._nation(office) if office is not None else None
        if office is None or nation is None:
            return None
        name = f"{_titled(office.title)} ({nation.name})"
        return _Meaning(entity_id("organization", name), name)

    def _nation(self, office: Office) -> Place | None:
        """Whose office it is: by its own words, by another mention of the article, or the country of the dateline."""
        if office.nation is not None:
            return office.nation
        nations = self._nations[office.slug]
        if nations:
            return next(iter(nations)) if len(nations) == 1 else None
        return office.nation_at(self._home)

    def pairs(self) -> tuple[AcronymPair, ...]:
        return tuple(
            AcronymPair(short, self._whole(long, "").key)
            for short, long in sorted(self._stated.items())
            if not organizations.has_one_meaning(self._names.get(short, ""))
        )

    def _expansion(self, text: str, key: str) -> str | None:
        if not organizations.is_acronym(text):
            return None
        return _only_other(self._by_initials.get(text.replace(".", "").upper(), ()), key)

    def _longer(self, key: str) -> str | None:
        if key not in self._longer_of:
            self._longer_of[key] = self._find_longer(key)
        return self._longer_of[key]

    def _find_longer(self, key: str) -> str | None:
        """`Paxar` of `Paxar Industries` (of several the one that begins all others), `Kodak` of `Eastman Kodak`."""
        short = name_of(key)
        if organizations.is_generic(short):
            return _only_other(self._by_part[short], key)
        if key in self._complete:
            # `Boeing` is the `Boeing Co` that the article also has, not its `Boeing Aerospace Co`.
            return None
        if (
            organizations.is_shared_first(short)
            or organizations.canonical(self._names.get(key, ""))
            or gazetteer.is_certain(self._names.get(key, ""))
            or len(short) < 3
        ):
            return None
        first = bisect_left(self._ordered, f"{key}-")
        # The character behind the hyphen.
        longer = self._ordered[first : bisect_left(self._ordered, f"{key}.", first)]
        if longer:
            shortest = min(longer, key=len)
            return shortest if all(other.startswith(shortest) for other in longer) else None
        if "-" in short or len(short) < 4:
            return None
        return _only_other([other for other in self._by_part[short] if other.endswith(f"-{short}")], key)

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self._names)

    @cached_property
    def _by_part(self) -> defaultdict[str, list[str]]:
        parts: defaultdict[str, list[str]] = defaultdict(list)
        for key in self._names:
            for part in dict.fromkeys(key.split("-")):
                parts[part].append(key)
        return parts


def _only_other(keys: Collection[str], key: str) -> str | None:
    """The one that is not `key`, where there is one and no more."""
    others = [other for other in islice(keys, 3) if other != key]
    return others[0] if len(others) == 1 else None


class _Places:
    """Names of places of one article, with the country or state that the text puts them in."""

    def __init__(self, body: str, mentions: Sequence[Mention]) -> None:
        self._body = body
        self._within: dict[str, str] = {}
        self._states = 0
        self._named: set[str] = set()
        self._near: set[str | None] = set()
        self._near_states: set[str | None] = set()
        for mention in mentions:
            name = fold(plain(mention.text))
            if outer := self._outer_after(mention.end):
                self._within.setdefault(name, outer)
            place = gazetteer.find(mention.text) or gazetteer.state_abbreviation(mention.text)
            known = gazetteer.demonym(mention.text) or place
            if known is not None:
                self._named.add(known.name)
            self._states += place is not None and place.state is not None
            if place is not None and place.kind in ("country", "capital", "region", "state"):
                self._near.add(place.country)
                self._near_states.add(place.state)

    def meaning(self, mention: Mention) -> _Meaning:
        name = plain(mention.text)
        if mention.rule == "demonym" and (place := gazetteer.demonym(name)):
            place = self._part_of(place)
            return _Meaning(place.id, place.name, place.country)
        return self._place(_titled(name), self._outer_after(mention.end) or self._within.get(fold(name)))

    def of_dateline(self, dateline: Dateline | None) -> str | None:
        if dateline is None or not dateline.place:
            return None
        outer = _AFTER_COMMA.match(dateline.text, len(dateline.place))
        within = outer[1] if outer and gazetteer.outer_place(outer[1]) else self._within.get(fold(dateline.place))
        return self._place(_titled(dateline.place), within).key

    def country_of_dateline(self, dateline: Dateline | None) -> Place | None:
        if dateline is None or not dateline.place:
            return None
        place = self._nearest(_titled(dateline.place))
        if place is None or place.country is None:
            return None
        former = (state for state in _FORMER.get(place.country, ()) if state in self._named)
        return gazetteer.find(next(former, "")) or gazetteer.country(place.country)

    def _place(self, name: str, within: str | None) -> _Meaning:
        if self._is_us_georgia(name):
            within = "United States"
        outer = gazetteer.outer_place(within) if within else None
        first = gazetteer.find(name)
        if first is not None and (first.kind in ("country", "wide") and not self._is_us_georgia(name)):
            outer = within = None
        place = gazetteer.find(name, within) if within else None
        if place is None and (outer is None or outer.kind != "state" or outer.name in _ALSO_CITIES):
            # `Moscow, China and India`: a list, for the gazetteer knows of no Moscow in China.
            place = self._nearest(name)
        if place is not None:
            place = self._part_of(place)
            return _Meaning(place.id, place.name, place.country)
        if (state := gazetteer.state_abbreviation(name)) is not None and ("." in name or name.isupper()):
            return _Meaning(state.id, state.name, state.country)
        if outer is None:
            return _Meaning(gazetteer.unlisted_id(name), name)
        id = gazetteer.qualified_id(name, outer) if first is not None else gazetteer.unlisted_id(name)
        return _Meaning(id, name, outer.country)

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
        places = gazetteer.lookup(name)
        if len(places) < 2 or places[0].kind != "city" or places[0].country in self._near:
            return places[0] if places else None
        by_state = (place for place in places if place.state and place.state in self._near_states)
        by_country = (place for place in places if place.country in self._near)
        return next(by_state, None) or next(by_country, None) or places[0]

    def _is_us_georgia(self, name: str) -> bool:
        return fold(name) == "georgia" and self._states > 2

    def _outer_after(self, end: int) -> str | None:
        match = _AFTER_COMMA.match(self._body, end)
        if match is None:
            return None
        words = match[1].split(" ")
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            if gazetteer.outer_place(name) is not None:
                return name
        return None


def _stated_pairs(body: str, mentions: Sequence[Mention]) -> dict[str, str]:
    """`Long Name (ABC)` and `ABC (Long Name)`, where the initials agree: short key -> long key."""
    pairs: dict[str, str] = {}
    starts = {mention.start: mention for mention in mentions}
    for mention in mentions:
        name = plain(mention.text)
        after = _ACRONYM_AFTER.match(body, mention.end)
        if after and " " in name and _abbreviates(after[1], name):
            pairs[_organization_key(after[1])] = _organization_key(name)
        long = starts.get(opened.end()) if (opened := _LONG_AFTER.match(body, mention.end)) else None
        if long is not None and " " in long.text and _abbreviates(name, plain(long.text)):
            pairs[_organization_key(name)] = _organization_key(plain(long.text))
    return {short: long for short, long in pairs.items() if short != long}


def _abbreviates(short: str, long: str) -> bool:
    return any(organizations.abbreviates(short, form) for form in _forms(long))


def _forms(name: str) -> tuple[str, ...]:
    """A name, and what is left without its article and without the country before it."""
    bare = _without_article(name)
    first, _, rest = bare.partition(" ")
    national = " " in rest and (gazetteer.is_certain(first) or gazetteer.demonym(first) is not None)
    return (name, bare, rest) if national else (name, bare)


def _organization_key(name: str) -> str:
    name = organizations.without_stops(organizations.shown(_without_article(name)))
    if name.startswith("U.S. ") and name.count(" ") > 1:
        # `U.S. National Transportation Safety Board` is the board itself, `U.S. Steel` is not steel.
        name = name.removeprefix("U.S. ")
    return entity_id("organization", name.replace("&", " and "))


def _without_article(name: str) -> str:
    return name[4:] if name[:4].lower() == "the " and len(name) > 4 else name


def _person_words(name: str) -> tuple[str, ...]:
    """Folded words without middle initials and nicknames: `Gerald R. Ford` is `Gerald Ford`, `F. W. de Klerk` is
    `F.W. de Klerk`, `Edwin "Buzz" Aldrin` is `Edwin Aldrin`."""
    name = _NICKNAME.sub(" ", name)
    words = [word.replace(".", "") for word in fold(name).replace(",", " ").replace(". ", " ").split()]
    first = ""
    while len(words) > 1 and (len(words[0]) == 1 or (first and len(words[0]) < 3)):
        first += words.pop(0)
    kept = [word for number, word in enumerate(words) if len(word) > 1 or number == len(words) - 1]
    return tuple(filter(None, [first, *kept]))


def _in_order(name: str) -> str:
    """`John Downer Jr.` of `DOWNER, John, Jr.`, as lists have it."""
    surname, *rest = name.split(", ")
    if not rest or rest[0].rstrip(".").lower() in _SUFFIXES:
        return name
    return " ".join((rest[0], _cased(surname), *rest[1:]))


def _couples(body: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, str]]:
    """`John and Maria Downer`: by the start of the first name alone, the full one, with the surname of the second.

    The first must be a given name, or the article speak of `the Downers`. Where somebody else of the article has it for
    a surname, or it goes on from a list, it may be anybody's.
    """
    starts = {mention.start: mention for mention in mentions}
    names = [plain(mention.text).split(" ") for mention in mentions]
    surnames = {fold(words[-1]) for words in names if len(words) > 1}
    families = frozenset(_FAMILY.findall(body)) if mentions else frozenset()
    for mention, words in zip(mentions, names, strict=True):
        is_short = all(len(word.rstrip(".")) == 1 for word in words[1:])
        joined = _AND.match(body, mention.end) if is_short else None
        other = starts.get(joined.end()) if joined is not None else None
        if (
            other is None
            or fold(words[0]) in surnames
            or _NO_COUPLE.search(body, max(0, mention.start - 10), mention.start)
        ):
            continue
        surname = particles.surname(plain(other.text).partition(" ")[2])
        is_given = given.is_given(words[0]) or diminutives.is_form(words[0])
        if len(surname) > 2 and (is_given or not families.isdisjoint((f"{surname}s", f"{surname}es"))):
            yield mention.start, " ".join((*map(_cased, words), _cased(surname)))


def _endings(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return what a person may be called for short: `smith` of `john smith jr`, `de klerk`."""
    bare = words[:-1] if words[-1] in _SUFFIXES else words
    return {ending[-count:] for ending in (words, bare) for count in range(1, _LONGEST_SURNAME + 1)}


def _is_fuller(full: tuple[str, ...], short: tuple[str, ...]) -> bool:
    if full[-1] != short[-1]:
        return False
    if len(full) > len(short) and full[-len(short) :] == short:
        return True
    first_agrees = full[0] == short[0] or (len(short[0]) == 1 and full[0].startswith(short[0]) and len(full[0]) > 1)
    return first_agrees and set(short[1:]) <= set(full) and (len(full), len(full[0])) > (len(short), len(short[0]))


def _cased(name: str) -> str:
    """A person's name, in the usual case also where it is short: few are called by letters."""
    return name.title() if name.isupper() and len(name) > 2 and "." not in name else name


def _titled(name: str) -> str:
    """Names from lines in capitals, in the usual case."""
    return name.title() if name.isupper() and len(name) > 4 and "." not in name else name
