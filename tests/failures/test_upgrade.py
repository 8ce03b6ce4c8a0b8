"""An archive of an earlier schema is brought to ours; one of a later is refused before anything is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app import cli
from app.archive import open_archive
from app.ingest import indexing
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings
from app.store import migrations


@pytest.mark.parametrize(
    "revision", sorted(path.name.partition("_")[0] for path in (migrations.scripts() / "versions").glob("0*.py"))
)
def test_every_earlier_schema_is_brought_to_ours(filled: Path, revision: str) -> None:
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
