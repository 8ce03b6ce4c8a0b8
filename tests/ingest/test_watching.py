"""Folders in which articles arrive, watched by a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.archive import open_archive
from app.errors import InputUnreadable
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions
from app.ingest.watching import watch
from app.settings import Settings
from app.store import articles, rejections

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
"""Seconds until something that does not come counts as lost."""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def record(number: int) -> str:
    return (
        json.dumps({"id": number, "title": f"Lighthouse {number}", "text": f"The lamp of lighthouse {number}."}) + "\n"
    )


@contextmanager
def watching(data: Path, *folders: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "app", "watch", *map(str, folders), "--skip-entities", "--data-dir", str(data)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < end, "It never came"
        time.sleep(0.1)


def count(data: Path) -> int:
    if not Settings(data_dir=data).is_begun():
        return 0
    with open_archive(Settings(data_dir=data)) as archive, archive.database.reading() as session:
        return articles.archive_stats(session).articles


def test_what_is_there_and_what_arrives_is_taken_in(data: Path, inbox: Path, tmp_path: Path) -> None:
    (inbox / "there.jsonl").write_text(record(1))
    with watching(data, inbox) as process:
        until(lambda: count(data) == 1)
        (inbox / "new.jsonl").write_text(record(2))
        (inbox / ".hidden.jsonl").write_text(record(99))
        until(lambda: count(data) == 2)
        moved = tmp_path / "moved"
        (moved / "deep").mkdir(parents=True)
        (moved / "deep" / "more.jsonl").write_text(record(3) + "no record\n")
        moved.rename(inbox / "moved")
        until(lambda: count(data) == 3)
        (inbox / "new.jsonl").write_text(record(2) + record(4))
        until(lambda: count(data) == 4)
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=_PATIENCE)
    assert "1 file: 1 new\n" in out
    assert "1 file: 1 new, 1 rejected\n" in out
    assert "Traceback" not in error
    with open_archive(Settings(data_dir=data)) as archive, archive.database.reading() as session:
        [rejected] = rejections.list_rejections(session)
    assert rejected.file == "inbox/moved/deep/more.jsonl"


def test_a_file_that_grows_is_read_once_it_is_whole(data: Path, inbox: Path) -> None:
    with watching(data, inbox) as process, (inbox / "slow.jsonl").open("w") as file:
        for number in range(12):
            file.write(record(number))
            file.flush()
            time.sleep(0.3)
        file.close()
        until(lambda: count(data) == 12)
        assert process.stdout is not None
        told = 0
        # On a machine that stands still for two seconds in between it may be read in its midst, and then again.
        while told < 12 and (line := process.stdout.readline()):
            told += int(line.split(" new")[0].split()[-1]) if " new" in line else 0
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_PATIENCE)
    assert told == 12


def test_killed_in_between_it_goes_on_where_it_was(data: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_text("".join(map(record, range(50))))
    with watching(data, inbox) as process:
        until(lambda: count(data) > 0)
        process.kill()
    (inbox / "b.jsonl").write_text(record(77))
    with watching(data, inbox):
        until(lambda: count(data) == 51)


def test_another_writer_is_waited_for(data: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_text(record(1))
    with open_archive(Settings(data_dir=data)) as archive, ExitStack() as writing:
        writing.enter_context(writing_alone(archive.settings.lock_path))
        with watching(data, inbox) as process:
            time.sleep(3.5)
            assert process.poll() is None
            assert count(data) == 0
            writing.close()
            until(lambda: count(data) == 1)


def test_a_file_is_no_folder(data: Path, inbox: Path) -> None:
    (inbox / "a.jsonl").write_text(record(1))
    with open_archive(Settings(data_dir=data)) as archive, pytest.raises(InputUnreadable, match="is no folder"):
        watch(archive, [inbox / "a.jsonl"], IngestOptions(), lambda _: None)
