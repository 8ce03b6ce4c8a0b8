from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ids import is_unresolved
from app.ingest import indexing
from app.ingest.rules import RULES
from app.search.attributes import Filters
from app.search.query import Query
from app.store import migrations, tables
from app.store.database import Database
from app.store.linking import resolve_all
from tests.store.test_identity import some_article
from tests.store.test_linking import derived, named, summed_up, write

ROOT = Path(__file__).parents[2]


def names_of_tables(database: Database) -> set[str]:
    with database.connecting() as connection:
        return set(inspect(connection).get_table_names())


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite")
    database.migrate()
    assert tables.Article.__tablename__ in names_of_tables(database)
    with database.connecting() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_constraints_and_indexes_carry_the_names_of_the_models(tmp_path: Path) -> None:
    made, migrated = Database(tmp_path / "made.sqlite"), Database(tmp_path / "migrated.sqlite")
    with made.connecting() as connection:
        SQLModel.metadata.create_all(connection)
    migrated.migrate()
    statements = []
    for database in (made, migrated):
        with database.connecting() as connection:
            found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'")
            statements.append({name: " ".join(sql.split()) for name, sql in found if sql})
    assert statements[0].keys() == statements[1].keys()


def test_downgrade_leaves_nothing_and_upgrade_works_again(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite")
    database.migrate()
    before = names_of_tables(database)
    with database.connecting() as connection:
        migrations.downgrade(connection)
    assert names_of_tables(database) == {"alembic_version"}
    database.migrate()
    assert names_of_tables(database) == before


def test_head_is_the_newest_script(tmp_path: Path) -> None:
    with Database(tmp_path / "archive.sqlite").connecting() as connection:
        scripts = ScriptDirectory.from_config(migrations._alembic_config(connection))
    assert scripts.get_current_head() == migrations.HEAD


def test_the_next_archive_of_a_process_is_as_the_scripts_make_one(tmp_path: Path) -> None:
    beginning = f"""
import pathlib
from app.store.database import Database
for name in "ab":
    Database(pathlib.Path({str(tmp_path)!r}) / name).migrate()
"""
    subprocess.run([sys.executable, "-c", beginning], cwd=ROOT, check=True, timeout=60)
    made = [_dump(tmp_path / name) for name in "ab"]
    assert made[0][0] == made[1][0]
    assert made[0][1] != made[1][1], "each is of its own lineage"


def _dump(path: Path) -> tuple[list[str], str]:
    """Return a file's tables and rows as statements, and the name of its lineage, which is left out of them."""
    with closing(sqlite3.connect(path)) as connection:
        [(lineage,)] = connection.execute("SELECT id FROM lineage")
        return sorted(line for line in connection.iterdump() if lineage not in line), lineage


def test_several_may_migrate_at_once(tmp_path: Path) -> None:
    databases = [Database(tmp_path / "archive.sqlite") for _ in range(4)]
    failed: list[BaseException] = []

    def migrate(database: Database) -> None:
        try:
            database.migrate()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=migrate, args=[database]) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert "article" in names_of_tables(databases[0])


def test_an_archive_has_its_tables_when_it_has_its_name(tmp_path: Path) -> None:
    """Whoever is killed before leaves nothing that would be taken for an archive, or stand in the way of one."""
    beginning = f"""
import os, pathlib
from app.store import migrations
from app.store.database import Database
migrations.upgrade = lambda connection: os._exit(9)
Database(pathlib.Path({str(tmp_path / "archive.sqlite")!r})).migrate()
"""
    assert subprocess.run([sys.executable, "-c", beginning], cwd=ROOT, check=False, timeout=60).returncode == 9
    assert list(tmp_path.iterdir())
    database = Database(tmp_path / "archive.sqlite")
    assert not database.path.exists()
    database.migrate()
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["archive.sqlite"]


def resolved(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    counted = {"entity": "id", "alias": "entity_id"}
    return {
        table: [row for row in some if table not in counted or not is_unresolved(row[counted[table]])]
        for table, some in rows.items()
        if table != "unsettled"
    }


def test_who_is_who_is_carried_over_and_back(archive: Archive) -> None:
    """A surname whose owner waited to be looked for again waits still, in each article that has it bare. Surnames that
    nothing explains are to be counted anew."""
    random = Random(1)
    ids = [f"{random.getrandbits(64):016x}" for _ in range(60)]
    write(archive, {id: some_article(random, id) for id in ids})
    expected = summed_up(archive)
    bare = [row["key"] for row in expected["article_entity"] if row["key"] == f"person-berg-{row['article_id']}"]
    with archive.database.connecting() as connection:
        migrations.downgrade(connection, "0005")
        former = ("namesake", "diminutive", "bare_surname")
        assert all(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in former)
        connection.exec_driver_sql("INSERT INTO unsettled_name VALUES ('person-jim-wright')")
        connection.exec_driver_sql("INSERT INTO unsettled_surname VALUES ('person-berg'), ('person-nobody')")
        connection.commit()
    archive.database.migrate()
    with archive.database.writing() as session:
        found = derived(session)
        assert [row["key"] for row in found.pop("unsettled")] == sorted({"person-jim-wright", *bare})
        assert resolved(found) == resolved(expected)
        assert resolve_all(session, RULES) == 0
    assert summed_up(archive) == expected


def test_surnames_that_nothing_explains_become_one_entity(archive: Archive) -> None:
    kept = f"person-berg-{'a' * 16}"
    with archive.database.connecting() as connection:
        migrations.downgrade(connection, "0007")
    archive.database.migrate()
    for letter in "abc":
        bare = named(f"person-berg-{letter * 16}", "Berg", "Berg")
        write(archive, {letter * 16: Enrichment((bare,), (), None, "p")})
    indexing.catch_up(archive)
    with archive.database.connecting() as connection:
        migrations.downgrade(connection, "0007")
        assert standing(connection) == {f"person-berg-{letter * 16}" for letter in "abc"}
        connection.exec_driver_sql(
            "INSERT INTO decision (kind, entity_id, name, by, at) VALUES ('rename', ?, 'Otto Berg', 'test', '')",
            (kept,),
        )
        connection.commit()
    archive.database.migrate()
    with archive.database.connecting() as connection:
        assert standing(connection) == {kept, "person-berg-unresolved"}
    assert indexing.catch_up(archive) == 3
    named_so = Query(filters=Filters(entity=("person-berg-unresolved",)))
    assert archive.engine.search(named_so).total == 2
    with archive.database.writing() as session:
        assert resolve_all(session, RULES) == 0


def standing(connection: Connection) -> set[str]:
    return {id for (id,) in connection.exec_driver_sql("SELECT DISTINCT entity_id FROM article_entity")}
