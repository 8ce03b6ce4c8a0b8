"""Who is who: which entity each key means, by what all articles say.

A key is the id that an article alone would give to what it names. Rules look at what the other articles say and tell
which entity is meant. What they tell is kept, a row for each key that means another than itself: so to find the entity
of a key is one look-up, and a change costs what it changes.

Rules ask about keys and roles as each article gives them by itself, never about what editors decided. So the outcome is
one function of the articles, in whatever order they came. Editors' decisions are applied after it (`linking.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from app.ids import is_person, is_scoped, keys_named, name_of, unscoped
from app.store.bulk import select_in
from app.store.contexts import Contexts
from app.store.decisions import keys_with_stem
from app.store.dialect import upsert
from app.store.plain import chunks
from app.store.tables import Acronym, ArticleEntity, Identity, Unsettled
from app.store.written import run_written

RuleName = Literal["namesake", "diminutive", "variant", "surname", "type", "lone", "stated"]
ORDER: tuple[RuleName, ...] = ("namesake", "diminutive", "variant", "surname", "type", "lone", "stated")
"""Of the rules: each may build on what those before it tell, and has the last word over them."""

EVERYWHERE = ""
"""The article of what holds in all of them."""

Meaning = Mapping[str, str]
"""By article, or `EVERYWHERE`: the entity that a key means there. Empty where it means itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that may make keys mean another entity than before."""

    touched: Collection[str]
    """Keys whose articles came, changed or went."""
    moved: Collection[str] = ()
    """Keys that mean another entity than before, by rules that come earlier."""


class Rule(Protocol):
    """One way to tell which entity a key means. `name` stands in the rows, and in `ORDER`."""

    @property
    def name(self) -> RuleName: ...

    def decide(self, change: Change, contexts: Contexts) -> Mapping[str, Meaning]:
        """Return what each key means that the change can affect."""


class Identities:
    """The entity of each of some keys, by what all articles say."""

    def __init__(self, keys: Collection[str], told: Mapping[str, Meaning]) -> None:
        """`told` is the last word about keys; one that is missing means itself."""
        self.keys = keys
        self._told = told

    def entity_of(self, key: str, article_id: str) -> str:
        """Return the entity that the key means in this article."""
        told = self._told.get(key)
        return key if told is None else told.get(EVERYWHERE) or told.get(article_id, key)

    def entities_of(self, key: str) -> set[str]:
        """Return every entity that the key means in any article."""
        told = self._told.get(key, {})
        return set(told.values()) if EVERYWHERE in told else {key, *told.values()}


def identities(session: Session, keys: Iterable[str]) -> Identities:
    """Look up what the rules last told about each of the keys."""
    keys = set(keys)
    told: dict[str, dict[str, str]] = {}
    stated: dict[str, str] = {}
    rows = select(Identity.key, Identity.article_id, Identity.entity_id, Identity.rule)
    found = select_in(session, rows, Identity.key, {*keys, *map(unscoped, keys)})
    for key, article_id, entity_id, rule in sorted(found, key=lambda row: ORDER.index(row[3])):
        if rule == "stated":
            stated[key] = entity_id
        else:
            told.setdefault(key, {})[article_id] = entity_id
    told |= {key: {EVERYWHERE: stated[unscoped(key)]} for key in keys if unscoped(key) in stated}
    return Identities(keys, told)


def told_by(session: Session, rule: RuleName, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what the rule last told about those of the keys about which it told anything."""
    told: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rows = select(Identity.key, Identity.article_id, Identity.entity_id).where(Identity.rule == rule)
    for key, article_id, entity_id in select_in(session, rows, Identity.key, keys):
        told[key][article_id] = entity_id
    return told


