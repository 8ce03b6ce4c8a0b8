"""A disk that fills up: a clear end, searches that go on, and nothing to repair when there is room again."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings
from app.store.withdrawals import unfinished_erasures
from tests.failures.command import dateline, full_disk
from tests.failures.conftest import article


@pytest.fixture
def small(filled: Path, tmp_path: Path) -> Iterator[Path]:
    """The data folder on a disk that has no byte left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("Only root may mount a small disk")
    try:
        shutil.copytree(filled, disk / "data")
        with (disk / "others").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield disk / "data"
    finally:
        subprocess.run(["umount", disk], check=True)


def test_on_a_full_disk_it_is_read_searched_and_copied_elsewhere(small: Path, tmp_path: Path) -> None:
    assert json.loads(dateline(small, "search", "lighthouse", "--json").stdout)["total"] == 40
    for command in (["stats"], ["verify"], ["backup", tmp_path / "copy.sqlite"]):
        done = dateline(small, *command)
        assert done.returncode == 0, done.stderr
    refused = dateline(small, "ingest", tmp_path / "0.jsonl", "--skip-entities")
    assert (refused.returncode, refused.stderr.count("\n")) == (74, 1), refused.stderr
    assert "No space is left" in refused.stderr
    (small.parent / "others").unlink()
    assert dateline(small, "keys", "create", "x").returncode == 0
    assert dateline(small, "verify", "--deep").returncode == 0


@pytest.mark.parametrize("room", [1, 60_000, 200_000], ids=["none", "some", "more"])
def test_an_erasure_that_finds_no_room_is_whole_or_finished_later(filled: Path, room: int) -> None:
    with open_archive(Settings(data_dir=filled)) as archive:
        [hit] = archive.engine.search(Query(Word("lighthouse"), limit=1)).hits
    erase = ["erase", hit.id, "--reason", "asked for", "--yes"]
    ended = dateline(filled, *erase, prepare=full_disk(room))
    assert (ended.returncode, ended.stderr.count("\n")) == (74, 1), ended.stderr
    assert dateline(filled, *erase).returncode == 0
    assert dateline(filled, "verify", "--deep").returncode == 0
    assert total(filled) == 39
    with open_archive(Settings(data_dir=filled)) as archive, archive.database.reading() as session:
        assert not unfinished_erasures(session)


def total(folder: Path) -> int:
    with open_archive(Settings(data_dir=folder)) as archive:
        return archive.engine.search(Query(Word("lighthouse"))).total


@pytest.mark.parametrize("room", [1, 200_000, 400_000], ids=["none", "some", "more"])
def test_an_ingest_that_finds_no_room_ends_with_a_sentence(filled: Path, tmp_path: Path, room: int) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text("".join(article(n) for n in range(100, 2_100)))
    ended = dateline(filled, "ingest", file, "--skip-entities", prepare=full_disk(room))
    assert ended.returncode == 74, ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert total(filled) >= 40
    with open_archive(Settings(data_dir=filled)) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
        assert verify(archive) == []
    assert total(filled) == 2_040


def test_a_backup_that_finds_no_room_leaves_nothing(filled: Path, tmp_path: Path) -> None:
    ended = dateline(filled, "backup", tmp_path / "copy.sqlite", prepare=full_disk(50_000))
    assert ended.returncode == 74, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("*copy*"))
