"""People under a short form of their given name: whose `Jim Wright` is, over all articles.

Like `namesakes.py` and `surnames.py` asked of the keys alone that articles give by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.store.articles import chunks
from app.store.namesakes import Contexts
from app.store.tables import Acronym, ArticleEntity, Diminutive

Variants = Callable[[str], Iterable[tuple[str, str]]]
"""From a full name to the pairs of a short and a whole one that may be of one person."""
Agree = Callable[[Mapping[str, float], Mapping[str, float]], bool]
"""From the company of both, whether they are."""


def persons(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Of short names among the keys, whose they are."""
    found: dict[str, str] = {}
    for chunk in chunks(key for key in keys if key.startswith("person-")):
        found.update(
            iter(session.exec(select(Diminutive.key, Diminutive.person).where(col(Diminutive.key).in_(chunk))))
        )
    return found


def forms(session: Session, persons: Iterable[str]) -> dict[str, list[str]]:
    """The short names of each of the persons that has any."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for chunk in chunks(persons):
        rows = select(Diminutive.key, Diminutive.person).where(col(Diminutive.person).in_(chunk))
        for key, person in session.exec(rows.order_by(col(Diminutive.key))):
            found[person].append(key)
    return found


def settle(session: Session, touched: Sequence[str], variants: Variants, agree: Agree) -> set[str]:
    """Look again where articles changed, once namesakes are told apart. The short names that are of another person now,
    and what articles state to stand for them."""
    asked = sorted({short for key in touched for short, _ in variants(key)})
    pairs = [pair for short in asked for pair in variants(short)]
    there = _there(session, {key for pair in pairs for key in pair})

    contexts = Contexts(session)

    @cache
    def company(key: str) -> Mapping[str, float]:
        return contexts.shares((key,), key)

    fitting: defaultdict[str, list[str]] = defaultdict(list)
    for short, whole in pairs:
        if {short, whole} <= there and agree(company(short), company(whole)):
            fitting[short].append(whole)
    before = persons(session, asked)
    after = {short: wholes[0] for short, wholes in fitting.items() if len(wholes) == 1}
    changed = {key for key in asked if before.get(key) != after.get(key)}
    for chunk in chunks(changed):
        session.connection().execute(delete(Diminutive).where(col(Diminutive.key).in_(chunk)))
    if kept := [{"key": key, "person": after[key]} for key in sorted(changed & after.keys())]:
        session.connection().execute(insert(Diminutive), kept)
    return changed | _stated(session, changed)


def _there(session: Session, keys: Collection[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(keys):
        found.update(session.exec(select(ArticleEntity.key).where(col(ArticleEntity.key).in_(chunk)).distinct()))
    return found


def _stated(session: Session, keys: Collection[str]) -> set[str]:
    """What stands for one of the keys, by what an article says."""
    found: set[str] = set()
    for chunk in chunks(keys):
        found.update(session.exec(select(Acronym.short).where(col(Acronym.long).in_(chunk)).distinct()))
    return found
