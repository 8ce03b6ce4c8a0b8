"""Where the tests have the rows of their archives: in a file, or with `--database postgresql` in a PostgreSQL of their
own, of which every archive has a database by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

import app.archive
from app.settings import Settings
from app.store.database import Database
from app.store.postgres import PostgresDatabase
from tests.store import postgres

ABOUT_THE_FILE: dict[str, str] = {
    "tests/store/test_migrations.py": "archives of before are files: their rows are moved in SQLite's words",
    "tests/store/test_backup.py": "the copy of a file",
    "tests/store/test_database.py": "a file's pragmas, locks and connections",
    "tests/store/test_postgres.py::test_an_archive_moves": "begins with a file",
    "tests/store/test_postgres.py::test_what_came_since": "begins with a file",
    "tests/ingest/test_copies.py::test_an_archive_of_an_earlier_schema": "archives of before are files",
    "tests/ingest/test_furniture.py::test_an_archive_of_an_earlier_schema": "archives of before are files",
    "tests/ingest/test_stories.py::test_an_archive_of_an_earlier_schema": "archives of before are files",
    "tests/ingest/test_naming.py::test_a_command_reads": "of a file there is one process at a time that does",
    "tests/ingest/test_naming.py::test_what_waits_is_counted_without_a_look": "asks SQLite for its plan",
    "tests/ingest/test_pipeline.py::test_the_archive_is_no_input_of_its_own": "the file of the archive among others",
    "tests/ingest/test_quotes.py::test_withdrawn_with_their_article": "looks into the file",
    "tests/ingest/test_withdrawing.py::test_what_was_erased_is_in_no_file": "looks into the file",
    "tests/api/test_changes.py::test_a_number_of_another_history": "puts the copy of a file in another folder",
    "tests/web/test_pages.py::test_a_page_of_which_the_disk_fails": "damages the file",
    "tests/store/test_plain.py::test_a_damaged_row_is_told_as_such": "PostgreSQL takes no JSON that cannot be read",
    "tests/store/test_rejections.py::test_one_of_many_rejections_is_found_by_its_file": "asks SQLite for its plan",
}
"""Tests that say nothing of PostgreSQL, by the beginning of their names, and why."""


SERVER = "DATELINE_TESTSSERVER"
"""For processes that the tests start: `started/sitecustomize.py` reads it there."""
_STARTED = Path(__file__).parent / "started"


@contextmanager
def rows_in_postgresql() -> Iterator[None]:
    """Have every archive that is opened here, or by a process that is started here, in a database of a server that runs
    as long as the block."""
    bin = postgres.binaries()
    assert bin is not None, "PostgreSQL is not installed: apt-get install postgresql"
    with postgres.running(bin) as url, pytest.MonkeyPatch.context() as patch:
        server = url.render_as_string(hide_password=False)
        databases = _Databases(server)
        databases.make_template()
        patch.setenv(SERVER, server)
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(_STARTED), os.environ.get("PYTHONPATH")))))
        patch.setattr(Settings, "__init__", databases.wrapped(Settings.__init__))
        patch.setattr(app.archive, "open_database", databases.open)
        yield


def follow_the_tests() -> None:
    """In a process that a test started: have the rows where the test has them."""
    databases = _Databases(os.environ[SERVER])
    Settings.__init__ = databases.wrapped(Settings.__init__)  # type: ignore[method-assign]
    app.archive.open_database = databases.open


class _Databases:
    """One for each data folder, copied from one that has its tables."""

    def __init__(self, server: str) -> None:
        self._server = make_url(server)
        self._made = set[str]()

    def make_template(self) -> None:
        self._run("CREATE DATABASE template")
        template = PostgresDatabase(self._address("template"))
        template.migrate()
        # Each copy begins a history of its own, after which its index in a cluster is called.
        with template.connecting() as connection:
            connection.execute(text("DELETE FROM lineage"))
        template.close()

    def wrapped(self, init: Callable[..., None]) -> Callable[..., None]:
        """Return what makes settings that name the database of their folder, where they name none."""

        def named(settings: Settings, **given: Any) -> None:
            init(settings, **given)
            if not settings.database_url.get_secret_value():
                settings.__dict__["database_url"] = SecretStr(self._address_of(settings))

        return named

    def open(self, settings: Settings) -> Database:
        address = settings.database_url.get_secret_value()
        if make_url(address).query != self._server.query:
            return PostgresDatabase(address)
        address = self._address_of(settings)  # those of a copy may name that of another folder
        name = str(make_url(address).database)
        if name not in self._made:
            with suppress(DBAPIError):  # another process made it
                self._run(f"CREATE DATABASE {name} TEMPLATE template STRATEGY file_copy")
            self._made.add(name)
        return PostgresDatabase(address)

    def _address_of(self, settings: Settings) -> str:
        folder = str(settings.data_dir.resolve()).encode()
        return self._address(f"t{sha1(folder, usedforsecurity=False).hexdigest()[:16]}")

    def _address(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()


def leave_out(items: list[pytest.Item]) -> None:
    """Skip what is about SQLite's file itself, and say why."""
    for item in items:
        for name, reason in ABOUT_THE_FILE.items():
            if item.nodeid.startswith(name):
                item.add_marker(pytest.mark.skip(reason=reason))
