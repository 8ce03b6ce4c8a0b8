"""Which organisations of one article are the same: acronyms, short forms, offices of a country."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice

from app.enrich import committees, gazetteer, grounds, offices, organizations
from app.enrich.gazetteer import Place
from app.enrich.grounds import Ground
from app.enrich.mentions import Mention
from app.enrich.offices import Office
from app.enrich.plain import plain
from app.enrich.resolve.meaning import Meaning, in_usual_case
from app.ids import entity_id, name_of

_ACRONYM_AFTER = re.compile(
    r"(?:\s?['’]s?)?(?:\s?\(\s?(?:(?:the|or)\s)?[\"“]?([A-Z][A-Za-z&.-]{1,9})[\"”]?\s?\)"
    r"|,?\s(?:or|known\sas|abbreviated)\s(?:the\s)?([A-Z]{3,7})(?=[,.;]))"
)
_US_BEFORE = re.compile(r"U\.S\. |US |United States ")
# In words; what is before it not counted.
_LONGEST_ENDING = 9
_LONG_AFTER = re.compile(r"\s?\(\s?(?:the\s)?")


class Organizations:
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
            office = offices.office_named(name, body, mention.start)
            if office is not None and office.nation is not None:
                self._nations[office.slug].add(office.nation)
        self._stated = _stated_pairs(body, mentions)
        self._by_initials: defaultdict[str, set[str]] = defaultdict(set)
        for key, name in self._names.items():
            if " " in name:
                for form in _forms(name):
                    for letters in organizations.initials(form):
                        self._by_initials[letters].add(key)

    def meaning(self, mention: Mention) -> tuple[Meaning, Ground]:
        name = plain(mention.text)
        key = _organization_key(name)
        ground = mention.ground
        if (office := self._office(offices.office_named(name, self._body, mention.start))) is not None:
            return office, ground
        target = self._stated.get(key)
        if target is not None:
            ground = grounds.ACRONYM
        elif (target := self._expansion(mention.text, key)) is not None:
            ground = grounds.INITIALS
        elif (target := self._longer(key)) is not None:
            ground = grounds.SHORT_FORM.at_most(ground.confidence)
        return self._whole(target or key, name), ground

    def _whole(self, key: str, name: str) -> Meaning:
        """Return what a key of this article means, which may be an office; `name` where the article has no longer
        one."""
        name = self._names.get(key, name)
        return self._office(offices.office_named(name, "", 0)) or Meaning(key, name)

    def _office(self, office: Office | None) -> Meaning | None:
        nation = self._nation(office) if office is not None else None
        if office is None or nation is None:
            return None
        key = entity_id("organization", f"{office.slug} {nation.name}")
        return Meaning(key, f"{in_usual_case(office.title)} ({nation.name})")

    def _nation(self, office: Office) -> Place | None:
        """Whose office it is: by its own words, by another mention of the article, or the country of the dateline."""
        if office.nation is not None:
            return office.nation
        nations = self._nations[office.slug]
        if nations:
            return next(iter(nations)) if len(nations) == 1 else None
        return office.nation_at(self._home)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the keys of what the article explains, short and long."""
        return [
            (short, self._whole(long, "").key)
            for short, long in sorted(self._stated.items())
            if not organizations.has_one_meaning(self._names.get(short, ""))
        ]

    def _expansion(self, text: str, key: str) -> str | None:
        if not organizations.is_acronym(text):
            return None
        long = _only_other(self._by_initials.get(text.replace(".", "").upper(), ()), key)
        if long and organizations.canonical(text) and not organizations.canonical(self._names[long]):
            # `U.N.` is no `U.S. Navy`: what is as well known it may be, as `EC` is the European Commission.
            return None
        return long

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
        if organizations.is_public_body(self._names.get(key, "")) and (whole := self._of_whom(key)) is not None:
            return whole
        first = bisect_left(self._ordered, f"{key}-")
        # The character behind the hyphen.
        longer = self._ordered[first : bisect_left(self._ordered, f"{key}.", first)]
        if longer:
            shortest = min(longer, key=len)
            return shortest if all(other.startswith(shortest) for other in longer) else None
        if "-" in short or len(short) < 4:
            return None
        return _only_other([other for other in self._by_part[short] if other.endswith(f"-{short}")], key)

    def _of_whom(self, key: str) -> str | None:
        """Return the one name of the article that ends so: `Senate Judiciary Committee` for `Judiciary Committee`. The
        `National Guard` and the `U.S. Chamber of Commerce` are the nation's."""
        if _US_BEFORE.match(self._names[key]) or organizations.is_shared_first(self._names[key].partition(" ")[0]):
            return None
        return _only_other(self._by_ending.get(name_of(key), ()), key)

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self._names)

    @cached_property
    def _by_ending(self) -> defaultdict[str, list[str]]:
        """Return the keys by each two or more words that they end with, and something before."""
        ending: defaultdict[str, list[str]] = defaultdict(list)
        for key in self._names:
            words = name_of(key).split("-")[-_LONGEST_ENDING:]
            for first in range(1, len(words) - 1):
                ending["-".join(words[first:])].append(key)
        return ending

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


