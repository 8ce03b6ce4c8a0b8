from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import NotFound
from app.store import keys
from app.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "archive.sqlite")
    made.migrate()
    return made


def test_a_key_is_known_by_all_of_it(database: Database) -> None:
    with database.writing() as session:
        given = [keys.create_key(session, f"n{n}", ["admin", "read"], "2026") for n in range(3)]
        session.flush()
        valid = keys.valid_keys(session)
    assert len(set(given)) == len(valid) == 3
    for key in given:
        found = keys.matching(valid, key)
        assert found is not None
        assert (found.prefix, found.scopes) == (key[:8], ["read", "admin"])
        assert len(key) > 40
        for wrong in (key[:8], key[9:], key + "A", key.upper(), given[0][:9] + given[1][9:]):
            assert keys.matching(valid, wrong) is None


def test_a_revoked_key_is_listed_and_not_valid(database: Database) -> None:
    with database.writing() as session:
        prefix = keys.create_key(session, "old", ["read"], "2026")[:8]
        session.flush()
        keys.revoke_key(session, prefix)
        session.flush()
        assert keys.valid_keys(session) == {}
        assert [key.revoked for key in keys.list_keys(session)] == [True]
        with pytest.raises(NotFound):
            keys.revoke_key(session, "none")
