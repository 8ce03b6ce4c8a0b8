"""Entities by name: what a name means, and what tells namesakes apart."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from operator import itemgetter

from sqlmodel import Session

from app.enrich import gazetteer, roles
from app.errors import InvalidParameter, PossibleEntity
from app.ids import is_person, is_unresolved
from app.store import entities as store
from app.store.completion import suggest_entities
from app.store.tables import Entity
from app.text import fold

_CLEARLY = 5
"""So many times as often as all namesakes together somebody is called by an office, whom it tells apart from them."""
_CANDIDATES = 20
"""Namesakes that are looked at, and shown to choose from."""
_LETTERS = 2
"""Letters that stand for a word each: `PM`, `AG`."""
_LEAST_SHORT = 3
"""Letters of a word that is short for another."""


def entity_hint(entity: Entity) -> str | None:
    """The country of a place, else what a person is and how often and when it is in the news."""
    if entity.type == "place" and entity.country is not None:
        country = gazetteer.country(entity.country)
        return country.name if country is not None and country.name != entity.name else None
    if not entity.article_count:
        return entity.role
    counted = f"{entity.article_count} article{'s' if entity.article_count > 1 else ''}"
    if is_unresolved(entity.id):
        counted = f"not told apart, {counted}"
    elif entity.role is not None:
        counted = f"{entity.role}, {counted}"
    if entity.first_date is None or entity.last_date is None:
        return counted
    first, last = entity.first_date[:4], entity.last_date[:4]
    return f"{counted}, {first}" if first == last else f"{counted}, {first} to {last}"


def entity_named(session: Session, name: str, parameter: str = "entity_name", by_id: str = "entity") -> Entity:
    """Return the one entity of that name, a person's with the office before it or without.

    Raises `InvalidParameter`, for the `parameter` that has the name, where there is none or there are several.
    """
    found = store.resolve_name(session, name) or _introduced(session, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidParameter(parameter, f"No entity is called {name!r}.", suggestion=_nearest_name(session, name))
    raise InvalidParameter(
        parameter,
        f"{len(found)} entities are called {name!r}; name one by its id in {by_id}.",
        candidates=tuple(
            PossibleEntity(each.id, each.name, each.type, entity_hint(each)) for each in found[:_CANDIDATES]
        ),
    )


def _introduced(session: Session, text: str) -> list[Entity]:
    """Return the people whom `President Putin` may mean; of namesakes the one that articles call so, or else those whom
    any does."""
    for office, name in roles.introductions(text):
        people = [entity for entity in store.resolve_name(session, name) if is_person(entity.id)]
        if people:
            # The most written about come first; of thousands of namesakes the others are seldom meant.
            likely = people[:_CANDIDATES]
            times = sorted(((_times(session, person, office), person) for person in likely), key=itemgetter(0))
            (most, likeliest), others = times[-1], sum(count for count, _ in times[:-1])
            held = {person.id for count, person in times if count}
            return [likeliest] if most > _CLEARLY * others else [each for each in likely if each.id in held] or people
    return []


def _times(session: Session, person: Entity, office: str) -> int:
    """Count the articles that say of a person, in more words or less, that this is the office."""
    words = fold(office).replace(".", "").split()
    held = [(fold(role.text).replace(".", "").split(), role.count) for role in store.roles_of(session, person.id)]
    return sum(count for said, count in held if _says(said, words))


def _says(said: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether a role says so, in more words or by their letters: `Indian Prime Minister` is a `PM`."""
    letters = "".join(word[0] for word in said)
    return all(
        any(_is_short_for(word, one) for one in said) or (len(word) == _LETTERS and word in letters) for word in words
    )


def _is_short_for(one: str, other: str) -> bool:
    """Return whether two words are the same, or one is short for the other: `Sen.`, `Senator`."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and (len(shorter) >= _LEAST_SHORT or shorter == longer)


def complete(session: Session, prefix: str, limit: int, version: int | None = None) -> list[tuple[Entity, str]]:
    """Return entities with a name that begins so, then people, where the beginning is an office and part of a name.
    `version`: of the rows when the request began, where that is known."""
    found = suggest_entities(session, prefix, limit, version)
    for _, name in roles.introductions(prefix):
        known = {entity.id for entity, _ in found}
        people = [each for each in suggest_entities(session, name, limit, version) if is_person(each[0].id)]
        found += [each for each in people if each[0].id not in known]
    return found[:limit]


def _nearest_name(session: Session, name: str) -> str | None:
    """The likest name among those that begin alike: people err late in a word more than in its first letters."""
    for length in (len(name), 5, 3):
        started = [alias for _, alias in suggest_entities(session, name[:length], 100)]
        if likest := difflib.get_close_matches(name, started, n=1, cutoff=0.5):
            return likest[0]
    return None
