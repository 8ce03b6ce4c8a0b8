"""Entities by the beginning of what they are called, while it is being typed: of any word of any of their names.

No index of SQLite knows the beginnings of words. So all names are kept in memory as one text, some 20 bytes each, which
is searched at a gigabyte a second where SQLite would look at row after row. It is made anew when names have changed and
are asked for twice since: it is not to be made for each batch of an ingest.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.effort import spend, spend_unbounded
from app.ids import SCOPED_GLOB, UNRESOLVED_GLOB, is_scoped
from app.store.instances import load_plain
from app.store.plain import KEPT, select_plain
from app.store.tables import Entity
from app.text import fold

_SEARCHED_AT_ONCE = 20
"""Bytes of names that are searched while one posting is read: what `spend` counts in."""
_LOOKING_UP = 30
"""What it takes to look a name up, in the same units."""

_State = tuple[Any, ...]
_Form = tuple[Any, ...]
"""The id of an entity, a form of its name, and how many mentions have it."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Every folded name on a line of its own, in bytes; in `parted` with spaces for hyphens, at the same places."""

    parted: bytes
    folded: bytes

    @classmethod
    def of(cls, names: Iterable[str]) -> _Names:
        folded = "".join(f"\n {name}" for name in names).encode() + b"\n"
        return cls(folded.replace(b"-", b" "), folded)

    def with_word(self, beginning: str) -> Iterator[str]:
        """Yield the names one of whose words begins so."""
        wanted = f" {beginning}".encode().replace(b"-", b" ")
        at = self.parted.find(wanted)
        while at >= 0:
            start, end = self.parted.rfind(b"\n", 0, at) + 2, self.parted.find(b"\n", at)
            yield self.folded[start:end].decode()
            at = self.parted.find(wanted, end)


class _KeptNames:
    """The names of one archive, as they were in one state of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: _State | None = None
        self._state: _State | None = None
        self._version: int | None = None
        self._names = _Names(b"", b"")

    def find(self, session: Session, version: int | None) -> _Names | None:
        """Return the names as the session sees them; None where they are not worth making yet. `version`: of the rows
        when the request began, where that is known; to count all names takes longer than to search them."""
        if version is not None and version == self._version:
            return self._names
        state = _state_of(session)
        with self._lock:
            if self._state == state:
                self._version = version
                return self._names
            is_wanted, self._asked = self._asked == state, state
        if not is_wanted:
            return None
        spend_unbounded()
        names = _Names.of(name for (name,) in select_plain(session, "SELECT DISTINCT folded FROM alias"))
        with self._lock:
            self._names, self._state, self._version = names, state, None
        return names


def suggest_entities(
    session: Session, prefix: str, limit: int = 8, version: int | None = None
) -> list[tuple[Entity, str]]:
    """Entities with an alias that starts so, or where these are few one of whose words does, and the most usual such
    alias. Of either those most in the news come first; surnames that articles left unexplained only where there is
    nothing else. `version`: of the rows when the request began, where that is known."""
    folded = fold(prefix)
    if not folded:
        return []
    # A range, so that the index serves it; LIKE would not use one and has wildcards of its own.
    forms = select_plain(session, _STARTING, (folded, folded + "\U0010ffff"))
    starting = {id for id, _, _ in forms}
    if len(starting) < limit:
        forms = _forms_with_word(session, folded, version)
    spend(_LOOKING_UP * len(forms))
    named = list({id for id, _, _ in forms})
    found = load_plain(session, Entity, _MOST_IN_THE_NEWS, (named, list(starting), limit))
    best = _usual_forms(forms, {entity.id for entity in found})
    known = [entity for entity in found if not is_scoped(entity.id)]
    return [(entity, best[entity.id]) for entity in known or found]


def _forms_with_word(session: Session, folded: str, version: int | None) -> list[_Form]:
    kept: _KeptNames = session.info[KEPT].setdefault(_KeptNames, _KeptNames())
    names = kept.find(session, version)
    if names is None:
        spend_unbounded()
        return select_plain(session, _WITH_WORD, (f" {folded.replace('-', ' ')}",))
    spend(len(names.folded) // _SEARCHED_AT_ONCE)
    return select_plain(session, _CALLED_SO, (list(names.with_word(folded)),))


def _state_of(session: Session) -> _State:
    """Return numbers one of which moves whenever a name does: names are summed up for entities that are stale."""
    [state] = select_plain(session, _STATE)
    return state


def _usual_forms(forms: Iterable[_Form], wanted: Collection[str]) -> dict[str, str]:
    """Return of each entity wanted the form that most of its mentions have."""
    usual: dict[str, str] = {}
    for id, text, _ in sorted(forms, key=lambda form: (-form[2], form[1])):
        if id in wanted:
            usual.setdefault(id, text)
    return usual


_STATE = """
SELECT (SELECT value FROM counter WHERE name = 'sequence'), (SELECT count(*) FROM entity WHERE stale),
    (SELECT count(*) FROM alias)
"""
_STARTING = "SELECT entity_id, text, count FROM alias WHERE folded >= ? AND folded < ?"
_WITH_WORD = "SELECT entity_id, text, count FROM alias WHERE instr(' ' || replace(folded, '-', ' '), ?) > 0"
_CALLED_SO = "SELECT entity_id, text, count FROM alias WHERE folded IN (SELECT value FROM json_each(?))"
_MOST_IN_THE_NEWS = f"""
WHERE id IN (SELECT value FROM json_each(?)) AND NOT hidden
ORDER BY id GLOB '{SCOPED_GLOB}' OR id GLOB '{UNRESOLVED_GLOB}', id IN (SELECT value FROM json_each(?)) DESC,
    prominence DESC NULLS LAST, article_count DESC, id
LIMIT ?
"""