def unsettle(session: Session, keys: Iterable[str]) -> None:
    """Mark those of these keys, whose articles change, about which other articles may tell: people, and names that
    stand under several types or may be surnames. Of others it is known now."""
    keys = set(keys)
    alike = by_name(session, keys)
    several = {key for key in keys if not is_scoped(key) and alike[name_of(key)] | (keys_named(key) & keys) != {key}}
    people = {key for key in keys if is_person(key)}
    if marked := several | people | _like_surnames(session, keys - people):
        rows = [{"key": key} for key in sorted(marked)]
        session.connection().execute(upsert(session, Unsettled).on_conflict_do_nothing(), rows)


_SURNAMES = """
SELECT value FROM json_each(?) AS texts WHERE EXISTS (SELECT 1 FROM article_entity WHERE surname = value)
OR EXISTS (SELECT 1 FROM article_entity WHERE key > 'person-' || value || '-' AND key < 'person-' || value || '-g')
"""


def _like_surnames(session: Session, keys: Iterable[str]) -> set[str]:
    """Return those of the keys whose name is one word, and perhaps somebody's surname."""
    words = {word: key for key in keys if "-" not in (word := name_of(key))}
    found = run_written(session.connection(), _SURNAMES, (sorted(words),))
    return {words[word] for (word,) in found}


def by_name(session: Session, keys: Iterable[str]) -> defaultdict[str, set[str]]:
    """Group the keys of the archive that are one of these but for the type by their name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    wanted = {other for key in keys if not is_scoped(key) for other in keys_named(key)}
    for key in select_in(session, select(ArticleEntity.key).distinct(), ArticleEntity.key, wanted):
        found[name_of(key)].add(key)
    return found


def has_unsettled(session: Session) -> bool:
    """Return whether any key is marked."""
    return session.exec(select(Unsettled.key).limit(1)).first() is not None


def update_unsettled(session: Session, rules: Iterable[Rule]) -> set[str]:
    """Let the rules decide about the keys that are marked, and what depends on them. Returns as `update`."""
    touched = list(session.exec(select(Unsettled.key).order_by(col(Unsettled.key))))
    if not touched:
        return set()
    changed = update(session, rules, Change(touched))
    session.connection().execute(delete(Unsettled))
    return changed


def update_all(session: Session, rules: Iterable[Rule]) -> set[str]:
    """Let the rules decide about all keys that there are. Returns these."""
    columns = (ArticleEntity.key, Identity.key, Acronym.short)
    keys = {key for column in columns for key in session.exec(select(column).distinct())}
    update(session, rules, Change(sorted(keys), keys))
    session.connection().execute(delete(Unsettled))
    return keys


def update(session: Session, rules: Iterable[Rule], change: Change) -> set[str]:
    """Let these rules decide what the change can affect, and keep what they tell. Returns the keys that mean another
    entity than before, in any article."""
    contexts = Contexts(session)
    moved = set(change.moved)
    for rule in sorted(rules, key=lambda rule: ORDER.index(rule.name)):
        differing = _store(session, rule.name, rule.decide(Change(change.touched, moved), contexts))
        moved |= _with_scoped(session, differing) if rule.name == "stated" else differing
    return moved


def _store(session: Session, rule: RuleName, told: Mapping[str, Meaning]) -> set[str]:
    """Replace what the rule told about these keys. Returns those about which it told something else before."""
    before = told_by(session, rule, told)
    changed = {key for key, meaning in told.items() if before.get(key, {}) != meaning}
    for chunk in chunks(changed):
        gone = delete(Identity).where(col(Identity.key).in_(chunk), col(Identity.rule) == rule)
        session.connection().execute(gone)
    rows = [
        {"key": key, "article_id": article_id, "entity_id": entity_id, "rule": rule}
        for key in sorted(changed)
        for article_id, entity_id in sorted(told[key].items())
    ]
    if rows:
        session.connection().execute(insert(Identity), rows)
    return changed


def _with_scoped(session: Session, keys: Collection[str]) -> set[str]:
    """Add the keys of articles that have one of these as a bare name: what a person is also called may be one."""
    people = (key for key in keys if is_person(key))
    return {*keys, *(scoped for key in people for scoped in keys_with_stem(session, key))}
