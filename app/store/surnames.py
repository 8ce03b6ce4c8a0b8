"""Bare surnames over all articles: who has the surname, and in what company.

One more article must not cost what all before it did, and thousands may have one surname. So only those bare surnames
are looked at that the change can reach, and of the bearers only those whose articles name what theirs names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import fsum
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.ids import article_of, is_person, is_place, is_scoped, unscoped
from app.store.bulk import select_in
from app.store.contexts import TELLING, Contexts
from app.store.diminutives import shorts_of, wholes_of
from app.store.identity import EVERYWHERE, Change, Meaning, RuleName, told_by
from app.store.tables import ArticleEntity
from app.store.written import run_written

# What an article and a person must have in common. Countries and cities alone say too little.
_AGREED = 2
# How much better than the next one the context must agree.
_TIMES = 2.0
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
# So few are looked at one and all: to find out which of them matter would cost more.
_FEW = 32
# A key of more articles than this is looked for among the bearers, and not the bearers among its articles.
_FEW_ARTICLES = 500
# Of one article a person has all that it names: so much less certain is what company he keeps.
_UNSEEN_ARTICLES = 1
# A given name or a word is the surname of somebody who is known by it: of so many articles.
_KNOWN_BY_WORD = 5
# As many unlikely candidates are mostly enough to see that nobody stands out.
_FIRST = 4


def surname_of(key: str) -> str | None:
    """Return the last word of a full name: `klerk` of `person-fw-de-klerk`. None for what is none."""
    words = _words(key)
    return words[-1] if len(words) > 1 and not is_scoped(key) else None


def leaving(session: Session, keys: Iterable[str]) -> set[str]:
    """Find the bare surnames whose owner may be another once some articles with these keys are no more as they were."""
    search = _Search(Contexts(session))
    return {bare for each, names in _by_stem(keys).items() for bare in search.reached(each, names, leaving=True)}


def bare_keys(session: Session, stem: str) -> set[str]:
    """Return all keys of this bare surname (`person-klerk`), one for each article that has it."""
    return _of_stem(stem, run_written(session.connection(), _BARE, _key_range(stem)))


def told_bare(session: Session, stem: str, rule: RuleName) -> set[str]:
    """Return the keys of this bare surname about which the rule told anything."""
    statement = "SELECT key FROM identity WHERE key > ? AND key < ? AND rule = ?"
    return _of_stem(stem, run_written(session.connection(), statement, (*_key_range(stem), rule)))


@dataclass(frozen=True, slots=True)
class Surnames:
    """Tells who the owner of a bare surname is, which is a key of one article alone. What `is_word` takes for a given
    name, or a word, is rarely a surname: `Mark` is not the one Tuan Mark of the archive."""

    is_word: Callable[[str], bool]
    name: RuleName = "surname"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        search = _Search(contexts)
        asked = {key for key in change.touched if is_scoped(key)}
        of_others = {found for key in change.moved if is_person(key) for found in _stems(key)}
        for each in of_others:
            asked |= bare_keys(contexts.session, each) | told_bare(contexts.session, each, self.name)
        for each, names in _by_stem(change.touched).items():
            if each not in of_others:
                asked |= search.reached(each, names)
        owners = search.owners(asked, self.is_word)
        return {key: {EVERYWHERE: owners[key]} if key in owners else {} for key in asked}


def owner(context: Collection[str], candidates: Mapping[str, Mapping[str, float]], unseen: int = 0) -> str | None:
    """Return whose the surname is, None where the context does not tell. `context` are the keys of what else the
    article names; `candidates` the persons of that surname, with the share of their articles in which each other key
    stands.

    Where not all persons of the surname are among the candidates, `unseen` is in how many keys of the context any of
    the others agrees at most; the answer is "" where that could make it another.
    """
    scores = {id: fsum(shares.get(key, 0.0) for key in context) for id, shares in candidates.items()}
    ranked = sorted(scores, key=lambda id: (-scores[id], id))
    best, next_best = (*(scores[id] for id in ranked[:2]), 0.0, 0.0)[:2]
    if best >= _TIMES * next_best and ranked and agrees(context, candidates[ranked[0]]):
        return ranked[0] if best >= _TIMES * unseen else ""
    return None if unseen < max(_TIMES * best, _AGREED) else ""


def agrees(context: Collection[str], shares: Mapping[str, float]) -> bool:
    """Return whether an article that names this keeps the company of a person of these shares."""
    agreed = [key for key in context if key in shares]
    return len(agreed) >= _AGREED and not all(is_place(key) for key in agreed)


def _words(key: str) -> list[str]:
    words = unscoped(key).split("-")[1:]
    while len(words) > 2 and words[-1] in _SUFFIXES:
        words.pop()
    return words


def _stems(key: str) -> Iterator[str]:
    """Yield keys, but for the article, under which a person may stand by surname: `person-de-klerk` and
    `person-klerk`."""
    words = _words(key)
    if is_scoped(key):
        yield unscoped(key)
        return
    for count in range(1, min(len(words), 4)):
        yield f"person-{'-'.join(words[-count:])}"


def _by_stem(keys: Iterable[str]) -> dict[str, set[str]]:
    """Group the full names among the keys by each surname under which they may stand."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        if is_person(key) and not is_scoped(key):
            for each in _stems(key):
                found[each].add(key)
    return found


