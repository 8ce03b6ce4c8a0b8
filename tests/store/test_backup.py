from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from app.errors import SettingsInvalid, StorageFailed
from app.store.backup import write_backup
from app.store.database import Database
from app.store.sequence import newest, next_sequence


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(tmp_path / "archive.sqlite")
    made.migrate()
    return made


def test_a_backup_is_one_file_of_one_moment_while_others_write(database: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with database.writing() as session:
                next_sequence(session)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = [write_backup(database, tmp_path / f"copy-{n}.sqlite") for n in range(5)]
    finally:
        stop.set()
        writer.join()
    seen = []
    for n, size in enumerate(sizes):
        path = tmp_path / f"copy-{n}.sqlite"
        assert (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)) == (size, 0o600)
        copy = Database(path)
        copy.migrate()
        with copy.reading() as session:
            seen.append(newest(session))
        copy.close()
    assert seen == sorted(seen)


def test_of_two_backups_to_one_name_one_is_made_and_the_other_says_so(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    with database.writing() as session:
        session.connection().exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(20000000) AS bytes")
    done: list[int | str] = []
    start = threading.Barrier(4)

    def make() -> None:
        start.wait()
        try:
            done.append(write_backup(database, target))
        except SettingsInvalid as error:
            done.append(str(error))

    makers = [threading.Thread(target=make) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert sorted(map(str, done)) == sorted(
        [str(target.stat().st_size), *[f"{target} is there already; a backup never overwrites."] * 3]
    )
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "copy"))] == ["copy.sqlite"]


def test_what_comes_to_the_name_meanwhile_stays(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    target.symlink_to("nothing")
    with pytest.raises(SettingsInvalid, match="never overwrites"):
        write_backup(database, target)
    assert target.is_symlink()


@pytest.mark.parametrize(
    "name",
    [
        "archive.sqlite-journal", "archive.sqlite-wal", "ARCHIVE.SQLITE-SHM", "other.db-wal", "copy-journal",
        "archive.sqlite.copy", ".archive.sqlite.unfinished", "ingest.lock", "run.lock", "index/copy.sqlite",
        "link/copy.sqlite",
    ],
)  # fmt: skip
def test_it_is_never_made_where_it_would_be_taken_for_something_else(
    database: Database, tmp_path: Path, name: str
) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "link").symlink_to("index")
    with database.writing() as session:
        next_sequence(session)
    with pytest.raises(SettingsInvalid, match=r"cannot be a backup|there already"):
        write_backup(database, tmp_path / name)
    assert not list((tmp_path / "index").iterdir())


@pytest.mark.parametrize("side", ["-wal", "-shm", "-journal"])
def test_it_is_never_made_beside_what_would_be_read_with_it(database: Database, tmp_path: Path, side: str) -> None:
    (tmp_path / f"copy.sqlite{side}").write_bytes(b"of another")
    with pytest.raises(SettingsInvalid, match=f"copy.sqlite{side} is there"):
        write_backup(database, tmp_path / "copy.sqlite")
    assert not (tmp_path / "copy.sqlite").exists()


def test_nothing_is_overwritten_or_left_half_done(database: Database, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="never overwrites"):
        write_backup(database, database.path)
    with pytest.raises(FileNotFoundError):
        write_backup(database, tmp_path / "none" / "copy.sqlite")
    database.close()
    raw = bytearray(database.path.read_bytes())
    raw[4096 * 3 : 4096 * 9] = b"\xff" * (4096 * 6)
    (tmp_path / "bad.sqlite").write_bytes(raw)
    with pytest.raises(StorageFailed):
        write_backup(Database(tmp_path / "bad.sqlite"), tmp_path / "copy.sqlite")
    assert not list(tmp_path.glob("*copy*"))
