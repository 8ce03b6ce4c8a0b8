"""Rows that are read as SQLite gives them are those that SQLAlchemy would give."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, col, select

from app.archive import open_archive
from app.errors import StorageFailed
from app.settings import Settings
from app.store.instances import load_plain, load_plain_in
from app.store.plain import select_plain
from app.store.tables import Alias, Article, Entity, Mention


@pytest.mark.parametrize("model", [Article, Entity, Alias, Mention])
def test_every_column_is_as_its_model_has_it(data_dir: Path, model: type[SQLModel]) -> None:
    with open_archive(Settings(data_dir=data_dir)) as archive, archive.database.reading() as session:
        plain = load_plain(session, model, "")
        usual = list(session.exec(select(model)))
        assert plain
        one, other = (sorted(repr(sorted(each.model_dump().items())) for each in rows) for rows in (plain, usual))
        assert one == other


def test_many_values_are_asked_for_in_turns(data_dir: Path) -> None:
    with open_archive(Settings(data_dir=data_dir)) as archive, archive.database.reading() as session:
        ids = list(session.exec(select(Article.id)))
        asked = [*ids, *(f"nothing-{number}" for number in range(40_000)), *ids]
        assert {row.id for row in load_plain_in(session, Article, "id", asked)} == set(ids)
        assert load_plain_in(session, Article, "id", []) == []


def test_what_the_session_has_yet_to_write_is_seen(tmp_path: Path) -> None:
    with open_archive(Settings(data_dir=tmp_path)) as archive, archive.database.writing() as session:
        session.add(Entity(id="person-a", type="person", name="A", folded="a"))
        assert select_plain(session, "SELECT id FROM entity") == [("person-a",)]
        [entity] = load_plain_in(session, Entity, "id", ["person-a"], "NOT hidden")
        assert (entity.stale, entity.hidden, entity.role) == (True, False, None)
        entity.name = "not to be changed"
        assert _name(session) == "A"


def _name(session: Session) -> str:
    session.expire_all()
    return session.exec(select(Entity.name).where(col(Entity.id) == "person-a")).one()


def test_a_damaged_row_is_told_as_such(tmp_path: Path) -> None:
    with open_archive(Settings(data_dir=tmp_path)) as archive:
        with archive.database.writing() as session:
            blank = "'', '', 1, 'published', 'h', 0, '[not json', 'en', 0, '', '', '', '', 0, '', 1, 0, '[]', 'b'"
            columns = (
                "id, key, revision, status, headline, headline_derived, authors, language, word_count, content_sha256, "
                "record_sha256, pipeline, file, record, ingested_at, sequence, revised, blocks, body"
            )
            session.connection().exec_driver_sql(f"INSERT INTO article ({columns}) VALUES ({blank})")
        with pytest.raises(StorageFailed, match="a row is damaged"), archive.database.reading() as session:
            load_plain(session, Article, "")
