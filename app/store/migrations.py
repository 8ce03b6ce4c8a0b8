"""The schema's history, run in process. The scripts stand in `migrations/`; a wheel carries them as `app/migrations`.

Alembic and SQLAlchemy are imported when there is something to do: they cost more than opening an archive.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

# The newest revision, so that an archive that has it opens without Alembic; a test compares it with the scripts.
HEAD = "0024"

_MADE: list[str] = []
"""The statements that begin an archive of that revision, once the scripts have made one."""


def scripts() -> Path:
    """The folder of the scripts. Inside the package first: beside an installed one, `migrations` may be another's."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def _alembic_config(connection: Connection) -> Config:
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def has_script(revision: str) -> bool:
    """Return whether this version has a script for it."""
    return any(path.name.startswith(f"{revision}_") for path in (scripts() / "versions").glob("*.py"))


def begin(connection: Connection) -> None:
    """Make the tables of a new archive in an empty file. The scripts run for the first one of a process; for the next
    its tables are made again, in a fifteenth of the time."""
    if _MADE:
        for statement in _MADE:
            connection.exec_driver_sql(statement)
        return
    upgrade(connection)
    made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid"
    tables = [str(statement) for (statement,) in connection.exec_driver_sql(made)]
    _MADE[:] = [
        *tables,
        f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')",
        "INSERT INTO lineage (id) VALUES (lower(hex(randomblob(8))))",
    ]


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the scripts up to the revision. An empty database of PostgreSQL is begun with the newest tables instead: no
    archive of before is in one, and the scripts up to 0019 move rows in SQLite's own words."""
    from alembic import command
    from sqlalchemy import inspect

    if connection.dialect.name == "postgresql" and not inspect(connection).has_table("alembic_version"):
        _begin_on_postgres(connection)
        command.stamp(_alembic_config(connection), "head")
        return
    command.upgrade(_alembic_config(connection), revision)


def _begin_on_postgres(connection: Connection) -> None:
    from sqlalchemy import insert
    from sqlmodel import SQLModel

    from app.store.dialect import partial_on_postgres
    from app.store.tables import Lineage

    partial_on_postgres(SQLModel.metadata)
    SQLModel.metadata.create_all(connection)
    connection.execute(insert(Lineage).values(id=secrets.token_hex(8)))


def downgrade(connection: Connection, revision: str = "base") -> None:
    from alembic import command

    command.downgrade(_alembic_config(connection), revision)
