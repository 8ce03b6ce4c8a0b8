"""Bare surnames over all articles: who has the surname, and in what company.

Everything here is asked of the keys that articles give by themselves, never of what other articles or editors made of
them: so the outcome is one function of the articles, in whatever order they came.

One more article must not cost what all before it did, and thousands may have one surname. So only those bare surnames
are looked at that the change can reach, and of the bearers only those whose articles name what theirs names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlmodel import Session, col, select

from app.store import diminutives, namesakes
from app.store.articles import chunks
from app.store.decisions import stem
from app.store.namesakes import TELLING, Contexts
from app.store.tables import ArticleEntity, BareSurname, UnsettledSurname

Owner = Callable[[Collection[str], Mapping[str, Mapping[str, float]], int], str | None]
"""From what an article names, what the articles of each candidate name, and in how many keys of the article a candidate
left out could agree at most: to the one whose surname it is, "" where a candidate left out could change that."""

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
# So few are looked at one and all: to find out which of them matter would cost more.
_FEW = 32
# A key of more articles than this is looked for among the bearers, and not the bearers among its articles.
_FEW_ARTICLES = 500
# As many unlikely candidates are mostly enough to see that nobody stands out.
_FIRST = 4


def surname(key: str) -> str | None:
    """The last word of a full name: `klerk` of `person-fw-de-klerk`. None for what is none."""
    words = _words(key)
    return words[-1] if len(words) > 1 and stem(key) == key else None


def unsettle(session: Session, keys: Iterable[str]) -> None:
    """Mark all surnames of these keys, which are other people's now. Where articles merely came, `namesakes.unsettle`
    is enough."""
    stems = {found for key in keys if key.startswith("person-") for found in _stems(key)}
    if stems:
        adding = insert_or(UnsettledSurname).on_conflict_do_nothing()
        session.connection().execute(adding, [{"stem": found} for found in sorted(stems)])


def leaving(session: Session, keys: Iterable[str]) -> set[str]:
    """The bare surnames whose owner may be another once some articles with these keys are no more as they were."""
    search = _Search(session)
    return {bare for each, names in _by_stem(keys).items() for bare in search.reached(each, names, leaving=True)}


def owners(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """The owner of each bare surname among the keys that has one."""
    found: dict[str, str] = {}
    for chunk in chunks(key for key in keys if stem(key) != key):
        found.update(
            iter(session.exec(select(BareSurname.key, BareSurname.person).where(col(BareSurname.key).in_(chunk))))
        )
    return found


def settle(session: Session, touched: Collection[str], owner: Owner) -> set[str]:
    """Look for owners again where articles came, which have the keys `touched`, and where any of a surname changed.
    Returns the keys whose owner is another now, or that have one no more."""
    search = _Search(session)
    asked = {key for key in touched if stem(key) != key}
    marked = set(session.exec(select(UnsettledSurname.stem)))
    for each in marked:
        asked |= search.bare(each) | _known(session, each)
    for each, names in _by_stem(touched).items():
        if each not in marked:
            asked |= search.reached(each, names)
    before = owners(session, asked)
    after = search.owners(asked, owner)
    changed = {key: after.get(key, key) for key in asked if before.get(key) != after.get(key)}
    if marked:
        session.connection().execute(delete(UnsettledSurname))
    for chunk in chunks(changed):
        session.connection().execute(delete(BareSurname).where(col(BareSurname.key).in_(chunk)))
    if kept := [{"key": key, "person": person} for key, person in sorted(changed.items()) if person != key]:
        session.connection().execute(insert(BareSurname), kept)
    return set(changed)


def _words(key: str) -> list[str]:
    words = stem(key).split("-")[1:]
    while len(words) > 2 and words[-1] in _SUFFIXES:
        words.pop()
    return words


def _stems(key: str) -> Iterator[str]:
    """Keys, but for the article, under which a person may stand by surname: `person-de-klerk` and `person-klerk`."""
    words = _words(key)
    if stem(key) != key:
        yield stem(key)
        return
    for count in range(1, min(len(words), 4)):
        yield f"person-{'-'.join(words[-count:])}"


def _by_stem(keys: Iterable[str]) -> dict[str, set[str]]:
    """The full names among the keys, by each surname under which they may stand."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        if stem(key) == key:
            for each in _stems(key):
                found[each].add(key)
    return found


def _known(session: Session, stem: str) -> set[str]:
    """The bare surnames that have an owner."""
    statement = "SELECT key FROM bare_surname WHERE key > ? AND key < ?"
    return _of_stem(stem, session.connection().exec_driver_sql(statement, _bounds(stem)))


