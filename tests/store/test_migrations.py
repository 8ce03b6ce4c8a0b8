from __future__ import annotations

import threading
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

from app.store import migrations, tables
from app.store.database import Database


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
        scripts = ScriptDirectory.from_config(migrations.config(connection))
    assert scripts.get_current_head() == migrations.HEAD


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
