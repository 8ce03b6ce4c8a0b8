"""An archive of an earlier schema is brought to ours; one of a later is refused before anything is touched."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app import cli
from app.api.app import create_api
from app.archive import open_archive
from app.ingest import indexing
from app.ingest.enriching import enrich
from app.ingest.verify import verify
from app.search.attributes import Filters
from app.search.query import Query, Word
from app.settings import Settings
from app.store import migrations
from app.store.decisions import decisions_in_force
from tests.api.test_app import ready
from tests.failures.old import ARCHIVES, MERGED, RENAMED, TARGET, restore
from tests.following import Mirror, contents, reader
from tests.served import AS_ADMIN, serve


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    return restore(request.param, tmp_path / "old")


def revision(settings: Settings) -> str:
    with closing(sqlite3.connect(settings.database_path)) as connection:
        [(found,)] = connection.execute("SELECT version_num FROM alembic_version")
    return str(found)


def test_each_schema_that_there_was_has_its_archive() -> None:
    versions = (migrations.scripts() / "versions").glob("0*.py")
    assert [path.stem for path in ARCHIVES] == sorted(path.name.partition("_")[0] for path in versions)


def test_an_ingest_goes_on_with_it(old: Settings, tmp_path: Path) -> None:
    came_from = revision(old)
    file = tmp_path / "new.jsonl"
    file.write_text(json.dumps({"id": 4, "title": "News", "text": "The lighthouse is lit again."}) + "\n")
    done = CliRunner().invoke(cli.app, ["ingest", str(file), "--skip-entities", "--data-dir", str(old.data_dir)])
    assert done.exit_code == 0, done.stderr
    assert revision(old) == migrations.HEAD
    with open_archive(old) as archive:
        assert verify(archive, deep=True) == []
        assert archive.engine.search(Query(Word("lighthouse"))).total == 4
        assert archive.engine.search(Query(filters=Filters(entity=("place-norway",)))).total == 2
        assert enrich(archive).read == 4, "names that an older version read are read again, and those skipped"
        assert verify(archive, deep=True) == []
        taken_over = archive.engine.search(Query(filters=Filters(entity=(MERGED,)))).total
        assert taken_over == (1 if came_from == "0001" else 0)


def test_a_server_goes_on_with_it(old: Settings) -> None:
    came_from = revision(old)
    with serve(create_api(old)) as client:
        ready(client)
        assert client.get("/v1/search?q=lighthouse").json()["total"] == 3
        stats = client.get("/v1/stats").json()
        assert stats["articles"] == 3
        with open_archive(old) as archive, archive.database.reading() as session:
            assert len(decisions_in_force(session)) == (0 if came_from == "0001" else 2)
        if came_from > "0001":
            assert client.get(f"/v1/entities/{TARGET}").json()["article_count"] == 3
            assert client.get(f"/v1/entities/{RENAMED}").json()["name"] == "Roald E. G. Amundsen"
        # Keys that were made go on, and nobody has one who had none.
        answer = client.get("/v1/search", headers=AS_ADMIN)
        assert answer.status_code == (200 if came_from >= "0003" else 401)


def test_who_begins_to_follow_it_is_told_of_all_there_is(old: Settings) -> None:
    mirror = Mirror()
    with open_archive(old) as archive:
        mirror.read_on(reader(archive))
        with archive.database.reading() as session:
            assert mirror.contents() == contents(session)
        assert {each["change"] for each in mirror.met} == {"added"}
        assert len(mirror.articles) == 3
        indexing.catch_up(archive)
        mirror.read_on(reader(archive), limit=2)
        with archive.database.reading() as session:
            assert mirror.contents() == contents(session)


@pytest.mark.parametrize("revision", [path.stem for path in ARCHIVES])
def test_what_we_wrote_survives_the_way_back_and_forth(filled: Path, revision: str) -> None:
    settings = Settings(data_dir=filled)
    with open_archive(settings) as archive, archive.database.connecting() as connection:
        migrations.downgrade(connection, revision)
    with open_archive(settings) as archive:
        assert indexing.catch_up(archive) == 0
        assert verify(archive, deep=True) == []
        assert archive.engine.search(Query(Word("lighthouse"))).total == 40


def test_a_later_one_is_refused_and_left_alone(filled: Path) -> None:
    settings = Settings(data_dir=filled)
    with open_archive(settings) as archive, archive.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = settings.database_path.read_bytes()
    for command in (["stats"], ["ingest", str(filled), "--skip-entities"], ["serve"]):
        refused = CliRunner().invoke(cli.app, [*command, "--data-dir", str(filled)])
        assert refused.exit_code == 65
        assert "later version of Dateline" in refused.stderr
    assert settings.database_path.read_bytes() == before
