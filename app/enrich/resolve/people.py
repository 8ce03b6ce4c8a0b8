"""Which people of one article are the same: surnames, nicknames, couples, initials."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice

from app.enrich import given, grounds
from app.enrich.couples import completed_names
from app.enrich.grounds import Ground
from app.enrich.mentions import Mention
from app.enrich.plain import plain
from app.enrich.resolve.meaning import Meaning
from app.enrich.spellings import do_middles_agree, middle_initials, plainness, usual_spelling
from app.enrich.surnames import NUMERALS, SUFFIXES, statesman
from app.ids import entity_id, scoped
from app.text import fold

_NICKNAME = re.compile(r"\s[\"“(]([^\"”)]*)[\"”)]\s")
# `Edson Arantes do Nascimento, better known as Pele`.
_KNOWN_AS = re.compile(
    r",? (?:(?:who )?(?:is|was) )?(?:(?:better|also|widely|popularly|formerly) )?(?:known as|nicknamed) [\"“]?"
    # `Donald Trump (@realDonaldTrump)`
    r"| \(@ ?"
)
# What is said of a statesman and not of his family, who may stand in his article: `the Trump campaign`.
_OF_OFFICE_BEFORE = re.compile(r"\b(?:[Pp]resident|President-elect|Chancellor|Prime Minister|Pres\.) $")
_OF_OFFICE_AFTER = re.compile(r"(?:['’]s)? (?:administration|campaign|White House|presidency|era|rally)\b")
_OF_STATE = re.compile(r"\b(?:President|White House|Prime Minister|Chancellor|[Ff]irst [Ll]ady|Kremlin)\b")
# `Mrs. Lund`, `Mr. Lund`; anybody may be a president.
_MR_OR_MRS = re.compile(r"\b(?:(Mrs|Ms|Miss|Lady|Dame|Madam)|Mr|Sir|Lord)\.? $")
_YOUNGER_BEFORE = re.compile(r"\byounger $")
_OF_FAMILY_BEFORE = re.compile(r"\b(?:(?:Ms|Mrs|Miss|Lady)\.?|younger) $")
_OF_KIN = re.compile(r"\b(?:father|son|grandfather|grandson|namesake)\b")
_NEAR = 20
# More of one surname are a list; each mention asks for the given names of all.
_FEW = 10
_LONGEST_SURNAME = 4
_SIDE_BY_SIDE = re.compile(r"(?:,|,? (?:and|or|&|to|from|versus)) (?:[\w.]+ ){0,2}")


class People:
    """Full names of one article; two that share a surname stay two."""

    def __init__(self, article_id: str, body: str, mentions: Sequence[Mention]) -> None:
        self._article_id = article_id
        self._full: dict[tuple[str, ...], str] = {}
        self._seen: list[tuple[int, tuple[str, ...]]] = []
        self._ends: list[int] = []
        self._initials: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        self._couples = {start: _cased_words(name) for start, name in completed_names(body, mentions)}
        for mention in mentions:
            name = self._couples.get(mention.start) or _in_order(plain(mention.text))
            words = _person_words(name)
            if len(words) > 1 and not _is_junior(words):
                self._initials[words].update(middle_initials(name))
                known = self._full.get(words, "")
                self._full[words] = max(known, _cased(name), key=lambda form: (len(form), form))
                self._seen.append((mention.start, words))
                self._ends.append(mention.end)
        self._having: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for words in self._full:
            for word in dict.fromkeys(words):
                self._having[word].append(words)
        self._apart = set(self._named_side_by_side(body))
        usual = self._usually_spelt()
        speaks_of_kin = _OF_KIN.search(body) is not None
        self._same = {
            words: usual[self._fullest(words if speaks_of_kin else self._without_numeral(words))]
            for words in self._full
        }
        self._stated = dict(self._also_called(body, mentions))
        self._body = body
        self._eminent = {fold(plain(mention.text)) for mention in mentions if self._is_eminent(mention)}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the keys of what people are called besides, each with that of the full name."""
        return sorted(
            (entity_id("person", " ".join(a)), entity_id("person", " ".join(b))) for a, b in self._stated.items()
        )

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

    def meaning(self, mention: Mention) -> tuple[Meaning, Ground]:
        name = self._couples.get(mention.start) or _cased(_in_order(plain(mention.text)))
        words = _person_words(name)
        if _is_junior(words) and (whole := self._junior(words)) is not None:
            return Meaning(entity_id("person", whole), whole), grounds.ONLY_BEARER.at_most(mention.confidence)
        words = self._stated.get(words, words)
        if words in self._same:
            words = self._same[words]
            return Meaning(entity_id("person", " ".join(words)), self._full[words]), mention.ground
        owner, sure = self._owner(words, mention.start)
        if self._eminent and fold(name) in self._eminent and not self._stands_behind(_OF_FAMILY_BEFORE, mention):
            owner = None
        if owner is None and (known := statesman(name)) is not None:
            return Meaning(entity_id("person", known), known), grounds.STATESMAN.at_most(mention.confidence)
        if owner is None:
            return Meaning(scoped(entity_id("person", name), self._article_id), name), mention.ground
        meaning = Meaning(entity_id("person", " ".join(owner)), self._full[owner])
        return meaning, (grounds.ONLY_BEARER if sure else grounds.LAST_BEARER).at_most(mention.confidence)

    def _is_eminent(self, mention: Mention) -> bool:
        """Return whether it means a statesman of whom the article has no full name, but that of one of his family: it
        comes before that, in an article on politics, says what he is, or the other is a junior."""
        known = statesman(plain(mention.text)) if mention.type == "person" and " " not in mention.text else None
        bearers = self._called.get(_person_words(mention.text)) if known else None
        if known is None or bearers is None:
            return False
        first = _person_words(known)[0]
        namesakes = [words for words in bearers.names if words[0] == first]
        juniors = [words for words in namesakes if words[-1] in SUFFIXES]
        if len(juniors) < len(namesakes):
            return False
        return (
            len(juniors) == len(bearers.names)
            or (mention.start < bearers.starts[0] and _OF_STATE.search(self._body) is not None)
            or self._stands_behind(_OF_OFFICE_BEFORE, mention)
            or _OF_OFFICE_AFTER.match(self._body, mention.end) is not None
        )

    def _stands_behind(self, words: re.Pattern[str], mention: Mention) -> bool:
        return words.search(self._body, max(0, mention.start - _NEAR), mention.start) is not None

    def _fullest(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """`J. Smith` is the one `John Smith` of the article; `Lula da Silva` the one whose name ends so."""
        # Whoever is fuller has all these words; an initial may be a word of his.
        shared = words[1:] if len(words[0]) == 1 else words
        fewest = min((self._having[word] for word in shared), key=len)
        longer = list(islice((other for other in fewest if other != words and self._may_be(other, words)), 2))
        return longer[0] if len(longer) == 1 else words

    def _without_numeral(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """`John Downer III` is the `John Downer` of an article that speaks of nobody's kin."""
        return words[:-1] if words[-1] in NUMERALS and words[:-1] in self._full else words

    def _junior(self, words: tuple[str, ...]) -> str | None:
        """Return the whole name of `John Jr.`, who is called by the surname of the one John of the article."""
        firsts = {words[0], *given.wholes(words[0])}
        named = {full: name for full, name in self._full.items() if full[0] in firsts and len(full) > 1}
        juniors = [name for full, name in named.items() if full[-1] == words[1]]
        fathers = {self._same[full] for full in named if full[-1] not in SUFFIXES}
        if len(juniors) == 1 or len(fathers) != 1:
            return juniors[0] if len(juniors) == 1 else None
        return f"{self._full[fathers.pop()]} {words[1].title()}."

    def _may_be(self, full: tuple[str, ...], short: tuple[str, ...]) -> bool:
        """Return whether the one is fuller and no other initial, nor the other name beside it, says that they are two:
        `George H.W. Bush and George W. Bush`."""
        if not _is_fuller(full, short) or frozenset((full, short)) in self._apart:
            return False
        middles = full[1:-1]
        return all(not middles or do_middles_agree((initial,), middles) for initial in self._initials[short])

    def _named_side_by_side(self, body: str) -> Iterator[frozenset[tuple[str, ...]]]:
        for number in range(1, len(self._seen)):
            (_, one), (start, other) = self._seen[number - 1 : number + 1]
            if one != other and one[-1] == other[-1] and _SIDE_BY_SIDE.fullmatch(body, self._ends[number - 1], start):
                yield frozenset((one, other))

    def _usually_spelt(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Return, for each full name, the one of the article that differs from it in spelling alone: `Bashar Assad` of
        `Bashar al-Assad`."""
        groups: defaultdict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
        for words in self._full:
            groups[usual_spelling(words)].append(words)
        return {words: _plainest(group) for group in groups.values() for words in group}

    @cached_property
    def _called(self) -> dict[tuple[str, ...], _ShortName]:
        """Group persons by what they may be called for short."""
        bearers: defaultdict[tuple[str, ...], _ShortName] = defaultdict(_ShortName)
        for start, words in self._seen:
            for ending in _endings(words):
                bearers[ending].add(start, self._same[words])
        return bearers

    @cached_property
    def _with(self) -> dict[str, _ShortName]:
        """Group persons by each of their words."""
        bearers: defaultdict[str, _ShortName] = defaultdict(_ShortName)
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
        if not 1 < len(bearers.names) <= _FEW:
            return bearers.before(start), len(bearers.names) < 2
        fitting = bearers.names
        if not _YOUNGER_BEFORE.search(self._body, max(0, start - _NEAR), start):
            # Who is called by the surname alone is the father.
            fitting = fitting - {(*full, "jr") for full in fitting}
        if called := _MR_OR_MRS.search(self._body, max(0, start - _NEAR), start):
            woman = called[1] is not None
            fitting = {full for full in fitting if given.may_be_of(full[0], woman=woman)} or fitting
        return bearers.before(start, fitting), len(fitting) < 2


@dataclass(slots=True)
class _ShortName:
    """Of a short name: where the article has the full names that it may stand for, in order."""

    starts: list[int] = field(default_factory=list)
    full: list[tuple[str, ...]] = field(default_factory=list)
    names: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, start: int, full: tuple[str, ...]) -> None:
        self.starts.append(start)
        self.full.append(full)
        self.names.add(full)

    def before(self, start: int, among: Collection[tuple[str, ...]] = ()) -> tuple[str, ...]:
        """Return the last one named before, or else the first, of all or of some."""
        last = bisect_left(self.starts, start) - 1
        order = (*range(last, -1, -1), *range(last + 1, len(self.full))) if among else (max(0, last),)
        return next(self.full[number] for number in order if not among or self.full[number] in among)


def _is_junior(words: tuple[str, ...]) -> bool:
    """`John Jr.`, of whom only the context says whose son he is."""
    return len(words) == 2 and words[1] in ("jr", "sr")


def _plainest(group: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return which of some full names has the id, as across articles."""
    return min(group, key=lambda words: plainness(entity_id("person", " ".join(words)))) if len(group) > 1 else group[0]


@lru_cache(maxsize=1 << 14)
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
    if not rest or rest[0].rstrip(".").lower() in SUFFIXES:
        return name
    return " ".join((rest[0], _cased(surname), *rest[1:]))


def _endings(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return what a person may be called for short: `smith` of `john smith jr`, `de klerk`."""
    bare = words[:-1] if words[-1] in SUFFIXES else words
    return {ending[-count:] for ending in (words, bare) for count in range(1, _LONGEST_SURNAME + 1)}


def _is_fuller(full: tuple[str, ...], short: tuple[str, ...]) -> bool:
    if full[-1] != short[-1]:
        return False
    if len(full) > len(short) and full[-len(short) :] == short:
        return True
    first_agrees = full[0] == short[0] or (len(short[0]) == 1 and full[0].startswith(short[0]) and len(full[0]) > 1)
    return first_agrees and set(short[1:]) <= set(full) and (len(full), len(full[0])) > (len(short), len(short[0]))


def _cased_words(name: str) -> str:
    return " ".join(map(_cased, name.split(" ")))


def _cased(name: str) -> str:
    """A person's name, in the usual case also where it is short: few are called by letters."""
    return name.title() if name.isupper() and len(name) > 2 and "." not in name else name
