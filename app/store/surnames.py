"""Bare surnames over all articles: who has the surname, and in what company.

Everything here is asked of the keys that articles give by themselves, never of what other articles or editors made of
them: so the outcome is one function of the articles, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sqlalchemy import delete, insert
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlmodel import Session, col, select

from app.store import diminutives
from app.store.articles import chunks
from app.store.decisions import stem
from app.store.namesakes import Contexts, persons
from app.store.tables import BareSurname, Namesake, UnsettledSurname

Owner = Callable[[Collection[str], Mapping[str, Mapping[str, float]]], str | None]
"""From what an article names, and what the articles of each candidate name, to the one whose surname it is."""

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))


def surname(key: str) -> str | None:
    """The last word of a full name: `klerk` of `person-fw-de-klerk`. None for what is none."""
    words = _words(key)
    return words[-1] if len(words) > 1 and stem(key) == key else None


def unsettle(session: Session, keys: Iterable[str]) -> None:
    """The articles with these keys changed: look for owners of their surnames when next settled."""
    stems = {found for key in keys if key.startswith("person-") for found in _stems(key)}
    if stems:
        adding = insert_or(UnsettledSurname).on_conflict_do_nothing()
        session.connection().execute(adding, [{"stem": found} for found in sorted(stems)])


def owners(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Of bare surnames among the keys, whose they are."""
    found: dict[str, str] = {}
    for chunk in chunks(key for key in keys if stem(key) != key):
        found.update(
            iter(session.exec(select(BareSurname.key, BareSurname.person).where(col(BareSurname.key).in_(chunk))))
        )
    return found


def settle(session: Session, owner: Owner) -> set[str]:
    """Look for owners again where articles changed. The keys whose owner is another now, or that have one no more."""
    touched = list(session.exec(select(UnsettledSurname.stem).order_by(col(UnsettledSurname.stem))))
    search = _Search(session)
    changed: dict[str, str] = {}
    for each in touched:
        before = _known(session, each)
        after = dict(search.owners(each, owner))
        changed |= {
            key: after.get(key, key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)
        }
    if touched:
        session.connection().execute(delete(UnsettledSurname))
    for chunk in chunks(changed):
        session.connection().execute(delete(BareSurname).where(col(BareSurname.key).in_(chunk)))
    if kept := [{"key": key, "person": person} for key, person in changed.items() if person != key]:
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


_RANGE = "WHERE key > ? AND key < ?"


def _known(session: Session, stem: str) -> dict[str, str]:
    rows = session.connection().exec_driver_sql(f"SELECT key, person FROM bare_surname {_RANGE}", _bounds(stem))
    return {row.key: row.person for row in rows if _is_bare(row.key, stem)}


class _Search:
    """Of one settling: many surnames have the same candidates, whose articles name the same."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection()
        self._contexts = Contexts(session)
        self._several = set(session.exec(select(Namesake.key).distinct()))
        self._forms = diminutives.forms(session)
        self._short = {key for forms in self._forms.values() for key in forms}
        self._shares: dict[str, dict[str, dict[str, float]]] = {}

    def owners(self, stem: str, owner: Owner) -> Iterator[tuple[str, str]]:
        """Bare surnames and whose they are, where the context tells."""
        rows = self._connection.exec_driver_sql(f"SELECT key, article_id FROM article_entity {_RANGE}", _bounds(stem))
        bare = {key: article for key, article in rows if _is_bare(key, stem)}
        candidates = self._candidates(stem) if bare else {}
        if candidates:
            contexts = self._contexts.of(bare.values())
            found = ((key, owner(contexts[article], candidates)) for key, article in bare.items())
            yield from ((key, person) for key, person in found if person is not None)

    def _candidates(self, stem: str) -> dict[str, dict[str, float]]:
        """Persons of the surname, with the share of their articles in which each other key stands."""
        ending = stem.removeprefix("person")
        having = "SELECT DISTINCT key FROM article_entity WHERE surname = ?"
        rows = self._connection.exec_driver_sql(having, (ending.rpartition("-")[2],))
        fitting = {key for (key,) in rows if "-".join(["", *_words(key)]).endswith(ending)}
        names = sorted(fitting - self._short)
        for name, several in persons(self._session, self._several.intersection(names) - self._shares.keys()).items():
            self._shares[name] = {person: self._of(name, person) for person in sorted({name, *several.values()})}
        for name in names:
            if name not in self._shares:
                self._shares[name] = {name: self._of(name, name)}
        return {person: shares for name in names for person, shares in self._shares[name].items()}

    def _of(self, name: str, person: str) -> dict[str, float]:
        return self._contexts.shares((name, *self._forms.get(name, ())), person)


def _bounds(stem: str) -> tuple[str, str]:
    return f"{stem}-", f"{stem}-g"


def _is_bare(key: str, of: str) -> bool:
    return stem(key) == of