# The loose scan of an index: one step for each name, not one for each article.
_NAMES = """
WITH RECURSIVE one(key) AS (
  SELECT min(key) FROM article_entity WHERE surname = ?
  UNION ALL SELECT (SELECT min(key) FROM article_entity WHERE surname = ? AND key > one.key) FROM one
  WHERE one.key IS NOT NULL
) SELECT key FROM one WHERE key IS NOT NULL
"""
_BARE = "SELECT key FROM article_entity WHERE key > ? AND key < ?"
_COUNT_SOME = "SELECT count(*) FROM (SELECT 1 FROM article_entity WHERE key = ? LIMIT ?) AS counted"
# Written so that SQLite goes from left to right, and by the key of the table from the one to the other. The values are
# those of the key beside which is looked, and of what is looked for, in the order in which they stand.
_BESIDE_RARE = """
SELECT DISTINCT other.key FROM article_entity one CROSS JOIN article_entity other
WHERE one.key = ? AND other.article_id = one.article_id AND other.surname || '' = ?
"""
_BESIDE_FREQUENT = """
SELECT DISTINCT other.key FROM article_entity other CROSS JOIN article_entity one
WHERE one.key || '' = ? AND one.article_id = other.article_id AND other.surname = ?
"""
_BARE_BESIDE_RARE = """
SELECT DISTINCT other.key FROM article_entity one CROSS JOIN article_entity other
WHERE one.key = ? AND other.article_id = one.article_id AND other.key > ? AND other.key < ?
"""
_BARE_BESIDE_FREQUENT = """
SELECT DISTINCT other.key FROM article_entity other CROSS JOIN article_entity one
WHERE one.key = ? AND one.article_id = other.article_id AND other.key > ? AND other.key < ?
"""


class _Candidates(NamedTuple):
    """Full names that may be meant: those to compare in any case, and the keys beside which there are many more."""

    likely: Collection[str]
    common: frozenset[str]