# The loose scan of an index: one step for each name, not one for each article.
_NAMES = """
WITH RECURSIVE one(key) AS (
  SELECT min(key) FROM article_entity WHERE surname = ?1
  UNION ALL SELECT (SELECT min(key) FROM article_entity WHERE surname = ?1 AND key > one.key) FROM one
  WHERE one.key IS NOT NULL
) SELECT key FROM one WHERE key IS NOT NULL
"""
_BARE = "SELECT key FROM article_entity WHERE key > ? AND key < ?"
_IS_RARE = "SELECT count(*) <= ?2 FROM (SELECT 1 FROM article_entity WHERE key = ?1 LIMIT ?2 + 1)"
# Written so that SQLite goes from left to right, and by the key of the table from the one to the other.
_BESIDE_RARE = """
SELECT DISTINCT other.key FROM article_entity one CROSS JOIN article_entity other
ON other.article_id = one.article_id AND +other.surname = ?2 WHERE one.key = ?1
"""
_BESIDE_FREQUENT = """
SELECT DISTINCT other.key FROM article_entity other CROSS JOIN article_entity one
ON one.article_id = other.article_id AND +one.key = ?1 WHERE other.surname = ?2
"""
_BARE_BESIDE_RARE = """
SELECT DISTINCT other.key FROM article_entity one CROSS JOIN article_entity other
ON other.article_id = one.article_id AND other.key > ?2 AND other.key < ?3 WHERE one.key = ?1
"""
_BARE_BESIDE_FREQUENT = """
SELECT DISTINCT other.key FROM article_entity other CROSS JOIN article_entity one
ON one.article_id = other.article_id AND one.key = ?1 WHERE other.key > ?2 AND other.key < ?3
"""


class _Bearers(NamedTuple):
    """Full names that may be meant: those to compare in any case, and the keys beside which there are many more."""

    likely: Collection[str]
    common: frozenset[str]


