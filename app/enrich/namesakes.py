"""Two people of one full name: told apart where their articles say so, and taken for one wherever they do not.

Evidence of difference are callings that no one life has (`callings.py`), offices of two nations, other middle initials.
It counts only between articles that share nobody and nothing: what they name beside the person makes two articles
speak of the same one, however many steps lie between them. Time is no evidence, for the dead are written about for
centuries.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count
from math import fsum

from app.enrich import callings, gazetteer, lexicon
from app.enrich.callings import Calling
from app.ids import is_place
from app.text import slug

Company = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""From articles to the keys of what each names."""

# Of each kind of evidence, so many articles are mostly enough to see that all hang together.
_TELLING = 200
_INITIAL = re.compile(r"(?<= )[A-Z](?=\. )")
# What stands in articles on anything at all, as countries and cities do.
_EVERYWHERE = frozenset(f"organization-{name}" for name in lexicon.terms("organizations-everywhere"))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What articles say of a person. `words` are those that say the callings, with how many articles have them."""

    callings: frozenset[Calling] = frozenset()
    nations: frozenset[str] = frozenset()
    initials: frozenset[str] = frozenset()
    words: Counter[str] = field(default_factory=Counter, compare=False)

    @classmethod
    def of(cls, name: str, roles: Iterable[str]) -> Evidence:
        found = list(filter(None, map(callings.said, roles)))
        return cls(
            frozenset(each.calling for each in found),
            frozenset(each.nation for each in found if each.nation is not None),
            frozenset(_INITIAL.findall(name)),
            Counter({each.word for each in found}),
        )

    def __bool__(self) -> bool:
        return bool(self.callings or self.initials)

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.callings | other.callings,
            self.nations | other.nations,
            self.initials | other.initials,
            self.words + other.words,
        )

    def against(self, other: Evidence) -> int:
        """2: no one person. 1: hardly one, so that a single article says too little. 0: may well be one."""
        if self.initials & other.initials:
            return 0
        lives = [callings.unlikeness(one, two) for one in self.callings for two in other.callings]
        return max(
            min(lives, default=0),
            int(_are_apart(self.nations, other.nations)),
            int(_are_apart(self.initials, other.initials)),
        )

    def agrees(self, other: Evidence) -> bool:
        same = self.callings & other.callings or self.initials & other.initials
        return bool(same) and not self.against(other)


@dataclass(frozen=True, slots=True)
class _Group:
    """Articles that speak of one person, in order."""

    articles: tuple[str, ...]
    evidence: Evidence

    @property
    def rank(self) -> tuple[int, tuple[str, ...]]:
        """The most written about first, whenever the articles came."""
        return -len(self.articles), self.articles

    def differs(self, other: _Group) -> bool:
        against = self.evidence.against(other.evidence)
        return against > 1 or (against == 1 and min(len(self.articles), len(other.articles)) > 1)


def may_differ(names: Iterable[str], roles: Iterable[str]) -> bool:
    """Return whether the forms of one full name, and all that is said of who has it, could be of two people. Mostly
    not, and then nobody needs to ask what else the articles name."""
    told = {Evidence.of(name, ()) for name in names} | {Evidence.of("", (role,)) for role in roles}
    return any(one.against(other) for one, other in combinations(told, 2))


def are_unlike(one: tuple[Collection[str], Collection[str]], other: tuple[Collection[str], Collection[str]]) -> bool:
    """Return whether two are hardly one, by the forms of the name of each with initials, and what is said of each."""
    told = [sum((Evidence.of(name, ()) for name in names), Evidence.of("", roles)) for names, roles in (one, other)]
    return bool(told[0].against(told[1]))


def part_namesakes(names: Mapping[str, str], roles: Mapping[str, Collection[str]], company: Company) -> dict[str, str]:
    """Take, by article that has the full name, its fullest form, and what is said of the person there.

    Returns what tells a person from the one most written about, such as `general`; articles of that one are left out.
    """
    evidence = {article: Evidence.of(name, roles.get(article, ())) for article, name in sorted(names.items())}
    links = _Links()
    links.agreeing(evidence)
    told = [article for article in evidence if evidence[article]]
    named = dict(company(_first_of_each(told, evidence)))
    links.sharing(named)
    if len({links.root(article) for article in told}) < 2:
        return {}
    named |= company([article for article in evidence if article not in named])
    links.sharing(named)
    return dict(_suffixes(_persons(links.groups(evidence), named)))


class _Links:
    """Which articles hang together: a forest over articles and what they have in common."""

    def __init__(self) -> None:
        self._above: dict[object, object] = {}

    def root(self, node: object) -> object:
        while (above := self._above.get(node, node)) != node:
            self._above[node] = node = self._above.get(above, above)
        return node

    def agreeing(self, evidence: Mapping[str, Evidence]) -> None:
        """Articles that say the same of the person, and nothing that cannot be of one."""
        kinds = {each for each in evidence.values() if each}
        for article, each in evidence.items():
            if each:
                self._join(article, each)
        for one, other in combinations(kinds, 2):
            if one.agrees(other):
                self._join(one, other)

    def sharing(self, named: Mapping[str, Collection[str]]) -> None:
        """Articles that name the same beside the person. Places, and what stands in any article, tell nothing."""
        for article, keys in named.items():
            for key in keys:
                if not is_place(key) and key not in _EVERYWHERE:
                    self._join(article, key)

    def groups(self, evidence: Mapping[str, Evidence]) -> list[_Group]:
        members: defaultdict[object, list[str]] = defaultdict(list)
        for article in evidence:
            members[self.root(article)].append(article)
        groups = (_Group(tuple(each), sum(map(evidence.__getitem__, each), Evidence())) for each in members.values())
        return sorted(groups, key=lambda group: group.rank)

    def _join(self, one: object, other: object) -> None:
        self._above[self.root(one)] = self.root(other)


def _persons(groups: Sequence[_Group], named: Mapping[str, Collection[str]]) -> list[_Group]:
    """Groups that may be of one person are. Those that say nothing of him go where the same places are named, else to
    the most written about. The latter comes first."""
    persons: list[list[_Group]] = []
    for group in filter(lambda group: group.evidence, groups):
        may_be = (person for person in persons if not any(group.differs(other) for other in person))
        if (person := next(may_be, None)) is not None:
            person.append(group)
        else:
            persons.append([group])
    if len(persons) > 1:
        shares = [_shares(_whole(person), named) for person in persons]
        for group in filter(lambda group: not group.evidence, groups):
            keys = {key for article in group.articles for key in named[article]}
            scores = [fsum(share.get(key, 0.0) for key in keys) for share in shares]
            persons[scores.index(max(scores))].append(group)
    return sorted(map(_whole, persons), key=lambda person: person.rank)


def _whole(groups: Sequence[_Group]) -> _Group:
    articles = sorted(article for group in groups for article in group.articles)
    return _Group(tuple(articles), sum((group.evidence for group in groups), Evidence()))


def _shares(person: _Group, named: Mapping[str, Collection[str]]) -> dict[str, float]:
    counted = Counter(key for article in person.articles for key in named[article])
    return {key: count / len(person.articles) for key, count in counted.items()}


def _suffixes(persons: Sequence[_Group]) -> Iterator[tuple[str, str]]:
    """Yield suffixes by article. The first person needs none."""
    taken = {""}
    for person in persons[1:]:
        suffix = next(each for each in _words_for(person.evidence, persons[0].evidence) if each not in taken)
        taken.add(suffix)
        yield from ((article, suffix) for article in person.articles)


def _words_for(evidence: Evidence, first: Evidence) -> Iterator[str]:
    """Return what could be added to the id, the most telling first: `general`, `general-france`, `b`, `2`."""
    words = sorted(evidence.words, key=lambda word: (-evidence.words[word], word))
    yield from (word for word in words if word not in first.words)
    nations = sorted(evidence.nations - first.nations)
    yield from (
        f"{word}-{slug(place.name)}" for word in words for place in filter(None, map(gazetteer.country, nations))
    )
    yield from (initial.lower() for initial in sorted(evidence.initials - first.initials))
    yield from map(str, count(2))


def _first_of_each(told: Iterable[str], evidence: Mapping[str, Evidence]) -> list[str]:
    kinds: defaultdict[Evidence, list[str]] = defaultdict(list)
    for article in told:
        kinds[evidence[article]].append(article)
    return [article for articles in kinds.values() for article in articles[:_TELLING]]


def _are_apart(one: Collection[str], other: Collection[str]) -> bool:
    return bool(one and other) and not set(one) & set(other)
