"""Whom a text names, as the words of a search may."""

from __future__ import annotations

from app.enrich import roles
from app.ids import is_person
from app.store.called import ids_called
from app.store.database import Database


def named_by(database: Database, text: str) -> list[tuple[str, str]]:
    """Return id and name of those whom a text names, a person with the office before it or without."""
    found = ids_called(database, text)
    if not found:
        names = (ids_called(database, name) for _, name in roles.introductions(text))
        found = next(filter(None, ([each for each in some if is_person(each[0])] for some in names)), [])
    return found