class _Search:
    """Keeps what it found for one settling: many surnames have the same candidates, whose articles name the same."""

    def __init__(self, contexts: Contexts) -> None:
        self._session = contexts.session
        self._connection = contexts.session.connection()
        self._contexts = contexts
        self._shares: dict[str, dict[str, dict[str, float]]] = {}
        self._articles: dict[str, int] = {}
        self._rare: dict[str, bool] = {}
        self._few: dict[str, list[str] | None] = {}
        self._bearers: dict[tuple[str, str], list[str]] = {}
        self._likely: dict[tuple[str, frozenset[str]], list[tuple[int, str]]] = {}

    def reached(self, stem: str, names: Collection[str], *, leaving: bool = False) -> set[str]:
        """Find the bare surnames whose owner may be another now that articles with these full names have come, or once
        they are gone: of articles that name something that theirs name."""
        bare = run_written(self._connection, f"{_BARE} LIMIT {_FEW + 1}", _key_range(stem)).all()
        if len(bare) <= _FEW:
            return _of_stem(stem, bare)
        names = {*names, *wholes_of(self._session, names).values()}
        companies = [self._company(name) for name in islice(names, _FEW + 1)]
        if len(companies) > _FEW or None in companies:
            return bare_keys(self._session, stem)
        found: set[str] = set()
        for keys, is_new in filter(None, companies):
            found |= self._beside(stem, keys, is_new=is_new and not leaving)
        return found

    def owners(self, keys: Iterable[str], is_word: Callable[[str], bool]) -> dict[str, str]:
        """Return the owner of each bare surname whose context tells whose it is; `is_word` as in `Surnames`."""
        there = set(select_in(self._session, select(ArticleEntity.key), ArticleEntity.key, keys))
        contexts = self._contexts.of(map(article_of, sorted(there)))
        self._share(name for key in there for name in self._bearers_of(unscoped(key), contexts[article_of(key)]).likely)
        found = ((key, self._owner_of(unscoped(key), contexts[article_of(key)])) for key in sorted(there))
        return {
            key: person
            for key, person in found
            if person and (self._articles[person] >= _KNOWN_BY_WORD or not is_word(_last(unscoped(key))))
        }

    def _company(self, name: str) -> tuple[set[str], bool] | None:
        """Return what the articles of a full name name, and whether it is of one article alone. None where there are so
        many of them that not all count."""
        forms = [name, *shorts_of(self._session, [name]).get(name, ())]
        rows = select(ArticleEntity.article_id).where(col(ArticleEntity.key).in_(forms)).distinct()
        articles = list(self._session.exec(rows.limit(TELLING + 1)))
        if len(articles) > TELLING:
            return None
        return {key for keys in self._contexts.of(articles).values() for key in keys}, len(articles) < 2

    def _beside(self, stem: str, company: Collection[str], *, is_new: bool) -> set[str]:
        """Find bare surnames of articles that name any of the company. A person that is new takes nothing away from
        others: he may be the owner only where two keys agree, one of them no place, or have been in the way of one."""
        places: Counter[str] = Counter()
        others: Counter[str] = Counter()
        for key in company:
            (places if is_place(key) else others).update(self._bare_beside(key, stem))
        if not is_new:
            return {*places, *others}
        owned = told_bare(self._session, stem, "surname")
        return {key for key in others if others[key] + places[key] > 1} | (owned & {*places, *others})

    def _bearers_of(self, stem: str, context: Collection[str]) -> _Candidates:
        surname = _last(stem)
        names = self._all_if_few(surname)
        if names is not None:
            return _Candidates(names, frozenset())
        beside = {key: self._bearers_beside(key, surname) for key in context}
        return _Candidates(
            {name for names in beside.values() if len(names) <= _FEW for name in names},
            frozenset(key for key, names in beside.items() if len(names) > _FEW),
        )

    def _owner_of(self, stem: str, context: Collection[str]) -> str | None:
        bearers = self._bearers_of(stem, context)
        candidates = self._candidates(stem, bearers.likely)
        others = self._by_likelihood(_last(stem), bearers.common)
        done, step = 0, _FIRST
        while (person := owner(context, candidates, others[done][0] if done < len(others) else 0)) == "":
            candidates |= self._candidates(stem, [name for _, name in others[done : done + step]])
            done, step = done + step, 2 * step
        return person

    def _by_likelihood(self, surname: str, keys: frozenset[str]) -> list[tuple[int, str]]:
        """Return the bearers whose articles name any of these keys, with how many of them: those with most come
        first."""
        if (surname, keys) not in self._likely:
            counted = Counter(name for key in keys for name in self._bearers_beside(key, surname))
            likely = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
            self._likely[surname, keys] = [(count, name) for name, count in likely]
        return self._likely[surname, keys]

    def _all_if_few(self, surname: str) -> list[str] | None:
        """Return the full names with this surname, None where there are many."""
        if surname not in self._few:
            found = [key for (key,) in run_written(self._connection, f"{_NAMES} LIMIT {_FEW + 1}", (surname, surname))]
            self._few[surname] = found if len(found) <= _FEW else None
        return self._few[surname]

    def _bearers_beside(self, key: str, surname: str) -> list[str]:
        """Return the full names with this surname in articles that name the key."""
        if (key, surname) not in self._bearers:
            statement = _BESIDE_RARE if self._is_rare(key) else _BESIDE_FREQUENT
            rows = run_written(self._connection, statement, (key, surname))
            self._bearers[key, surname] = [name for (name,) in rows]
        return self._bearers[key, surname]

    def _bare_beside(self, key: str, stem: str) -> set[str]:
        statement = _BARE_BESIDE_RARE if self._is_rare(key) else _BARE_BESIDE_FREQUENT
        return _of_stem(stem, run_written(self._connection, statement, (key, *_key_range(stem))))

    def _is_rare(self, key: str) -> bool:
        if key not in self._rare:
            counted = run_written(self._connection, _COUNT_SOME, (key, _FEW_ARTICLES + 1))
            self._rare[key] = counted.scalar_one() <= _FEW_ARTICLES
        return self._rare[key]

    def _candidates(self, stem: str, names: Iterable[str]) -> dict[str, dict[str, float]]:
        """Return the persons of those names that end as the stem does, with the share of their articles in which each
        other key stands."""
        ending = stem.removeprefix("person")
        fitting = sorted(name for name in names if "-".join(["", *_words(name)]).endswith(ending))
        self._share(fitting)
        return {person: shares for name in fitting for person, shares in self._shares[name].items()}

    def _share(self, names: Iterable[str]) -> None:
        """Make sure that the shares of these names are known; a short form of a given name has those of the whole."""
        wanted = {name for name in names if name not in self._shares}
        wholes = wholes_of(self._session, wanted)
        persons = {wholes.get(name, name) for name in wanted} - self._shares.keys()
        forms = shorts_of(self._session, persons)
        several = told_by(self._session, "namesake", persons)
        for name in persons:
            of_name = (name, *forms.get(name, ()))
            bearers = sorted({name, *several.get(name, {}).values()})
            self._shares[name] = {person: self._shares_of(of_name, person) for person in bearers}
        self._shares |= {short: self._shares[whole] for short, whole in wholes.items()}

    def _shares_of(self, names: Sequence[str], person: str) -> dict[str, float]:
        counted, self._articles[person] = self._contexts.company(names, person)
        return {other: count / (self._articles[person] + _UNSEEN_ARTICLES) for other, count in counted.items()}


def _last(stem: str) -> str:
    return stem.rpartition("-")[2]


def _key_range(stem: str) -> tuple[str, str]:
    return f"{stem}-", f"{stem}-g"


def _of_stem(of: str, rows: Iterable[Sequence[str]]) -> set[str]:
    return {key for [key] in rows if unscoped(key) == of}