class _Search:
    """Of one settling: many surnames have the same candidates, whose articles name the same."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection()
        self._contexts = Contexts(session)
        self._shares: dict[str, dict[str, dict[str, float]]] = {}
        self._rare: dict[str, bool] = {}
        self._few: dict[str, list[str] | None] = {}
        self._bearers: dict[tuple[str, str], list[str]] = {}
        self._likely: dict[tuple[str, frozenset[str]], list[tuple[int, str]]] = {}

    def bare(self, stem: str) -> set[str]:
        """All keys of this bare surname, one for each article that has it."""
        return _of_stem(stem, self._connection.exec_driver_sql(_BARE, _bounds(stem)))

    def reached(self, stem: str, names: Collection[str], *, leaving: bool = False) -> set[str]:
        """The bare surnames whose owner may be another now that articles with these full names have come, or once they
        are gone: of articles that name something that theirs name."""
        bare = self._connection.exec_driver_sql(f"{_BARE} LIMIT {_FEW + 1}", _bounds(stem)).all()
        if len(bare) <= _FEW:
            return _of_stem(stem, bare)
        names = {*names, *diminutives.persons(self._session, names).values()}
        companies = [self._company(name) for name in islice(names, _FEW + 1)]
        if len(companies) > _FEW or None in companies:
            return self.bare(stem)
        found: set[str] = set()
        for keys, is_new in filter(None, companies):
            found |= self._beside(stem, keys, is_new=is_new and not leaving)
        return found

    def owners(self, keys: Iterable[str], owner: Owner) -> dict[str, str]:
        """Those of the bare surnames whose context tells whose they are, with the owner."""
        there: set[str] = set()
        for chunk in chunks(keys):
            there.update(self._session.exec(select(ArticleEntity.key).where(col(ArticleEntity.key).in_(chunk))))
        contexts = self._contexts.of(map(_article, sorted(there)))
        self._share(name for key in there for name in self._bearers_of(stem(key), contexts[_article(key)]).likely)
        found = ((key, self._owner_of(stem(key), contexts[_article(key)], owner)) for key in sorted(there))
        return {key: person for key, person in found if person}

    def _company(self, name: str) -> tuple[set[str], bool] | None:
        """What the articles of a full name name, and whether it is of one article alone. None where there are so many
        of them that not all count."""
        forms = [name, *diminutives.forms(self._session, [name]).get(name, ())]
        rows = select(ArticleEntity.article_id).where(col(ArticleEntity.key).in_(forms)).distinct()
        articles = list(self._session.exec(rows.limit(TELLING + 1)))
        if len(articles) > TELLING:
            return None
        return {key for keys in self._contexts.of(articles).values() for key in keys}, len(articles) < 2

    def _beside(self, stem: str, company: Collection[str], *, is_new: bool) -> set[str]:
        """Bare surnames of articles that name any of the company. A person that is new takes nothing away from others:
        he may be the owner only where two keys agree, one of them no place, or have been in the way of one."""
        places: Counter[str] = Counter()
        others: Counter[str] = Counter()
        for key in company:
            (places if key.startswith("place-") else others).update(self._bare_beside(key, stem))
        if not is_new:
            return {*places, *others}
        owned = _known(self._session, stem)
        return {key for key in others if others[key] + places[key] > 1} | (owned & {*places, *others})

    def _bearers_of(self, stem: str, context: Collection[str]) -> _Bearers:
        surname = _last(stem)
        names = self._all_if_few(surname)
        if names is not None:
            return _Bearers(names, frozenset())
        beside = {key: self._bearers_beside(key, surname) for key in context}
        return _Bearers(
            {name for names in beside.values() if len(names) <= _FEW for name in names},
            frozenset(key for key, names in beside.items() if len(names) > _FEW),
        )

    def _owner_of(self, stem: str, context: Collection[str], owner: Owner) -> str | None:
        bearers = self._bearers_of(stem, context)
        candidates = self._candidates(stem, bearers.likely)
        others = self._by_likelihood(_last(stem), bearers.common)
        done, step = 0, _FIRST
        while (person := owner(context, candidates, others[done][0] if done < len(others) else 0)) == "":
            candidates |= self._candidates(stem, [name for _, name in others[done : done + step]])
            done, step = done + step, 2 * step
        return person

    def _by_likelihood(self, surname: str, keys: frozenset[str]) -> list[tuple[int, str]]:
        """The bearers whose articles name any of these keys, with how many of them: those with most come first."""
        if (surname, keys) not in self._likely:
            counted = Counter(name for key in keys for name in self._bearers_beside(key, surname))
            likely = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
            self._likely[surname, keys] = [(count, name) for name, count in likely]
        return self._likely[surname, keys]

    def _all_if_few(self, surname: str) -> list[str] | None:
        """The full names with this surname, None where there are many."""
        if surname not in self._few:
            found = [key for (key,) in self._connection.exec_driver_sql(f"{_NAMES} LIMIT {_FEW + 1}", (surname,))]
            self._few[surname] = found if len(found) <= _FEW else None
        return self._few[surname]

    def _bearers_beside(self, key: str, surname: str) -> list[str]:
        """The full names with this surname in articles that name the key."""
        if (key, surname) not in self._bearers:
            statement = _BESIDE_RARE if self._is_rare(key) else _BESIDE_FREQUENT
            rows = self._connection.exec_driver_sql(statement, (key, surname))
            self._bearers[key, surname] = [name for (name,) in rows]
        return self._bearers[key, surname]

    def _bare_beside(self, key: str, stem: str) -> set[str]:
        statement = _BARE_BESIDE_RARE if self._is_rare(key) else _BARE_BESIDE_FREQUENT
        return _of_stem(stem, self._connection.exec_driver_sql(statement, (key, *_bounds(stem))))

    def _is_rare(self, key: str) -> bool:
        if key not in self._rare:
            self._rare[key] = bool(self._connection.exec_driver_sql(_IS_RARE, (key, _FEW_ARTICLES)).scalar_one())
        return self._rare[key]

    def _candidates(self, stem: str, names: Iterable[str]) -> dict[str, dict[str, float]]:
        """The persons of those names that end as the stem does, with the share of their articles in which each other
        key stands."""
        ending = stem.removeprefix("person")
        fitting = sorted(name for name in names if "-".join(["", *_words(name)]).endswith(ending))
        self._share(fitting)
        return {person: shares for name in fitting for person, shares in self._shares[name].items()}

    def _share(self, names: Iterable[str]) -> None:
        """Make sure that the shares of these names are known; a short form of a given name has those of the whole."""
        wanted = {name for name in names if name not in self._shares}
        wholes = diminutives.persons(self._session, wanted)
        persons = {wholes.get(name, name) for name in wanted} - self._shares.keys()
        forms = diminutives.forms(self._session, persons)
        several = namesakes.persons(self._session, persons)
        for name in persons:
            of_name = (name, *forms.get(name, ()))
            bearers = sorted({name, *several.get(name, {}).values()})
            self._shares[name] = {person: self._contexts.shares(of_name, person) for person in bearers}
        self._shares |= {short: self._shares[whole] for short, whole in wholes.items()}


def _article(key: str) -> str:
    """The article that a bare surname is scoped to."""
    return key.rpartition("-")[2]


def _last(stem: str) -> str:
    return stem.rpartition("-")[2]


def _bounds(stem: str) -> tuple[str, str]:
    return f"{stem}-", f"{stem}-g"


def _of_stem(of: str, rows: Iterable[Sequence[str]]) -> set[str]:
    return {key for [key] in rows if stem(key) == of}
