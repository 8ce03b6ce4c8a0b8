"""Entities by name: what a name means, and what tells namesakes apart."""

from __future__ import annotations

import difflib

from sqlmodel import Session

from app.enrich import gazetteer
from app.errors import Candidate, InvalidParameter
from app.store import entities as store
from app.store.tables import Entity


def hint(entity: Entity) -> str | None:
    """The country of a place, else what a person is and how often and when it is in the news."""
    if entity.type == "place" and entity.country is not None:
        country = gazetteer.country(entity.country)
        return country.name if country is not None and country.name != entity.name else None
    if not entity.article_count:
        return entity.role
    counted = f"{entity.article_count} article{'s' if entity.article_count > 1 else ''}"
    if entity.role is not None:
        counted = f"{entity.role}, {counted}"
    if entity.first_date is None or entity.last_date is None:
        return counted
    first, last = entity.first_date[:4], entity.last_date[:4]
    return f"{counted}, {first}" if first == last else f"{counted}, {first} to {last}"


def resolve(session: Session, name: str) -> Entity:
    """The one entity of that name; `InvalidParameter` where there is none or there are several."""
    found = store.resolve_name(session, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidParameter("entity_name", f"No entity is called {name!r}.", suggestion=_nearest(session, name))
    raise InvalidParameter(
        "entity_name",
        f"{len(found)} entities are called {name!r}; name one by its id in entity.",
        candidates=tuple(Candidate(each.id, each.name, each.type, hint(each)) for each in found[:20]),
    )


def _nearest(session: Session, name: str) -> str | None:
    """The likest name among those that begin alike: people err late in a word more than in its first letters."""
    for length in (len(name), 5, 3):
        started = [alias for _, alias in store.suggest_entities(session, name[:length], 100)]
        if likest := difflib.get_close_matches(name, started, n=1, cutoff=0.5):
            return likest[0]
    return None
