"""Completion of names: those whose words begin so, in whatever state the names are."""

from __future__ import annotations

import random

import pytest
from sqlmodel import Session

from app.archive import Archive
from app.effort import TooDear, bounded_effort
from app.store.completion import suggest_entities
from app.store.tables import Alias, Entity
from app.text import fold

_WORDS = (
    "jean",
    "Jean-Claude",
    "claudel",
    "Zürich",
    "zu",
    "O'Brien",
    "St.",
    "北京",
    "bank",
    "of",
    "Banská",
    "-",
    "U.S.",
)


@pytest.fixture
def names() -> list[str]:
    draw = random.Random(11)
    return sorted({" ".join(draw.choices(_WORDS, k=draw.randint(1, 3))) for _ in range(300)})


@pytest.fixture
def named(archive: Archive, names: list[str]) -> Archive:
    with archive.database.writing() as session:
        for number, name in enumerate(names):
            _add(session, f"person-{number % 90:03d}", name, count=number % 7)
    return archive


def _add(session: Session, id: str, name: str, count: int = 1) -> None:
    if session.get(Entity, id) is None:
        prominence = int(id[-2:]) / 7 if id[-1:] in "02468" else None
        session.add(Entity(id=id, type="person", name=name, folded=fold(name), prominence=prominence, stale=False))
        session.flush()
    session.add(Alias(entity_id=id, text=name, folded=fold(name), kind="name", count=count))


def _completed(archive: Archive, prefix: str, limit: int = 8) -> list[tuple[str, str]]:
    with archive.database.reading() as session:
        return [(entity.id, text) for entity, text in suggest_entities(session, prefix, limit)]


def _expected(archive: Archive, prefix: str, limit: int = 8) -> list[tuple[str, str]]:
    """Read every name, as a reader of the docstring would."""
    rows = archive.database.rows(
        "SELECT entity_id, text, alias.folded, count, prominence, article_count FROM alias "
        "JOIN entity ON id = entity_id WHERE NOT hidden"
    )
    wanted, parted = fold(prefix), " " + fold(prefix).replace("-", " ")
    starting = {row[0] for row in rows if row[2].startswith(wanted)}
    having = [row for row in rows if parted in " " + row[2].replace("-", " ")]
    forms = [row for row in rows if row[2].startswith(wanted)] if len(starting) >= limit else having
    ranks = {row[0]: (row[0] not in starting, -(row[4] or -1.0), -row[5], row[0]) for row in forms}
    usual = {row[0]: row[1] for row in sorted(forms, key=lambda row: (row[3], [-ord(c) for c in row[1]]))}
    return [(id, usual[id]) for id in sorted(ranks, key=ranks.__getitem__)[:limit]]


_ASKED = (
    "j",
    "jean",
    "jean-c",
    "jean c",
    "claude",
    "Claude j",
    "zur",
    "o'b",
    "st",
    "st.",
    "北",
    "bans",
    "of b",
    "u.s",
    "-",
    "x",
)


def test_names_are_completed_alike_from_rows_and_from_memory(named: Archive) -> None:
    for _ in range(3):
        for prefix in _ASKED:
            assert _completed(named, prefix) == _expected(named, prefix), prefix


def test_a_new_name_is_completed_at_once_and_one_that_is_gone_no_more(named: Archive) -> None:
    for _ in range(3):
        assert _completed(named, "wonder") == []
    with named.database.writing() as session:
        _add(session, "person-new", "Stevie Wonder-Land")
    for _ in range(3):
        assert _completed(named, "wonder") == [("person-new", "Stevie Wonder-Land")]
        assert _completed(named, "land") == [("person-new", "Stevie Wonder-Land")]
    with named.database.writing() as session:
        session.delete(session.get_one(Entity, "person-new"))
    for _ in range(3):
        assert _completed(named, "wonder") == []


def test_reading_every_name_is_announced_and_done_for_nobody_twice(named: Archive) -> None:
    def is_dear() -> bool:
        try:
            with bounded_effort(10_000):
                _completed(named, "wonder")
        except TooDear:
            return True
        return False

    assert is_dear()
    _completed(named, "wonder")
    _completed(named, "wonder")
    assert not is_dear()
