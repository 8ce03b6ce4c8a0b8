"""A data folder that cannot be written to is read and searched, and whatever writes says so."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import ArchiveReadOnly
from app.http.problems import BY_ERROR
from app.ingest.lock import writing_alone
from app.settings import Settings
from app.store.database import Database
from tests.failures.command import dateline, ordinary, serving


@pytest.fixture
def closed(filled: Path) -> Iterator[Path]:
    everything = [filled, *filled.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield filled
    for path in everything:
        path.chmod(0o755)


def test_it_is_searched_and_not_changed(closed: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in closed.rglob("*")}
    found = dateline(closed, "search", "lighthouse", "--json", prepare=ordinary)
    assert json.loads(found.stdout)["total"] == 40, found.stderr
    assert dateline(closed, "backup", tmp_path / "copy.sqlite", prepare=ordinary).returncode == 0
    for command in (["ingest", tmp_path], ["keys", "create", "x"]):
        refused = dateline(closed, *command, prepare=ordinary)
        assert refused.returncode == 77
        assert refused.stderr == f"{closed} cannot be written to; it can be searched and read.\n"
    assert {path: path.stat().st_mtime_ns for path in closed.rglob("*")} == before


def test_a_server_serves_it(closed: Path) -> None:
    with serving(closed, prepare=ordinary) as (_, address):
        for path in ("/v1/search?q=lighthouse", "/readyz", "/v1/stats"):
            with urllib.request.urlopen(address + path, timeout=30) as answer:
                assert answer.status == 200


def closed_with_a_log(folder: Path, log: bytes) -> None:
    """As a copy leaves it that took the log along and not what other processes share."""
    (folder / "archive.sqlite-wal").write_bytes(log)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_an_empty_log_is_passed_over_and_of_a_full_one_it_is_said_what_to_do(filled: Path) -> None:
    try:
        closed_with_a_log(filled, b"")
        found = dateline(filled, "search", "lighthouse", "--json", prepare=ordinary)
        assert json.loads(found.stdout)["total"] == 40, found.stderr
        filled.chmod(0o755)
        (filled / "archive.sqlite-wal").unlink()
        closed_with_a_log(filled, b"changes")
        refused = dateline(filled, "search", "lighthouse", prepare=ordinary)
        assert (refused.returncode, refused.stderr.count("\n")) == (74, 1), refused.stderr
        assert "Copy the folder" in refused.stderr
    finally:
        filled.chmod(0o755)


def test_a_write_is_a_problem_of_its_own(filled: Path) -> None:
    database = Database(Settings(data_dir=filled).database_path)
    database.read_only = True
    with pytest.raises(ArchiveReadOnly), database.writing():
        pass
    assert BY_ERROR[ArchiveReadOnly].status == 503
    assert BY_ERROR[ArchiveReadOnly].retry_after


def test_the_lock_of_a_folder_that_is_not_there_is_another_failure(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), writing_alone(tmp_path / "none" / "ingest.lock"):
        pass
