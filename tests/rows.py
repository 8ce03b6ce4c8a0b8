"""Where the tests have the rows of their archives: in a file, or with `--database postgresql` in a PostgreSQL of their
own, of which every archive has a database by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1

import pytest
from sqlalchemy import URL, create_engine, text

import app.archive
from app.settings import Settings
from app.store.database import Database
from app.store.postgres import PostgresDatabase
from tests.store import postgres

ABOUT_THE_FILE: dict[str, str] = {
    "tests/store/test_migrations.py": "archives of before are files: their rows are moved in SQLite's words",
    "tests/store/test_backup.py": "the copy of a file",
    "tests/store/test_database.py": "a file's pragmas, locks and connections",
    "tests/store/test_plain.py::test_a_damaged_row_is_told_as_such": "PostgreSQL takes no JSON that cannot be read",
    "tests/store/test_rejections.py::test_one_of_many_rejections_is_found_by_its_file": "asks SQLite for its plan",
}
"""Tests that say nothing of PostgreSQL, by the beginning of their names, and why."""


@contextmanager
def rows_in_postgresql() -> Iterator[None]:
    """Have every archive that is opened in this process in a database of a server that runs as long as the block."""
    bin = postgres.binaries()
    assert bin is not None, "PostgreSQL is not installed: apt-get install postgresql"
    with postgres.running(bin) as url:
        databases = _Databases(url)
        opener = app.archive.open_database
        app.archive.open_database = databases.open
        try:
            yield
        finally:
            app.archive.open_database = opener


class _Databases:
    """One for each data folder, copied from one that has its tables."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._made = set[str]()
        self._run("CREATE DATABASE template")
        template = PostgresDatabase(self._address("template"))
        template.migrate()
        template.close()

    def open(self, settings: Settings) -> Database:
        if settings.database_url.get_secret_value():
            return PostgresDatabase(settings.database_url.get_secret_value())
        name = f"t{sha1(str(settings.data_dir.resolve()).encode(), usedforsecurity=False).hexdigest()[:16]}"
        if name not in self._made:
            self._run(f"CREATE DATABASE {name} TEMPLATE template STRATEGY file_copy")
            self._made.add(name)
        return PostgresDatabase(self._address(name))

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def leave_out(items: list[pytest.Item]) -> None:
    """Skip what is about SQLite's file itself, and say why."""
    for item in items:
        for name, reason in ABOUT_THE_FILE.items():
            if item.nodeid.startswith(name):
                item.add_marker(pytest.mark.skip(reason=reason))
