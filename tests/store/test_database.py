from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
from sqlalchemy import JSON, text, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.errors import StorageFailed
from app.http import heap
from app.store.compiled import COMPILED
from app.store.database import Database
from app.store.plain import select_plain
from app.store.sequence import newest, next_sequence
from app.store.tables import Counter, Revision
from tests.failures.processes import held


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "archive.sqlite")
    made.migrate()
    return made


def pragma(session: Session, name: str) -> object:
    return session.connection().execute(text(f"PRAGMA {name}")).scalar()


def test_pragmas_hold_on_every_connection(database: Database) -> None:
    for opened in (database.reading, database.writing):
        with opened() as session:
            assert pragma(session, "journal_mode") == "wal"
            assert pragma(session, "foreign_keys") == 1
            assert pragma(session, "synchronous") == 2


def test_rows_outside_of_a_session_are_those_committed(database: Database) -> None:
    counted = "SELECT value FROM counter WHERE name = ?"
    assert database.rows(counted, ["sequence"]) == []
    with database.writing() as session:
        next_sequence(session)
        assert database.rows(counted, ["sequence"]) == []
    assert database.rows(counted, ["sequence"]) == [(1,)]
    database.close()
    assert database.rows(counted, ["sequence"]) == [(1,)]


_LONG_NAMES = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 4000)
INSERT INTO counter (name, value) SELECT hex(randomblob(1500)), n FROM number
"""
"""12 MB, and as much of their index."""


def test_no_page_that_was_written_stays_with_a_process_that_rests(database: Database) -> None:
    def own() -> float:
        return held(os.getpid(), database.path.parent).own / 1e6

    with database.writing() as session:
        session.connection().exec_driver_sql("SELECT 1")
    heap.give_back()  # or the pages would go where the tests before this one have left room
    before = own()
    with database.writing() as session:
        session.connection().exec_driver_sql(_LONG_NAMES)
    assert own() - before > 15
    database.rest()
    heap.give_back()
    assert own() - before < 5


def test_who_reads_while_others_rest_goes_on_at_the_same_moment(database: Database) -> None:
    with database.reading() as early, database.reading() as late:
        assert newest(early) == 0
        assert select_plain(late, "SELECT count(*) FROM counter") == [(0,)]
        with database.writing() as writer:
            next_sequence(writer)
        database.rest()
        assert newest(early) == 0
        assert select_plain(late, "SELECT count(*) FROM counter") == [(0,)]
    with database.reading() as session:
        assert newest(session) == 1
    assert database.rows("SELECT count(*) FROM counter") == [(1,)]


def test_connections_that_read_texts_keep_few_pages(database: Database) -> None:
    kept, size = database.rows("PRAGMA cache_size")[0][0], database.rows("PRAGMA page_size")[0][0]
    assert 0 < kept * size < 500_000


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            next_sequence(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert newest(session) == 0


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Revision(article_id="0" * 16, record_sha256="", revision=1, file="", record=1, ingested_at=""))


def test_a_reader_keeps_its_snapshot_and_is_not_blocked_by_a_writer(database: Database) -> None:
    with database.reading() as reader:
        assert newest(reader) == 0
        with database.writing() as writer:
            next_sequence(writer)
            with database.reading() as other:
                assert newest(other) == 0
        assert newest(reader) == 0
    with database.reading() as reader:
        assert newest(reader) == 1


def test_plain_reads_and_the_session_see_one_moment(database: Database) -> None:
    """Whichever comes first; and a connection that was lent is given back without a transaction."""
    counted = "SELECT count(*) FROM counter"
    for plain_first in (True, False, True):
        with database.reading() as session:
            before = select_plain(session, counted)[0][0] if plain_first else len(session.exec(select(Counter)).all())
            with database.writing() as writer:
                writer.add(Counter(name=f"{database.version()}", value=1))
            assert select_plain(session, counted) == [(before,)]
            assert len(session.exec(select(Counter)).all()) == before
        with database.reading() as session:
            assert select_plain(session, counted) == [(before + 1,)]


def test_writers_that_read_first_never_fail_and_never_give_a_number_twice(database: Database) -> None:
    given: list[int] = []

    def take() -> None:
        for _ in range(15):
            with database.writing() as session:
                newest(session)
                given.append(next_sequence(session, 3))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 6 * 15 * 3, 3))
    with database.reading() as session:
        counter = session.get(Counter, "sequence")
        assert counter is not None
        assert counter.value == newest(session) == 6 * 15 * 3


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_midst_of_a_write_waits_for_its_end(database: Database, sent: signal.Signals) -> None:
    got: list[int] = []
    before = signal.signal(sent, lambda number, _: got.append(number))
    try:
        with database.writing() as session:
            signal.raise_signal(sent)
            assert got == []
            next_sequence(session)
        assert got == [sent]
    finally:
        signal.signal(sent, before)
    with database.reading() as session:
        assert newest(session) == 1


def test_a_statement_is_put_together_once_for_all_archives(tmp_path: Path) -> None:
    """And each tells by its own name of a row that is damaged."""
    compiled = []
    for name in ("first", "second"):
        database = Database(tmp_path / name)
        database.migrate()
        with pytest.raises(StorageFailed, match=f"{name}: a row is damaged"), database.reading() as session:
            session.exec(select(type_coerce(text("'[not json'"), JSON))).all()
        compiled.append(len(COMPILED))
        database.close()
    assert compiled[0] == compiled[1] > 0