def _stated_pairs(body: str, mentions: Sequence[Mention]) -> dict[str, str]:
    """`Long Name (ABC)` and `ABC (Long Name)`, where the initials agree: short key -> long key."""
    pairs: dict[str, str] = {}
    starts = {mention.start: mention for mention in mentions}
    for mention in mentions:
        name = plain(mention.text)
        after = _ACRONYM_AFTER.match(body, mention.end)
        if after and " " in name and _is_stated(after, name, starts):
            pairs[_organization_key(after[1] or after[2])] = _organization_key(name)
        long = starts.get(opened.end()) if (opened := _LONG_AFTER.match(body, mention.end)) else None
        if long is not None and " " in long.text and _may_abbreviate(name, plain(long.text)):
            pairs[_organization_key(name)] = _organization_key(plain(long.text))
    return {short: long for short, long in pairs.items() if short != long}


def _is_stated(after: re.Match[str], name: str, starts: Mapping[int, Mention]) -> bool:
    """Return whether letters behind the name stand for it: as recognition found them to, or by their initials."""
    short = starts.get(after.start(after.lastindex or 0))
    stated = short is not None and short.rule == "acronym"
    return stated or _may_abbreviate(after[1] or after[2], name)


def _may_abbreviate(short: str, long: str) -> bool:
    return any(organizations.abbreviates(short, form) for form in _forms(long))


def _forms(name: str) -> tuple[str, ...]:
    """A name, and what is left without its article and without the country before it."""
    bare = _without_article(name)
    first, _, rest = bare.partition(" ")
    national = " " in rest and (gazetteer.is_certain(first) or gazetteer.demonym(first) is not None)
    return (name, bare, rest) if national else (name, bare)


@lru_cache(maxsize=1 << 14)
def _organization_key(name: str) -> str:
    name = organizations.singular(
        organizations.without_stops(organizations.usual_name(offices.in_full(_without_article(name))))
    )
    if (nation := _US_BEFORE.match(name)) and _is_of_country(nation[0], name[nation.end() :]):
        name = organizations.usual_name(name[nation.end() :])
    if name.startswith("University of "):
        name = name.replace(" at ", " ")
    name = committees.committee_name(offices.usual_order(name))
    return entity_id("organization", name.replace("&", " and "))


def _is_of_country(nation: str, rest: str) -> bool:
    """`U.S. National Transportation Safety Board` is the board itself, `U.S. Steel` is not steel; nor is `US Airways
    Group` a group."""
    if organizations.canonical(rest) or organizations.is_public_body(rest):
        return True
    return nation == "U.S. " and " " in rest


def _without_article(name: str) -> str:
    return name[4:] if name[:4].lower() == "the " and len(name) > 4 else name
