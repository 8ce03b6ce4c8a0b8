"""People under variants of one full name: `Hillary Rodham Clinton` is `Hillary Clinton`, `Moammar Gadhafi` is `Muammar
Gaddafi`, where the articles of both say so.

Names that could be one make a class: whatever key of it changes, the whole class is decided anew, so the outcome does
not depend on which of them came first. Within a class those are joined that the evidence joins, as long as nothing
speaks against any two of them; the id is that of the plainest name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Literal, Protocol

from sqlmodel import Session, col, select

from app.ids import entity_id, is_person
from app.store.contexts import TELLING, Contexts
from app.store.dialect import has_initial
from app.store.diminutives import are_one_person, told_shorts, told_wholes
from app.store.identity import EVERYWHERE, Change, Meaning, RuleName, told_by
from app.store.tables import ArticleEntity, Mention
from app.store.written import run_written
from app.text import fold

# Words of an office that is one person's at a time: `Syrian President`, but not `Senator`.
_OFFICE_WORDS = 2
_ANYBODYS = frozenset(
    "former late then first ex acting u.s. us american state senior republican democratic gop rep. sen.".split()
)
# More of one name are many people.
_MOST_FORMS = 24


class NameForms(Protocol):
    """What the rule has to know of names; recognition knows it."""

    def lookups(self, key: str) -> Iterable[tuple[str, str]]:
        """Return the surnames, and the beginnings of keys that have them, under which variants of a name stand."""
        ...

    def is_variant(self, one: str, other: str) -> bool:
        """Return whether the keys could be one name."""
        ...

    def are_two_names(self, one: str, other: str, forms: Iterable[str], other_forms: Iterable[str]) -> bool:
        """Return whether the names themselves are of two: `John Paul Lund`, `John Henry Lund`. The forms are those with
        initials."""
        ...

    def difference(self, one: str, other: str) -> Literal["article", "spelling", "middle", "numeral", "suffix"]:
        """Return in what two variants differ, the gravest of it."""
        ...

    def plainness(self, key: str) -> tuple[object, ...]: ...


Said = tuple[Collection[str], Collection[str]]
"""The forms of a name with initials, and what is said of who has it."""


@dataclass(frozen=True, slots=True)
class Variants:
    """Tells whose a variant of a full name is, where that can be one person only. Namesakes have been told apart, and
    short given names joined, before."""

    names: NameForms
    are_unlike: Callable[[Said, Said], bool]
    name: RuleName = "variant"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        session = contexts.session
        asked = {key for key in {*change.touched, *change.moved} if is_person(key)}
        asked |= set(told_wholes(session, asked).values())
        told: dict[str, Meaning] = {key: {} for key in asked}
        done: set[str] = set()
        for key in sorted(asked):
            if key not in done:
                members = self._class_of(session, key)
                done |= {key, *members}
                told |= {member: {} for member in members}
                if 1 < len(members) <= _MOST_FORMS:
                    told |= self._joined(contexts, members)
        return told | _followed(session, told)

    def _class_of(self, session: Session, key: str) -> list[str]:
        """Return all keys that could be the same name, directly or over another, in order."""
        found, waiting = {key}, [key]
        while waiting:
            one = waiting.pop()
            near = {other for pair in self.names.lookups(one) for other in _keys_of(session, *pair)}
            new = {other for other in near - found if self.names.is_variant(one, other)}
            found |= new
            waiting += new
        return sorted(found)

    def _joined(self, contexts: Contexts, members: Sequence[str]) -> dict[str, Meaning]:
        session = contexts.session
        several = told_by(session, "namesake", members)
        there = [key for key in members if key not in several and _has_articles(session, key)]
        company = cache(lambda key: contexts.shares((key,), key))
        said = cache(lambda key: (_initialled(session, key), _roles(session, key)))
        apart = {pair for pair in combinations(there, 2) if self._are_apart(session, said, *pair)}
        joins = [
            pair
            for pair in combinations(there, 2)
            if pair not in apart and self._are_one(session, company, said, *pair)
        ]
        wholes = told_wholes(session, there)
        told: dict[str, Meaning] = {}
        for group in _groups(joins):
            if apart.isdisjoint(combinations(group, 2)):
                plainest = min(group, key=self.names.plainness)
                target = wholes.get(plainest, plainest)
                told |= {key: {EVERYWHERE: target} for key in group if key not in (plainest, target)}
        return told

    def _are_apart(self, session: Session, said: Callable[[str], Said], one: str, other: str) -> bool:
        """Return whether anything says that they are two. That an article names both does, but for the spelling: a
        quotation has its own."""
        written = self.names.difference(one, other) in ("article", "spelling")
        return (
            self.names.are_two_names(one, other, said(one)[0], said(other)[0])
            or self.are_unlike(said(one), said(other))
            or (not written and _meet(session, one, other))
        )

    def _are_one(
        self,
        session: Session,
        company: Callable[[str], Mapping[str, float]],
        said: Callable[[str], Said],
        one: str,
        other: str,
    ) -> bool:
        """Return whether the articles say that both are one: the more, the more the names differ.

        Whoever writes of a subject writes of the same people, so the company alone does not tell John Bel Edwards from
        John Edwards, nor an office alone father from son.
        """
        match self.names.difference(one, other):
            case "article":
                return True
            case "spelling" | "numeral":
                return _share_office(said, one, other) or are_one_person(company(one), company(other))
            case "middle":
                return _share_office(said, one, other) or _is_called(session, one, other)
            case "suffix":
                return _share_office(said, one, other) and are_one_person(company(one), company(other))


def _share_office(said: Callable[[str], Said], one: str, other: str) -> bool:
    return not _offices(said(one)[1]).isdisjoint(_offices(said(other)[1]))


def _offices(roles: Iterable[str]) -> set[str]:
    """Return what one person is at a time: `Egyptian President`, `Secretary of State`, but not `former President`."""
    words = ([word for word in fold(role).split() if word not in _ANYBODYS] for role in roles)
    return {" ".join(each) for each in words if len(each) >= _OFFICE_WORDS}


_FORMS = """
SELECT DISTINCT mention.surface FROM mention JOIN (
  SELECT article_id FROM article_entity WHERE key = ? ORDER BY article_id LIMIT ?
) telling ON telling.article_id = mention.article_id WHERE mention.key = ?
"""


def _is_called(session: Session, one: str, other: str) -> bool:
    """Return whether an article calls the one of them by the name of the other as well."""
    return any(
        entity_id("person", surface) == like
        for key, like in ((one, other), (other, one))
        for (surface,) in run_written(session.connection(), _FORMS, (key, TELLING, key))
    )


def _followed(session: Session, told: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """Return, for each short form of a given name whose whole one is a variant, the person whom that one is of."""
    joined = {key: meaning for key, meaning in told.items() if meaning}
    return {
        short: joined[whole]
        for whole, shorts in told_shorts(session, joined).items()
        for short in shorts
        if short not in joined
    }


def _groups(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return what hangs together over any number of pairs, each in order."""
    group_of: dict[str, set[str]] = {}
    for one, other in pairs:
        whole = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of |= dict.fromkeys(whole, whole)
    return [list(group) for group in sorted({tuple(sorted(group)) for group in group_of.values()})]


