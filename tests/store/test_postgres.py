"""The rows in a real PostgreSQL: who may write, what a reader sees, where archives are refused, and how they move."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel, select

from app.alerts.finding import find_new
from app.alerts.saving import save_search
from app.archive import open_archive, open_rows
from app.errors import (
    ArchiveBusy,
    ArchiveForeign,
    DatabaseAway,
    NotFound,
    Overloaded,
    SettingsInvalid,
    StorageFailed,
)
from app.ingest.deciding import decide
from app.ingest.erasing import write_anew
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.read.params import SavedSearchBody
from app.settings import Settings
from app.store import articles, changes, entities, keys, searches
from app.store.backup import write_backup
from app.store.database import Database
from app.store.decisions import Proposal
from app.store.dialect import came
from app.store.moving import copy_rows, move_rows
from app.store.postgres import PostgresDatabase
from app.store.sequence import newest, next_sequence
from app.store.tables import Article, Mention, Rejection
from tests.conftest import RECORDS, WriteRecords
from tests.served import admit_the_admin
from tests.store import postgres
from tests.store.all_rows import differing_tables


@pytest.fixture(scope="module")
def database(server: postgres.Server) -> Iterator[PostgresDatabase]:
    with closing(PostgresDatabase(server.create("shared"))) as made:
        made.migrate()
        yield made


def test_numbers_are_committed_in_their_order(database: PostgresDatabase) -> None:
    """Who was given a number holds back whoever would be given the next one."""
    seen: list[int] = []

    def write() -> None:
        for _ in range(10):
            with database.writing() as session:
                number = next_sequence(session)
                time.sleep(0.001)
                seen.append(number)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert seen == list(range(seen[0], seen[0] + 40))


def test_a_reader_sees_one_moment_and_its_version_tells_of_commits(database: PostgresDatabase) -> None:
    before = database.version()
    with database.reading() as session:
        seen = newest(session)
        with database.writing() as other:
            next_sequence(other)
        assert newest(session) == seen
        with pytest.raises(Exception, match="read-only"):
            next_sequence(session)
    assert database.version() != before
    with database.reading() as session:
        assert newest(session) == seen + 1


def test_what_is_no_change_of_the_archive_moves_no_version(database: PostgresDatabase, server: postgres.Server) -> None:
    """Or else each request that is counted, and each database beside this one, would empty all caches."""
    database.keep_request_rates()
    database.keep_request_rates()
    before = database.version()
    assert [database.count_request("ada", 60)[0] for _ in range(3)] == [1, 2, 3]
    count, left = database.count_request("ben", 60)
    assert (count, 0 < left <= 60) == (1, True)
    with closing(PostgresDatabase(server.create("beside"))) as beside:
        beside.migrate()
        with beside.writing() as session:
            next_sequence(session)
    assert database.version() == before


def test_a_rate_begins_anew_when_its_window_is_over(database: PostgresDatabase) -> None:
    database.keep_request_rates()
    assert [database.count_request("eve", 3600)[0] for _ in range(2)] == [1, 2]
    _run(database, "UPDATE request_rate SET ends = clock_timestamp() - interval '1 second' WHERE caller = 'eve'")
    count, left = database.count_request("eve", 3600)
    assert (count, left > 3590) == (1, True)


def test_what_fails_is_not_there(database: PostgresDatabase) -> None:
    with database.reading() as session:
        before = newest(session)

    def fail() -> None:
        with database.writing() as session:
            next_sequence(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as session:
        assert newest(session) == before


def test_what_no_text_may_hold_is_looked_for_and_not_there(database: PostgresDatabase) -> None:
    assert database.rows("SELECT id FROM article WHERE id = ?", ("nobody\0",)) == []
    with database.reading() as session, pytest.raises(NotFound):
        articles.load_article(session, "nobody\0")


def test_who_cannot_hold_an_archive_is_refused(server: postgres.Server) -> None:
    options = ("--template=template0", "--locale=C", "--encoding=LATIN1")
    refused = pytest.raises(SettingsInvalid, match="createdb --template=template0 --locale=C --encoding=UTF8")
    with closing(PostgresDatabase(server.create("latin", *options))) as made, refused:
        made.migrate()
    with closing(PostgresDatabase(server.create("other"))) as made:
        _run(made, "CREATE TABLE invoice (number integer)")
        with pytest.raises(StorageFailed, match="invoice"):
            made.migrate()
    with closing(PostgresDatabase(server.create("later"))) as made:
        made.migrate()
        _run(made, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(ArchiveForeign, match="9999"):
            made.migrate()
    with pytest.raises(SettingsInvalid, match="is no address") as told:
        PostgresDatabase("postgresql+psycopg://ada:hunter2/@db.example:news")
    assert "hunter2" not in str(told.value)


def test_who_is_refused_is_told_why_and_no_password(server: postgres.Server) -> None:
    """An address that is wrong stays wrong; a server that is away comes back."""
    server.create("guarded")
    with closing(PostgresDatabase(server.url.render_as_string())) as made:
        _run(made, "CREATE ROLE reader LOGIN PASSWORD 'right'")
    rules = server.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local guarded reader scram-sha-256\n{before}")
    try:
        server.run("pg_ctl", "-D", str(server.folder / "data"), "reload")
        guarded = server.url.set(database="guarded", username="reader")
        wrong = {
            "by another password": guarded.set(password="hunter2"),
            "asks for a password": guarded,
            'database "nowhere" does not exist': server.url.set(database="nowhere"),
            'role "nobody" does not exist': server.url.set(username="nobody"),
        }
        for reason, url in wrong.items():
            address = url.render_as_string(hide_password=False)
            with closing(PostgresDatabase(address)) as made, pytest.raises(SettingsInvalid, match=reason) as told:
                made.migrate()
            assert "hunter2" not in "".join(format_exception(told.value))
            assert str(told.value).startswith("DATELINE_DATABASE_URL, ")
            with pytest.raises(SettingsInvalid, match=f"^The address to copy to, .*{reason}"), open_rows(address):
                raise AssertionError
    finally:
        rules.write_text(before)
        server.run("pg_ctl", "-D", str(server.folder / "data"), "reload")
    away = server.url.set(query={"host": str(server.folder / "none")}, password="hunter2")
    address = away.render_as_string(hide_password=False)
    with closing(PostgresDatabase(address)) as made, pytest.raises(DatabaseAway) as told_away:
        made.migrate()
    assert "hunter2" not in str(told_away.value)


def test_what_was_erased_is_in_no_file_of_the_database(
    server: postgres.Server, tmp_path: Path, write_records: WriteRecords
) -> None:
    """Neither in tables nor in what PostgreSQL notes of their values. Its log of changes keeps it for a while."""
    told = [b"Heliotrope Quarterly", b"xylophonist", b"Bartholomew Quillfeather"]
    text = f"{told[2].decode()} told the {told[0].decode()} that a {told[1].decode()} had come to the harbour. "
    records = [*RECORDS[:20], {"id": "gone", "title": text, "text": text * 90, "author": told[2].decode()}]
    settings = Settings(data_dir=tmp_path / "data", database_url=SecretStr(server.create("erased")), ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([write_records("some.jsonl", records)], archive, IngestOptions())
        _run(archive.database, "ANALYZE")
        [(id,)] = archive.database.rows("SELECT id FROM article WHERE external_id = 'gone'")
        assert _in_files(server, told) == set(told)
        change_status(archive, "erase", [id], "asked for", "Ada")
        assert _in_rows(archive.database, told) == set()
        assert _in_files(server, told) != set()
        with archive.database.reading() as session:
            articles.archive_stats(session)  # somebody reads, for longer than one waits
            with pytest.raises(Overloaded):
                write_anew(archive)
        assert write_anew(archive)
        assert _in_files(server, told) == set()
        assert not write_anew(archive)
        assert verify(archive, deep=True) == []


def _in_rows(database: Database, told: list[bytes]) -> set[bytes]:
    with database.reading() as session:
        rows = [
            str(row)
            for table in SQLModel.metadata.sorted_tables
            for row in session.connection().execute(table.select())
        ]
    return {words for words in told if any(words.decode() in row for row in rows)}


def _in_files(server: postgres.Server, told: list[bytes]) -> set[bytes]:
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
    found = set()
    for path in (server.folder / "data" / "base").rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # the server writes some anew at any time
            content = path.read_bytes()
            found |= {words for words in told if words in content}
    return found


def test_several_begin_one_archive(server: postgres.Server) -> None:
    url = server.create("begun")
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            with closing(PostgresDatabase(url)) as made:
                made.migrate()
        except BaseException as error:  # noqa: BLE001 -- whatever it is, the test has to say so
            failed.append(error)

    several = [threading.Thread(target=begin) for _ in range(4)]
    for each in several:
        each.start()
    for each in several:
        each.join()
    assert not failed
    with closing(PostgresDatabase(url)) as made, made.reading() as session:
        assert len(changes.lineage(session)) == 16


def test_connections_that_were_lost_are_made_again(database: PostgresDatabase, server: postgres.Server) -> None:
    def lose() -> None:
        with database.writing() as session:
            next_sequence(session)
            _end_connections(server)
            next_sequence(session)

    with pytest.raises(DatabaseAway):
        lose()
    with database.reading() as session:
        assert newest(session) >= 0


def test_what_is_given_back_after_the_end_is_closed(server: postgres.Server) -> None:
    """As by a thread that is still at work when its server stops: nobody else would close it."""
    address = server.create("ended")
    made = PostgresDatabase(address)
    made.migrate()
    with made.reading() as session, made.lock("ingest"):
        newest(session)
        made.close()
    with closing(PostgresDatabase(address)) as other:
        wanted = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'ended' AND pid != pg_backend_pid()"
        end = time.monotonic() + 60
        while other.rows(wanted) != [(0,)]:  # a server's process ends a little after its connection
            assert time.monotonic() < end, "It stays open"
            time.sleep(0.01)


def test_a_lock_holds_on_all_machines_and_ends_with_its_connection(server: postgres.Server) -> None:
    url = server.create("locked")
    with closing(PostgresDatabase(url)) as one, closing(PostgresDatabase(url)) as other:
        one.migrate()
        with one.lock("ingest"):
            for patience in (0.0, 0.05):
                with pytest.raises(ArchiveBusy), other.lock("ingest", patience):
                    pass
            with other.lock("background"), one.writing() as session:
                next_sequence(session)
        with other.lock("ingest"), pytest.raises(ArchiveBusy), one.lock("ingest"):
            pass
        entered: list[str] = []
        with one.lock("ingest"):
            waiting = threading.Thread(target=_enter, args=(other, entered))
            waiting.start()
            while not other.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
                time.sleep(0.01)
            assert entered == []
        waiting.join()
        assert entered == ["other"]


def test_what_one_has_claimed_no_other_gets(server: postgres.Server) -> None:
    url = server.create("claimed")
    ids = [f"{number:016x}" for number in range(200)]
    with closing(PostgresDatabase(url)) as one, closing(PostgresDatabase(url)) as other:
        one.migrate()
        with one.claiming() as claim, other.claiming() as claim_too:
            first, second = claim(ids[:100]), claim_too(ids)
            assert first == ids[:100]
            assert second == ids[100:]
            with other.claiming() as claim_last:
                assert claim_last(ids) == []
            with one.writing() as session:
                next_sequence(session)  # whoever writes is not kept from it
            # As when its process is killed.
            other.rows("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2")
        with other.claiming() as claim:
            assert claim(ids) == ids


def _enter(database: PostgresDatabase, entered: list[str]) -> None:
    with database.lock("ingest", 60):
        entered.append("other")


def test_who_has_lost_a_lock_writes_nothing_more(server: postgres.Server) -> None:
    url = server.create("lost")
    with closing(PostgresDatabase(url)) as one, closing(PostgresDatabase(url)) as other:
        one.migrate()

        def write() -> None:
            with one.writing() as session:
                next_sequence(session)

        with one.lock("ingest"):
            write()
            one.confirm_locks()
            # That connection alone: all others of the process stay.
            other.rows("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            with other.lock("ingest", 60):
                with pytest.raises(DatabaseAway, match="held a lock"):
                    write()
                with pytest.raises(DatabaseAway, match="held a lock"):
                    one.confirm_locks()
        write()
        with other.reading() as session:
            assert newest(session) == 2


def _end_connections(server: postgres.Server) -> None:
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dateline'"
        connection.execute(text(ended)).all()
    engine.dispose()


def _run(database: Database, statement: str) -> None:
    with database.connecting() as connection:
        connection.execute(text(statement))


@pytest.fixture
def embedded(tmp_path: Path, write_records: WriteRecords) -> Settings:
    """An archive in a folder, closed."""
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1)
    records = [*RECORDS[:8], {"id": "empty"}]
    with open_archive(settings) as archive:
        ingest([write_records("some.jsonl", records)], archive, IngestOptions())
    return settings


def test_an_archive_moves_into_a_database_and_back(
    embedded: Settings, server: postgres.Server, tmp_path: Path, write_records: WriteRecords
) -> None:
    url = server.create("moved")
    with closing(Database(embedded.database_path)) as source, open_rows(url) as target:
        count = copy_rows(source, target)
        assert count > 8
        assert differing_tables(source, target) == []
        with pytest.raises(SettingsInvalid, match="has rows"):
            copy_rows(source, target)
    moved = Settings(data_dir=embedded.data_dir, database_url=SecretStr(url), ingest_workers=1)
    with open_archive(moved) as archive:
        # The index that was there is that of the rows, wherever they are.
        assert verify(archive, deep=True) == []
        refused = {"id": "nothing"}
        ingest([write_records("more.jsonl", [*RECORDS[8:12], refused])], archive, IngestOptions())
        assert verify(archive, deep=True) == []
        with archive.database.reading() as session:
            assert articles.archive_stats(session).articles == 12
            assert len({each.id for each in session.exec(select(Rejection))}) == 2
        with open_rows(str(tmp_path / "back.sqlite")) as target:
            copy_rows(archive.database, target)
            assert differing_tables(archive.database, target) == []
            with target.writing() as session:
                session.delete(session.exec(select(Mention)).all()[0])
            assert differing_tables(archive.database, target) == ["mention"]


def test_what_came_since_is_brought_to_a_copy_and_to_nothing_else(
    embedded: Settings, server: postgres.Server, tmp_path: Path, write_records: WriteRecords
) -> None:
    url = server.create("followed")
    moved = embedded.model_copy(update={"database_url": SecretStr(url)})
    with open_archive(embedded) as archive, open_rows(url) as target:
        first = move_rows(archive.database, target)
        assert (first.copied > 8, first.followed, first.differing) == (True, 0, [])
        again = move_rows(archive.database, target)
        assert (again.copied, again.followed, again.newest, again.differing) == (0, 0, first.newest, [])

        # New ones, one of another text, one that is gone, what editors decided and readers saved: in nearly all tables.
        revised = {**RECORDS[1], "text": f"{RECORDS[1]['text']} It was said twice."}
        ingest([write_records("more.jsonl", [*RECORDS[8:20], revised])], archive, IngestOptions())
        [(id,)] = archive.database.rows("SELECT id FROM article WHERE external_id = 'strike-1'")
        change_status(archive, "erase", [id], "asked for", "Ada")
        decide(archive, Proposal("rename", "place-moscow", name="Moskva"), "Ada")
        body: dict[str, Any] = {"name": "Tides", "search": "q=tide", "webhook": "https://desk.example/"}
        saved = save_search(archive, SavedSearchBody(**body), "Ada")
        admit_the_admin(archive)
        last = move_rows(archive.database, target)
        assert (last.copied, last.followed > 20, last.differing) == (0, True, [])
        assert last.newest > first.newest
        with open_rows(str(tmp_path / "back.sqlite")) as back:
            assert move_rows(target, back).differing == []
            assert [*_came(back)] == [*_came(archive.database)] == [*_came(target)]
    with open_archive(moved) as other:
        assert verify(other, deep=True) == []
        with other.database.reading() as session:
            assert entities.load_entity(session, "place-moscow").name == "Moskva"
            assert keys.valid_keys(session).keys() == {"0000beef"}
        ingest([write_records("own.jsonl", RECORDS[20:21])], other, IngestOptions())
        # It is found and told from where the other left off.
        find_new(other)
        with other.database.reading() as session:
            row = searches.load_search(session, saved.id)
            assert [found.external_id for _, found, _ in searches.found_articles(session, row, 9)] == ["tide-14"]
            assert [each.kind for each in searches.list_deliveries(session, row, 9)] == ["webhook"]
    with open_archive(embedded) as archive, open_rows(url) as target:
        with pytest.raises(SettingsInvalid, match="written to the copy"):
            move_rows(archive.database, target)
        assert differing_tables(archive.database, target) != []


def _came(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(Article.id).order_by(came())))


def test_a_backup_is_restored_as_another_history(
    server: postgres.Server, database: PostgresDatabase, tmp_path: Path
) -> None:
    size = write_backup(database, tmp_path / "rows.dump")
    assert (tmp_path / "rows.dump").stat().st_size == size
    with pytest.raises(SettingsInvalid, match="there already"):
        write_backup(database, tmp_path / "rows.dump")
    url = server.create("restored")
    command = [
        *("pg_restore", "-h", str(server.folder), "-U", "dateline"),
        *("--dbname=restored", str(tmp_path / "rows.dump")),
    ]
    subprocess.run(command, check=True)  # as docs/scaling.md has it
    with closing(PostgresDatabase(url)) as restored:
        restored.migrate()
        with restored.reading() as copy, database.reading() as session:
            assert newest(copy) == newest(session) > 0
            assert changes.lineage(copy) != changes.lineage(session)


_WRITES = """
import sys
from app.archive import open_archive
from app.settings import Settings
from app.store.sequence import next_sequence
with open_archive(Settings()) as archive, archive.database.writing() as session:
    next_sequence(session)
print(sorted(name for name in sys.modules if "psycopg" in name or "dialects.postgresql" in name))
"""


def test_an_archive_in_a_file_imports_nothing_of_postgresql(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "archive.sqlite")) as made:
        made.migrate()
    root = Path(__file__).parents[2]
    environment = {"DATELINE_DATA_DIR": str(tmp_path), "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", _WRITES], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
