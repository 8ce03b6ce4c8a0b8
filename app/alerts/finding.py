"""What is new for saved searches: asked of the index, by the very query of the search, of articles that have changed.

An article is new for a search once: when its text is newer than the search and it matches, be it on arrival, when its
names are recognised, or when it is revised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from app.archive import Archive
from app.errors import InvalidParameter
from app.ingest import standing
from app.read.conditions import read_conditions
from app.read.params import Conditions
from app.search.engine import SearchEngine
from app.search.query import Query, relax
from app.store import searches
from app.store.sequence import count_changed_after, newest
from app.store.tables import SavedSearch

_STEP = 2_000
"""Articles that a search is asked about at a time."""


def find_new(archive: Archive) -> int:
    """Ask each saved search about what has come since it was asked. Return how many were brought further."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        shown = _index_reached(session, engine)
        behind = searches.searches_behind(session, shown)
    if not behind or not standing.is_ours(archive):
        return 0
    for search in behind:
        _advance(archive, engine, search, shown)
    return len(behind)


def is_behind(archive: Archive) -> bool:
    """Return whether there are changes that a saved search was not asked about, shown by the index or not yet."""
    with archive.database.reading() as session:
        return bool(searches.searches_behind(session, newest(session)))


def _index_reached(session: Session, engine: SearchEngine) -> int:
    """Return the number of the last change that the index shows; it knows nothing of those that no article came of."""
    shown = engine.status().sequence
    return shown if count_changed_after(session, shown) else newest(session)


@dataclass(frozen=True, slots=True)
class _Answered:
    ids: list[str]
    reached: int
    error: str | None = None


def _advance(archive: Archive, engine: SearchEngine, search: SavedSearch, shown: int) -> None:
    with archive.database.reading() as session:
        found = _ask_changed(archive, session, engine, search, shown)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with archive.database.writing() as session:
        searches.put_matches(session, search.number or 0, found.ids, found.reached, now, found.error)


def _ask_changed(
    archive: Archive, session: Session, engine: SearchEngine, search: SavedSearch, shown: int
) -> _Answered:
    changed = searches.changed_for(session, search, shown, _STEP)
    reached = changed[-1][1] if len(changed) == _STEP else shown
    if not changed:
        return _Answered([], reached)
    try:
        return _Answered(_matching_ids(archive, session, engine, search.parameters, [id for id, _ in changed]), reached)
    except InvalidParameter as error:
        # A name that several entities share by now, say: whoever saved it is told, and it goes on behind.
        return _Answered([], reached, str(error))


def _matching_ids(
    archive: Archive, session: Session, engine: SearchEngine, parameters: dict[str, object], ids: Sequence[str]
) -> list[str]:
    """Return those of some articles that a search finds, in the order given."""
    params = Conditions.checked(parameters)
    asked = read_conditions(archive.database, session, params)
    clause = asked.parsed.clause
    if clause is not None and params.match == "any":
        clause = relax(clause)
    found = engine.matching(Query(clause, asked.filters), ids)
    return [id for id in ids if id in found]


def first_reading(archive: Archive, parameters: dict[str, object]) -> None:
    """Read a search as it will be read, before it is saved. Raises `InvalidParameter` as a search does."""
    with archive.database.reading() as session:
        _matching_ids(archive, session, archive.engine, parameters, [])