_CALLED_SO = "SELECT DISTINCT key FROM article_entity WHERE surname = ? AND key > ? AND key < ?"


def _keys_of(session: Session, surname: str, start: str) -> list[str]:
    # A range of the index on surname and key: from `person-ann-` to the character behind the hyphen.
    rows = run_written(session.connection(), _CALLED_SO, (surname, f"{start}-", f"{start}."))
    return [key for (key,) in rows]


def _has_articles(session: Session, key: str) -> bool:
    return session.exec(select(ArticleEntity.key).where(ArticleEntity.key == key).limit(1)).first() is not None


def _initialled(session: Session, key: str) -> list[str]:
    forms = select(ArticleEntity.name).where(ArticleEntity.key == key, has_initial()).distinct()
    return sorted(session.exec(forms))


def _roles(session: Session, key: str) -> list[str]:
    said = select(Mention.role).where(Mention.key == key, col(Mention.role).is_not(None)).distinct()
    return sorted(filter(None, session.exec(said)))


_MEET = """
SELECT 1 FROM article_entity one CROSS JOIN article_entity other
WHERE other.article_id = one.article_id AND other.key = ? AND one.key = ? LIMIT 1
"""


def _meet(session: Session, one: str, other: str) -> bool:
    """Return whether an article names both: then they are two, as father and son."""
    return run_written(session.connection(), _MEET, (other, one)).first() is not None
