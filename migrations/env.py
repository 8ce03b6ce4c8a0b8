"""Alembic's entry: on the connection it is handed (`Database.migrate`), else on the archive of the settings."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from app.archive import open_database, ready_folder
from app.settings import Settings
from app.store import tables


def run(connection: Connection) -> None:
    # The models must be imported for their metadata to be complete.
    assert tables.Article.__tablename__ in SQLModel.metadata.tables
    # SQLite cannot alter a table in place: Alembic rebuilds it.
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    settings = Settings.read()
    ready_folder(settings)
    database = open_database(settings)
    with database.connecting() as own:
        run(own)
    database.close()
